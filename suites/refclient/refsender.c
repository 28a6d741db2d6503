/* SPDX-License-Identifier: Apache-2.0 */
/* refsender: a sender of mail that does what the specifications ask. */
#include <curl/curl.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "bug.h"
#include "deliver.h"
#include "dkim.h"
#include "input.h"
#include "sts.h"
#include "tlsrpt.h"

#define VERSION "0.1.0"
#define RECIPIENTS_MAX 1000

/* The program ends with one of these, of sysexits.h, or EXIT_USAGE. */
enum {
	EXIT_SENT = 0,
	EXIT_NEVER = 69,
	EXIT_LATER = 75,
};

static int
sender_open(struct sender *sender, const char *pathz, const struct ways *ways,
	struct err *err)
{
	*sender = (struct sender){.ways = *ways, .now = time(NULL)};
	if (memory_load(&sender->memory, pathz, err) != 0)
		return -1;
	sender->resolver = dns_open(err);
	if (sender->resolver != NULL)
		return 0;
	memory_fini(&sender->memory);
	return -1;
}

static void
sender_close(struct sender *sender)
{
	struct err err;

	if (memory_save(&sender->memory, &err) != 0)
		(void)usage_fail("%s", err.text);
	memory_fini(&sender->memory);
	dns_close(sender->resolver);
}

static enum decision
worse(enum decision a, enum decision b)
{
	return a > b ? a : b;
}

/* The recipients of one mail in one domain, NULL at the end. */
static enum decision
domain_send(struct sender *sender, const char *fromz,
	const char *const *recipients, struct span text)
{
	const char *domainz = strrchr(recipients[0], '@') + 1;
	struct mail mail = {fromz, recipients, text};
	enum decision decision;
	struct err err;

	decision = deliver(sender, domainz, &mail, &err);
	if (decision == DECISION_NEVER && recipients[1] != NULL) {
		/* Perhaps it was about one of them. */
		decision = DECISION_SENT;
		for (; *recipients != NULL; recipients++)
			decision = worse(
				decision, domain_send(sender, fromz,
						  (const char *const[]){
							  *recipients, NULL},
						  text));
	} else if (decision != DECISION_SENT) {
		(void)fprintf(
			stderr, "refsender: %s: %s\n", recipients[0], err.text);
	}
	return decision;
}

/* One mail: its recipients, with blanks between them, domain by domain. */
static enum decision
mail_send(struct sender *sender, const char *fromz, char *toz, struct span text)
{
	const char *left[RECIPIENTS_MAX], *now[RECIPIENTS_MAX + 1];
	enum decision decision = DECISION_SENT;
	char *save = NULL;
	size_t n = 0;

	for (char *z = strtok_r(toz, " ", &save); z != NULL;
		z = strtok_r(NULL, " ", &save))
		left[n++] = z;
	while (n > 0) {
		const char *domainz = strrchr(left[0], '@');
		size_t chosen = 0, others = 0;

		for (size_t i = 0; i < n; i++)
			if (strcasecmp(strrchr(left[i], '@'), domainz) == 0)
				now[chosen++] = left[i];
			else
				left[others++] = left[i];
		now[chosen] = NULL;
		n = others;
		decision =
			worse(decision, domain_send(sender, fromz, now, text));
	}
	return decision;
}

/* All words that blanks and commas leave are addresses, and not too many. */
static bool
addresses_are_sound(const char *toz)
{
	char room[256];
	size_t n = 0, size;

	for (toz += strspn(toz, " ,"); *toz != '\0'; toz += strspn(toz, " ,")) {
		size = strcspn(toz, " ,");
		if (size >= sizeof(room) || ++n > RECIPIENTS_MAX)
			return false;
		memcpy(room, toz, size);
		room[size] = '\0';
		toz += size;
		if (!is_address(room) || strrchr(room, '@') == NULL ||
			strrchr(room, '@')[1] == '\0')
			return false;
	}
	return n > 0;
}

/*
 * send STATE FROM TO: the message comes from standard input. TO: an address;
 * or several with blanks between them, of one mail; or several mails with
 * commas between them, one behind the other.
 */
