-- The stations with what they sent and received, sorted and paged.
local rest = require "rest"

if not rest.interface() then return end
local page = rest.page("column_traffic")
local list = interface.getMacsInfo(page.sort, page.length, page.start, page.ascending, true)
local rows = rest.array()
for _, m in ipairs(list.macs) do
   local maker = ntop.getMacManufacturer(m.mac)
   rows[#rows + 1] = { mac = m.mac, manufacturer = maker and maker.extended or "", hosts = m.num_hosts,
      first_seen = m["seen.first"], last_seen = m["seen.last"],
      arp = m["arp_requests.sent"] + m["arp_requests.rcvd"] + m["arp_replies.sent"] + m["arp_replies.rcvd"],
      bytes = { sent = m["bytes.sent"], rcvd = m["bytes.rcvd"], total = m["bytes.sent"] + m["bytes.rcvd"] },
      packets = { sent = m["packets.sent"], rcvd = m["packets.rcvd"] },
      throughput = { bps = m.throughput_bps * 8, pps = m.throughput_pps } }
end
rest.ok(rows, { recordsTotal = list.numMacs })
