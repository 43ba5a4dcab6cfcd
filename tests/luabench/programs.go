package main

// program is one piece of Lua that both sides run. The text is the same for
// both; what it prints is compared, so neither can leave work out.
type program struct {
	name string
	code string
	tree bool // needs a script tree: TREE is its folder
}

// programs are in the order of the table.
var programs = []program{
	{name: "fib(27)", code: `local function f(n) if n < 2 then return n end return f(n - 1) + f(n - 2) end print(f(27))`},
	{name: "integer loop, 5 M", code: `local s = 0 for i = 1, 5e6 do s = s + i % 7 end print(s)`},
	{name: "float loop, 5 M", code: `local s = 0.5 for i = 1, 5e6 do s = s * 0.999 + i / 3 end print(s > 0)`},
	{name: "bit operators, 2 M", code: `local s = 0 for i = 1, 2000000 do s = (s ~ i) & 0xffffff | (i << 3) end print(s)`},
	{name: "table insert, 40 x 20 k", code: `for j = 1, 40 do local t = {} for i = 1, 20000 do t[#t + 1] = i end end print(1)`},
	{name: "table.insert, 40 x 20 k", code: `local n = 0 for j = 1, 40 do local t = {} for i = 1, 20000 do table.insert(t, i) end n = n + #t end print(n)`},
	{name: "ipairs, 100 x 10 k", code: `local t = {} for i = 1, 10000 do t[i] = i end local s = 0 for j = 1, 100 do for i, v in ipairs(t) do s = s + v end end print(s)`},
	{name: "pairs of 10, 60 k times", code: `local t = {} for i = 1, 10 do t['k' .. i] = i end local s = 0 for j = 1, 60000 do for k, v in pairs(t) do s = s + v end end print(s)`},
	{name: "pairs of 10 k, 60 times", code: `local t = {} for i = 1, 10000 do t['k' .. i] = i end local s = 0 for j = 1, 60 do for k, v in pairs(t) do s = s + v end end print(s)`},
	{name: "field read and write, 3 M", code: `local t = {a = 1, b = 2} for i = 1, 3000000 do t.a = t.b + i end print(t.a)`},
	{name: "string keys, 300 k", code: `local t = {} for i = 1, 300000 do t['k' .. i % 5000] = i end local n = 0 for _ in pairs(t) do n = n + 1 end print(n)`},
	{name: "method calls, 2 M", code: `local C = {} C.__index = C function C:add(n) self.v = self.v + n end local o = setmetatable({v = 0}, C) for i = 1, 2000000 do o:add(i) end print(o.v)`},
	{name: "concat, 500 k", code: `local n = 0 for i = 1, 500000 do local s = 'key' .. i .. '=' .. i * 2 .. ';' n = n + #s end print(n)`},
	{name: "table.concat, 50 x 10 k", code: `local t = {} for i = 1, 10000 do t[i] = 'item' .. i end local n = 0 for i = 1, 50 do n = n + #table.concat(t, ',') end print(n)`},
	{name: "gsub", code: `local s = ('hello world '):rep(100) local n = 0 for i = 1, 600 do n = n + #s:gsub('(%w+)', '<%1>') end print(n)`},
	{name: "gsub with function", code: `local s = ('hello world '):rep(100) local n = 0 for i = 1, 600 do n = n + #s:gsub('%w+', function(w) return w:upper() end) end print(n)`},
	{name: "match", code: `local n = 0 for i = 1, 300000 do local a, b = ('host192.168.1.2@20'):match('^(.-)@(%d+)$') n = n + #a + #b end print(n)`},
	{name: "gmatch", code: `local s = ('key=value, '):rep(100) local n = 0 for i = 1, 600 do for k, v in s:gmatch('(%w+)=(%w+)') do n = n + #k + #v end end print(n)`},
	{name: "find plain", code: `local s = ('x'):rep(500) .. 'needle' local n = 0 for i = 1, 500000 do n = n + s:find('needle', 1, true) end print(n)`},
	{name: "string.format", code: `local n = 0 for i = 1, 200000 do n = n + #string.format('%d %s %.2f %5x', i, 'x', i / 3, i) end print(n)`},
	{name: "tostring and tonumber", code: `local n = 0 for i = 1, 500000 do n = n + tonumber(tostring(i)) + tonumber('0.5') end print(n)`},
	{name: "sort, 100 k", code: `local t = {} for i = 1, 100000 do t[i] = (i * 7919) % 100003 end table.sort(t) print(t[1], t[#t])`},
	{name: "sort with function, 50 k", code: `local t = {} for i = 1, 50000 do t[i] = (i * 7919) % 100003 end table.sort(t, function(a, b) return a > b end) print(t[1], t[#t])`},
	{name: "closures, 1 M", code: `local t local n = 0 for i = 1, 1000000 do local x = i t = function() x = x + 1 return x end n = n + t() end print(n)`},
	{name: "varargs, 1 M", code: `local function f(...) local a, b = ... return select('#', ...) + a + b end local n = 0 for i = 1, 1000000 do n = n + f(i, 2, 3) end print(n)`},
	{name: "pcall, 500 k", code: `local n = 0 for i = 1, 500000 do local ok, v = pcall(function() return i end) n = n + v end print(n)`},
	{name: "pcall with error, 200 k", code: `local n = 0 for i = 1, 200000 do local ok, v = pcall(error, {code = i}) n = n + v.code end print(n)`},
	{name: "coroutines, 300 k", code: `local c = coroutine.wrap(function() for i = 1, 300000 do coroutine.yield(i) end end) local n = 0 for i = 1, 300000 do n = n + c() end print(n)`},
	{name: "load, 3 k", code: `local n = 0 for i = 1, 3000 do n = n + load('local a = ' .. i .. ' if a > 5 then return a * 2 else return ({a})[1] end')() end print(n)`},
	{name: "dkjson encode, 1 MB", tree: true, code: jsonData + `local s = json.encode(data) print(#s > 900000)`},
	{name: "dkjson decode, 1 MB", tree: true, code: jsonData + `local parts = {} for i, r in ipairs(data) do parts[i] = string.format('{"key":%q,"bytes":%d,"ratio":%.3f,"tags":["a","b"],"up":true}', r.key, r.bytes, r.ratio) end
local s = "[" .. table.concat(parts, ",") .. "]" print(#json.decode(s))`},
}

// jsonData is about one megabyte once encoded.
const jsonData = `package.path = TREE .. "/scripts/lua/modules/?.lua;" .. package.path
local json = require "dkjson"
local data = {} for i = 1, 11000 do data[i] = {key = "192.168." .. i % 256 .. "." .. i % 251, bytes = i * 1000, ratio = i / 7 // 0.001 * 0.001, tags = {"a", "b"}, up = true} end
`
