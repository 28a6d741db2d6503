# SPDX-License-Identifier: Apache-2.0
# Email::Sender: submission WISH HOST PORT USER PASSWORD FROM TO MESSAGE
use strict;
use warnings;
use Email::Sender::Simple qw(sendmail);
use Email::Sender::Transport::SMTP;

my (undef, $wish, $host, $port, $user, $password, $from, $to, $message) = @ARGV;
my %ssl = (implicit => 'ssl', starttls => 'starttls', opportunistic => 'maybestarttls');
my $transport = Email::Sender::Transport::SMTP->new({
	host => $host, port => $port, timeout => 8, sasl_username => $user, sasl_password => $password,
	$ssl{$wish} ? (ssl => $ssl{$wish}) : (),
});
open my $file, '<', $message or die "$message: $!\n";
my $text = do { local $/; <$file> };
sendmail($text, { from => $from, to => [$to], transport => $transport });
