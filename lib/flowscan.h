/* flowscan: says for every flow and every client on a tap what was seen, how
 * sure that is, and why.
 *
 * The front door of libflowscan: every public type and function. It includes
 * libc alone, so every room of the library may include it.
 *
 * Conventions. Functions return 0 or more when they worked, and a negative
 * code otherwise: a negated errno, or a value of 'enum fs_error'. Outputs
 * come last and are untouched on failure. Functions that set something up
 * also fill 'struct fs_err', which may be null. Destructors accept null. The
 * library starts no thread, reads no clock, prints nothing and never exits.
 *
 * Units. '_us' are microseconds (points in time since 1970 UTC), '_milli' are
 * thousandths of the unit, weights are thousandths of a nat. Index 0 of a
 * pair is client to server. Sizes are wire sizes unless said otherwise. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#if defined(__GNUC__)
#define FS_PRINTF(text, first) __attribute__((format(printf, text, first)))
#define FS_PUBLIC __attribute__((visibility("default")))
#else
#define FS_PRINTF(text, first)
#define FS_PUBLIC
#endif

/* ---- Errors ---------------------------------------------------------- */

enum fs_error {
	FS_ETRUNC = -1001,  /* Input ends before it should. */
	FS_EFORMAT = -1002, /* Input breaks its format. */
	FS_EUNSUP = -1003,  /* Valid, but not a thing we read. */
	FS_EFULL = -1004,   /* A configured bound is reached. */
	FS_ECONFIG = -1005, /* A config, rule or list has a fault. */
	FS_EDB = -1006,     /* A database is damaged, or not one of ours. */
	FS_ENEWER = -1007,  /* A database has a newer schema than we know. */
	FS_EEND = -1008,    /* There is no more. */
};

/* What went wrong, for a person: what, where, what was expected, what to do.
 * 'line' and 'column' count from 1; 0 means that they do not apply. */
struct fs_err {
	int code;
	unsigned line;
	unsigned column;
	char file[256];
	char text[512];
};

/* Returns a short English text for a code of this library or of errno. */
FS_PUBLIC const char *fs_strerror(int code);

/* Returns the version, such as "0.1.0". */
FS_PUBLIC const char *fs_version(void);

/* ---- Plain values ---------------------------------------------------- */

/* An IPv4 address uses the first four bytes, the rest are 0. */
struct fs_addr {
	uint8_t bytes[16];
	uint8_t family; /* 4, 6, or 0: no address. */
};

struct fs_prefix {
	struct fs_addr addr;
	uint8_t bits;
};

enum fs_view { FS_VIEW_PATH, FS_VIEW_EXIT };

enum fs_class {
	FS_CLASS_UNKNOWN,
	FS_CLASS_DIRECT,
	FS_CLASS_VPN,
	FS_CLASS_PROXY,
	FS_CLASS_RELAY,
	FS_CLASS_TUNNEL,
	FS_CLASS_TOR,
	FS_CLASS_PRIVACY_RELAY,
	FS_CLASS_COUNT,
};

enum fs_decision { FS_CLEAN, FS_REVIEW, FS_ANOMALOUS };

/* Whether a flow could be judged at all. */
enum fs_coverage { FS_COVERAGE_NONE, FS_COVERAGE_PARTIAL, FS_COVERAGE_FULL };

enum {
	FS_NAME_SIZE = 64,     /* Rules, services, sensors. */
	FS_PROTOCOL_SIZE = 24, /* Canonical protocol names. */
	FS_FAMILY_SIZE = 24,
	FS_TEXT_SIZE = 240,    /* One sentence of evidence. */
	FS_EVIDENCE_MAX = 16,  /* Pieces of evidence a row. */
	FS_SIGNALS_SIZE = 8192 /* Encoded signals of a row. */
};

/* One rule that matched. The 'llr' of all evidence of a row and the prior
 * add up to the log-odds of its verdict; 'llr_full' is what the rule would
 * weigh alone (a family's second piece counts half, and families are
 * capped). Both in thousandths of a nat. */
struct fs_evidence {
	char rule[FS_NAME_SIZE];
	char family[FS_FAMILY_SIZE];
	char protocol[FS_PROTOCOL_SIZE];
	char text[FS_TEXT_SIZE];
	int32_t llr;
	int32_t llr_full;
	uint32_t count; /* Flows it was seen in (1 for a flow). */
	uint8_t class;  /* enum fs_class */
	bool shadow;    /* Evaluated and kept, never counted. */
};

struct fs_verdict {
	char protocol[FS_PROTOCOL_SIZE];
	int32_t prior;     /* Thousandths of a nat. */
	int32_t log_odds;  /* Thousandths of a nat. */
	int32_t score_ppm; /* Probability in millionths. */
	uint8_t class;     /* enum fs_class */
	uint8_t decision;  /* enum fs_decision */
	uint8_t view;      /* enum fs_view */
	uint8_t coverage;  /* enum fs_coverage */
};

/* What a worker says of one flow: a plain value without pointers. 'signals'
 * holds signals as encoded by signal/blob.h. It is also one row of the
 * store. */
struct fs_observation {
	uint64_t flow_id;   /* Same capture, same identity. */
	uint64_t parent_id; /* The outer tunnel's flow, or 0. */
	uint64_t first_us;
	uint64_t last_us;
	uint64_t said_us; /* When this was said; see fs_engine_flush(). */
	uint64_t packets[2];
	uint64_t bytes[2];
	struct fs_addr client;
	struct fs_addr server;
	int32_t client_port; /* -1: the transport has none. */
	int32_t server_port;
	uint32_t rev;        /* 1, 2, ...: the highest is the latest. */
	uint32_t generation; /* Of rules and databases; fs_generation. */
	uint8_t ip_proto;
	uint8_t icmp_type; /* For the Community ID. */
	uint8_t icmp_code;
	bool client_first; /* The client is the first packet's sender. */
	bool final;        /* No later revision follows. */
	bool flushed;      /* It ended with all others, not by itself. */
	char service[FS_NAME_SIZE]; /* Empty: none. */
	char sensor[FS_NAME_SIZE];
	struct fs_verdict verdict;
	uint32_t evidence_count;
	uint32_t signals_size;
	struct fs_evidence evidence[FS_EVIDENCE_MAX];
	uint8_t signals[FS_SIGNALS_SIZE];
};

/* What is known of one client address: one row of the store. */
struct fs_client {
	struct fs_addr addr;
	uint8_t bits; /* 32, or what the config folds IPv6 to (64). */
	uint32_t rev;
	uint32_t generation;
	uint64_t first_us;
	uint64_t last_us;
	uint64_t flows; /* Of its own view. */
	uint64_t flows_all;
	uint64_t bytes;
	char sensor[FS_NAME_SIZE];
	struct fs_verdict verdict;
	uint32_t evidence_count;
	uint32_t signals_size;
	struct fs_evidence evidence[FS_EVIDENCE_MAX];
	uint8_t signals[FS_SIGNALS_SIZE];
};

