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

-- Decoding: each reader takes the text and a position and returns the value
-- and the position behind it, or raises {message}.
local function fail(what, pos)
   error({ string.format("%s at byte %d", what, pos) }, 0)
end

local MAX_DEPTH = 64
local unescaped = { b = "\b", f = "\f", n = "\n", r = "\r", t = "\t", ["/"] = "/", ["\\"] = "\\", ['"'] = '"' }

local function read_unicode(s, pos)
   local hex = s:match("^%x%x%x%x", pos)
   if not hex then fail("bad \\u escape", pos) end
   return tonumber(hex, 16), pos + 4
end

local function read_string(s, pos)
   local out = {}
   pos = pos + 1
   while true do
      local stop = s:find('["\\]', pos)
      if not stop then fail("unfinished string", pos) end
      out[#out + 1] = s:sub(pos, stop - 1)
      if s:byte(stop) == 34 then return table.concat(out), stop + 1 end
      local e = s:sub(stop + 1, stop + 1)
      pos = stop + 2
      if e == "u" then
         local code
         code, pos = read_unicode(s, pos)
         if code >= 0xD800 and code < 0xDC00 and s:sub(pos, pos + 1) == "\\u" then
            local low, behind = read_unicode(s, pos + 2)
            if low >= 0xDC00 and low < 0xE000 then
               code, pos = 0x10000 + (code - 0xD800) * 0x400 + (low - 0xDC00), behind
            end
         end
         out[#out + 1] = utf8.char(code)
      elseif unescaped[e] then
         out[#out + 1] = unescaped[e]
      else
         fail("bad escape", stop)
      end
   end
end

local read_value

local function skip(s, pos) return s:find("[^ \t\r\n]", pos) or #s + 1 end

-- read_list reads members up to the closing bracket; each adds one.
local function read_list(s, pos, close, each)
   pos = skip(s, pos + 1)
   if s:sub(pos, pos) == close then return pos + 1 end
   while true do
      pos = skip(s, each(pos))
      local c = s:sub(pos, pos)
      if c == close then return pos + 1 end
      if c ~= "," then fail("expected , or " .. close, pos) end
      pos = skip(s, pos + 1)
   end
end

local function read_object(s, pos, depth)
   local t = {}
   pos = read_list(s, pos, "}", function(at)
      if s:sub(at, at) ~= '"' then fail("expected a name", at) end
      local key, value
      key, at = read_string(s, at)
      at = skip(s, at)
      if s:sub(at, at) ~= ":" then fail("expected :", at) end
      value, at = read_value(s, skip(s, at + 1), depth + 1)
      t[key] = value
      return at
   end)
   return t, pos
end

local function read_array(s, pos, depth)
   local t = json.array {}
   pos = read_list(s, pos, "]", function(at)
      t[#t + 1], at = read_value(s, at, depth + 1)
      return at
   end)
   return t, pos
end

local words = { { "true", true }, { "false", false }, { "null", nil } }

read_value = function(s, pos, depth)
   if depth > MAX_DEPTH then fail("nested too deeply", pos) end
   local c = s:sub(pos, pos)
   if c == "{" then return read_object(s, pos, depth) end
   if c == "[" then return read_array(s, pos, depth) end
   if c == '"' then return read_string(s, pos) end
   for _, w in ipairs(words) do
      if s:sub(pos, pos + #w[1] - 1) == w[1] then return w[2], pos + #w[1] end
   end
   local number = s:match("^-?%d+%.?%d*[eE]?[+-]?%d*", pos)
   if not number or not tonumber(number) then fail("unexpected text", pos) end
   return tonumber(number), pos + #number
end

-- decode returns the value of a JSON text, or nil and what is wrong with it.
-- null is nil: members and elements that are null are not kept.
function json.decode(text)
   local ok, value, pos = pcall(function()
      local v, p = read_value(text, skip(text, 1), 1)
      return v, skip(text, p)
   end)
   if not ok then return nil, type(value) == "table" and value[1] or tostring(value) end
   if pos <= #text then return nil, string.format("text after the value at byte %d", pos) end
   return value
end

return json
