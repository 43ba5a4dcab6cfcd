package bindings

import (
	"fmt"
	"os"
	"path/filepath"
	"sort"
	"strings"
	"time"

	"ntopgo/compat/lua"
)

// Points of time series on their way to InfluxDB: lines of its protocol in
// files, which the tree's driver sends.
func init() {
	register("interface", map[string]func(c *Call){"appendInfluxDB": appendInflux})
}

// Bounds of one file, as in the original, and the key that counts points.
const (
	seriesMaxAge  = 10 * time.Second
	seriesMaxSize = 4 << 20
	seriesPoints  = "ntopng.cache.influxdb.num_exported_points"
	seriesPending = ".tmp" // ends the name of a file that is still written
)

// seriesFile is the file that points of an interface go into now.
type seriesFile struct {
	f      *os.File
	until  time.Time
	size   int
	points int64
	number int
}

// appendInflux takes a schema, a time in seconds, tags and metrics; true when
// the point is kept.
func appendInflux(c *Call) {
	tags, metrics := c.Table(3), c.Table(4)
	if c.Kind(1) != lua.String || c.Kind(2) != lua.Number || tags == nil || metrics == nil {
		c.wrongArgument(1, "string, followed by a number and two tables")
		c.Push(false)
		return
	}
	if c.Iface == nil {
		c.Push(false)
		return
	}
	line := influxLine(c.String(1), c.Integer(2), tags, metrics)
	s := c.state()
	s.mu.Lock()
	defer s.mu.Unlock()
	c.Push(!c.Failed(c.appendPoint(&s.series, line)))
}

// influxLine is one point: "schema,tag=value metric=value time".
func influxLine(schema string, at int64, tags, metrics *lua.Table) string {
	var b strings.Builder
	b.WriteString(schema)
	if fields := influxFields(tags); fields != "" {
		b.WriteString("," + fields)
	}
	fmt.Fprintf(&b, " %s %d\n", influxFields(metrics), at)
	return b.String()
}

// influxFields are name=value, in order, with spaces and commas of values
// escaped.
func influxFields(t *lua.Table) string {
	var out []string
	t.Each(func(k, v any) bool {
		out = append(out, fmt.Sprintf("%v=%s", k, strings.NewReplacer(" ", `\ `, ",", `\,`).Replace(luaText(v))))
		return true
	})
	sort.Strings(out)
	return strings.Join(out, ",")
}

// luaText is a value as Lua's tostring shows it.
func luaText(v any) string {
	if f, ok := v.(float64); ok && f == float64(int64(f)) {
		return fmt.Sprintf("%d", int64(f))
	}
	return fmt.Sprint(v)
}

func (c *Call) appendPoint(s *seriesFile, line string) error {
	now := time.Now()
	if s.f == nil {
		dir := filepath.Join(c.Env.Layout.DataDir, "tmp", "influxdb")
		if err := os.MkdirAll(dir, 0o755); err != nil {
			return err
		}
		s.until = now.Add(seriesMaxAge)
		name := filepath.Join(dir, fmt.Sprintf("%d_%d_%d%s", c.IfaceID, s.number, s.until.Unix(), seriesPending))
		f, err := os.OpenFile(name, os.O_CREATE|os.O_WRONLY|os.O_TRUNC, 0o644)
		if err != nil {
			return err
		}
		s.f, s.size, s.points = f, 0, 0
	}
	n, err := s.f.WriteString(line)
	if err != nil {
		return err
	}
	s.size += n
	s.points++
	if now.After(s.until) || s.size >= seriesMaxSize {
		return c.finish(s)
	}
	return nil
}

// finish hands the file over to the driver.
func (c *Call) finish(s *seriesFile) error {
	name := s.f.Name()
	err := s.f.Close()
	s.f = nil
	s.number++
	if err != nil {
		return err
	}
	if err := os.Rename(name, strings.TrimSuffix(name, seriesPending)); err != nil {
		return err
	}
	_, err = c.Env.KV.Incr(seriesPoints, s.points)
	return err
}