/* The names used in every output, and back. The '_find' calls return the
 * value or -1. */
FS_PUBLIC const char *fs_class_name(int class);
FS_PUBLIC int fs_class_find(const char *name);
FS_PUBLIC const char *fs_decision_name(int decision);
FS_PUBLIC int fs_decision_find(const char *name);
FS_PUBLIC const char *fs_view_name(int view);
FS_PUBLIC int fs_view_find(const char *name);
FS_PUBLIC const char *fs_coverage_name(int coverage);
/* Returns "tcp", "udp", "icmp", "gre", ... or "ip-N" in '*room', which has
 * at least 8 bytes. */
FS_PUBLIC const char *fs_transport_name(int ip_proto, char *room);

/* ---- Capture: interface or capture file -> frame --------------------- */

struct fs_capture;

/* One frame as captured. 'bytes' stays owned by the capture and valid until
 * the next call. */
struct fs_frame {
	const uint8_t *bytes;
	uint32_t size;      /* Captured. */
	uint32_t wire_size; /* As sent. */
	uint64_t time_us;
	int link; /* DLT_* of libpcap, as in pcap_datalink(). */
};

struct fs_capture_stats {
	uint64_t frames;
	uint64_t bytes;        /* Captured bytes of those frames. */
	uint64_t kernel_drops; /* Live: no room in the ring. */
	uint64_t iface_drops;  /* Live: by the interface. */
	uint64_t file_at;      /* File: bytes read, as stored. */
	uint64_t file_size;    /* File: 0 if unknown (a pipe). */
};

/* Opens a capture file: pcap or pcapng, plain, gzip or zstd; "-" is standard
 * input.
 *
 * Returns 0, a negated errno, FS_EFORMAT (no capture at all), FS_ETRUNC (ends
 * within its header) or FS_EUNSUP (compressed in a way that we do not
 * read). */
FS_PUBLIC int fs_capture_open_file(const char *path, struct fs_err *err,
    struct fs_capture **capture);

/* Opens a live interface. 'ring_size' is in bytes, 0 for the default.
 * Non-blocking: watch fs_capture_fd(). */
FS_PUBLIC int fs_capture_open_live(const char *iface, size_t ring_size,
    struct fs_err *err, struct fs_capture **capture);

/* Returns the descriptor to watch, or -1 for a file. */
FS_PUBLIC int fs_capture_fd(const struct fs_capture *capture);

/* Takes up an interface that was down or gone, if it is there again by its
 * name; the descriptor stays, so that this needs no privilege.
 *
 * Returns 1; 0 when it is not there yet; FS_EUNSUP when it is of another link
 * type now; or a negated errno. */
FS_PUBLIC int fs_capture_again(struct fs_capture *capture, struct fs_err *err);

/* Reads one frame.
 *
 * Returns 1; 0 at the end of a file or when a live capture has none now;
 * FS_ETRUNC or FS_EFORMAT where a file is damaged ('err' says where: what was
 * read before stands); FS_EUNSUP at the end of a file whose link type is not
 * decoded, or where it changes; or a negated errno. */
FS_PUBLIC int fs_capture_next(struct fs_capture *capture, struct fs_err *err,
    struct fs_frame *frame);

FS_PUBLIC void fs_capture_stats(struct fs_capture *capture,
    struct fs_capture_stats *stats);
FS_PUBLIC void fs_capture_close(struct fs_capture *capture);

/* ---- Settings -------------------------------------------------------- */

/* What is protected. Arrays are owned by whoever filled them. */
struct fs_service {
	char name[FS_NAME_SIZE];
	struct fs_prefix *addresses;
	size_t address_count;
	uint16_t *ports; /* None: every port. */
	size_t port_count;
	char **names; /* TLS server names. */
	size_t name_count;
};

/* A mirror's transport (never a finding): see 'kinds' in packet/packet.h. */
struct fs_mirror {
	char kind[16]; /* vxlan, geneve, gre, erspan, ... */
	int64_t id;    /* VNI or session; -1: every one. */
};

/* What counts against a client. A class, protocol, peer or client that does
 * not count is named, and its verdict stays 'clean'. */
struct fs_policy {
	bool class_counts[FS_CLASS_COUNT];
	char (*ignored_protocols)[FS_PROTOCOL_SIZE];
	size_t ignored_protocol_count;
	struct fs_prefix *ignored_peers;
	size_t ignored_peer_count;
	struct fs_prefix *ignored_clients;
	size_t ignored_client_count;
};

/* How evidence becomes a verdict: thousandths of a nat, millionths. */
struct fs_scoring {
	int32_t prior;
	int32_t family_cap;
	int32_t protocol_cap; /* A protocol read from the bytes. */
	int32_t review_ppm;
	int32_t anomalous_ppm;
	uint32_t half_life_s;
};

struct fs_settings {
	char sensor[FS_NAME_SIZE];
	bool located;
	double latitude, longitude; /* Degrees. */
	struct fs_service *services;
	size_t service_count;
	bool service_scope; /* Leave out what is not to a service. */
	struct fs_mirror *mirrors;
	size_t mirror_count;
	bool outer_flows; /* Outer tunnels are flows, too. */
	struct fs_policy policy;
	struct fs_scoring scoring;
	uint32_t flow_max;
	uint32_t detect_max; /* Flows under inspection at once. */
	uint32_t client_max;
	uint32_t tcp_idle_s, udp_idle_s, closed_idle_s;
	uint32_t active_s; /* 0: no revision before the end. */
	bool early; /* A flow that is not clean is said as soon as it is. */
	uint8_t ipv6_client_bits;
	uint64_t hash_seed;
};

/* Fills in the defaults of docs/flowscand.yaml.5, which fs_settings_fini()
 * frees. Returns 0 or -ENOMEM. */
FS_PUBLIC int fs_settings_init(struct fs_settings *settings);

/* Frees what the settings own: all arrays, taken to be from malloc(). */
FS_PUBLIC void fs_settings_fini(struct fs_settings *settings);

/* ---- Privacy ---------------------------------------------------------- */

/* What is kept of clients' addresses, and of names (TLS, HTTP, DNS, and those
 * in certificates). */
enum fs_client_kept {
	FS_CLIENT_FULL,
	FS_CLIENT_PREFIX,
	FS_CLIENT_PSEUDONYM,
};
enum fs_names_kept { FS_NAMES_FULL, FS_NAMES_SUFFIX, FS_NAMES_NONE };