static int
command_send(char **words, const struct ways *ways)
{
	static const int exits[] = {[DECISION_SENT] = EXIT_SENT,
		[DECISION_LATER] = EXIT_LATER,
		[DECISION_NEVER] = EXIT_NEVER};
	enum decision decision = DECISION_SENT;
	struct sender sender;
	struct buf text;
	struct err err;
	char *save = NULL;

	if (!is_address(words[1]))
		return usage_fail("send: no address: %s", words[1]);
	if (!addresses_are_sound(words[2]))
		return usage_fail("send: no address: %s", words[2]);
	if (sender_open(&sender, words[0], ways, &err) != 0)
		return usage_fail("%s", err.text);
	buf_init(&text, MESSAGE_MAX);
	if (input_read(&text) != 0) {
		buf_fini(&text);
		sender_close(&sender);
		return usage_fail("send: cannot read the message");
	}
	for (char *z = strtok_r(words[2], ",", &save); z != NULL;
		z = strtok_r(NULL, ",", &save))
		decision = worse(decision,
			mail_send(&sender, words[1], z, buf_span(&text)));
	buf_fini(&text);
	/* The day is over; what becomes of the report is another matter. */
	if (ways->contactz != NULL)
		(void)tlsrpt_post(&sender, ways->contactz);
	sender_close(&sender);
	return exits[decision];
}

/* policy STATE DOMAIN: what is in force there, and why. */
static int
command_policy(char **words, const struct ways *ways)
{
	struct sender sender;
	struct sts sts;
	struct err err;
	const char *modez;

	if (sender_open(&sender, words[0], ways, &err) != 0)
		return usage_fail("%s", err.text);
	sts_find(&sender, words[1], &sts);
	modez = lk_sts_mode_name(sts.mode);
	(void)printf("%s\t%s\n", words[1], modez != NULL ? modez : "no policy");
	if (sts.why[0] != '\0')
		(void)printf("%s\n", sts.why);
	if (modez != NULL)
		(void)fwrite(sts.text.p, 1, sts.text.n, stdout);
	sts_fini(&sts);
	sender_close(&sender);
	return EXIT_SENT;
}

/* report STATE CONTACT DOMAIN: what would be reported on it. */
static int
command_report(char **words, const struct ways *ways)
{
	struct sender sender;
	struct err err;
	json_t *report;

	if (!is_address(words[1]) || strchr(words[1], '@') == NULL)
		return usage_fail("report: no address: %s", words[1]);
	if (sender_open(&sender, words[0], ways, &err) != 0)
		return usage_fail("%s", err.text);
	report = tlsrpt_report(&sender, words[2], words[1]);
	if (report != NULL) {
		(void)json_dumpf(report, stdout, JSON_INDENT(1));
		(void)putchar('\n');
	}
	json_decref(report);
	sender_close(&sender);
	return EXIT_SENT;
}

/* post STATE CONTACT: send the reports. */
static int
command_post(char **words, const struct ways *ways)
{
	struct sender sender;
	struct err err;
	unsigned left;

	if (!is_address(words[1]) || strchr(words[1], '@') == NULL)
		return usage_fail("post: no address: %s", words[1]);
	if (sender_open(&sender, words[0], ways, &err) != 0)
		return usage_fail("%s", err.text);
	left = tlsrpt_post(&sender, words[1]);
	sender_close(&sender);
	return left == 0 ? EXIT_SENT : EXIT_LATER;
}

/* key STATE: the record that tells how the reports are signed. */
static int
command_key(char **words, const struct ways *ways)
{
	struct sender sender;
	struct err err;
	const char *selector;
	struct buf text;
	int n;

	if (sender_open(&sender, words[0], ways, &err) != 0)
		return usage_fail("%s", err.text);
	buf_init(&text, 4096);
	selector = dkim_selector(&sender, &n);
	if (dkim_record(&text, &sender) == 0)
		(void)printf("%.*s._domainkey\tTXT\t\"%.*s\"\n", n, selector,
			(int)text.n, (const char *)text.p);
	buf_fini(&text);
	sender_close(&sender);
	return EXIT_SENT;
}

