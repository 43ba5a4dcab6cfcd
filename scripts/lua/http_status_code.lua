-- The error page that the web server sends people to.
local http = require "http"
local page = require "page"

local known = {
   not_found = { 404, "Not found", "There is no page at this address." },
   bad_request = { 400, "Bad request", "The address is not one that can be served." },
   forbidden = { 403, "Forbidden", "You may not see this." },
   internal_error = { 500, "Error", "The page could not be made. The log of the program tells why." },
   pro_only = { 403, "Not available", "This page is not part of this program." },
   enterprise_only = { 403, "Not available", "This page is not part of this program." },
}

local e = known[_GET.message] or known.not_found
-- What went wrong inside is for administrators only.
local detail = ""
if ntop.isAdministrator() and _GET.error_message and _GET.error_message ~= "" then
   detail = '<p><code>' .. http.escape(_GET.error_message) .. "</code></p>\n"
end
page.plain(e[2], string.format('<h1>%s</h1>\n<p role="alert">%s</p>\n%s<p><a href="%s">To the dashboard</a></p>',
   e[2], e[3], detail, http.escape(ntop.getHttpPrefix() .. "/")), e[1])
