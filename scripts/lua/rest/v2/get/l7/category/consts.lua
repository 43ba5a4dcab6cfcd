-- The categories of applications, each with its applications.
local rest = require "rest"

local rows = rest.array()
for name, id in pairs(interface.getnDPICategories()) do
   local apps = rest.array()
   for app, app_id in pairs(interface.getnDPIProtocols(tonumber(id))) do
      apps[#apps + 1] = { id = tostring(app_id), name = app }
   end
   table.sort(apps, function(a, b) return a.name:lower() < b.name:lower() end)
   rows[#rows + 1] = { name = name, cat_id = tonumber(id), app_list = apps }
end
table.sort(rows, function(a, b) return a.name < b.name end)
rest.ok(rows)
