package export

import (
	"bytes"
	"context"
	"crypto/tls"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
	"time"

	"ntopgo/engine/decode"
	"ntopgo/engine/flow"
)

// Elastic is where and how flows are written to Elasticsearch.
type Elastic struct {
	Type  string // of documents, for servers before version 6
	Index string // with conversions of strftime(3), in UTC
	URL   string // of the bulk interface
	User  string
	Pass  string
	// Insecure accepts every certificate.
	Insecure bool
	// Template is the index template for a major version of the server, nil for
	// none.
	Template func(version int) []byte
	// Logf takes a line; nil: nothing.
	Logf func(format string, args ...any)

	client  *http.Client
	version int // of the server, 0 before it is known
	prepped bool
}

// ParseElastic reads "type;index;URL;user:password", of which the last may be
// missing.
func ParseElastic(s string) (*Elastic, error) {
	f := strings.SplitN(s, ";", 4)
	if len(f) < 3 || f[0] == "" || f[1] == "" || f[2] == "" {
		return nil, fmt.Errorf("elasticsearch: want es;<index type>;<index name>;<URL>;<user>:<password>")
	}
	u, err := url.Parse(f[2])
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return nil, fmt.Errorf("elasticsearch: %q is no address of a server", f[2])
	}
	e := &Elastic{Type: f[0], Index: f[1], URL: f[2]}
	if len(f) == 4 {
		e.User, e.Pass, _ = strings.Cut(f[3], ":")
	}
	return e, nil
}

// Bulks of documents.
const (
	bulkFlows   = 500
	bulkDelay   = 5 * time.Second
	bulkTimeout = 30 * time.Second
	maxAnswer   = 1 << 20
)

// Sink sends flows in bulks.
func (e *Elastic) Sink(n *Names, logf func(string, ...any)) *Sink {
	e.Logf = logf
	e.client = &http.Client{Timeout: bulkTimeout, Transport: &http.Transport{Proxy: http.ProxyFromEnvironment,
		TLSClientConfig: &tls.Config{MinVersion: tls.VersionTLS12, InsecureSkipVerify: e.Insecure}}} //nolint:gosec // the user asked for it
	return &Sink{Name: "es", Format: func(it *Item) []byte { return encode(n.ecs(it, e.Type)) }, Send: e.send, Batch: bulkFlows, Delay: bulkDelay,
		Logf: logf, End: e.client.CloseIdleConnections}
}

func (e *Elastic) send(ctx context.Context, batch [][]byte) error {
	if !e.prepped {
		if err := e.prepare(ctx); err != nil {
			return err
		}
	}
	head := map[string]any{"_index": strftime(e.Index, time.Now().UTC())}
	switch {
	case e.version >= 8: // types are gone
	case e.version >= 6:
		head["_type"] = "_doc"
	default:
		head["_type"] = e.Type
	}
	action := encode(map[string]any{"index": head})
	var b bytes.Buffer
	for _, text := range batch {
		b.Write(action)
		b.WriteByte('\n')
		b.Write(text)
		b.WriteByte('\n')
	}
	answer, err := e.request(ctx, http.MethodPost, e.URL, b.Bytes())
	if err != nil {
		return err
	}
	var said struct {
		Errors bool `json:"errors"`
	}
	if json.Unmarshal(answer, &said) == nil && said.Errors {
		return fmt.Errorf("elasticsearch: the server refused some flows: %.200s", answer)
	}
	return nil
}

// prepare asks for the version of the server and gives it the template.
func (e *Elastic) prepare(ctx context.Context) error {
	u, err := url.Parse(e.URL)
	if err != nil {
		return fmt.Errorf("elasticsearch: %w", err)
	}
	base := u.Scheme + "://" + u.Host
	answer, err := e.request(ctx, http.MethodGet, base+"/", nil)
	if err != nil {
		return err
	}
	var about struct {
		Version struct {
			Number string `json:"number"`
		} `json:"version"`
	}
	if err := json.Unmarshal(answer, &about); err != nil {
		return fmt.Errorf("elasticsearch: %s does not tell its version: %w", base, err)
	}
	major, _, _ := strings.Cut(about.Version.Number, ".")
	e.version, _ = strconv.Atoi(major) // 0 is the oldest
	if e.Template != nil {
		if t := e.Template(e.version); t != nil {
			if _, err := e.request(ctx, http.MethodPost, base+"/_template/ntopng_template", t); err != nil && e.Logf != nil {
				e.Logf("elasticsearch does not take the index template: %v", err)
			}
		}
	}
	e.prepped = true
	return nil
}

func (e *Elastic) request(ctx context.Context, method, address string, body []byte) ([]byte, error) {
	r, err := http.NewRequestWithContext(ctx, method, address, bytes.NewReader(body))
	if err != nil {
		return nil, fmt.Errorf("elasticsearch: %w", err)
	}
	r.Header.Set("Content-Type", "application/json")
	if e.User != "" {
		r.SetBasicAuth(e.User, e.Pass)
	}
	answer, err := e.client.Do(r)
	if err != nil {
		return nil, fmt.Errorf("elasticsearch: %w", err)
	}
	defer func() { _ = answer.Body.Close() }()
	text, err := io.ReadAll(io.LimitReader(answer.Body, maxAnswer))
	if err != nil {
		return nil, fmt.Errorf("elasticsearch: %w", err)
	}
	if answer.StatusCode/100 != 2 {
		return nil, fmt.Errorf("elasticsearch: %s: %s: %.200s", address, answer.Status, text)
	}
	return text, nil
}

