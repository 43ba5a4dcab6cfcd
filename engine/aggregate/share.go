package aggregate

// Side is how a group takes part in a flow.
type Side uint8

// Sides of a flow.
const (
	Client Side = iota // the client is a member
	Server             // the server is
	Inside             // both are
	Seen               // both are, and the group does not count it
)

// Share calls fn for every group that a flow between cli and srv, either of which
// may be nil, belongs to, once or once a side. Autonomous systems and operating
// systems count only what leaves them; countries and networks count apart what
// stays inside; pools, VLANs and observation points count a flow inside as its
// client sees it. These are ntopng's rules, but that it counts a flow inside an
// observation point twice.
func Share(cli, srv *Member, fn func(g *Group, side Side)) {
	for k := range kinds {
		share(k, cli, srv, fn)
	}
}

// share calls fn for the groups of kind k.
func share(k Kind, cli, srv *Member, fn func(g *Group, side Side)) {
	c, s := cli.Of(k), srv.Of(k)
	switch {
	case c != s:
		if c != nil {
			fn(c, Client)
		}
		if s != nil {
			fn(s, Server)
		}
	case c == nil:
	case k == AS || k == System:
		fn(c, Seen)
	case k == Country || k == Network:
		fn(c, Inside)
	default:
		fn(c, Client)
	}
}
