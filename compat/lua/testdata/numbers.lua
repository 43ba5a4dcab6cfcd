local function P(f, ...) local r = table.pack(pcall(f, ...)) for i = 1, r.n do r[i] = (math.type(r[i]) or "") .. " " .. tostring(r[i]) end print(table.concat(r, " | ")) end
-- arithmetic over integers, floats, strings
local vals = {0, 1, -1, 3, -3, 7, 2^53, 2^63, -2^63, 0.5, -0.5, 3.0, 1e308, 1/0, -1/0, math.maxinteger, math.mininteger, "10", "0x10", " 5 ", "1e1", "-7"}
for _, a in ipairs(vals) do
  for _, b in ipairs(vals) do
    local r = {}
    local ops = {
      function() return a + b end, function() return a - b end, function() return a * b end,
      function() return a / b end, function() return a % b end, function() return a // b end,
      function() return a ^ b end, function() return a == b end, function() return tostring(a) .. "|" .. b end,
      function() return a & b end, function() return a | b end, function() return a ~ b end,
      function() return a << b end, function() return a >> b end,
      function() return a < b end, function() return a <= b end,
    }
    for i, f in ipairs(ops) do
      local ok, v = pcall(f)
      if v ~= v then v = "nan" end
      r[i] = (math.type(v) or "") .. tostring(v)
    end
    print(a, b, table.concat(r, " "))
  end
end
for _, a in ipairs(vals) do
  P(function() return -a end) P(function() return ~a end) P(math.tointeger, a) P(math.type, a) P(tonumber, a)
  P(math.floor, a) P(math.ceil, a) P(math.abs, a) P(string.format, "%d", a) P(string.format, "%.3f", a) P(string.format, "%x", a)
end
P(function() return 1 // 0 end) P(function() return 1 % 0 end) P(function() return 1.0 // 0 end) P(function() return -1 // 0.0 end)
P(function() return 5 // 0.3, -5 // 0.3, 5 % 0.3, -5 % 0.3, 5 % -0.3 end)
P(function() return 3 | 1.5 end) P(function() return "a" | 1 end) P(function() return 1 << 63, 1 << 64, 1 << -1, -1 >> 1, -1 >> 63 end)
P(function() return 2^53 == 2^53 + 1, math.maxinteger + 1 == math.mininteger, math.maxinteger + 0.0 == math.maxinteger end)
P(function() return 1 < 1.5, 1 <= 1.0, math.maxinteger < 2^63, math.mininteger <= -2^63, 2^63 > math.maxinteger end)
P(function() return 9007199254740993, 9007199254740993 + 0.0, 9007199254740993 == 9007199254740992.0 end)
P(function() return 0x7fffffffffffffff, 0xffffffffffffffff, 0x1ffffffffffffffff, 1e308 * 10, 0x.8p1, 0xA.8, 0x1p-2 end)
P(function() return 100000000000000, 1e14, 1e15, 1e16, 123456789012345678, 0.1, 1/3, 100 / 3, 3.14159265358979 end)
P(function() return 10 / 2, 3 * 1.0, 7 // 2.0, 2^2, 10 // 2, -7 // 2, -7 % 3, 7 % -3, -7 // 2.0 end)
P(function() return 1 + 2 * 3 - 4 / 2, (1 + 2) * 3, -2 ^ 2, 2 ^ 3 ^ 2, not nil == true, 1 .. 2 .. 3 end)
P(function() return 4 / 2 / 1, 6 // 4 * 2, 2 * 3 % 4, 1 << 2 + 1, 5 & 3 | 8 ~ 1, "a" .. 1 + 2 end)
P(function() local t = {} t[1] = "i" t[1.0] = "f" t[2^53] = "x" return t[1], #t, t[2^53|0], next(t) end)
P(function() local t = {[9007199254740993] = 1, [9007199254740992] = 2} return t[9007199254740993], t[9007199254740992], t[2^53] end)
P(function() local bm = (1 << 57) | (1 << 2) return bm, bm & (1 << 57) ~= 0, bm >> 57, tostring(bm), string.format("%d %x", bm, bm), bm .. "", tonumber(tostring(bm)) == bm end)
P(function() local s = {} for i = 1, 3 do s[#s + 1] = i end for i = 3, 1, -2 do s[#s + 1] = i end for i = 1.0, 2 do s[#s + 1] = i end for i = 1, 2, 0.5 do s[#s + 1] = i end return table.concat(s, " ") end)
P(function() local n = 0 for i = math.maxinteger - 1, math.maxinteger do n = n + 1 end for i = math.mininteger, math.mininteger + 1 do n = n + 1 end for i = 1, math.huge do n = n + 1 if n > 10 then break end end for i = 1, -math.huge do n = 99 end return n end)
P(function() local n = 0 for i = 1, 3.9 do n = n + 1 end for i = -1, -3.9, -1 do n = n + 10 end return n end)
P(function() for i = 1, 10, 0 do end end) P(function() for i = 1.0, 2, 0 do end end) P(function() for i = "x", 2 do end end) P(function() for i = 1, {} do end end)
P(function() for i = 3, 1 do return "ran" end return "skipped" end) P(function() for i = 1, 0.5 do return "ran" end return "skipped" end)
P(math.max, 1, 2.5, -1) P(math.min, 3, 1, 2) P(math.max) P(math.fmod, 7, 3) P(math.fmod, -7, 3) P(math.fmod, 7.5, -2) P(math.fmod, 1, 0)
P(math.modf, 3.7) P(math.modf, -3.7) P(math.modf, 5) P(math.modf, 1/0) P(math.sqrt, 16) P(math.exp, 0) P(math.log, 8, 2) P(math.log, 100, 10) P(math.log, 27, 3)
P(math.ult, 1, -1) P(math.tointeger, 3.5) P(math.tointeger, "8") P(math.tointeger, {}) P(math.floor, "x") P(math.floor, 2^70) P(math.abs, math.mininteger)
math.randomseed(42) print(math.random(100), math.random(100), math.random(0), math.random(), math.random(5, 6)) math.randomseed(7, 8) print(math.random(1 << 40))
P(math.random, 0, -1) P(math.random, 1, 2, 3)
for _, s in ipairs{"10", " 10 ", "10x", "", " ", "0x", "0xg", "1e", "1e+", "1e5", "1E-2", ".5", "5.", ".", "0x1p4", "0x.1", "1 2", "1_000", "inf", "nan", "0b1", "9223372036854775807", "9223372036854775808", "-9223372036854775808", "0xffffffffffffffffff", "1e400", "١"} do P(tonumber, s) end
for _, a in ipairs{{"10", 2}, {"ff", 16}, {"FF", 16}, {"zz", 36}, {"8", 8}, {"-11", 2}, {" 7 ", 8}, {"", 10}, {"1.5", 10}, {"7fffffffffffffff", 16}, {"10", 1}, {10, 10}} do P(tonumber, a[1], a[2]) end
