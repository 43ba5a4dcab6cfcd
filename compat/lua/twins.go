package lua

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"

	golua "github.com/Shopify/go-lua"

	"ntopgo/compat/lua/internal/layout"
)

// A twin replaces the hot functions of a known pure-Lua module by Go functions
// that do the same. It is applied after the module's own code ran, only when
// the source has the known hash, and leaves to the Lua function whatever it does
// not handle.
type twin func(vm *VM, module any)

// twins are found by the SHA-256 of the module's source.
var twins = map[string]twin{
	// kikito's i18n as ntopng ships it (October 2024 and July 2026 alike).
	i18nHash: twinI18n,
	// David Kolf's dkjson 2.5 as ntopng ships it (both years).
	jsonHash: twinJSON,
}

const jsonHash = "d49b19c4d586b77ff4fc97763aac87128ee44465d6e8e90caf3508f7b134ff70"

const i18nHash = "a3a7ce51fbd22844fcfcdaa07b7a2982bea8588de1a7a01191ea98b38332d108"

func sourceHash(src []byte) string {
	sum := sha256.Sum256(src)
	return hex.EncodeToString(sum[:])
}

// withTwin wraps a module's main function so that t is applied to its result.
func withTwin(t twin, f any) any {
	return layout.Function(func(l *golua.State) int {
		args := append([]any(nil), layout.Args(l)...)
		out := layout.Call(l, f, 1, args...)
		t(vmOf(l), out[0])
		return ret(l, out...)
	})
}

// twinI18n loads a table of texts into the module's store in one go. The Lua
// function splits and checks every composed key, which for one locale of ten
// thousand texts is most of the start of a page.
func twinI18n(vm *VM, module any) {
	m := layout.AsTable(module)
	if m == nil {
		return
	}
	original, set := m.GetStr("load"), m.GetStr("set")
	slot := 0
	for n := 1; ; n++ {
		name, _, ok := layout.UpValue(set, n)
		if !ok {
			break
		}
		if name == "store" {
			slot = n
		}
	}
	if slot == 0 {
		return
	}
	m.SetStr("load", layout.NativeClosure(loadTexts, module, original, set, layout.Int(int64(slot))))
}

// loadTexts is the native i18n.load. It captures Lua values only, so that a
// snapshot of the module has its own.
func loadTexts(l *golua.State) int {
	m, original, set := layout.AsTable(layout.Captured(l, 0)), layout.Captured(l, 1), layout.Captured(l, 2)
	slot, _ := layout.Captured(l, 3).(int64)
	_, store, _ := layout.UpValue(set, int(slot))
	root, data := layout.AsTable(store), layout.AsTable(layout.Arg(l, 1))
	// A replaced set must be called for every text.
	if root == nil || data == nil || m.GetStr("set") != set || !loadable(data, 0) {
		layout.Call(l, original, 0, layout.Arg(l, 1))
		return 0
	}
	(&texts{l: l, set: set}).load(&branch{table: root}, data)
	return 0
}

// loadable reports whether data holds only what the native load handles:
// non-empty texts and tables under names.
func loadable(data *layout.Table, depth int) bool {
	if data.Meta() != nil || depth > 100 {
		return false
	}
	it := data.Iterate()
	for k, v, ok := it.Next(); ok; k, v, ok = it.Next() {
		key, isStr := k.(string)
		if !isStr || strings.Trim(key, ".") == "" {
			return false
		}
		if s, isStr := v.(string); isStr && s != "" {
			continue
		}
		nested := layout.AsTable(v)
		if nested == nil || !loadable(nested, depth+1) {
			return false
		}
	}
	return true
}

// texts is one native load; set is the module's own function for single texts.
type texts struct {
	l   *golua.State
	set any
}

// branch is a table of the store that is made when its first text arrives.
type branch struct {
	parent *branch
	key    string
	table  *layout.Table
}

// down is the branch of a name, whose dots separate levels.
func (b *branch) down(name string) *branch {
	for {
		head, rest, more := strings.Cut(name, ".")
		if head != "" {
			b = &branch{parent: b, key: head}
		}
		if !more {
			return b
		}
		name = rest
	}
}

// make returns the branch's table; nil means that a text is in the way.
func (b *branch) make() *layout.Table {
	if b.table != nil {
		return b.table
	}
	up := b.parent.make()
	if up == nil {
		return nil
	}
	switch have := up.GetStr(b.key); {
	case have == nil:
		b.table = layout.NewTable(0, 0)
		up.SetStr(b.key, b.table.Value())
	default:
		b.table = layout.AsTable(have)
	}
	return b.table
}

func (b *branch) path() string {
	if b.parent == nil {
		return ""
	}
	if p := b.parent.path(); p != "" {
		return p + "." + b.key
	}
	return b.key
}

func (t *texts) load(b *branch, data *layout.Table) {
	it := data.Iterate()
	for k, v, ok := it.Next(); ok; k, v, ok = it.Next() {
		at := b
		name := k.(string)
		if strings.IndexByte(name, '.') >= 0 {
			at = b.down(name)
		}
		if nested := layout.AsTable(v); nested != nil {
			if at == b {
				at = &branch{parent: b, key: name}
			}
			t.load(at, nested)
			continue
		}
		node, last := b, name
		if at != b {
			node, last = at.parent, at.key
		}
		if table := node.make(); table != nil {
			table.SetStr(last, v)
			continue
		}
		layout.Call(t.l, t.set, 0, node.path()+"."+last, v) // raises the module's error
	}
}
