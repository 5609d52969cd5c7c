/* The front page: what is known of a period, gathered and then written. */
#pragma once

#include "report/chart.h"
#include "report/doc.h"
#include "report/fields.h"
#include "report/said.h"
#include "store/store.h"

enum {
	SUMMARY_CLIENTS = 10, /* Told in words, unless the filter says more. */
	SUMMARY_CLIENTS_MAX = 1000,
	SUMMARY_EVENTS = 64, /* Kinds of what was missed. */
	SUMMARY_CHANGES = 24,
	SUMMARY_CHANGES_EACH = 6, /* Of one dimension. */
	SUMMARY_COMPARED = 4,     /* Dimensions. */
};

/* A client to look at, with what speaks for another reading. */
struct summary_client {
	struct store_client row;
	char benign[1024]; /* One a line, of the rules that counted. */
	bool is_new;       /* First seen in this period. */
	const struct fs_note *label; /* What stands; or null. */
};

/* A protocol, class, country or AS whose flows are new, or many more. */
struct summary_change {
	int dimension; /* enum fs_dimension */
	char key[FS_NAME_SIZE], name[FS_NAME_SIZE];
	uint64_t now, before; /* Flows. */
};

/* A client that stands out, hidden or not. */
struct summary_owner {
	struct fs_addr addr;
	int class;
};

/* Events of one kind and subject, added up. */
struct summary_event {
	uint8_t kind; /* enum fs_event_kind */
	char subject[FS_NAME_SIZE];
	char text[FS_TEXT_SIZE]; /* Of the last one. */
	uint64_t times, count, bytes;
	uint64_t last_us;
};

struct summary {
	struct store_query query;
	uint64_t since_us, until_us;
	bool empty; /* The store holds no rows. */
	struct store_totals now;
	/* What is compared with, where the store goes back so far. */
	bool has_before;
	uint64_t before_since_us, before_until_us;
	struct store_totals before;
	struct summary_change change[SUMMARY_CHANGES];
	size_t change_count;
	uint64_t changes_left; /* That had no room. */
	bool has_generation;
	struct fs_generation generation;
	struct summary_event event[SUMMARY_EVENTS];
	size_t event_count;
	uint64_t events_left; /* That had no room. */
	/* To look at: anomalous ones first, then those to review. */
	struct summary_client *client; /* Owned. */
	size_t client_count, client_room;
	/* All that stand out, and the period's traffic by their class. */
	struct summary_owner *owner; /* Owned. */
	size_t owner_count, owner_room;
	bool owners_left; /* That had no room: then nothing is known. */
	struct store_cell owned[FS_CLASS_COUNT];
	uint64_t suspects; /* All of them, but those that are hidden. */
	bool has_charts;   /* Gathered where they are shown. */
	struct charts charts;
	uint64_t new_suspects; /* Of those, first seen in this period. */
	/* What analysts say: borrowed, or null. */
	const struct fs_desk *desk;
	uint64_t now_us;
	uint64_t suppressed; /* Clients that are hidden. */
	struct said said;
	uint64_t labels[FS_LABEL_COUNT]; /* That stand. */
};

/* Gathers; summary_fini() frees, also after a failure. */
int summary_gather(struct fs_store *store, const struct fs_filter *filter,
    struct fs_err *err, struct summary *summary);
void summary_fini(struct summary *summary);

/* Adds to 'owner'; then asks for what fills in 'owned', if it can be known:
 * returns how many of 'count' were used. Then says it. */
int summary_add_owner(struct summary *summary, const struct fs_client *client,
    struct fs_err *err);
size_t summary_ask_shares(struct summary *summary, struct store_count *count);
void summary_say_shares(const struct summary *summary, struct doc *doc);
void summary_put_shares(const struct summary *summary, struct json *json);

/* What is counted of both periods to find what is new: SUMMARY_COMPARED
 * dimensions each, asked for in 'count'. Returns 0 or -ENOMEM. */
struct summary_compare;
int summary_compare_new(const struct store_query *now,
    const struct store_query *before, struct store_count *count,
    struct summary_compare **compare);
void summary_compare_free(struct summary_compare *compare);
/* Fills in 'change' from the answers. */
void summary_find_changes(const struct summary_compare *with,
    struct summary *summary);
/* The section, and the part of the JSON, on what is new or grew. */
void summary_say_new(const struct summary *summary, struct doc *doc);
void summary_put_changes(const struct summary *summary, struct json *json);

/* The sections, and the parts of the JSON, on what analysts say. */
void summary_say_said(const struct summary *summary, struct doc *doc);
void summary_put_said(const struct summary *summary, struct json *json);

/* Write it: as a page, as JSON, as CSV (a line a class). */
int summary_page(const struct summary *summary, const struct fs_out *out,
    struct fs_err *err);
void summary_json(const struct summary *summary, struct json *json);
int summary_csv(const struct summary *summary, const struct fs_out *out,
    struct fs_err *err);

/* One line of the table of traffic. */
struct summary_class {
	int class; /* enum fs_class; FS_CLASS_COUNT: what was not judged. */
	struct store_cell sum;
	struct store_cell decision[3];
	uint64_t whole; /* Flows in all. */
};

/* The line of a class, or of what was not judged. */
void summary_class_line(const struct summary *summary, int class,
    struct summary_class *line);
/* Adds the table of all lines. */
int summary_classes(const struct summary *summary, struct doc *doc,
    struct fs_err *err);

/* Why rules that are newer than those in force were refused, or null. */
const char *summary_refused(const struct summary *summary);
/* Adds the section on what the page rests on. */
void summary_basis(const struct summary *summary, struct doc *doc);

/* "the start was not seen": why flows could not be judged. */
const char *summary_why(int why);
