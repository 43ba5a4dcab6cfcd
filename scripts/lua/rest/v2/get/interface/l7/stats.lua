-- Bytes (or, with ndpistats_mode=count, active flows) per application or, with
-- breed=true, per breed; the smallest ones are summed as "Other".
local rest = require "rest"

local s = rest.interface()
if not s then return end

local mode = _GET.ndpistats_mode
if mode ~= "sinceStartup" and mode ~= "count" then
   rest.fail("INVALID_ARGUMENTS")
   return
end

local totals, durations = {}, {}
local function add(label, n, duration)
   totals[label] = (totals[label] or 0) + n
   durations[label] = math.max(durations[label] or 0, duration or 0)
end

local by_breed = _GET.breed == "true"
if mode == "count" then
   for name, n in pairs(interface.getnDPIFlowsCount()) do
      add(by_breed and interface.getnDPIProtoBreed(interface.getnDPIProtoId(name)) or name, n)
   end
else
   for name, p in pairs(s.ndpi) do
      add(by_breed and p.breed or name, p["bytes.sent"] + p["bytes.rcvd"], p.duration)
   end
end

local rows, sum = {}, 0
for label, n in pairs(totals) do
   rows[#rows + 1] = { label = label, value = n, duration = durations[label] }
   sum = sum + n
end
table.sort(rows, function(a, b) return a.value > b.value or a.value == b.value and a.label < b.label end)

-- What is below this share of the whole is shown together.
local SMALLEST = 0.03
local shown, other = rest.array(), 0
for i, row in ipairs(rows) do
   if i <= 3 or (row.value >= sum * SMALLEST and i <= 10) then
      shown[#shown + 1] = row
   else
      other = other + row.value
   end
end
if other > 0 then shown[#shown + 1] = { label = "Other", value = other } end
rest.ok(shown)
