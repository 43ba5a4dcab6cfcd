package bindings

import (
	"cmp"
	"slices"

	"ntopgo/compat/lua"
	"ntopgo/engine/flow"
	"ntopgo/engine/profile"
)

// Traffic profiles: names of filters over flows, whose traffic is counted.
func init() {
	register("ntop", map[string]func(c *Call){"reloadProfiles": func(c *Call) {
		if c.Admin() {
			c.Env.reloadProfiles()
		}
		c.Push(nil)
	}})
}

// profilesKey maps the names of profiles to their filters.
const profilesKey = "ntopng.prefs.profiles"

// readProfiles reads the profiles for one interface, as each counts for itself.
// A filter that cannot be understood is left out and reported.
func (e *Env) readProfiles() *profile.Set {
	texts, err := e.KV.HGetAll(profilesKey)
	if err != nil {
		e.Log.Logf(1, "traffic profiles: %v", err)
	}
	var list []*profile.Profile
	for name, text := range texts {
		f, err := profile.Compile(text, func(name string) (uint16, bool) {
			p, ok := e.DPI.ProtocolByName(name)
			if !ok {
				return 0, false
			}
			return p.ID, true
		})
		if err != nil {
			e.Log.Logf(1, "traffic profile %q: %v", name, err)
			continue
		}
		list = append(list, &profile.Profile{Name: name, Filter: f})
	}
	slices.SortFunc(list, func(a, b *profile.Profile) int { return cmp.Compare(a.Name, b.Name) })
	return profile.NewSet(list)
}

func (e *Env) reloadProfiles() {
	for _, i := range e.Interfaces() {
		i.SetProfiles(e.readProfiles())
	}
}

// setProfiles adds the bytes of each profile to the table of an interface, if
// there is any.
func (c *Call) setProfiles(t *lua.Table) {
	if c.Iface == nil {
		return
	}
	all := c.Iface.Profiles()
	if len(all) == 0 {
		return
	}
	bytes := lua.NewTable(len(all))
	for _, p := range all {
		bytes.Set(p.Name, p.Traffic().Bytes)
	}
	t.Set("profiles", bytes)
}

// setFlowProfile adds the profile that a flow belongs to.
func (c *Call) setFlowProfile(t *lua.Table, f *flow.Flow) {
	if c.Iface == nil {
		return
	}
	if name := c.Iface.ProfileOf(f); name != "" {
		t.Set("profile", name)
	}
}

// numProfiles is how many profiles are in force.
func (c *Call) numProfiles() int {
	for _, i := range c.Env.Interfaces() {
		return len(i.Profiles())
	}
	return 0
}
