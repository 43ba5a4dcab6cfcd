-- The login form; the web server itself answers what it sends.
local http = require "http"
local page = require "page"

local reasons = { ["wrong-credentials"] = "User name or password is wrong.",
   ["session-expired"] = "The session has ended. Log in again." }

local referer = _GET.referer or ""
-- Only a path of this server is worth coming back to.
local path = referer:match("^[^/]*(/[^/\\].*)$") or "/"
if path:find("^/lua/login") or path:find("^/lua/ntopng_logout") or path:find("^/lua/rest/") then path = "/" end

local reason = reasons[_GET.reason]
page.plain("Log in", string.format([[<h1>Log in</h1>
%s<form method="post" action="%s">
<label for="user">User</label>
<input id="user" name="user" autocomplete="username" autocapitalize="none" spellcheck="false" maxlength="31" required autofocus>
<label for="password">Password</label>
<input id="password" name="password" type="password" autocomplete="current-password" maxlength="128" required>
<input type="hidden" name="referer" value="%s">
<button class="button primary" type="submit">Log in</button>
</form>]], reason and '<p class="error" role="alert">' .. reason .. "</p>\n" or "",
   http.escape(ntop.getHttpPrefix() .. "/authorize.html"), http.escape(path)))
