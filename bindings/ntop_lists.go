package bindings

import (
	"errors"
	"io/fs"
	"os"
	"sync"

	"ntopgo/compat/lua"
	"ntopgo/engine/dpi"
)

// Custom categories of group "nDPI / Protocol Classification": scripts build a
// new set of lists between initnDPIReload and finalizenDPIReload, which puts it
// into force as a whole.
func init() {
	register("ntop", map[string]func(c *Call){
		"initnDPIReload":         initReload,
		"finalizenDPIReload":     finalizeReload,
		"loadCustomCategoryFile": loadCategoryFile,
		"loadCustomCategoryIp":   func(c *Call) { loadCategory(c, (*dpi.Custom).AddAddressCategory) },
		"loadCustomCategoryHost": func(c *Call) { loadCategory(c, (*dpi.Custom).AddHostCategory) },
		"setDomainMask":          setDomainMask,
		"addTrustedIssuerDN":     addTrustedIssuer,
		"matchCustomCategory":    matchCategory,
		"setnDPIProtoCategory":   setProtoCategory,
		"isCustomApplication":    func(c *Call) { n, ok := c.Int(1); c.Push(ok && n >= 0 && n <= 0xffff && c.Env.DPI.IsCustom(uint16(n))) },
		"getBlacklistStats":      getBlacklistStats,
		"resetBlacklistStats":    func(c *Call) { c.Env.lists.reset(c.Env.DPI); c.Push(nil) },
	})
}

// listReload is a set of lists that is being built, and the hits of the sets
// before it.
type listReload struct {
	mu       sync.Mutex
	building *dpi.Custom
	past     map[string]uint64 // hits in sets that are no longer in force
	zero     map[string]uint64 // hits at the last reset
}

// total is every list's hits since the start; the lock is held.
func (l *listReload) total(e *dpi.Engine) map[string]uint64 {
	out := map[string]uint64{}
	for name, n := range l.past {
		out[name] = n
	}
	if c := e.Custom(); c != nil {
		for _, list := range c.Lists() {
			if n := list.Hits(); n > 0 {
				out[list.Name] += n
			}
		}
	}
	return out
}

func (l *listReload) reset(e *dpi.Engine) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.zero = l.total(e)
}

// during runs f on the set that is being built, and says false without one.
func (l *listReload) during(f func(c *dpi.Custom)) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.building == nil {
		return false
	}
	f(l.building)
	return true
}

// initReload begins a set; the rules of -p are read again for it.
func initReload(c *Call) {
	l := &c.Env.lists
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.building != nil {
		c.Env.Log.Logf(1, "%s: a reload is under way", c.b.Key())
		c.Push(false)
		return
	}
	custom := c.Env.DPI.NewCustom()
	if file := c.Env.Options.NDPIProtocolsFile; file != "" {
		err := custom.ReadRulesFile(file, func(err error) { c.Env.Log.Logf(1, "%v", err) })
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			c.Failed(err)
		}
	}
	l.building = custom
	c.Push(true)
}

func finalizeReload(c *Call) {
	l := &c.Env.lists
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.building == nil {
		c.Env.Log.Logf(1, "%s: no reload is under way", c.b.Key())
		c.Push(true)
		return
	}
	past := l.total(c.Env.DPI)
	if !c.Failed(c.Env.DPI.Load(l.building)) {
		l.past = past
	}
	l.building = nil
	c.Push(true)
}

// category is argument i as a category's number.
func (c *Call) category(i int) (uint8, bool) {
	n, ok := c.Int(i)
	if !ok || n < 0 || n > 0xff {
		c.wrongArgument(i, "number")
		return 0, false
	}
	return uint8(n), true
}

// loadCategoryFile takes file, format, category, list and whether to leave
// private addresses out, and answers with the number of entries.
func loadCategoryFile(c *Call) {
	category, ok := c.category(3)
	name, okName := c.Str(4)
	if !ok || !okName || c.Kind(1) != lua.String {
		c.Push(0)
		return
	}
	f, err := os.Open(c.String(1))
	if c.Failed(err) {
		c.Push(0)
		return
	}
	defer func() { _ = f.Close() }()
	n := 0
	if !c.Env.lists.during(func(custom *dpi.Custom) {
		var bad int
		n, bad, err = custom.ReadList(f, dpi.ListFormat(c.Integer(2)), category, name, c.OptBool(5, false))
		if bad > 0 {
			c.Env.Log.Logf(3, "%s: %d lines of %s cannot be used", c.b.Key(), bad, c.String(1))
		}
	}) {
		c.Env.Log.Logf(1, "%s: no reload is under way", c.b.Key())
	}
	c.Failed(err)
	c.Push(n)
}

// loadCategory adds one host or network.
func loadCategory(c *Call, add func(custom *dpi.Custom, what string, category uint8, list string) error) {
	category, ok := c.category(2)
	if !ok || c.Kind(1) != lua.String || c.Kind(3) != lua.String {
		c.Push(false)
		return
	}
	var err error
	done := c.Env.lists.during(func(custom *dpi.Custom) { err = add(custom, c.String(1), category, c.String(3)) })
	c.Push(done && !c.Failed(err))
}

// setDomainMask leaves a name and those below it out of all risks.
func setDomainMask(c *Call) {
	if domain := c.String(1); domain != "" {
		c.Env.lists.during(func(custom *dpi.Custom) { c.Failed(custom.MaskHost(domain, 0)) })
	}
	c.Push(nil)
}

func addTrustedIssuer(c *Call) {
	if dn := c.String(1); dn != "" {
		c.Env.lists.during(func(custom *dpi.Custom) { custom.TrustIssuer(dn) })
	}
	c.Push(nil)
}

func matchCategory(c *Call) {
	c.pushStringOf(1, func(host string) any {
		if category, _, ok := c.Env.DPI.MatchCategory(host); ok {
			return category
		}
		return nil
	})
}

func setProtoCategory(c *Call) {
	category, ok := c.category(2)
	if id, isID := c.Int(1); ok && isID && id >= 0 && id <= 0xffff {
		c.Failed(c.Env.DPI.SetProtocolCategory(uint16(id), category))
	}
	c.Push(nil)
}

// getBlacklistStats maps lists to flows that met them: in all, and since the
// last reset.
func getBlacklistStats(c *Call) {
	l := &c.Env.lists
	l.mu.Lock()
	defer l.mu.Unlock()
	t := lua.NewTable(0)
	for name, n := range l.total(c.Env.DPI) {
		t.Set(name, lua.NewTable(2).Set("total", n).Set("current", n-min(n, l.zero[name])))
	}
	c.Push(t)
}