enum { FS_PRIVACY_KEY_SIZE = 32 };

/* What is kept of whom: see docs/privacy.md. Zeros keep everything. */
struct fs_privacy {
	int clients;              /* enum fs_client_kept */
	int names;                /* enum fs_names_kept */
	bool no_excerpts;         /* First bytes, and HTTP headers. */
	uint8_t ipv4, ipv6;       /* Bits of a prefix. */
	uint8_t ipv6_client_bits; /* As in the settings. */
	uint8_t key[FS_PRIVACY_KEY_SIZE];
};

/* ---- Rules ----------------------------------------------------------- */

struct fs_ruleset;

/* One fault or warning in a rules file; 'err->text' says it. */
typedef void fs_fault_fn(void *ctx, bool warning, const struct fs_err *err);

/* Loads rule files (*.yaml, in order of name) from folders and files.
 * Every fault goes to 'fault', which may be null; 'err' gets the first.
 *
 * Returns 0, FS_ECONFIG, a negated errno. */
FS_PUBLIC int fs_ruleset_load(const char *const *paths, size_t count,
    fs_fault_fn *fault, void *ctx, struct fs_err *err,
    struct fs_ruleset **rules);
FS_PUBLIC void fs_ruleset_free(struct fs_ruleset *rules);
/* From now on, sentences have no more than 'privacy' keeps. What matches does
 * not depend on it. Before the set is shared between threads. */
FS_PUBLIC void fs_ruleset_hide(struct fs_ruleset *rules,
    const struct fs_privacy *privacy);

/* What a person may read of one rule. Strings stay owned by the set; null
 * where the rule says nothing. Lists are one item a line. */
struct fs_rule_info {
	const char *name, *desc, *condition, *family, *protocol, *says;
	const char *benign, *references, *tags, *file;
	const char *exceptions; /* "name (reason): condition" */
	const char *changed;    /* Why another file changes it. */
	const char *untested;   /* Why it brings no test for both answers. */
	unsigned line;
	int class;
	int32_t llr_true;          /* Thousandths of a nat. */
	int64_t if_true, if_false; /* Likelihoods, in billionths. */
	const char *measured;      /* Where they come from. */
	uint64_t expires_us;       /* 0: never. */
	size_t test_count;
	bool client_scope, enabled, shadow;
};

FS_PUBLIC size_t fs_ruleset_count(const struct fs_ruleset *rules);
FS_PUBLIC void fs_ruleset_info(const struct fs_ruleset *rules, size_t index,
    struct fs_rule_info *info);
/* Whether a rule's condition asks for a signal (see fs_signal_info()). */
FS_PUBLIC bool fs_ruleset_asks(const struct fs_ruleset *rules, size_t index,
    size_t signal);
/* What a list says of itself; null, or 0, where it does not. */
/* Texts are null where the list does not say; 'path' where its items stand in
 * the rule file. */
struct fs_list_info {
	const char *name, *source, *licence, *url;
	const char *format; /* "cidr", ...; "": as it is used. */
	const char *reader; /* "lines", "csv", ... */
	const char *path;
	const char *sha256; /* Of the file, 64 hex digits, or "". */
	uint64_t date_us, max_age_us;
	/* Items that are used, could not be read, and are of a kind that the
	 * list does not hold. */
	size_t items, rejected, left_out;
	bool is_feed; /* Others publish it. */
};

/* Lays a rule file out as all are: definitions at the margin with an empty
 * line between them, keys in one order. Comments and the writing of values
 * stay, and what it says: that is checked. '*laid' is the caller's, to be
 * freed with free().
 *
 * Returns 0, FS_ECONFIG (it is no YAML), FS_EUNSUP (what it says would
 * change) or -ENOMEM, with 'err'. */
FS_PUBLIC int fs_rules_layout(const char *text, size_t size, const char *name,
    struct fs_err *err, char **laid, size_t *laid_size);

/* A condition that stands in no rule, and the rule files whose lists and
 * macros it may use. */
struct fs_condition {
	const char *text;
	const char *const *paths;
	size_t path_count;
	void *fault_ctx;
};

/* A part of it. Strings are valid during the call. */
struct fs_part {
	const char *text;   /* As written; no more than fits. */
	const char *kind;   /* "and", "or", "not", "macro", "question" */
	const char *types;  /* Of its signals: "rtt.tcp_ms (number, ms)" */
	const char *work;   /* What its dearest question does. */
	const char *cost;   /* "least", "low", "medium", "high", "highest" */
	unsigned first;     /* Which question its first is, from 1. */
	unsigned questions; /* That it is made of. */
	unsigned depth;     /* Below what it is a part of; from 0. */
};
/* Returns 0, or what ends it. */
typedef int fs_part_fn(void *ctx, const struct fs_part *part);

/* Gives the parts in the order in which they are asked, once the whole has
 * been found right; faults go to 'fault' with 'condition->fault_ctx'.
 *
 * Returns 0, FS_ECONFIG, -ENOMEM or what 'part' returned. */
FS_PUBLIC int fs_condition_explain(const struct fs_condition *condition,
    fs_fault_fn *fault, fs_part_fn *part, void *ctx, struct fs_err *err);

FS_PUBLIC size_t fs_ruleset_list_count(const struct fs_ruleset *rules);
FS_PUBLIC void fs_ruleset_list_info(const struct fs_ruleset *rules,
    size_t index, struct fs_list_info *info);
/* Whether a list is past its age at 'now_us', and so counts less or nothing;
 * then it is said in 'room' (of at least one byte). */
FS_PUBLIC bool fs_ruleset_list_stale(const struct fs_ruleset *rules,
    size_t index, uint64_t now_us, char *room, size_t size);
/* Whether a feed of 'next' has less than half of the items that it has in
 * 'now': that is a publisher's mistake more often than the world's change.
 * Then it is said in 'room' (of at least one byte). */
FS_PUBLIC bool fs_ruleset_shrunk(const struct fs_ruleset *now,
    const struct fs_ruleset *next, char *room, size_t size);
/* 64 hex digits over all rule and list files. */
FS_PUBLIC const char *fs_ruleset_digest(const struct fs_ruleset *rules);

/* ---- Feeds ----------------------------------------------------------- */

/* The lists of rule files that have a 'url' and a 'file', whether or not that
 * file is there: what is to be fetched. Nothing here fetches. */
struct fs_feeds;

struct fs_feed_info {
	const char *name, *url;
	const char *path; /* Of its file. */
	size_t items;     /* That the present file gives; 0: none. */
	bool may_shrink;
};

