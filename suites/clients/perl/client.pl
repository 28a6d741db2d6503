# SPDX-License-Identifier: Apache-2.0
# Perl's own mail classes: SERVICE WISH HOST PORT USER PASSWORD [FROM TO MESSAGE]
use strict;
use warnings;
use Net::POP3;
use Net::SMTP;

my ($service, $wish, $host, $port, $user, $password, $from, $to, $message) = @ARGV;
my @options = ($host, Port => $port, Timeout => 8, SSL => $wish eq 'implicit');
my $class = $service eq 'pop3' ? 'Net::POP3' : 'Net::SMTP';
my $server = $class->new(@options) or die "connect: $@\n";
if ($wish eq 'starttls') {
	$server->starttls or die "starttls: $@\n";
}
if ($service eq 'pop3') {
	defined $server->login($user, $password) or die "login\n";
	$server->get(1) or die "get\n";
} else {
	open my $file, '<', $message or die "$message: $!\n";
	$server->auth($user, $password) or die "auth\n";
	$server->mail($from) && $server->to($to) && $server->data(<$file>) or die "refused\n";
}
$server->quit;
