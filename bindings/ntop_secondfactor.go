package bindings

import (
	"encoding/json"

	"ntopgo/compat/lua"
	"ntopgo/compat/users"
)

// Groups "MFA / TOTP" and passkeys (WebAuthn). Secrets and switches are set by
// administrators; users manage their own passkeys.
func init() {
	register("ntop", map[string]func(c *Call){
		"generateTOTPSecret":     func(c *Call) { s, err := c.Env.Users.NewTOTPSecret(); c.pushUnless(err, s) },
		"setUserTOTPSecret":      setTOTPSecret,
		"getUserTOTPSecret":      getTOTPSecret,
		"setUserTOTPEnabled":     setTOTPEnabled,
		"isTOTPEnabled":          func(c *Call) { c.pushStringOf(1, func(u string) any { return c.Env.Users.TOTPEnabled(u) }) },
		"validateTOTP":           validateTOTP,
		"getTOTPProvisioningUri": getTOTPURI,

		"isWebAuthnEnabled":                   func(c *Call) { c.pushStringOf(1, func(u string) any { return len(c.Env.Users.Passkeys(u)) > 0 }) },
		"generateWebAuthnRegistrationOptions": registrationOptions,
		"completeWebAuthnRegistration":        completeRegistration,
		"getWebAuthnCredentials":              getPasskeys,
		"deleteWebAuthnCredential":            deletePasskey,
		"getWebAuthnPendingToken":             getPendingPasskey,
	})
}

// pushStringOf pushes f of string argument i, nil when it is no string.
func (c *Call) pushStringOf(i int, f func(s string) any) {
	if c.Kind(i) != lua.String {
		c.wrongArgument(i, "string")
		c.Push(nil)
		return
	}
	c.Push(f(c.String(i)))
}

// self says that a user or an administrator asks about that user.
func (c *Context) self(name string) bool { return c.Admin() || c.User != "" && c.User == name }

func setTOTPSecret(c *Call) {
	if !c.Admin() || !c.needsStrings(2) {
		c.Push(nil)
		return
	}
	c.Push(!c.Failed(c.Env.Users.SetTOTPSecret(c.String(1), c.String(2))))
}

func getTOTPSecret(c *Call) {
	secret := ""
	if c.Admin() {
		secret = c.Env.Users.TOTPSecret(c.String(1))
	}
	if secret == "" {
		c.Push(nil)
		return
	}
	c.Push(secret)
}

func setTOTPEnabled(c *Call) {
	if !c.Admin() || c.Kind(2) != lua.Boolean || !c.needsStrings(1) {
		c.Push(nil)
		return
	}
	c.Push(!c.Failed(c.Env.Users.SetTOTPEnabled(c.String(1), c.Truthy(2))))
}

func validateTOTP(c *Call) {
	if !c.needsStrings(2) {
		return
	}
	c.Push(c.self(c.String(1)) && c.Env.Users.CheckTOTP(c.String(1), c.String(2)))
}

func getTOTPURI(c *Call) {
	uri := ""
	if name := c.String(1); c.self(name) {
		uri = c.Env.Users.TOTPURI(name)
	}
	if uri == "" {
		c.Push(nil)
		return
	}
	c.Push(uri)
}

func registrationOptions(c *Call) {
	name := c.String(1)
	if name == "" || !c.self(name) {
		c.Push(nil)
		return
	}
	challenge, err := c.Env.Users.BeginRegistration(name)
	c.pushUnless(err, lua.NewTable(2).Set("challenge", challenge).Set("username", name))
}

func completeRegistration(c *Call) {
	if !c.needsStrings(8) {
		return
	}
	if !c.self(c.String(1)) {
		c.Push(nil)
		return
	}
	c.Push(!c.Failed(c.Env.Users.FinishRegistration(c.String(1), c.String(2), c.String(3), c.String(4), c.String(5),
		c.String(6), users.Site{Origin: c.String(7), Domain: c.String(8)})))
}

// getPasskeys is JSON text: an array of {id, name, sign_count}.
func getPasskeys(c *Call) {
	c.pushStringOf(1, func(name string) any {
		keys := []users.Passkey{}
		if c.self(name) {
			keys = c.Env.Users.Passkeys(name)
		}
		text, err := json.Marshal(keys)
		if c.Failed(err) {
			return nil
		}
		return string(text)
	})
}

func deletePasskey(c *Call) {
	if !c.needsStrings(2) {
		return
	}
	c.Push(c.self(c.String(1)) && !c.Failed(c.Env.Users.DeletePasskey(c.String(1), c.String(2))))
}

// getPendingPasskey is called by the page that asks for the passkey, before
// anybody is logged in: who holds the token has given the password.
func getPendingPasskey(c *Call) {
	p, err := c.Env.Users.PendingPasskey(c.String(1))
	if err != nil {
		c.Push(nil)
		return
	}
	c.Push(lua.NewTable(3).Set("username", p.User).Set("referer", p.Referer).Set("challenge", p.Challenge))
}
