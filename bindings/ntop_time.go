package bindings

import (
	"time"
)

// Groups "Time & Ticks" and "Script Control".
func init() {
	register("ntop", map[string]func(c *Call){
		"gettimemsec":           func(c *Call) { c.Push(float64(time.Now().UnixMicro()) / 1e6) },
		"getticks":              func(c *Call) { c.Push(float64(time.Since(c.Env.Started).Nanoseconds())) },
		"gettickspersec":        func(c *Call) { c.Push(1e9) },
		"tzset":                 func(c *Call) {},
		"roundTime":             roundTime,
		"getUptime":             func(c *Call) { c.Push(int64(time.Since(c.Env.Started).Seconds())) },
		"getStartupEpoch":       func(c *Call) { c.Push(c.Env.Started.Unix()) },
		"msleep":                msleep,
		"getDeadline":           func(c *Call) { c.Push(unixOrZero(c.Deadline)) },
		"isDeadlineApproaching": isDeadlineApproaching,
	})
	register("interface", map[string]func(c *Call){
		"setPeriodicActivityProgress": func(c *Call) {
			if c.SetProgress != nil {
				c.SetProgress(int(c.Integer(1)))
			}
		},
	})
}

func unixOrZero(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.Unix()
}

// roundTime is the next multiple of a period after a time; aligned to local
// time, the multiples count from local midnight.
func roundTime(c *Call) {
	now, period := c.Integer(1), c.Integer(2)
	if period <= 0 {
		c.Push(now)
		return
	}
	offset := int64(0)
	if c.OptBool(3, false) {
		_, secs := time.Unix(now, 0).Zone()
		offset = int64(secs)
	}
	c.Push((now+offset)/period*period + period - offset)
}

// maxSleep keeps a script from holding its worker longer than any page waits.
const maxSleep = 10 * time.Second

// minDelivery is how long a script that delivers alerts sleeps at least: alerts come in
// bursts, and the trees' script ends after so many rounds.
const minDelivery = 500 * time.Millisecond

// msleep sleeps for as many milliseconds as argument 1 says, maxSleep at most. A script
// that delivers alerts is woken when there is one.
func msleep(c *Call) {
	d := min(time.Duration(c.Integer(1))*time.Millisecond, maxSleep)
	if !c.delivers || d <= minDelivery {
		time.Sleep(d)
		return
	}
	time.Sleep(minDelivery)
	rest := time.NewTimer(d - minDelivery)
	defer rest.Stop()
	select {
	case <-rest.C:
	case <-c.Env.Recipients.Queued():
	}
}

// isDeadlineApproaching uses the margins of the original: none below a 5 s
// period, then 1, 5 and 10 s.
func isDeadlineApproaching(c *Call) {
	if c.Deadline.IsZero() {
		c.Push(false)
		return
	}
	left := time.Until(c.Deadline)
	c.Push(left <= c.DeadlineMargin)
}
