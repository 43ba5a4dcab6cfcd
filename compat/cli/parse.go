package cli

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spf13/pflag"
)

// Parse reads the arguments (without the program's name) and, when the first
// one does not begin with a dash, the configuration file it names; later
// arguments come on top of the file. Usage goes to out. A wrong option or value
// is written to errOut, one line that names it, and returned; nothing that the
// options name has been opened then.
func Parse(args []string, out, errOut io.Writer) (*Options, Action, error) {
	o, action, err := parse(args)
	if err != nil {
		_, _ = fmt.Fprintf(errOut, "ntopng: %v\nTry 'ntopng --help'.\n", err)
		return nil, ActionRun, err
	}
	if action == ActionHelp {
		WriteUsage(out)
	}
	return o, action, nil
}

func parse(args []string) (*Options, Action, error) {
	p := &parser{options: newOptions(), action: ActionRun}
	o := p.options
	given := args
	if len(args) > 0 && !strings.HasPrefix(args[0], "-") {
		o.ConfigFile = args[0]
		b, err := os.ReadFile(args[0])
		if err != nil {
			return nil, ActionRun, fmt.Errorf("configuration file: %w", err)
		}
		if err := p.file(args[0], string(b)); err != nil {
			return nil, ActionRun, err
		}
		args = args[1:]
	}
	if err := p.commandLine(args); err != nil {
		return nil, ActionRun, err
	}
	if err := p.finish(given); err != nil {
		return nil, ActionRun, err
	}
	return o, p.action, nil
}

type parser struct {
	options  *Options
	action   Action
	webGiven bool // -w or -W was given
	shown    []string
}

// value makes an option a pflag.Value.
type value struct {
	p   *parser
	row option
}

func (v *value) String() string     { return "" }
func (v *value) Type() string       { return v.row.arg }
func (v *value) Set(s string) error { return v.p.apply(v.row, s) }

// apply carries out one option.
func (p *parser) apply(row option, v string) error {
	o := p.options
	v = strings.TrimSpace(v)
	if row.arg != "" && v == "" {
		o.Notices = append(o.Notices, fmt.Sprintf("--%s has an empty value and is skipped", row.long))
		return nil
	}
	if row.noMeaning != "" {
		o.Notices = append(o.Notices, fmt.Sprintf("--%s has no effect: %s", row.long, row.noMeaning))
	}
	if row.set != nil {
		if err := row.set(o, v); err != nil {
			return err
		}
	}
	switch row.long {
	case "http-port", "https-port":
		p.webGiven = true
	case "help":
		p.action = ActionHelp
	case "version":
		p.act(ActionVersion)
	case "version-json":
		p.act(ActionVersionJSON)
	case "print-ndpi-protocols":
		p.act(ActionPrintProtocols)
	case "check-license", "check-maintenance":
		p.act(ActionLicense)
	case "list-bindings":
		p.act(ActionListBindings)
	case "classify", "run-script", "check-tree":
		o.Target = v
		p.act(map[string]Action{"classify": ActionClassify, "run-script": ActionRunScript, "check-tree": ActionCheckTree}[row.long])
	}
	p.show(row, v)
	return nil
}

// act sets what to do; help wins, else the first one asked for.
func (p *parser) act(a Action) {
	if p.action == ActionRun {
		p.action = a
	}
}

// show notes the option for the web interface's view of the command line.
func (p *parser) show(row option, v string) {
	if row.secret {
		return
	}
	s := "--" + row.long
	if row.arg != "" {
		s += " " + v
	}
	p.shown = append(p.shown, s)
}

