<?php
// SPDX-License-Identifier: Apache-2.0
// Horde_Imap_Client: SERVICE WISH HOST PORT USER PASSWORD
error_reporting(E_ERROR);
spl_autoload_register(function (string $class): void {
    @include strtr($class, ['_' => '/', '\\' => '/']) . '.php';
});
[, $service, $wish, $host, $port, $user, $password] = $argv;
$way = explode('-', $wish)[0];
$options = ['hostspec' => $host, 'port' => (int)$port, 'username' => $user, 'password' => $password, 'timeout' => 8];
$secure = ['implicit' => 'ssl', 'starttls' => 'tls', 'opportunistic' => true][$way] ?? null;
if ($secure !== null) {
    $options['secure'] = $secure;
}
if (!str_ends_with($wish, 'default')) {
    $options['context'] = ['ssl' => ['verify_peer' => true, 'verify_peer_name' => true]];
}
$class = $service === 'imap' ? 'Horde_Imap_Client_Socket' : 'Horde_Imap_Client_Socket_Pop3';
try {
    $client = new $class($options);
    $query = new Horde_Imap_Client_Fetch_Query();
    $query->fullText(['peek' => true]);
    $found = $client->fetch('INBOX', $query, ['ids' => $client->getIdsOb([1], true)]);
    $good = $found->first() !== null && strlen($found->first()->getFullMsg()) > 0;
    $client->logout();
} catch (Throwable $error) {
    fwrite(STDERR, get_class($error) . ': ' . $error->getMessage() . "\n");
    $good = false;
}
exit($good ? 0 : 1);
