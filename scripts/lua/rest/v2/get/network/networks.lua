-- The local networks.
local rest = require "rest"

if not rest.interface() then return end
local rows = rest.array()
for cidr, n in pairs(interface.getNetworksStats()) do
   rows[#rows + 1] = { id = cidr, label = cidr, network_id = n.network_id }
end
table.sort(rows, function(a, b) return a.network_id < b.network_id end)
rest.ok(rows)
