/* Numbers in Prometheus' text format. */
#pragma once

#include "base/buf.h"
#include "base/json_tree.h"

/* Begins a metric: its type ("counter", "gauge") and what it is. */
void metric_begin(struct buf *buf, const char *name, const char *type,
    const char *help);
/* One sample. 'label' may be null; its value is escaped. */
void metric_put(struct buf *buf, const char *name, const char *label,
    const char *value, int64_t number);

/* All that the answer of 'flowscan ctl status' holds. */
void metrics_of_status(struct buf *buf, const struct json_node *status);
/* All that a report of the newest hour holds. */
void metrics_of_report(struct buf *buf, const struct json_node *report);
