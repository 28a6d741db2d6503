/* SPDX-License-Identifier: Apache-2.0 */
/* Lines of a message. */
#include "parse/pop3_text.h"

struct span
pop3_line_next(struct span *rest)
{
	const struct span crlf = span_z("\r\n");
	size_t end = span_find(*rest, 0, crlf);
	struct span line = span_cut(*rest, 0, end);

	*rest = span_cut(
		*rest, end == SIZE_MAX ? rest->n : end + crlf.n, rest->n);
	return line;
}

size_t
pop3_text_measure(struct span text)
{
	const struct span crlf = span_z("\r\n");

	if (text.n == 0 ||
		span_eq(span_cut(text, text.n - crlf.n, text.n), crlf))
		return text.n;
	return text.n + crlf.n;
}

size_t
pop3_top_measure(struct span text, size_t lines)
{
	struct span rest = text;

	while (rest.n > 0 && pop3_line_next(&rest).n > 0)
		continue;
	for (; rest.n > 0 && lines > 0; lines--)
		(void)pop3_line_next(&rest);
	return text.n - rest.n;
}
