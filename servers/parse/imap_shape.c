/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which values the data of the base protocol and the response codes have (RFC
 * 9051 section 9, RFC 3501 section 9 for what is only there; STATUS as RFC 4466
 * section 3 has it, ID as RFC 2971 section 4, SORT and THREAD as RFC 5256
 * section 5, VANISHED and when something changed as RFC 7162 section 7, rights
 * as RFC 4314 section 7, METADATA as RFC 5464 section 5, quotas as RFC 9208
 * section 7, ids of objects as RFC 8474 section 7, PREVIEW as RFC 8970 section
 * 6).
 *
 * They are written as letters: a capital one is an atom, number or string
 * (imap_scalar.c), a small one a list or what may stand for it, = what belongs
 * to the name in front, . anything. Behind a letter, * is any number of them,
 * + any number without a blank in front, and & one without; - in front of one:
 * it may be missing. At a ? the values may end; at a digit they may, too, or go
 * on so many letters before it. One blank is between two values.
 */
#include "parse/imap_shape.h"

#include "parse/imap_string.h"
#include "parse/stop.h"

#include "core/span.h"

#define COUNT(array) (sizeof(array) / sizeof(*(array)))

static const struct imap_shape shapes[] = {
	{"ACL", "S?S`2", IMAP_NUMBER_NONE},
	{"CAPABILITY", "C", IMAP_NUMBER_NONE},
	{"ENABLED", "A*", IMAP_NUMBER_NONE},
	{"ESEARCH", "-t-Y?L=2", IMAP_NUMBER_NONE},
	{"EXISTS", "", IMAP_NUMBER_ANY},
	{"EXPUNGE", "", IMAP_NUMBER_NOT_ZERO},
	{"FETCH", "r", IMAP_NUMBER_NOT_ZERO},
	{"FLAGS", "f", IMAP_NUMBER_NONE},
	{"ID", "i", IMAP_NUMBER_NONE},
	{"LIST", "bQS?w", IMAP_NUMBER_NONE},
	{"LISTRIGHTS", "SS``*", IMAP_NUMBER_NONE},
	{"LSUB", "bQS", IMAP_NUMBER_NONE},
	{"METADATA", "S}'*", IMAP_NUMBER_NONE},
	{"MYRIGHTS", "S`", IMAP_NUMBER_NONE},
	{"NAMESPACE", "ooo", IMAP_NUMBER_NONE},
	{"QUOTA", "S{", IMAP_NUMBER_NONE},
	{"QUOTAROOT", "SS*", IMAP_NUMBER_NONE},
	{"RECENT", "", IMAP_NUMBER_ANY},
	{"SEARCH", "?NN*?m", IMAP_NUMBER_NONE},
	{"SORT", "?NN*?m", IMAP_NUMBER_NONE},
	{"STATUS", "Sc", IMAP_NUMBER_NONE},
	{"THREAD", "?~~+", IMAP_NUMBER_NONE},
	{"VANISHED", "-$U", IMAP_NUMBER_NONE},
};

/* Response codes; those that have nothing behind them are below. */
static const struct imap_shape codes[] = {
	{"APPENDUID", "NU", IMAP_NUMBER_NONE},
	{"BADCHARSET", "?h", IMAP_NUMBER_NONE},
	{"CAPABILITY", "C", IMAP_NUMBER_NONE},
	{"COPYUID", "NUU", IMAP_NUMBER_NONE},
	{"HIGHESTMODSEQ", "O", IMAP_NUMBER_NONE},
	{"MAILBOXID", "[", IMAP_NUMBER_NONE},
	{"MODIFIED", "R", IMAP_NUMBER_NONE},
	{"PERMANENTFLAGS", "k", IMAP_NUMBER_NONE},
	{"UIDNEXT", "N", IMAP_NUMBER_NONE},
	{"UIDVALIDITY", "N", IMAP_NUMBER_NONE},
	{"UNSEEN", "N", IMAP_NUMBER_NONE},
};

static const char *const words[] = {"ALERT", "ALREADYEXISTS",
	"AUTHENTICATIONFAILED", "AUTHORIZATIONFAILED", "CANNOT", "CLIENTBUG",
	"CLOSED", "CONTACTADMIN", "CORRUPTION", "EXPIRED", "EXPUNGEISSUED",
	"HASCHILDREN", "INUSE", "LIMIT", "NOMODSEQ", "NONEXISTENT", "NOPERM",
	"NOTSAVED", "OVERQUOTA", "PARSE", "PRIVACYREQUIRED", "READ-ONLY",
	"READ-WRITE", "SERVERBUG", "TRYCREATE", "UIDNOTSTICKY", "UNAVAILABLE",
	"UNKNOWN-CTE"};

