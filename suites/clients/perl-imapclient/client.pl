# SPDX-License-Identifier: Apache-2.0
# Mail::IMAPClient: imap WISH HOST PORT USER PASSWORD
use strict;
use warnings;
use IO::Socket::SSL;
use Mail::IMAPClient;

my (undef, $wish, $host, $port, $user, $password) = @ARGV;
# The wishes that end in "default" pass no options on to IO::Socket::SSL.
my $tls = $wish =~ /default/ ? 1 : [
	SSL_verify_mode => SSL_VERIFY_PEER, SSL_verifycn_scheme => 'imap', SSL_verifycn_name => $host,
];
my $imap = Mail::IMAPClient->new(
	Server => $host, Port => $port, User => $user, Password => $password, Timeout => 8,
	$wish =~ /^implicit/ ? (Ssl => $tls) : (), $wish =~ /^starttls/ ? (Starttls => $tls) : (),
) or die "connect: $@\n";
$imap->select('INBOX') or die "select: $@\n";
$imap->message_string(1) or die "fetch: $@\n";
$imap->logout;
