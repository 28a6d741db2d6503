-- SPDX-License-Identifier: Apache-2.0
-- LuaSocket, with LuaSec for TLS: submission WISH HOST PORT USER PASSWORD FROM TO MESSAGE
local smtp, socket, ssl, ltn12 = require "socket.smtp", require "socket", require "ssl", require "ltn12"
local _, wish, host, port, user, password, from, to, message = table.unpack(arg)
local text = assert(io.open(message)):read("a")

local function create()
	local plain = socket.tcp()
	plain:settimeout(8)
	local options = {mode = "client", protocol = "any", options = {"all"}}
	if wish == "implicit" then
		options.verify, options.capath = "peer", "/etc/ssl/certs"
	end
	local inner = plain
	local outer = {connect = function(_, ...)
		assert(plain:connect(...))
		inner = assert(ssl.wrap(plain, options))
		inner:sni(host)
		return inner:dohandshake()
	end}
	return setmetatable(outer, {__index = function(_, name)
		return function(_, ...) return inner[name](inner, ...) end
	end})
end

local good, why = smtp.send{
	from = "<" .. from .. ">", rcpt = "<" .. to .. ">", source = ltn12.source.string(text),
	server = host, port = tonumber(port), user = user, password = password,
	create = wish ~= "default" and create or nil}
if not good then io.stderr:write(tostring(why), "\n") end
os.exit(good and 0 or 1)
