/* SPDX-License-Identifier: Apache-2.0 */
/* What the parsers of DEEP and MUA-STS share. */
#ifndef PARSE_DEEP_INNER_H
#define PARSE_DEEP_INNER_H

#include "parse/out.h"
#include "parse/stop.h"

/* One of the known words; or the same in another case of letters. */
bool deep_is_known(struct span tag, const char *const *known, size_t n,
	bool *is_other_case_r);

/* These read at `at`; where they end, or a code. */
ssize_t deep_tag_read(struct span s, size_t at, struct lk_result *r);
ssize_t deep_url_read(struct span s, size_t at, enum lk_reason reason,
	const char *without, struct lk_result *r);
ssize_t deep_cipher_read(struct span s, size_t at, struct lk_result *r);

/* What CLIENT is made of in one of the drafts. */
struct deep_client {
	/* Read a parameter of the line; where it ends, or a code. */
	ssize_t (*read)(struct span line, size_t at, bool is_whole,
		struct lk_field *out_r, struct lk_result *r);
	/* Does it have what its own rule asks for, or none? */
	bool (*is_fit)(const struct lk_field *param, struct lk_result *r);
};

ssize_t deep_client_parse(const struct deep_client *dialect, struct span input,
	struct span *params_r, struct lk_result *r);
bool deep_client_next(const struct deep_client *dialect, struct span *rest,
	struct lk_field *out_r);
/* Of the parameters that next, the dialect's own, finds. */
size_t deep_client_print(bool (*next)(struct span *, struct lk_field *),
	uint8_t joint, struct span params, char *out_r, size_t size);
size_t deep_client_json(bool (*next)(struct span *, struct lk_field *),
	struct span params, char *out_r, size_t size);

/* These read the whole of s; 0 or a code. */
ssize_t deep_status_read(struct span s, int separator, struct lk_result *r);
ssize_t deep_directives_read(struct span s, struct lk_result *r);

/* Members of an object that is open. */
void deep_status_json(struct out *out, struct span text, int separator);
void deep_directives_json(struct out *out, struct span text);
void deep_status_print(struct out *out, struct span text, int separator);
void deep_directives_print(struct out *out, struct span text);

/*
 * Cut a protocol line off input, which may not have its CR LF yet. 0, or
 * LK_LIMIT when it is longer than limit octets with them.
 */
ssize_t deep_line_cut(struct span input, size_t limit, struct span *line_r,
	bool *is_whole_r, struct lk_result *r);
/*
 * The end of a line of which `code` was said: what is too short in a whole line
 * is bad, and what is good in one that is not whole needs more.
 */
ssize_t deep_line_end(
	ssize_t code, struct span line, bool is_whole, struct lk_result *r);

#endif
