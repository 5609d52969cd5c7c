#include "store/sqlite.h"

/* All statements. A filter's values come in by name; one that is not bound is
 * null, and a null leaves its part of the filter open. */

#define LATEST_FLOW                                                    \
	" AND NOT EXISTS (SELECT 1 FROM flows n INDEXED BY flows_time" \
	" WHERE n.first_us = f.first_us AND n.flow_id = f.flow_id"     \
	" AND (n.rev, n.seq) > (f.rev, f.seq) AND n.seq <= :flow_top)"

#define FLOW_PASSES                                              \
	" f.first_us < :until AND f.last_us >= :since"           \
	" AND f.seq <= :flow_top"                                \
	" AND (:low IS NULL OR (f.client BETWEEN :low AND :high" \
	"  AND length(f.client) = length(:low)))"                \
	" AND (:country IS NULL OR f.country = :country)"        \
	" AND (:asn IS NULL OR f.asn = :asn)"                    \
	" AND (:class IS NULL OR f.class = :class)"              \
	" AND (:decision IS NULL OR f.decision = :decision)"     \
	" AND (:score IS NULL OR f.score_ppm >= :score)"         \
	" AND (:service IS NULL OR f.service = :service)"        \
	" AND (:sensor IS NULL OR f.sensor = :sensor)"           \
	" AND (:rule IS NULL OR evidence_has(f.evidence, :rule))" LATEST_FLOW

#define FLOWS_PASSING " FROM flows f INDEXED BY flows_time WHERE" FLOW_PASSES

#define V6_BITS                                                       \
	" coalesce((SELECT bits FROM clients WHERE length(addr) = 16" \
	" ORDER BY seq DESC LIMIT 1), 64)"

#define LATEST_CLIENT                                                      \
	" AND NOT EXISTS (SELECT 1 FROM clients n INDEXED BY clients_addr" \
	" WHERE n.addr = c.addr AND n.bits = c.bits"                       \
	" AND (n.rev, n.seq) > (c.rev, c.seq) AND n.seq <= :client_top)"

/* A client's row has no service: its flows do. */
#define CLIENTS_PASSING                                                        \
	" FROM clients c WHERE c.first_us < :until"                            \
	" AND c.last_us >= :since AND c.seq <= :client_top"                    \
	" AND (:net IS NULL OR nets_meet(c.addr, c.bits, :net, :net_bits))"    \
	" AND (:country IS NULL OR c.country = :country)"                      \
	" AND (:asn IS NULL OR c.asn = :asn)"                                  \
	" AND (:class IS NULL OR c.class = :class)"                            \
	" AND (:decision IS NULL OR c.decision = :decision)"                   \
	" AND (:score IS NULL OR c.score_ppm >= :score)"                       \
	" AND (:sensor IS NULL OR c.sensor = :sensor)"                         \
	" AND (:rule IS NULL OR evidence_has(c.evidence, :rule))"              \
	" AND (:service IS NULL OR c.addr IN (SELECT net_of(f.client," V6_BITS \
	") FROM flows f INDEXED BY flows_time"                                 \
	" WHERE f.first_us < :until AND f.last_us >= :since"                   \
	" AND f.seq <= :flow_top AND f.service = :service))" LATEST_CLIENT

#define VERDICT_COLUMNS                                                \
	" class, decision, view, coverage, protocol, prior, log_odds," \
	" score_ppm, country, asn, generation, numbering, evidence, signals"
#define FLOW_COLUMNS                                                         \
	" seq, flow_id, rev, parent_id, first_us, last_us, client,"          \
	" client_port, server, server_port, ip_proto, icmp_type, icmp_code," \
	" client_first, final, packets_c2s, packets_s2c, bytes_c2s,"         \
	" bytes_s2c, service, sensor," VERDICT_COLUMNS
#define CLIENT_COLUMNS                                                       \
	" seq, addr, bits, rev, first_us, last_us, flows, flows_all, bytes," \
	" sensor," VERDICT_COLUMNS
#define GENERATION_COLUMNS                                              \
	" id, time_us, rules_digest, geo_digest, geo_built_s, version," \
	" floors_digest"

/* One row a flow, to be counted by 'key'. */
#define COUNTED(key)                                                      \
	"SELECT " key ", f.client, f.packets_c2s + f.packets_s2c,"        \
	" f.bytes_c2s + f.bytes_s2c, f.decision, f.coverage, f.first_us," \
	" f.last_us, f.score_ppm, f.seq" FLOWS_PASSING

