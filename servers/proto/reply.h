/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The closed list of reply names. A fault names the reply that it touches by
 * one of these; the same name means the same thing in every protocol, so that
 * one scenario can speak of the reply to STARTTLS, STLS and STARTTLS at once.
 */
#ifndef PROTO_REPLY_H
#define PROTO_REPLY_H

/* In IMAP, POP3 and SMTP. */
#define REPLY_GREETING "greeting"
/* CAPABILITY, CAPA, EHLO */
#define REPLY_CAPABILITIES "capabilities"
/* STARTTLS, STLS */
#define REPLY_STARTTLS "starttls"
/* "+" or 334: asks for the next step of a login */
#define REPLY_CHALLENGE "challenge"
/* the final reply to AUTHENTICATE, AUTH, APOP */
#define REPLY_AUTH "auth"
/* IMAP LOGIN, POP3 PASS */
#define REPLY_LOGIN "login"
/* LOGOUT, QUIT */
#define REPLY_LOGOUT "logout"
#define REPLY_NOOP "noop"
/* unknown command, bad syntax, wrong state */
#define REPLY_ERROR "error"

/* IMAP; each is everything that answers the command, untagged data first. */
#define REPLY_ID "id"
#define REPLY_NAMESPACE "namespace"
#define REPLY_ENABLE "enable"
/* LIST, LSUB; also POP3's LIST */
#define REPLY_LIST "list"
/* SELECT, EXAMINE */
#define REPLY_SELECT "select"
#define REPLY_STATUS "status"
#define REPLY_SEARCH "search"
/* FETCH, UID FETCH */
#define REPLY_FETCH "fetch"
/* STORE, COPY, MOVE */
#define REPLY_STORE "store"
#define REPLY_EXPUNGE "expunge"
/* what follows DONE */
#define REPLY_IDLE "idle"
#define REPLY_APPEND "append"
/* "+": send the literal; IDLE's "+ idling" */
#define REPLY_CONTINUE "continue"
/* CREATE, DELETE, RENAME, (UN)SUBSCRIBE, CLOSE, UNSELECT, CHECK */
#define REPLY_MAILBOX "mailbox"

/* POP3 */
#define REPLY_USER "user"
#define REPLY_STAT "stat"
#define REPLY_UIDL "uidl"
#define REPLY_TOP "top"
#define REPLY_RETR "retr"
#define REPLY_DELE "dele"
/* also SMTP's RSET */
#define REPLY_RSET "rset"

/* SMTP */
#define REPLY_HELO "helo"
#define REPLY_MAIL "mail"
#define REPLY_RCPT "rcpt"
/* the 354 */
#define REPLY_DATA "data"
/* behind the final dot or the last BDAT */
#define REPLY_MESSAGE "message"
/* BDAT that is not the last */
#define REPLY_BDAT "bdat"
#define REPLY_VRFY "vrfy"
#define REPLY_HELP "help"
/* CLIENT, of DEEP and MUA-STS */
#define REPLY_CLIENT "client"

/* HTTP: each is a whole response */
#define REPLY_POLICY "policy"
/* a report was sent here */
#define REPLY_ACCEPTED "accepted"
/* whatever else is asked for */
#define REPLY_ABSENT "absent"

#endif
