-- The address of a host name; scheme, path and port of a URL are ignored.
local rest = require "rest"

local name = rest.text("hostname")
if not name then
   rest.fail("INVALID_ARGUMENTS")
   return
end
name = name:gsub("^%a[%w+.-]*://", ""):gsub("/.*$", "")
if not name:find(":.*:") then name = name:gsub(":%d+$", "") end
local address = ntop.resolveHost(name, true) or ntop.resolveHost(name, false)
if address then rest.ok(address) else rest.fail("NAME_RESOLUTION_FAILED") end
