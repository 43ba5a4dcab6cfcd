-- Rules for what administrators may write into accounts.
local accounts = {}

accounts.MIN_PASSWORD = 5
local roles = { administrator = true, unprivileged = true }

-- valid_name says whether text can be the name of a user: it becomes part of
-- the names of keys, and of a session's record.
function accounts.valid_name(text)
   return type(text) == "string" and #text <= 31 and text:find("^[%w][%w_.@%-]*$") ~= nil
end

function accounts.valid_role(text) return roles[text] == true end

-- valid_networks takes networks in CIDR notation, separated by commas.
function accounts.valid_networks(text)
   if type(text) ~= "string" or text == "" then return false end
   for part in (text .. ","):gmatch("(.-),") do
      local address, bits = part:match("^%s*([%x.:]+)/(%d+)%s*$")
      if not address or tonumber(bits) > (address:find(":", 1, true) and 128 or 32) then return false end
   end
   return true
end

-- flag reads the ways in which forms and JSON say yes.
function accounts.flag(v) return v == true or v == "1" or v == "true" or v == "on" end

return accounts
