/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of the IMAP engine share; nobody else includes it. */
#ifndef PROTO_IMAP_H
#define PROTO_IMAP_H

#include "core/buf.h"
#include "parse/imap_command.h"
#include "parse/imap_date.h"
#include "parse/imap_mime.h"
#include "proto/engine.h"
#include "proto/reply.h"
#include "proto/sasl.h"

#define IMAP_LINE_MAX (64 * 1024)     /* a command without its literals */
#define IMAP_LITERAL_MAX (8 * 1024)   /* all literals of one command */
#define IMAP_APPEND_MAX (1024 * 1024) /* the same of APPEND */
#define IMAP_MINUS_MAX 4096           /* LITERAL-, RFC 7888 section 5 */
#define IMAP_REPLY_MAX (16 * 1024 * 1024)
#define IMAP_ERRORS_MAX 1000
#define IMAP_TAG_MAX 128
#define IMAP_VERB_MAX 32
#define IMAP_NAME_MAX 127
#define IMAP_FOLDERS_MAX 24

/* States of a session, as bits so that a command can name several. */
#define IMAP_GREETED 1u
#define IMAP_LOGGED_IN 2u
#define IMAP_SELECTED 4u
#define IMAP_ANY 7u
#define IMAP_INSIDE (IMAP_LOGGED_IN | IMAP_SELECTED)

/* Who gets the next bytes. */
enum imap_mode {
	IMAP_COMMANDS,
	IMAP_SASL,
	IMAP_IDLE,
	IMAP_HANDSHAKE, /* START_TLS is out, SECURED has not come */
	IMAP_CLOSED
};

/*
 * Messages are named by bits: bit i is the message with index i, whose UID is
 * i + 1. Sets, search results and what a session sees of the mailbox are all
 * such masks.
 */
_Static_assert(ENGINE_MESSAGES_MAX <= 64, "a mask has 64 bits");

/* A mailbox. Folder 0 is INBOX; the others are always empty, but count the
 * UIDs that they have given away. They live as long as the session. */
struct imap_folder {
	char namez[IMAP_NAME_MAX + 1]; /* empty: this slot is free */
	const char *usez;              /* "\\Sent" (RFC 6154), or NULL */
	bool subscribed;
	uint32_t stored;   /* messages that came in by APPEND and COPY */
	uint32_t validity; /* is added to the UIDVALIDITY of INBOX */
};

struct imap;

struct imap_command {
	const char *verbz;
	unsigned states;
	const char *capabilityz; /* must be offered; NULL: always there */
	const char *reply;
	/* Reads the arguments (the blank before them included) and answers. */
	void (*run)(struct imap *imap, struct imap_reader *args);
};

struct imap {
	const struct engine_config *config;
	const struct engine_sink *out; /* of this step */
	enum imap_mode mode;
	unsigned state;
	bool tls;
	bool rev2; /* IMAP4rev2 was enabled, or there is no other */
	unsigned errors;
	struct buf in;
	struct imap_frame frame;
	struct buf reply; /* the answer that is being made */
	bool overflow;    /* it did not fit */
	uint8_t tag[IMAP_TAG_MAX];
	size_t tag_n;
	char verbz[IMAP_VERB_MAX + 1]; /* in capitals */
	const struct imap_command *command;
	bool uid;   /* the UID form of it */
	bool noted; /* the transcript has it */
	struct sasl sasl;
	struct imap_folder folder[IMAP_FOLDERS_MAX];
	uint32_t folders_made;
	struct imap_folder *selected; /* NULL: none */
	bool read_only;
	uint64_t view;  /* messages that the client knows of */
	unsigned known; /* those below this index were looked at */
	uint64_t saved; /* "$", RFC 5182 */
	uint64_t answered, flagged, draft; /* live as long as the session */
};

/* imap_reply.c: making and sending answers. */

