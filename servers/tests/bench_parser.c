/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How fast the parser of policies is: nanoseconds a byte over those of memchr
 * for the line ends of the same policy. A line for a policy of every day and
 * one for a large one: name, size, both times, their ratio (medians).
 */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "parse/parse.h"

#define BODY_SIZE 65536
#define BYTES_A_ROUND (UINT64_C(4) << 20)
#define ROUNDS 15

static double
now(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

static size_t
lines_count(struct span s)
{
	const uint8_t *p = s.p, *end = s.p + s.n;
	size_t n = 0;

	while (p < end && (p = memchr(p, '\n', (size_t)(end - p))) != NULL) {
		p++;
		n++;
	}
	return n;
}

static size_t
policy_parse(struct span s)
{
	struct lk_result r;

	if (lk_sts_policy_parse(s, &r) != (ssize_t)s.n) {
		(void)fprintf(stderr, "bench_parser: the policy is wrong\n");
		exit(1);
	}
	return r.sts_policy.mx_count;
}

/* Nanoseconds a byte, and the result of all runs, so that they are made. */
static double
round_time(size_t (*run)(struct span), struct span s, size_t *sum)
{
	const uint64_t runs = BYTES_A_ROUND / s.n;
	const double start = now();

	for (uint64_t i = 0; i < runs; i++) {
		*sum += run(s);
		/* The same again is no run that can be left out. */
		__asm__ volatile("" : : "r"(s.p) : "memory");
	}
	return (now() - start) / (double)(runs * s.n);
}

static int
by_size(const void *a, const void *b)
{
	const double *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

static void
measure(const char *name, struct span s)
{
	double parser[ROUNDS], bare[ROUNDS], ratio[ROUNDS];
	size_t sum = 0;

	for (size_t i = 0; i < ROUNDS; i++) {
		parser[i] = round_time(policy_parse, s, &sum);
		bare[i] = round_time(lines_count, s, &sum);
		ratio[i] = parser[i] / bare[i];
	}
	qsort(parser, ROUNDS, sizeof(*parser), by_size);
	qsort(bare, ROUNDS, sizeof(*bare), by_size);
	qsort(ratio, ROUNDS, sizeof(*ratio), by_size);
	printf("%s %zu %.3f %.3f %.2f\n", name, s.n, parser[ROUNDS / 2],
		bare[ROUNDS / 2], ratio[ROUNDS / 2]);
	if (sum == 0)
		exit(1);
}

int
main(void)
{
	static const char head[] = "version: STSv1\r\nmode: enforce\r\n"
				   "max_age: 604800\r\n";
	static char body[BODY_SIZE];
	size_t n = 0, few;

	n += (size_t)snprintf(body, sizeof(body), "%s", head);
	for (few = 0; few < 4; few++)
		n += (size_t)snprintf(body + n, sizeof(body) - n,
			"mx: mx%zu.mail.example.com\r\n", few);
	measure("small", span_of(body, n));
	while (n + 40 < sizeof(body))
		n += (size_t)snprintf(body + n, sizeof(body) - n,
			"mx: mx%zu.mail.example.com\r\n", few++);
	measure("large", span_of(body, n));
	return 0;
}
