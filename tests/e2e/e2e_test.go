package e2e

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"ntopgo/tests/harness"
)

// testCase is one case of the suite, with what the genuine program answered.
type testCase struct {
	Name     string              `json:"name"`
	Pcap     string              `json:"pcap"`
	Networks string              `json:"local_networks"`
	Phases   map[string][]string `json:"phases"`
	Ignore   []string            `json:"ignore"`
	Golden   []json.RawMessage   `json:"golden"`
}

// notYet are the cases that cannot pass yet, with what they need. One that
// passes must be taken off the list.
var notYet = map[string]string{
	"get_alert_data_02":        "malformed answers, and names of the machine itself",
	"alert_flow_elephant_flow": "the request, which the corpus cuts off",
	"alert_flow_download":      "the request, which the corpus cuts off",
}

// protosFile defines the three protocols that every case of the suite knows.
const protosFile = `host:"charles"@Charles
host:"sebastian"@Sebastian
host:"lando"@Lando
`

// TestCases runs the suite's cases.
func TestCases(t *testing.T) {
	t.Parallel()
	tree := harness.Tree(t, 2024)
	raw, err := os.ReadFile(harness.Shared(t, "corpus", "e2e", "cases.json"))
	if err != nil {
		t.Fatal(err)
	}
	var cases []testCase
	if err := json.Unmarshal(raw, &cases); err != nil {
		t.Fatal(err)
	}
	for _, c := range cases {
		t.Run(c.Name, func(t *testing.T) {
			t.Parallel()
			diff := c.run(t, tree)
			need, pending := notYet[c.Name]
			switch {
			case pending && len(diff) == 0:
				t.Errorf("passes, though it is said to need %s", need)
			case pending:
				t.Skipf("needs %s: %d lines differ:\n%s", need, len(diff), strings.Join(diff[:min(len(diff), 40)], "\n"))
			case len(diff) > 0:
				t.Errorf("%d lines differ:\n%s", len(diff), strings.Join(diff[:min(len(diff), 40)], "\n"))
			}
		})
	}
}

// run keeps the suite's life cycle: the pre requests before the capture is
// read, the runtime requests when it is.
func (c *testCase) run(t *testing.T, tree string) []string {
	gate := filepath.Join(t.TempDir(), "go")
	args := []string{"--install-dir", tree, "-i", harness.Shared(t, "corpus", "e2e", "pcap", c.Pcap), "-N", "ntopng_test",
		"--disable-login=1", "--test-script-pre", fmt.Sprintf("until [ -e %s ]; do sleep 0.05; done", gate)}
	// The suite's runner always gives rules for three protocols.
	protos := filepath.Join(t.TempDir(), "protos.txt")
	if err := os.WriteFile(protos, []byte(protosFile), 0o600); err != nil {
		t.Fatal(err)
	}
	args = append(args, "-p", protos)
	if c.Networks != "" {
		args = append(args, "-m", c.Networks)
	}
	p := harness.Start(t, harness.Options{Args: args, Env: []string{"TZ=Europe/Rome"}})
	var out bytes.Buffer
	c.phase(t, p, "pre", &out)
	if err := os.WriteFile(gate, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	harness.Eventually(t, 20*time.Second, func() error {
		if !strings.Contains(p.Log(), c.Pcap+": ") {
			return fmt.Errorf("the capture is not read:\n%s", p.Log())
		}
		return nil
	})
	var golden bytes.Buffer
	for _, doc := range c.Golden {
		golden.Write(doc)
		golden.WriteByte('\n')
	}
	want, err := normalise(golden.Bytes(), c.Ignore)
	if err != nil {
		t.Fatalf("golden: %v", err)
	}
	before := out.Len()
	for until := time.Now().Add(c.patience()); ; time.Sleep(2 * time.Second) {
		out.Truncate(before)
		c.phase(t, p, "runtime", &out)
		c.phase(t, p, "post", &out)
		got, err := normalise(bytes.Clone(out.Bytes()), c.Ignore)
		if err != nil && len(c.Golden) > 0 {
			t.Fatalf("%v\n%s", err, p.Log())
		}
		if diff := differences(want, got); len(diff) == 0 || time.Now().After(until) {
			return diff
		}
	}
}

// patience is how long the answers may take to become what is wanted: alerts are
// stored by a script that runs now and then. The suite sleeps for a minute.
func (c *testCase) patience() time.Duration {
	for _, step := range append(c.Phases["runtime"], c.Phases["post"]...) {
		if strings.Contains(step, "/alert/") {
			return 20 * time.Second
		}
	}
	return 0
}

// phase sends the requests of one phase and appends the answers to out.
// "sleep" is for alerts that need a while; see patience.
func (c *testCase) phase(t *testing.T, p *harness.Program, name string, out *bytes.Buffer) {
	for _, step := range c.Phases[name] {
		step, _, _ = strings.Cut(step, "  [")
		method, rest, _ := strings.Cut(step, " ")
		if method == "sleep" {
			continue
		}
		path, body, _ := strings.Cut(rest, " ")
		if method == http.MethodGet {
			path, body = path+body, ""
		}
		req, err := http.NewRequest(method, p.URL+path, strings.NewReader(body))
		if err != nil {
			t.Fatalf("step %q: %v", step, err)
		}
		if body != "" {
			req.Header.Set("Content-Type", "application/json")
		}
		r, err := p.Client.Do(req)
		if err != nil {
			t.Fatalf("step %q: %v", step, err)
		}
		if _, err := io.Copy(out, r.Body); err != nil {
			t.Fatalf("step %q: %v", step, err)
		}
		r.Body.Close()
		out.WriteByte('\n')
	}
}
