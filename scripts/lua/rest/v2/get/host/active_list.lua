-- The active hosts, filtered, sorted and paged: the listing by offset (start,
-- length, sort, order) with recordsTotal beside rsp.
local host_list = require "host_list"
local rest = require "rest"

local function identity(h)
   local t = {
      ip = h.ip, os = h.os, device_type = h.devtype, country = h.country,
      mac = { address = h.mac, name = h.mac },
      vlan = { id = h.vlan, name = h.vlan > 0 and tostring(h.vlan) or "" },
   }
   if h.systemhost then t.system_host = true end
   if h.dhcpHost then t.dhcp_host = true end
   if h.is_multicast then
      t.is_multicast = true
   elseif h.localhost then
      t.localhost = true
   else
      t.remotehost = true
   end
   return t
end

if not rest.interface() then return end
local page = host_list.page()
local list = host_list.select(page)

local rows = rest.array()
for _, h in ipairs(list.hosts) do
   rows[#rows + 1] = {
      host = identity(h),
      hostname = { name = h.name ~= h.ip and h.name or "", alt_name = "" },
      first_seen = h["seen.first"],
      last_seen = h["seen.last"],
      throughput = { type = "bps", bps = h.throughput_bps, pps = h.throughput_pps, trend = h.throughput_trend_bps },
      bytes = { total = h["bytes.sent"] + h["bytes.rcvd"], sent = h["bytes.sent"], rcvd = h["bytes.rcvd"] },
      alerts = h.num_alerts,
      num_flows = h["active_flows.as_client"] + h["active_flows.as_server"],
      score = h.score,
   }
end

rest.ok(rows, { recordsTotal = list.numHosts })
