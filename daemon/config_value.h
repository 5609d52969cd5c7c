/* How the values of a configuration file are read: a table of options a
 * mapping, a function a type. What is wrong is said with its place, and
 * reading goes on, so that all faults are seen at once. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "base/yaml.h"
#include "flowscan.h"

struct config_section;

struct config_reader {
	const char *file;
	fs_fault_fn *fault; /* May be null. */
	void *ctx;
	struct fs_err *err; /* Takes the first fault; may be null. */
	int rc;             /* 0, or the code of the first fault. */
	unsigned faults;
	const struct config_section *section; /* The one that is read. */
};

struct config_option;

/* Reads a value into 'target', the struct that the option's section
 * describes. */
typedef void config_option_fn(struct config_reader *reader,
    const struct config_option *option, const struct yaml_node *node,
    void *target);

/* One key. 'offset' says where in the target its value goes, 'count_offset'
 * where a list's length goes. 'what' ends the sentence "expected ..." with
 * the unit or the kind of thing. */
struct config_option {
	const char *key;
	config_option_fn *read;
	size_t offset, count_offset;
	int64_t min, max;
	const char *what;
	const struct config_section *section; /* Of a mapping. */
};

enum { CONFIG_OPTIONS_MAX = 24 };

struct config_section {
	const char *name; /* As messages have it, "" for the whole file. */
	const struct config_option *options; /* A null key ends them. */
};

/* The whole file, read into a struct config; in config_schema.c. */
extern const struct config_section config_file_section;
/* How the program is operated; in config_operations.c. */
extern const struct config_section config_control_section;
extern const struct config_section config_log_section;
/* What is kept of whom; in config_privacy.c. */
extern const struct config_section config_privacy_section;
struct config;
void config_check_privacy(struct config_reader *reader,
    const struct yaml_node *node, const struct config *config);
void config_operations_defaults(struct config *config);

/* Says what is wrong at a value, or at its key. */
void config_fault(struct config_reader *reader, const struct yaml_node *node,
    const char *format, ...) FS_PRINTF(3, 4);
void config_key_fault(struct config_reader *reader,
    const struct yaml_node *node, const char *format, ...) FS_PRINTF(3, 4);
/* "limits.flows is 'x'; expected ..." */
void config_unfit(struct config_reader *reader,
    const struct config_option *option, const struct yaml_node *node,
    const char *expected, ...) FS_PRINTF(4, 5);
/* The same of a word out of a few; names the nearest. */
void config_unknown_word(struct config_reader *reader,
    const struct config_option *option, const struct yaml_node *node,
    const char *const *words);
void config_no_memory(struct config_reader *reader);

/* Reads a mapping by its section's table into 'target'. */
void config_mapping(struct config_reader *reader,
    const struct config_section *section, const struct yaml_node *node,
    void *target);

/* Whether a value was left empty, so that its default stands. */
bool config_is_empty(const struct yaml_node *node);

/* A list, or a single value in its place, item by item. config_list() makes
 * room for all items, zeroed, or returns null: when there are none, or after
 * a fault. */
const struct yaml_node *config_first(const struct yaml_node *node);
const struct yaml_node *config_next(const struct yaml_node *node,
    const struct yaml_node *item);
void *config_list(struct config_reader *reader, const struct yaml_node *node,
    size_t item_size);

/* The types. The name of each says what it writes at 'offset'. */
config_option_fn config_read_section; /* The same target goes on. */
config_option_fn config_read_bool;
config_option_fn config_read_u8;
config_option_fn config_read_u32;
config_option_fn config_read_milli;    /* int32_t; min and max, too. */
config_option_fn config_read_ppm;      /* int32_t of a share 0..1 */
config_option_fn config_read_span_s;   /* uint32_t */
config_option_fn config_read_age;      /* uint64_t of "30d", in us */
config_option_fn config_read_volume;   /* uint64_t of "100GB" */
config_option_fn config_read_bytes;    /* size_t of "64MB" */
config_option_fn config_read_degrees;  /* double */
config_option_fn config_read_name;     /* char[FS_NAME_SIZE] */
config_option_fn config_read_path;     /* char * */
config_option_fn config_read_paths;    /* char **, and its length */
config_option_fn config_read_names;    /* The same of plain names. */
config_option_fn config_read_hosts;    /* The same of host names. */
config_option_fn config_read_ports;    /* uint16_t * */
config_option_fn config_read_prefixes; /* struct fs_prefix * */
config_option_fn config_read_user;     /* char * */
config_option_fn config_read_later;    /* Refuses: not in this version. */
