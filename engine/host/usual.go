package host

import "math"

// Usual is the usual course of what a host does, learnt from one value every five
// minutes.
type Usual struct {
	Flows, Score [2]Course // by role
	Hosts        Course    // server names asked for
	at           int64     // of the last values, nanoseconds
}

// observePeriod is how far apart values are, in nanoseconds.
const observePeriod = 300e9

// unusual is how many of the last flows and scores were.
func (u *Usual) unusual() (n int) {
	for _, c := range []*Course{&u.Flows[AsClient], &u.Flows[AsServer], &u.Score[AsClient], &u.Score[AsServer]} {
		if c.Unusual {
			n++
		}
	}
	return n
}

// Course follows values by double exponential smoothing: each is compared with a
// forecast and a band around it, which is as wide as forecasts were wrong.
type Course struct {
	forecast, trend float64
	squares, recent float32 // sums of squared errors; recent: of the values that count for the next window
	values          uint16
	window          uint16 // values in recent

	Unusual      bool // the last value was outside of the band
	Anomalies    uint16
	Value        uint32 // the last one
	Lower, Upper uint32 // its band
}

// Parameters of the smoothing; band is the 97.5 % quantile of the normal
// distribution. They are the original's, as is the window.
const (
	courseAlpha  = 0.9
	courseBeta   = 0.035
	courseBand   = 1.959964
	courseWindow = 64
)

// Add takes over the next value and says whether it was unusual. The first one
// never is.
func (c *Course) Add(n int) bool {
	v := float64(n)
	first := c.values == 0
	if first {
		c.forecast, c.trend = v, 0
	} else {
		next := courseAlpha*v + (1-courseAlpha)*(c.forecast+c.trend)
		c.trend = courseBeta*(next-c.forecast) + (1-courseBeta)*c.trend
		c.forecast = next
	}
	square := float32((v - c.forecast) * (v - c.forecast))
	c.squares += square
	c.recent += square
	band := 0.0
	if !first {
		seen := int(c.values) + 1
		if c.values >= courseWindow {
			seen = int(c.values)%courseWindow + courseWindow + 1
		}
		band = courseBand * math.Sqrt(float64(c.squares)/float64(seen))
	}
	if c.values++; c.values == math.MaxUint16 {
		c.values -= courseWindow * 512 // the same place in the window
	}
	if c.window++; c.window == courseWindow {
		c.squares, c.recent, c.window = c.recent, 0, 0
	}
	c.Value = uint32(max(n, 0))
	c.Lower = uint32(math.Floor(max(c.forecast-band, 0)))
	c.Upper = uint32(math.Round(c.forecast + band + 0.5))
	c.Unusual = !first && (c.Value < c.Lower || c.Value > c.Upper)
	if c.Unusual && c.Anomalies < math.MaxUint16 {
		c.Anomalies++
	}
	return c.Unusual
}

// Observe takes over the next values if it is time at now (nanoseconds): flows and
// scores are learnt as what is usual, and who was contacted lately counts anew. It
// says how many values were unusual. last says that nothing will follow: of most hosts
// nothing needs to be kept then, since their first values are what they still have.
func (h *Host) Observe(now int64, last bool) int {
	d := h.Lock()
	defer h.Unlock()
	contacts := d.Details.contacts
	if !h.Local {
		contacts = nil
	}
	if d.Usual == nil {
		if last && d.Alerts == nil && contacts == nil {
			h.observed = true
			return 0
		}
		d.Usual = &Usual{}
	} else if now-d.Usual.at < observePeriod {
		return 0
	}
	u := d.Usual
	u.at = now
	u.flows(d)
	for role := range u.Score {
		_, sum := d.Alerts.Score(role, now/1e9)
		u.Score[role].Add(sum)
	}
	if c := contacts; c != nil {
		u.Hosts.Add(c.hosts.Count(sizeLately))
		c.hosts.Reset()
		c.countries.Reset()
		for role := range c.lately {
			c.before[role] = c.lately[role].Count(sizeLately)
			c.lately[role].Reset()
		}
	} else {
		u.Hosts.Add(0)
	}
	return u.unusual()
}

// flows adds the flows that there are.
func (u *Usual) flows(d *Data) {
	u.Flows[AsClient].Add(int(d.ActiveAsClient))
	u.Flows[AsServer].Add(int(d.ActiveAsServer))
}

// once is what is usual of a host that was observed once and had flows only.
func (d *Data) once() *Usual {
	u := &Usual{}
	u.flows(d)
	for role := range u.Score {
		u.Score[role].Add(0)
	}
	u.Hosts.Add(0)
	return u
}
