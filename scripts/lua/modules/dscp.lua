-- Differentiated services classes: counters by class as labelled rows.
local rest = require "rest"

local dscp = {}

local labels = { cs0 = "Best Effort (CS0)", le = "Lower Effort", ef = "Expedited Forwarding (EF)",
   voice_admit = "Voice Admit" }

-- label is the class's name for people: CSn, AFxy (RFC 2474, 2597) or what it
-- stands for.
local function label(class) return labels[class] or class:upper() end

-- rows are {label, value} of the packets of a direction (sent, rcvd, or both
-- without), the largest first, with a closing "Other" for classes below 3 %.
function dscp.rows(classes, direction)
   local all, sum = {}, 0
   for class, n in pairs(classes or {}) do
      local value = 0
      if direction ~= "recvd" and direction ~= "rcvd" then value = value + n["packets.sent"] end
      if direction ~= "sent" then value = value + n["packets.rcvd"] end
      all[#all + 1] = { label = label(class), value = value }
      sum = sum + value
   end
   table.sort(all, function(a, b) return a.value > b.value end)
   local rows, other = rest.array(), 0
   for _, r in ipairs(all) do
      if r.value > 0 and r.value >= sum * 0.03 then rows[#rows + 1] = r else other = other + r.value end
   end
   rows[#rows + 1] = { label = "Other", value = other }
   return rows
end

return dscp