/* What may stand behind the fields of a part. */
#define EXTENSION "?V?j?l?V?x*"

static const struct imap_list lists[] = {
	{'#', 0, "O"},                    /* when a message changed */
	{'$', 0, "!"},                    /* that it was earlier */
	{'/', 0, "yy+G?p?j?l?V?x*"},      /* body of several */
	{',', 0, "@@*"},                  /* names of kinds, in quotes */
	{'.', '.', ".*"},                 /* whatever an extension has */
	{':', 0, "S"},                    /* former name */
	{';', 0, "_*"},                   /* flags of a message */
	{'[', 0, "]"},                    /* id of an object */
	{'\\', 'J', "]"},                 /* id of a thread */
	{'^', 0, "~~&~+"},                /* threads side by side */
	{'a', 'J', "dd+"},                /* addresses */
	{'b', 0, "B*"},                   /* attributes of a mailbox */
	{'c', 0, "?A=2"},                 /* counts of STATUS */
	{'d', 0, "VVVV"},                 /* address */
	{'e', 0, "VVaaaaaaVV"},           /* envelope */
	{'f', 0, "F*"},                   /* flags of a mailbox */
	{'g', 0, "GGpVVGD" EXTENSION},    /* body of no type below */
	{'h', 0, "HH*"},                  /* names of charsets */
	{'i', 'J', "?GV2"},               /* fields of ID */
	{'j', 'J', "Gp"},                 /* disposition */
	{'k', 0, "K*"},                   /* flags that stay */
	{'l', 'V', "GG*"},                /* languages */
	{'m', 0, "MO"},                   /* when the mailbox changed */
	{'n', 0, "GQ?Gs2"},               /* namespace */
	{'o', 'J', "nn+"},                /* namespaces */
	{'p', 'J', "GG2"},                /* parameters */
	{'q', 0, "GGpVVGD>" EXTENSION},   /* body of a text */
	{'r', 0, "P=2"},                  /* parts of FETCH */
	{'s', 0, "GG*"},                  /* strings */
	{'t', 0, "|=2"},                  /* what was answered */
	{'u', 0, "GGpVVGDey>" EXTENSION}, /* body of a message */
	{'v', 'E', "?zz*"},               /* value of an extension */
	{'w', 0, "?<=2"},                 /* extensions of LIST */
	{'x', 'X', "xx*"},                /* extension of a body */
	{'z', 'S', "zz*"},                /* within the value of an extension */
	{'{', 0, "?A>>3"},                /* resources: used, and the limit */
	{'}', '\'', "'Z2"},               /* annotations */
	{'~', 0, "NN*?~~&~+"},            /* numbers, and threads behind them */
};

/* What the value is by the name in front, of which one with a section counts up
 * to its [; names without text are all others. */
static const struct pair {
	char letter; /* of the name */
	char value;
	const char *name;
} pairs[] = {
	{'A', 'D', "DELETED"},
	{'A', 'W', "HIGHESTMODSEQ"},
	{'A', '[', "MAILBOXID"},
	{'A', 'D', "MESSAGES"},
	{'A', 'D', "RECENT"},
	{'A', 'W', "SIZE"},
	{'A', 'N', "UIDNEXT"},
	{'A', 'N', "UIDVALIDITY"},
	{'A', 'D', "UNSEEN"},
	{'A', '.', ""},
	{'L', 'R', "ALL"},
	{'L', 'D', "COUNT"},
	{'L', 'N', "MAX"},
	{'L', 'N', "MIN"},
	{'L', 'O', "MODSEQ"},
	{'L', 'v', ""},
	{'P', 'D', "BINARY.SIZE["},
	{'P', 'Z', "BINARY["},
	{'P', '\0', "BINARY.PEEK["}, /* only requests have it */
	{'P', '%', "BODY"},
	{'P', 'V', "BODY["},
	{'P', '\0', "BODY.PEEK["},
	{'P', 'y', "BODYSTRUCTURE"},
	{'P', '[', "EMAILID"},
	{'P', 'e', "ENVELOPE"},
	{'P', ';', "FLAGS"},
	{'P', 'I', "INTERNALDATE"},
	{'P', '#', "MODSEQ"},
	{'P', 'V', "PREVIEW"},
	{'P', 'V', "RFC822"},
	{'P', 'V', "RFC822.HEADER"},
	{'P', '>', "RFC822.SIZE"},
	{'P', 'V', "RFC822.TEXT"},
	{'P', '\\', "THREADID"},
	{'P', 'N', "UID"},
	{'P', '.', ""},
	{'<', ',', "CHILDINFO"},
	{'<', ':', "OLDNAME"},
	{'<', 'v', ""},
	{'|', 'S', "MAILBOX"},
	{'|', 'S', "TAG"},
	{'|', 'N', "UIDVALIDITY"},
	{'|', '\0', ""},
};

