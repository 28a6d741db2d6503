/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One MX host: connect, TLS if there is any or has to be, the mail. The
 * dialogue is that of the client (smtp.c).
 */
#include "host.h"

#include <netdb.h>
#include <sys/socket.h>

#include "bug.h"
#include "bug_host.h"

/* TLS, with whom it has to be: or nothing. */
static int
step_tls(struct session *s, const struct host_wish *wish,
	struct host_visit *visit)
{
	/* RFC 7672 section 8.1: SNI is the base of the TLSA records. */
	struct tls_wish tls = {.hostz = wish->peer == TLS_TLSA
						? wish->tlsa->base
						: wish->hostz,
		.trustz = wish->trustz,
		.peer = wish->peer,
		.tlsa = wish->tlsa};
	SSL *ssl;

	s->stage = STAGE_HANDSHAKE;
	visit->tls = HOST_TLS_FAILED;
	ssl = tls_new(&tls, s->err);
	if (ssl == NULL)
		return -1;
	if (wire_secure(&s->wire, ssl, s->err) != 0) {
		if (s->wire.ssl != NULL)
			visit->verified = SSL_get_verify_result(s->wire.ssl);
		return -1;
	}
	visit->tls = HOST_TLS_UP;
	visit->verified = SSL_get_verify_result(ssl);
	/* RFC 3207 section 4.2: forget what was said, and ask again. */
	caps_clear(&s->caps);
	s->stage = STAGE_CAPABILITIES;
	return protocol_smtp.capabilities(s);
}

static int
step_hello(struct session *s, const struct host_wish *wish)
{
	s->stage = STAGE_GREETING;
	if (protocol_smtp.greet(s) != 0)
		return -1;
	s->stage = STAGE_LIST;
	if (protocol_smtp.capabilities(s) == 0)
		return bug(KEYWORD_MINDED) && caps_has(&s->caps, "XYZZY")
			       ? session_fail(s, "an unknown extension")
			       : 0;
	/* RFC 5321 section 3.2. */
	if (s->code >= 500 && s->code != 521 && s->code != 554 &&
		(!wish->demands_tls || bug(STS_HELO_ACCEPTED)))
		return smtp_hello_old(s);
	return -1;
}

/*
 * RFC 8461 section 4.2, RFC 7672 section 2.2: where there has to be TLS,
 * each way that does not lead to it ends here.
 */
static int
step_starttls(struct session *s, const struct host_wish *wish,
	struct host_visit *visit)
{
	s->stage = STAGE_STARTTLS;
	visit->tls = HOST_TLS_MISSING;
	if (bug(KEYWORD_OBEYED) && caps_has(&s->caps, "MSTS"))
		return 0;
	if (!caps_has(&s->caps, "STARTTLS"))
		return !wish->demands_tls || bug(STS_STRIPPED_ACCEPTED) ||
				       bug(STS_HELO_ACCEPTED) ||
				       (bug(KEYWORD_BELIEVED) &&
					       caps_has(&s->caps, "MSTS"))
			       ? 0
			       : session_fail(s, "STARTTLS is not offered");
	if (protocol_smtp.starttls(s) != 0)
		/* A host that knows no TLS after all, and is there still. */
		return (!wish->demands_tls || bug(STS_REFUSED_ACCEPTED)) &&
				       s->code != 0
			       ? 0
			       : -1;
	return step_tls(s, wish, visit);
}

static void
own_address(int fd, char *text, socklen_t size)
{
	struct sockaddr_storage own;
	socklen_t n = sizeof(own);

	text[0] = '\0';
	if (getsockname(fd, (struct sockaddr *)&own, &n) == 0)
		(void)getnameinfo((struct sockaddr *)&own, n, text, size, NULL,
			0, NI_NUMERICHOST);
}

static int
session_try(struct session *s, const struct host_wish *wish,
	struct host_visit *visit, bool tries_tls)
{
	s->stage = STAGE_CONNECT;
	if (wire_open(&s->wire, wish->addressz, HOST_PORT, s->err) != 0)
		return -1;
	own_address(s->wire.fd, visit->from, sizeof(visit->from));
	if (step_hello(s, wish) != 0)
		return -1;
	if (tries_tls && step_starttls(s, wish, visit) != 0)
		return -1;
	/* There is no way past this for mail that has to be protected. */
	if (wish->demands_tls && !s->wire.secure && !bug_any())
		return session_fail(s, "no TLS");
	s->stage = STAGE_WORK;
	if (protocol_smtp.work(s) != 0)
		return -1;
	s->stage = STAGE_DONE;
	return 0;
}

/* What a failure says of this host, and of others. */
static enum host_result
result_of(const struct session *s)
{
	bool for_good = s->code >= 500 && s->code < 600;
	bool no_mail = s->code == 521 || s->code == 554;

	switch (s->stage) {
	case STAGE_GREETING:
	case STAGE_LIST:
		/* RFC 7504 section 3, RFC 5321 section 3.1. */
		return no_mail && !bug(SMTP_521_TEMPORARY) ? HOST_CLOSED
							   : HOST_LATER;
	case STAGE_STARTTLS:
	case STAGE_HANDSHAKE:
		return HOST_UNFIT;
	case STAGE_WORK:
		/* RFC 5321 section 4.2.1; 556 is one of them (RFC 7504
		 * section 4). */
		return for_good && !bug(SMTP_556_TEMPORARY) ? HOST_NEVER
							    : HOST_LATER;
	default:
		return HOST_LATER;
	}
}

static void
visit_once(const struct host_wish *wish, const struct mail *mail,
	bool tries_tls, struct host_visit *visit)
{
	/* Nobody logs in. */
	struct account nobody = {.userz = "", .passwordz = ""};
	struct err unheard;
	struct session s = {.account = &nobody,
		.kind = SERVICE_SUBMISSION,
		.protocol = &protocol_smtp,
		.mail = mail,
		.err = &visit->err};

	wire_init(&s.wire);
	caps_init(&s.caps);
	buf_init(&s.early, CAPS_MAX);
	visit->result = session_try(&s, wish, visit, tries_tls) == 0
				? HOST_DONE
				: result_of(&s);
	visit->stage = s.stage;
	buggy(bug_named_visit(&s), (void)0);
	/* Whatever comes of it, the mail is decided about. */
	if (s.wire.fd >= 0 && !s.wire.ended && s.stage != STAGE_HANDSHAKE) {
		s.err = &unheard;
		protocol_smtp.leave(&s);
	}
	wire_close(&s.wire);
	caps_fini(&s.caps);
	buf_fini(&s.early);
}

void
host_visit(const struct host_wish *wish, const struct mail *mail,
	struct host_visit *out_r)
{
	*out_r = (struct host_visit){.err = {.class = ERR_NONE}};
	visit_once(wish, mail, !wish->refuses_tls, out_r);
	/* TLS that fails must not keep mail back for which none was promised:
	 * then as if it had not been offered (RFC 7435 section 3). */
	if (out_r->result == HOST_UNFIT &&
		(!wish->demands_tls || bug(STS_CLEAR_AFTER_HANDSHAKE)))
		visit_once(wish, mail, false, out_r);
}
