-- Bytes of a host per application or, with breed=true, per breed; the
-- smallest ones are summed as "Other".
local rest = require "rest"
local shares = require "shares"

local h = rest.host()
if not h then return end
local s = shares.new()
local by_breed = rest.text("breed") == "true"
for name, p in pairs(h.ndpi or {}) do
   s:add(by_breed and p.breed or name, p["bytes.sent"] + p["bytes.rcvd"], p.duration)
end
rest.ok(s:rows())
