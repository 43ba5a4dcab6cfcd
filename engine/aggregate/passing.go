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
// empty then. Who passes on at the same time should begin elsewhere.
func (p *Passing) Pass(first int) {
	defer p.forget()
	for n := range kinds {
		p.passKind((n + Kind(first%Kinds)) % kinds)
	}
}

func (p *Passing) forget() {
	clear(p.flows)
	p.flows = p.flows[:0]
}

func (p *Passing) passKind(k Kind) {
	var locked *Group
	defer func() {
		if locked != nil {
			locked.mu.Unlock()
		}
	}()
	for i := range p.flows {
		f := &p.flows[i]
		share(k, f.cli, f.srv, func(g *Group, side Side) {
			if g != locked {
				if locked != nil {
					locked.mu.Unlock()
				}
				g.mu.Lock()
				locked = g
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
}
