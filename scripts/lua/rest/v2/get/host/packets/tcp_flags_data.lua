-- TCP packets of a host, both directions, by their flags, for a chart.
local rest = require "rest"

local h = rest.host()
if not h then return end
local sent, rcvd = h["pktStats.sent"].tcp_flags, h["pktStats.recv"].tcp_flags
local rows = {}
for _, f in ipairs { { "FIN/ACK", "finack" }, { "SYN/ACK", "synack" }, { "RST", "rst" }, { "SYN", "syn" } } do
   rows[#rows + 1] = { f[1], sent[f[2]] + rcvd[f[2]] }
end
rest.ok(require("chart").pie(rows))
