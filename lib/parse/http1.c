#include "parse/http1.h"

#include "flowscan.h"

enum {
	METHOD_MAX = 24, /* Of those registered, the longest has 17. */
	HEADERS_MAX = 256,
};

/* RFC 9110 section 5.6.2 */
static bool
token_char(uint8_t c)
{
	return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') ||
	    (c >= 'a' && c <= 'z') ||
	    (c != '\0' && strchr("!#$%&'*+-.^_`|~", c) != NULL);
}

/* Methods are tokens; all that are in use are capitals, "-" and "_". */
static bool
method_char(uint8_t c)
{
	return (c >= 'A' && c <= 'Z') || c == '-' || c == '_';
}

static bool
blank(uint8_t c)
{
	return c == ' ' || c == '\t';
}

/* Takes a line off, without its end (CR LF, or LF alone). */
static bool
take_line(struct cursor *cursor, struct cursor *line)
{
	struct cursor found = { cursor->at, 0 }, at = *cursor;
	uint8_t c, before = 0;

	while (cursor_u8(&at, &c)) {
		if (c == '\n') {
			if (before == '\r')
				found.left--;
			*line = found;
			*cursor = at;
			return true;
		}
		found.left++;
		before = c;
	}
	return false;
}

/* Without the blanks around it. */
static struct cursor
trimmed(struct cursor text)
{
	struct cursor at;
	size_t size = 0;
	uint8_t c;

	while (cursor_peek(&text, &c) && blank(c) && cursor_skip(&text, 1))
		;
	for (at = text; cursor_u8(&at, &c);)
		if (!blank(c))
			size = text.left - at.left;
	return cursor_of(text.at, size);
}

/* Takes what stands before the next space, and the space. */
static bool
take_word(struct cursor *line, struct cursor *word)
{
	struct cursor found = { line->at, 0 }, at = *line;
	uint8_t c;

	while (cursor_u8(&at, &c)) {
		if (c == ' ') {
			*word = found;
			*line = at;
			return found.left > 0;
		}
		found.left++;
	}
	return false;
}

static bool
equals(struct cursor text, const char *word)
{
	return text.left == strlen(word) &&
	    memcmp(text.at, word, text.left) == 0;
}

static uint8_t
lower(uint8_t c)
{
	return c >= 'A' && c <= 'Z' ? (uint8_t)(c | 0x20) : c;
}

/* Whether 'text' begins with 'word', in any case. */
static bool
begins_alike(struct cursor text, const char *word)
{
	uint8_t c;

	for (; *word != '\0'; word++)
		if (!cursor_u8(&text, &c) || lower(c) != lower((uint8_t)*word))
			return false;
	return true;
}

static bool
alike(struct cursor text, const char *word)
{
	return text.left == strlen(word) && begins_alike(text, word);
}

/* "HTTP/1.x" */
static bool
read_version(struct cursor text, uint8_t *minor)
{
	uint8_t digit;

	if (!cursor_begins(&text, "HTTP/1.", 7) || !cursor_skip(&text, 7) ||
	    !cursor_u8(&text, &digit) || text.left != 0 || digit < '0' ||
	    digit > '9')
		return false;
	*minor = (uint8_t)(digit - '0');
	return true;
}

/* Splits what follows the start line at the empty line that ends the
 * header. */
static bool
take_headers(struct cursor stream, struct cursor *headers, struct cursor *rest)
{
	struct cursor at = stream, line;

	*headers = cursor_of(stream.at, 0);
	*rest = cursor_of(stream.at, 0);
	while (take_line(&at, &line)) {
		if (line.left == 0) {
			*rest = at;
			return true;
		}
		headers->left = stream.left - at.left;
	}
	return false;
}

static bool
form_absolute(struct cursor target)
{
	struct cursor at = target;
	uint8_t c = 0;

	/* scheme "://" */
	while (cursor_peek(&at, &c) && token_char(c) && cursor_skip(&at, 1))
		;
	return at.left < target.left && cursor_begins(&at, "://", 3);
}

static enum http1_form
form_of(struct cursor method, struct cursor target)
{
	if (cursor_begins(&target, "/", 1))
		return HTTP1_ORIGIN;
	if (equals(method, "CONNECT"))
		return HTTP1_AUTHORITY;
	if (equals(target, "*"))
		return HTTP1_ASTERISK;
	return form_absolute(target) ? HTTP1_ABSOLUTE : HTTP1_STRANGE;
}

/* Whether the bytes can be the beginning of a request: a method, a space,
 * and then no control characters up to the line's end. */
