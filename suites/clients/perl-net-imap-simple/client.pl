# SPDX-License-Identifier: Apache-2.0
# Net::IMAP::Simple: imap WISH HOST PORT USER PASSWORD
use strict;
use warnings;
use Net::IMAP::Simple;
use IO::Socket::SSL;

my (undef, $wish, $host, $port, $user, $password) = @ARGV;
my @verify = (SSL_verify_mode => SSL_VERIFY_PEER, SSL_verifycn_scheme => 'imap', SSL_verifycn_name => $host);
# It tries a second time by itself, five seconds later; without the wait nothing else changes.
my $server = Net::IMAP::Simple->new($host, port => $port, timeout => 8, retry_delay => 0,
	$wish =~ /^implicit/ ? (use_ssl => 1) : (), $wish eq 'implicit' ? (ssl_options => \@verify) : ())
	or die "connect: $Net::IMAP::Simple::errstr\n";
$server->login($user, $password) or die "login\n";
$server->select('INBOX') or die "select\n";
$server->get(1) or die "get\n";
$server->quit;
