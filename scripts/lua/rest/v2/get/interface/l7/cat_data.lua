-- Traffic per category of applications.
local rest = require "rest"

local s = rest.interface()
if not s then return end
local rows = rest.array()
for name, c in pairs(s.ndpi_categories) do
   rows[#rows + 1] = { category = { name = name, id = c.category }, duration = c.duration,
      bytes = { sent = c["bytes.sent"], rcvd = c["bytes.rcvd"], total = c.bytes } }
end
table.sort(rows, function(a, b) return a.bytes.total > b.bytes.total end)
rest.ok(rows)
