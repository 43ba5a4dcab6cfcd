package bindings

import (
	"fmt"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"

	"ntopgo/compat/users"
	"ntopgo/compat/users/passkeytest"
)

// asUser is an unprivileged user who sees everything.
func asUser(name string) func(c *Context) {
	return func(c *Context) { c.User, c.Group, c.Capabilities = name, "unprivileged", 0 }
}

func TestOneTimePasswordBindings(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 2026)
	if err := w.env.Users.Add(users.Account{Name: "eve", Group: users.GroupUnprivileged}, "secret"); err != nil {
		t.Fatal(err)
	}
	w.check("a secret", `local s = ntop.generateTOTPSecret()
p(#s, ntop.setUserTOTPSecret("eve", s), ntop.getUserTOTPSecret("eve") == s, ntop.getTOTPProvisioningUri("eve") ==
  "otpauth://totp/ntopng:eve?secret=" .. s .. "&issuer=ntopng&digits=6&period=30")`, "32 true true true;")
	code, err := totp.GenerateCode(w.env.Users.TOTPSecret("eve"), time.Now())
	if err != nil {
		t.Fatal(err)
	}
	w.check("a code", fmt.Sprintf(`p(ntop.validateTOTP("eve", %q), ntop.validateTOTP("eve", "12345"), ntop.validateTOTP("bob", %q))`, code, code),
		"true false false;")
	w.check("switched on", `p(ntop.isTOTPEnabled("eve"), ntop.setUserTOTPEnabled("eve", true), ntop.isTOTPEnabled("eve"))`, "false true true;")
	w.check("wrong arguments", `p(ntop.setUserTOTPSecret("eve"), ntop.setUserTOTPSecret("nobody", "AAAA"), ntop.setUserTOTPSecret("eve", "1"),
ntop.getUserTOTPSecret(nil), ntop.setUserTOTPEnabled("eve", "yes"), ntop.isTOTPEnabled(nil), ntop.validateTOTP("eve"), ntop.getTOTPProvisioningUri("x"))`,
		"nil false false nil nil nil nil nil;")
	w.check("not for others", fmt.Sprintf(`p(ntop.getUserTOTPSecret("eve"), ntop.setUserTOTPSecret("eve", "AAAA"), ntop.setUserTOTPEnabled("eve", false),
ntop.validateTOTP("eve", %q), ntop.getTOTPProvisioningUri("eve"))`, code), "nil nil nil false nil;", asUser("bob"))
}

func TestPasskeyBindings(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 2026)
	key := passkeytest.New(t, "https://host", "host")
	challenge := w.run(`local o = ntop.generateWebAuthnRegistrationOptions("eve") print(o.challenge)`, asUser("eve"))
	client, attestation := key.Register(challenge)
	code := fmt.Sprintf(`p(ntop.completeWebAuthnRegistration("eve", "blue", %q, %q, %q, %q, "https://host", "host"))`, key.ID(), client, attestation, challenge)
	w.check("not by others", code, "nil;", asUser("bob"))
	w.check("registered", code, "true;", asUser("eve"))
	w.check("once", code, "false;", asUser("eve"))
	w.check("listed", `p(ntop.isWebAuthnEnabled("eve"), ntop.isWebAuthnEnabled("bob"), ntop.getWebAuthnCredentials("eve"))`,
		`true false [{"id":"`+key.ID()+`","name":"blue","sign_count":0}];`)
	pending, err := w.env.Users.BeginSecondFactor(users.Identity{User: "eve", SecondFactor: "webauthn"}, "/lua/x.lua")
	if err != nil {
		t.Fatal(err)
	}
	w.check("a login that waits", fmt.Sprintf(`p(ntop.getWebAuthnPendingToken(%q), ntop.getWebAuthnPendingToken("x"))`, pending.Token),
		"{challenge="+pending.Challenge+" referer=/lua/x.lua username=eve} nil;", func(c *Context) { c.User, c.Group = "", "" })
	w.check("wrong arguments", `p(ntop.generateWebAuthnRegistrationOptions(nil), ntop.completeWebAuthnRegistration("eve"), ntop.getWebAuthnCredentials(nil),
ntop.deleteWebAuthnCredential("eve"), ntop.isWebAuthnEnabled(nil), ntop.getWebAuthnPendingToken(nil))`, "nil nil nil nil nil nil;")
	w.check("others see nothing", `p(ntop.getWebAuthnCredentials("eve"), ntop.generateWebAuthnRegistrationOptions("eve"))`, "[] nil;", asUser("bob"))
	del := fmt.Sprintf(`p(ntop.deleteWebAuthnCredential("eve", %q))`, key.ID())
	w.check("not deleted by others", del, "false;", asUser("bob"))
	w.check("deleted", del, "true;", asUser("eve"))
	w.check("twice", del, "false;", asUser("eve"))
}
