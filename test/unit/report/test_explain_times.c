/* The packets of a sample are named by the capture's clock. */
#include "answer.h"
#include "signal/times.h"

int
main(void)
{
	struct fs_observation *flow = calloc(1, sizeof(*flow));
	struct fs_filter filter;
	struct fs_err err = { 0 };
	struct signals signals;
	struct fs_store *store;
	char folder[SAMPLE_PATH];
	struct buf got;
	struct fs_out out = { .write = answer_write,
		.ctx = &got,
		.format = FS_FORMAT_JSONL };

	fs_filter_init(&filter);
	filter.whole = true;
	sample_folder(folder);
	store = sample_writer(folder);
	sample_flow(flow, 0);
	flow->first_us = (uint64_t)1795424400 * 1000000;
	signals_clear(&signals);
	times_add(&signals, TIMES_CLOSE, 2000001, 77123);
	flow->signals_size = sample_encode(&signals, flow->signals);
	(void)fs_store_put_flow(store, flow, &err);
	(void)fs_store_commit(store, &err);
	buf_init(&got);
	fs_report_explain(store, &filter, "f000000000000000", &out, &err, NULL);
	tap_ok(strstr(buf_text(&got),
		   "\"timed\":[{\"flow_id\":\"f000000000000000\","
		   "\"from\":\"server's FIN\","
		   "\"to\":\"client's FIN or RST\","
		   "\"from_at\":\"2026-11-23T09:00:02.000001Z\","
		   "\"to_at\":\"2026-11-23T09:00:02.077124Z\","
		   "\"ms\":77.123}]") != NULL,
	    "the packets of a sample, in JSON");
	buf_clear(&got);
	out.format = FS_FORMAT_TABLE;
	fs_report_explain(store, &filter, "f000000000000000", &out, &err, NULL);
	tap_ok(strstr(buf_text(&got),
		   "2026-11-23T09:00:02.000001Z  server's FIN, and after "
		   "77.123 ms client's FIN or RST") != NULL,
	    "and on the page");
	buf_fini(&got);
	fs_store_close(store);
	sample_remove(folder);
	free(flow);
	return tap_done();
}
