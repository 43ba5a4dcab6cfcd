package lua

import (
	"context"
	"os"
	"strings"
	"testing"
)

// jsonProgram encodes and decodes values that it makes up, and texts that are
// right, nearly right and wrong. "result" is everything that came back.
const jsonProgram = `
	package.path = dir .. "/scripts/lua/modules/?.lua"
	local json = require "dkjson"
	local out = {}
	local function show(v, depth)
		if type(v) ~= "table" then return math.type(v) == "float" and string.format("f%.17g", v) or type(v) .. ":" .. tostring(v) end
		if depth > 20 then return "deep" end
		local keys, r = {}, {}
		for k in pairs(v) do keys[#keys + 1] = k end
		table.sort(keys, function(a, b) return type(a) .. tostring(a) < type(b) .. tostring(b) end)
		for i, k in ipairs(keys) do r[i] = show(k, 0) .. "=" .. show(v[k], depth + 1) end
		local meta = getmetatable(v)
		return (meta and meta.__jsontype or "") .. "{" .. table.concat(r, ",") .. "}"
	end
	local function P(name, f, ...)
		local r = table.pack(pcall(f, ...))
		for i = 1, r.n do r[i] = show(r[i], 0):gsub("0x%x+", "ADDR") end
		out[#out + 1] = name .. " " .. table.concat(r, " ", 1, r.n)
	end
	local function E(...) P("enc", json.encode, ...) P("line", function(...) local s = json.encode(...) return s end, ...) end
	local function D(...) P("dec", json.decode, ...) end

	math.randomseed(42)
	local random = math.random
	local function text()
		local r = {}
		for i = 1, random(0, 12) do
			local k = random(8)
			r[i] = k == 1 and string.char(random(0, 255)) or k == 2 and utf8.char(random(1, 0xffff)) or k == 3 and ({"\"", "\\", "/", "\n", "\t", "\r", "\b", "\f", "\127", "\0"})[random(10)]
				or k == 4 and ({"\u{80}", "\u{ad}", "\u{600}", "\u{605}", "\u{70f}", "\u{17b4}", "\u{200b}", "\u{200c}", "\u{2028}", "\u{2060}", "\u{feff}", "\u{fff0}", "\u{ffff}", "\u{10000}"})[random(14)]
				or string.char(random(32, 126))
		end
		return table.concat(r)
	end
	local function value(depth)
		local k = random(depth > 4 and 6 or 9)
		if k == 1 then return nil elseif k == 2 then return random(2) == 1
		elseif k == 3 then return random(-1000, 1000) elseif k == 4 then return (random() - 0.5) * 10 ^ random(-20, 25)
		elseif k == 5 or k == 6 then return text() end
		local t = {}
		if k == 7 then for i = 1, random(0, 6) do t[i] = value(depth + 1) end
		elseif k == 8 then for i = 1, random(0, 5) do t[text()] = value(depth + 1) end
		else for i = 1, random(0, 5) do t[random(1, 14)] = value(depth + 1) end if random(3) == 1 then t.mixed = 1 end end
		return t
	end
	for i = 1, 1500 do
		local v = value(0)
		E(v)
		local ok, s = pcall(json.encode, v)
		if ok then
			D(s)
			local at = random(1, #s)
			D(s:sub(1, at)) D(s:sub(1, at) .. ({" ", ",", "]", "}", "\"", "\\", "x", "0", "//c\n", "/* c */", "\n\t", ":"})[random(12)] .. s:sub(at + 1)) D("  " .. s .. " tail")
		end
	end
	for _, v in ipairs {1, -0.0, 0.5, 1e15, 1e100, 123456789012, 2^53, 2^63, math.mininteger, math.maxinteger, 1 << 57 | 4, math.huge, -math.huge, 3.0, 1e300 * 10, 0/0, true, "", {}, {{}}, {1, nil, 3},
		{n = 3}, {n = 2.5}, {n = "x"}, {1, 2, n = 5}, {[1] = 1, [20] = 2}, {[11] = 1}, {[10] = 1}, {[0] = 1}, {[-1] = 1}, {[1.5] = 1}, {[true] = 1}, {[{}] = 1}, {print}, {a = print}, coroutine.create(print),
		setmetatable({}, {__jsontype = "object"}), setmetatable({1}, {__jsontype = "object"}), setmetatable({}, {__jsontype = "array"}), setmetatable({a = 1, b = 2}, {__jsonorder = {"b", "a"}}),
		setmetatable({}, {__tojson = function() return "custom" end}), setmetatable({}, {__tojson = function() return nil, "no" end}), setmetatable({}, {__index = function(_, k) return k end}),
		setmetatable({1, 2}, {__pairs = function(t) return next, {x = 1}, nil end}), {json.null}, {a = json.null, b = {json.null, 1}}} do E(v) end
	E() E(nil) E({1, {2}}, {indent = true}) E({a = {b = {}}}, {indent = true, level = 2}) E({b = 1, a = 2}, {keyorder = {"a", "b"}}) E({print}, {exception = json.encodeexception})
	local cycle = {} cycle.x = {cycle} E(cycle) E({cycle, a = cycle})
	local same = {1} E({same, same}) local deep = {} for i = 1, 150 do deep = {deep} end E(deep) D(("["):rep(150) .. ("]"):rep(150)) D(("["):rep(150))
	for _, s in ipairs {"", " ", "null", "nul", "nullx", "true", "true ", "false]", "trueish", "1", "-1", "+1", "01", "1.", ".5", "1.5.5", "1e5", "1E+5", "1e", "1-2", "0x10", "9223372036854775807", "9223372036854775808", "-0", "1e400",
		"[]", "[ ]", "[1]", "[1 2]", "[1,,2]", "[,1]", "[1,]", "[null]", "[null,1]", "[1,null,3]", "[1", "{}", "{ }", "{\"a\":1}", "{\"a\":null}", "{\"a\":1,\"a\":2}", "{\"a\" 1}", "{a:1}", "{1:2}", "{null:1}", "{\"a\":1,}", "{\"a\":}", "{\"a\"}", "{\"a\":1",
		"\"", "\"a", "\"a\"", "\"\\u0041\"", "\"\\u00e9\\u20ac\"", "\"\\ud83d\\ude00\"", "\"\\ud83d\"", "\"\\ude00\"", "\"\\ud83d\\u0041\"", "\"\\u00\"", "\"\\u 41x\"", "\"\\uzzzz\"", "\"\\x\"", "\"\\/\"", "\"\\\"", "\"a\nb\"", "// c\n1", "/* c */ [1]", "\239\187\191[1]", "[1] // end", "{\"a\":[{\"b\":\"c\"},[]]} x", "1\0", "[1\0]", "'a'", "[\"a\",'b']"} do D(s) end
	D("[1]", 1) D("[1]", 2) D("x[1]", 2) D("[null]", 1, "NULL") D("[null]", 1, nil) D("[1]", 1, nil, nil) D("{}", 1, nil, {__x = 1}, {__y = 1}) D(5) D({}) D() D(nil) D("[1]", "1") D("[1]", 1.0)
	P("same meta", function() local v = json.decode('[[1],{"a":{}},[]]') return getmetatable(v) == getmetatable(v[1]), getmetatable(v[2]) == getmetatable(v[2].a), getmetatable(v) ~= getmetatable(v[2]), getmetatable(json.decode("[]")) ~= getmetatable(v) end)
	P("position", function() local ok, e = pcall(function() json.encode({print}) end) return e end)
	P("name", function() return select(2, xpcall(json.encode, debug.traceback, print)):match("attempt") end)
	result = table.concat(out, "\n")`

// TestTwinJSON compares dkjson's own code with its twin.
func TestTwinJSON(t *testing.T) {
	trees := os.Getenv("NTOPNG_TREES")
	if trees == "" {
		t.Skip("NTOPNG_TREES names no trees of ntopng scripts")
	}
	for _, dir := range strings.Split(trees, ":") {
		run := func(noTwins bool) []string {
			vm := newTestVM(t, Config{NoTwins: noTwins})
			if err := vm.SetGlobal("dir", dir); err != nil {
				t.Fatal(err)
			}
			if err := vm.RunString(context.Background(), jsonProgram, "=program"); err != nil {
				t.Fatal(err)
			}
			s, _ := vm.Global("result").(string)
			return strings.Split(s, "\n")
		}
		own, native := run(true), run(false)
		if len(own) < 7000 || len(own) != len(native) {
			t.Fatalf("%s: %d lines by the module, %d by its twin", dir, len(own), len(native))
		}
		for i := range own {
			if own[i] != native[i] {
				t.Fatalf("%s: line %d\nmodule %q\ntwin   %q", dir, i+1, own[i], native[i])
			}
		}
	}
}
