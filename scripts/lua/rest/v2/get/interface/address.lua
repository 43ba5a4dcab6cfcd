-- The addresses of an interface.
local rest = require "rest"

local s = rest.interface()
if not s then return end
local list = rest.array()
for a in (s.ip_addresses or ""):gmatch("[^,%s]+") do list[#list + 1] = a end
rest.ok { addresses = list }
