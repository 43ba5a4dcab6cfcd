package lua

import (
	"bytes"
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// reference runs a file under Debian's lua5.4 and returns its output.
func reference(t *testing.T, path string) string {
	t.Helper()
	bin, err := exec.LookPath("lua5.4")
	if err != nil {
		t.Skip("lua5.4 is not installed; it is the reference of this test")
	}
	var errs bytes.Buffer
	cmd := exec.Command(bin, path)
	cmd.Stderr = &errs
	cmd.Env = append(os.Environ(), "TZ=UTC")
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("lua5.4 %s: %v\n%s", path, err, errs.String())
	}
	return string(out)
}

// runFile runs a file on this package's VM and returns its output.
func runFile(t *testing.T, path string) string {
	t.Helper()
	var out bytes.Buffer
	r, err := NewRuntime(Config{Stdout: &out, Logf: t.Logf})
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	vm, err := r.VM(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	defer vm.Close()
	if err := vm.RunFile(context.Background(), path); err != nil {
		t.Fatalf("%v\n%s\noutput:\n%s", err, err.(*ScriptError).Traceback, out.String())
	}
	return out.String()
}

// TestAgainstReference runs each file of testdata here and under lua5.4 and
// compares what they print, line by line.
func TestAgainstReference(t *testing.T) {
	t.Setenv("TZ", "UTC")
	files, err := filepath.Glob("testdata/*.lua")
	if err != nil || len(files) == 0 {
		t.Fatal("no cases in testdata", err)
	}
	for _, f := range files {
		t.Run(filepath.Base(f), func(t *testing.T) {
			want, got := reference(t, f), runFile(t, f)
			wl, gl := bytes.Split([]byte(want), []byte("\n")), bytes.Split([]byte(got), []byte("\n"))
			if len(wl) < 3 {
				t.Fatal("the case prints next to nothing")
			}
			for i := 0; i < max(len(wl), len(gl)); i++ {
				var w, g []byte
				if i < len(wl) {
					w = wl[i]
				}
				if i < len(gl) {
					g = gl[i]
				}
				if !bytes.Equal(w, g) {
					t.Errorf("line %d\nhave %s\nwant %s", i+1, g, w)
				}
			}
		})
	}
}
