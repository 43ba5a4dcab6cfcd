-- The local networks with their hosts and traffic.
local rest = require "rest"

if not rest.interface() then return end
local rows = rest.array()
for cidr, n in pairs(interface.getNetworksStats()) do
   n.network = cidr
   rows[#rows + 1] = n
end
table.sort(rows, function(a, b) return a.network_id < b.network_id end)
rest.ok(rows, { recordsTotal = #rows })
