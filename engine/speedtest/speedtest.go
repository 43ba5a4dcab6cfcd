// Package speedtest measures the speed of the connection to the internet against
// the public servers of speedtest.net: latency, download and upload. It runs
// only when it is asked to.
package speedtest

import (
	"context"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"math"
	"net/http"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// Config says where to begin; the zero value is the public service.
type Config struct {
	ConfigURL, ServersURL string
	Client                *http.Client
	Duration              time.Duration // of each direction; default 8 s
}

// Result is the outcome. Speeds are in megabits per second, of 1024 × 1024 bits
// as the original counts them, the latency in milliseconds, the distance in
// kilometres.
type Result struct {
	ISP      string  `json:"client.isp"`
	IP       string  `json:"client.ip"`
	Server   string  `json:"server.url"`
	Distance float64 `json:"server.distance"`
	Latency  float64 `json:"server.latency"`
	Download float64 `json:"download.speed"`
	Upload   float64 `json:"upload.speed"`
}

const (
	streams    = 4 // connections at once
	candidates = 5 // nearest servers whose latency is tried
	chunk      = 256 << 10
	uploadSize = 4 << 20 // of one request
	megabit    = 1 << 20
	earth      = 6371 // kilometres
)

// downloads are the files that servers offer, by the pixels of an image.
const downloadFile = "random4000x4000.jpg"

type server struct {
	URL      string  `xml:"url,attr"`
	Lat      float64 `xml:"lat,attr"`
	Lon      float64 `xml:"lon,attr"`
	distance float64
}

// base is the folder of a server's upload address.
func (s server) base() string { return s.URL[:strings.LastIndexByte(s.URL, '/')+1] }

type setting struct {
	Client struct {
		IP  string  `xml:"ip,attr"`
		ISP string  `xml:"isp,attr"`
		Lat float64 `xml:"lat,attr"`
		Lon float64 `xml:"lon,attr"`
	} `xml:"client"`
}

type serverList struct {
	Servers []server `xml:"servers>server"`
}

// Run measures once.
func Run(ctx context.Context, c Config) (Result, error) {
	if c.ConfigURL == "" {
		c.ConfigURL, c.ServersURL = "https://www.speedtest.net/speedtest-config.php", "https://www.speedtest.net/speedtest-servers.php"
	}
	if c.Client == nil {
		c.Client = &http.Client{Timeout: 20 * time.Second}
	}
	if c.Duration <= 0 {
		c.Duration = 8 * time.Second
	}
	var me setting
	if err := c.fetch(ctx, c.ConfigURL, &me); err != nil {
		return Result{}, err
	}
	var list serverList
	if err := c.fetch(ctx, c.ServersURL, &list); err != nil {
		return Result{}, err
	}
	for i := range list.Servers {
		s := &list.Servers[i]
		s.distance = kilometres(me.Client.Lat, me.Client.Lon, s.Lat, s.Lon)
	}
	slices.SortStableFunc(list.Servers, func(a, b server) int { return int(math.Round(a.distance - b.distance)) })
	best, latency, err := c.nearest(ctx, list.Servers[:min(len(list.Servers), candidates)])
	if err != nil {
		return Result{}, err
	}
	r := Result{ISP: me.Client.ISP, IP: me.Client.IP, Server: best.URL, Distance: best.distance,
		Latency: float64(latency.Microseconds()) / 1000}
	r.Download = c.measure(ctx, func(ctx context.Context, n *atomic.Int64) error { return c.download(ctx, best, n) })
	r.Upload = c.measure(ctx, func(ctx context.Context, n *atomic.Int64) error { return c.upload(ctx, best, n) })
	if r.Download == 0 {
		return r, fmt.Errorf("speed test: %s sends nothing", best.URL)
	}
	return r, nil
}

func (c Config) get(ctx context.Context, url string) (*http.Response, error) {
	q, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return nil, fmt.Errorf("speed test: %w", err)
	}
	r, err := c.Client.Do(q)
	if err != nil {
		return nil, fmt.Errorf("speed test: %w", err)
	}
	if r.StatusCode != http.StatusOK {
		_ = r.Body.Close()
		return nil, fmt.Errorf("speed test: %s answers %s", url, r.Status)
	}
	return r, nil
}

