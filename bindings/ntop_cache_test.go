package bindings

import "testing"

func TestCacheBindings(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 2024)
	w.check("texts", `p(ntop.setPref("a", "1"), ntop.getPref("a"), ntop.setCache("b", true), ntop.getCache("b"), ntop.setCache("n", 5), ntop.getCache("n"), ntop.getCache("none"))`,
		"true 1 true true true 5 ;")
	w.check("only when missing", `p(ntop.setnxCache("nx", "1"), ntop.setnxCache("nx", "2", 60), ntop.getCache("nx"))`, "true false 1;")
	w.check("counted", `p(ntop.incrCache("c"), ntop.incrCache("c", 5), ntop.incrCache("a"))`, "1 6 2;")
	w.check("exchanged", `p(ntop.getsetCache("x", "old"), ntop.getsetCache("x", "new", 60), ntop.getCache("x"))`, " old new;")
	w.check("renamed and deleted", `ntop.renameCache("x", "y") local y = ntop.getCache("y") ntop.delCache("y") p(y, ntop.getCache("y"), ntop.getCache("x"))`, "new  ;")
	w.check("a life", `ntop.setCache("short", "1", 1) repeat ntop.msleep(20) until ntop.getCache("short") == "" p("gone")`, "gone;")
	w.check("keys", `ntop.setCache("k.1", "") ntop.setCache("k.2", "") p(ntop.getKeysCache("k.*"), ntop.getKeysCache("zz*"))`, "{k.1= k.2=} nil;")
	w.check("hash", `ntop.setHashCache("h", "f", "1") ntop.setHashCache("h", "g", "2") local all, keys = ntop.getHashAllCache("h"), ntop.getHashKeysCache("h")
ntop.delHashCache("h", "f") p(all, keys, ntop.getHashCache("h", "f"), ntop.getHashCache("h", "g"), ntop.getHashAllCache("none"), ntop.getHashKeysCache("none"))`,
		"{f=1 g=2} {f= g=}  2 nil nil;")
	w.check("list", `ntop.rpushCache("l", "b") ntop.rpushCache("l", "c") ntop.lpushCache("l", "a")
p(ntop.llenCache("l"), ntop.lrangeCache("l"), ntop.lrangeCache("l", 1, 1), ntop.listIndexCache("l", 0), ntop.listIndexCache("l", 9), ntop.lpopCache("l"), ntop.rpopCache("l"), ntop.lrangeCache("none"))`,
		"3 {1=a 2=b 3=c} {1=b} a nil a c nil;")
	w.check("bounded lists", `for i = 1, 5 do ntop.rpushCache("r", i, 2) ntop.lpushCache("q", i, 2) end ntop.rpushCache("t", "x") ntop.rpushCache("t", "y") ntop.rpushCache("t", "x")
ntop.ltrimCache("q", 0, 0) p(ntop.lrangeCache("r"), ntop.lrangeCache("q"), ntop.lremCache("t", "x"), ntop.lrangeCache("t"))`, "{1=4 2=5} {1=5} true {1=y};")
	w.check("set", `ntop.setMembersCache("s", "a") ntop.setMembersCache("s", "b") ntop.delMembersCache("s", "a") p(ntop.getMembersCache("s"), ntop.getMembersCache("none"))`, "{1=b} {};")
	w.check("dump and restore", `local d = ntop.dumpCache("h") ntop.delCache("h") p(ntop.hasDumpCache(), ntop.restoreCache("h", d), ntop.getHashAllCache("h"), ntop.restoreCache("h", "zz"), ntop.dumpCache("none"))`,
		"true true {g=2} false nil;")
	w.check("in memory", `ntop.setLuaCache("m", "1") p(ntop.getLuaCache("m"), ntop.getLuaCache("none"), ntop.dumpLuaCache())`, "1  {m=1};")
	w.check("state", `local s = ntop.getCacheStatus() p(s.dbsize > 5, type(s.info), ntop.getCacheStats().num_set > 0)`, "true string true;")
	w.check("health", `local i = ntop.getCacheStatus().info p(i:match("rdb_last_bgsave_status:(%w+)"), i:match("aof_last_write_status:(%w+)"), i:match("used_memory_rss:(%d+)") ~= nil)`, "ok ok true;")
	w.check("not by everybody", `p(ntop.flushCache())`, "false;", asUser("bob"))
	w.check("flushed", `p(ntop.flushCache(), ntop.getCache("a"))`, "true ;")
	w.check("wrong arguments", `ntop.setHashCache("h") ntop.delHashCache() ntop.rpushCache() ntop.lpushCache({}) ntop.delCache({}) ntop.renameCache("no", "x") ntop.setMembersCache() ntop.delMembersCache()
ntop.ltrimCache("none") ntop.setLuaCache()
p(ntop.getPref(nil), ntop.getHashCache("h"), ntop.lpopCache(nil), ntop.rpopCache({}), ntop.llenCache("none"), ntop.listIndexCache("none", "x"), ntop.restoreCache("x"), ntop.dumpCache(nil), ntop.getLuaCache(nil),
ntop.getKeysCache(nil), ntop.getHashKeysCache(nil), ntop.getHashAllCache({}), ntop.getMembersCache(nil), ntop.lrangeCache(nil), ntop.lremCache("none"))`,
		"nil nil nil nil 0 nil false nil  nil nil nil {} nil true;")
}

// Scripts of 2026 walk through the keys of a hash that does not exist.
func TestHashWithoutKeys(t *testing.T) {
	t.Parallel()
	newWorld(t, 2026).check("none", `p(ntop.getHashKeysCache("none"))`, "{};")
}
