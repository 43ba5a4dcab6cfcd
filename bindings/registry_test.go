package bindings

import (
	"bytes"
	"os"
	"path/filepath"
	"regexp"
	"testing"
)

func TestEveryBindingIsAccountedFor(t *testing.T) {
	t.Parallel()
	if got := len(All()); got != 654 {
		t.Errorf("%d names declared, want 654", got)
	}
	for _, b := range All() {
		if b.Status != Later && (b.Status == Pending) != (b.Fn == nil) {
			t.Errorf("%s is %s but its function is set: %t", b.Key(), b.Status, b.Fn != nil)
		}
		if b.Status != Working && b.Reason == "" {
			t.Errorf("%s is %s without a reason", b.Key(), b.Status)
		}
	}
}

func TestReferenceIsCurrent(t *testing.T) {
	t.Parallel()
	var want bytes.Buffer
	if err := WriteReference(&want); err != nil {
		t.Fatal(err)
	}
	got, err := os.ReadFile("../docs/bindings.md")
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want.Bytes()) {
		t.Error("docs/bindings.md is not what the registry says: run go run ./bindings/gendoc")
	}
	for _, b := range All() {
		if !bytes.Contains(got, []byte("| `"+b.Name+b.Signature[:1])) {
			t.Errorf("%s is not in the reference", b.Key())
		}
	}
}

func TestShapesNameBindings(t *testing.T) {
	t.Parallel()
	for key := range shapes() {
		if registry[key] == nil {
			t.Errorf("shapes.md describes %s, which is no binding", key)
		}
	}
}

// Every binding of these namespaces is called by a test of this package.
func TestEveryBindingIsTried(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("*_test.go")
	if err != nil {
		t.Fatal(err)
	}
	var text []byte
	for _, f := range files {
		b, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		text = append(text, b...)
	}
	for _, b := range All() {
		if b.Namespace == "interface" || b.Namespace == "network" || b.Status == Later || b.Status == Pending {
			continue
		}
		if !regexp.MustCompile(`\b` + regexp.QuoteMeta(b.Key()) + `\b`).Match(text) {
			t.Errorf("no test calls %s", b.Key())
		}
	}
}
