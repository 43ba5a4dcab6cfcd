-- Traffic per application: bytes, packets, flows, share of the whole.
local rest = require "rest"

local s = rest.interface()
if not s then return end
local whole = 0
for _, p in pairs(s.ndpi) do whole = whole + p["bytes.sent"] + p["bytes.rcvd"] end

local rows = rest.array()
for name, p in pairs(s.ndpi) do
   local sent, rcvd = p["bytes.sent"], p["bytes.rcvd"]
   local id = interface.getnDPIProtoId(name)
   rows[#rows + 1] = {
      application = { name = name, id = id },
      category = ntop.getnDPIProtoCategory(id).name,
      breed = p.breed,
      bytes = { sent = sent, rcvd = rcvd, total = sent + rcvd,
         percentage = whole > 0 and math.floor((sent + rcvd) * 10000 / whole + 0.5) / 100 or 0 },
      packets = { sent = p["packets.sent"], rcvd = p["packets.rcvd"], total = p["packets.sent"] + p["packets.rcvd"] },
      tot_num_flows = p.num_flows,
   }
end
table.sort(rows, function(a, b) return a.bytes.total > b.bytes.total end)
rest.ok(rows)