func (p *parser) flagSet() *pflag.FlagSet {
	fs := pflag.NewFlagSet("ntopng", pflag.ContinueOnError)
	fs.SetOutput(io.Discard)
	fs.Usage = func() {}
	for _, row := range table {
		f := fs.VarPF(&value{p: p, row: row}, row.long, row.short, row.help)
		if row.arg == "" {
			f.NoOptDefVal = "true"
		} else if strings.HasPrefix(row.arg, "[") && !strings.HasPrefix(row.arg, "[addr") {
			// An optional argument: without one the default stays.
			f.NoOptDefVal = " "
		}
	}
	for letter, takesArg := range bareLetters {
		row := option{long: "option-" + letter, short: letter, noMeaning: "it has no effect in the original either"}
		if takesArg {
			row.arg = "value"
		}
		f := fs.VarPF(&value{p: p, row: row}, row.long, letter, "")
		f.Hidden = true
		if !takesArg {
			f.NoOptDefVal = "true"
		}
	}
	return fs
}

func (p *parser) commandLine(args []string) error {
	fs := p.flagSet()
	if err := fs.Parse(expand(args)); err != nil {
		return clearError(err)
	}
	p.options.Args = fs.Args()
	return nil
}

// clearError shortens pflag's message for a wrong value.
func clearError(err error) error {
	var bad *pflag.InvalidValueError
	if errors.As(err, &bad) {
		name := "--" + bad.GetFlag().Name
		if s := bad.GetFlag().Shorthand; s != "" {
			name = "-" + s + "/" + name
		}
		return fmt.Errorf("option %s: value %q: %w", name, bad.GetValue(), errors.Unwrap(bad))
	}
	return err
}

// expand writes out long options that were shortened, as getopt allows where
// the beginning is unique.
func expand(args []string) []string {
	out := make([]string, 0, len(args))
	for i := 0; i < len(args); i++ {
		a := args[i]
		if a == "--" {
			return append(out, args[i:]...)
		}
		name, isLong := strings.CutPrefix(a, "--")
		name, rest, hasValue := strings.Cut(name, "=")
		if full := complete(name); isLong && full != "" {
			a = "--" + full
			if hasValue {
				a += "=" + rest
			} else if strings.HasPrefix(full, "dump-queue-") && i+1 < len(args) && digits(args[i+1]) {
				i++ // their argument is optional, so a parser would leave it alone
				a += "=" + args[i]
			}
		}
		out = append(out, a)
	}
	return out
}

func digits(s string) bool {
	return s != "" && strings.Trim(s, "0123456789") == ""
}

// complete returns the only long option that begins with name, or "".
func complete(name string) string {
	found := ""
	if name == "" {
		return ""
	}
	for _, row := range table {
		if row.long == name {
			return name
		}
		if strings.HasPrefix(row.long, name) {
			if found != "" {
				return ""
			}
			found = row.long
		}
	}
	return found
}

// finish fills in what depends on several options and checks what is left over.
func (p *parser) finish(given []string) error {
	o := p.options
	if p.action != ActionRunScript && len(o.Args) > 0 {
		return fmt.Errorf("unexpected argument %q", o.Args[0])
	}
	if o.JSON && p.action != ActionListBindings && p.action != ActionHelp {
		return fmt.Errorf("option --json belongs to --list-bindings")
	}
	if !p.webGiven {
		o.HTTP.Port = DefaultHTTPPort
	}
	if o.HTTP.Port == o.HTTPS.Port && o.HTTPS.Port != 0 {
		o.HTTP.Port = 0
		o.Notices = append(o.Notices, "--http-port and --https-port are equal: only TLS is served")
	}
	if o.LocalNetworksText == "" {
		if err := addNetworks(o, DefaultLocalNetworks); err != nil {
			return err
		}
	}
	if (o.RedisTLSCert == "") != (o.RedisTLSKey == "") {
		return fmt.Errorf("options --redis-tls-cert and --redis-tls-key need each other")
	}
	if len(given) > 0 {
		o.CommandLine = strings.Join(p.shown, " ")
	}
	return nil
}

// RedisTLS tells whether any option asks for TLS to Redis.
func (o *Options) RedisTLS() bool {
	return o.RedisTLSCACert != "" || o.RedisTLSCert != "" || o.RedisTLSSkipVerify
}
