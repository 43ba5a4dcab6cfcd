-- Variables that are to be closed, closing values of for, labels, positions of errors.
local n = 0
local function P(f, ...)
  n = n + 1
  local r = table.pack(pcall(f, ...))
  for i = 1, r.n do r[i] = tostring(r[i]):gsub("0x%x+", "ADDR") end
  print(n, table.concat(r, " | ", 1, r.n))
end
local log
local function C(name, act) return setmetatable({}, {__close = function(_, e) log[#log + 1] = name .. ":" .. tostring(e) if act then return act(e) end end}) end
local function L(f, ...) log = {} local r = table.pack(pcall(f, ...)) for i = 1, r.n do r[i] = tostring(r[i]) end return table.concat(log, ","), table.concat(r, " ", 1, r.n) end

P(L, function() local a <close> = C "a" return 1, 2 end)
P(L, function() local a <close> = C "a" local b <close> = C "b" return "x" end)
P(L, function() do local a <close> = C "a" end log[#log + 1] = "after" end)
P(L, function() for i = 1, 3 do local a <close> = C("a" .. i) if i == 2 then break end end log[#log + 1] = "out" end)
P(L, function() for i = 1, 2 do local a <close> = C("a" .. i) goto continue log[#log + 1] = "never" ::continue:: end end)
P(L, function() local i = 0 repeat local a <close> = C("a" .. i) i = i + 1 until i == 2 return i end)
P(L, function() local a <close> = C "a" error("boom", 0) end)
P(L, function() local a <close> = C("a", function(e) error("second " .. tostring(e), 0) end) local b <close> = C("b", function() error("first", 0) end) end)
P(L, function() local a <close> = C "a" local b <close> = nil local c <close> = false return "none" end)
P(L, function() local a <close> = 4 end)
P(L, function() local a <close> = {} end)
P(L, function() local x = 1 local a <close> = C("a", function() x = x + 1 end) return x end)
P(L, function() local t = {} local a <close> = C("a", function() t.x = "late" end) return t.x, (function() return t end)() end)
P(L, function() local function f(...) local a <close> = C "a" return ... end return f(1, nil, 3) end)
P(L, function() local function g() log[#log + 1] = "g" return "g" end local a <close> = C "a" return g() end)
P(L, function() while true do local a <close> = C "a" do return "in" end end end)
P(L, function() local a <const>, b <close> = 1, C "b" return a end)
P(load, "local a <const> = 1 a = 2")
P(load, "local a <close> = nil a = 2")
P(load, "local a <foo> = 1")
P(load, "local a <close>, b <close> = 1, 2")
P(L, function() local co = coroutine.wrap(function() local a <close> = C "a" coroutine.yield(1) return 2 end) return co(), co() end)
P(L, function() local co = coroutine.create(function() local a <close> = C "a" coroutine.yield(1) end) coroutine.resume(co) return coroutine.close(co), coroutine.status(co) end)
P(L, function() local co = coroutine.create(function() local a <close> = C("a", function() error("bad", 0) end) coroutine.yield(1) end) coroutine.resume(co) return coroutine.close(co) end)
P(L, function() local co = coroutine.create(function() local a <close> = C "a" error("bad", 0) end) local ok, e = coroutine.resume(co) return ok, e, coroutine.close(co) end)
P(L, function() local a <close> = C("a", function() log[#log + 1] = "y" .. tostring(pcall(error, "in", 0)) end) end)

-- the fourth value of a generic for
local function iter(last, fail) return function(s, c) c = c + 1 if c <= last then return c end if fail then error("it", 0) end end, nil, 0, C "for" end
P(L, function() for i in iter(3) do log[#log + 1] = i end end)
P(L, function() for i in iter(3) do if i == 2 then break end end end)
P(L, function() for i in iter(3) do return i end end)
P(L, function() for i in iter(3, true) do end end)
P(L, function() for i in iter(3) do if i == 2 then goto done end end ::done:: log[#log + 1] = "done" end)
P(L, function() local f, s, c, x = iter(2) for i in f, s, c, x do log[#log + 1] = i end end)
P(L, function() for i, j in (function(...) return ... end)(iter(2)) do log[#log + 1] = i end end)
P(L, function() for a, b in pairs {10} do for i in iter(1) do log[#log + 1] = a + b + i end end end)
P(function() for k in next, {1}, nil, 5 do end end)
P(function() for k, v in string.gmatch("a=1,b=2", "(%w)=(%w)") do n = n + 0 end return "ok" end)
P(function() local s = "" for a,
  b
  in ("x=1 y=2"):gmatch("(%w)=(%w)") do s = s .. a .. b end return s end)
P(function() for a,
  b
  in (function() return nil + 1 end)() do end end)

-- labels and goto
P(load, "::a:: ::a::") P(load, "::a:: do ::a:: end") P(load, "do ::a:: end ::a:: return 1") P(load, "::a:: local f = function() ::a:: end")
P(load, "goto x do ::x:: end") P(load, "goto x local a ::x:: print(a)") P(load, "do goto x local a ::x:: end return 1") P(load, "break") P(load, "repeat goto c local x ::c:: until x")
P(function() local i = 1 ::top:: if i < 5 then i = i + 1 goto top end return i end)
P(function() local r = {} for i = 1, 3 do for j = 1, 3 do if j == 2 then goto next end r[#r + 1] = i .. j end ::next:: end return table.concat(r, " ") end)
P(function() local x ::again:: local y if y then return "kept" end y = true if not x then x = true goto again end return "fresh" end)
P(function() local first, a = true, false if true then goto lbl ::loop:: a = true ::lbl:: if first then first = false goto loop end end return a end)
P(function() local t = {} do local i = 1 ::l:: local v = i t[i] = function() return v end i = i + 1 if i < 4 then goto l end end return t[1](), t[2](), t[3]() end)

-- positions
P(function() assert(false) end) P(function() assert(nil, "text") end) P(function() assert(false, {}) end) P(function() assert(false, 12) end) P(assert, false, "direct") P(assert, 1, 2, 3) P(function() assert() end)
P(function() local t = {} t.x.y = 1 end) P(function() local a = "x" + 1 end) P(function() return 1 < "2" end) P(function() return {} .. "x" end) P(function() return #5 end) P(function() return -{} end)
P(function() local function f() error("lvl1") end f() end) P(function() local function f() error("lvl2", 2) end f() end) P(function() undefinedfunction() end) P(function() local t = {} t:nomethod() end)
P(function() return 1 & 1.5 end) P(function() return 2^53 | 1 end) P(function() return "a" | 1 end) P(function() return 1 // 0 end) P(function() return 1 % 0 end) P(function() return 1.0 // 0 end)

-- order of equal elements, ties and wrong functions
local function S(list, f) table.sort(list, f) local r = {} for i, v in ipairs(list) do r[i] = v.n or v end return table.concat(r, " ") end
local function items(k, m) local t = {} for i = 1, k do t[i] = {n = i, v = i * 7 % m} end return t end
for _, k in ipairs {2, 3, 4, 5, 8, 16, 50, 99, 100, 101, 102, 150, 400} do P(S, items(k, 3), function(a, b) return a.v < b.v end) P(S, items(k, 11), function(a, b) return a.v > b.v end) end
P(S, {3, 1, 2}) P(S, {"b", "a", "c", "B"}) P(S, {1, "a"}) P(S, {{}, {}}) P(S, {1, 2, 3, 4, 5}, function() return true end) P(S, {1.5, 1, 2^53, -1})

-- order of next, tables that change while they are walked
P(function() local t = {} for i = 1, 20 do t["k" .. i] = i end local c, s = 0, 0 for k, v in pairs(t) do t[k] = nil c = c + 1 s = s + v end return c, s, next(t) end)
P(function() local t = {} for i = 1, 20 do t["k" .. i] = i end for k in pairs(t) do t[k] = 0 end local s = 0 for _, v in pairs(t) do s = s + v end return s end)
P(function() local t = {1, 2, 3, x = 1, y = 2} local c = 0 for k in pairs(t) do if k == 2 then t[2] = nil t.x = nil end c = c + 1 end return c, #t end)
P(function() local t = {} for i = 1, 100 do t[i * 1000] = i end for i = 1, 100, 2 do t[i * 1000] = nil end local c = 0 for k, v in next, t do c = c + v end return c end)
P(function() local t = {} for r = 1, 50 do for i = 1, 30 do t["r" .. r .. "i" .. i] = i end for i = 1, 30 do t["r" .. r .. "i" .. i] = nil end end local c = 0 for _ in pairs(t) do c = c + 1 end t.last = 1 return c, t.last, next(t) end)
P(function() local t = {} for i = 1, 64 do t[i] = i end for i = 64, 1, -1 do t[i] = nil end t[1] = "a" return #t, t[1], next(t) end)
P(function() return next({}, "x") end) P(function() return next({x = 1}, "x") end) P(function() return next({10, 20}, 1) end) P(function() return next({10, 20}, 2) end)
P(function() local t = {} t[1.0] = "a" t[2^53] = "b" t[-0.0] = "c" return t[1], t[2^53 | 0], t[0] end)
P(function() local k = {} local t = {[k] = 1, [true] = 2, [print] = 3, [1.5] = 4, [math.huge] = 5} return t[k], t[true], t[print], t[1.5], t[math.huge], t[{}] end)
P(function() local t = {} t[0/0] = 1 end) P(function() local t = {} t[nil] = 1 end) P(function() return ({})[nil], ({})[0/0] end)
P(function() local bitmap = 1 << 57 | 1 << 2 local t = {[bitmap] = "x"} return bitmap, t[bitmap], string.format("%d %x %s", bitmap, bitmap, bitmap), tonumber(tostring(bitmap)) == bitmap, bitmap & 4, bitmap >> 57, type(bitmap), math.type(bitmap), bitmap .. "", bitmap > 2^56, bitmap == 2^57 + 4 end)
-- tokens in messages
for _, p in ipairs {"a.f\xf3", "\1", "x = 'a\\u{11ffffff", "x = 'a\\u11'", "x = '\\xr'", "x = [[a", "while << do", "1.000", "aa aa", "x = '\\400'", "x = 'a\nb'", "x = 0x", "x = 3..4", "local function", "for", "return return", "x =", "f(", "x = }", "--[[ a"} do P(load, p) end
-- what an error says of a value without a name
P(function() local function f() end return f().x end) P(function() return ("x").y.z end) P(function() return select(1, nil):m() end) P(function(...) (...).x = 1 end)
-- tables that are emptied and filled again
P(function() local t, c = {}, 0 for i = 1, 50 do t["k" .. i] = i end local k = next(t) while k do t[k] = nil c = c + 1 if c == 20 then t.new1 = "again" t.new3 = "too" end k = next(t) end return c, next(t) end)
P(function() local t = {} for i = 1, 20 do t["k" .. i] = i end for i = 1, 10 do t["k" .. i] = nil end local a = next(t) ~= nil t.k2 = 2 local n = 0 for _ in pairs(t) do n = n + 1 end return a, n end)