static bool
request_begins(struct cursor stream)
{
	unsigned method = 0;
	uint8_t c = 0;

	while (cursor_u8(&stream, &c) && c != ' ')
		if (!method_char(c) || ++method > METHOD_MAX)
			return false;
	while (cursor_u8(&stream, &c) && c != '\r' && c != '\n')
		if (c < ' ' || c == 0x7f)
			return false;
	return true;
}

int
http1_request_read(struct cursor stream, struct http1_request *request)
{
	struct http1_request next;
	struct cursor line, at = stream;

	/* An empty line may come first (RFC 9112 section 2.2). */
	if (at.left == 0 || (at.left == 1 && cursor_begins(&at, "\r", 1)))
		return FS_ETRUNC;
	if (cursor_begins(&at, "\r\n", 2) && !cursor_skip(&at, 2))
		return FS_ETRUNC;
	if (!request_begins(at))
		return FS_EFORMAT;
	if (!take_line(&at, &line))
		return FS_ETRUNC;
	if (equals(line, "PRI * HTTP/2.0"))
		return FS_EUNSUP;
	if (!take_word(&line, &next.method) ||
	    !take_word(&line, &next.target) || !read_version(line, &next.minor))
		return FS_EFORMAT;
	next.form = form_of(next.method, next.target);
	next.whole = take_headers(at, &next.headers, &next.rest);
	*request = next;
	return 0;
}

/* Three digits, then the end or a space. */
static bool
read_status(struct cursor text, uint16_t *status)
{
	uint16_t value = 0;
	uint8_t c;
	int i;

	for (i = 0; i < 3; i++) {
		if (!cursor_u8(&text, &c) || c < '0' || c > '9')
			return false;
		value = (uint16_t)(value * 10 + (c - '0'));
	}
	if (value < 100 || (cursor_u8(&text, &c) && c != ' '))
		return false;
	*status = value;
	return true;
}

int
http1_response_read(struct cursor stream, struct http1_response *response)
{
	static const char prefix[] = "HTTP/1.";
	struct http1_response next;
	struct cursor line, word, at = stream;
	size_t seen = at.left < 7 ? at.left : 7;

	if (seen == 0)
		return FS_ETRUNC;
	if (!cursor_begins(&at, prefix, seen))
		return FS_EFORMAT;
	if (!take_line(&at, &line))
		return FS_ETRUNC;
	if (!take_word(&line, &word) || !read_version(word, &next.minor) ||
	    !read_status(line, &next.status))
		return FS_EFORMAT;
	next.whole = take_headers(at, &next.headers, &next.rest);
	*response = next;
	return 0;
}

static bool
split_field(struct cursor line, struct http1_header *header)
{
	struct cursor name = { line.at, 0 };
	uint8_t c = 0;

	while (cursor_u8(&line, &c) && token_char(c))
		name.left++;
	if (name.left == 0 || c != ':')
		return false;
	header->name = name;
	header->value = trimmed(line);
	return true;
}

int
http1_header_next(struct cursor *headers, struct http1_header *header)
{
	struct cursor line;

	while (take_line(headers, &line))
		if (split_field(line, header))
			return 1;
	return 0;
}

bool
http1_header_find(struct cursor headers, const char *name, struct cursor *value)
{
	struct http1_header header;

	while (http1_header_next(&headers, &header) > 0)
		if (alike(header.name, name)) {
			*value = header.value;
			return true;
		}
	return false;
}

static void
keep_first(struct cursor *kept, struct cursor value)
{
	if (kept->left == 0)
		*kept = value;
}

void
http1_fields_read(struct cursor headers, struct http1_fields *fields)
{
	struct cursor none = cursor_of(headers.at, 0);
	struct cursor forwarded = none;
	struct http1_header header;
	unsigned count = 0;

	*fields = (struct http1_fields){ none, none, none, none, none, false };
	while (
	    count++ < HEADERS_MAX && http1_header_next(&headers, &header) > 0) {
		if (alike(header.name, "Host"))
			keep_first(&fields->host, header.value);
		else if (alike(header.name, "User-Agent"))
			keep_first(&fields->user_agent, header.value);
		else if (alike(header.name, "Via"))
			keep_first(&fields->via, header.value);
		else if (alike(header.name, "X-Forwarded-For"))
			keep_first(&fields->forwarded, header.value);
		else if (alike(header.name, "Forwarded"))
			keep_first(&forwarded, header.value);
		else if (alike(header.name, "Upgrade"))
			keep_first(&fields->upgrade, header.value);
		else if (begins_alike(header.name, "Proxy-"))
			fields->proxy = true;
	}
	keep_first(&fields->forwarded, forwarded);
}
