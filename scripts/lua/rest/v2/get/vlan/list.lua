-- The VLANs with their hosts and traffic; none when no tag was seen.
local rest = require "rest"

if not rest.interface() then return end
local rows = rest.array()
for _, v in ipairs((interface.getVLANsInfo() or { VLANs = {} }).VLANs) do
   rows[#rows + 1] = { vlan = v.vlan_id, hosts = v.num_hosts, first_seen = v["seen.first"], last_seen = v["seen.last"],
      bytes = { sent = v["bytes.sent"] or 0, rcvd = v["bytes.rcvd"] or 0 },
      packets = { sent = v["packets.sent"] or 0, rcvd = v["packets.rcvd"] or 0 },
      throughput = { bps = (v.throughput_bps or 0) * 8 } }
end
table.sort(rows, function(a, b) return a.vlan < b.vlan end)
rest.ok(rows, { recordsTotal = #rows })
