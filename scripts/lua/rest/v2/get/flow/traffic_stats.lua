-- Bytes of the flows that a filter selects, per direction.
local flow_list = require "flow_list"
local rest = require "rest"

if not rest.interface() then return end
local s = interface.getActiveFlowsStats(nil, flow_list.options(), true)
rest.ok { totBytesSent = s.totBytesSent, totBytesRcvd = s.totBytesRcvd }
