/* SPDX-License-Identifier: Apache-2.0 */
/* The two long tables of test_pki.c: recipes with what must come of them. */
#ifndef TESTS_PKI_ROWS_H
#define TESTS_PKI_ROWS_H

#include "core/span.h"

#define ROW(text, bytes)                                                       \
	{                                                                      \
		text,                                                          \
		{                                                              \
			(const uint8_t *)(bytes), sizeof(bytes) - 1            \
		}                                                              \
	}
/* Each text must come out as these bytes inside the leaf. */
static const struct pki_encoding {
	const char *textz;
	struct span bytes;
} pki_encodings[] = {
	ROW("{\"leaf\": {\"san\": [\"dns:{upper-host}\"]}}",
		"\x82\x11MAIL.EXAMPLE.TEST"),
	ROW("{\"leaf\": {\"san\": "
	    "[\"dns:{label}|{domain}|{parent}\"]}}",
		"\x82\x16mail|example.test|test"),
	ROW("{\"leaf\": {\"san\": [\"dns:{initial}*{final}\"]}}",
		"\x82\x03m*l"),
	ROW("{\"leaf\": {\"san\": [\"dns:a{hex:00fF}b\"]}}", "\x82\x04"
							     "a\x00\xff"
							     "b"),
	ROW("{\"leaf\": {\"san\": [\"ip:192.0.2.1\"]}}",
		"\x87\x04\xc0\x00\x02\x01"),
	ROW("{\"leaf\": {\"san\": [\"ip:{hex:0102}\"]}}",
		"\x30\x04\x87\x02\x01\x02"),
	ROW("{\"leaf\": {\"san\": [\"uri:a:b\"]}}", "\x86\x03"
						    "a:b"),
	ROW("{\"leaf\": {\"san\": [\"email:x@y\"]}}", "\x81\x03x@y"),
	ROW("{\"leaf\": {\"san\": [\"srv:_a.b\"]}}",
		"\xa0\x12\x06\x08\x2b\x06\x01\x05\x05\x07\x08\x07"
		"\xa0\x06\x16\x04_a.b"),
	ROW("{\"leaf\": {\"san\": [\"othername:1.2.3:{hex:0500}\"]}}",
		"\xa0\x08\x06\x02\x2a\x03\xa0\x02\x05\x00"),
	ROW("{\"leaf\": {\"san\": [\"dirname:CN=x\"]}}",
		"\xa4\x0e\x30\x0c\x31\x0a\x30\x08\x06\x03\x55\x04\x03"
		"\x0c\x01x"),
	ROW("{\"leaf\": {\"san\": [\"raw:{hex:8801aa}\"]}}",
		"\x30\x03\x88\x01\xaa"),
	ROW("{\"leaf\": {\"san\": []}}",
		"\x06\x03\x55\x1d\x11\x04\x02\x30\x00"),
	ROW("{\"leaf\": {\"subject\": [\"CN:bmp=ab\"]}}", "\x1e\x04\x00"
							  "a\x00"
							  "b"),
	ROW("{\"leaf\": {\"subject\": [\"CN:printable=a\"]}}", "\x13\x01"
							       "a"),
	ROW("{\"leaf\": {\"subject\": [\"2.5.4.10:ia5=a=b\"]}}",
		"\x06\x03\x55\x04\x0a\x16\x03"
		"a=b"),
	ROW("{\"leaf\": {\"serial\": \"-01\"}}", "\x02\x01\xff\x30"),
	ROW("{\"leaf\": {\"serial\": \"00\"}}", "\x02\x01\x00\x30"),
	ROW("{\"leaf\": {\"version\": 4}}", "\xa0\x03\x02\x01\x03"),
	ROW("{\"leaf\": {\"not_after\": \"utc:x{hex:00}\"}}", "\x17\x02x\x00"),
	ROW("{\"leaf\": {\"not_after\": \"generalized:2\"}}", "\x18\x01"
							      "2"),
	ROW("{\"leaf\": {\"not_after\": \"+36500d\"}}", "\x18\x0f"
							"21"),
	ROW("{\"leaf\": {\"key_usage\": [\"decipher-only\"]}}",
		"\x03\x03\x07\x00\x80"),
	ROW("{\"leaf\": {\"key_usage\": []}}", "\x04\x03\x03\x01\x00"),
	ROW("{\"leaf\": {\"eku\": [\"any\", \"1.2.3\"]}}",
		"\x30\x0a\x06\x04\x55\x1d\x25\x00\x06\x02\x2a\x03"),
	ROW("{\"leaf\": {\"subject_key_id\": \"{hex:aabb}\"}}",
		"\x04\x04\x04\x02\xaa\xbb"),
	ROW("{\"leaf\": {\"extra\": [{\"oid\": \"1.2.3\","
	    " \"critical\": true, \"value\": \"{hex:0500}\"}]}}",
		"\x06\x02\x2a\x03\x01\x01\xff\x04\x02\x05\x00"),
	ROW("{\"leaf\": {\"policies\": [\"1.2.3\"]}}",
		"\x55\x1d\x20\x04\x08\x30\x06\x30\x04\x06\x02\x2a"
		"\x03"),
	ROW("{\"leaf\": {\"name_constraints\":"
	    " {\"excluded\": [\"dns:a\"]}}}",
		"\x30\x07\xa1\x05\x30\x03\x82\x01"
		"a"),
	ROW("{\"leaf\": {\"patch\": [{\"find\": \"{host}\","
	    " \"replace\": \"nail.example.test\"}]}}",
		"\x0c\x11nail.example.test"),
};
#undef ROW

