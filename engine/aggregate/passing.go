package aggregate

// Passing is what some flows gained, on its way to the groups of their ends. Most flows
// belong to the same few groups, whose locks all shards want: they are taken once for
// many flows. The zero value is empty.
type Passing struct {
	flows []flowGained
}

type flowGained struct {
	cli, srv           *Member
	asClient, asServer Gained
}

// Add adds what a flow between cli and srv, either of which may be nil, gained as each of
// its ends sees it. What the gains point to must last until they are passed on.
func (p *Passing) Add(cli, srv *Member, asClient, asServer *Gained) {
	p.flows = append(p.flows, flowGained{cli, srv, *asClient, *asServer})
}

// Pass takes what was added to the groups, kind after kind from the first-th on, and is
// empty then. Who passes on at the same time should begin elsewhere. Kinds that another is
// at come last: to wait for a lock takes longer than to pass on.
func (p *Passing) Pass(first int) {
	defer p.forget()
	var later [kinds]Kind
	left := later[:0]
	for n := range kinds {
		if k := (n + Kind(first%Kinds)) % kinds; !p.passKind(k, false) {
			left = append(left, k)
		}
	}
	for _, k := range left {
		p.passKind(k, true)
	}
}

func (p *Passing) forget() {
	clear(p.flows)
	p.flows = p.flows[:0]
}

// passKind passes on to groups of kind k. It does nothing and returns false when another
// has the first of them, unless it is to wait.
func (p *Passing) passKind(k Kind, wait bool) bool {
	locked := p.firstOf(k)
	if locked == nil {
		return true
	}
	if wait {
		locked.mu.Lock()
	} else if !locked.mu.TryLock() {
		return false
	}
	defer func() { locked.mu.Unlock() }()
	for i := range p.flows {
		f := &p.flows[i]
		share(k, f.cli, f.srv, func(g *Group, side Side) {
			if g != locked {
				locked.mu.Unlock()
				locked = g
				locked.mu.Lock()
			}
			switch side {
			case Client:
				g.gain(&f.asClient)
			case Server:
				g.gain(&f.asServer)
			case Inside:
				g.gainInside(&f.asClient)
			case Seen:
				g.gainSeen(&f.asClient)
			}
		})
	}
	return true
}

// firstOf is the first group of kind k that gets anything, nil when there is none.
func (p *Passing) firstOf(k Kind) (first *Group) {
	for i := range p.flows {
		share(k, p.flows[i].cli, p.flows[i].srv, func(g *Group, _ Side) {
			if first == nil {
				first = g
			}
		})
		if first != nil {
			return first
		}
	}
	return nil
}
