-- A host's traffic per transport protocol.
local rest = require "rest"

local h = rest.host()
if not h then return end
local rows, sum = rest.array(), 0
for _, r in ipairs(require("host_l4").rows(h)) do
   rows[#rows + 1] = { protocol = r[1], bytes_sent = r[2], bytes_rcvd = r[3], total_bytes = r[2] + r[3] }
   sum = sum + r[2] + r[3]
end
for _, r in ipairs(rows) do r.total_percentage = math.floor(r.total_bytes * 10000 / sum + 0.5) / 100 end
rest.ok(rows)
