-- One MAC address, with the hosts that use it.
local rest = require "rest"

if not rest.interface() then return end
local name = rest.text("mac") or rest.text("host")
local m = name and interface.getMacInfo(name)
if not m then
   rest.fail(name and "NOT_FOUND" or "INVALID_ARGUMENTS")
   return
end
m.hosts = rest.array()
for key in pairs(interface.getMacHosts(name) or {}) do m.hosts[#m.hosts + 1] = key end
table.sort(m.hosts)
rest.ok(m)
