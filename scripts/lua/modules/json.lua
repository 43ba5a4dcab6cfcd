-- JSON (RFC 8259) text of Lua values. A table is an array when its keys are
-- 1..n or when it was made by json.array; NaN and infinities become null.
local json = {}

local ARRAY = {}

-- array marks t, which may be empty, as an array.
function json.array(t)
   return setmetatable(t or {}, ARRAY)
end

local escapes = { ['"'] = '\\"', ["\\"] = "\\\\", ["\b"] = "\\b", ["\f"] = "\\f", ["\n"] = "\\n",
   ["\r"] = "\\r", ["\t"] = "\\t" }

local function quote(s)
   s = s:gsub('[%c"\\]', function(c) return escapes[c] or string.format("\\u%04x", c:byte()) end)
   if not utf8.len(s) then
      -- Names seen in traffic may be anything; bytes that are no UTF-8 are shown as Latin-1.
      s = s:gsub("[\x80-\xff]", function(c) return utf8.char(c:byte()) end)
   end
   return '"' .. s .. '"'
end

local function is_array(t)
   if getmetatable(t) == ARRAY then return true end
   local n = 0
   for _ in pairs(t) do n = n + 1 end
   return n > 0 and n == #t
end

local encode

local function encode_table(t, out)
   if is_array(t) then
      out[#out + 1] = "["
      for i, v in ipairs(t) do
         if i > 1 then out[#out + 1] = "," end
         encode(v, out)
      end
      out[#out + 1] = "]"
      return
   end
   local keys = {}
   for k in pairs(t) do keys[#keys + 1] = tostring(k) end
   table.sort(keys)
   out[#out + 1] = "{"
   for i, k in ipairs(keys) do
      if i > 1 then out[#out + 1] = "," end
      local v = t[k]
      if v == nil then v = t[tonumber(k)] end
      out[#out + 1] = quote(k) .. ":"
      encode(v, out)
   end
   out[#out + 1] = "}"
end

encode = function(v, out)
   local kind = type(v)
   if kind == "table" then
      encode_table(v, out)
   elseif kind == "string" then
      out[#out + 1] = quote(v)
   elseif kind == "number" then
      if v ~= v or v == math.huge or v == -math.huge then
         out[#out + 1] = "null"
      elseif v == math.floor(v) and math.abs(v) < 2 ^ 53 then
         out[#out + 1] = string.format("%d", v)
      else
         out[#out + 1] = string.format("%.14g", v)
      end
   elseif kind == "boolean" then
      out[#out + 1] = tostring(v)
   else
      out[#out + 1] = "null"
   end
end

function json.encode(v)
   local out = {}
   encode(v, out)
   return table.concat(out)
end

return json
