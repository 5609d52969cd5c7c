#include "feed_fetch.h"

#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/buf.h"
#include "flowscan.h"

enum {
	SIZE_MOST = 64 << 20,
	REDIRECTS = 5,
	CONNECT_S = 20,
	STALLED_S = 30, /* Without a byte. */
	HTTP_OK = 200,
	HTTP_NOT_MODIFIED = 304,
};

struct feed_fetch {
	CURL *curl; /* Owned. */
	struct buf body;
	bool too_large;
	struct feed_tags tags;
	char error[CURL_ERROR_SIZE];
};

static size_t
take_body(char *bytes, size_t unit, size_t count, void *ctx)
{
	struct feed_fetch *fetch = ctx;
	size_t size = unit * count; /* 'unit' is 1, says libcurl. */

	fetch->too_large = fetch->body.size + size > SIZE_MOST;
	if (fetch->too_large)
		return 0;
	buf_add(&fetch->body, bytes, size);
	return buf_error(&fetch->body) < 0 ? 0 : size;
}

/* Copies the value of a header line if it is the one of 'name' and fits. */
static void
note_header(const char *line, size_t size, const char *name, char *value)
{
	size_t length = strlen(name);

	if (size <= length || strncasecmp(line, name, length) != 0)
		return;
	for (line += length, size -= length; size > 0 && *line == ' '; size--)
		line++;
	while (size > 0 && (line[size - 1] == '\r' || line[size - 1] == '\n'))
		size--;
	if (size >= FEED_TAG_SIZE)
		return;
	memcpy(value, line, size);
	value[size] = '\0';
}

static size_t
take_header(char *line, size_t unit, size_t count, void *ctx)
{
	struct feed_fetch *fetch = ctx;
	size_t size = unit * count;

	note_header(line, size, "ETag:", fetch->tags.etag);
	note_header(line, size, "Last-Modified:", fetch->tags.modified);
	return size;
}

struct feed_fetch *
feed_fetch_new(const char *authority, unsigned timeout_s)
{
	struct feed_fetch *fetch = calloc(1, sizeof(*fetch));
	CURL *curl = fetch ? curl_easy_init() : NULL;

	if (curl == NULL) {
		free(fetch);
		return NULL;
	}
	fetch->curl = curl;
	buf_init(&fetch->body);
	/* Only HTTPS, also after a redirect: whoever could change a list on
	 * its way could accuse or clear anybody. */
	curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "https");
	curl_easy_setopt(curl, CURLOPT_REDIR_PROTOCOLS_STR, "https");
	curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 1L);
	curl_easy_setopt(curl, CURLOPT_MAXREDIRS, (long)REDIRECTS);
	curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT, (long)CONNECT_S);
	curl_easy_setopt(curl, CURLOPT_TIMEOUT, (long)timeout_s);
	curl_easy_setopt(curl, CURLOPT_LOW_SPEED_LIMIT, 1L);
	curl_easy_setopt(curl, CURLOPT_LOW_SPEED_TIME, (long)STALLED_S);
	curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(curl, CURLOPT_ACCEPT_ENCODING, "");
	curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, take_body);
	curl_easy_setopt(curl, CURLOPT_WRITEDATA, fetch);
	curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, take_header);
	curl_easy_setopt(curl, CURLOPT_HEADERDATA, fetch);
	curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, fetch->error);
	if (authority != NULL)
		curl_easy_setopt(curl, CURLOPT_CAINFO, authority);
	return fetch;
}

void
feed_fetch_free(struct feed_fetch *fetch)
{
	if (fetch == NULL)
		return;
	curl_easy_cleanup(fetch->curl);
	buf_fini(&fetch->body);
	free(fetch);
}

/* The headers that ask only for what is newer; null where there is nothing
 * to compare with. */
static struct curl_slist *
conditions(const struct feed_tags *known)
{
	char line[FEED_TAG_SIZE + 32];
	struct curl_slist *headers = NULL;

	if (known != NULL && known->etag[0] != '\0') {
		snprintf(line, sizeof(line), "If-None-Match: %s", known->etag);
		headers = curl_slist_append(headers, line);
	}
	if (known != NULL && known->modified[0] != '\0') {
		snprintf(line, sizeof(line), "If-Modified-Since: %s",
		    known->modified);
		headers = curl_slist_append(headers, line);
	}
	return headers;
}

static void
say_fault(const struct feed_fetch *fetch, CURLcode code, long status,
    struct feed_reply *reply)
{
	if (fetch->too_large)
		snprintf(reply->fault, sizeof(reply->fault),
		    "it is larger than 64 MiB");
	else if (code == CURLE_UNSUPPORTED_PROTOCOL)
		snprintf(reply->fault, sizeof(reply->fault),
		    "only https is fetched");
	else if (code != CURLE_OK)
		snprintf(reply->fault, sizeof(reply->fault), "%s",
		    fetch->error[0] ? fetch->error : curl_easy_strerror(code));
	else
		snprintf(reply->fault, sizeof(reply->fault),
		    "the server answers with status %ld", status);
}

bool
feed_fetch_get(struct feed_fetch *fetch, const char *url,
    const struct feed_tags *known, struct feed_reply *reply)
{
	struct curl_slist *headers = conditions(known);
	bool asked = headers != NULL;
	long status = 0;
	CURLcode code;

	memset(reply, 0, sizeof(*reply));
	memset(&fetch->tags, 0, sizeof(fetch->tags));
	buf_clear(&fetch->body);
	fetch->error[0] = '\0';
	fetch->too_large = false;
	curl_easy_setopt(fetch->curl, CURLOPT_URL, url);
	curl_easy_setopt(fetch->curl, CURLOPT_HTTPHEADER, headers);
	code = curl_easy_perform(fetch->curl);
	curl_easy_getinfo(fetch->curl, CURLINFO_RESPONSE_CODE, &status);
	curl_easy_setopt(fetch->curl, CURLOPT_HTTPHEADER, NULL);
	curl_slist_free_all(headers);
	reply->tags = fetch->tags;
	reply->unchanged =
	    code == CURLE_OK && asked && status == HTTP_NOT_MODIFIED;
	if (reply->unchanged)
		return true;
	if (code != CURLE_OK || status != HTTP_OK) {
		say_fault(fetch, code, status, reply);
		return false;
	}
	reply->size = fetch->body.size;
	reply->bytes = fetch->body.bytes; /* Given away. */
	buf_init(&fetch->body);
	return true;
}
