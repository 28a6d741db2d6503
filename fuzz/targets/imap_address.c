/* SPDX-License-Identifier: Apache-2.0 */
/* Fuzzes imap_address_next. Oracles: the list ends; each step takes bytes from
 * it; results lie inside; printing and parsing again gives the same. */
#include "core/buf.h"
#include "harness/oracle.h"
#include "parse/imap_address.h"

/* Is it plain enough to be written down without a thought? */
static bool
is_plain(struct span s)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] <= ' ' || s.p[i] >= 0x7f ||
			strchr("()<>@,;:\\\"[]", s.p[i]) != NULL)
			return false;
	return s.n > 0;
}

static void
again_check(const struct imap_address *a)
{
	struct imap_address same;
	struct buf text;
	struct span list;

	if (a->kind != IMAP_ADDRESS || !is_plain(a->mailbox.raw) ||
		!is_plain(a->host))
		return;
	buf_init(&text, 1 << 20);
	if (buf_addf(&text, "<%.*s@%.*s>", (int)a->mailbox.raw.n,
		    (const char *)a->mailbox.raw.p, (int)a->host.n,
		    (const char *)a->host.p) != 0)
		abort();
	list = buf_span(&text);
	oracle(imap_address_next(&list, &same) && list.n == 0 &&
			span_eq(same.mailbox.raw, a->mailbox.raw) &&
			span_eq(same.host, a->host),
		"an address that is printed parses to the same");
	buf_fini(&text);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct span input = span_of(data, size);
	struct span list = input, before = list;
	struct imap_address address;
	size_t left = 2 * size + 1;

	while (imap_address_next(&list, &address)) {
		oracle(left-- > 0, "a list has an end");
		oracle(list.n < before.n, "each step takes something");
		oracle_inside(list, before);
		oracle_inside(address.name.raw, before);
		oracle_inside(address.mailbox.raw, before);
		oracle_inside(address.host, before);
		again_check(&address);
		before = list;
	}
	return 0;
}
