/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Classes of octets (RFC 5234 appendix B.1), whatever the locale. Arguments
 * are octets, or -1 for the end, which is in no class.
 */
#ifndef PARSE_CHARS_H
#define PARSE_CHARS_H

#include <stdbool.h>
#include <stdint.h>

static inline bool
is_alpha(int c)
{
	return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

static inline bool
is_upper(int c)
{
	return c >= 'A' && c <= 'Z';
}

static inline bool
is_digit(int c)
{
	return c >= '0' && c <= '9';
}

static inline bool
is_alnum(int c)
{
	return is_alpha(c) || is_digit(c);
}

static inline bool
is_wsp(int c)
{
	return c == ' ' || c == '\t';
}

/* Visible ASCII. */
static inline bool
is_vchar(int c)
{
	return c >= 0x21 && c <= 0x7e;
}

static inline uint8_t
upper_of(uint8_t byte)
{
	return byte >= 'a' && byte <= 'z' ? (uint8_t)(byte - 'a' + 'A') : byte;
}

/* The value of a hexadecimal digit, or -1. */
static inline int
hex_value(int c)
{
	if (is_digit(c))
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

#endif
