package bindings

import (
	"errors"
	"fmt"

	"ntopgo/compat/authn"
	"ntopgo/compat/lua"
)

// RADIUS: what captive portals report of their users. Settings are read when
// they are needed, so that there is nothing to update.
func init() {
	register("ntop", map[string]func(c *Call){
		"updateRadiusLoginInfo": func(c *Call) { c.Push(nil) },
		"logRadius":             logRadius,
	})
	register("interface", map[string]func(c *Call){
		"radiusAccountingStart":  func(c *Call) { account(c, authn.AccountingStart, usageOfStart) },
		"radiusAccountingUpdate": func(c *Call) { account(c, authn.AccountingUpdate, usageOfUpdate) },
		"radiusAccountingStop":   func(c *Call) { account(c, authn.AccountingStop, usageOfStop) },
	})
}

// logRadius appends a line to the log of such events: kind, text.
func logRadius(c *Call) {
	if !c.needsStrings(2) {
		return
	}
	c.Push(!c.Failed(authn.LogRADIUS(c.Env.Layout.DataDir, c.String(1), c.String(2))))
}

// word is argument i as the accounting calls read it: "" when it is no string.
func (c *Call) word(i int) string {
	if c.Kind(i) != lua.String {
		return ""
	}
	return c.String(i)
}

func (c *Call) count(i int) uint32 { n, _ := c.Int(i); return uint32(n) }

// usageOfStart reads user, MAC, session, address, time.
func usageOfStart(c *Call) authn.Usage {
	return authn.Usage{User: c.word(1), MAC: c.word(2), Session: c.word(3), IP: c.word(4), Seconds: c.count(5)}
}

// usageOfUpdate reads MAC, session, user, password, address, bytes sent and
// received, packets sent and received, time.
func usageOfUpdate(c *Call) authn.Usage {
	return authn.Usage{MAC: c.word(1), Session: c.word(2), User: c.word(3), IP: c.word(5), BytesOut: c.count(6), BytesIn: c.count(7),
		PacketsOut: c.count(8), PacketsIn: c.count(9), Seconds: c.count(10)}
}

// usageOfStop reads user, session, MAC, address, bytes sent and received, packets
// sent and received, the reason of the end, time.
func usageOfStop(c *Call) authn.Usage {
	return authn.Usage{User: c.word(1), Session: c.word(2), MAC: c.word(3), IP: c.word(4), BytesOut: c.count(5), BytesIn: c.count(6),
		PacketsOut: c.count(7), PacketsIn: c.count(8), TerminateReason: c.count(9), Seconds: c.count(10)}
}

var errNoRADIUS = errors.New("RADIUS is switched off")

func account(c *Call, kind authn.AccountingKind, usage func(c *Call) authn.Usage) {
	u := usage(c)
	if c.Iface != nil {
		u.NASPortName = c.Iface.Name()
	}
	u.NASPort = uint32(max(c.IfaceID, 0))
	if c.Env.RADIUS == nil || !c.Env.RADIUS.Enabled() {
		c.Env.Log.Logf(3, "%s: %v", c.b.Key(), errNoRADIUS)
		c.Push(false)
		return
	}
	if u.User == "" || u.Session == "" {
		c.Failed(fmt.Errorf("user and session are needed"))
		c.Push(false)
		return
	}
	c.Push(!c.Failed(c.Env.RADIUS.Account(kind, u)))
}
