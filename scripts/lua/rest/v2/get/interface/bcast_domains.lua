-- The broadcast domains seen on an interface.
local rest = require "rest"

local s = rest.interface()
if not s then return end
local list = rest.array()
for cidr, d in pairs(s.bcast_domains or {}) do
   list[#list + 1] = { bcast_domain = cidr, hits = d.hits, ghost_network = d.ghost_network }
end
rest.ok { bcast_domains = list }
