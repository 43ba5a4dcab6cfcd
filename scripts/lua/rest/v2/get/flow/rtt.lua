-- The TCP flows with the longest handshake: {key, hash_id, client, server, rtt}
-- where rtt (ms) is the network's round trip to both ends together.
local host_list = require "host_list"
local rest = require "rest"

if not rest.interface() then return end
local limit = math.max(1, math.min(rest.number("length", 10), 100))

-- The server's side is nearly always the long one, so the flows that lead by it
-- hold those that lead by the sum.
local TCP, SEARCHED = 6, 10
local list = interface.getFlowsInfo(nil, { L4Protocol = TCP, sortColumn = "column_server_rtt", a2zSortOrder = false,
   maxHits = limit * SEARCHED, toSkip = 0, detailsLevel = "high" })
local rows = {}
for _, f in ipairs(list.flows) do
   rows[#rows + 1] = { key = string.format("%d", f["ntopng.key"]), hash_id = string.format("%d", f.hash_entry_id),
      client = host_list.name(f["cli.host"], f["cli.ip"]),
      server = f.host_server_name or host_list.name(f["srv.host"], f["srv.ip"]),
      rtt = f["tcp.nw_latency.3wh_client_rtt"] + f["tcp.nw_latency.3wh_server_rtt"] }
end
table.sort(rows, function(a, b) return a.rtt > b.rtt end)
local shown = rest.array()
for i = 1, math.min(limit, #rows) do shown[i] = rows[i] end
rest.ok(shown)
