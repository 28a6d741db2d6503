<?php
// SPDX-License-Identifier: Apache-2.0
// Net_SMTP: submission WISH HOST PORT USER PASSWORD FROM TO MESSAGE
error_reporting(E_ERROR);
require 'Net/SMTP.php';

function check($result): void
{
    if (PEAR::isError($result) || $result === false) {
        fwrite(STDERR, ($result ? $result->getMessage() : 'refused') . "\n");
        exit(1);
    }
}

[, , $wish, $host, $port, $user, $password, $from, $to, $message] = $argv;
$smtp = new Net_SMTP($wish === 'implicit' ? "ssl://$host" : $host, (int)$port, 'client.example.test', false, 8);
check($smtp->connect(8));
if ($wish === 'starttls') {
    check($smtp->starttls());
}
check($smtp->auth($user, $password, '', $wish === 'default'));
check($smtp->mailFrom($from));
check($smtp->rcptTo($to));
check($smtp->data(file_get_contents($message)));
$smtp->disconnect();
