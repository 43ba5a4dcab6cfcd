-- Packets by size, from the size table of an interface or host.
local chart = require "chart"

local packet_sizes = {}

-- Sizes below this share are summed as "Other".
local SMALLEST = 0.05

-- pie is the distribution for a chart, the largest share first.
function packet_sizes.pie(sizes)
   local rows, sum, other = {}, 0, 0
   for _, n in pairs(sizes) do sum = sum + n end
   for name, n in pairs(sizes) do
      if n >= sum * SMALLEST then rows[#rows + 1] = { name, n } else other = other + n end
   end
   chart.sorted(rows)
   rows[#rows + 1] = { "Other", other }
   return chart.pie(rows)
end

return packet_sizes
