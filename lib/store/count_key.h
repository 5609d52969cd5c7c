/* Keys of groups: as they are counted, and as people read them. */
#pragma once

#include "store/group.h"
#include "store/kind.h"

struct count_key {
	char text[2 * FS_NAME_SIZE];
	size_t size;
};

/* In which order groups are given. */
enum group_order count_key_order(int dimension);
/* Whether all flows of a place have one key; else those of a kind. */
bool count_key_of_place(int dimension);
/* The key of all flows of a kind and a place: not for clients, rules and
 * hours, of which each flow has its own. An empty one is unknown. */
void count_key_make(int dimension, const struct kind *kind,
    const struct place *place, struct count_key *key);
/* A number as decimal text. */
void count_key_number(struct count_key *key, uint64_t number);
uint64_t count_key_hour(uint64_t time_us);

/* "AS64500", "2026-11-23T05:00Z". */
void count_key_text(int dimension, const struct group *group,
    char room[FS_NAME_SIZE]);
/* Copies a key as it is, cut to whole letters. */
void count_key_copy(const struct group *group, char *room, size_t size);
