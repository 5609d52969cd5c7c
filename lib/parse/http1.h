/* Stage 4: bytes of HTTP/1 -> start lines and header fields.
 *
 * RFC 9112, with the leniency towards line ends of its section 2.2. Cursors
 * in results point into the input. */
#pragma once

#include "base/cursor.h"

/* Forms of a request's target (RFC 9112 section 3.2). */
enum http1_form {
	HTTP1_ORIGIN,    /* /path */
	HTTP1_ABSOLUTE,  /* http://host/path: what proxies are sent. */
	HTTP1_AUTHORITY, /* host:port, of CONNECT */
	HTTP1_ASTERISK,  /* "*", of OPTIONS */
	HTTP1_STRANGE,   /* Anything else. */
};

struct http1_request {
	struct cursor method, target;
	enum http1_form form;
	uint8_t minor;         /* HTTP/1.minor */
	bool whole;            /* The end of the header was seen. */
	struct cursor headers; /* The lines that are complete. */
	struct cursor rest;    /* What follows the header, when whole. */
};

struct http1_response {
	uint16_t status;
	uint8_t minor;
	bool whole;
	struct cursor headers;
	struct cursor rest;
};

/* Read the beginning of one direction. As soon as the start line is there,
 * they tell what they have.
 *
 * Return 0; FS_ETRUNC when the start line is not complete, though good so
 * far; FS_EFORMAT; FS_EUNSUP for the preface of HTTP/2 (RFC 9113 section
 * 3.4). */
int http1_request_read(struct cursor stream, struct http1_request *request);
int http1_response_read(struct cursor stream, struct http1_response *response);

struct http1_header {
	struct cursor name, value; /* Value without blanks around it. */
};

/* Takes the next field off a header's lines; lines that are none, and
 * continuations of a value, are passed over. Returns 1, or 0 at the end. */
int http1_header_next(struct cursor *headers, struct http1_header *header);

/* Finds a field by name, in any case: the first one. */
bool http1_header_find(struct cursor headers, const char *name,
    struct cursor *value);

/* The fields that tell who asks and who stands between; empty: none. */
struct http1_fields {
	struct cursor host;
	struct cursor user_agent;
	struct cursor via;
	struct cursor forwarded; /* X-Forwarded-For, else Forwarded. */
	struct cursor upgrade;
	bool proxy; /* A field "Proxy-...". */
};

void http1_fields_read(struct cursor headers, struct http1_fields *fields);
