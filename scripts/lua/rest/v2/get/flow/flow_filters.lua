-- The filters of the flow listing with the values that occur now. An entry is
-- {action, name, label, value = array of {key, label, value, group}}.
local rest = require "rest"

if not rest.interface() then return end
local stats = interface.getActiveFlowsStats()
local names = {}
for _, p in ipairs(require "l4") do
   if not names[p.id] then names[p.id] = p.name end
end

local function all(key) return { key = key, label = "All", value = "" } end

local function by_label(a, b) return a.label < b.label end

local l4 = {}
for id in pairs(stats.l4_protocols) do
   l4[#l4 + 1] = { key = "l4proto", label = names[id] or tostring(id), value = id }
end
table.sort(l4, by_label)
table.insert(l4, 1, all "l4proto")

local categories, applications = {}, {}
for name, c in pairs(stats.ndpi_categories) do
   categories[#categories + 1] = { key = "application", group = "Category", label = name,
      value = string.format("cat_%d", c.category) }
end
for name in pairs(stats.ndpi) do
   applications[#applications + 1] = { key = "application", group = "Protocol", label = name,
      value = interface.getnDPIProtoId(name) }
end
table.sort(categories, by_label)
table.sort(applications, by_label)
local apps = { all "application" }
for _, list in ipairs { categories, applications } do
   for _, e in ipairs(list) do apps[#apps + 1] = e end
end

local filters = rest.array {
   { action = "l4proto", name = "l4proto", label = "Protocol", value = l4 },
   { action = "application", name = "application", label = "Application", value = apps },
}
local vlans = interface.getVLANsList()
if vlans then
   local list = {}
   for _, v in ipairs(vlans.VLANs) do
      list[#list + 1] = { key = "vlan", label = tostring(v.vlan_id), value = v.vlan_id }
   end
   table.sort(list, function(a, b) return a.value < b.value end)
   table.insert(list, 1, all "vlan")
   filters[#filters + 1] = { action = "vlan", name = "vlan", label = "VLAN", value = list }
end
rest.ok(filters)
