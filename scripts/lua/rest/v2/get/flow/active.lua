-- The active flows, filtered, sorted and paged.
local rest = require "rest"

if not rest.interface() then return end
local page = rest.page("column_bytes")

local list = interface.getFlowsInfo(_GET.host, {
   sortColumn = page.sort, a2zSortOrder = page.ascending, maxHits = page.length, toSkip = page.start,
   l7protoFilter = _GET.application or _GET.l7_protocol,
   l7categoryFilter = rest.number("category"),
   L4Protocol = rest.number("l4proto"),
   portFilter = rest.number("port"),
   vlanIdFilter = rest.number("vlan"),
   ipVersion = rest.number("version"),
   clientMode = _GET.client_mode, serverMode = _GET.server_mode,
   client = _GET.cli_ip, server = _GET.srv_ip,
   tcpFlowStateFilter = _GET.tcp_state,
   macFilter = _GET.mac,
})

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
      packets = f.packets,
      info = f.info,
      breakdown = { cli2srv = up, srv2cli = 100 - up },
      protocol = { l4 = f["proto.l4"], l7 = f["proto.ndpi"], category = f["proto.ndpi_cat"],
         breed = f["proto.ndpi_breed"], is_encrypted = f["proto.is_encrypted"] },
      thpt = { bps = f.throughput_bps * 8, pps = f.throughput_pps },
      client = { ip = f["cli.ip"], name = f["cli.host"], port = f["cli.port"], is_local = f["cli.localhost"],
         is_blacklisted = f["cli.blacklisted"], is_broadcast_domain = f["cli.broadcast_domain_host"],
         is_dhcp = f["cli.dhcpHost"] },
      server = { ip = f["srv.ip"], name = f.host_server_name or f["srv.host"], port = f["srv.port"],
         is_local = f["srv.localhost"], is_blacklisted = f["srv.blacklisted"],
         is_broadcast = f["srv.broadmulticast"], is_dhcp = f["srv.dhcpHost"] },
   }
end

rest.ok { currentPage = page.number, perPage = page.length, totalRows = list.numFlows, data = rows,
   sort = { { page.sort, page.ascending and "asc" or "desc" } } }
