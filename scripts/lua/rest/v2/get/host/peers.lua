-- The peers of a host: {ip, vlan, name, flows, bytes_sent, bytes_rcvd} as seen
-- from the host, the busiest first, at most limit (default 10).
local host_list = require "host_list"
local rest = require "rest"

local h = rest.host()
if not h then return end
local limit = math.min(rest.number("limit", 10), 100)
-- The flows are walked biggest first, and not without end.
local MOST_FLOWS = 5000
local list = interface.getFlowsInfo(h.ip .. "@" .. h.vlan, { maxHits = MOST_FLOWS, toSkip = 0,
   sortColumn = "column_bytes", a2zSortOrder = false, detailsLevel = "high" })
local peers, rows = {}, {}
for _, f in ipairs(list.flows) do
   local client = f["cli.ip"] == h.ip
   local side = client and "srv" or "cli"
   local ip = f[side .. ".ip"]
   local p = peers[ip]
   if not p then
      p = { ip = ip, vlan = f.vlan, name = host_list.name(f[side .. ".host"], ip), flows = 0, bytes_sent = 0, bytes_rcvd = 0 }
      peers[ip], rows[#rows + 1] = p, p
   end
   p.flows = p.flows + 1
   p.bytes_sent = p.bytes_sent + (client and f.bytes_sent or f.bytes_rcvd)
   p.bytes_rcvd = p.bytes_rcvd + (client and f.bytes_rcvd or f.bytes_sent)
end
table.sort(rows, function(a, b) return a.bytes_sent + a.bytes_rcvd > b.bytes_sent + b.bytes_rcvd end)
local shown = rest.array()
for i = 1, math.min(limit, #rows) do shown[i] = rows[i] end
rest.ok(shown, { recordsTotal = #rows })
