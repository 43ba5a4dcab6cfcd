package bindings

import (
	"encoding/hex"
	"strconv"
	"time"

	"ntopgo/compat/lua"
)

// Group "Redis / Cache": the key-value store as scripts see it. A missing key
// reads as "" where the original pushes an empty string, and as nil where it
// pushes nil.
func init() {
	register("ntop", map[string]func(c *Call){
		"getCache": getCache, "getPref": getCache,
		"setCache": setCache, "setPref": setCache,
		"setnxCache":       setnxCache,
		"incrCache":        incrCache,
		"delCache":         func(c *Call) { _, err := c.Env.KV.Del(c.String(1)); c.Failed(err) },
		"getKeysCache":     getKeysCache,
		"renameCache":      func(c *Call) { c.Failed(c.Env.KV.Rename(c.String(1), c.String(2))) },
		"getCacheStatus":   getCacheStatus,
		"getCacheStats":    getCacheStats,
		"dumpCache":        dumpCache,
		"restoreCache":     restoreCache,
		"getHashCache":     getHashCache,
		"setHashCache":     func(c *Call) { c.Failed(c.Env.KV.HSet(c.String(1), c.String(2), c.String(3))) },
		"delHashCache":     func(c *Call) { _, err := c.Env.KV.HDel(c.String(1), c.String(2)); c.Failed(err) },
		"getHashKeysCache": getHashKeysCache,
		"getHashAllCache":  getHashAllCache,
		"lpushCache":       func(c *Call) { pushList(c, true) },
		"rpushCache":       func(c *Call) { pushList(c, false) },
		"lpopCache":        func(c *Call) { s, ok, err := c.Env.KV.LPop(c.String(1)); c.pushFound(s, ok, err) },
		"rpopCache":        func(c *Call) { s, ok, err := c.Env.KV.RPop(c.String(1)); c.pushFound(s, ok, err) },
		"lrangeCache":      lrangeCache,
		"ltrimCache":       func(c *Call) { c.Failed(c.Env.KV.LTrim(c.String(1), c.Integer(2), c.Integer(3))) },
		"llenCache":        func(c *Call) { n, err := c.Env.KV.LLen(c.String(1)); c.pushUnless(err, n) },
		"lremCache":        func(c *Call) { _, err := c.Env.KV.LRem(c.String(1), 0, c.String(2)); c.Push(!c.Failed(err)) },
		"setMembersCache":  func(c *Call) { _, err := c.Env.KV.SAdd(c.String(1), c.String(2)); c.Failed(err) },
		"delMembersCache":  func(c *Call) { _, err := c.Env.KV.SRem(c.String(1), c.String(2)); c.Failed(err) },
		"getMembersCache":  getMembersCache,
		"setLuaCache":      func(c *Call) { c.Env.luaCache.Store(c.String(1), cacheValue(c, 2)) },
		"getLuaCache":      getLuaCache,
		"dumpLuaCache":     dumpLuaCache,
		"getsetCache":      getsetCache,
		"flushCache":       flushCache,
		"listIndexCache":   listIndexCache,
		"hasDumpCache":     func(c *Call) { c.Push(true) },
	})
}

// pushUnless pushes v, or nil when err says that it is not known.
func (c *Call) pushUnless(err error, v any) {
	if c.Failed(err) {
		c.Push(nil)
		return
	}
	c.Push(v)
}

// pushFound pushes s if it was found, nil otherwise.
func (c *Call) pushFound(s string, ok bool, err error) {
	if c.Failed(err) || !ok {
		c.Push(nil)
		return
	}
	c.Push(s)
}

// needsStrings pushes nil and says false when one of the first n arguments is no
// string: the original answers nothing then, which scripts tell from "".
func (c *Call) needsStrings(n int) bool {
	for i := 1; i <= n; i++ {
		if c.Kind(i) != lua.String {
			c.wrongArgument(i, "string")
			c.Push(nil)
			return false
		}
	}
	return true
}

func getCache(c *Call) {
	if !c.needsStrings(1) {
		return
	}
	s, _, err := c.Env.KV.Get(c.String(1))
	c.Failed(err)
	c.Push(s)
}

func setCache(c *Call) {
	key, value := c.String(1), cacheValue(c, 2)
	if secs := c.OptInteger(3, 0); secs > 0 {
		c.Push(!c.Failed(c.Env.KV.SetEx(key, value, time.Duration(secs)*time.Second)))
		return
	}
	c.Push(!c.Failed(c.Env.KV.Set(key, value)))
}

func setnxCache(c *Call) {
	done, err := c.Env.KV.SetNX(c.String(1), cacheValue(c, 2))
	if secs := c.OptInteger(3, 0); done && secs > 0 {
		_, err = c.Env.KV.Expire(c.String(1), time.Duration(secs)*time.Second)
	}
	c.Failed(err)
	c.Push(done)
}

func incrCache(c *Call) {
	n, err := c.Env.KV.Incr(c.String(1), c.OptInteger(2, 1))
	c.pushUnless(err, n)
}

