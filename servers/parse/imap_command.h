/* SPDX-License-Identifier: Apache-2.0 */
/*
 * IMAP commands as bytes: where one ends in a stream, literals included, and
 * cutting a complete one into its words (RFC 3501 section 9, RFC 9051 section
 * 9). Nothing is allocated; results point into the input.
 */
#ifndef PARSE_IMAP_COMMAND_H
#define PARSE_IMAP_COMMAND_H

#include "core/span.h"
#include "parse/imap_string.h"

/* Framing. Zero a struct imap_frame at the start of each command. */
enum imap_frame_result {
	IMAP_FRAME_MORE,    /* no end in sight */
	IMAP_FRAME_COMMAND, /* [0, frame.end) is the command, line end and all
			     */
	IMAP_FRAME_LITERAL  /* a line ends at frame.end and announces a literal:
			     * call imap_frame_accept to go on */
};

struct imap_literal {
	size_t size; /* SIZE_MAX if it is above any sense */
	bool waits;  /* the client waits for "+" (no LITERAL+) */
};

struct imap_frame {
	size_t line;     /* where the line that is being read starts */
	size_t seen;     /* the line does not end before here */
	size_t end;      /* behind the line end that was found */
	size_t literals; /* bytes of the accepted literals */
};

/*
 * Look at the input, which starts with the command and has only grown since
 * the last call. Without literals, braces at the line's end mean nothing.
 */
enum imap_frame_result imap_frame_step(struct imap_frame *frame,
	struct span input, bool literals, struct imap_literal *literal_r);
/* The announced literal is wanted; the command goes on behind it. */
void imap_frame_accept(
	struct imap_frame *frame, const struct imap_literal *literal);

/*
 * Reading a complete command. Each function reads one thing, or returns false
 * and leaves the reader where it was.
 */
struct imap_reader {
	struct span in; /* line end included */
	size_t at;
};

/* Is this the next byte? Nothing is consumed. */
bool imap_read_peek(const struct imap_reader *r, char c);
bool imap_read_char(struct imap_reader *r, char c);
static inline bool
imap_read_space(struct imap_reader *r)
{
	return imap_read_char(r, ' ');
}
/* Is only the line end left? */
bool imap_read_end(const struct imap_reader *r);
/* tag = 1*<any ASTRING-CHAR except "+"> */
bool imap_read_tag(struct imap_reader *r, struct span *tag_r);
/* atom = 1*ATOM-CHAR */
bool imap_read_atom(struct imap_reader *r, struct span *atom_r);
/* Letters, digits, "." and "-": what FETCH items are made of. */
bool imap_read_word(struct imap_reader *r, struct span *word_r);
/* This word, in any case, and no longer one. */
bool imap_read_keyword(struct imap_reader *r, const char *wordz);
/* flag = "\" atom / atom */
bool imap_read_flag(struct imap_reader *r, struct span *flag_r);
/* string = quoted / literal */
bool imap_read_string(struct imap_reader *r, struct imap_string *string_r);
/* astring = 1*ASTRING-CHAR / string */
bool imap_read_astring(struct imap_reader *r, struct imap_string *string_r);
/* list-mailbox = 1*list-char / string: with "%" and "*" */
bool imap_read_pattern(struct imap_reader *r, struct imap_string *string_r);
bool imap_read_number(struct imap_reader *r, uint32_t *number_r);
/* sequence-set, or "$" (RFC 5182) */
bool imap_read_set(struct imap_reader *r, struct span *set_r);

/* The bytes that the string means; SIZE_MAX if they are more than size. */
size_t imap_string_copy(struct imap_string string, void *to, size_t size);
/* Does it mean these bytes? */
bool imap_string_is(struct imap_string string, struct span bytes);

/* Ranges of a set that imap_read_set accepted; 0 stands for "*". */
struct imap_range {
	uint32_t from, to;
};

/* Cut the next range off *set; false when none is left. */
bool imap_range_next(struct span *set, struct imap_range *range_r);

#endif
