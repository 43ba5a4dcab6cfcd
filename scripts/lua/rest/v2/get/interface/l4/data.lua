-- Traffic per transport protocol, and per kind of frame.
local rest = require "rest"

local s = rest.interface()
if not s then return end
local rows = rest.array()
for _, p in ipairs { { "tcp", "TCP" }, { "udp", "UDP" }, { "icmp", "ICMP" }, { "other_ip", "Other IP" } } do
   local sent, rcvd = s.stats[p[1] .. ".bytes.sent"] or 0, s.stats[p[1] .. ".bytes.rcvd"] or 0
   local packets = (s.stats[p[1] .. ".packets.sent"] or 0) + (s.stats[p[1] .. ".packets.rcvd"] or 0)
   rows[#rows + 1] = { protocol = p[2], bytes_sent = sent, bytes_rcvd = rcvd, total_bytes = sent + rcvd, packets = packets }
end
rest.ok(rows)