// strftime writes t with the conversions that names of indexes have.
func strftime(format string, t time.Time) string {
	return strings.NewReplacer("%Y", t.Format("2006"), "%y", t.Format("06"), "%m", t.Format("01"), "%d", t.Format("02"),
		"%H", t.Format("15"), "%M", t.Format("04"), "%S", t.Format("05"), "%j", fmt.Sprintf("%03d", t.YearDay()), "%F", t.Format("2006-01-02"),
		"%V", isoWeek(t), "%%", "%").Replace(format)
}

func isoWeek(t time.Time) string {
	_, week := t.ISOWeek()
	return fmt.Sprintf("%02d", week)
}

// ecs is a flow in the Elastic Common Schema, as ntopng fills it.
func (n *Names) ecs(it *Item, kind string) map[string]any {
	f := &it.Flow
	o := map[string]any{"@timestamp": time.Unix(it.Last/1e9, 0).UTC().Format("2006-01-02T15:04:05.0Z"), "type": kind,
		"client": n.ecsHost(it, true), "server": n.ecsHost(it, false), "network": n.ecsNetwork(it), "community_id": f.CommunityID(),
		"event": map[string]any{"risk_score": n.score(f)}, "interface": map[string]any{"id": it.IfID, "name": it.IfName}}
	observer := map[string]any{"product": "ntopng", "vendor": "ntop"}
	put(observer, "name", n.Instance)
	o["observer"] = observer
	if name, fields := ecsApplication(f); fields != nil {
		o[name] = fields
	}
	if from := f.Origin; from != nil {
		if from.More != "" {
			o["json"] = json.RawMessage(from.More)
		}
		if from.Verdict == 2 {
			o["pass_verdict"] = false
		}
	}
	return o
}

func (n *Names) ecsHost(it *Item, client bool) map[string]any {
	f := &it.Flow
	addr, h, card, port, part, d, latency := f.Client, f.Cli, f.CliMAC, f.CliPort, it.Up, &f.ToServer, f.ClientLatency
	if !client {
		addr, h, card, port, part, d, latency = f.Server, f.Srv, f.SrvMAC, f.SrvPort, it.Down, &f.ToClient, f.ServerLatency
	}
	o := map[string]any{"ip": addr.String(), "is_local": h != nil && h.Local, "domain": n.host(f, addr), "tos": d.TOS, "port": port,
		"packets": part.Packets, "bytes": part.Bytes, "packets_retransmissions": d.Issues.Retransmissions,
		"packets_out_of_order": d.Issues.OutOfOrder, "packets_lost": d.Issues.Lost}
	if !card.IsZero() {
		o["mac"] = card.String()
	}
	if f.Key.VLAN > 0 {
		o["vlan"] = f.Key.VLAN
	}
	if f.Key.Proto == decode.ProtoTCP {
		o["latency"] = milliseconds(latency)
	}
	if n.Place != nil {
		if country, long, lat := n.Place(addr); country != "" {
			o["geo"] = map[string]any{"country_name": country, "location": map[string]any{"lon": long, "lat": lat}}
		}
	}
	if from := f.Origin; from != nil && client && from.PostNAT[0].IsValid() && from.PostNAT[0] != from.PreNAT[0] {
		o["nat"] = map[string]any{"ip": from.PostNAT[0].Addr().String(), "port": from.PostNAT[0].Port()}
		o["ip"], o["port"] = from.PreNAT[0].Addr().String(), from.PreNAT[0].Port()
	}
	return o
}

func (n *Names) host(f *flow.Flow, a netip.Addr) string {
	if n.Host == nil {
		return a.String()
	}
	return n.Host(f, a)
}

func (n *Names) ecsNetwork(it *Item) map[string]any {
	f := &it.Flow
	o := map[string]any{"iana_number": f.Key.Proto, "first_seen": it.First / 1e9, "last_seen": it.Last / 1e9, "type": "ipv4",
		"category": map[string]any{"name": n.DPI.CategoryName(f.Result.Category), "id": f.Result.Category}, "info": ""}
	if f.IPVersion == 6 {
		o["type"] = "ipv6"
	}
	if f.Classified || f.Result.App != 0 {
		o["protocol"] = n.DPI.Name(f.Result)
	}
	if f.Key.Proto == decode.ProtoTCP {
		o["tcp_flags"] = f.ToServer.TCPFlags | f.ToClient.TCPFlags
	}
	if m := f.Metadata(); m != nil {
		if o["info"] = m.Info; m.Info == "" {
			o["info"] = m.HostName
		}
	}
	if from := f.Origin; from != nil && from.Exporter.IsValid() {
		o["exporter"] = from.Exporter.String()
	}
	return o
}

// ecsApplication is what was read of the protocol, and under which name; nil for
// nothing.
func ecsApplication(f *flow.Flow) (name string, o map[string]any) {
	m := f.Metadata()
	if m == nil {
		return "", nil
	}
	switch {
	case is(f, protocolDNS) && m.DNSQuery != "":
		return "dns", map[string]any{"question.name": m.DNSQuery}
	case is(f, protocolTLS) && m.HostName != "":
		return "tls", map[string]any{"server_name": m.HostName}
	case is(f, protocolHTTP):
		o = map[string]any{}
		put(o, "request.url", m.HTTPURL)
		put(o, "user_agent", m.HTTPUserAgent)
		put(o, "request.method", m.HTTPMethod)
		put(o, "response.server", m.HTTPServer)
		if m.HTTPStatus > 0 {
			o["response.status_code"] = m.HTTPStatus
		}
		return "http", o
	case m.BitTorrentHash != "":
		return "bittorrent", map[string]any{"hash": m.BitTorrentHash}
	}
	return "", nil
}
