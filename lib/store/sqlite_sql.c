#include "store/sqlite.h"

/* All statements. A filter's values come in by name; one that is not bound is
 * null, and a null leaves its part of the filter open. */

#define LATEST_CLIENT                                                      \
	" AND NOT EXISTS (SELECT 1 FROM clients n INDEXED BY clients_addr" \
	" WHERE n.addr = c.addr AND n.bits = c.bits"                       \
	" AND (n.rev, n.seq) > (c.rev, c.seq) AND n.seq <= :client_top)"

/* clients_brief holds all that is asked here, but for evidence. A client's row
 * has no service: its flows do, see sqlite_served(). */
#define CLIENTS_PASSING                                                     \
	" FROM clients c INDEXED BY clients_brief"                          \
	" WHERE c.last_us >= :since AND c.first_us < :until"                \
	" AND c.seq <= :client_top"                                         \
	" AND (:net IS NULL OR nets_meet(c.addr, c.bits, :net, :net_bits))" \
	" AND (:country IS NULL OR c.country = :country)"                   \
	" AND (:asn IS NULL OR c.asn = :asn)"                               \
	" AND (:class IS NULL OR c.class = :class)"                         \
	" AND (:decision IS NULL OR c.decision = :decision)"                \
	" AND (:score IS NULL OR c.score_ppm >= :score)"                    \
	" AND (:sensor IS NULL OR c.sensor = :sensor)"                      \
	" AND (:rule IS NULL OR (SELECT evidence_has(e.evidence, :rule)"    \
	"  FROM clients e WHERE e.seq = c.seq))"                            \
	" AND (:service IS NULL OR c.addr IN temp.served)" LATEST_CLIENT

#define VERDICT_COLUMNS                                                \
	" class, decision, view, coverage, protocol, prior, log_odds," \
	" score_ppm, country, asn, generation, numbering, evidence, signals"
#define CLIENT_COLUMNS                                                       \
	" seq, addr, bits, rev, first_us, last_us, flows, flows_all, bytes," \
	" sensor," VERDICT_COLUMNS
#define GENERATION_COLUMNS                                              \
	" id, time_us, rules_digest, geo_digest, geo_built_s, version," \
	" floors_digest"

static const char *const texts[SQL_COUNT] = {
	[SQL_PUT_CLIENT] =
	    "INSERT INTO clients (" CLIENT_COLUMNS ")"
	    " VALUES (NULL, ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, "
	    "?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21, ?22, ?23)",
	[SQL_PUT_PARTITION] = "INSERT INTO partitions"
			      " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
	[SQL_SAVE_PARTITION] =
	    "UPDATE partitions SET rows = ?3, packed = ?4, first_min_us = ?5,"
	    " first_max_us = ?6, last_max_us = ?7, state = ?8 WHERE id = ?1",
	[SQL_PUT_LATER] = "INSERT OR REPLACE INTO later VALUES (?, ?)",
	[SQL_PUT_KIND] = "INSERT INTO kinds"
			 " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
	[SQL_PUT_PLACE] = "INSERT INTO places VALUES (?, ?, ?, ?, ?)",
	[SQL_PUT_EVENT] = "INSERT INTO events"
			  " VALUES (NULL, ?, ?, ?, ?, ?, ?, ?, ?)",
	[SQL_PUT_RULE] =
	    "INSERT OR IGNORE INTO rules"
	    " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
	[SQL_PUT_GENERATION] = "INSERT INTO generations"
			       " VALUES (NULL, ?, ?, ?, ?, ?, ?)",
	[SQL_PUT_META] = "INSERT OR REPLACE INTO meta VALUES (?, ?)",
	[SQL_PUT_SIGNAL_NAME] = "INSERT INTO signal_names VALUES (?, ?, ?)",

	[SQL_SAME_GENERATION] =
	    "SELECT" GENERATION_COLUMNS " FROM generations"
	    " WHERE rules_digest = ? AND geo_digest = ? AND version = ?"
	    " AND floors_digest = ?"
	    " ORDER BY id LIMIT 1",
	[SQL_GENERATION] = "SELECT" GENERATION_COLUMNS " FROM generations"
			   " WHERE id = ?",
	[SQL_NEWEST_GENERATION] = "SELECT" GENERATION_COLUMNS
				  " FROM generations ORDER BY id DESC LIMIT 1",
	[SQL_RULE] =
	    "SELECT name, family, protocol, class, llr_true,"
	    " client_scope, enabled, shadow, \"desc\", condition, says, benign,"
	    " \"references\", tags, file, line FROM rules"
	    " WHERE rules_digest = ? AND name = ?"
	    " ORDER BY ordinal LIMIT 1",
	[SQL_SIGNAL_NAMES] = "SELECT numbering, number, name FROM signal_names"
			     " ORDER BY numbering, number",
	[SQL_SNAPSHOT] =
	    "SELECT"
	    " coalesce((SELECT value FROM meta WHERE name = 'oldest_us'), 0),"
	    " coalesce((SELECT value FROM meta WHERE name = 'newest_us'), 0),"
	    " coalesce((SELECT max(first_seq + rows - 1) FROM partitions), 0),"
	    " coalesce((SELECT max(seq) FROM clients), 0),"
	    " coalesce((SELECT max(seq) FROM events), 0)",

	[SQL_PARTITIONS] =
	    "SELECT id, first_seq, rows, packed, first_min_us, first_max_us,"
	    " last_max_us, state FROM partitions ORDER BY id",
	/* A row may be hidden by one that is not in the answer yet. */
	[SQL_LATER] = "SELECT seq FROM later WHERE seq >= ?1 AND seq < ?2"
		      " AND by <= ?3 ORDER BY seq",
	[SQL_KINDS] = "SELECT id, bytes FROM kinds WHERE id > ? ORDER BY id",
	[SQL_PLACES] = "SELECT id, country, city, asn, as_name FROM places"
		       " WHERE id > ? ORDER BY id",
	[SQL_V6_BITS] = "SELECT bits FROM clients WHERE length(addr) = 16"
			" ORDER BY seq DESC LIMIT 1",
	[SQL_PUT_SERVED] = "INSERT OR IGNORE INTO temp.served VALUES (?)",

	[SQL_CLIENTS] =
	    "SELECT c.seq" CLIENTS_PASSING
	    " ORDER BY iif(:by_last, c.last_us, -c.score_ppm), length(c.addr),"
	    " c.addr, c.bits",
	[SQL_CLIENT] = "SELECT" CLIENT_COLUMNS " FROM clients WHERE seq = ?",
	[SQL_FIND_CLIENT] = "SELECT seq FROM clients INDEXED BY clients_addr"
			    " WHERE addr = ?1 AND bits = ?2 AND seq <= ?3"
			    " ORDER BY rev DESC, seq DESC LIMIT 1",
	[SQL_EVENTS] = "SELECT time_us, until_us, kind, count, bytes, subject,"
		       " text, sensor FROM events WHERE seq <= :event_top"
		       " AND time_us < :until AND until_us >= :since"
		       " AND (:sensor IS NULL OR sensor = :sensor)"
		       " ORDER BY time_us, seq",

	[SQL_CLIENT_TOTALS] =
	    "SELECT c.class, c.decision, c.coverage" CLIENTS_PASSING,
	[SQL_CLIENT_EVIDENCE] =
	    "SELECT (SELECT e.evidence FROM clients e WHERE e.seq = c.seq),"
	    " c.seq" CLIENTS_PASSING,
};

const char *
sqlite_sql_text(enum sqlite_sql sql)
{
	return texts[sql];
}
