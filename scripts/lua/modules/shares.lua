-- Sums by label, and their largest as rows: what distribution charts show.
local rest = require "rest"

local shares = {}
shares.__index = shares

-- Labels below this share of the whole are shown together.
local SMALLEST = 0.03
-- This many are shown whatever their share, and never more than MOST.
local LEAST, MOST = 3, 10

function shares.new()
   return setmetatable({ values = {}, durations = {} }, shares)
end

-- add adds n, and keeps the longest duration (seconds) of a label.
function shares:add(label, n, duration)
   self.values[label] = (self.values[label] or 0) + n
   if duration then self.durations[label] = math.max(self.durations[label] or 0, duration) end
end

-- rows are {label, value, duration}, the largest first, "Other" last.
function shares:rows()
   local all, sum = {}, 0
   for label, n in pairs(self.values) do
      all[#all + 1] = { label = label, value = n, duration = self.durations[label] }
      sum = sum + n
   end
   table.sort(all, function(a, b) return a.value > b.value or a.value == b.value and a.label < b.label end)
   local rows, other = rest.array(), 0
   for i, row in ipairs(all) do
      if i <= LEAST or (row.value >= sum * SMALLEST and i <= MOST) then
         rows[#rows + 1] = row
      else
         other = other + row.value
      end
   end
   if other > 0 then rows[#rows + 1] = { label = "Other", value = other } end
   return rows
end

return shares
