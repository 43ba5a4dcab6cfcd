package bindings

import (
	"encoding/json"
	"fmt"
	"math"
	"strconv"
	"time"

	"ntopgo/compat/lua"
	"ntopgo/engine/host"
)

// What sets counters back, and the sites that hosts visit.
func init() {
	register("interface", map[string]func(c *Call){
		"resetHostStats":    func(c *Call) { resetHost(c, false) },
		"deleteHostData":    func(c *Call) { resetHost(c, true) },
		"resetMacStats":     func(c *Call) { resetMAC(c, false) },
		"deleteMacData":     func(c *Call) { resetMAC(c, true) },
		"resetHostTopSites": resetHostTopSites,
		"updateTopSites":    updateTopSites,
		"getHostAttributes": getHostAttributes,
	})
	register("interface", map[string]func(c *Call){
		"getHostTags":            func(c *Call) { c.hostTagsArg(math.MaxUint64) },
		"getUserDefinedHostTags": func(c *Call) { c.hostTagsArg(userTagsMask) },
		"setHostTags":            setHostTags,
	})
}

// resetHost takes a host, and true when only the figures about address lists are
// meant, of which there are none. It says whether the host was found.
func resetHost(c *Call, forget bool) {
	if c.Kind(1) != lua.String {
		c.wrongArgument(1, "string")
		c.Push(nil)
		return
	}
	h := c.findHostArg1()
	if h == nil {
		c.Push(false)
		return
	}
	if listsOnly, _ := c.Bool(2); !listsOnly {
		c.Iface.ResetHost(h, forget)
	}
	c.Push(true)
}

func resetMAC(c *Call, forget bool) {
	if c.Kind(1) != lua.String {
		c.wrongArgument(1, "string")
		c.Push(nil)
		return
	}
	m := c.findMAC()
	if m != nil {
		m.Reset(forget, c.Iface.Now().UnixNano())
	}
	c.Push(m != nil)
}

// resetHostTopSites takes a host and, if it is not part of that, a VLAN.
func resetHostTopSites(c *Call) {
	if c.Kind(1) != lua.String {
		c.wrongArgument(1, "string")
		return
	}
	if h := c.findHostArg(1); h != nil {
		h.ResetSites()
	}
}

// topSites is how many sites are listed.
const topSites = 20

// sitesJSON is site -> visits of the most visited ones.
func sitesJSON(list []host.Visits) string {
	m := map[string]uint64{}
	for _, v := range list[:min(len(list), topSites)] {
		m[v.Site] = v.Times
	}
	b, err := json.Marshal(m)
	if err != nil {
		return "{}"
	}
	return string(b)
}

// topTalkers is the preference without which no sites are shown.
const topTalkers = "host_top_sites_creation"

// interfaceSites joins the sites of the local hosts.
func (c *Call) interfaceSites() []host.Visits {
	sum := map[string]uint64{}
	if c.Iface != nil {
		for _, h := range c.Iface.Hosts() {
			if h.Local {
				for _, v := range h.Sites() {
					sum[v.Site] += v.Times
				}
			}
		}
	}
	return host.Ranking(sum)
}

// updateTopSites keeps what was visited most so far for two hours, under the key
// that the pages about past sites read.
func updateTopSites(c *Call) {
	if c.Iface != nil && c.Env.Prefs.Bool(topTalkers) {
		now := time.Now()
		key := "ntopng.cache._" + strconv.Itoa(c.IfaceID) + "_" + strconv.Itoa(now.Day()) + "_" + strconv.Itoa(now.Hour()) +
			"_" + strconv.Itoa(now.Minute()-now.Minute()%5)
		c.Failed(c.Env.KV.SetEx(key, sitesJSON(c.interfaceSites()), 2*time.Hour))
	}
	c.Push(nil)
}

// getHostAttributes is what alerts say about their host, as JSON.
func getHostAttributes(c *Call) {
	h := c.findHostArg(1)
	if h == nil {
		c.Push(nil)
		return
	}
	d := h.Snapshot()
	b, err := json.Marshal(map[string]any{"name": or(c.hostName(h, &d), h.Addr.String()), "localhost": h.Local,
		"systemhost": h.System, "privatehost": private(h.Addr), "broadcast_domain_host": c.inBroadcastDomain(h.Addr),
		"dhcpHost": c.isDHCP(h, &d), "is_blacklisted": c.isBlacklisted(h.Addr), "is_broadcast": c.isBroadcast(h),
		"is_multicast": h.Addr.IsMulticast()})
	if c.Failed(err) {
		c.Push(nil)
		return
	}
	c.Push(string(b))
}

// hostTagsKey is the prefix under which the tags of hosts are kept, followed by
// "interface_address@vlan". Users give the upper half of the bits.
const (
	hostTagsKey  = "ntopng.prefs.host_tags_bitmap."
	userTagsMask = 0xffffffff00000000
)

func (c *Context) tagsKey(k host.Key) string {
	return fmt.Sprintf("%s%d_%s@%d", hostTagsKey, c.IfaceID, k.Addr, k.VLAN)
}

// hostTags is a set of bits. All are read once per call, as listings ask for
// every host's.
func (c *Call) hostTags(k host.Key) uint64 {
	if !c.tagsRead {
		c.tagsRead = true
		keys, err := c.Env.KV.Keys(fmt.Sprintf("%s%d_*", hostTagsKey, c.IfaceID))
		c.Failed(err)
		c.tags = make(map[string]uint64, len(keys))
		for _, name := range keys {
			s, _, err := c.Env.KV.Get(name)
			if n, bad := strconv.ParseUint(s, 10, 64); !c.Failed(err) && bad == nil {
				c.tags[name] = n
			}
		}
	}
	if len(c.tags) == 0 {
		return 0
	}
	return c.tags[c.tagsKey(k)]
}

// hostTagsArg takes a host, which need not be known to the interface now.
func (c *Call) hostTagsArg(mask uint64) {
	k, ok := parseHost(c.OptString(1, ""), 0)
	switch {
	case c.Iface == nil || c.Kind(1) != lua.String:
		c.wrongArgument(1, "string")
	case !ok || !c.AllowsAddr(k.Addr):
		c.Push(0)
	default:
		c.Push(c.hostTags(k) & mask)
	}
}

// setHostTags takes a host and the bits that a user gives it.
func setHostTags(c *Call) {
	k, ok := parseHost(c.OptString(1, ""), 0)
	if c.Kind(1) != lua.String || c.Kind(2) != lua.Number {
		c.wrongArgument(1, "string, followed by a number")
	} else if ok && c.Iface != nil && c.AllowsAddr(k.Addr) {
		key := c.tagsKey(k)
		if tags := uint64(c.Integer(2)) & userTagsMask; tags == 0 {
			_, err := c.Env.KV.Del(key)
			c.Failed(err)
		} else {
			c.Failed(c.Env.KV.Set(key, strconv.FormatUint(tags, 10)))
		}
	}
	c.Push(nil)
}

// findHostArg1 is the host that argument 1 alone names; see findHostArg.
func (c *Call) findHostArg1() *host.Host {
	k, ok := parseHost(c.OptString(1, ""), 0)
	if !ok || c.Iface == nil {
		return nil
	}
	return c.visible(c.Iface.Host(k))
}
