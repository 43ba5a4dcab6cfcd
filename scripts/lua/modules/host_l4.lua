-- A host's bytes per transport protocol, those without traffic left out.
local host_l4 = {}

local protocols = { { "tcp", "TCP" }, { "udp", "UDP" }, { "icmp", "ICMP" }, { "other_ip", "Other IP" } }

-- rows are {protocol, sent, rcvd}; h is a full host table.
function host_l4.rows(h)
   local rows = {}
   for _, p in ipairs(protocols) do
      local sent, rcvd = h[p[1] .. ".bytes.sent"] or 0, h[p[1] .. ".bytes.rcvd"] or 0
      if sent + rcvd > 0 then rows[#rows + 1] = { p[2], sent, rcvd } end
   end
   return rows
end

return host_l4
