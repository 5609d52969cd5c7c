/* What 'flowscan ctl status' tells, as plain values that whoever owns them
 * has copied, and how that is written. */
#pragma once

#include "base/json.h"
#include "flowscan.h"

enum { STATUS_INTERFACES = 16, STATUS_PARTS = 16, STATUS_QUEUES = 32 };

struct status_interface {
	const char *name; /* Borrowed, as all strings here. */
	struct fs_capture_stats stats;
};

/* Bytes that a part of the program holds. */
struct status_part {
	const char *name;
	uint64_t bytes;
};

/* What waits between two threads. */
struct status_queue {
	const char *name;
	uint64_t waiting, room, dropped;
};

struct status {
	uint64_t now_us, started_us;
	const char *sensor, *privileges, *store;
	size_t interface_count, part_count, queue_count;
	struct status_interface interfaces[STATUS_INTERFACES];
	struct status_part parts[STATUS_PARTS];
	struct status_queue queues[STATUS_QUEUES];
	struct fs_engine_stats engine;
	uint64_t clients, clients_evicted;
	uint64_t decisions[3]; /* Client rows by verdict. */
	uint64_t store_bytes;  /* Of the database and its journal. */
	const struct fs_ruleset *rules;
	struct fs_generation generation;
	uint64_t loads, refusals; /* Of rules. */
	uint64_t refused_us;      /* The newest refusal; 0: none. */
	struct fs_err refused;
	uint64_t error_us; /* The newest message of an error; 0: none. */
	const char *error;
};

/* Adds a part or a queue; beyond the room there is for them, does nothing. */
void status_add_part(struct status *status, const char *name, uint64_t bytes);
void status_add_queue(struct status *status, const struct status_queue *queue);

/* Write members of an object: all, or the numbers that grow. */
void status_write(const struct status *status, struct json *json);
void status_write_stats(const struct status *status, struct json *json);
