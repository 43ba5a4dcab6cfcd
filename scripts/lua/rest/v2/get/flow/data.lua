-- Everything known of one flow: flow_key and flow_hash_id, as the listings
-- give them. The members are those of the flow table of the bindings.
local rest = require "rest"

if not rest.interface() then return end
local key, id = rest.number("flow_key"), rest.number("flow_hash_id")
if not key or not id then
   rest.fail("INVALID_ARGUMENTS")
   return
end
local f = interface.findFlowByKeyAndHashId(key, id)
if f == nil then
   rest.fail("NOT_FOUND")
   return
end
f.confidence_name = f["proto.ndpi_confidence"]
if f["protos.tls_version"] then f.tls_version_name = ntop.getTLSVersionName(f["protos.tls_version"]) end
rest.ok(f)
