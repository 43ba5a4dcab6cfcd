-- The first login of the administrator: a password other than the default one
-- must be chosen before anything else.
local http = require "http"
local page = require "page"

local MIN_LENGTH = 5

-- change applies the form and returns what is wrong with it, nil when nothing is.
local function change()
   if not http.is_post() then return "The form was too old. Try again." end
   local password, confirmed = _POST.new_password or "", _POST.confirm_password or ""
   if password ~= confirmed then return "The two passwords differ." end
   if #password < MIN_LENGTH then return "The password must have " .. MIN_LENGTH .. " characters or more." end
   if password == "admin" then return "This is the default password. Choose another one." end
   if not ntop.resetUserPassword(_SESSION.user, "admin", "", password) then
      return "The password could not be changed."
   end
   ntop.setCache("ntopng.prefs.admin_password_changed", "1")
end

local wrong
if _SESSION.user ~= "admin" then
   http.redirect("/")
   return
elseif _SERVER.REQUEST_METHOD == "POST" then
   wrong = change()
   if wrong == nil then
      http.redirect("/")
      return
   end
end

page.plain("Change password", string.format([[<h1>Change the password</h1>
<p>The administrator still has the default password. Choose another one.</p>
%s<form method="post">
<input type="hidden" name="csrf" value="%s">
<input type="hidden" name="username" value="admin" autocomplete="username">
<label for="new_password">New password</label>
<input id="new_password" name="new_password" type="password" autocomplete="new-password" minlength="%d" maxlength="128" required autofocus>
<label for="confirm_password">New password again</label>
<input id="confirm_password" name="confirm_password" type="password" autocomplete="new-password" maxlength="128" required>
<button class="button primary" type="submit">Change password</button>
</form>
<p><a href="%s">Log out</a></p>]], wrong and '<p class="error" role="alert">' .. wrong .. "</p>\n" or "",
   http.escape(ntop.getRandomCSRFValue()), MIN_LENGTH, http.escape(ntop.getHttpPrefix() .. "/lua/ntopng_logout.lua")))
