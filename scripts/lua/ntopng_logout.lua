-- Ends the session and comes back to the login form.
local http = require "http"

if _SESSION.session and _SESSION.session ~= "" then
   ntop.delCache("sessions." .. _SESSION.session)
   ntop.delCache("ntopng.cache.sessions." .. _SESSION.session)
end

local prefix = ntop.getHttpPrefix()
http.begin("text/html", 302, { Location = prefix .. "/lua/login.lua" })
