package lua

import (
	"slices"
	"strings"

	golua "github.com/Shopify/go-lua"

	"ntopgo/compat/lua/internal/layout"
)

// script is what is known of a script: the modules its main chunk required,
// without those that were loaded already.
type script struct {
	runs    int
	modules []string
}

const (
	// watched is how many runs of a script are watched; after followAfter runs
	// what it required becomes part of its template. Scripts that hardly anybody
	// asks for share the template of their first module.
	watched     = 2
	followAfter = 4
	maxScripts  = 4096
)

// arrival is what require still has to do for a module that came with the
// template: put before package.path what loading put there, and return where it
// was found.
type arrival struct {
	path  string
	where any
}

// requires notes that the running script requires a module.
func (vm *VM) requires(l *golua.State, name string) {
	if !vm.taken || vm.script == "" || len(vm.required) > 200 {
		return
	}
	if f, ok := layout.FrameAt(l, 1); ok && f.Main && strings.TrimPrefix(f.Source, "@") == vm.script && !slices.Contains(vm.required, name) {
		vm.required = append(vm.required, name)
	}
}

// arrive completes the first require of a module that came with the template.
func (vm *VM) arrive(l *golua.State, name string) (where any, ok bool) {
	a, ok := vm.arrivals[name]
	if !ok {
		return nil, false
	}
	delete(vm.arrivals, name)
	vm.requires(l, name)
	if a.path != "" {
		pkg := packageTable(l)
		if path, isStr := pkg.GetStr("path").(string); isStr {
			pkg.SetStr("path", a.path+path)
		}
	}
	return a.where, true
}

// learnScript keeps what the run showed.
func (vm *VM) learnScript() {
	if !vm.taken || vm.script == "" {
		return
	}
	t := &vm.rt.templates
	t.mu.Lock()
	defer t.mu.Unlock()
	s := t.scripts[vm.script]
	if s == nil {
		if len(t.scripts) >= maxScripts {
			return
		}
		s = &script{}
		t.scripts[vm.script] = s
	}
	if s.runs++; s.runs <= watched {
		for _, m := range vm.required {
			if !slices.Contains(s.modules, m) {
				s.modules = append(s.modules, m)
			}
		}
	}
}

// following lists what a script's template loads after the first module.
func (t *templates) following(path string) []string {
	t.mu.Lock()
	defer t.mu.Unlock()
	s := t.scripts[path]
	if s == nil || s.runs < followAfter {
		return nil
	}
	var out []string
	for _, m := range s.modules {
		if t.excluded[m] == "" {
			out = append(out, m)
		}
	}
	return out
}

func (t *templates) isExcluded(module string) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.excluded[module] != ""
}

func (t *templates) exclude(module, reason string) {
	t.mu.Lock()
	t.excluded[module] = reason
	t.mu.Unlock()
}

// follow loads one more module into a template. What it puts before
// package.path is taken away again: it belongs where the script requires it.
func (vm *VM) follow(require any, name string, followed map[string]arrival) *failure {
	pkg := packageTable(vm.l)
	loaded := layout.AsTable(layout.Registry(vm.l).GetStr(loadedKey))
	if loaded.GetStr(name) != nil {
		return nil
	}
	before, _ := pkg.GetStr("path").(string)
	out, failed := vm.protected(vm.l, require, []any{name}, handler{})
	if failed != nil {
		return failed
	}
	after, _ := pkg.GetStr("path").(string)
	if !strings.HasSuffix(after, before) {
		vm.does("package.path")
		return nil
	}
	pkg.SetStr("path", before)
	a := arrival{path: after[:len(after)-len(before)]}
	if len(out) > 1 {
		a.where = out[1]
	}
	followed[name] = a
	return nil
}
