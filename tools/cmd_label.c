#include <stdio.h>
#include <string.h>

#include "access.h"
#include "command.h"
#include "desk.h"
#include "session.h"

static const struct options_kind kind = {
	.usage = "flowscan label CLIENT|FLOW tp|fp|benign|unsure --note TEXT\n"
		 "       flowscan label list [OPTION]...",
	.about =
	    "Says whether a verdict was right: tp, it was; fp, it was wrong; "
	    "benign, what was\nseen is there and harmless; unsure. Labels "
	    "stand in labels.db beside the database,\nwith who and when; the "
	    "last one of a client or a flow counts. Reports show them, and\n"
	    "'report --by rule' and 'rules fit' learn from them.",
	.has_desk = true,
	.has_note = true,
	.operands = -1,
};

static int
ask_list(struct fs_store *store, const struct options *options,
    const struct fs_out *out, struct fs_err *err, uint64_t *matched)
{
	(void)options;
	return fs_report_labels(store, out, err, matched);
}

static int
read_note(const struct options *options, struct fs_note *note)
{
	if (options->operand_count != 2)
		return complain(options->command, CODE_USAGE,
		    "expected a client or a flow, and tp, fp, benign or "
		    "unsure: usage: flowscan label CLIENT|FLOW LABEL --note "
		    "TEXT");
	note->label = fs_label_find(options->operands[1]);
	if (note->label < 0)
		return complain(options->command, CODE_USAGE,
		    "'%s' is no label: expected tp, fp, benign or unsure",
		    options->operands[1]);
	return desk_text(options, "note", options->note, note->note);
}

/* Puts the label down, and says what it is about. */
static int
put(struct fs_store *store, const struct options *options, struct fs_note *note,
    struct fs_err *err)
{
	struct fs_desk *desk;
	int rc = fs_note_about(store, options->operands[0], err, note);

	if (rc < 0)
		return rc;
	if ((rc = fs_desk_open(options->db, true, err, &desk)) < 0)
		return rc;
	rc = fs_desk_put_note(desk, note, err);
	fs_desk_close(desk);
	if (rc < 0)
		return rc;
	printf("%s is labelled %s by %s; its verdict is %s %s, score %.3f\n",
	    options->operands[0], fs_label_name(note->label), note->who,
	    fs_decision_name(note->decision), fs_class_name(note->class),
	    (double)note->score_ppm / 1e6);
	return 0;
}

int
cmd_label(int argc, char **argv)
{
	struct fs_note note = { .time_us = desk_now_us() };
	struct options options;
	struct fs_store *store;
	struct fs_err err = { 0 };
	int rc, code = options_read(argc, argv, &kind, &options);

	if (code >= 0)
		return code;
	if (options.operand_count == 1 &&
	    strcmp(options.operands[0], "list") == 0)
		return session_run(&options, ask_list);
	if ((code = read_note(&options, &note)) >= 0)
		return code;
	desk_who(note.who);
	if ((code = access_ask(&options)) != CODE_DONE)
		return code;
	if (fs_store_open_read(options.db, &err, &store) < 0)
		return complain(options.command, CODE_DATABASE, "%s", err.text);
	rc = put(store, &options, &note, &err);
	fs_store_close(store);
	if (rc < 0)
		return complain(options.command,
		    rc == FS_ECONFIG || rc == FS_EEND ? CODE_USAGE
						      : CODE_DATABASE,
		    "%s", err.text);
	return CODE_DONE;
}
