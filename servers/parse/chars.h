/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Classes of octets (RFC 5234 appendix B.1), whatever the locale. Arguments
 * are octets, or -1 for the end, which is in no class.
 */
#ifndef PARSE_CHARS_H
#define PARSE_CHARS_H

#include "core/bytes.h"

#if defined(__clang__)
#define CHARS_UNTRACED __attribute__((noinline, no_sanitize("coverage")))
#else
#define CHARS_UNTRACED
#endif

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

/* Blank or line end. */
static inline bool
is_blank(int c)
{
	return is_wsp(c) || c == '\r' || c == '\n';
}

/* Without blanks and line ends around it. */
static inline struct span
blanks_trim(struct span s)
{
	size_t from = 0;

	while (s.n > 0 && is_blank(s.p[s.n - 1]))
		s.n--;
	while (from < s.n && is_blank(s.p[from]))
		from++;
	return span_cut(s, from, s.n);
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

enum chars_class {
	CHARS_WSP = 1,   /* space, tab */
	CHARS_TEXT = 2,  /* visible ASCII, space */
	CHARS_NAME = 4,  /* letters, digits, _ - . */
	CHARS_LABEL = 8, /* letters, digits, - */
	CHARS_ALNUM = 16,
	CHARS_DIGIT = 32,
};

/* clang-format off */
#define B CHARS_WSP
#define S (CHARS_WSP | CHARS_TEXT)
#define T CHARS_TEXT
#define N (T | CHARS_NAME)
#define H (N | CHARS_LABEL)
#define L (H | CHARS_ALNUM)
#define D (L | CHARS_DIGIT)
static const uint8_t chars_table[256] = {
	0, 0, 0, 0, 0, 0, 0, 0, 0, B, 0, 0, 0, 0, 0, 0,
	0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
	S, T, T, T, T, T, T, T, T, T, T, T, T, H, N, T,
	D, D, D, D, D, D, D, D, D, D, T, T, T, T, T, T,
	T, L, L, L, L, L, L, L, L, L, L, L, L, L, L, L,
	L, L, L, L, L, L, L, L, L, L, L, T, T, T, T, N,
	T, L, L, L, L, L, L, L, L, L, L, L, L, L, L, L,
	L, L, L, L, L, L, L, L, L, L, L, T, T, T, T, 0,
};
#undef B
#undef S
#undef T
#undef N
#undef H
#undef L
#undef D
/* clang-format on */

static inline bool
chars_is(uint8_t byte, enum chars_class class)
{
	return (chars_table[byte] & class) != 0;
}

/*
 * Where the run of such octets that begins at `at` ends; at most s.n. Like
 * memchr it decides nothing that a fuzzer could learn from, and is not traced.
 */
CHARS_UNTRACED static inline size_t
chars_skip(struct span s, size_t at, enum chars_class class)
{
	while (at < s.n && chars_is(s.p[at], class))
		at++;
	return at;
}

#endif
