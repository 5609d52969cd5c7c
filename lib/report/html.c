#include "report/html.h"

#include <ctype.h>
#include <string.h>

#include "base/digest.h"

static const char css[] =
    ":root{color-scheme:light dark;"
    "--ink:#1b2129;--faint:#5c6773;--paper:#fff;--line:#d6dce3;"
    "--soft:#f3f5f8;--good:#1a7f4b;--doubt:#9a5b00;--bad:#b3261e;"
    "--link:#0b57a4}"
    "@media(prefers-color-scheme:dark){:root{"
    "--ink:#e6e9ed;--faint:#9aa5b1;--paper:#14181d;--line:#343c46;"
    "--soft:#1d232a;--good:#5fce93;--doubt:#f0b45a;--bad:#ff8a80;"
    "--link:#8ab8ff}}"
    "*{box-sizing:border-box}"
    "body{margin:0;background:var(--paper);color:var(--ink);"
    "font:15px/1.5 system-ui,sans-serif}"
    "main,header,nav{max-width:72rem;margin:0 auto;padding:0 1rem}"
    "main{padding-bottom:3rem}"
    "h1{font-size:1.35rem;margin:1.5rem 0 .5rem;overflow-wrap:anywhere}"
    "h2{font-size:1.1rem;margin:1.8rem 0 .5rem;padding-bottom:.2rem;"
    "border-bottom:1px solid var(--line)}"
    "p{margin:.3rem 0}ul{margin:.3rem 0;padding-left:1.2rem}"
    "li{margin:.15rem 0;overflow-wrap:anywhere}"
    "summary{cursor:pointer}summary:focus-visible,a:focus-visible{"
    "outline:2px solid var(--link);outline-offset:2px}"
    "a{color:var(--link)}"
    ".good{color:var(--good)}.doubt{color:var(--doubt)}"
    ".bad{color:var(--bad)}.faint{color:var(--faint)}"
    "pre{background:var(--soft);padding:.6rem .8rem;overflow-x:auto;"
    "margin:.4rem 0;font:13px/1.45 "
    "ui-monospace,monospace;tab-size:8;white-space:pre-wrap}"
    ".wide{overflow-x:auto;margin:.5rem 0}"
    "table{border-collapse:collapse;font-size:14px}"
    "caption{text-align:left;color:var(--faint);padding:.3rem 0}"
    "th,td{padding:.25rem .7rem .25rem 0;text-align:left;"
    "vertical-align:top;border-bottom:1px solid var(--line)}"
    "th{white-space:nowrap;position:sticky;top:0;background:var(--paper)}"
    "td{overflow-wrap:break-word;max-width:34rem}"
    ".n{text-align:right;font-variant-numeric:tabular-nums;"
    "white-space:nowrap}"
    "figure{margin:.8rem 0}figcaption{color:var(--faint);font-size:13px}"
    "svg{width:100%;height:auto;background:var(--soft);color:var(--ink)}"
    "svg text{fill:currentColor;font:11px system-ui,sans-serif}"
    "svg .axis{stroke:var(--line);fill:none}"
    "svg .land{fill:var(--line);stroke:none}"
    "svg .light{stroke:var(--bad);fill:none}"
    "svg .usual{stroke:var(--faint);fill:none;stroke-dasharray:4 3}"
    "svg .ring{stroke:var(--doubt);fill:none;stroke-opacity:.7}"
    "svg .clean{fill:var(--good)}svg .review{fill:var(--doubt)}"
    "svg .anomalous{fill:var(--bad)}svg .unjudged{fill:var(--faint)}"
    "svg .sensor{fill:var(--link)}"
    "svg .c0{fill:#8a94a0}svg .c1{fill:#4c9a6a}svg .c2{fill:#2f6fb5}"
    "svg .c3{fill:#c4661f}svg .c4{fill:#b3261e}svg .c5{fill:#8b5bb5}"
    "svg .c6{fill:#6b4a2f}svg .c7{fill:#3aa0a8}"
    "form{display:flex;flex-wrap:wrap;gap:.5rem;align-items:end;"
    "margin:.8rem 0}label{display:grid;font-size:13px;color:var(--faint)}"
    "input,select,button{font:inherit;padding:.3rem .5rem;"
    "color:var(--ink);background:var(--soft);border:1px solid var(--line)}"
    "@media(max-width:40rem){body{font-size:14px}"
    "th,td{padding-right:.5rem}}"
    "@media print{body{font-size:11px}th{position:static}"
    "details{display:block}a{color:inherit;text-decoration:none}}";

/* The policy names the style by its hash, so that no other style acts. */
static void
put_policy(struct buf *buf)
{
	uint8_t sum[DIGEST_SHA256_SIZE];
	char text[64] = "";

	if (digest_sha256(css, sizeof(css) - 1, sum))
		digest_base64(sum, sizeof(sum), text);
	buf_printf(buf,
	    "<meta http-equiv=\"Content-Security-Policy\" "
	    "content=\"default-src 'none'; style-src 'sha256-%s'; "
	    "form-action 'self'; base-uri 'none'\">\n",
	    text);
}

void
html_begin(struct buf *buf, const char *title, size_t size)
{
	buf_add_text(buf,
	    "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n"
	    "<meta charset=\"utf-8\">\n");
	put_policy(buf);
	buf_add_text(buf,
	    "<meta name=\"viewport\" "
	    "content=\"width=device-width,initial-scale=1\">\n"
	    "<meta name=\"referrer\" content=\"no-referrer\">\n<title>");
	html_text(buf, title, size);
	buf_printf(buf,
	    "</title>\n<style>%s</style>\n</head>\n<body>\n<main>\n", css);
}

void
html_end(struct buf *buf)
{
	buf_add_text(buf, "</main>\n</body>\n</html>\n");
}

void
html_text(struct buf *buf, const char *text, size_t size)
{
	size_t i;

	for (i = 0; i < size; i++)
		switch (text[i]) {
		case '&': buf_add_text(buf, "&amp;"); break;
		case '<': buf_add_text(buf, "&lt;"); break;
		case '>': buf_add_text(buf, "&gt;"); break;
		case '"': buf_add_text(buf, "&quot;"); break;
		case '\'': buf_add_text(buf, "&#39;"); break;
		default: buf_add_char(buf, text[i]);
		}
}

void
html_link(struct buf *buf, const char *page, const char *text, size_t size)
{
	size_t i;

	buf_printf(buf, "<a href=\"%s", page);
	for (i = 0; i < size; i++)
		if (isalnum((unsigned char)text[i]) ||
		    strchr("-._~", text[i]) != NULL)
			buf_add_char(buf, text[i]);
		else
			buf_printf(buf, "%%%02X", (unsigned char)text[i]);
	buf_add_text(buf, "\">");
}
