-- A host's traffic per application (view=applications, the default when
-- asked so) or per category of applications.
local rest = require "rest"

local h = rest.host()
if not h then return end

-- NAMED is how many applications of a category are named.
local NAMED = 5

local function applications_of(category)
   local names = {}
   for name in pairs(interface.getnDPIProtocols(category)) do names[#names + 1] = name end
   table.sort(names, function(a, b) return a:lower() < b:lower() end)
   local more = #names - NAMED
   return { category_id = category, label = table.concat(names, ", ", 1, math.min(NAMED, #names)),
      href = "lua/admin/edit_categories.lua?tab=protocols&category=cat_",
      more_protos = more > 0 and string.format("and %d more", more) or "" }
end

local whole = h["bytes.sent"] + h["bytes.rcvd"]
local function share(n) return whole > 0 and n * 100 / whole or 0 end

local rows = rest.array()
if rest.text("view") == "applications" then
   for name, p in pairs(h.ndpi or {}) do
      local n = p["bytes.sent"] + p["bytes.rcvd"]
      local id = interface.getnDPIProtoId(name)
      rows[#rows + 1] = { application = { id = id, label = name }, breed = p.breed, duration = p.duration,
         bytes_sent = p["bytes.sent"], bytes_rcvd = p["bytes.rcvd"], tot_bytes = n, percentage = share(n) }
   end
else
   for name, c in pairs(h.ndpi_categories or {}) do
      rows[#rows + 1] = { category = { id = c.category, label = name }, applications = applications_of(c.category),
         duration = c.duration, tot_bytes = c.bytes, percentage = share(c.bytes) }
   end
end
table.sort(rows, function(a, b) return a.tot_bytes > b.tot_bytes end)
rest.ok(rows)
