package bindings

import (
	"strconv"
	"strings"

	"ntopgo/engine/flow"
	"ntopgo/engine/host"
)

// allowedPools are the ids of the host pools that the user is limited to, nil
// when there is no such limit. It is read once per run.
func (c *Context) allowedPools() map[int]bool {
	if c.poolsRead {
		return c.poolsAllowed
	}
	c.poolsRead = true
	if c.Admin() || c.User == "" {
		return nil
	}
	for _, s := range strings.Split(c.Env.Users.Field(c.User, "allowed_host_pools"), ",") {
		if id, err := strconv.Atoi(strings.TrimSpace(s)); err == nil {
			if c.poolsAllowed == nil {
				c.poolsAllowed = map[int]bool{}
			}
			c.poolsAllowed[id] = true
		}
	}
	return c.poolsAllowed
}

// allowsHost says whether the user may see a host: its address is in one of the
// user's networks, and the host in one of the user's pools. d is what is known of
// it, under its lock.
func (c *Context) allowsHost(h *host.Host, d *host.Data) bool {
	if !c.AllowsAddr(h.Addr) {
		return false
	}
	pools := c.allowedPools()
	if pools == nil {
		return true
	}
	id, _ := c.hostPools().Of(h.Addr, h.VLAN, d.Mac)
	return pools[id]
}

// seesHost is allowsHost for one whose lock is not held.
func (c *Context) seesHost(h *host.Host) (ok bool) {
	h.Update(func(d *host.Data) { ok = c.allowsHost(h, d) })
	return ok
}

// limited says whether there is anything that the user may not see.
func (c *Context) limited() bool { return c.allowed() != nil || c.allowedPools() != nil }

// seesFlow says whether the user may see a flow: one of its ends.
func (c *Context) seesFlow(f *flow.Flow) bool {
	if !c.AllowsAddr(f.Client) && !c.AllowsAddr(f.Server) {
		return false
	}
	if c.allowedPools() == nil {
		return true
	}
	return f.Cli != nil && c.seesHost(f.Cli) || f.Srv != nil && c.seesHost(f.Srv)
}
