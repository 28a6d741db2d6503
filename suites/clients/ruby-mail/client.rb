# SPDX-License-Identifier: Apache-2.0
# Mail: SERVICE WISH HOST PORT USER PASSWORD [FROM TO MESSAGE]
require "mail"

service, wish, host, port, user, password, from, to, message = ARGV
options = { address: host, port: port.to_i, user_name: user, password: password }
if service == "submission"
  options.update(open_timeout: 8, read_timeout: 8, authentication: :plain, domain: "client.example.test")
  options.update({ "implicit" => { tls: true }, "starttls" => { enable_starttls: true } }.fetch(wish, {}))
  mail = Mail.new(File.read(message))
  mail.smtp_envelope_from = from
  mail.smtp_envelope_to = to
  mail.delivery_method(:smtp, options)
  mail.deliver!
else
  Mail.defaults { retriever_method(service.to_sym, options.merge(enable_ssl: wish.start_with?("implicit"))) }
  abort "no mail" if Mail.first.body.to_s.empty?
end
