// Package prefs reads and writes ntopng's runtime preferences, the keys below
// ntopng.prefs. in the key-value store: their names, types, defaults and the
// way their text is read. What a preference does belongs to whoever asks for it.
package prefs

import (
	"fmt"
	"strconv"
	"strings"

	"ntopgo/compat/keyvalue"
)

// Prefix is where preferences live.
const Prefix = "ntopng.prefs."

// ChangedKey is set to "1" by every write to a preference or an account; the
// housekeeping script of the tree reacts to it (reload, dump to runtimeprefs.json).
const ChangedKey = "ntopng.cache.prefs_changed"

// Prefs reads preferences. It holds no copy of its own: the store answers
// repeated reads from memory.
type Prefs struct {
	store keyvalue.Store
}

// New writes the defaults of the preferences that are missing, as the original
// does when it starts, and from then on marks every later change with ChangedKey.
func New(store keyvalue.Store) (*Prefs, error) {
	p := &Prefs{store: store}
	for _, d := range Defaults {
		if d.Kind == String {
			continue // the original only reads these
		}
		if _, err := store.SetNX(Prefix+d.Name, d.Value); err != nil {
			return nil, fmt.Errorf("write default of %s%s: %w", Prefix, d.Name, err)
		}
	}
	store.OnWrite(p.written)
	return p, nil
}

func (p *Prefs) written(key string) {
	if strings.HasPrefix(key, Prefix) || strings.HasPrefix(key, "ntopng.user.") {
		_ = p.store.Set(ChangedKey, "1") // a failure shows at the next write as well
	}
}

// full lets callers name a preference with or without Prefix.
func full(name string) string {
	if strings.HasPrefix(name, "ntopng.") || strings.HasPrefix(name, "ntop.") {
		return name
	}
	return Prefix + name
}

// Int is the leading integer of the stored text (C's atoi, so "12abc" is 12 and
// text without one is 0), or the default when nothing is stored.
func (p *Prefs) Int(name string) int64 {
	key := full(name)
	v, ok, err := p.store.Get(key)
	if err != nil || !ok {
		v = defaultOf(key)
	}
	return Atoi(v)
}

// Bool is true when the stored text begins with 1 or t; with nothing or the
// empty text stored it is the default.
func (p *Prefs) Bool(name string) bool {
	key := full(name)
	v, _, err := p.store.Get(key)
	if err != nil || v == "" {
		v = defaultOf(key)
	}
	return v != "" && (v[0] == '1' || v[0] == 't')
}

// String is the stored text; nothing, the empty text and "nil" give the default.
func (p *Prefs) String(name string) string {
	key := full(name)
	v, _, err := p.store.Get(key)
	if err != nil || v == "" || v == "nil" {
		return defaultOf(key)
	}
	return v
}

// Set stores a preference.
func (p *Prefs) Set(name, value string) error {
	if err := p.store.Set(full(name), value); err != nil {
		return fmt.Errorf("set preference %s: %w", name, err)
	}
	return nil
}

// Unset removes a preference, so that reads give its default.
func (p *Prefs) Unset(name string) error {
	if _, err := p.store.Del(full(name)); err != nil {
		return fmt.Errorf("unset preference %s: %w", name, err)
	}
	return nil
}

// All returns every known preference by its full key with the text that reading it yields.
func (p *Prefs) All() map[string]string {
	out := make(map[string]string, len(Defaults))
	for _, d := range Defaults {
		out[Prefix+d.Name] = p.String(d.Name)
	}
	return out
}

// Atoi reads like C's atoi: blanks, a sign, digits; what follows is ignored.
func Atoi(s string) int64 {
	s = strings.TrimLeft(s, " \t\n\v\f\r")
	end := 0
	if end < len(s) && (s[end] == '+' || s[end] == '-') {
		end++
	}
	for end < len(s) && s[end] >= '0' && s[end] <= '9' {
		end++
	}
	n, err := strconv.ParseInt(s[:end], 10, 64)
	if err != nil && !strings.Contains(err.Error(), "range") {
		return 0
	}
	return n
}
