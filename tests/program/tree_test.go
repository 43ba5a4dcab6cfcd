package program

import (
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"

	"ntopgo/tests/harness"
)

var frontPages = []string{
	"/lua/if_stats.lua?ifid=0", "/lua/hosts_stats.lua", "/lua/flows_stats.lua",
	"/lua/host_details.lua?host=192.168.1.93",
	"/lua/rest/v2/get/interface/data.lua?ifid=0", "/lua/rest/v2/get/host/active.lua?ifid=0",
	"/lua/rest/v2/get/flow/active.lua?ifid=0", "/lua/rest/v2/get/interface/l7/stats.lua?ifid=0&ndpistats_mode=count",
}

// An existing tree is installed in place: its login, front pages and main REST
// answers work, and no script fails.
func TestFrontPagesOfExistingTrees(t *testing.T) {
	t.Parallel()
	for _, year := range []int{2024, 2026} {
		t.Run(fmt.Sprint(year), func(t *testing.T) {
			t.Parallel()
			frontPagesWork(t, "--install-dir", harness.Tree(t, year))
		})
	}
}

func TestFrontPagesOfTheEmbeddedTree(t *testing.T) {
	t.Parallel()
	frontPagesWork(t)
}

func frontPagesWork(t *testing.T, args ...string) {
	capture := harness.Shared(t, "corpus", "e2e", "pcap", "test_01.pcap")
	p := harness.Start(t, harness.Options{Args: append(args, "-i", capture, "-m", "192.168.1.0/24")})

	r, err := p.Client.Get(p.URL + "/lua/if_stats.lua")
	if err != nil {
		t.Fatal(err)
	}
	r.Body.Close()
	if to := r.Header.Get("Location"); r.StatusCode != 302 || !strings.Contains(to, "/lua/login.lua") {
		t.Errorf("without login: status %d, to %q; want a redirect to the login page", r.StatusCode, to)
	}

	r, err = p.Client.PostForm(p.URL+"/authorize.html", url.Values{"user": {"admin"}, "password": {"wrong"}, "referer": {"/"}})
	if err != nil {
		t.Fatal(err)
	}
	r.Body.Close()
	if to := r.Header.Get("Location"); !strings.Contains(to, "wrong-credentials") {
		t.Errorf("wrong password leads to %q", to)
	}

	login(t, p, "admin", "admin")
	if status, _ := p.Get("/"); status != 302 {
		t.Errorf("/ has status %d before the password was changed, want a redirect", status)
	}
	status, body := p.Get("/lua/change_password.lua")
	if status != 200 || !strings.Contains(body, "password") {
		t.Errorf("change of password: status %d", status)
	}
	p.Stop()

	p = harness.Start(t, harness.Options{Args: append(args, "-i", capture, "-m", "192.168.1.0/24", "--disable-login", "1")})
	harness.Eventually(t, 10*time.Second, func() error {
		var data struct {
			Packets, NumFlows int
		}
		if err := p.Rest("/lua/rest/v2/get/interface/data.lua?ifid=0", &data); err != nil {
			return err
		}
		if data.Packets != 4999 {
			return fmt.Errorf("%d packets, want 4999", data.Packets)
		}
		return nil
	})
	for _, page := range frontPages {
		if status, body := p.Get(page); status != 200 || body == "" || strings.Contains(body, "stack traceback") {
			t.Errorf("%s: status %d, %d bytes", page, status, len(body))
		}
	}
	if bad := harness.LogErrors(p.Log()); len(bad) > 0 {
		t.Errorf("the log tells of failures:\n%s", strings.Join(bad, "\n"))
	}
}

// login logs in with the form and lets the client keep the session.
func login(t *testing.T, p *harness.Program, user, password string) {
	t.Helper()
	r, err := p.Client.PostForm(p.URL+"/authorize.html", url.Values{"user": {user}, "password": {password}, "referer": {"/"}})
	if err != nil {
		t.Fatal(err)
	}
	r.Body.Close()
	for _, c := range r.Cookies() {
		if strings.HasPrefix(c.Name, "session_") && c.Value != "" {
			p.UseCookie(c)
			return
		}
	}
	t.Fatalf("login of %s: status %d, to %q, no session cookie", user, r.StatusCode, r.Header.Get("Location"))
}
