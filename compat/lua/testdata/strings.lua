local function P(f, ...) local r = table.pack(pcall(f, ...)) for i = 1, r.n do r[i] = (math.type(r[i]) or "") .. " " .. tostring(r[i]) end print(table.concat(r, " | ")) end
-- strings, patterns, format
for _, a in ipairs{{"hello", 2}, {"hello", 2, 3}, {"hello", -3}, {"hello", -3, -2}, {"hello", 0}, {"hello", 10}, {"hello", 3, 2}, {"", 1}, {"hello", -100, 2}, {"hello", 2, 100}, {"hello", math.mininteger, math.maxinteger}} do P(string.sub, table.unpack(a)) end
P(string.rep, "ab", 3) P(string.rep, "ab", 3, "-") P(string.rep, "x", 0) P(string.rep, "x", -1) P(string.rep, "", 100) P(string.rep, "x", 1 << 40)
P(string.byte, "abc") P(string.byte, "abc", 2) P(string.byte, "abc", 1, -1) P(string.byte, "abc", 10) P(string.byte, "abc", -1) P(string.char) P(string.char, 72, 105) P(string.char, 256) P(string.char, -1)
P(string.upper, "aBc\xe9") P(string.lower, "ABc1") P(string.reverse, "abc") P(string.len, "a\0b") P(function() return #"a\0b", ("x"):rep(3), ("%d"):format(3) end)
local subjects = {"hello world", "key = value", "a.b.c", "  trim me  ", "2024-01-31", "(nested (parens))", "aaa", "", "x=1, y=2", "THE (quick) fox", "\0zero\0", "f(a,b)g(c)", "192.168.1.1:80"}
local patterns = {"%w+", "(%w+)%s*=%s*(%w+)", "%.", "^%s*(.-)%s*$", "(%d+)-(%d+)-(%d+)", "%b()", "a*", "a-", "a+b", ".-", "()", "(a)(b)?", "[^%s]+", "[%a_][%w_]*", "^(%d+)%.(%d+)%.(%d+)%.(%d+):?(%d*)$", "%f[%w]%w+", "%f[%W]", "[a-c]+", "[%]]", "[]]", "[^]]", "%z", "$", "^", "a$", "%$", "(()())", "x*$", ".", "%((.-)%)", "[+-]?%d+", "(.)%1", "%p", "%S+$", "[z-a]", "[a-]", "[-a]", "%u%l+", "%x+", "%g", "%c"}
for _, s in ipairs(subjects) do
  for _, p in ipairs(patterns) do
    local r = {}
    for _, x in ipairs(table.pack(string.find(s, p))) do r[#r + 1] = tostring(x) end
    r[#r + 1] = "/"
    for _, x in ipairs(table.pack(string.match(s, p))) do r[#r + 1] = tostring(x) end
    r[#r + 1] = "/"
    local n = 0
    for a, b in s:gmatch(p) do r[#r + 1] = tostring(a) .. "," .. tostring(b) n = n + 1 if n > 20 then break end end
    r[#r + 1] = "/"
    local g, c = s:gsub(p, "<%0>")
    r[#r + 1] = g r[#r + 1] = c
    print(s, p, (table.concat(r, " "):gsub("%z", "\\0")))
  end
end
for _, p in ipairs{"%", "[a", "[", "(", ")", "%b", "%bx", "%f", "(a", "a)", "%1", "(%1)", "[%", "[%a", "(()", "[^"} do P(string.find, "abc", p) P(string.gsub, "abc", p, "x") end
P(string.find, "a.b", ".", 1, true) P(string.find, "abc", "b", -1) P(string.find, "abc", "", 10) P(string.find, "abc", "", 4) P(string.find, "", "") P(string.match, "abc", "()", 2) P(string.find, "a+b", "+", 1, true) P(string.find, "abc", "b", -10)
P(string.gsub, "hello", "l", {l = "L"}) P(string.gsub, "hello", "l", function(c) return c:upper() end) P(string.gsub, "hello", "l", function() return false end) P(string.gsub, "hello", "l", "%%") P(string.gsub, "hello", "l", "%2") P(string.gsub, "hello", "l", "%") P(string.gsub, "hello", "(l)(l)", "%2%1%0") P(string.gsub, "hello", "", "-") P(string.gsub, "hello", "l", "x", 1) P(string.gsub, "hello", "l", "x", 0) P(string.gsub, "hello", "x*", "-") P(string.gsub, "abc", "%w", "%0%0", 2) P(string.gsub, "abc", "b", 5) P(string.gsub, "abc", "b", {b = {}}) P(string.gsub, "abc", "b", true) P(string.gsub, "a b", "%a", {a = 1, b = 2.5}) P(string.gsub, "^x", "^^", "y") P(string.gsub, "xx", "^x", "y")
P(function() local t = {} for k, v in ("a=1, b=2"):gmatch("(%w+)=(%w+)") do t[#t + 1] = k .. v end return table.concat(t, ";") end)
P(function() local t = {} for k in ("abc"):gmatch("") do t[#t + 1] = "." end return #t end) P(function() local t = {} for k in ("hello"):gmatch("l", 4) do t[#t + 1] = k end return #t end) P(function() local t = {} for w in ("^a^a"):gmatch("^a") do t[#t + 1] = w end return #t end)
local formats = {"%d", "%5d", "%-5d|", "%05d", "%+d", "% d", "%.3d", "%8.3d", "%i", "%u", "%c", "%x", "%X", "%#x", "%o", "%e", "%.2e", "%f", "%.0f", "%.2f", "%10.3f", "%-10.2f|", "%+.1f", "%g", "%.3g", "%#g", "%G", "%a", "%s", "%10s", "%-10s|", "%.2s", "%q", "%%", "%5.1s", "%08.2f", "%+5d", "%#o", "%020d", "%.20f", "%.14g", "%.17g", "%5c"}
local args = {0, 1, -1, 42, 255, 3.0, 3.7, -2.5, 1e15, 1e100, 1/0, -1/0, math.mininteger, "7", "text", "3.5", true}
for _, f in ipairs(formats) do
  for _, a in ipairs(args) do
    local ok, v = pcall(string.format, f, a)
    print(f, a, ok, (tostring(v):gsub("%z", "\\0")))
  end
end
P(string.format, "%s %s %s", nil, true, 1.5) P(string.format, "%s") P(string.format, "%d", "x") P(string.format, "%y", 1) P(string.format, "%", 1) P(string.format, "%10") P(string.format, "%0100d", 1) P(string.format, "%.100f", 1) P(string.format, "%q", 1/3) P(string.format, "%q", "a\n\"\\\0001\r") P(string.format, "%q", {}) P(string.format, "%-#d", 1) P(string.format, "% s", "x") P(string.format, "%s", setmetatable({}, {__tostring = function() return "TS" end})) P(string.format, "%s", setmetatable({}, {__tostring = function() return 1 end})) P(string.format, "%d %s", 1) P(string.format, "%5%")
P(tostring) P(tostring, nil) P(tostring, setmetatable({}, {__name = "My"}) == nil) P(function() return "a" < "b", "a" < "B", "" < "a", "a\0b" < "a\0c", "10" < "9", "Z" < "a" end)
P(function() return "\65\x41\u{48}\u{20AC}\z
   end", "tab\tq\"", 'single\'', [[long
string]], [==[a]]b]==], "\u{7FFFFFFF}" end)
P(function() return #"\u{7FFFFFFF}", "\
newline", "\0" == "\x00", "a\z   b" end)
for _, fmt in ipairs{"b", "B", "h", "H", "i", "I", "l", "j", "J", "T", "i3", "I5", "i16", "f", "d", "n", "s1", "s", "z", "c5", ">i4", "<i4", "!4i1i4", "i1x", "i1Xi4", "!i1Xi4", "=h", ">!2 b h"} do
  for _, v in ipairs{1, -1, 100, "abc", 2.5} do
    local ok, s = pcall(string.pack, fmt, v, v, v)
    if ok then
      print(fmt, v, (s:gsub(".", function(c) return ("%02x"):format(c:byte()) end)), pcall(string.unpack, fmt, s))
    else
      print(fmt, v, s)
    end
  end
  print(fmt, pcall(string.packsize, fmt))
end
P(string.unpack, "i4", "abc") P(string.unpack, "z", "abc") P(string.unpack, "s1", "\5ab") P(string.unpack, "i4", "abcdefgh", 5) P(string.unpack, "i4", "abcd", 10) P(string.pack, "i17", 1) P(string.pack, "q", 1) P(string.pack, "i1", 300) P(string.pack, "B", -1) P(string.pack, "z", "a\0b") P(string.pack, "c2", "abc") P(string.unpack, "i9", ("\255"):rep(9)) P(string.unpack, "I9", ("\255"):rep(9)) P(string.unpack, "<I2 >I2", "\1\2\1\2")
P(utf8.char, 72, 228, 8364, 0x10FFFF) P(utf8.len, "häß€") P(utf8.len, "\xff") P(utf8.len, "abc", 4) P(utf8.len, "abc", 5) P(utf8.codepoint, "h€", 1, -1) P(utf8.codepoint, "\xff") P(utf8.offset, "a€b", 3) P(utf8.offset, "a€b", -1) P(utf8.offset, "a€b", 0, 3) P(utf8.offset, "a€b", 1, 3) P(utf8.offset, "abc", 5) P(utf8.len, "\u{D800}") P(utf8.len, "\u{D800}", 1, -1, true) P(utf8.len, "\u{7FFFFFFF}", 1, -1, true) P(utf8.char, -1) P(function() local t = {} for p, c in utf8.codes("a€b") do t[#t + 1] = p .. ":" .. c end return table.concat(t, " ") end) P(function() for p, c in utf8.codes("a\xffb") do end end) P(function() return utf8.charpattern end)
