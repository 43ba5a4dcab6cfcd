-- The hosts that carry most traffic, and the rest of it as "Other".
local http = require "http"
local rest = require "rest"

if rest.text("ifid") == nil then
   rest.fail("INVALID_INTERFACE")
   return
end
if not rest.interface() then return end

-- Hosts below this share of the sum are not shown, and never more than MOST.
local SMALLEST, MOST = 0.05, 10

local list = interface.getHostsInfo(false, "column_traffic", 0, 0, false, nil, nil, nil, nil, nil, nil, nil, nil, nil,
   nil, nil, nil, nil, nil, nil, nil, true)
local sum = 0
for _, h in ipairs(list.hosts) do sum = sum + h["bytes.sent"] + h["bytes.rcvd"] end

local rows, shown = rest.array(), 0
for i, h in ipairs(list.hosts) do
   local n = h["bytes.sent"] + h["bytes.rcvd"]
   if #rows == MOST or (i > 1 and n < sum * SMALLEST) then break end
   local key = h.ip .. (h.vlan > 0 and "@" .. h.vlan or "")
   rows[#rows + 1] = { label = key, value = n,
      url = ntop.getHttpPrefix() .. "/lua/host_details.lua?host=" .. http.url_part(h.ip)
         .. (h.vlan > 0 and "&vlan=" .. h.vlan or "") }
   shown = shown + n
end
if shown < sum then rows[#rows + 1] = { label = "Other", value = sum - shown, url = "#" } end
rest.ok(rows)
