#include "parse/x509.h"

#include "flowscan.h"

enum { /* Tags (X.690 section 8.1.2). */
	DER_INTEGER = 0x02,
	DER_OCTETS = 0x04,
	DER_OID = 0x06,
	DER_UTF8 = 0x0c,
	DER_PRINTABLE = 0x13,
	DER_TELETEX = 0x14,
	DER_IA5 = 0x16,
	DER_UTC_TIME = 0x17,
	DER_TIME = 0x18,
	DER_SEQUENCE = 0x30,
	DER_SET = 0x31,
	DER_VERSION = 0xa0,    /* [0] of a certificate. */
	DER_EXTENSIONS = 0xa3, /* [3] of it. */
	DER_DNS_NAME = 0x82,   /* [2] of a GeneralName. */
	DER_LONG_TAG = 0x1f,   /* More bytes of tag follow. */
};

enum {
	LONG_SIZE = 0x80,    /* More bytes of size follow: so many. */
	LONG_SIZE_BYTES = 3, /* No message of TLS is larger. */
	DAY_SECONDS = 86400,
};

struct element {
	uint8_t tag;
	struct cursor body;
};

/* Reads a size in its only form (X.690 section 10.1). */
static int
take_size(struct cursor *bytes, size_t *size)
{
	uint8_t first, byte;
	size_t value = 0;
	unsigned left;

	if (!cursor_u8(bytes, &first))
		return FS_ETRUNC;
	if (first < LONG_SIZE) {
		*size = first;
		return 0;
	}
	left = first - LONG_SIZE;
	if (left == 0 || left > LONG_SIZE_BYTES)
		return FS_EFORMAT;
	for (; left > 0; left--) {
		if (!cursor_u8(bytes, &byte))
			return FS_ETRUNC;
		if (value == 0 && byte == 0)
			return FS_EFORMAT;
		value = value << 8 | byte;
	}
	if (value < LONG_SIZE)
		return FS_EFORMAT;
	*size = value;
	return 0;
}

/* Returns 1, 0 at the end, FS_ETRUNC or FS_EFORMAT. */
static int
der_next(struct cursor *bytes, struct element *element)
{
	struct cursor at = *bytes;
	struct element next;
	size_t size;
	int rc;

	if (!cursor_u8(&at, &next.tag))
		return 0;
	if ((next.tag & DER_LONG_TAG) == DER_LONG_TAG)
		return FS_EFORMAT;
	if ((rc = take_size(&at, &size)) < 0)
		return rc;
	if (!cursor_take(&at, size, &next.body))
		return FS_ETRUNC;
	*element = next;
	*bytes = at;
	return 1;
}

/* Takes the next element, which has to be there with that tag. */
static bool
der_take(struct cursor *bytes, uint8_t tag, struct cursor *body)
{
	struct cursor at = *bytes;
	struct element next;

	if (der_next(&at, &next) != 1 || next.tag != tag)
		return false;
	*body = next.body;
	*bytes = at;
	return true;
}

/* Takes the next element if it has that tag; else 'body' is empty. */
static void
der_maybe(struct cursor *bytes, uint8_t tag, struct cursor *body)
{
	if (!der_take(bytes, tag, body))
		*body = cursor_of(bytes->at, 0);
}

static bool
same(const struct cursor *a, const void *bytes, size_t size)
{
	return a->left == size && cursor_begins(a, bytes, size);
}

/* ---- Names ------------------------------------------------------------- */

static bool
is_text(uint8_t tag)
{
	return tag == DER_UTF8 || tag == DER_PRINTABLE || tag == DER_TELETEX ||
	    tag == DER_IA5;
}

/* An AttributeTypeAndValue. */
static bool
read_attribute(struct cursor attribute, struct x509_name *name)
{
	static const uint8_t common[] = { 0x55, 0x04, 0x03 };
	static const uint8_t organisation[] = { 0x55, 0x04, 0x0a };
	struct cursor type;
	struct element value;

	if (!der_take(&attribute, DER_OID, &type) ||
	    der_next(&attribute, &value) != 1 || attribute.left > 0)
		return false;
	if (!is_text(value.tag))
		return true;
	if (same(&type, common, sizeof(common)))
		name->common = value.body;
	if (same(&type, organisation, sizeof(organisation)))
		name->organisation = value.body;
	return true;
}

static bool
read_name(struct cursor parts, struct x509_name *name)
{
	struct cursor set, attribute;

	name->common = name->organisation = cursor_of(parts.at, 0);
	while (parts.left > 0) {
		if (!der_take(&parts, DER_SET, &set))
			return false;
		while (set.left > 0)
			if (!der_take(&set, DER_SEQUENCE, &attribute) ||
			    !read_attribute(attribute, name))
				return false;
	}
	return true;
}

/* ---- Times ------------------------------------------------------------- */

static bool
two_digits(struct cursor *text, int64_t *value)
{
	uint8_t tens, ones;

	if (!cursor_u8(text, &tens) || !cursor_u8(text, &ones) || tens < '0' ||
	    tens > '9' || ones < '0' || ones > '9')
		return false;
	*value = (tens - '0') * 10 + (ones - '0');
	return true;
}

/* Days from 1970-01-01 in the calendar of Gregory; the year begins in March,
 * so that a leap day is its last. */
