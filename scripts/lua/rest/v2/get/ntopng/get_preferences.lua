-- The preferences and start options, for administrators.
local rest = require "rest"

if ntop.isAdministrator() then rest.ok(ntop.getPrefs()) else rest.fail("NOT_GRANTED") end
