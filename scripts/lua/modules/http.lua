-- The status line and headers that every answer begins with, and escaping.
local http = {}

local reasons = { [200] = "OK", [302] = "Found", [400] = "Bad Request", [401] = "Unauthorized", [403] = "Forbidden", [404] = "Not Found",
   [405] = "Method Not Allowed", [409] = "Conflict", [500] = "Internal Server Error" }

-- begin prints the header block of an answer of the given type.
function http.begin(content_type, status, headers)
   status = status or 200
   local lines = { string.format("HTTP/1.1 %d %s", status, reasons[status] or "Unknown"),
      "Cache-Control: max-age=0, no-cache, no-store",
      "X-Frame-Options: DENY",
      "X-Content-Type-Options: nosniff",
      "Referrer-Policy: same-origin",
      "Content-Type: " .. content_type .. "; charset=utf-8" }
   if content_type == "text/html" then
      lines[#lines + 1] = "Content-Security-Policy: default-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
   end
   for name, value in pairs(headers or {}) do
      lines[#lines + 1] = name .. ": " .. tostring(value):gsub("[\r\n]", "")
   end
   print(table.concat(lines, "\r\n") .. "\r\n\r\n")
end

-- redirect sends the browser to a path of this server.
function http.redirect(path)
   http.begin("text/plain", 302, { Location = ntop.getHttpPrefix() .. path })
end

local entities = { ["&"] = "&amp;", ["<"] = "&lt;", [">"] = "&gt;", ['"'] = "&quot;", ["'"] = "&#39;" }

-- escape makes text safe inside HTML text and quoted attributes.
function http.escape(text)
   return (tostring(text or ""):gsub("[&<>\"']", entities))
end

-- url_part escapes text for use in a query string.
function http.url_part(text)
   return (tostring(text):gsub("[^%w%-._~]", function(c) return string.format("%%%02X", c:byte()) end))
end

-- is_post says whether the request was a POST with a valid CSRF token.
function http.is_post()
   return _SERVER.REQUEST_METHOD == "POST" and not _SESSION.INVALID_CSRF
end

return http
