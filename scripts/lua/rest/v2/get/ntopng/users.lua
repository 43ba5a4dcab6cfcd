-- The accounts by name, for administrators. Hashes of passwords are not handed
-- out; the member stays, empty, for clients that expect it.
local rest = require "rest"

if not ntop.isAdministrator() then
   rest.fail("NOT_GRANTED")
   return
end
local users = ntop.getUsers()
for _, u in pairs(users) do u.password = "" end
rest.ok(users)
