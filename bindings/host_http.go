package bindings

import (
	"ntopgo/compat/lua"
	"ntopgo/engine/host"
)

// httpStats is what is counted of the HTTP messages of a local host.
func (c *Context) httpStats(h *host.Host, d *host.Data) *lua.Table {
	at := c.ratesAt()
	names := lua.NewTable(0)
	for _, v := range h.VirtualHosts(at) {
		names.Set(v.Name, virtualHost(&v))
	}
	return lua.NewTable(3).Set("virtual_hosts", names).Set("sender", httpTable(&d.HTTPSent, at)).
		Set("receiver", httpTable(&d.HTTPRcvd, at))
}

// ratesAt is the time by which rates are asked for: nothing has a rate once a file
// was read.
func (c *Context) ratesAt() int64 {
	const later = 60e9
	if c.Iface == nil {
		return 0
	}
	at := c.Iface.Now().UnixNano()
	if !c.Iface.Live() && !c.Iface.Loading() {
		at += later
	}
	return at
}

// Trends of a counter, by ntopng's numbers.
const (
	trendUp     = 1
	trendDown   = 2
	trendStable = 3
)

func virtualHost(v *host.VirtualHost) *lua.Table {
	trend := trendStable
	if v.Recent > v.Before {
		trend = trendUp
	} else if v.Recent < v.Before {
		trend = trendDown
	}
	return lua.NewTable(7).
		Set("bytes.sent", v.Sent).
		Set("bytes.rcvd", v.Rcvd).
		Set("http.requests", v.Requests).
		Set("http.act_num_requests", v.Recent).
		Set("http.requests_trend", trend)
}

func httpTable(m *host.HTTPMessages, at int64) *lua.Table {
	query := lua.NewTable(6).Set("total", m.Get+m.Post+m.Head+m.Put+m.Other).Set("num_get", m.Get).
		Set("num_post", m.Post).Set("num_head", m.Head).Set("num_put", m.Put).Set("num_other", m.Other)
	var all uint64
	for _, n := range m.Status {
		all += n
	}
	r := m.Rate(at)
	response, rates := lua.NewTable(6).Set("total", all), lua.NewTable(5)
	for i, k := range []string{"1xx", "2xx", "3xx", "4xx", "5xx"} {
		response.Set("num_"+k, m.Status[i+1])
		rates.Set(k, r.Status[i+1])
	}
	rate := lua.NewTable(2).
		Set("query", lua.NewTable(5).Set("get", r.Get).Set("post", r.Post).Set("head", r.Head).Set("put", r.Put).Set("other", r.Other)).
		Set("response", rates)
	return lua.NewTable(3).Set("query", query).Set("response", response).Set("rate", rate)
}

// listHTTPHosts lists the names that local web servers were asked for; argument 1
// takes one of them. Of servers with the same name the last one is shown, as in the
// original.
func listHTTPHosts(c *Call) {
	name, one := c.Str(1)
	t := lua.NewTable(0)
	if c.Iface != nil {
		at := c.ratesAt()
		for _, h := range c.Iface.Hosts() {
			if !h.Local || !c.AllowsAddr(h.Addr) {
				continue
			}
			for _, v := range h.VirtualHosts(at) {
				if !one || v.Name == name {
					t.Set(v.Name, virtualHost(&v).Set("server.ip", h.Addr.String()).Set("server.vlan", h.VLAN))
				}
			}
		}
	}
	c.Push(t)
}
