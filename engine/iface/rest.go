package iface

import (
	"sync"

	"ntopgo/engine/flow"
)

// rest is what the flows of a shard have left to pass on when no packet will follow. Of a
// file that is much, and shards are not done with it at the same time: workers without
// other work help.
type rest struct {
	s       *shard // held by whom it belongs to
	left    *flow.Rest
	helpers sync.WaitGroup // added to under the crew's mu, while the rest is offered
}

// passRest passes on what the flows of s have left. On live interfaces checks look at
// flows meanwhile, for which there is one place in a shard: nobody can help.
func (s *shard) passRest(c *crew) {
	r := &rest{s: s, left: s.flows.Rest()}
	defer r.left.Drop()
	if !s.i.Live() {
		c.offer(r)
		defer r.helpers.Wait()
		defer c.withdraw(r)
	}
	r.pass(&s.passer)
}

// restParts is how many parts of what is left are passed on before groups hear of it: the
// more there are, the less often a group moves from core to core.
const restParts = 8

// pass passes on what nobody else does.
func (r *rest) pass(p *passer) {
	defer p.toGroups()
	rooms := new([restParts]flow.RestPart)
	for n := 0; ; n++ {
		if n == restParts {
			p.toGroups()
			n = 0
		}
		part, ok := r.left.Take(&rooms[n])
		if !ok {
			return
		}
		p.passOn(r.s, part)
	}
}

// help is pass by worker n of the crew.
func (r *rest) help(n int) {
	defer r.helpers.Done()
	defer r.s.i.recovered("passing on what flows gained, the rest of which another does")
	r.pass(&passer{first: n})
}

// offer lets workers help with r.
func (c *crew) offer(r *rest) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.rests = append(c.rests, r)
	c.wakeOne(r.s.number)
}

// withdraw ends that.
func (c *crew) withdraw(r *rest) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for n := range c.rests {
		if c.rests[n] == r {
			c.rests = append(c.rests[:n], c.rests[n+1:]...)
			return
		}
	}
}

// toHelp takes part in what a shard has left, if there is one with anything.
func (c *crew) toHelp() (j job, ok bool) {
	for _, r := range c.rests {
		if r.left.Left() {
			r.helpers.Add(1)
			return job{help: r}, true
		}
	}
	return j, false
}