static int64_t
days_until(int64_t year, int64_t month, int64_t day)
{
	int64_t before = year - (month <= 2);
	int64_t since_march = month + (month > 2 ? -3 : 9);
	int64_t epoch = 719468; /* Days from 0000-03-01 to 1970-01-01. */

	return before * 365 + before / 4 - before / 100 + before / 400 +
	    (153 * since_march + 2) / 5 + day - 1 - epoch;
}

/* Reads a Time (RFC 5280 section 4.1.2.5): to the second, and in UTC. */
static bool
read_time(struct cursor *bytes, int64_t *seconds)
{
	struct element time;
	int64_t century = 0, year, month, day, hour, minute, second;
	uint8_t zone;

	if (der_next(bytes, &time) != 1)
		return false;
	if (time.tag == DER_TIME) {
		if (!two_digits(&time.body, &century))
			return false;
	} else if (time.tag != DER_UTC_TIME) {
		return false;
	}
	if (!two_digits(&time.body, &year) || !two_digits(&time.body, &month) ||
	    !two_digits(&time.body, &day) || !two_digits(&time.body, &hour) ||
	    !two_digits(&time.body, &minute) ||
	    !two_digits(&time.body, &second) || !cursor_u8(&time.body, &zone) ||
	    zone != 'Z' || time.body.left > 0)
		return false;
	if (month < 1 || month > 12 || day < 1 || day > 31 || hour > 23 ||
	    minute > 59 || second > 60)
		return false;
	if (time.tag == DER_UTC_TIME)
		century = year < 50 ? 20 : 19;
	*seconds = days_until(century * 100 + year, month, day) * DAY_SECONDS +
	    hour * 3600 + minute * 60 + second;
	return true;
}

static void
read_validity(struct cursor validity, struct x509 *found)
{
	found->not_before = found->not_after = 0;
	found->dated = read_time(&validity, &found->not_before) &&
	    read_time(&validity, &found->not_after) && validity.left == 0 &&
	    found->not_after >= found->not_before;
}

/* ---- Extensions -------------------------------------------------------- */

static bool
read_alt_names(struct cursor value, struct x509 *found)
{
	struct cursor names;
	struct element name;

	if (!der_take(&value, DER_SEQUENCE, &names) || value.left > 0)
		return false;
	while (names.left > 0) {
		if (der_next(&names, &name) != 1)
			return false;
		if (name.tag != DER_DNS_NAME)
			continue;
		if (found->name_count < X509_NAMES_MAX)
			found->name[found->name_count] = name.body;
		found->name_count++;
	}
	return true;
}

static bool
read_extension(struct cursor extension, struct x509 *found)
{
	static const uint8_t alt_name[] = { 0x55, 0x1d, 0x11 };
	struct cursor type;
	struct element value;

	if (!der_take(&extension, DER_OID, &type) ||
	    der_next(&extension, &value) != 1)
		return false;
	/* Whether it is critical may stand between. */
	if (value.tag != DER_OCTETS && der_next(&extension, &value) != 1)
		return false;
	if (value.tag != DER_OCTETS || extension.left > 0)
		return false;
	return !same(&type, alt_name, sizeof(alt_name)) ||
	    read_alt_names(value.body, found);
}

/* Finds the extensions in what follows the subject. */
static bool
read_rest(struct cursor rest, struct x509 *found)
{
	struct element next;
	struct cursor list, extension;

	found->name_count = 0;
	while (rest.left > 0) {
		if (der_next(&rest, &next) != 1)
			return false;
		if (next.tag != DER_EXTENSIONS)
			continue;
		if (!der_take(&next.body, DER_SEQUENCE, &list) ||
		    next.body.left > 0)
			return false;
		while (list.left > 0)
			if (!der_take(&list, DER_SEQUENCE, &extension) ||
			    !read_extension(extension, found))
				return false;
	}
	return true;
}

/* ---- The certificate --------------------------------------------------- */

/* A TBSCertificate. */
static bool
read_content(struct cursor content, struct x509 *found)
{
	struct cursor version, serial, algorithm, issuer, validity, subject;

	der_maybe(&content, DER_VERSION, &version);
	if (!der_take(&content, DER_INTEGER, &serial) ||
	    !der_take(&content, DER_SEQUENCE, &algorithm) ||
	    !der_take(&content, DER_SEQUENCE, &issuer) ||
	    !der_take(&content, DER_SEQUENCE, &validity) ||
	    !der_take(&content, DER_SEQUENCE, &subject) ||
	    !read_name(issuer, &found->issuer) ||
	    !read_name(subject, &found->subject))
		return false;
	found->serial_size = serial.left;
	found->self_issued = same(&issuer, subject.at, subject.left);
	read_validity(validity, found);
	return read_rest(content, found);
}

int
x509_read(struct cursor bytes, struct x509 *certificate)
{
	struct element whole;
	struct cursor content;
	struct x509 found;
	int rc = der_next(&bytes, &whole);

	if (rc <= 0)
		return rc == 0 ? FS_ETRUNC : rc;
	if (whole.tag != DER_SEQUENCE || bytes.left > 0 ||
	    !der_take(&whole.body, DER_SEQUENCE, &content) ||
	    !read_content(content, &found))
		return FS_EFORMAT;
	*certificate = found;
	return 0;
}
