/* SPDX-License-Identifier: Apache-2.0 */
/* Captures: what is written, read back. */
#include "core/pcapng.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#include "tests/pcapng_file.h"

#define CLIENT                                                                 \
	{                                                                      \
		"127.0.0.1", 40000                                             \
	}
#define SERVER                                                                 \
	{                                                                      \
		"192.0.2.7", 143                                               \
	}
#define ORIGIN 1700000000.25

enum what {
	END,
	OPEN,
	FROM_CLIENT,
	FROM_SERVER,
	CLIENT_FIN,
	SERVER_FIN,
	CLIENT_RST,
	SERVER_RST,
	QUESTION,
	SECRET
};

struct deed {
	enum what what;
	unsigned number;
	const char *data;
};

/* Packets: direction (c, s), flags, numbers since the SYN, length of data. */
static const struct row {
	const char *name;
	struct deed deed[10];
	const char *packets;
	const char *secrets;
} rows[] = {
	{"nothing at all", {{END, 0, NULL}}, "", ""},
	{"opened", {{OPEN, 1, NULL}}, "c S 0 0 0\ns SA 0 1 0\nc A 1 1 0\n", ""},
	{"a dialogue that the client ends",
		{{OPEN, 1, NULL}, {FROM_SERVER, 1, "* OK\r\n"},
			{FROM_CLIENT, 1, "a LOGOUT\r\n"},
			{CLIENT_FIN, 1, NULL}},
		"c S 0 0 0\ns SA 0 1 0\nc A 1 1 0\ns PA 1 1 6\nc PA 1 7 10\n"
		"c FA 11 7 0\ns FA 7 12 0\nc A 12 8 0\n",
		""},
	{"the server ends it", {{OPEN, 1, NULL}, {SERVER_FIN, 1, NULL}},
		"c S 0 0 0\ns SA 0 1 0\nc A 1 1 0\ns FA 1 1 0\nc FA 1 2 0\n"
		"s A 2 2 0\n",
		""},
	{"resets",
		{{OPEN, 1, NULL}, {FROM_CLIENT, 1, "x"}, {SERVER_RST, 1, NULL},
			{OPEN, 1, NULL}, {CLIENT_RST, 1, NULL}},
		"c S 0 0 0\ns SA 0 1 0\nc A 1 1 0\nc PA 1 1 1\ns RA 1 2 0\n"
		"c S 0 0 0\ns SA 0 1 0\nc A 1 1 0\nc RA 1 1 0\n",
		""},
	{"two at once",
		{{OPEN, 1, NULL}, {OPEN, 2, NULL}, {FROM_CLIENT, 2, "two"},
			{CLIENT_RST, 1, NULL}, {FROM_SERVER, 2, "too"}},
		"c S 0 0 0\ns SA 0 1 0\nc A 1 1 0\n"
		"c S 0 0 0\ns SA 0 1 0\nc A 1 1 0\n"
		"c PA 1 1 3\nc RA 1 1 0\ns PA 1 4 3\n",
		""},
	{"empty data is no segment", {{OPEN, 1, NULL}, {FROM_CLIENT, 1, ""}},
		"c S 0 0 0\ns SA 0 1 0\nc A 1 1 0\n", ""},
	{"datagrams", {{QUESTION, 0, "odd"}, {QUESTION, 0, ""}}, "u 3\nu 0\n",
		""},
	{"secrets stand first, in order",
		{{QUESTION, 0, "even"}, {SECRET, 0, "CLIENT_RANDOM 00 11"},
			{SECRET, 0, "CLIENT_RANDOM 22 33"}},
		"u 4\n", "CLIENT_RANDOM 00 11\nCLIENT_RANDOM 22 33\n"},
};

static void
deed_do(struct pcapng *capture, const struct deed *deed, double t)
{
	struct pcapng_end client = CLIENT, server = SERVER;
	struct span data = span_z(deed->data);

	switch (deed->what) {
	case END:
		return;
	case OPEN:
		/* Another port for each, as the kernel has it. */
		client.port = (uint16_t)(client.port + deed->number);
		pcapng_open(capture, deed->number, client, server, t);
		return;
	case FROM_CLIENT:
	case FROM_SERVER:
		pcapng_data(capture, deed->number, deed->what == FROM_CLIENT,
			data, t);
		return;
	case CLIENT_FIN:
	case SERVER_FIN:
		pcapng_close(capture, deed->number, deed->what == CLIENT_FIN,
			PCAPNG_FIN, t);
		return;
	case CLIENT_RST:
	case SERVER_RST:
		pcapng_close(capture, deed->number, deed->what == CLIENT_RST,
			PCAPNG_RST, t);
		return;
	case QUESTION:
		pcapng_udp(capture, client, server, data, t);
		return;
	case SECRET:
		pcapng_secret(capture, deed->data);
		return;
	}
}

static void
path_make(char path[64])
{
	int fd;

	(void)snprintf(path, 64, "%s/pcapng-XXXXXX", P_tmpdir);
	fd = mkstemp(path);
	assert_true(fd >= 0);
	(void)close(fd);
}

static void
conversations_are_valid(void **state)
{
	size_t i, j;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct pcapng *capture;
		struct found f;
		char path[64];

		print_message("row: %s\n", rows[i].name);
		path_make(path);
		capture = pcapng_new(path, ORIGIN, NULL);
		assert_non_null(capture);
		for (j = 0; j < 10; j++)
			deed_do(capture, &rows[i].deed[j], (double)j / 7);
		assert_int_equal(pcapng_free(capture, NULL), 0);
		file_read(path, &f);
		assert_true(
			span_eq(buf_span(&f.packets), span_z(rows[i].packets)));
		assert_true(
			span_eq(buf_span(&f.secrets), span_z(rows[i].secrets)));
		found_fini(&f);
	}
}

