/* SPDX-License-Identifier: Apache-2.0 */
/* What lists of fields are made of. */
#ifndef PARSE_FIELD_H
#define PARSE_FIELD_H

#include "core/bytes.h"

/* A name and its value, whose p is NULL where there is none. */
struct lk_field {
	struct span name, value;
};

#endif
