package lua

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestTwinI18n compares the store that the native load fills with the one that
// the module's own code fills, over every locale of the trees and odd inputs.
func TestTwinI18n(t *testing.T) {
	trees := os.Getenv("NTOPNG_TREES")
	if trees == "" {
		t.Skip("NTOPNG_TREES names no trees of ntopng scripts")
	}
	const dump = `
		package.path = dir .. "/scripts/lua/modules/?/init.lua;" .. dir .. "/scripts/lua/modules/?.lua"
		local i18n = require "i18n"
		local function store() local i = 1 while true do local n, v = debug.getupvalue(i18n.set, i) if n == "store" then return v end i = i + 1 end end
		local function show(t, out, prefix)
			for k, v in pairs(t) do
				if type(v) == "table" then out[#out + 1] = prefix .. k .. "{}" show(v, out, prefix .. k .. "/") else out[#out + 1] = prefix .. k .. "=" .. tostring(v) end
			end
			return out
		end
		local function try(data) return tostring((pcall(i18n.load, data))) end
		local res = {}
		ntop = setmetatable({}, {__index = function() return function() return "x" end end})
		local texts = 0
		for i, f in ipairs(files) do
			local data = loadfile(f)()
			local name = "locale" .. i
			res[#res + 1] = try({[name] = data})
			if store()[name] then texts = texts + 1 end
		end
		if texts < #files then error("not all locales were stored") end
		local again = loadfile(files[1])()
		res[#res + 1] = try({locale1 = again})
		res[#res + 1] = try({x = {["a.b"] = "dotted", c = "plain"}})
		res[#res + 1] = try({x = {a = "overwrites"}}) .. try({y = {}}) .. try({}) .. try({z = {deep = {deeper = {text = "t"}}}}) .. try({z = {deep = {more = "m"}}})
		res[#res + 1] = try({p = {other = "many", one = "one"}})
		res[#res + 1] = try({n = 5}) .. try({e = ""}) .. try(nil) .. try("s")
		res[#res + 1] = tostring(i18n.translate("c", {locale = "x"})) .. tostring(i18n.translate("deep.more", {locale = "z"}))
		local out = show(store(), {}, "")
		table.sort(out)
		result = table.concat(res, " ") .. "\n" .. table.concat(out, "\n")`
	for _, dir := range strings.Split(trees, ":") {
		files := NewTable(0)
		locales, _ := filepath.Glob(filepath.Join(dir, "scripts/locales/*.lua"))
		if len(locales) == 0 {
			t.Fatalf("no locales in %s", dir)
		}
		for _, f := range locales {
			files.Append(f)
		}
		run := func(noTwins bool) string {
			vm := newTestVM(t, Config{NoTwins: noTwins})
			for k, v := range map[string]any{"dir": dir, "files": files} {
				if err := vm.SetGlobal(k, v); err != nil {
					t.Fatal(err)
				}
			}
			if err := vm.RunString(context.Background(), dump, "=dump"); err != nil {
				t.Fatal(err)
			}
			s, _ := vm.Global("result").(string)
			return s
		}
		own, native := run(true), run(false)
		if len(own) < 100000 || own != native {
			t.Errorf("%s: %d bytes by the module, %d by its twin, equal: %v", dir, len(own), len(native), own == native)
		}
	}
}
