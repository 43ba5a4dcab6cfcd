-- Traffic per second of at most the last hour of the interface's time, oldest
-- first: {points = array of {t, in_bytes, in_packets, out_bytes, out_packets},
-- now = Unix second of the interface, first, last}. Seconds without traffic
-- are left out.
local rest = require "rest"

local s = rest.interface()
if not s then return end
local points = rest.array(ntopgo.trafficHistory())
local first, last = 0, 0
if #points > 0 then first, last = points[1].t, points[#points].t end
rest.ok { points = points, first = first, last = last, now = s["seen.last"],
   capture = interface.isPcapDumpInterface(), is_loading = s.isLoading }
