-- A host's flows by port.
local chart = require "chart"

local host_ports = {}

-- MOST ports are told apart.
local MOST = 16

-- pie sums the bytes of a host's flows by the port of one end ("cli" or "srv").
function host_ports.pie(h, side)
   local sums, rows = {}, {}
   for _, f in ipairs(interface.getFlowsInfo(h.ip .. "@" .. h.vlan, { detailsLevel = "normal" }).flows) do
      local port = f[side .. ".port"]
      sums[port] = (sums[port] or 0) + f.bytes
   end
   for port, n in pairs(sums) do rows[#rows + 1] = { port, n } end
   chart.sorted(rows)
   for i = #rows, MOST + 1, -1 do rows[i] = nil end
   return chart.pie(rows)
end

return host_ports
