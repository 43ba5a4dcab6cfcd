-- The interfaces on which a host was seen.
local rest = require "rest"

local name = rest.text("host")
if not name then
   rest.fail("INVALID_ARGUMENTS")
   return
end
local rows = rest.array()
for id in pairs(interface.getIfNames()) do
   interface.select(id)
   if interface.getHostMinInfo(name, rest.number("vlan", 0)) then rows[#rows + 1] = { ifid = tonumber(id) } end
end
table.sort(rows, function(a, b) return a.ifid < b.ifid end)
rest.ok { [name] = rows }
