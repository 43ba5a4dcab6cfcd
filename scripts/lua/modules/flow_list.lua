-- What the listings of flows share: reading their filter from the request, and
-- the parts of a row.
local rest = require "rest"

local flow_list = {}

-- Columns by the names that clients sort by; a column_ name is taken as it is.
local columns = {
   server = "column_server", client = "column_client", l4_proto = "column_proto_l4", application = "column_ndpi",
   protocol = "column_ndpi", first_seen = "column_first_seen", last_seen = "column_last_seen",
   throughput = "column_thpt", bytes = "column_bytes", info = "column_info", duration = "column_duration",
   vlan = "column_vlan", packets = "column_packets", score = "column_score",
}

-- application is the filter and, when it says cat_N, the category.
local function application()
   local app = rest.text("application") or rest.text("l7_protocol")
   local category = app and app:match("^cat_(%d+)$")
   if category then return nil, tonumber(category) end
   if app == "-1" then app = nil end
   return app, rest.number("category")
end

-- modes turns traffic_type and flowhosts_type into local or remote ends.
local ends = {
   local_only = { "local", "local" },
   remote_only = { "remote", "remote" },
   local_origin_remote_target = { "local", "remote" },
   remote_origin_local_target = { "remote", "local" },
}

-- options is the filter of interface.getFlowsInfo as the request states it.
function flow_list.options()
   local app, category = application()
   local kind = rest.text("flowhosts_type")
   local version, host = rest.number("version"), rest.text("host")
   if kind then
      local v = kind:match("^ip_version_(%d)$")
      if v then
         version = tonumber(v)
      elseif not ends[kind] and kind:find("[.:]") then
         host = kind
      end
   end
   local sides = ends[kind] or {}
   local traffic = rest.text("traffic_type")
   local unicast
   if traffic == "unicast" then unicast = true elseif traffic == "broadcast_multicast" then unicast = false end
   return {
      hostFilter = host, client = rest.text("client") or rest.text("cli_ip"),
      server = rest.text("server") or rest.text("srv_ip"),
      clientMode = rest.text("client_mode") or sides[1], serverMode = rest.text("server_mode") or sides[2],
      l7protoFilter = app, l7categoryFilter = category,
      L4Protocol = rest.number("l4proto"), portFilter = rest.number("port"), vlanIdFilter = rest.number("vlan"),
      ipVersion = version, dscpFilter = rest.number("dscp"), LocalNetworkFilter = rest.number("network"),
      tcpFlowStateFilter = rest.text("tcp_flow_state"), macFilter = rest.text("mac"),
      textFilter = rest.text("text") or rest.text("flow_info"),
      unicast = unicast, unidirectional = traffic == "one_way" or nil,
   }
end

-- select lists the flows of the request; page comes from rest.page.
function flow_list.select(page)
   local o = flow_list.options()
   o.sortColumn, o.a2zSortOrder = page.sort, page.ascending
   o.maxHits, o.toSkip, o.detailsLevel = page.length, page.start, "high"
   return interface.getFlowsInfo(nil, o)
end

-- page reads paging and sorting, by default the biggest flows first.
function flow_list.page()
   local p = rest.page("column_bytes")
   local column = p.sort:gsub("^column_", "")
   p.sort = columns[column] or p.sort
   return p
end

return flow_list
