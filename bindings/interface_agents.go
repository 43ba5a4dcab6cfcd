package bindings

import (
	"ntopgo/compat/lua"
	"ntopgo/engine/flow"
)

// Group "eBPF / Containers" and the flows of processes: what agents on the hosts
// told about the flows that are collected.
func init() {
	register("interface", map[string]func(c *Call){
		"getContainersStats": getContainers,
		"getPodsStats":       getPods,
		"findPidFlows":       findPIDFlows,
		"findNameFlows":      findNameFlows,
		"reloadCompanions":   reloadCompanions,
	})
}

// containerSum is what the flows of a container, or of a pod, have together.
type containerSum struct {
	ids                      map[string]bool
	info                     *flow.Container
	clients, servers         int
	clientRTT, serverRTT     float64
	clientRTTVar, serverRTTV float64
}

func (s *containerSum) add(a *flow.Agent, client bool) {
	if client {
		s.clients++
		s.clientRTT += a.TCP.RTT
		s.clientRTTVar += a.TCP.RTTVariance
	} else {
		s.servers++
		s.serverRTT += a.TCP.RTT
		s.serverRTTV += a.TCP.RTTVariance
	}
	if s.ids == nil {
		s.ids = map[string]bool{}
	}
	if id := a.Container.ID; id != "" {
		s.ids[id] = true
	}
}

func mean(sum float64, n int) float64 {
	if n == 0 {
		return 0
	}
	return sum / float64(n)
}

func (s *containerSum) table() *lua.Table {
	return lua.NewTable(8).
		Set("num_containers", len(s.ids)).
		Set("num_flows.as_client", s.clients).
		Set("num_flows.as_server", s.servers).
		Set("rtt_as_client", mean(s.clientRTT, s.clients)).
		Set("rtt_as_server", mean(s.serverRTT, s.servers)).
		Set("rtt_variance_as_client", mean(s.clientRTTVar, s.clients)).
		Set("rtt_variance_as_server", mean(s.serverRTTV, s.servers))
}

// containerSums groups the ends of the flows that run in containers; key says what
// by, "" leaves an end out.
func (c *Call) containerSums(key func(*flow.Container) string) map[string]*containerSum {
	sums := map[string]*containerSum{}
	c.eachAllowedFlow(func(f *flow.Flow) {
		if f.Origin == nil {
			return
		}
		for i, a := range [2]*flow.Agent{&f.Origin.Client, &f.Origin.Server} {
			if a.Container == nil {
				continue
			}
			k := key(a.Container)
			if k == "" {
				continue
			}
			s := sums[k]
			if s == nil {
				s = &containerSum{}
				sums[k] = s
			}
			s.info = a.Container
			s.add(a, i == 0)
		}
	})
	return sums
}

// hasContainers says whether any flow is of a pod, and of a container.
func (c *Context) hasContainers() (pods, containers bool) {
	if !c.collects() {
		return false, false
	}
	c.eachFlow(func(f *flow.Flow) {
		if o := f.Origin; o != nil {
			for _, k := range [2]*flow.Container{o.Client.Container, o.Server.Container} {
				pods, containers = pods || k != nil && k.Pod != "", containers || k != nil
			}
		}
	})
	return pods, containers
}

// getContainers takes the pod to which the containers must belong; without one all
// are meant.
func getContainers(c *Call) {
	pod, filter := "", c.Kind(1) == lua.String
	if filter {
		pod = c.String(1)
	}
	sums := c.containerSums(func(k *flow.Container) string {
		if filter && k.Pod != pod {
			return ""
		}
		return k.ID
	})
	t := lua.NewTable(len(sums))
	for id, s := range sums {
		s.ids = nil // only pods count their containers
		t.Set(id, s.table().Set("info", containerTable(s.info)))
	}
	c.Push(t)
}

func getPods(c *Call) {
	sums := c.containerSums(func(k *flow.Container) string { return k.Pod })
	t := lua.NewTable(len(sums))
	for pod, s := range sums {
		t.Set(pod, s.table())
	}
	c.Push(t)
}

// findPIDFlows takes the number of a process.
func findPIDFlows(c *Call) {
	if c.Kind(1) != lua.Number {
		c.wrongArgument(1, "number")
		return
	}
	pid := uint32(c.Integer(1))
	c.pushProcessFlows(func(p *flow.Process) bool { return p.PID == pid })
}

// findNameFlows takes the name of a process.
func findNameFlows(c *Call) {
	if c.Kind(1) != lua.String {
		c.wrongArgument(1, "string")
		return
	}
	name := c.String(1)
	c.pushProcessFlows(func(p *flow.Process) bool { return p.Name == name })
}

// pushProcessFlows answers with the flows that a process is an end of, by their
// keys. Only administrators may ask.
func (c *Call) pushProcessFlows(match func(*flow.Process) bool) {
	if !c.Admin() {
		return
	}
	var found []flow.Flow
	c.eachFlow(func(f *flow.Flow) {
		if o := f.Origin; o != nil && (o.Client.Process != nil && match(o.Client.Process) || o.Server.Process != nil && match(o.Server.Process)) {
			found = append(found, f.Own())
		}
	})
	t := lua.NewTable(len(found))
	for i := range found {
		t.Set(found[i].DisplayKey(), c.flowTable(&found[i], levelNormal))
	}
	c.Push(t)
}

// reloadCompanions takes the interface whose companions are read again: the
// interfaces that get what agents tell this one.
func reloadCompanions(c *Call) {
	if c.Kind(1) != lua.Number {
		c.wrongArgument(1, "number")
	} else if f := c.Env.collection(int(c.Integer(1))).ReloadCompanions; f != nil {
		f()
	}
	c.Push(nil)
}
