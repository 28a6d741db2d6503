# SPDX-License-Identifier: Apache-2.0
# Tcllib's smtp, imap4 and pop3: SERVICE WISH HOST PORT USER PASSWORD [FROM TO MESSAGE]
package require tls
lassign $argv service wish host port user password from to message
if {$wish eq "implicit" || $wish eq "opportunistic"} {tls::init -require 1 -cadir /etc/ssl/certs -autoservername true}

proc submission {} {
	package require smtp
	package require mime
	set file [open $::message]
	set part [mime::initialize -canonical text/plain -string [read $file]]
	set options [list -servers $::host -ports $::port -username $::user -password $::password]
	lappend options -originator $::from -recipients $::to -header "From $::from" -header "To $::to"
	if {$::wish eq "opportunistic"} {lappend options -usetls 1 -tlspolicy {apply {{code text} {return secure}}}}
	if {[string match implicit* $::wish]} {lappend options -tlsimport 1}
	smtp::sendmessage $part {*}$options
}
proc imap {} {
	package require imap4
	if {[string match implicit* $::wish]} {set ::imap4::use_ssl 1}
	set server [imap4::open $::host $::port]
	if {[imap4::login $server $::user $::password] || [imap4::select $server INBOX] || [imap4::fetch $server 1 TEXT]} {error no}
	imap4::logout $server
}
proc pop3 {} {
	package require pop3
	set options [expr {[string match implicit* $::wish] ? {-socketcmd tls::socket} : {}}]
	set server [pop3::open {*}$options $::host $::user $::password $::port]
	pop3::retrieve $server 1
	pop3::close $server
}
if {[catch $service error]} {puts stderr $error; exit 1}
