package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"

	"ntopgo/bindings"
	"ntopgo/compat/classify"
	"ntopgo/compat/cli"
	"ntopgo/compat/lua"
	"ntopgo/engine/capture"
	"ntopgo/engine/dpi"
)

// listBindings prints every documented binding with how far it is.
func listBindings(w io.Writer, asJSON bool) error {
	type row struct {
		Namespace string          `json:"namespace"`
		Name      string          `json:"name"`
		Group     string          `json:"group"`
		Status    bindings.Status `json:"status"`
		Reason    string          `json:"reason,omitempty"`
	}
	out := bufio.NewWriter(w)
	var rows []row
	for _, b := range bindings.All() {
		rows = append(rows, row{b.Namespace, b.Name, b.Group, b.Status, b.Reason})
	}
	if asJSON {
		enc := json.NewEncoder(out)
		enc.SetIndent("", " ")
		if err := enc.Encode(rows); err != nil {
			return err
		}
		return out.Flush()
	}
	for _, r := range rows {
		fmt.Fprintf(out, "%-10s %-40s %-12s %s\n", r.Namespace, r.Name, r.Status, r.Reason)
	}
	return out.Flush()
}

// printProtocols lists the protocols that can be named.
func printProtocols(w io.Writer) error {
	e, err := dpi.New(dpi.Config{})
	if err != nil {
		return err
	}
	out := bufio.NewWriter(w)
	for _, p := range e.Protocols() {
		fmt.Fprintf(out, "%d\t%s\t%s\t%s\n", p.ID, p.Name, e.CategoryName(p.Category), e.BreedName(p.Breed))
	}
	return out.Flush()
}

// classifyFile names the flows of a capture; rules is the file of -p, "" for none.
func classifyFile(w, complaints io.Writer, file, rules string) error {
	// One goroutine reads one file: what flows learn from each other is the same
	// in every run.
	e, err := dpi.New(dpi.Config{CacheSize: 1 << 16})
	if err != nil {
		return err
	}
	if err := loadRules(e, rules, func(err error) { fmt.Fprintf(complaints, "ntopng: %v\n", err) }); err != nil {
		return err
	}
	return classify.Run(w, file, e)
}

// loadRules puts the rules of a protos.txt into force; report hears of lines
// that cannot be understood.
func loadRules(e *dpi.Engine, path string, report func(error)) error {
	if path == "" {
		return nil
	}
	c := e.NewCustom()
	if err := c.ReadRulesFile(path, report); err != nil {
		return err
	}
	return e.Load(c)
}

// runScript runs one script with every binding, after the capture files given
// with -i have been read. Its log goes to stderr, what it prints to stdout.
func runScript(opts *cli.Options) error {
	log, err := newLog(opts, os.Stderr)
	if err != nil {
		return err
	}
	opts.Verbose = min(opts.Verbose, 1)
	a, err := newApp(opts, log, true)
	if err != nil {
		return err
	}
	defer a.close()
	if len(opts.Interfaces) > 0 {
		if err := a.openInterfaces(); err != nil {
			return err
		}
	}
	ctx, stop := cli.UntilSignal(context.Background(), func(os.Signal) { os.Exit(1) })
	defer stop()
	for _, i := range a.ifaces {
		i.Start(ctx)
		if i.Info().Kind == capture.KindFile {
			<-i.Done()
			if err := i.Err(); err != nil {
				return fmt.Errorf("%s: %w", i.Name(), err)
			}
		}
	}
	a.newEnv()
	if err := a.newLua(0); err != nil {
		return err
	}
	return a.runFile(ctx, opts.Target, opts.Args)
}

// stdout is where a script run by hand prints.
type stdout struct{ *bufio.Writer }

func (o stdout) Flush() { _ = o.Writer.Flush() }

func (o stdout) SendFile(path string, _ bool) error {
	b, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	_, err = o.Write(b)
	return err
}

func (a *app) runFile(ctx context.Context, file string, args []string) error {
	vm, err := a.lua.VM(ctx)
	if err != nil {
		return err
	}
	defer vm.Close()
	out := stdout{bufio.NewWriter(os.Stdout)}
	defer out.Flush()
	host := &bindings.Context{Env: a.env, User: "admin", Group: "administrator", Privileged: true,
		Capabilities: ^uint64(0), CSRF: "CSRF_TOKEN_NO_SESSION", Out: out}
	if len(a.ifaces) > 0 {
		host.Select(a.ifaces[0].ID())
	} else {
		host.Select(bindings.SystemID)
	}
	vm.SetHost(host)
	for name, value := range map[string]*lua.Table{"_GET": argTable(args), "_POST": lua.NewTable(0),
		"_SERVER": lua.NewTable(0), "_COOKIE": lua.NewTable(0), "_SESSION": sessionTable(host), "arg": argList(file, args)} {
		if err := vm.SetGlobal(name, value); err != nil {
			return err
		}
	}
	path, err := filepath.Abs(file)
	if err != nil {
		return err
	}
	if _, err := a.layout.Stat(file); err != nil {
		return err
	}
	return vm.RunFile(ctx, path)
}

// argTable makes _GET of the arguments of the form key=value.
func argTable(args []string) *lua.Table {
	t := lua.NewTable(len(args))
	for _, arg := range args {
		for i := range arg {
			if arg[i] == '=' {
				t.Set(arg[:i], arg[i+1:])
				break
			}
		}
	}
	return t
}

// argList is Lua's own arg: the script at 0, then its arguments.
func argList(file string, args []string) *lua.Table {
	t := lua.NewTable(1)
	for _, arg := range args {
		t.Append(arg)
	}
	return t.Set(0, file)
}

// sessionTable is _SESSION of a script run by hand: an administrator's.
func sessionTable(c *bindings.Context) *lua.Table {
	return lua.NewTable(6).
		Set("user", c.User).
		Set("group", c.Group).
		Set("localuser", true).
		Set("capabilities", int64(math.MaxInt64)).
		Set("session", "")
}