/* Whatever the cuts, the stream is the same. */
static void
large_data_is_split(void **state)
{
	static const size_t sizes[] = {
		1, 2, 1447, 65494, 65495, 65496, 65536, 200000};
	static uint8_t data[200000];
	size_t i, j;

	(void)state;
	for (i = 0; i < sizeof(data); i++)
		data[i] = (uint8_t)(i * 7 + i / 251);
	for (i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		struct pcapng *capture;
		struct found f;
		char path[64];

		path_make(path);
		capture = pcapng_new(path, ORIGIN, NULL);
		assert_non_null(capture);
		pcapng_open(capture, 3, (struct pcapng_end)CLIENT,
			(struct pcapng_end)SERVER, 0);
		/* Of the smallest, some are enough. */
		for (j = 0; j < sizeof(data) && j / sizes[i] < 200;
			j += sizes[i])
			pcapng_data(capture, 3, true,
				span_cut(span_of(data, sizeof(data)), j,
					j + sizes[i]),
				0.5);
		assert_int_equal(pcapng_free(capture, NULL), 0);
		file_read(path, &f);
		assert_int_equal(
			f.stream[1].n, j < sizeof(data) ? j : sizeof(data));
		assert_memory_equal(f.stream[1].p, data, f.stream[1].n);
		assert_int_equal(f.stream[0].n, 0);
		assert_true(
			f.last > ORIGIN + 0.4999 && f.last < ORIGIN + 0.5001);
		found_fini(&f);
	}
}

/* One of these has the checksum 0, which UDP writes as 0xffff (RFC 768). */
static void
no_checksum_is_left_out(void **state)
{
	struct pcapng *capture;
	struct found f;
	char path[64];
	unsigned i;

	(void)state;
	path_make(path);
	capture = pcapng_new(path, ORIGIN, NULL);
	assert_non_null(capture);
	for (i = 0; i < 65536; i++) {
		uint8_t data[2] = {(uint8_t)(i >> 8), (uint8_t)i};

		pcapng_udp(capture, (struct pcapng_end)CLIENT,
			(struct pcapng_end)SERVER, span_of(data, 2), 0);
	}
	assert_int_equal(pcapng_free(capture, NULL), 0);
	file_read(path, &f);
	assert_int_equal(f.packets.n, 65536 * strlen("u 2\n"));
	found_fini(&f);
}

static const struct {
	const char *name;
	enum err_class class;
	struct deed deed;
	const char *address;
	size_t times;
} wrongs[] = {
	{"data on no connection", ERR_INTERNAL, {FROM_CLIENT, 9, "x"}, NULL, 1},
	{"the end of no connection", ERR_INTERNAL, {CLIENT_FIN, 9, NULL}, NULL,
		1},
	{"one number twice", ERR_LIMIT, {OPEN, 1, NULL}, NULL, 2},
	{"no address", ERR_INTERNAL, {OPEN, 1, NULL}, "localhost", 1},
	{"too many secrets", ERR_LIMIT, {SECRET, 0, "0123456789"}, NULL,
		PCAPNG_SECRETS_MAX / 10},
	{"too many packets", ERR_LIMIT, {QUESTION, 0, NULL}, NULL,
		PCAPNG_PACKETS_MAX / 65000 + 2},
};

/* What cannot be recorded is reported once, at the end, and the file is
 * still one. */
static void
what_is_missing_is_said(void **state)
{
	static uint8_t large[65507];
	struct pcapng_end client = CLIENT, server = SERVER;
	size_t i, j;

	(void)state;
	for (i = 0; i < sizeof(wrongs) / sizeof(wrongs[0]); i++) {
		struct err err = {0};
		struct pcapng *capture;
		struct found f;
		char path[64];

		print_message("row: %s\n", wrongs[i].name);
		path_make(path);
		capture = pcapng_new(path, ORIGIN, &err);
		assert_non_null(capture);
		for (j = 0; j < wrongs[i].times; j++) {
			if (wrongs[i].deed.what == QUESTION)
				pcapng_udp(capture, client, server,
					span_of(large, sizeof(large)), 0);
			else if (wrongs[i].address != NULL)
				pcapng_open(capture, 1,
					(struct pcapng_end){
						wrongs[i].address, 1},
					server, 0);
			else
				deed_do(capture, &wrongs[i].deed, 0);
		}
		assert_int_equal(pcapng_free(capture, &err), -1);
		assert_int_equal(err.class, wrongs[i].class);
		file_read(path, &f);
		found_fini(&f);
	}
}

static void
no_capture_is_fine(void **state)
{
	struct err err = {0};
	unsigned what;

	(void)state;
	for (what = END; what <= SECRET; what++) {
		struct deed deed = {(enum what)what, 1, "x"};

		deed_do(NULL, &deed, 0);
	}
	assert_int_equal(pcapng_free(NULL, NULL), 0);
	assert_null(pcapng_new("/nonexistent/x.pcapng", 0, &err));
	assert_int_equal(err.class, ERR_IO);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(conversations_are_valid),
		cmocka_unit_test(large_data_is_split),
		cmocka_unit_test(no_checksum_is_left_out),
		cmocka_unit_test(what_is_missing_is_said),
		cmocka_unit_test(no_capture_is_fine),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
