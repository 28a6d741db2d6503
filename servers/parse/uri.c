/* SPDX-License-Identifier: Apache-2.0 */
/*
 * URIs, octet for octet:
 *	scheme : [// [userinfo @] host [: port]] path [? query] [# fragment]
 */
#include "parse/uri.h"

#include <arpa/inet.h>

#include "parse/chars.h"

struct scan {
	struct txt *t;
	const char *without;
};

static int
peek(struct scan *scan)
{
	int c = txt_peek(scan->t);

	return c > 0 && strchr(scan->without, c) != NULL ? 0 : c;
}

static ssize_t
unfit(struct scan *scan)
{
	return txt_peek(scan->t) < 0 ? LK_MORE : LK_BAD;
}

/* unreserved and sub-delims. */
static bool
is_plain(int c)
{
	return is_alnum(c) || (c > 0 && strchr("-._~!$&'()*+,;=", c) != NULL);
}

/*
 * Skip octets that are plain, escaped or in more. 0, or a code if an escape
 * is none.
 */
static ssize_t
run_skip(struct scan *scan, const char *more)
{
	int c;

	while ((c = peek(scan)) > 0) {
		if (c != '%' && !is_plain(c) && strchr(more, c) == NULL)
			return 0;
		txt_next(scan->t);
		for (int i = 0; c == '%' && i < 2; i++) {
			if (hex_value(peek(scan)) < 0)
				return unfit(scan);
			txt_next(scan->t);
		}
	}
	return 0;
}

static ssize_t
scheme_read(struct scan *scan, struct uri *out_r)
{
	size_t n = 0;
	int c = peek(scan);

	memset(out_r, 0, sizeof(*out_r));
	if (!is_alpha(c))
		return unfit(scan);
	for (; is_alnum(c) || c == '+' || c == '-' || c == '.';
		c = peek(scan)) {
		if (n < URI_SCHEME_SIZE)
			out_r->scheme[n++] = (char)(c | 0x20);
		txt_next(scan->t);
	}
	if (c != ':')
		return unfit(scan);
	txt_next(scan->t);
	return 0;
}

/* IPvFuture = "v" 1*HEXDIG "." 1*( unreserved / sub-delims / ":" ), at its v.
 */
static ssize_t
future_read(struct scan *scan)
{
	size_t start;

	txt_next(scan->t);
	if (hex_value(peek(scan)) < 0)
		return unfit(scan);
	while (hex_value(peek(scan)) >= 0)
		txt_next(scan->t);
	if (peek(scan) != '.')
		return unfit(scan);
	txt_next(scan->t);
	(void)peek(scan);
	for (start = scan->t->at; is_plain(peek(scan)) || peek(scan) == ':';)
		txt_next(scan->t);
	return scan->t->at > start ? 0 : unfit(scan);
}

static ssize_t
ipv6_read(struct scan *scan)
{
	char text[INET6_ADDRSTRLEN], address[16];
	size_t n = 0;
	int c;

	while (c = peek(scan),
		n < sizeof(text) - 1 &&
			(hex_value(c) >= 0 || c == ':' || c == '.')) {
		text[n++] = (char)c;
		txt_next(scan->t);
	}
	text[n] = '\0';
	if (c != ']')
		return unfit(scan);
	return inet_pton(AF_INET6, text, address) == 1 ? 0 : LK_BAD;
}

/* An address in brackets, at the opening one. On its own, so that nobody else
 * has its text on the stack. */
static __attribute__((noinline)) ssize_t
literal_read(struct scan *scan)
{
	ssize_t code;

	txt_next(scan->t);
	code = peek(scan) == 'v' || peek(scan) == 'V' ? future_read(scan)
						      : ipv6_read(scan);
	if (code < 0)
		return code;
	if (peek(scan) != ']')
		return unfit(scan);
	txt_next(scan->t);
	return 0;
}

/* [: port] and nothing else of an authority. */
static ssize_t
port_read(struct scan *scan, struct uri *out_r)
{
	if (peek(scan) != ':')
		return 0;
	txt_next(scan->t);
	for (; is_digit(peek(scan)); txt_next(scan->t))
		out_r->has_port = true;
	return 0;
}

/* host [: port]; an @ behind it would have made it the userinfo. Within its
 * callers, whose stack would grow by its own. */
static inline __attribute__((always_inline)) ssize_t
host_read(struct scan *scan, struct uri *out_r)
{
	size_t start;
	ssize_t code;

	(void)peek(scan);
	start = scan->t->at;
	code = peek(scan) == '[' ? literal_read(scan) : run_skip(scan, "");
	if (code < 0)
		return code;
	out_r->has_host = scan->t->at > start;
	return port_read(scan, out_r);
}

/* What may be in userinfo or host, or between them and a port. */
static bool
is_host_octet(int c)
{
	return is_plain(c) || c == ':' || c == '%';
}

/* What is behind the two slashes. */
static ssize_t
authority_read(struct scan *scan, struct uri *out_r)
{
	struct txt start = *scan->t;
	ssize_t code = run_skip(scan, ":");
	bool is_end = txt_peek(scan->t) < 0;

	if (code < 0)
		return code;
	if (peek(scan) == '@')
		txt_next(scan->t);
	else
		*scan->t = start;
	code = host_read(scan, out_r);
	if (code == 0 && peek(scan) == '@')
		return LK_BAD;
	if (code == 0 && is_host_octet(peek(scan)))
		return is_end ? LK_MORE : LK_BAD;
	return code;
}

ssize_t
uri_host_read(struct txt *t, const char *without, struct uri *out_r)
{
	struct scan scan = {t, without};

	memset(out_r, 0, sizeof(*out_r));
	return host_read(&scan, out_r);
}

ssize_t
uri_tail_read(struct txt *t, const char *without)
{
	struct scan scan = {t, without};
	ssize_t code = run_skip(&scan, ":@/");

	for (const char *mark = "?#"; *mark != '\0'; mark++)
		if (code == 0 && peek(&scan) == *mark) {
			txt_next(t);
			code = run_skip(&scan, ":@/?");
		}
	return code;
}

ssize_t
uri_read(struct txt *t, const char *without, struct uri *out_r)
{
	struct scan scan = {t, without};
	ssize_t code = scheme_read(&scan, out_r);

	if (code == 0 && peek(&scan) == '/') {
		txt_next(t);
		if (peek(&scan) == '/') {
			txt_next(t);
			code = authority_read(&scan, out_r);
		}
	}
	return code < 0 ? code : uri_tail_read(t, without);
}