/* Of a file that was fetched. */
struct fs_feed_result {
	size_t items, rejected, left_out;
	char first[FS_TEXT_SIZE]; /* What the first rejected one was, or "". */
	char sha256[65];
};

/* Faults and paths as fs_ruleset_load() has them. Returns 0, FS_ECONFIG or
 * -ENOMEM. */
FS_PUBLIC int fs_feeds_find(const char *const *paths, size_t count,
    fs_fault_fn *fault, void *ctx, struct fs_err *err, struct fs_feeds **feeds);
FS_PUBLIC void fs_feeds_free(struct fs_feeds *feeds);
FS_PUBLIC size_t fs_feeds_count(const struct fs_feeds *feeds);
FS_PUBLIC void fs_feeds_info(const struct fs_feeds *feeds, size_t index,
    struct fs_feed_info *info);
/* Reads a file that was fetched as the list says, and says what is in it.
 *
 * Returns 0; or FS_EFORMAT (it cannot be read, is empty, more of it is
 * rejected than taken, or it has shrunk by half) or -ENOMEM, with 'err'. */
FS_PUBLIC int fs_feeds_judge(const struct fs_feeds *feeds, size_t index,
    const char *bytes, size_t size, struct fs_err *err,
    struct fs_feed_result *result);

/* ---- Geography ------------------------------------------------------- */

struct fs_geo;

/* Opens city databases (mmdb) and an AS database (mmdb, or a CSV of
 * 'start,end,asn,name'). Counts may be 0. Files are copied, so that one
 * replaced in place does no harm.
 *
 * Returns 0, a negated errno, FS_EFORMAT. */
FS_PUBLIC int fs_geo_open(const char *const *city, size_t city_count,
    const char *const *asn, size_t asn_count, struct fs_err *err,
    struct fs_geo **geo);
FS_PUBLIC void fs_geo_close(struct fs_geo *geo);
/* 64 hex digits over all databases; of nothing, 64 zeros. */
FS_PUBLIC const char *fs_geo_digest(const struct fs_geo *geo);
/* When the oldest database was built, in seconds since 1970; 0: unknown. */
FS_PUBLIC uint64_t fs_geo_built_s(const struct fs_geo *geo);

/* ---- Engine: frame -> observation ------------------------------------ */

struct fs_engine;

/* Takes an observation, which is valid during the call. Returns 0, or a
 * negative code, which ends the run. */
typedef int fs_observe_fn(void *ctx, const struct fs_observation *observation);

/* Counters by name: "no-ip", "truncated-ipv4", ... Names are static. */
struct fs_counter {
	const char *name;
	uint64_t value;
};

struct fs_engine_stats {
	uint64_t frames, bytes;
	uint64_t packets; /* Frames that became a packet of a flow. */
	uint64_t flows, flows_now;
	uint64_t evicted; /* Flows given up for want of room. */
	uint64_t gave_up; /* Flows whose inspection was given up. */
	uint64_t first_us, last_us;
	size_t drop_count; /* Kinds of 'drops', zeros included. */
	struct fs_counter drops[64];
};

/* The engine borrows 'settings', 'rules' and 'geo' (which may be null) until
 * it is freed. */
FS_PUBLIC int fs_engine_new(const struct fs_settings *settings,
    const struct fs_ruleset *rules, const struct fs_geo *geo,
    uint32_t generation, struct fs_err *err, struct fs_engine **engine);
FS_PUBLIC void fs_engine_free(struct fs_engine *engine);
FS_PUBLIC void fs_engine_sink(struct fs_engine *engine, fs_observe_fn *observe,
    void *ctx);

/* From here on, flows are judged by other rules; the engine lets go of the
 * old ones. Every observation names the generation that judged it. */
FS_PUBLIC void fs_engine_reload(struct fs_engine *engine,
    const struct fs_ruleset *rules, uint32_t generation);

/* Returns 0 (whatever the frame holds), or what the sink returned. */
FS_PUBLIC int fs_engine_frame(struct fs_engine *engine,
    const struct fs_frame *frame);
/* Says that 'now_us' has come without a frame (live captures). */
FS_PUBLIC int fs_engine_tick(struct fs_engine *engine, uint64_t now_us);
/* Ends every flow: at the end, and between files whose clocks differ.
 *
 * Observations come in the order of 'said_us', as far as no frame is later
 * than others by more than the shortest idle time; of a flush, in that of
 * 'first_us'. Which of those with equal times comes first is nothing to rely
 * on: whoever wants one order for any number of engines takes 'flow_id'. */
FS_PUBLIC int fs_engine_flush(struct fs_engine *engine);
/* Ends every flow and takes 'now_us' for the time, whatever it was: another
 * story begins. */
FS_PUBLIC int fs_engine_restart(struct fs_engine *engine, uint64_t now_us);
FS_PUBLIC void fs_engine_stats(const struct fs_engine *engine,
    struct fs_engine_stats *stats);

/* ---- Dealing: which of several engines a frame is for ----------------- */

enum {
	FS_ENGINES_MAX = 64,
	FS_OUTER_MAX = 5, /* Tunnels around a packet. */
};

/* All flows between two addresses are one engine's. A frame is for the one
 * of its innermost addresses; those of the tunnels around it, which are flows
 * of their own, get it, too. */
struct fs_deal {
	uint64_t engines;  /* One bit each: it has flows of this frame. */
	uint64_t clock_us; /* The latest time so far. */
	uint64_t outer_id[FS_OUTER_MAX]; /* Their flows, the outermost first. */
	uint32_t outer_count;
	uint32_t engine; /* Of the innermost; counts the frame. */
	bool restart;    /* The clock went back: see fs_engine_restart(). */
};

struct fs_dealer;

/* Deals for engines 0 .. engines-1, of which each had fs_engine_part(). The
 * dealer borrows 'settings'. Returns 0, -EINVAL or -ENOMEM. */
FS_PUBLIC int fs_dealer_new(const struct fs_settings *settings,
    unsigned engines, struct fs_dealer **dealer);
FS_PUBLIC void fs_dealer_free(struct fs_dealer *dealer);
/* Says whose the frame is. Returns 0 or -ENOMEM. */
FS_PUBLIC int fs_dealer_frame(struct fs_dealer *dealer,
    const struct fs_frame *frame, struct fs_deal *deal);
/* Says that 'now_us' has come without a frame. */
FS_PUBLIC void fs_dealer_tick(struct fs_dealer *dealer, uint64_t now_us);
/* Says that all flows were ended. */
FS_PUBLIC void fs_dealer_flush(struct fs_dealer *dealer);

/* Says that the engine is 'index' of 'count' that share the traffic. */
FS_PUBLIC void fs_engine_part(struct fs_engine *engine, unsigned index,
    unsigned count);
