package bindings

import (
	"time"

	"ntopgo/compat/lua"
	"ntopgo/compat/users"
)

// Group "User Management & Authentication". Changes are for administrators,
// except that users may change their own password and language.
func init() {
	register("ntop", map[string]func(c *Call){
		"getNologinUser":                 func(c *Call) { c.Push("nologin") },
		"getUsers":                       getUsers,
		"isAdministrator":                func(c *Call) { c.Push(c.Admin()) },
		"isLoginDisabled":                func(c *Call) { c.Push(c.Env.Options.DisableLogin) },
		"isLoginBlacklisted":             func(c *Call) { c.Push(c.Env.Users.Blocked(c.RemoteAddr)) },
		"isPcapDownloadAllowed":          func(c *Call) { c.Push(c.can(users.CapPcapDownload)) },
		"getAllowedNetworks":             func(c *Call) { c.Push(c.AllowedNets) },
		"getAllowedHostPools":            getAllowedHostPools,
		"getUserObservationPointId":      func(c *Call) { c.Push(c.ObsID) },
		"getRandomCSRFValue":             func(c *Call) { c.Push(c.CSRF) },
		"resetUserPassword":              resetUserPassword,
		"addUser":                        addUser,
		"deleteUser":                     func(c *Call) { c.Push(c.Admin() && !c.Failed(c.Env.Users.Delete(c.String(1)))) },
		"changeUserRole":                 setField("group", nil),
		"changeAllowedNets":              setField("allowed_nets", nil),
		"changeAllowedIfname":            func(c *Call) { c.Push(c.Admin() && !c.Failed(c.Env.Users.SetAllowedIfname(c.String(1), c.String(2)))) },
		"changeUserHostPool":             setField("host_pool_id", nil),
		"changeAllowedHostPools":         setField("allowed_host_pools", nil),
		"changeUserFullName":             setField("full_name", nil),
		"changeUserLanguage":             setField("language", ownRecord),
		"changePcapDownloadPermission":   setFlag("allow_pcap"),
		"changeHistoricalFlowPermission": setFlag("allow_historical_flow"),
		"changeAlertsPermission":         setFlag("allow_alerts"),
		"createUserSession":              createUserSession,
		"createUserAPIToken":             createUserAPIToken,
		"getUserAPIToken":                getUserAPIToken,
	})
}

// getAllowedHostPools is the set of pools that the user is limited to, id ->
// true, empty without such a limit.
func getAllowedHostPools(c *Call) {
	t := lua.NewTable(0)
	for id := range c.allowedPools() {
		t.Set(id, true)
	}
	c.Push(t)
}

// can says whether the user has a capability.
func (c *Context) can(cap users.Capability) bool {
	return c.Admin() || c.Capabilities&(1<<cap) != 0
}

func ownRecord(c *Call, name string) bool { return c.User == name }

// setField changes one field of an account; beside administrators those may
// whom also lets.
func setField(field string, also func(c *Call, name string) bool) func(c *Call) {
	return func(c *Call) {
		name, value := c.String(1), c.OptString(2, "")
		allowed := c.Admin() || also != nil && also(c, name)
		c.Push(allowed && c.Env.Users.Exists(name) && !c.Failed(c.Env.Users.SetField(name, field, value)))
	}
}

func setFlag(field string) func(c *Call) {
	return func(c *Call) {
		name := c.String(1)
		c.Push(c.Admin() && c.Env.Users.Exists(name) && !c.Failed(c.Env.Users.SetAllowed(name, field, c.OptBool(2, false), 0)))
	}
}

func getUsers(c *Call) {
	t := lua.NewTable(4)
	list, err := c.Env.Users.List()
	if c.Failed(err) {
		c.Push(t)
		return
	}
	for _, u := range list {
		if !c.Admin() && u.Name != c.User {
			continue
		}
		e := lua.NewTable(12).
			Set("full_name", u.FullName).
			Set("password", u.PasswordHash).
			Set("group", u.Group).
			Set("language", u.Language).
			Set("allowed_nets", u.AllowedNets).
			Set("allowed_ifname", u.AllowedIfname).
			SetStr("allowed_host_pools", u.AllowedHostPools)
		for k, on := range map[string]bool{"allow_pcap_download": u.AllowPcap,
			"allow_historical_flows": u.AllowHistorical, "allow_alerts": u.AllowAlerts} {
			if on {
				e.Set(k, true)
			}
		}
		if u.HostPoolID != "" {
			e.Set("host_pool_id", u.HostPoolID)
		}
		t.Set(u.Name, e)
	}
	c.Push(t)
}

// resetUserPassword takes who asks, whose password, the old one and the new.
// An administrator may leave the old one empty.
func resetUserPassword(c *Call) {
	name, old, fresh := c.String(2), c.OptString(3, ""), c.String(4)
	if !c.Admin() && (name != c.User || old == "") {
		c.Push(false)
		return
	}
	c.Push(!c.Failed(c.Env.Users.ResetPassword(name, old, fresh)))
}

func addUser(c *Call) {
	if !c.Admin() {
		c.Push(false)
		return
	}
	a := users.Account{Name: c.String(1), FullName: c.String(2), Group: c.String(4), AllowedNets: c.String(5),
		AllowedIfname: c.OptString(6, ""), HostPoolID: c.OptString(7, ""), Language: c.OptString(8, ""),
		AllowPcap: c.OptBool(9, false), AllowHistorical: c.OptBool(10, false), AllowAlerts: c.OptBool(11, false),
		AllowedHostPools: c.OptString(12, "")}
	c.Push(!c.Failed(c.Env.Users.Add(a, c.String(3))))
}

func createUserSession(c *Call) {
	name := c.String(1)
	if !c.Admin() && name != c.User {
		return
	}
	life := time.Duration(c.OptInteger(2, c.Env.Prefs.Int("auth_session_duration"))) * time.Second
	s, err := c.Env.Users.CreateSessionFor(name, life)
	if c.Failed(err) {
		return
	}
	c.Push(s.ID)
}

func createUserAPIToken(c *Call) {
	name := c.String(1)
	if !c.Admin() && name != c.User {
		c.Push(nil)
		return
	}
	token, err := c.Env.Users.CreateToken(name)
	c.pushUnless(err, token)
}

func getUserAPIToken(c *Call) {
	name := c.String(1)
	token := c.Env.Users.Token(name)
	if token == "" || !c.Admin() && name != c.User {
		c.Push(nil)
		return
	}
	c.Push(token)
}
