/* SPDX-License-Identifier: Apache-2.0 */
/* Writing the transcript's lines. */
#include "core/transcript.h"

#include <math.h>
#include <time.h>

#define LINE_MAX_BYTES (4u << 20)

/* How one byte is written inside a JSON string. */
struct escaped {
	char text[7];
	uint8_t n;
};

static struct escaped
escape(uint8_t c)
{
	static const char hex[] = "0123456789abcdef";

	if (c == '"' || c == '\\')
		return (struct escaped){{'\\', (char)c}, 2};
	if (c == '\r' || c == '\n')
		return (struct escaped){{'\\', c == '\r' ? 'r' : 'n'}, 2};
	/* Also U+0080 to U+009F: some readers take U+0085 for a line end. */
	if (c < 0x20 || (c >= 0x7f && c < 0xa0))
		return (struct escaped){
			{'\\', 'u', '0', '0', hex[c >> 4], hex[c & 15]}, 6};
	if (c >= 0xa0) /* two bytes of UTF-8 */
		return (struct escaped){
			{(char)(0xc0 | (c >> 6)), (char)(0x80 | (c & 0x3f))},
			2};
	return (struct escaped){{(char)c}, 1};
}

/* Of every byte, looked up: flights of TLS are long. */
static struct escaped escapes[256];

double
transcript_clock(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

void
transcript_init(struct transcript *t, FILE *file)
{
	*t = (struct transcript){.file = file, .start = transcript_clock()};
	buf_init(&t->line, LINE_MAX_BYTES);
	for (unsigned c = 0; c < 256; c++)
		escapes[c] = escape((uint8_t)c);
}

void
transcript_fini(struct transcript *t)
{
	buf_fini(&t->line);
}

static void
put(struct transcript *t, struct span s)
{
	if (buf_add(&t->line, s) != 0)
		t->cut = true;
}

static void
putz(struct transcript *t, const char *z)
{
	put(t, span_z(z));
}

static void
put_string(struct transcript *t, struct span s)
{
	char room[1024];
	size_t n = 0;

	room[n++] = '"';
	for (size_t i = 0; i < s.n; i++) {
		const struct escaped *one = &escapes[s.p[i]];

		if (n > sizeof(room) - sizeof(one->text) - 1) {
			put(t, span_of(room, n));
			n = 0;
		}
		memcpy(room + n, one->text, sizeof(one->text));
		n += one->n;
	}
	room[n++] = '"';
	put(t, span_of(room, n));
}

static void
put_key(struct transcript *t, const char *key)
{
	putz(t, ", \"");
	putz(t, key);
	putz(t, "\": ");
}

void
transcript_begin(struct transcript *t, const char *event)
{
	long long microseconds;

	buf_clear(&t->line);
	t->cut = false;
	t->seq++;
	t->last = transcript_clock() - t->start;
	microseconds = llround(t->last * 1e6);
	if (buf_addf(&t->line,
		    "{\"seq\": %u, \"t\": %lld.%06lld, \"event\": \"%s\"",
		    t->seq, microseconds / 1000000, microseconds % 1000000,
		    event) != 0)
		t->cut = true;
	t->common = t->line.n;
}

unsigned
transcript_end(struct transcript *t)
{
	if (t->cut) {
		t->line.n = t->common;
		t->cut = false;
		putz(t, ", \"cut\": true");
	}
	putz(t, "}\n");
	(void)fwrite(t->line.p, 1, t->line.n, t->file);
	if (t->live != NULL) {
		(void)fwrite(t->line.p, 1, t->line.n, t->live);
		(void)fflush(t->live);
	}
	return t->seq;
}

void
transcript_text(struct transcript *t, const char *key, const char *z)
{
	transcript_bytes(t, key, span_z(z));
}

void
transcript_bytes(struct transcript *t, const char *key, struct span bytes)
{
	put_key(t, key);
	put_string(t, bytes);
}

void
transcript_number(struct transcript *t, const char *key, long number)
{
	put_key(t, key);
	if (buf_addf(&t->line, "%ld", number) != 0)
		t->cut = true;
}

void
transcript_seconds(struct transcript *t, const char *key, double seconds)
{
	put_key(t, key);
	if (buf_addf(&t->line, "%.6f", seconds) != 0)
		t->cut = true;
}

void
transcript_bool(struct transcript *t, const char *key, bool value)
{
	put_key(t, key);
	putz(t, value ? "true" : "false");
}

void
transcript_null(struct transcript *t, const char *key)
{
	put_key(t, key);
	putz(t, "null");
}

void
transcript_list(struct transcript *t, const char *key)
{
	put_key(t, key);
	putz(t, "[");
	t->first_in_list = true;
}

void
transcript_item(struct transcript *t, const char *z)
{
	if (!t->first_in_list)
		putz(t, ", ");
	t->first_in_list = false;
	put_string(t, span_z(z));
}

void
transcript_list_end(struct transcript *t)
{
	putz(t, "]");
}
