-- Adds an account: username, full_name, password, confirm_password, user_role,
-- allowed_networks, allowed_interface (id), allow_pcap_download,
-- allow_historical_flows, allow_alerts.
local accounts = require "accounts"
local rest = require "rest"

local p = rest.admin_post()
if not p then return end
local networks = p.allowed_networks
if networks == nil or networks == "" then networks = "0.0.0.0/0,::/0" end
local name = type(p.username) == "string" and p.username:lower() or nil
local role = p.user_role or "unprivileged"

if not accounts.valid_name(name) or not accounts.valid_role(role) or not accounts.valid_networks(networks)
   or type(p.password) ~= "string" or #p.password < accounts.MIN_PASSWORD then
   rest.fail("INVALID_ARGUMENTS")
elseif p.password ~= p.confirm_password then
   rest.fail("PASSWORD_MISMATCH")
elseif ntop.getUsers()[name] then
   rest.fail("USER_ALREADY_EXISTING")
else
   local ifname
   if p.allowed_interface and p.allowed_interface ~= "" then ifname = interface.getIfNames()[tostring(p.allowed_interface)] end
   local added = ntop.addUser(name, p.full_name or "", p.password, role, networks, ifname, nil, nil,
      accounts.flag(p.allow_pcap_download), accounts.flag(p.allow_historical_flows), accounts.flag(p.allow_alerts))
   if added then rest.ok() else rest.fail("ADD_USER_FAILED") end
end