/* fs_engine_frame() for what was dealt. 'deal->restart' is the caller's
 * matter: all engines have to be told before. */
FS_PUBLIC int fs_engine_dealt(struct fs_engine *engine,
    const struct fs_frame *frame, const struct fs_deal *deal);

/* ---- Floors: what the clients that are known say of a neighbourhood --- */

struct fs_floors;

/* Knows nobody yet; borrows 'settings' until it is freed. */
FS_PUBLIC int fs_floors_new(const struct fs_settings *settings,
    struct fs_err *err, struct fs_floors **floors);
FS_PUBLIC void fs_floors_free(struct fs_floors *floors);
/* Learns from the latest row of a client, as fs_store_recall() and a judge
 * give it; one that is not clean is forgotten. Clients of at most
 * fs_settings.client_max are known. Returns 0, or what is wrong with the
 * row. */
FS_PUBLIC int fs_floors_learn(struct fs_floors *floors,
    const struct fs_client *row);
/* Makes what was learned so far the answer, until the next call: judges that
 * borrow the floors must not be running. Returns 0 or -ENOMEM. */
FS_PUBLIC int fs_floors_freeze(struct fs_floors *floors, struct fs_err *err);
/* 64 hex digits over all that is frozen; of nothing, 64 zeros. */
FS_PUBLIC const char *fs_floors_digest(const struct fs_floors *floors);
/* Clients that are frozen. */
FS_PUBLIC uint64_t fs_floors_clients(const struct fs_floors *floors);

/* ---- Judge: observation -> client -> verdict ------------------------- */

struct fs_judge;

typedef int fs_client_fn(void *ctx, const struct fs_client *client);

FS_PUBLIC int fs_judge_new(const struct fs_settings *settings,
    const struct fs_ruleset *rules, const struct fs_geo *geo,
    uint32_t generation, struct fs_err *err, struct fs_judge **judge);
FS_PUBLIC void fs_judge_free(struct fs_judge *judge);
FS_PUBLIC void fs_judge_sink(struct fs_judge *judge, fs_client_fn *client,
    void *ctx);
/* Measures clients against these floors from now on, which makes another
 * generation. The judge borrows them until it is freed or gets others; they
 * may be null. */
FS_PUBLIC void fs_judge_floors(struct fs_judge *judge,
    const struct fs_floors *floors, uint32_t generation);
/* Folds an observation into its client. */
FS_PUBLIC int fs_judge_observe(struct fs_judge *judge,
    const struct fs_observation *observation);
/* From here on, clients are judged by other rules; what rules have said that
 * are gone or switched off no longer counts. */
FS_PUBLIC void fs_judge_reload(struct fs_judge *judge,
    const struct fs_ruleset *rules, uint32_t generation);
/* Takes a client as a store knew it, before any observation of it. */
FS_PUBLIC int fs_judge_recall(struct fs_judge *judge,
    const struct fs_client *client);
/* Gives a row for every client that changed, in order of address. */
FS_PUBLIC int fs_judge_flush(struct fs_judge *judge);
/* How many clients were given rows, by what they were judged to be last. */
FS_PUBLIC uint64_t fs_judge_decisions(const struct fs_judge *judge,
    int decision);
FS_PUBLIC uint64_t fs_judge_clients(const struct fs_judge *judge);
FS_PUBLIC uint64_t fs_judge_evicted(const struct fs_judge *judge);

/* ---- Trial: a rule before it is relied on ---------------------------- */

struct fs_trial;

/* One of a rule's own tests, run. Strings are the set's. */
struct fs_tested {
	const char *rule, *file;
	unsigned line;
	const char *kind;    /* "signals", "packets" or "capture" */
	const char *source;  /* "spec", ...; may be null. */
	const char *capture; /* As written; may be null. */
	bool matches;        /* What the test expects. */
	bool fired;
	bool passed;
	int rc; /* Negative: it could not be run, and 'err' says why. */
	struct fs_err err;
};
typedef void fs_tested_fn(void *ctx, const struct fs_tested *tested);

/* The trial borrows 'rules'. Returns 0 or -ENOMEM. */
FS_PUBLIC int fs_trial_new(const struct fs_ruleset *rules,
    struct fs_trial **trial);
FS_PUBLIC void fs_trial_free(struct fs_trial *trial);
/* Runs the tests of one rule, whether it is enabled or not. Returns how many
 * did not pass, or -ENOMEM. */
FS_PUBLIC int fs_trial_rule(struct fs_trial *trial, size_t index,
    fs_tested_fn *tested, void *ctx);

/* Whether one rule, enabled or not, fires on a flow or a client in any view.
 * A rule of the other scope does not. 'text', of FS_TEXT_SIZE bytes or null,
 * gets its sentence when it does.
 *
 * Returns 1, 0, -ENOMEM, or FS_EFORMAT (its signals are damaged). */
FS_PUBLIC int fs_ruleset_fires(const struct fs_ruleset *rules, size_t index,
    const struct fs_observation *flow, char *text);
FS_PUBLIC int fs_ruleset_fires_client(const struct fs_ruleset *rules,
    size_t index, const struct fs_client *client, char *text);

/* ---- Store ----------------------------------------------------------- */

struct fs_store;

/* What a verdict rests on. */
struct fs_generation {
	uint32_t id; /* Given by the store. */
	uint64_t time_us;
	char rules_digest[65];
	char geo_digest[65];
	char floors_digest[65];
	char version[32];
	uint64_t geo_built_s;
};

/* Something that a report must tell: what was not seen, what was loaded. */
enum fs_event_kind {
	FS_EVENT_START,
	FS_EVENT_STOP,
	FS_EVENT_LOAD,    /* Rules, lists, databases. */
	FS_EVENT_CAPTURE, /* A capture file, or an interface, was read. */
	FS_EVENT_DROP,    /* Frames that were not seen, or not understood. */
	FS_EVENT_GAP,
	FS_EVENT_DAMAGE,  /* A damaged capture. */
	FS_EVENT_EVICT,   /* A bound was reached: not reproducible. */
	FS_EVENT_REFUSED, /* New rules were refused: the old ones stay. */
	FS_EVENT_PRUNED,  /* Rows were dropped by what is retained. */
};

/* The subject of FS_EVENT_START and FS_EVENT_STOP, and of the gap between. */
#define FS_RUN_SUBJECT "flowscand"

struct fs_event {
	uint64_t time_us;
	uint64_t until_us; /* Of a span; else 'time_us'. */
	uint8_t kind;      /* enum fs_event_kind */
	uint64_t count;    /* Frames, flows, rows. */
	uint64_t bytes;
	char subject[FS_NAME_SIZE]; /* What: "truncated-ipv4", "eth0". */
	char text[FS_TEXT_SIZE];
	char sensor[FS_NAME_SIZE];
};

