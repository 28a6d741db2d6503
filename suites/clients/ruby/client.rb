# SPDX-License-Identifier: Apache-2.0
# Ruby's own mail classes: SERVICE WISH HOST PORT USER PASSWORD [FROM TO MESSAGE]
require "net/imap"
require "net/pop"
require "net/smtp"

LIMIT = 8
service, wish, host, port, user, password, from, to, message = ARGV
case service
when "imap"
  imap = Net::IMAP.new(host, port: port.to_i, ssl: wish == "implicit", open_timeout: LIMIT)
  if wish == "starttls"
    imap.capability         # whoever wants to know whether there is STARTTLS asks first
    imap.starttls
  end
  imap.login(user, password)
  imap.select("INBOX")
  abort "no mail" if imap.fetch(1, "RFC822").empty?
  imap.logout
when "pop3"
  Net::POP3.enable_ssl if wish == "implicit"
  pop = Net::POP3.new(host, port.to_i)
  pop.open_timeout = pop.read_timeout = LIMIT
  pop.start(user, password) { |session| session.mails.first.pop }
when "submission"
  smtp = Net::SMTP.new(host, port.to_i)
  way = { "implicit" => :enable_tls, "starttls" => :enable_starttls, "opportunistic" => :enable_starttls_auto }[wish]
  smtp.send(way) if way     # by name: not all versions take them in their constructor
  smtp.open_timeout = smtp.read_timeout = LIMIT
  smtp.start("client.example.test", user, password, :plain) { |session| session.send_message(File.read(message), from, to) }
end
