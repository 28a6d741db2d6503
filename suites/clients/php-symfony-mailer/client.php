<?php
// SPDX-License-Identifier: Apache-2.0
// Symfony Mailer: submission WISH HOST PORT USER PASSWORD FROM TO MESSAGE
require 'Symfony/Component/Mailer/autoload.php';

use Symfony\Component\Mailer\Envelope;
use Symfony\Component\Mailer\Transport;
use Symfony\Component\Mime\Address;
use Symfony\Component\Mime\RawMessage;

[, , $wish, $host, $port, $user, $password, $from, $to, $message] = $argv;
ini_set('default_socket_timeout', '8');
$scheme = $wish === 'implicit' ? 'smtps' : 'smtp';
$transport = Transport::fromDsn("$scheme://$user:$password@$host:$port");
$transport->getStream()->setTimeout(8);
$mail = new RawMessage(file_get_contents($message));
$transport->send($mail, new Envelope(new Address($from), [new Address($to)]));