/* Opens a store for its only writer; makes it when it is missing, migrates
 * it when it is older.
 *
 * Returns 0, FS_EDB (another program's, or damaged), FS_ENEWER, a negated
 * errno (-EACCES, -EROFS, -EBUSY: another writer has it). */
FS_PUBLIC int fs_store_open(const char *path, struct fs_err *err,
    struct fs_store **store);
/* The same, but for a store that is not there: -ENOENT. */
FS_PUBLIC int fs_store_open_old(const char *path, struct fs_err *err,
    struct fs_store **store);
/* Opens a store for reading only. */
FS_PUBLIC int fs_store_open_read(const char *path, struct fs_err *err,
    struct fs_store **store);
/* Makes one store for reading of several, which it takes, also on failure: a
 * flow or client of two stores is two rows. */
FS_PUBLIC int fs_store_join(struct fs_store *const *stores, size_t count,
    struct fs_err *err, struct fs_store **store);
FS_PUBLIC void fs_store_close(struct fs_store *store);

/* From now on, rows are stored with no more than 'privacy' keeps. Sentences
 * are not looked at: see fs_ruleset_hide(). Returns 0 or -ENOMEM. */
FS_PUBLIC int fs_store_hide(struct fs_store *store,
    const struct fs_privacy *privacy);

/* Rows go into one transaction until fs_store_commit(). */
FS_PUBLIC int fs_store_put_generation(struct fs_store *store,
    const struct fs_ruleset *rules, struct fs_generation *generation,
    struct fs_err *err);
FS_PUBLIC int fs_store_put_flow(struct fs_store *store,
    const struct fs_observation *flow, struct fs_err *err);
FS_PUBLIC int fs_store_put_client(struct fs_store *store,
    const struct fs_client *client, struct fs_err *err);
FS_PUBLIC int fs_store_put_event(struct fs_store *store,
    const struct fs_event *event, struct fs_err *err);
FS_PUBLIC int fs_store_commit(struct fs_store *store, struct fs_err *err);

/* Gives the latest row of every client to 'client', in order of last_us, so
 * that a judge can fs_judge_recall() them. Stops at a negative answer. */
FS_PUBLIC int fs_store_recall(struct fs_store *store, fs_client_fn *client,
    void *ctx, struct fs_err *err);

/* Whether a run that began never came to its end (it was killed, or the
 * machine went down) and no FS_EVENT_GAP of the subject FS_RUN_SUBJECT tells
 * of it. '*newest_us' then is the time of the newest row.
 *
 * Returns 1, 0 or a negative code. */
FS_PUBLIC int fs_store_unfinished(struct fs_store *store, struct fs_err *err,
    uint64_t *newest_us);

/* What a store keeps; zeros keep all. Age goes by the newest row, bytes by
 * what of the file is used. Rows go in whole partitions, of a day at most. */
struct fs_retention {
	uint64_t age_us, bytes;
};

struct fs_pruned {
	uint64_t partitions, rows;
	uint64_t from_us, to_us; /* Of the flows that were dropped. */
};

/* Applied from now on, with each fs_store_commit(): one partition at a time,
 * each told by an FS_EVENT_PRUNED. */
FS_PUBLIC void fs_store_retain(struct fs_store *store,
    const struct fs_retention *retention);
/* Applies it at once. */
FS_PUBLIC int fs_store_prune(struct fs_store *store, struct fs_err *err,
    struct fs_pruned *pruned);

struct fs_store_stats {
	uint64_t version; /* Of the schema. */
	uint64_t partitions;
	uint64_t rows;  /* Of flows. */
	uint64_t later; /* Of these, how many another stands for. */
	uint64_t client_rows, event_rows;
	uint64_t oldest_us, newest_us;
	uint64_t file_bytes, spare_bytes, log_bytes;
};

FS_PUBLIC int fs_store_stats(struct fs_store *store, struct fs_err *err,
    struct fs_store_stats *stats);

/* Takes one line. Returns 0, or a negative code, which ends it. */
typedef int fs_text_fn(void *ctx, const char *text);

/* Looks for damage: what SQLite finds, and what must hold of our rows. Each
 * fault goes to 'fn', with what to do. */
FS_PUBLIC int fs_store_check(struct fs_store *store, fs_text_fn *fn, void *ctx,
    struct fs_err *err, uint64_t *faults);
/* Copies a store, as of one moment, into a new file, also while it is
 * written to. */
FS_PUBLIC int fs_store_backup(struct fs_store *store, const char *path,
    struct fs_err *err);

/* Cells of a row, or their names; null for a null value. */
typedef int fs_cells_fn(void *ctx, bool names, const char *const *cell,
    size_t count);

/* Reads with SQL: one SELECT. Bytes are given as hex digits. */
FS_PUBLIC int fs_store_select(struct fs_store *store, const char *sql,
    fs_cells_fn *fn, void *ctx, struct fs_err *err, uint64_t *rows);

/* ---- Questions ------------------------------------------------------- */

/* Which rows; zeros and empty strings leave a thing open. 'verdict' and
 * 'class' are -1 when open. The newest 24 h of the store are meant where
 * neither 'since_us', 'until_us', 'last_us' nor 'whole' is set. */
struct fs_filter {
	uint64_t since_us, until_us, last_us;
	bool whole;
	struct fs_prefix client; /* family 0: every client. */
	char country[3];
	uint32_t asn;
	int class;
	int verdict;
	int32_t min_score_ppm;
	char service[FS_NAME_SIZE];
	char sensor[FS_NAME_SIZE];
	char rule[FS_NAME_SIZE];
	int sort;       /* enum fs_sort */
	uint64_t limit; /* 0: none. */
	/* What the front page compares with, by default the period before:
	 * the same period so much earlier, or one of its own. */
	uint64_t compare_back_us, compare_since_us, compare_until_us;
};

/* The usual order is by time for flows, and by score for clients. */
enum fs_sort { FS_SORT_USUAL, FS_SORT_SCORE, FS_SORT_TIME, FS_SORT_COUNT };

FS_PUBLIC const char *fs_sort_name(int sort);
FS_PUBLIC int fs_sort_find(const char *name);

FS_PUBLIC void fs_filter_init(struct fs_filter *filter);

/* What times without a zone mean. Clocks on a wall are written as if they
 * showed UTC; a null function stands for one that does. */
struct fs_clock {
	uint64_t now_us; /* 0: "today" is not known. */
	uint64_t (*to_utc)(void *ctx, uint64_t wall_us);
	uint64_t (*to_wall)(void *ctx, uint64_t time_us);
	void *ctx;
};

