-- One interface: identity, counters, protocols, packet sizes. ifid names it,
-- without ifid it is the user's.
if _GET.ifid and interface.isValidIfId(_GET.ifid) and ntop.isAllowedInterface(tonumber(_GET.ifid)) then
   interface.select(_GET.ifid)
end
require("page").show { title = "Interface", module = "interface" }
