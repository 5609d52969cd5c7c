#include "parse/assembly.h"

#include "flowscan.h"

void
assembly_init(struct assembly *assembly)
{
	assembly->count = 0;
}

/* Joins [at, end) with the ranges that it touches. */
static int
add_range(struct assembly *assembly, uint16_t at, uint16_t end)
{
	unsigned first = 0, last, moved;

	while (first < assembly->count && assembly->range[first].end < at)
		first++;
	for (last = first;
	     last < assembly->count && assembly->range[last].at <= end;
	     last++) {
		if (assembly->range[last].at < at)
			at = assembly->range[last].at;
		if (assembly->range[last].end > end)
			end = assembly->range[last].end;
	}
	if (first == last && assembly->count == ASSEMBLY_RANGES)
		return FS_EFULL;
	moved = assembly->count - last;
	memmove(&assembly->range[first + 1], &assembly->range[last],
	    moved * sizeof(assembly->range[0]));
	assembly->range[first].at = at;
	assembly->range[first].end = end;
	assembly->count = (uint16_t)(first + 1 + moved);
	return 0;
}

int
assembly_add(struct assembly *assembly, uint64_t at, struct cursor piece)
{
	size_t size = piece.left;
	int rc;

	if (at > ASSEMBLY_SIZE || size > ASSEMBLY_SIZE - at)
		return FS_EFULL;
	if (size == 0)
		return 0;
	rc = add_range(assembly, (uint16_t)at, (uint16_t)(at + size));
	if (rc < 0)
		return rc;
	memcpy(assembly->bytes + at, piece.at, size);
	return 0;
}

struct cursor
assembly_front(const struct assembly *assembly)
{
	bool begun = assembly->count > 0 && assembly->range[0].at == 0;

	return cursor_of(assembly->bytes, begun ? assembly->range[0].end : 0);
}
