-- The program: version, licence, host it runs on.
local info = ntop.getInfo()
local values = {}
for _, k in ipairs { "version", "revision", "platform", "OS", "pid", "uptime", "license", "version.ndpi", "version.lua",
   "version.redis" } do
   values[k] = info[k]
end
if ntop.isAdministrator() then values.command_line = info.command_line end
require("page").show { title = "About", module = "about", context = { info = values } }