static const struct {
	const char *namez, *argumentsz, *textz;
	int words;
	int (*run)(char **words, const struct ways *ways);
} commands[] = {
	{"send", "STATE FROM TO", "send the mail on standard input", 3,
		command_send},
	{"policy", "STATE DOMAIN", "show the policy that is in force", 2,
		command_policy},
	{"report", "STATE CONTACT DOMAIN", "show what is reported on a domain",
		3, command_report},
	{"key", "STATE", "show the record for the signatures of reports", 1,
		command_key},
	{"post", "STATE CONTACT", "send the reports on TLS", 2, command_post},
};

static int
help(void)
{
	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++)
		(void)printf("refsender [--trust=BUNDLE] [--by=WAY] [--count] "
			     "%s %s\n\t%s\n",
			commands[i].namez, commands[i].argumentsz,
			commands[i].textz);
	return EXIT_SENT;
}

static int
command_run(int n, char **words, const struct ways *ways)
{
	if (n < 1)
		return usage_fail("which command? --help lists them");
	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++)
		if (strcmp(words[0], commands[i].namez) == 0)
			return n - 1 == commands[i].words
				       ? commands[i].run(words + 1, ways)
				       : usage_fail("%s needs %s",
						 commands[i].namez,
						 commands[i].argumentsz);
	return usage_fail("no command \"%s\"; --help lists them", words[0]);
}

/* What it goes by, and what not. */
static int
ways_read(const char *wordz, struct ways *ways)
{
	static const struct {
		const char *namez;
		bool sts, dane, only;
	} rows[] = {
		{"sts", true, false, false},
		{"dane", false, true, false},
		{"dane-only", false, true, true},
		{"dane-sts", true, true, false},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (strcmp(rows[i].namez, wordz) == 0) {
			ways->by_sts = rows[i].sts;
			ways->by_dane = rows[i].dane;
			ways->needs_dane = rows[i].only;
			return 0;
		}
	return -1;
}

int
main(int argc, char **argv)
{
	static const struct option options[] = {
		{"bug", required_argument, NULL, 'b'},
		{"by", required_argument, NULL, 'y'},
		{"bugs", no_argument, NULL, 'l'},
		{"count", no_argument, NULL, 'c'},
		{"help", no_argument, NULL, 'h'},
		{"report", required_argument, NULL, 'r'},
		{"sign", required_argument, NULL, 's'},
		{"trust", required_argument, NULL, 't'},
		{"version", no_argument, NULL, 'v'},
		{NULL, 0, NULL, 0},
	};
	struct ways ways = {.by_sts = true, .by_dane = true};
	int option, result;

	(void)signal(SIGPIPE, SIG_IGN);
	if (!tls_begin())
		return usage_fail("OpenSSL does not start");
	while ((option = getopt_long(argc, argv, "+", options, NULL)) != -1)
		switch (option) {
		case 'b':
			if (bug_choose(optarg) != 0)
				return usage_fail("no bug \"%s\" in this "
						  "build; --bugs lists them",
					optarg);
			break;
		case 'l':
			bug_list();
			return EXIT_SENT;
		case 'c':
			ways.counts = true;
			break;
		case 'h':
			return help();
		case 'r':
			if (!is_address(optarg) || strchr(optarg, '@') == NULL)
				return usage_fail(
					"--report=%s: no address", optarg);
			ways.contactz = optarg;
			ways.counts = true;
			break;
		case 's':
			if (optarg[0] == ':' || strchr(optarg, ':') == NULL)
				return usage_fail(
					"--sign=%s: no SELECTOR:FILE", optarg);
			ways.signz = optarg;
			break;
		case 't':
			ways.trustz = optarg;
			break;
		case 'y':
			if (ways_read(optarg, &ways) != 0)
				return usage_fail("--by=%s: sts, dane, "
						  "dane-only or dane-sts",
					optarg);
			break;
		case 'v':
			(void)printf("refsender %s\n", VERSION);
			return EXIT_SENT;
		default:
			return EXIT_USAGE;
		}
	if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
		return usage_fail("libcurl does not start");
	result = command_run(argc - optind, argv + optind, &ways);
	curl_global_cleanup();
	return result;
}