func (c Config) fetch(ctx context.Context, url string, v any) error {
	r, err := c.get(ctx, url)
	if err != nil {
		return err
	}
	defer func() { _ = r.Body.Close() }()
	if err := xml.NewDecoder(io.LimitReader(r.Body, 16<<20)).Decode(v); err != nil {
		return fmt.Errorf("speed test: %s: %w", url, err)
	}
	return nil
}

// kilometres is the great-circle distance.
func kilometres(lat1, lon1, lat2, lon2 float64) float64 {
	rad := math.Pi / 180
	dLat, dLon := (lat2-lat1)*rad/2, (lon2-lon1)*rad/2
	a := math.Pow(math.Sin(dLat), 2) + math.Cos(lat1*rad)*math.Cos(lat2*rad)*math.Pow(math.Sin(dLon), 2)
	return 2 * earth * math.Asin(math.Sqrt(min(a, 1)))
}

// nearest is the server that answers first.
func (c Config) nearest(ctx context.Context, list []server) (best server, latency time.Duration, err error) {
	err = errors.New("speed test: no server")
	for _, s := range list {
		if !strings.Contains(s.URL, "/") {
			continue
		}
		begin := time.Now()
		r, e := c.get(ctx, s.base()+"latency.txt")
		if e != nil {
			if latency == 0 {
				err = e
			}
			continue
		}
		_, _ = io.Copy(io.Discard, io.LimitReader(r.Body, 1024))
		_ = r.Body.Close()
		if took := time.Since(begin); latency == 0 || took < latency {
			best, latency, err = s, took, nil
		}
	}
	return best, latency, err
}

// measure moves bytes over several connections until the time is over and
// returns megabits per second.
func (c Config) measure(ctx context.Context, move func(ctx context.Context, n *atomic.Int64) error) float64 {
	ctx, cancel := context.WithTimeout(ctx, c.Duration)
	defer cancel()
	var n atomic.Int64
	var wait sync.WaitGroup
	begin := time.Now()
	for range streams {
		wait.Add(1)
		go func() {
			defer wait.Done()
			for ctx.Err() == nil {
				if err := move(ctx, &n); err != nil {
					return
				}
			}
		}()
	}
	wait.Wait()
	return float64(n.Load()*8) / megabit / time.Since(begin).Seconds()
}

func (c Config) download(ctx context.Context, s server, n *atomic.Int64) error {
	r, err := c.get(ctx, s.base()+downloadFile)
	if err != nil {
		return err
	}
	defer func() { _ = r.Body.Close() }()
	b := make([]byte, chunk)
	for {
		k, err := r.Body.Read(b)
		n.Add(int64(k))
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
	}
}

// zeros is a body that counts what is read of it.
type zeros struct {
	left int
	n    *atomic.Int64
}

func (z *zeros) Read(p []byte) (int, error) {
	if z.left == 0 {
		return 0, io.EOF
	}
	k := min(len(p), z.left, chunk)
	clear(p[:k])
	z.left -= k
	z.n.Add(int64(k))
	return k, nil
}

func (c Config) upload(ctx context.Context, s server, n *atomic.Int64) error {
	q, err := http.NewRequestWithContext(ctx, http.MethodPost, s.URL, &zeros{uploadSize, n})
	if err != nil {
		return err
	}
	q.ContentLength = uploadSize
	q.Header.Set("Content-Type", "application/octet-stream")
	r, err := c.Client.Do(q)
	if err != nil {
		return err
	}
	_, _ = io.Copy(io.Discard, io.LimitReader(r.Body, 1<<16))
	return r.Body.Close()
}