static const struct imap_shape *
shape_of(const struct imap_shape *shape, size_t n, struct span word)
{
	for (size_t i = 0; i < n; i++)
		if (span_eq_nocase(word, span_z(shape[i].word)))
			return &shape[i];
	return NULL;
}

const struct imap_shape *
imap_shape_find(struct span word)
{
	return shape_of(shapes, COUNT(shapes), word);
}

const struct imap_shape *
imap_code_find(struct span name)
{
	static const struct imap_shape alone = {"", "", IMAP_NUMBER_NONE};

	for (size_t i = 0; i < COUNT(words); i++)
		if (span_eq_nocase(name, span_z(words[i])))
			return &alone;
	return shape_of(codes, COUNT(codes), name);
}

/* The value at `index` of a list; nothing if there are fewer. */
static struct span
item_at(struct span list, size_t index, struct lk_result *r)
{
	size_t at = 1, end;

	for (;; at = end, index--) {
		if (list.p[at] == ')')
			return span_of(NULL, 0);
		if (list.p[at] == ' ')
			at++;
		end = (size_t)imap_value_read(list, at, r);
		if (index == 0)
			return span_cut(list, at, end);
	}
}

/* Is it a string that says this? */
static bool
is_text(struct span value, const char *text)
{
	return (span_at(value, 0) == '"' || span_at(value, 0) == '{') &&
	       span_eq_nocase(imap_string_of(value).raw, span_z(text));
}

/*
 * A text without the number of its lines fits what other types have, and so
 * does MESSAGE/GLOBAL without an envelope, as before RFC 9051. The grammar has
 * TEXT and MESSAGE in quotes, where a literal says the same.
 */
char
imap_body_form(struct span body, struct lk_result *r)
{
	struct span type, subtype;
	int behind;
	bool is_global, is_message, is_whole;

	if (body.p[1] == '(')
		return '/';
	type = item_at(body, 0, r);
	subtype = item_at(body, 1, r);
	behind = span_at(item_at(body, 7, r), 0);
	is_global = is_text(subtype, "GLOBAL");
	is_message = is_text(type, "MESSAGE") &&
		     (is_global || is_text(subtype, "RFC822"));
	if (!is_message && !is_text(type, "TEXT"))
		return 'g';
	is_whole = is_message ? !is_global || behind == '(' : is_digit(behind);
	if (!is_whole || type.p[0] == '{' ||
		(is_message && subtype.p[0] == '{'))
		result_open(r, LK_READING_IMAP_BODY_FORM);
	if (!is_whole)
		return 'g';
	return is_message ? 'u' : 'q';
}

const struct imap_list *
imap_list_find(char letter)
{
	for (size_t i = 0; i < COUNT(lists); i++)
		if (lists[i].letter == letter)
			return &lists[i];
	return NULL;
}

static const struct pair *
pair_find(char letter, struct span name)
{
	const struct pair *pair = pairs;

	while (pair->letter != letter ||
		(pair->name[0] != '\0' &&
			!span_eq_nocase(name, span_z(pair->name))))
		pair++;
	return pair;
}

char
imap_pair_value(char letter, struct span name)
{
	struct span head =
		imap_part_head(letter == '<' ? imap_string_of(name).raw : name);
	const struct pair *pair = pair_find(letter, head);

	if (letter != 'P' || pair->name[0] != '\0' || head.p[head.n - 1] != '[')
		return pair->value;
	/* A known part has no other section. */
	head = span_cut(head, 0, head.n - 1);
	return pair_find(letter, head)->name[0] != '\0' ? '\0' : pair->value;
}
