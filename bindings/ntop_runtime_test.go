package bindings

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"ntopgo/engine/capture"
	"ntopgo/engine/iface"
)

func TestRuntimeInterfaces(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 2024)
	next := 5
	w.env.OpenFile = func(path string) (*iface.Interface, error) {
		src, err := capture.Open(path, capture.Config{})
		if err != nil {
			return nil, err
		}
		i, err := iface.New(iface.Config{ID: next, Shards: 1}, iface.Deps{Source: src, DPI: w.env.DPI, Nets: w.env.Nets})
		if err != nil {
			return nil, err
		}
		next++
		i.Start(context.Background())
		t.Cleanup(func() { _ = i.Close() })
		return i, nil
	}
	text, err := os.ReadFile(w.file)
	if err != nil {
		t.Fatal(err)
	}
	upload := func(name string) string {
		path := filepath.Join(w.env.Layout.DataDir, "tmp", "upload", name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, text, 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	one, two := upload("one.pcap"), upload("two.pcap")
	w.check("refused", fmt.Sprintf(`p(ntop.registerRuntimeInterface("pcap:%s", "x", true))`, one), "-99;", asUser("bob"))
	w.check("wrong arguments", `p(ntop.registerRuntimeInterface("pcap:/tmp/x", "x"), ntop.registerRuntimeInterface(nil, nil, true), ntop.registerRuntimeInterface("db:x", "x", true), ntop.registerRuntimeInterface("pcap:/etc/hosts", "x", true),
ntop.registerRuntimeInterface("pcap:`+w.env.Layout.DataDir+`/none", "x", true), ntop.registerRuntimeInterface("pcap:`+one+`", "x", false, 77))`, "nil -99 -99 -99 -99 -99;")
	w.check("a new one", fmt.Sprintf(`local id = ntop.registerRuntimeInterface("pcap:%s", "x", true) interface.select(tostring(id))
local names = interface.getIfNames() p(id, interface.getId(), names["0"] ~= nil, names["5"] ~= nil)`, one), "5 5 true true;")
	w.check("in the place of another", fmt.Sprintf(`p(ntop.registerRuntimeInterface("pcap:%s", "x", true, 5)) local names = interface.getIfNames() p(names["5"], names["6"] ~= nil)`, two), "6;nil true;")
	all := w.env.Interfaces()
	<-all[1].Done()
	if len(all) != 2 || all[1].Stats().Total.Packets != all[0].Stats().Total.Packets {
		t.Errorf("%d interfaces, %d packets", len(all), all[1].Stats().Total.Packets)
	}
	for deadline := time.Now().Add(10 * time.Second); ; time.Sleep(5 * time.Millisecond) {
		_, err1 := os.Stat(one)
		_, err2 := os.Stat(two)
		if os.IsNotExist(err1) && os.IsNotExist(err2) {
			break
		}
		if time.Now().After(deadline) {
			t.Fatal("what was uploaded is still there")
		}
	}
}