/* Sets one filter by its name, from what a person wrote: "country", "DE".
 * 'clock' may be null.
 *
 * Returns 0, or FS_ECONFIG with "'D': expected a country's two letters". */
FS_PUBLIC int fs_filter_set(struct fs_filter *filter,
    const struct fs_clock *clock, const char *name, const char *value,
    struct fs_err *err);
/* Sets several from one line: "class:vpn score:>=0.8 198.51.100.0/24". The
 * filter stays as it was when there is a fault, which has its column.
 *
 * Returns 0 or FS_ECONFIG. */
FS_PUBLIC int fs_filter_query(struct fs_filter *filter,
    const struct fs_clock *clock, const char *text, struct fs_err *err);

enum fs_dimension {
	FS_BY_CLIENT,
	FS_BY_ASN,
	FS_BY_COUNTRY,
	FS_BY_CLASS,
	FS_BY_PROTOCOL,
	FS_BY_RULE,
	FS_BY_SERVICE,
	FS_BY_HOUR,
	FS_BY_CITY,
	FS_BY_SENSOR,
	FS_BY_COUNT,
};

FS_PUBLIC const char *fs_dimension_name(int dimension);
FS_PUBLIC int fs_dimension_find(const char *name);

/* ---- What analysts say ------------------------------------------------ */

/* A label says whether a verdict was right: 'tp' that it was, 'fp' that it
 * was wrong, 'benign' that what was seen is there and harmless. */
enum fs_label_kind {
	FS_LABEL_TP,
	FS_LABEL_FP,
	FS_LABEL_BENIGN,
	FS_LABEL_UNSURE,
	FS_LABEL_COUNT,
};

FS_PUBLIC const char *fs_label_name(int label);
FS_PUBLIC int fs_label_find(const char *name);

/* A label of a client, or of a flow when 'flow_id' is not 0; then 'client' is
 * whose flow it is. With the verdict that it was given to. */
struct fs_note {
	uint64_t time_us;
	uint64_t flow_id;
	struct fs_prefix client;
	int label; /* enum fs_label_kind */
	int class, decision;
	int32_t score_ppm;
	char who[FS_NAME_SIZE];
	char note[FS_TEXT_SIZE];
};

/* Whom not to bring up, and why. What is set must all hold; a client is hidden
 * by a rule when nothing else speaks against it, and by a JA4 when all of its
 * flows that have one have this one. */
struct fs_suppression {
	uint64_t id;                  /* From 1. */
	uint64_t time_us, expires_us; /* 0: never. */
	struct fs_prefix client;      /* Family 0: any. */
	uint32_t asn;                 /* 0: any. */
	char rule[FS_NAME_SIZE];      /* Empty: any. */
	char ja4[FS_NAME_SIZE];       /* Empty: any. */
	char who[FS_NAME_SIZE];
	char reason[FS_TEXT_SIZE];
};

struct fs_desk;

/* Opens 'labels.db' beside the store at 'store'. Without 'write', a file that
 * is missing is one in which nobody said anything yet.
 *
 * Returns 0, FS_EDB, FS_ENEWER, -EACCES, -ENOMEM. */
FS_PUBLIC int fs_desk_open(const char *store, bool write, struct fs_err *err,
    struct fs_desk **desk);
FS_PUBLIC void fs_desk_close(struct fs_desk *desk);
/* Adds what was said at another desk. Returns 0 or -ENOMEM. */
FS_PUBLIC int fs_desk_add(struct fs_desk *desk, const struct fs_desk *other);

/* Put down what was said; questions see it when it is opened again. */
FS_PUBLIC int fs_desk_put_note(struct fs_desk *desk, const struct fs_note *note,
    struct fs_err *err);
FS_PUBLIC int fs_desk_put_suppression(struct fs_desk *desk,
    const struct fs_suppression *suppression, struct fs_err *err, uint64_t *id);
/* Of 'removed', 'id', 'time_us' and 'who' count. Returns 0 or FS_EEND. */
FS_PUBLIC int fs_desk_remove(struct fs_desk *desk,
    const struct fs_suppression *removed, struct fs_err *err);
/* All labels, in order of time, and whether each still stands: the last one
 * of a subject does. Borrowed. */
FS_PUBLIC size_t fs_desk_notes(const struct fs_desk *desk);
FS_PUBLIC const struct fs_note *fs_desk_note(const struct fs_desk *desk,
    size_t index, bool *stands);

/* From here on, reports of the store show what was said, which the store
 * borrows; 'now_us' decides what has expired. */
FS_PUBLIC void fs_store_attach(struct fs_store *store,
    const struct fs_desk *desk, uint64_t now_us);

/* Fills in whose label it is to be ('subject' as for fs_report_explain()) and
 * the verdict that stands. The same results. */
FS_PUBLIC int fs_note_about(struct fs_store *store, const char *subject,
    struct fs_err *err, struct fs_note *note);
/* How many of the clients that stand out in the newest 24 h a suppression
 * would hide. */
FS_PUBLIC int fs_suppression_try(struct fs_store *store,
    const struct fs_suppression *suppression, struct fs_err *err,
    uint64_t *hidden, uint64_t *of);

/* ---- Reports --------------------------------------------------------- */

enum fs_format {
	FS_FORMAT_TABLE,
	FS_FORMAT_JSON,
	FS_FORMAT_JSONL,
	FS_FORMAT_CSV,
	FS_FORMAT_MARKDOWN,
	FS_FORMAT_HTML,
	FS_FORMAT_COUNT,
};

FS_PUBLIC const char *fs_format_name(int format);
FS_PUBLIC int fs_format_find(const char *name);

/* Where a report goes. 'write' returns 0 or a negated errno. */
struct fs_out {
	int (*write)(void *ctx, const char *bytes, size_t size);
	void *ctx;
	int format;         /* enum fs_format */
	const char *fields; /* Comma-separated, or null for the usual ones. */
	unsigned width;     /* Columns of the terminal, 0: no limit. */
	bool color;
	const char *command; /* What reproduces this, for 'explain'. */
	bool links;          /* HTML: to the pages that 'flowscan serve' has. */
};

/* Each writes one answer, and counts the rows in '*matched' (may be null).
 * Untrusted strings are escaped for the format.
 *
 * Return 0, FS_ECONFIG (an unknown field), FS_EDB, FS_EEND (no such row), or
 * what 'write' returned. */
FS_PUBLIC int fs_report_flows(struct fs_store *store,
    const struct fs_filter *filter, const struct fs_out *out,
    struct fs_err *err, uint64_t *matched);
