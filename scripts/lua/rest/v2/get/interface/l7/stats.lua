-- Bytes (ndpistats_mode=sinceStartup) or active flows (count) per application
-- or, with breed=true, per breed; the smallest ones are summed as "Other".
local rest = require "rest"
local shares = require "shares"

local s = rest.interface()
if not s then return end
local mode, by_breed = rest.text("ndpistats_mode"), rest.text("breed") == "true"
local sums = shares.new()
if mode == "count" then
   for name, n in pairs(interface.getnDPIFlowsCount()) do
      sums:add(by_breed and interface.getnDPIProtoBreed(interface.getnDPIProtoId(name)) or name, n)
   end
elseif mode == "sinceStartup" then
   for name, p in pairs(s.ndpi) do
      sums:add(by_breed and p.breed or name, p["bytes.sent"] + p["bytes.rcvd"], p.duration)
   end
else
   rest.fail("INVALID_ARGUMENTS")
   return
end
rest.ok(sums:rows())
