-- The active hosts, filtered, sorted and paged: the listing with page numbers.
local host_list = require "host_list"
local rest = require "rest"

if not rest.interface() then return end
local page = host_list.page()
local list = host_list.select(page)

local rows = rest.array()
for _, h in ipairs(list.hosts) do
   rows[#rows + 1] = {
      key = (h.ip:gsub("[.:]", "__")) .. (h.vlan > 0 and ("@" .. h.vlan) or ""),
      ip = h.ip,
      vlan = h.vlan,
      name = host_list.name(h.name, h.ip),
      os = h.os,
      country = h.country,
      first_seen = h["seen.first"],
      last_seen = h["seen.last"],
      is_localhost = h.localhost,
      is_multicast = h.is_multicast,
      is_broadcast = h.is_broadcast,
      is_broadcast_domain = h.broadcast_domain_host,
      is_blacklisted = h.is_blacklisted,
      num_alerts = h.num_alerts,
      num_flows = {
         total = h["active_flows.as_client"] + h["active_flows.as_server"],
         as_client = h["active_flows.as_client"],
         as_server = h["active_flows.as_server"],
      },
      score = { total = h.score, as_client = h["score.as_client"], as_server = h["score.as_server"] },
      bytes = { total = h["bytes.sent"] + h["bytes.rcvd"], sent = h["bytes.sent"], recvd = h["bytes.rcvd"] },
      thpt = { bps = h.throughput_bps * 8, pps = h.throughput_pps },
   }
end

rest.ok { currentPage = page.number, perPage = page.length, totalRows = list.numHosts, data = rows,
   sort = { { page.sort, page.ascending and "asc" or "desc" } } }
