-- Changes an account; what is absent stays: username, full_name, user_role,
-- allowed_networks, allowed_interface (id), user_language, password and
-- confirm_password, the allow_ flags.
local accounts = require "accounts"
local rest = require "rest"

local p = rest.admin_post()
if not p then return end

-- change applies what is given and returns the name of an error, or nil.
local function change(name)
   if p.user_role and not accounts.valid_role(p.user_role) then return "INVALID_ARGUMENTS" end
   if p.allowed_networks and not accounts.valid_networks(p.allowed_networks) then return "INVALID_ARGUMENTS" end
   local password = p.password
   if password == "" then password = nil end
   if password and password ~= p.confirm_password then return "PASSWORD_MISMATCH" end
   if password and #password < accounts.MIN_PASSWORD then return "INVALID_ARGUMENTS" end
   -- An administrator who takes away his own role could lock everybody out.
   if name == _SESSION.user and p.user_role and p.user_role ~= "administrator" then return "NOT_GRANTED" end

   local ok = true
   if p.full_name then ok = ntop.changeUserFullName(name, p.full_name) and ok end
   if p.user_role then ok = ntop.changeUserRole(name, p.user_role) and ok end
   if p.allowed_networks then ok = ntop.changeAllowedNets(name, p.allowed_networks) and ok end
   if p.user_language then ok = ntop.changeUserLanguage(name, p.user_language) and ok end
   if p.allowed_interface then
      ok = ntop.changeAllowedIfname(name, interface.getIfNames()[tostring(p.allowed_interface)] or "") and ok
   end
   for field, set in pairs { allow_pcap_download = ntop.changePcapDownloadPermission,
      allow_historical_flows = ntop.changeHistoricalFlowPermission, allow_alerts = ntop.changeAlertsPermission } do
      if p[field] ~= nil then ok = set(name, accounts.flag(p[field])) and ok end
   end
   if password then ok = ntop.resetUserPassword(_SESSION.user, name, "", password) and ok end
   if not ok then return "EDIT_USER_FAILED" end
end

if type(p.username) ~= "string" or p.username == "" then
   rest.fail("INVALID_ARGUMENTS")
elseif not ntop.getUsers()[p.username] then
   rest.fail("USER_DOES_NOT_EXIST")
else
   local wrong = change(p.username)
   if wrong then rest.fail(wrong) else rest.ok() end
end
