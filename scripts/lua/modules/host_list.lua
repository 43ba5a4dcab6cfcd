-- What the listings of hosts share: reading their filter from the request.
local rest = require "rest"

local host_list = {}

-- Columns by the names that clients sort by.
local columns = {
   ip_address = "column_ip", hostname = "column_name", first_seen = "column_since", last_seen = "column_last",
   throughput = "column_thpt", bytes = "column_traffic", sent = "column_traffic_sent", rcvd = "column_traffic_rcvd",
   vlan = "column_vlan", num_flows = "column_num_flows", mac = "column_mac", alerts = "column_alerts",
   score = "column_score",
}

local listing_of = {
   ["local"] = interface.getLocalHostsInfo, remote = interface.getRemoteHostsInfo,
   local_no_tx = interface.getLocalHostsInfoNoTX, remote_no_tx = interface.getRemoteHostsInfoNoTX,
   local_no_tcp_tx = interface.getLocalHostsInfoNoTXTCP, remote_no_tcp_tx = interface.getRemoteHostsInfoNoTXTCP,
   broadcast_multicast = interface.getBroadcastMulticastHostsInfo,
}

local directions = { one_way = 1, bidirectional = 2 }

-- name is what a host is called, or its address when it has no name.
function host_list.name(name, ip)
   if name == nil or name == "" then return ip end
   return name
end

-- page reads paging and sorting, by default the busiest hosts first.
function host_list.page()
   local p = rest.page("column_traffic")
   local column = p.sort:gsub("^column_", "")
   p.sort = columns[column] or p.sort
   return p
end

-- select lists the hosts of the request; page comes from host_list.page. The
-- arguments are positional, see interface.getHostsInfo.
function host_list.select(page)
   local mode = rest.text("mode")
   local list = listing_of[mode] or interface.getHostsInfo
   return list(false, page.sort, page.length, page.start, page.ascending, rest.text("country"), rest.number("os"),
      rest.number("vlan"), rest.number("asn"), rest.number("network"), rest.text("mac"), rest.number("pool"),
      rest.number("version"), rest.number("protocol"), directions[rest.text("traffic_type")], mode == "filtered",
      mode == "blacklisted", false, mode == "dhcp", rest.text("network_cidr"), rest.text("deviceIP"), true,
      nil, nil, nil, nil, rest.text("text"))
end

return host_list
