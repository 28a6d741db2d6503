<?php
// SPDX-License-Identifier: Apache-2.0
// PHP's imap extension (c-client): SERVICE WISH HOST PORT USER PASSWORD
[, $service, $wish, $host, $port, $user, $password] = $argv;
$flags = ['implicit' => '/ssl'][$wish];
imap_timeout(IMAP_OPENTIMEOUT, 8);
imap_timeout(IMAP_READTIMEOUT, 8);
$box = imap_open("{{$host}:$port/$service$flags}INBOX", $user, $password, $service === 'imap' ? OP_READONLY : 0, 1);
$good = $box && imap_body($box, 1) !== '';
fwrite(STDERR, implode("\n", imap_errors() ?: []));
exit($good ? 0 : 1);
