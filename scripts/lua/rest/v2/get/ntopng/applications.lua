-- The applications with their categories.
local rest = require "rest"

local rows = rest.array()
for name, id in pairs(interface.getnDPIProtocols()) do
   local c = ntop.getnDPIProtoCategory(tonumber(id))
   rows[#rows + 1] = { application = name, application_id = tostring(id), category = c.name, category_id = c.id,
      custom_rules = "", is_custom = false, num_hosts = 0 }
end
table.sort(rows, function(a, b) return a.application < b.application end)
rest.ok(rows)
