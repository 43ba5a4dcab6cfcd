-- Deletes an account: username. The administrator "admin" stays.
local rest = require "rest"

local p = rest.admin_post()
if not p then return end
if type(p.username) ~= "string" or p.username == "" then
   rest.fail("INVALID_ARGUMENTS")
elseif not ntop.getUsers()[p.username] then
   rest.fail("USER_DOES_NOT_EXIST")
elseif p.username == "admin" or p.username == _SESSION.user or not ntop.deleteUser(p.username) then
   rest.fail("DELETE_USER_FAILED")
else
   rest.ok()
end
