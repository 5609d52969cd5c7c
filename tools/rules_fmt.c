/* Lays rule files out alike. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/yaml.h"
#include "command.h"
#include "rules.h"

/* Writes a file that changed, or says that it would. */
static int
put(const char *path, bool check, const char *laid, size_t size)
{
	int rc;

	if (check) {
		printf("%s\n", path);
		return CODE_MATCHED;
	}
	rc = file_replace(path, laid, size);
	if (rc < 0)
		return complain("rules", CODE_USAGE, "%s: %s", path,
		    fs_strerror(rc));
	return CODE_DONE;
}

static int
lay_out(const char *path, bool check)
{
	bool piped = strcmp(path, "-") == 0;
	struct rules_faults faults = { 0 };
	struct fs_err err = { 0 };
	char *text = NULL, *laid = NULL;
	size_t size, laid_size;
	int code = CODE_DONE;
	int rc;

	rc =
	    file_read(piped ? "/dev/stdin" : path, YAML_SIZE_MAX, &text, &size);
	if (rc < 0)
		return complain("rules", CODE_USAGE, "%s: %s", path,
		    rc == FS_EFULL ? YAML_TOO_LARGE : fs_strerror(rc));
	rc = fs_rules_layout(text, size, path, &err, &laid, &laid_size);
	if (rc < 0 && err.line > 0) {
		rules_take_fault(&faults, false, &err);
		code = CODE_USAGE;
	} else if (rc < 0) {
		code = complain("rules", CODE_USAGE, "%s: %s", path, err.text);
	} else if (piped && !check) {
		(void)fwrite(laid, 1, laid_size, stdout);
	} else if (size != laid_size || memcmp(text, laid, size) != 0) {
		code = put(path, check, laid, laid_size);
	}
	free(text);
	free(laid);
	return code;
}

int
rules_fmt(int argc, char **argv)
{
	bool check = argc > 1 && strcmp(argv[1], "--check") == 0;
	int i = check ? 2 : 1, worst = CODE_DONE;
	int code;

	if (i < argc && argv[i][0] == '-' && argv[i][1] != '\0')
		return rules_misused("fmt", "unknown option '%s'", argv[i]);
	if (i == argc)
		return rules_misused("fmt", "the name of a file is missing");
	for (; i < argc; i++) {
		code = lay_out(argv[i], check);
		if (code > worst)
			worst = code;
	}
	return worst;
}
