/* SPDX-License-Identifier: Apache-2.0 */
/* The plan of one trial, read from JSON: docs/plan.md. */
#ifndef WORLD_PLAN_H
#define WORLD_PLAN_H

#include <jansson.h>

#include "core/err.h"
#include "core/needle.h"
#include "core/tls.h"
#include "fault/fault.h"
#include "proto/dns_sign.h"
#include "proto/engine.h"

#define PLAN_LISTENERS_MAX 24
#define PLAN_FILES_MAX 32
#define PLAN_ARGV_MAX 128
#define PLAN_IDENTITIES_MAX 8
#define PLAN_DNS_MAX 512
#define PLAN_NAMES_MAX 128 /* of one host */
#define PLAN_RUNS_MAX 9

/* Texts are the JSON's and live as long as the plan. */
struct plan_listener {
	const char *name, *host, *address, *protocol, *identity;
	long port;
	bool implicit;
	struct engine_capabilities capabilities[PHASES];
	struct tls_options tls;
	struct engine_response response;   /* https; its body is owned */
	struct span later;                 /* that from the second run on;
					    * owned; empty: the same */
	bool sink;                         /* https: it takes reports */
	const char *names[PLAN_NAMES_MAX]; /* https: that it has beside host */
	unsigned n_names;
};

struct plan_file {
	const char *path; /* below home */
	struct span text; /* owned */
	unsigned mode;
};

struct plan_client {
	const char *argv[PLAN_ARGV_MAX + 1]; /* NULL-terminated; empty: none */
	unsigned args;
	char *env[PLAN_ARGV_MAX + 1]; /* owned "NAME=value"; NULL-terminated */
	unsigned envs;
	const char *home;
	struct plan_file file[PLAN_FILES_MAX];
	unsigned files;
	const char *certificate; /* below home: a key and a certificate for
				  * clients go there; NULL: none */
	struct span input;       /* owned */
	long runs; /* how often it is started over the same home */
};

/* DEEP or MUA-STS as every server of the world speaks it (docs/plan.md). */
struct plan_deep {
	bool spoken;
	enum lk_latch_dialect dialect;
	enum lk_latch_level level; /* that the client asks for */
	bool as_in_examples;
	/* In each run of the client, the last one in all that follow; NULL:
	 * not spoken. */
	const char *status[PLAN_RUNS_MAX];
	unsigned statuses;
	const char *clear[PLAN_RUNS_MAX]; /* before TLS; none: the same */
	unsigned clears;
};

struct plan {
	json_t *json, *client_json; /* owned */
	const char *id;
	double deadline, quiet;
	const char *trust_bundle, *trust_folder; /* NULL: not wanted */
	const char *identity_name[PLAN_IDENTITIES_MAX];
	const json_t *identity[PLAN_IDENTITIES_MAX];
	unsigned identities;
	struct needles needles;
	const char *user, *password, *token;
	struct engine_mailbox mailbox; /* message texts are owned */
	struct plan_listener listener[PLAN_LISTENERS_MAX];
	unsigned listeners;
	const char *dns_address; /* NULL: no DNS */
	long dns_port;
	struct dns_record_spec dns_record[PLAN_DNS_MAX];
	/* The runs of the client in which that record is there. */
	struct {
		long from, until;
	} dns_run[PLAN_DNS_MAX];
	/* Of a TLSA record that names one: the identity; else empty. */
	struct span dns_identity[PLAN_DNS_MAX];
	bool dns_secure;
	unsigned dns_records;
	struct dns_cut_spec
		dns_zone[DNS_CUTS_MAX]; /* that are signed, or not */
	unsigned dns_zones;
	const char *dns_anchor; /* file for the root's key; NULL: no DNSSEC */
	struct plan_deep deep;
	bool has_fault;
	struct fault fault;
	struct plan_client client;
};

/* -1 with *err that names the place in the file. */
int plan_load(struct plan *plan, const char *path, struct err *err);
/* The same for JSON that was read already; it is the plan's, or freed. */
int plan_take(struct plan *plan, json_t *json, struct err *err);
void plan_fini(struct plan *plan);

struct json_place;

/*
 * What a TLSA record's value names in the place of its data, "3 1 1
 * {leaf:NAME}" (leaf, issuer or top of the identity NAME), or "2 0 1 {root}",
 * the trusted one.
 */
enum plan_certificate {
	PLAN_CERTIFICATE_NONE, /* the value is a value */
	PLAN_CERTIFICATE_LEAF,
	PLAN_CERTIFICATE_ISSUER, /* sent behind the leaf */
	PLAN_CERTIFICATE_TOP,    /* what is sent last */
	PLAN_CERTIFICATE_ROOT
};
/* *identity_r points into the value; empty for the root. */
enum plan_certificate plan_certificate_of(
	const char *type, const char *value, struct span *identity_r);

/* plan_dns.c */
int plan_load_dns(
	struct plan *plan, const struct json_place *root, struct err *err);
/* Are the identities there that a fault at the name server names? */
int plan_check_fault_dns(const struct plan *plan, struct err *err);

/* plan_deep.c */
int plan_load_deep(
	struct plan *plan, const struct json_place *root, struct err *err);

/* plan_client.c */
/* The key `client` of an object; absent or null: none. */
int plan_load_client(
	struct plan *plan, const struct json_place *root, struct err *err);
/*
 * For a client that must be told the ports: its part of the plan, as an object
 * with the one key `client`, read from file to its end. The plan has none yet.
 */
int plan_read_client(struct plan *plan, FILE *file, struct err *err);
void plan_client_fini(struct plan_client *client);
void plan_bytes_free(struct span s);
/* jansson iterates over mutable objects only. */
json_t *plan_mutable(const json_t *json);

#endif
