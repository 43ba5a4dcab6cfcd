package cli

import (
	"fmt"
	"strings"
	"unicode"
)

// maxLine is how long a line of the configuration file may be.
const maxLine = 16383

// file reads a configuration file: one option per line,
//
//	--name  --name=value  --name value  -x  -x=value  -x value
//
// Blank lines and lines beginning with # are skipped. A value may be put in
// double or single quotes; outside of quotes, blank and # begin a comment. A
// line that does not begin with a dash is reported and skipped, as in the
// original. Anything else wrong is an error that names file and line.
func (p *parser) file(name, content string) error {
	for i, line := range strings.Split(content, "\n") {
		line = strings.TrimSpace(line)
		if i == 0 {
			line = strings.TrimPrefix(line, "\ufeff")
		}
		if len(line) < 2 || line[0] == '#' {
			continue
		}
		where := fmt.Sprintf("%s:%d", name, i+1)
		if len(line) > maxLine {
			return fmt.Errorf("%s: the line is longer than %d bytes", where, maxLine)
		}
		if line[0] != '-' {
			p.options.Notices = append(p.options.Notices, fmt.Sprintf("%s: %q is no option and is skipped", where, shorten(line)))
			continue
		}
		if err := p.line(line); err != nil {
			return fmt.Errorf("%s: %w", where, err)
		}
	}
	return nil
}

func (p *parser) line(line string) error {
	name, rest := line, ""
	separator := false
	if i := strings.IndexFunc(line, func(r rune) bool { return r == '=' || unicode.IsSpace(r) }); i >= 0 {
		name, rest, separator = line[:i], line[i:], true
	}
	// "-i = eth0" is read like "-i=eth0".
	rest = strings.TrimSpace(rest)
	equals := strings.HasPrefix(rest, "=")
	if equals {
		rest = strings.TrimSpace(rest[1:])
	}
	v, err := unquote(rest)
	if err != nil {
		return fmt.Errorf("option %s: %w", name, err)
	}
	row, err := find(name)
	if err != nil {
		return err
	}
	shown := "--" + row.long
	if row.short != "" {
		shown = "-" + row.short + "/--" + row.long
	}
	if row.arg == "" {
		switch {
		case v == "":
			v = "true"
		case !equals:
			return fmt.Errorf("option %s takes no value, but %q follows", shown, shorten(v))
		}
	} else if !separator && !strings.HasPrefix(row.arg, "[b") && !strings.HasPrefix(row.arg, "[r") {
		return fmt.Errorf("option %s needs a value", shown)
	}
	if err := p.apply(row, v); err != nil {
		return fmt.Errorf("option %s: value %q: %w", shown, shorten(v), err)
	}
	return nil
}

// find returns the option a line names.
func find(name string) (option, error) {
	long, isLong := strings.CutPrefix(name, "--")
	for _, row := range table {
		if isLong && row.long == long || !isLong && row.short != "" && row.short == name[1:] {
			return row, nil
		}
	}
	if !isLong && len(name) > 2 {
		if _, err := find(name[:2]); err == nil {
			return option{}, fmt.Errorf("option %s: put a blank or = between %s and its value", name, name[:2])
		}
	}
	if takesArg, ok := bareLetters[strings.TrimPrefix(name, "-")]; ok && !isLong {
		row := option{long: "option-" + name[1:], short: name[1:], noMeaning: "it has no effect in the original either"}
		if takesArg {
			row.arg = "value"
		}
		return row, nil
	}
	return option{}, fmt.Errorf("unknown option %s", name)
}

// unquote takes the quotes, or the comment, off a value.
func unquote(s string) (string, error) {
	if s == "" {
		return "", nil
	}
	if q := s[0]; q == '"' || q == '\'' {
		end := strings.IndexByte(s[1:], q)
		if end < 0 {
			return "", fmt.Errorf("the quote is not closed")
		}
		after := strings.TrimSpace(s[end+2:])
		if after == "" || after[0] == '#' {
			return s[1 : end+1], nil
		}
		return s, nil // a quote that ends inside belongs to the value
	}
	if s[0] == '#' {
		return "", nil
	}
	for i := 1; i < len(s); i++ {
		if s[i] == '#' && (s[i-1] == ' ' || s[i-1] == '\t') {
			return strings.TrimSpace(s[:i]), nil
		}
	}
	return s, nil
}

func shorten(s string) string {
	if len(s) > 80 {
		return s[:77] + "..."
	}
	return s
}
