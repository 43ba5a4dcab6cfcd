-- Hosts whose name, address or MAC contains the query.
local http = require "http"
local rest = require "rest"

if not rest.interface() then return end
local query = (rest.text("query") or ""):match("^%s*(.-)%s*$"):gsub("%s%[.*%]$", "")
local MOST = 15

local found = {}
if query ~= "" then
   for key, label in pairs(interface.findHost(query)) do
      local ip, vlan = key:match("^([^@]*)@?(%d*)$")
      found[#found + 1] = { name = label == key and key or string.format("%s [%s]", label, key), ip = key, type = "ip",
         context = "", links = rest.array(), badges = rest.array(),
         url = ntop.getHttpPrefix() .. "/lua/host_details.lua?host=" .. http.url_part(ip)
            .. (vlan ~= "" and "&vlan=" .. vlan or "") }
   end
end
table.sort(found, function(a, b) return a.name < b.name end)
local results = rest.array()
for i = 1, math.min(#found, MOST) do results[i] = found[i] end
rest.ok { interface = interface.getName(), results = results }