/* Wrong in one place: the message names the place and what is right. */
static const struct pki_mistake {
	const char *textz, *where, *right;
} pki_mistakes[] = {
	{"[]", "", "table"},
	{"{\"lief\": {}}", "lief", "known: certificate"},
	{"{\"certificate\": 2}", "certificate", "1"},
	{"{\"verdict\": \"maybe\"}", "verdict", "refuse accept either"},
	{"{\"anchor\": \"x\"}", "anchor", "untrusted-root"},
	{"{\"leaf\": []}", "leaf", "a table"},
	{"{\"leaf\": {\"sann\": []}}", "leaf.sann", "no such key"},
	{"{\"leaf\": {\"san\": \"dns:a\"}}", "leaf.san", "a list"},
	{"{\"leaf\": {\"san\": true}}", "leaf.san", "or false"},
	{"{\"leaf\": {\"san\": [1]}}", "leaf.san[0]", "a text"},
	{"{\"leaf\": {\"san\": [\"dns:a\", \"x:a\"]}}", "leaf.san[1]",
		"begin with"},
	{"{\"leaf\": {\"san\": [\"ip:x\"]}}", "leaf.san[0]", "ip:{hex"},
	{"{\"leaf\": {\"san\": [\"dns:{hast}\"]}}", "leaf.san[0]", "{hast}"},
	{"{\"leaf\": {\"san\": [\"dns:{host\"]}}", "leaf.san[0]", "closed"},
	{"{\"leaf\": {\"san\": [\"dns:{hex:0}\"]}}", "leaf.san[0]", "pairs"},
	{"{\"leaf\": {\"san\": [\"othername:x:y\"]}}", "leaf.san[0]", "OID"},
	{"{\"leaf\": {\"subject\": [\"host\"]}}", "leaf.subject[0]",
		"CN={host}"},
	{"{\"leaf\": {\"subject\": [\"XX=a\"]}}", "leaf.subject[0]", "XX"},
	{"{\"leaf\": {\"subject\": [\"CN:x=a\"]}}", "leaf.subject[0]",
		"printable"},
	{"{\"leaf\": {\"subject\": [\"CN:bmp=\xc3\xa4\"]}}", "leaf.subject[0]",
		"ASCII"},
	{"{\"leaf\": {\"not_after\": \"30d\"}}", "leaf.not_after", "+30d"},
	{"{\"leaf\": {\"not_after\": \"+99999999d\"}}", "leaf.not_after",
		"hundred"},
	{"{\"leaf\": {\"key\": \"rsa-512\"}}", "leaf.key", "rsa-1024"},
	{"{\"leaf\": {\"digest\": \"md4\"}}", "leaf.digest", "sha1"},
	{"{\"leaf\": {\"digest\": \"md5\"}}", "leaf.digest", "rsa-2048"},
	{"{\"leaf\": {\"inside_digest\": \"x\"}}", "leaf.inside_digest",
		"sha256"},
	{"{\"leaf\": {\"signature\": \"x\"}}", "leaf.signature", "flipped"},
	{"{\"leaf\": {\"serial\": \"xy\"}}", "leaf.serial", "hexa"},
	{"{\"leaf\": {\"version\": 0}}", "leaf.version", "1 to 127"},
	{"{\"leaf\": {\"basic_constraints\": {\"cah\": true}}}",
		"leaf.basic_constraints.cah", "ca pathlen"},
	{"{\"leaf\": {\"basic_constraints\": {\"pathlen\": 999}}}",
		"leaf.basic_constraints", "127"},
	{"{\"leaf\": {\"key_usage\": [\"x\"]}}", "leaf.key_usage[0]",
		"digital-signature"},
	{"{\"leaf\": {\"eku\": [\"x\"]}}", "leaf.eku[0]", "server-auth"},
	{"{\"leaf\": {\"policies\": [\"x\"]}}", "leaf.policies[0]", "OID"},
	{"{\"leaf\": {\"critical\": [\"x\"]}}", "leaf.critical[0]", "san"},
	{"{\"leaf\": {\"repeat\": [\"x\"]}}", "leaf.repeat[0]", "san"},
	{"{\"leaf\": {\"extra\": [{}]}}", "leaf.extra[0].oid", "text"},
	{"{\"leaf\": {\"extra\": [{\"oid\": \"x\"}]}}", "leaf.extra[0].oid",
		"OID"},
	{"{\"leaf\": {\"patch\": [{\"find\": \"a\"}]}}",
		"leaf.patch[0].replace", "text"},
	{"{\"leaf\": {\"patch\": [{\"find\": \"host\","
	 " \"replace\": \"h\"}]}}",
		"leaf.patch[0]", "equally long"},
	{"{\"leaf\": {\"patch\": [{\"find\": \"@@@@\","
	 " \"replace\": \"xxxx\"}]}}",
		"leaf.patch[0]", "no such bytes"},
	{"{\"leaf\": {\"patch\": [{\"find\": \"{hex:a003020102}\","
	 " \"replace\": \"{hex:ff03020102}\"}]}}",
		"leaf", "cannot read"},
	{"{\"intermediate\": [3]}", "intermediate[0]", "a table"},
	{"{\"intermediate\": [{\"key\": \"x\"}]}", "intermediate[0].key",
		"ec-p256"},
	{"{\"intermediate\": [{},{},{},{},{},{},{},{},{}]}", "intermediate",
		"at most 8"},
	{"{\"send\": [\"intermediate-2\"]}", "send[0]", "chain"},
	{"{\"send\": [\"x\"]}", "send[0]", "stray"},
	{"{\"anchor\": \"self\", \"send\": [\"root\"]}", "send[0]", "chain"},
};

#endif
