-- The shape in which the API hands out pie charts: {labels, series, colors}.
local rest = require "rest"

local chart = {}

-- A palette of ten hues that stay apart in both themes.
local palette = { "#ff7f0e", "#2ca02c", "#d62728", "#9467bd", "#8c564b", "#e377c2", "#7f7f7f", "#bcbd22", "#17becf",
   "#1f77b4" }

-- pie takes an array of {label, value}, keeps its order and leaves out zeros.
function chart.pie(rows)
   local labels, series, colors = rest.array(), rest.array(), rest.array()
   for _, r in ipairs(rows) do
      if r[2] > 0 then
         labels[#labels + 1], series[#series + 1] = r[1], r[2]
         colors[#colors + 1] = palette[(#colors % #palette) + 1]
      end
   end
   return { labels = labels, series = series, colors = colors }
end

-- sorted is rows, the largest value first.
function chart.sorted(rows)
   table.sort(rows, function(a, b) return a[2] > b[2] or a[2] == b[2] and tostring(a[1]) < tostring(b[1]) end)
   return rows
end

return chart
