-- The filters of the host listing.
local rest = require "rest"

if not rest.interface() then return end
local function filter(name, label, values)
   local list = { { key = name, label = "All", value = "" } }
   for _, v in ipairs(values) do list[#list + 1] = { key = name, label = v[1], value = v[2] } end
   return { action = name, name = name, label = label, value = list }
end
local filters = rest.array {
   filter("version", "IP Version", { { "IPv4", 4 }, { "IPv6", 6 } }),
   filter("traffic_type", "Direction", { { "One way", "one_way" }, { "Bidirectional", "bidirectional" } }),
   filter("mode", "Location", { { "Local", "local" }, { "Remote", "remote" },
      { "Broadcast and multicast", "broadcast_multicast" } }),
}
local vlans = interface.getVLANsList()
if vlans then
   local list = {}
   for _, v in ipairs(vlans.VLANs) do list[#list + 1] = { tostring(v.vlan_id), v.vlan_id } end
   table.sort(list, function(a, b) return a[2] < b[2] end)
   filters[#filters + 1] = filter("vlan", "VLAN", list)
end
rest.ok(filters)
