/* SPDX-License-Identifier: Apache-2.0 */
/* Writing text and JSON into a buffer that may be too small. */
#include "parse/out.h"

#include "parse/chars.h"

void
out_byte(struct out *out, uint8_t byte)
{
	if (out->n < out->size)
		out->p[out->n] = (char)byte;
	out->n++;
	out->last = byte;
}

void
out_put(struct out *out, struct span bytes)
{
	for (size_t i = 0; i < bytes.n; i++)
		out_byte(out, bytes.p[i]);
}

void
out_upper(struct out *out, struct span bytes)
{
	for (size_t i = 0; i < bytes.n; i++)
		out_byte(out, upper_of(bytes.p[i]));
}

void
out_z(struct out *out, const char *text)
{
	out_put(out, span_z(text));
}

void
out_number(struct out *out, uint64_t number)
{
	char digits[20];
	size_t at = sizeof(digits);

	do
		digits[--at] = (char)('0' + number % 10);
	while ((number /= 10) != 0);
	out_put(out, span_of(digits + at, sizeof(digits) - at));
}

static void
comma_put(struct out *out)
{
	if (out->last != 0 && out->last != '{' && out->last != '[' &&
		out->last != ':')
		out_byte(out, ',');
}

void
out_quoted(struct out *out, uint8_t byte)
{
	static const char hex[] = "0123456789abcdef";

	if (byte == '"' || byte == '\\') {
		out_byte(out, '\\');
		out_byte(out, byte);
	} else if (byte == ' ' || is_vchar(byte)) {
		out_byte(out, byte);
	} else {
		out_z(out, "\\u00");
		out_byte(out, (uint8_t)hex[byte >> 4]);
		out_byte(out, (uint8_t)hex[byte & 15]);
	}
}

static void
quoted_put(struct out *out, struct span bytes)
{
	out_byte(out, '"');
	for (size_t i = 0; i < bytes.n; i++)
		out_quoted(out, bytes.p[i]);
	out_byte(out, '"');
}

void
out_open(struct out *out, char bracket)
{
	comma_put(out);
	out_byte(out, (uint8_t)bracket);
}

void
out_name(struct out *out, const char *name)
{
	comma_put(out);
	quoted_put(out, span_z(name));
	out_byte(out, ':');
}

void
out_string(struct out *out, struct span bytes)
{
	comma_put(out);
	quoted_put(out, bytes);
}

void
out_string_quoted(struct out *out, struct span bytes)
{
	comma_put(out);
	out_byte(out, '"');
	for (size_t i = 0; i < bytes.n; i++) {
		if (bytes.p[i] == '\\' && i + 1 < bytes.n)
			i++;
		out_quoted(out, bytes.p[i]);
	}
	out_byte(out, '"');
}

void
out_string_upper(struct out *out, struct span bytes)
{
	comma_put(out);
	out_byte(out, '"');
	for (size_t i = 0; i < bytes.n; i++)
		out_quoted(out, upper_of(bytes.p[i]));
	out_byte(out, '"');
}

void
out_integer(struct out *out, uint64_t number)
{
	comma_put(out);
	out_number(out, number);
}

void
out_bool(struct out *out, bool value)
{
	comma_put(out);
	out_z(out, value ? "true" : "false");
}

void
out_null(struct out *out)
{
	comma_put(out);
	out_z(out, "null");
}

void
out_pair(struct out *out, struct span name, struct span value)
{
	out_open(out, '[');
	out_string(out, name);
	if (value.p != NULL)
		out_string(out, value);
	else
		out_null(out);
	out_byte(out, ']');
}
