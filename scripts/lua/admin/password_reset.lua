-- Changes a password and answers {result, message}: users their own, with the
-- old one; administrators everybody's.
local accounts = require "accounts"
local http = require "http"
local json = require "json"

local function change()
   if not http.is_post() then return "The form was too old. Try again." end
   local name = _POST.username or _SESSION.user
   if name ~= _SESSION.user and not ntop.isAdministrator() then return "Not granted." end
   local password = _POST.new_password or ""
   if password ~= _POST.confirm_password then return "The two passwords differ." end
   if #password < accounts.MIN_PASSWORD then return "The password is too short." end
   if not ntop.resetUserPassword(_SESSION.user, name, _POST.old_password or "", password) then
      return "The password could not be changed."
   end
end

local wrong = change()
http.begin("application/json")
print(json.encode { result = wrong and -1 or 0, message = wrong or "Password changed" })
