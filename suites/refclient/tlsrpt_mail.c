/* SPDX-License-Identifier: Apache-2.0 */
/* A report on TLS as a mail, signed. */
#include "tlsrpt_mail.h"

#include <ctype.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <stdio.h>

#include "bug.h"
#include "deliver.h"
#include "dkim.h"
#include "parse/base64.h"

#define MAIL_MAX (8 * 1024 * 1024)
#define BOUNDARY "=_report"

/* Lines of 76 (RFC 2045 section 6.8). */
static int
base64_add(struct buf *out, struct span octets)
{
	char line[BASE64_SIZE(57)];
	size_t n;
	int result = 0;

	for (size_t at = 0; at < octets.n && result == 0; at += 57) {
		(void)base64_encode(
			span_cut(octets, at, at + 57), line, sizeof(line), &n);
		if (buf_add(out, span_of(line, n)) != 0 ||
			buf_addz(out, "\r\n") != 0)
			result = -1;
	}
	return result;
}

static int
body_make(struct buf *out, const struct tlsrpt_mail *mail, const char *ownz)
{
	char file[2 * DNS_NAME_SIZE + 64];

	/* Section 5.1. */
	(void)snprintf(file, sizeof(file), "%.255s!%.255s!%lld!%lld.json.gz",
		ownz, mail->domainz, mail->since, mail->until);
	if (bug(RPT_FILE_NAMELESS))
		(void)snprintf(file, sizeof(file), "report");
	return buf_addf(out,
		       "--" BOUNDARY "\r\n"
		       "Content-Type: text/plain; charset=us-ascii\r\n\r\n"
		       "A report on TLS in mail to %s, by %s.\r\n"
		       "--" BOUNDARY "\r\n"
		       "Content-Type: %s\r\n"
		       "Content-Transfer-Encoding: base64\r\n"
		       "Content-Disposition: attachment; "
		       "filename=\"%s\"\r\n\r\n",
		       mail->domainz, ownz,
		       bug(RPT_TYPE_OTHER) ? "application/gzip"
					   : "application/tlsrpt+gzip",
		       file) != 0 ||
			       base64_add(out, mail->report) != 0 ||
			       buf_addz(out, "--" BOUNDARY "--\r\n") != 0
		       ? -1
		       : 0;
}

static int
head_make(struct buf *out, const struct sender *sender,
	const struct tlsrpt_mail *mail, const char *ownz)
{
	char date[64] = "";
	struct tm tm;

	if (gmtime_r(&sender->now, &tm) != NULL)
		(void)strftime(
			date, sizeof(date), "%a, %d %b %Y %T +0000", &tm);
	if (buf_addf(out,
		    "From: %s\r\nTo: %s\r\nDate: %s\r\nMessage-ID: <%s>\r\n"
		    "Subject: %s Domain: %s Submitter: %s Report-ID: "
		    "<%s>\r\n",
		    mail->fromz, mail->toz, date, mail->idz,
		    bug(RPT_SUBJECT_FREE) ? "On" : "Report", mail->domainz,
		    ownz, mail->idz) != 0)
		return -1;
	if (!bug(RPT_FIELDS_MISSING) && buf_addf(out,
						"TLS-Report-Domain: %s\r\n"
						"TLS-Report-Submitter: %s\r\n",
						mail->domainz, ownz) != 0)
		return -1;
	return buf_addf(out,
		"MIME-Version: 1.0\r\nContent-Type: multipart/%s; "
		"report-type=\"tlsrpt\"; boundary=\"" BOUNDARY "\"\r\n",
		bug(RPT_MIXED) ? "mixed" : "report");
}

int
tlsrpt_mail(
	struct sender *sender, const struct tlsrpt_mail *mail, struct err *err)
{
	const char *ownz = strrchr(mail->fromz, '@') + 1;
	const char *recipients[] = {mail->toz, NULL};
	/* Section 3: what is wrong with TLS there must not keep back the mail
	 * that tells so; nor is it a session to be counted. */
	struct ways ways = sender->ways;
	struct mail message = {.fromz = mail->fromz, .recipients = recipients};
	struct buf head, body, all;
	int result = -1;

	buf_init(&head, 64 * 1024);
	buf_init(&body, MAIL_MAX);
	buf_init(&all, MAIL_MAX);
	(void)err_set(err, ERR_IO, "the mail cannot be made");
	if (head_make(&head, sender, mail, ownz) == 0 &&
		body_make(&body, mail, ownz) == 0 &&
		(bug(RPT_UNSIGNED) ||
			dkim_sign(&all, sender, ownz, buf_span(&head),
				buf_span(&body)) == 0) &&
		buf_add(&all, buf_span(&head)) == 0 &&
		buf_addz(&all, "\r\n") == 0 &&
		buf_add(&all, buf_span(&body)) == 0) {
		message.text = buf_span(&all);
		sender->ways.by_sts = bug(RPT_MAIL_HELD);
		sender->ways.by_dane = sender->ways.needs_dane = false;
		sender->ways.counts = false;
		if (deliver(sender, strrchr(mail->toz, '@') + 1, &message,
			    err) == DECISION_SENT)
			result = 0;
		sender->ways = ways;
	}
	buf_fini(&head);
	buf_fini(&body);
	buf_fini(&all);
	return result;
}