static const char *const texts[SQL_COUNT] = {
	[SQL_PUT_FLOW] =
	    "INSERT INTO flows (" FLOW_COLUMNS ")"
	    " VALUES (NULL, ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, "
	    "?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21, ?22, ?23, "
	    "?24, ?25, ?26, ?27, ?28, ?29, ?30, ?31, ?32, ?33, ?34)",
	[SQL_PUT_CLIENT] =
	    "INSERT INTO clients (" CLIENT_COLUMNS ")"
	    " VALUES (NULL, ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, "
	    "?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21, ?22, ?23)",
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
	    " coalesce((SELECT max(seq) FROM flows), 0),"
	    " coalesce((SELECT max(seq) FROM clients), 0),"
	    " coalesce((SELECT max(seq) FROM events), 0)",

	/* The order of the index: answers begin at once, and go on behind
	 * the key of the last row. A flow is met once, as its latest. */
	[SQL_FLOWS_BY_TIME] =
	    "SELECT f.seq, f.first_us, f.flow_id" FLOWS_PASSING
	    " AND (f.first_us, f.flow_id) > (:key_us, :key_id)"
	    " ORDER BY f.first_us, f.flow_id, f.rev LIMIT :chunk",
	/* Only parts that hold rows: their numbers may be far apart. */
	[SQL_FLOWS_BY_CLIENT] =
	    "WITH RECURSIVE part (n) AS (SELECT min(seq) >> 16 FROM flows"
	    " UNION ALL SELECT (SELECT min(f.seq) >> 16 FROM flows f"
	    " WHERE f.seq > (part.n << 16 | 65535))"
	    " FROM part WHERE part.n IS NOT NULL)"
	    " SELECT f.seq FROM part CROSS JOIN flows f INDEXED BY flows_client"
	    " WHERE (f.seq >> 16) = part.n AND f.client BETWEEN :low AND :high"
	    " AND" FLOW_PASSES
	    " ORDER BY iif(:by_score, -f.score_ppm, 0), f.first_us, f.flow_id,"
	    " f.rev",
	[SQL_FLOWS_SORTED] =
	    "SELECT f.seq" FLOWS_PASSING
	    " ORDER BY -f.score_ppm, f.first_us, f.flow_id, f.rev",
	[SQL_COUNT_FLOWS] = "SELECT count(*)" FLOWS_PASSING,
	[SQL_FLOW] = "SELECT" FLOW_COLUMNS " FROM flows WHERE seq = ?",
	[SQL_FIND_FLOW] = "SELECT seq FROM flows INDEXED BY flows_time"
			  " WHERE flow_id = :flow_id AND seq <= :flow_top"
			  " ORDER BY rev DESC, seq DESC LIMIT 1",
	[SQL_CLIENTS] =
	    "SELECT c.seq" CLIENTS_PASSING
	    " ORDER BY iif(:by_last, c.last_us, -c.score_ppm), length(c.addr),"
	    " c.addr, c.bits",
	[SQL_CLIENT] = "SELECT" CLIENT_COLUMNS " FROM clients WHERE seq = ?",
	[SQL_EVENTS] = "SELECT time_us, until_us, kind, count, bytes, subject,"
		       " text, sensor FROM events WHERE seq <= :event_top"
		       " AND time_us < :until AND until_us >= :since"
		       " AND (:sensor IS NULL OR sensor = :sensor)"
		       " ORDER BY time_us, seq",

	/* Signals only of what could not be judged: they are long. */
	[SQL_FLOW_TOTALS] =
	    "SELECT f.class, f.decision, f.coverage,"
	    " f.packets_c2s + f.packets_s2c, f.bytes_c2s + f.bytes_s2c,"
	    " f.protocol, f.sensor, f.seq, f.numbering,"
	    " iif(f.coverage = 0 AND f.decision = 0, f.signals, "
	    "NULL)" FLOWS_PASSING,
	[SQL_CLIENT_TOTALS] =
	    "SELECT c.class, c.decision, c.coverage" CLIENTS_PASSING,
	[SQL_CLIENT_EVIDENCE] = "SELECT c.evidence, c.seq" CLIENTS_PASSING,
	[SQL_BY_CLIENT] = COUNTED("net_of(f.client," V6_BITS ")"),
	[SQL_BY_ASN] = COUNTED("f.asn"),
	[SQL_BY_COUNTRY] = COUNTED("f.country"),
	[SQL_BY_CLASS] = COUNTED("f.class"),
	[SQL_BY_PROTOCOL] = COUNTED("f.protocol"),
	[SQL_BY_RULE] = COUNTED("f.evidence"),
	[SQL_BY_SERVICE] = COUNTED("f.service"),
	[SQL_BY_SENSOR] = COUNTED("f.sensor"),
	/* Only the signals have it; their numbering comes last. */
	[SQL_BY_CITY] =
	    "SELECT f.signals, f.client, f.packets_c2s + f.packets_s2c,"
	    " f.bytes_c2s + f.bytes_s2c, f.decision, f.coverage, f.first_us,"
	    " f.last_us, f.score_ppm, f.seq, f.numbering" FLOWS_PASSING,
	[SQL_BY_HOUR] = COUNTED("f.first_us / 3600000000"),
	[SQL_SAMPLE] = "SELECT numbering, signals FROM flows WHERE seq = ?",
};

const char *
sqlite_sql_text(enum sqlite_sql sql)
{
	return texts[sql];
}
