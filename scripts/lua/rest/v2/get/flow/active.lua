-- The active flows, filtered, sorted and paged: the listing with page numbers.
local flow_list = require "flow_list"
local host_list = require "host_list"
local rest = require "rest"

if not rest.interface() then return end
local page = flow_list.page()
local list = flow_list.select(page)

local rows = rest.array()
for _, f in ipairs(list.flows) do
   local up = f.bytes > 0 and math.floor(f.bytes_sent * 100 / f.bytes + 0.5) or 0
   rows[#rows + 1] = {
      key = string.format("%d", f["ntopng.key"]),
      hash_id = string.format("%d", f.hash_entry_id),
      first_seen = f["seen.first"],
      last_seen = f["seen.last"],
      duration = f.duration,
      vlan = f.vlan,
      bytes = f.bytes,
      breakdown = { cli2srv = up, srv2cli = 100 - up },
      protocol = { l4 = f["proto.l4"], l7 = f["proto.ndpi"] },
      thpt = { bps = f.throughput_bps * 8, pps = f.throughput_pps },
      client = { ip = f["cli.ip"], name = host_list.name(f["cli.host"], f["cli.ip"]), port = f["cli.port"],
         is_blacklisted = f["cli.blacklisted"], is_broadcast_domain = f["cli.broadcast_domain_host"],
         is_dhcp = f["cli.dhcpHost"] },
      server = { ip = f["srv.ip"], name = f.host_server_name or host_list.name(f["srv.host"], f["srv.ip"]), port = f["srv.port"],
         is_blacklisted = f["srv.blacklisted"], is_broadcast = f["srv.broadmulticast"],
         is_dhcp = f["srv.dhcpHost"] },
   }
end

rest.ok { currentPage = page.number, perPage = page.length, totalRows = list.numFlows, data = rows,
   sort = { { page.sort, page.ascending and "asc" or "desc" } } }
