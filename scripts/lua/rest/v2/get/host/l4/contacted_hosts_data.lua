-- How many hosts a host contacted and was contacted by, for a chart.
local rest = require "rest"

local h = rest.host()
if not h then return end
-- Only local hosts' contacts are counted; others have none. Both shares are
-- shown, also one that is zero.
local c = h.cardinality or {}
local rsp = require("chart").pie { { "Hosts Contacted (as Client)", 1 }, { "Hosts Contacts (as Server)", 1 } }
rsp.series = rest.array { c.num_contacted_hosts_as_client or 0, c.num_host_contacts_as_server or 0 }
rest.ok(rsp)
