/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The closed list of reply names. A fault names the reply that it touches by
 * one of these; the same name means the same thing in every protocol, so that
 * one scenario can speak of the reply to STARTTLS, STLS and STARTTLS at once.
 */
#ifndef PROTO_REPLY_H
#define PROTO_REPLY_H

/* In all three protocols. */
#define REPLY_GREETING "greeting"
#define REPLY_CAPABILITIES "capabilities" /* CAPABILITY, CAPA, EHLO */
#define REPLY_STARTTLS "starttls"         /* STARTTLS, STLS */
#define REPLY_CHALLENGE "challenge" /* a "+"/334 that asks for the next step   \
				     */
#define REPLY_AUTH "auth"     /* final reply to AUTHENTICATE, AUTH, APOP */
#define REPLY_LOGIN "login"   /* IMAP LOGIN, POP3 PASS */
#define REPLY_LOGOUT "logout" /* LOGOUT, QUIT */
#define REPLY_NOOP "noop"
#define REPLY_ERROR "error" /* unknown command, bad syntax, wrong state */

/* IMAP; each is everything that answers the command, untagged data first. */
#define REPLY_ID "id"
#define REPLY_NAMESPACE "namespace"
#define REPLY_ENABLE "enable"
#define REPLY_LIST "list"     /* LIST, LSUB; POP3 LIST */
#define REPLY_SELECT "select" /* SELECT, EXAMINE */
#define REPLY_STATUS "status"
#define REPLY_SEARCH "search"
#define REPLY_FETCH "fetch" /* FETCH, UID FETCH */
#define REPLY_STORE "store" /* STORE, COPY, MOVE */
#define REPLY_EXPUNGE "expunge"
#define REPLY_IDLE "idle" /* what follows DONE */
#define REPLY_APPEND "append"
#define REPLY_CONTINUE "continue" /* "+": send the literal; IDLE's "+ idling"  \
				   */
#define REPLY_MAILBOX                                                          \
	"mailbox" /* CREATE, DELETE, RENAME, (UN)SUBSCRIBE,                    \
		   * CLOSE, UNSELECT, CHECK */

/* POP3 */
#define REPLY_USER "user"
#define REPLY_STAT "stat"
#define REPLY_UIDL "uidl"
#define REPLY_TOP "top"
#define REPLY_RETR "retr"
#define REPLY_DELE "dele"
#define REPLY_RSET "rset" /* also SMTP */

/* SMTP */
#define REPLY_HELO "helo"
#define REPLY_MAIL "mail"
#define REPLY_RCPT "rcpt"
#define REPLY_DATA "data"       /* the 354 */
#define REPLY_MESSAGE "message" /* behind the final dot or the last BDAT */
#define REPLY_BDAT "bdat"       /* BDAT that is not the last */
#define REPLY_VRFY "vrfy"
#define REPLY_HELP "help"

#endif