/* Append to the answer; what does not fit makes the command fail. */
void imap_put(struct imap *imap, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
void imap_put_span(struct imap *imap, struct span bytes);
/* The bytes as a quoted string if they can be one, else as a literal. */
void imap_put_string(struct imap *imap, struct span bytes);
/* The same; NIL if there are none. */
void imap_put_nstring(struct imap *imap, struct span bytes);
/* The same of a string with its backslashes taken out. */
void imap_put_unquoted(struct imap *imap, struct imap_string string);
/* As an atom if it can be one, else as a string. */
void imap_put_astring(struct imap *imap, struct span bytes);
/* " WORD" for each capability of the phase. */
void imap_put_capabilities(struct imap *imap, enum engine_phase phase);
/* "[CAPABILITY ...] " of the current phase; nothing if the list is empty. */
void imap_put_capability_code(struct imap *imap, enum engine_phase phase);

/* End the answer with the tagged line "TAG text" and send it under the name
 * of the command. The text starts with OK, NO or BAD. */
void imap_finish(struct imap *imap, const char *textz);
/* The same by hand: "TAG ", and send what was put. */
void imap_put_tag(struct imap *imap);
void imap_send(struct imap *imap);
/* Answer BAD instead of all that was put. */
void imap_bad(struct imap *imap, const char *textz);
/* Answer because the configuration does not have this. */
void imap_refuse(struct imap *imap, const char *reply, const char *textz);
/* Answer as the configured refusal says, if there is one for the reply. */
bool imap_refused(struct imap *imap, const char *reply);
/* Send "+ text". */
void imap_prompt(struct imap *imap, const char *reply, struct span text);
/* Send "* BYE text" and end the connection. */
void imap_hang_up(struct imap *imap, const char *textz);
void imap_close(struct imap *imap);
struct span imap_tag(const struct imap *imap);

/* imap.c */
enum engine_phase imap_phase(const struct imap *imap);
/* Is it offered now, by its own name or as a part of IMAP4rev2? */
bool imap_offers(const struct imap *imap, const char *capabilityz);
/* Zero everything but the connection. */
void imap_session_reset(struct imap *imap);
void imap_log_in(struct imap *imap);

/* imap_dispatch.c: the complete command at the start of the input. */
void imap_command_run(struct imap *imap);
/* Is the announced literal wanted? Prompts for it, or answers if not. */
bool imap_literal_admit(struct imap *imap, const struct imap_literal *literal);
/* Forget the first n bytes of the input, which were a command. */
void imap_frame_drop(struct imap *imap, size_t n);

/* imap_folder.c */
void imap_folders_init(struct imap *imap);
/* Read a mailbox name; INBOX in any case is folder 0. False if it is no name
 * or too long. */
bool imap_name_read(struct imap_reader *args, char name[IMAP_NAME_MAX + 1]);
/* NULL if there is none. The second also answers then. */
struct imap_folder *imap_folder_find(struct imap *imap, const char *namez);
struct imap_folder *imap_folder_want(struct imap *imap, const char *namez);
uint32_t imap_folder_validity(
	const struct imap *imap, const struct imap_folder *folder);
uint32_t imap_folder_uid_next(
	const struct imap *imap, const struct imap_folder *folder);
bool imap_folder_has_children(
	const struct imap *imap, const struct imap_folder *folder);
/* imap_list.c: append "* STATUS name (...)"; false if the items are wrong. */
bool imap_put_status(struct imap *imap, const struct imap_folder *folder,
	struct imap_reader *items);

/* imap_view.c: masks of messages. */
unsigned imap_mask_count(uint64_t mask);
/* All messages of the mailbox that are still there. */
uint64_t imap_messages(const struct imap *imap);
struct engine_message *imap_message(const struct imap *imap, unsigned index);
/* Sequence number of the message in this session. */
unsigned imap_number(const struct imap *imap, unsigned index);
/* What a sequence set means; false if it names messages that are not there
 * (sequence numbers only, unknown UIDs are left out). */
bool imap_set_resolve(
	const struct imap *imap, struct span set, bool uid, uint64_t *mask_r);
/* Read a blank and a set and resolve it. Answers BAD itself. */
bool imap_set_read(
	struct imap *imap, struct imap_reader *args, uint64_t *mask_r);
/* Report what other sessions did to the mailbox. */
void imap_view_update(struct imap *imap);
/* Remove the messages of the mask; report them unless silent. */
void imap_view_expunge(struct imap *imap, uint64_t mask, bool silent);
/* Append a mask as a sequence set of numbers or UIDs. */
void imap_put_set(struct imap *imap, uint64_t mask, bool uid);
/* Append "FLAGS (...)". */
void imap_put_flags(struct imap *imap, unsigned index);

enum imap_flag {
	IMAP_SEEN,
	IMAP_DELETED,
	IMAP_ANSWERED,
	IMAP_FLAGGED,
	IMAP_DRAFT,
	IMAP_FLAGS
};

extern const char *const imap_flag_name[IMAP_FLAGS];
bool imap_flag_is_set(
	const struct imap *imap, unsigned index, enum imap_flag flag);
void imap_flag_set(
	struct imap *imap, unsigned index, enum imap_flag flag, bool on);
/* The messages of this session that have it. */
uint64_t imap_flag_mask(const struct imap *imap, enum imap_flag flag);
/* Read "(flag ...)", or bare flags if naked; bit f of the mask is flag f, and
 * keywords are let pass. */
bool imap_flags_read(struct imap_reader *args, bool naked, unsigned *flags_r);

/* imap_body.c */
/* Date header, or a day long ago. */
struct imap_date imap_message_date(struct span text);
void imap_put_internal_date(struct imap *imap, struct span text);
void imap_put_envelope(struct imap *imap, struct span header);
void imap_put_body_structure(
	struct imap *imap, struct span text, bool extended);

/* The commands. */
void imap_capability(struct imap *imap, struct imap_reader *args);
void imap_noop(struct imap *imap, struct imap_reader *args);
void imap_logout(struct imap *imap, struct imap_reader *args);
void imap_id(struct imap *imap, struct imap_reader *args);
void imap_starttls(struct imap *imap, struct imap_reader *args);
void imap_login(struct imap *imap, struct imap_reader *args);
void imap_authenticate(struct imap *imap, struct imap_reader *args);
void imap_enable(struct imap *imap, struct imap_reader *args);
void imap_namespace(struct imap *imap, struct imap_reader *args);
void imap_list(struct imap *imap, struct imap_reader *args);
void imap_lsub(struct imap *imap, struct imap_reader *args);
void imap_select(struct imap *imap, struct imap_reader *args);
void imap_examine(struct imap *imap, struct imap_reader *args);
void imap_status(struct imap *imap, struct imap_reader *args);
void imap_search(struct imap *imap, struct imap_reader *args);
void imap_fetch(struct imap *imap, struct imap_reader *args);
void imap_store(struct imap *imap, struct imap_reader *args);
void imap_copy(struct imap *imap, struct imap_reader *args);
void imap_move(struct imap *imap, struct imap_reader *args);
void imap_expunge(struct imap *imap, struct imap_reader *args);
void imap_check(struct imap *imap, struct imap_reader *args);
void imap_unselect(struct imap *imap, struct imap_reader *args);
void imap_idle(struct imap *imap, struct imap_reader *args);
void imap_append(struct imap *imap, struct imap_reader *args);
void imap_create(struct imap *imap, struct imap_reader *args);
void imap_delete(struct imap *imap, struct imap_reader *args);
void imap_rename(struct imap *imap, struct imap_reader *args);
void imap_subscribe(struct imap *imap, struct imap_reader *args);
/* The client's next line in these modes, without line end. */
void imap_sasl_line(struct imap *imap, struct span line);
void imap_idle_line(struct imap *imap, struct span line);

#endif
