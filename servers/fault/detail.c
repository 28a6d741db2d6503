/* SPDX-License-Identifier: Apache-2.0 */
/* The fault in words, for the transcript and for whoever reads a report. */
#include "fault/fault.h"

#include <stdio.h>

static void
words_list(const struct fault *fault, const char *head, char room[FAULT_DETAIL])
{
	size_t n = 0;

	for (unsigned i = 0; i < fault->capabilities && n < FAULT_DETAIL; i++)
		n += (size_t)snprintf(room + n, FAULT_DETAIL - n, "%s%s",
			i == 0 ? head : ", ", fault->capability[i]);
}

static void
words_tls(const struct tls_options *tls, char room[FAULT_DETAIL])
{
	char low[16], high[16];

	if (tls->max_version != 0)
		(void)snprintf(room, FAULT_DETAIL, "%s to %s only",
			tls_version_name((unsigned)(tls->min_version != 0
							    ? tls->min_version
							    : 0x0303),
				low),
			tls_version_name((unsigned)tls->max_version, high));
	else
		(void)snprintf(room, FAULT_DETAIL, "%s",
			tls->ciphersz != NULL  ? tls->ciphersz
			: tls->suitesz != NULL ? tls->suitesz
			: tls->groupsz != NULL ? tls->groupsz
					       : "");
}

const char *
fault_detail(const struct fault *fault, char room[FAULT_DETAIL])
{
	static const char *const thens[] = {
		"the server goes on in clear", "silence", "close"};
	static const char *const messages[] = {"flight", "ServerHello",
		"certificate", "signature", "Finished", "ticket",
		"application data"};
	static const char *const states[] = {"ok", "preauth", "bye"};

	room[0] = '\0';
	switch (fault->action) {
	case FAULT_WITHHOLD:
		words_list(fault, "without ", room);
		break;
	case FAULT_ADVERTISE:
		words_list(fault, "with ", room);
		break;
	case FAULT_STATUS:
		(void)snprintf(room, FAULT_DETAIL, "%s",
			fault->promises != NULL ? fault->promises : "none");
		break;
	case FAULT_GREET:
		(void)snprintf(
			room, FAULT_DETAIL, "%s", states[fault->greeting]);
		break;
	case FAULT_SKIP_TLS:
		(void)snprintf(room, FAULT_DETAIL,
			"accepted, but no handshake: %s", thens[fault->then]);
		break;
	case FAULT_ALERT:
		(void)snprintf(room, FAULT_DETAIL, "%s%s",
			fault->warning ? "warning " : "",
			tls_alert_name((int)fault->description));
		break;
	case FAULT_CERTIFICATE:
	case FAULT_TLS:
		words_tls(&fault->tls, room);
		break;
	case FAULT_FLIP:
		(void)snprintf(room, FAULT_DETAIL,
			"bit %ld of byte %ld in the %s", fault->bit,
			fault->offset, messages[fault->message]);
		break;
	case FAULT_OVERSIZE:
		(void)snprintf(room, FAULT_DETAIL, "%ld bytes in the %s",
			fault->keep, messages[fault->message]);
		break;
	case FAULT_RENEGOTIATE:
		(void)snprintf(room, FAULT_DETAIL,
			"the server asks for a new handshake behind the reply "
			"%s",
			fault->reply);
		break;
	case FAULT_TRUNCATE:
		(void)snprintf(room, FAULT_DETAIL, "the flight ends in the %s",
			messages[fault->message]);
		break;
	case FAULT_RESPOND:
		(void)snprintf(room, FAULT_DETAIL, "%s",
			fault->statusz != NULL ? fault->statusz : "");
		break;
	default:
		if (fault->reply != NULL)
			(void)snprintf(room, FAULT_DETAIL, "at the reply %s",
				fault->reply);
		break;
	}
	return room;
}

void
fault_conn_delivered(struct fault_conn *conn, const struct wire_sink *out)
{
	char room[FAULT_DETAIL];
	struct wire wire = {.kind = WIRE_DELIVERED,
		.bytes = span_z(fault_detail(conn->fault, room))};

	conn->delivered = true;
	out->put(out->self, &wire);
}