// keySet is how the original lists keys: a table with the keys as keys.
func (c *Call) keySet(keys []string, err error) {
	if c.Failed(err) || len(keys) == 0 {
		c.Push(nil)
		return
	}
	t := lua.NewTable(len(keys))
	for _, k := range keys {
		t.Set(k, "")
	}
	c.Push(t)
}

func getKeysCache(c *Call) {
	keys, err := c.Env.KV.Keys(c.String(1))
	c.keySet(keys, err)
}

// getHashKeysCache answers nil for a hash that does not exist. Trees of 2026 get
// an empty table: one of their scripts walks through it unseen, and none of the
// community's tells the two apart.
func getHashKeysCache(c *Call) {
	keys, err := c.Env.KV.HKeys(c.String(1))
	if err == nil && len(keys) == 0 && c.Env.TreeYear >= 2026 {
		c.Push(lua.NewTable(0))
		return
	}
	c.keySet(keys, err)
}

func getHashCache(c *Call) {
	if !c.needsStrings(2) {
		return
	}
	s, _, err := c.Env.KV.HGet(c.String(1), c.String(2))
	c.Failed(err)
	c.Push(s)
}

func getHashAllCache(c *Call) {
	m, err := c.Env.KV.HGetAll(c.String(1))
	if c.Failed(err) || len(m) == 0 {
		c.Push(nil)
		return
	}
	t := lua.NewTable(len(m))
	for k, v := range m {
		t.Set(k, v)
	}
	c.Push(t)
}

func list(items []string) *lua.Table {
	t := lua.NewTable(0)
	for _, s := range items {
		t.Append(s)
	}
	return t
}

func getMembersCache(c *Call) {
	m, err := c.Env.KV.SMembers(c.String(1))
	if c.Failed(err) {
		return
	}
	c.Push(list(m))
}

func lrangeCache(c *Call) {
	items, err := c.Env.KV.LRange(c.String(1), c.OptInteger(2, 0), c.OptInteger(3, -1))
	if c.Failed(err) || len(items) == 0 {
		c.Push(nil)
		return
	}
	c.Push(list(items))
}

// pushList appends to a list; the third argument bounds its length by dropping
// from the other end.
func pushList(c *Call, left bool) {
	key, value, limit := c.String(1), c.String(2), c.OptInteger(3, 0)
	var err error
	if left {
		_, err = c.Env.KV.LPush(key, value)
	} else {
		_, err = c.Env.KV.RPush(key, value)
	}
	if err == nil && limit > 0 {
		if left {
			err = c.Env.KV.LTrim(key, 0, limit-1)
		} else {
			err = c.Env.KV.LTrim(key, -limit, -1)
		}
	}
	c.Failed(err)
}

func dumpCache(c *Call) {
	b, ok, err := c.Env.KV.Dump(c.String(1))
	c.pushFound(hex.EncodeToString(b), ok, err)
}

func restoreCache(c *Call) {
	b, err := hex.DecodeString(c.String(2))
	if err == nil {
		err = c.Env.KV.Restore(c.String(1), b, 0)
	}
	c.Push(!c.Failed(err))
}

func getCacheStatus(c *Call) {
	info, err := c.Env.KV.Info()
	if c.Failed(err) {
		return
	}
	n, err := c.Env.KV.DBSize()
	if c.Failed(err) {
		return
	}
	c.Push(lua.NewTable(2).Set("info", info).Set("dbsize", n))
}

func getCacheStats(c *Call) {
	s := c.Env.KV.Stats()
	t := lua.NewTable(len(s))
	for k, v := range s {
		t.Set(k, v)
	}
	c.Push(t)
}

func getLuaCache(c *Call) {
	v, ok := c.Env.luaCache.Load(c.String(1))
	if !ok {
		c.Push("")
		return
	}
	c.Push(v)
}

func dumpLuaCache(c *Call) {
	t := lua.NewTable(0)
	c.Env.luaCache.Range(func(k, v any) bool { t.Set(k, v); return true })
	c.Push(t)
}

func getsetCache(c *Call) {
	old, err := c.Env.KV.Do("GETSET", c.String(1), cacheValue(c, 2))
	if secs := c.OptInteger(3, 0); err == nil && secs > 0 {
		_, err = c.Env.KV.Expire(c.String(1), time.Duration(secs)*time.Second)
	}
	if c.Failed(err) {
		return
	}
	b, _ := old.([]byte)
	c.Push(string(b))
}

func flushCache(c *Call) {
	if !c.Admin() {
		c.Push(false)
		return
	}
	c.Push(!c.Failed(c.Env.KV.FlushDB()))
}

func listIndexCache(c *Call) {
	s, ok, err := c.Env.KV.LIndex(c.String(1), c.Integer(2))
	c.pushFound(s, ok, err)
}

// cacheValue is an argument as it is stored: numbers become whole numbers,
// booleans the words true and false.
func cacheValue(c *Call, i int) string {
	switch c.Kind(i) {
	case lua.Boolean:
		return strconv.FormatBool(c.Truthy(i))
	case lua.Number:
		n, _ := c.Int(i)
		return strconv.FormatInt(n, 10)
	}
	return c.OptString(i, "")
}
