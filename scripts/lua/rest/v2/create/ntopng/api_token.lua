-- Makes an API token for the user who asks, or for username when an
-- administrator asks; the former token ends.
local rest = require "rest"

if _SERVER.REQUEST_METHOD ~= "POST" or _SESSION.INVALID_CSRF then
   rest.fail("INVALID_ARGUMENTS")
   return
end
local body = _POST
if body.payload then body = require("json").decode(body.payload) or {} end
local name = body.username or _SESSION.user
if name ~= _SESSION.user and not ntop.isAdministrator() then
   rest.fail("NOT_GRANTED")
   return
end
local token = ntop.createUserAPIToken(name)
if token then rest.ok { api_token = token } else rest.fail("INTERNAL_ERROR") end