FS_PUBLIC int fs_report_clients(struct fs_store *store,
    const struct fs_filter *filter, const struct fs_out *out,
    struct fs_err *err, uint64_t *matched);

/* What somebody knows of a client, or of a flow. */
struct fs_label {
	struct fs_addr client;
	uint64_t flow_id; /* 0: it is of the client. */
	bool tunnelled;
};

/* Rules, and what is labelled to ask them of; all borrowed. */
struct fs_fit {
	const struct fs_ruleset *rules;
	const struct fs_label *label;
	size_t count;
};

/* How often each rule holds of what is labelled, one line a rule. Rows that
 * were judged by the same rules say so themselves; others are asked again, by
 * the signals that are stored. '*matched' is how many labels have a row. */
FS_PUBLIC int fs_report_fit(struct fs_store *store,
    const struct fs_filter *filter, const struct fs_fit *of,
    const struct fs_out *out, struct fs_err *err, uint64_t *matched);

/* A line for each label, and for each suppression, of the store's desk. */
FS_PUBLIC int fs_report_labels(struct fs_store *store, const struct fs_out *out,
    struct fs_err *err, uint64_t *matched);
FS_PUBLIC int fs_report_suppressions(struct fs_store *store,
    const struct fs_out *out, struct fs_err *err, uint64_t *matched);

/* One rule of a set. */
struct fs_rule_choice {
	const struct fs_ruleset *rules;
	size_t index;
};

/* What came of trying a rule. 'unheld' names the signals that it asks for and
 * that no row holds, as many as fit. */
struct fs_tried {
	uint64_t asked, hit;
	size_t unheld_count;
	char unheld[FS_TEXT_SIZE];
};

/* The stored flows (or clients, as the rule's scope is) that one rule hits by
 * the signals that they hold, enabled or not and whatever their view. The
 * filter's limit bounds what is shown; every row of the filter is asked. */
FS_PUBLIC int fs_report_try(struct fs_store *store,
    const struct fs_filter *filter, const struct fs_rule_choice *choice,
    const struct fs_out *out, struct fs_err *err, struct fs_tried *tried);
/* Two sets of rules. */
struct fs_rule_sets {
	const struct fs_ruleset *before, *after;
};

/* Which verdicts would change: rules that differ, how many flows and clients
 * go from which verdict to which, the flows and clients whose verdict, class
 * or protocol changes (the filter's limit bounds each), and what cannot be
 * known. Rows are judged by both sets, by the signals that they hold, with the
 * usual scoring and policy and the prior that stands with them. A table or
 * lines of JSON, each with its 'kind'; FS_ECONFIG for another format.
 * '*matched' is how many flows and clients change. */
FS_PUBLIC int fs_report_diff(struct fs_store *store,
    const struct fs_filter *filter, const struct fs_rule_sets *sets,
    const struct fs_out *out, struct fs_err *err, uint64_t *matched);
/* The front page. */
FS_PUBLIC int fs_report_summary(struct fs_store *store,
    const struct fs_filter *filter, const struct fs_out *out,
    struct fs_err *err, uint64_t *matched);
/* One SELECT, as a table (tabs), JSON, lines of JSON or CSV. */
FS_PUBLIC int fs_report_sql(struct fs_store *store, const char *text,
    const struct fs_out *out, struct fs_err *err, uint64_t *matched);
/* One line a value of the dimension (enum fs_dimension). */
FS_PUBLIC int fs_report_by(struct fs_store *store,
    const struct fs_filter *filter, int dimension, const struct fs_out *out,
    struct fs_err *err, uint64_t *matched);
/* 'subject' is a flow's identity (16 hex digits, or its Community ID) or a
 * client's address. */
FS_PUBLIC int fs_report_explain(struct fs_store *store,
    const struct fs_filter *filter, const char *subject,
    const struct fs_out *out, struct fs_err *err, uint64_t *matched);

/* The table of signals: what a rule may ask and a row may hold. */
struct fs_signal_info {
	const char *name;    /* "rtt.tcp_ms" */
	const char *type;    /* "flag", "number", "text", ... */
	const char *unit;    /* "ms", "km", ... or "" */
	const char *scope;   /* "flow", "client" or "both" */
	const char *view;    /* "path", "exit" or "any" */
	const char *meaning; /* One line. */
};

FS_PUBLIC size_t fs_signal_count(void);
/* Strings are static. */
FS_PUBLIC void fs_signal_info(size_t index, struct fs_signal_info *info);
FS_PUBLIC int fs_report_signals(const struct fs_out *out, struct fs_err *err,
    uint64_t *matched);
/* A line for each rule. */
FS_PUBLIC int fs_report_rules(const struct fs_ruleset *rules,
    const struct fs_out *out, struct fs_err *err, uint64_t *matched);
/* A line for each part of a condition, in the order of asking. */
FS_PUBLIC int fs_report_condition(const struct fs_condition *condition,
    fs_fault_fn *fault, const struct fs_out *out, struct fs_err *err,
    uint64_t *matched);
/* A line for each list of the rules. */
FS_PUBLIC int fs_report_lists(const struct fs_ruleset *rules,
    const struct fs_out *out, struct fs_err *err, uint64_t *matched);
/* Flows, or clients, as events for other systems: 'shape' is "eve", "ecs" or
 * "ocsf", a line each, or "stix", one bundle about clients. */
struct fs_export {
	const char *shape;
	bool clients;
};

/* Writes them; 'out->format' does not matter. */
FS_PUBLIC int fs_report_export(struct fs_store *store,
    const struct fs_filter *filter, const struct fs_export *what,
    const struct fs_out *out, struct fs_err *err, uint64_t *matched);
/* Two stores: what was stored, and what the same capture gives now. */
struct fs_replay {
	struct fs_store *stored, *again;
	uint64_t flow_id; /* 0: every flow. */
};

/* How many flows are judged as they were, otherwise, and were not stored; and
 * what the newest verdicts of both stores rest on. */
struct fs_replayed {
	uint64_t same, changed, missing;
	struct fs_generation then, now;
};

/* The flows of 'again' that the filter lets through and that are not stored
 * just so, a line each with what differs. */
FS_PUBLIC int fs_report_replay(const struct fs_replay *ask,
    const struct fs_filter *filter, const struct fs_out *out,
    struct fs_err *err, struct fs_replayed *replayed);

/* When the newest row, and the rules and databases, are from (for
 * --fail-on-stale): microseconds, 0 when there are none. */
struct fs_freshness {
	uint64_t newest_us;
	uint64_t rules_us;
	uint64_t geo_built_us;
};

FS_PUBLIC int fs_store_freshness(struct fs_store *store, struct fs_err *err,
    struct fs_freshness *freshness);

#ifdef __cplusplus
}
#endif
