package memory

import (
	"bytes"
	"os"
	"os/exec"
	"runtime"
	"runtime/metrics"
	"testing"
	"unsafe"

	"golang.org/x/sys/unix"
)

// TestHeapIsMappedAhead fills much of the heap of a process of its own: what comes after
// an object is mapped already.
func TestHeapIsMappedAhead(t *testing.T) {
	const child = "NTOPGO_TEST_FED_HEAP"
	if os.Getenv(child) != "" {
		fillHeap(t)
		return
	}
	t.Parallel()
	if raceEnabled {
		t.Skip("the race detector has memory of its own mapped for each object")
	}
	cmd := exec.Command(os.Args[0], "-test.v", "-test.run=^"+t.Name()+"$")
	cmd.Env = append(os.Environ(), "GOMEMLIMIT=", child+"=1")
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	if bytes.Contains(out, []byte("--- SKIP")) {
		t.Skipf("%s", out)
	}
}

func fillHeap(t *testing.T) {
	if !untouchedIsFree() {
		t.Skip("this system counts memory that nobody uses")
	}
	const n = 64 << 20
	feedHeap(n)
	live := [1]metrics.Sample{{Name: "/gc/heap/live:bytes"}}
	if metrics.Read(live[:]); live[0].Value.Uint64() > n/2 {
		t.Errorf("%d MB are in use after nothing was kept", live[0].Value.Uint64()>>20)
	}
	type object [4096]byte
	const objects = n / 2 / len(object{})
	held := make([]*object, objects)
	first, ahead := heap.next, 0
	for i := range held {
		held[i] = New[object]()
		if mapped(uintptr(unsafe.Pointer(held[i])) + unsafe.Sizeof(object{})) {
			ahead++
		}
	}
	if ahead < objects*3/4 {
		t.Errorf("memory after an object was mapped %d times of %d", ahead, objects)
	}
	if got := heap.next - first; got < n/4 {
		t.Errorf("fed %d MB for %d", got>>20, n/2>>20)
	}
	runtime.KeepAlive(held)
}

// mapped says whether the page at p is, mincore(2).
func mapped(p uintptr) bool {
	var there byte
	_, _, errno := unix.Syscall(unix.SYS_MINCORE, p, page, uintptr(unsafe.Pointer(&there)))
	return errno == 0 && there&1 != 0
}

func TestMemoryThatIsLimitedIsNotFed(t *testing.T) {
	t.Setenv("GOMEMLIMIT", "1GiB")
	if untouchedIsFree() {
		t.Error("the heap is fed in spite of GOMEMLIMIT")
	}
}

func TestNumbersOfTheKernel(t *testing.T) {
	t.Parallel()
	name := t.TempDir() + "/number"
	for text, want := range map[string]int{"2097152\n": HugePage, "0": 0, "": -1, "[always] never\n": -1} {
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if got := readNumber(name); got != want {
			t.Errorf("%q: %d, want %d", text, got, want)
		}
	}
	if got := readNumber(name + "x"); got != -1 {
		t.Errorf("no file: %d", got)
	}
}
