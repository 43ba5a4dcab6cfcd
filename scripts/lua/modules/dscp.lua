-- Differentiated services classes: counters by class as labelled rows.
local rest = require "rest"

local dscp = {}

-- What the classes stand for (precedence names of RFC 791, and RFC 8622).
local labels = { cs0 = "Best Effort (CS0)", cs1 = "Priority (CS1)", cs2 = "Immediate (CS2)", cs3 = "Flash (CS3)",
   cs4 = "Flash Override (CS4)", cs5 = "Critical (CS5)", cs6 = "Internetwork Control (CS6)",
   cs7 = "Network Control (CS7)", le = "Lower Effort (LE)", unknown = "Unknown" }

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
