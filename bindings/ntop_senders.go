package bindings

import (
	"context"
	"strings"
	"time"

	"ntopgo/compat/lua"
	"ntopgo/engine/mail"
	"ntopgo/engine/senders"
	"ntopgo/engine/zmq"
)

// Messages to other systems.
func init() {
	register("ntop", map[string]func(c *Call){
		"sendMail":              sendMail,
		"syslog":                syslogLine,
		"sendKafkaMessage":      sendKafka,
		"publish":               publish,
		"rpcCall":               rpcCall,
		"zmq_connect":           zmqConnect,
		"zmq_disconnect":        func(c *Call) { c.closeZMQ(); c.Push(nil) },
		"zmq_receive":           zmqReceive,
		"broadcastIPSMessage":   broadcastIPS,
		"isNProbeIPSConfigured": func(c *Call) { c.Push(c.Env.Options.PublishEvents != "") },
	})
}

const (
	mailTimeout = 30 * time.Second
	rpcTimeout  = time.Second // without one of the caller
	rpcMax      = 30 * time.Second
)

// sendMail takes from, to, cc (CSV), message, server, user, password, whether to
// use a proxy, whether to log more; the answer is {success, msg}.
func sendMail(c *Call) {
	if !c.needsStrings(5) {
		return
	}
	to := []string{c.String(2)}
	for _, cc := range strings.Split(c.String(3), ",") {
		if cc = strings.TrimSpace(cc); cc != "" {
			to = append(to, cc)
		}
	}
	s := mail.Server{Address: c.String(5), UseProxy: c.OptBool(8, false), InsecureTLS: c.Env.Options.InsecureTLS, Timeout: mailTimeout}
	if c.Kind(6) == lua.String && c.Kind(7) == lua.String {
		s.User, s.Password = c.String(6), c.String(7)
	}
	err := s.Send(mail.Message{From: c.String(1), To: to, Text: c.String(4)})
	message := "No error"
	if err != nil {
		message = err.Error()
		c.Env.Log.Logf(1, "%s: %v", c.b.Key(), err)
	} else if c.OptBool(9, false) {
		c.Env.Log.Logf(2, "%s: delivered to %s by %s", c.b.Key(), strings.Join(to, ", "), s.Address)
	}
	c.Push(lua.NewTable(2).Set("success", err == nil).Set("msg", message))
}

// severityInfo is the severity of a line without one.
const severityInfo = 6

func syslogLine(c *Call) {
	if c.Kind(1) == lua.String {
		c.Failed(senders.Syslog(c.Env.LogSocket(), int(c.OptInteger(2, severityInfo)), c.String(1)))
	}
	c.Push(nil)
}

// LogSocket is where the system's log listens.
func (e *Env) LogSocket() string {
	if e.SyslogSocket != "" {
		return e.SyslogSocket
	}
	return senders.SyslogSocket
}

func sendKafka(c *Call) {
	if !c.needsStrings(2) {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), rpcMax)
	defer cancel()
	c.Push(!c.Failed(c.Env.kafka.Send(ctx, c.String(1), c.String(2))))
}

// broker is the address of the message broker of the preferences, "" where it is
// switched off.
func (c *Call) broker() string {
	url := c.Env.Prefs.String("message_broker_url")
	if !c.Env.Prefs.Bool("toggle_message_broker") || url == "" {
		return ""
	}
	if !strings.Contains(url, "://") {
		url = "nats://" + url
	}
	return url
}

func publish(c *Call) {
	if !c.needsStrings(2) {
		return
	}
	url := c.broker()
	c.Push(url != "" && !c.Failed(c.Env.nats.Publish(url, c.String(1), c.String(2))))
}

// rpcCall takes subject, message and a timeout in milliseconds.
func rpcCall(c *Call) {
	if !c.needsStrings(2) {
		return
	}
	url := c.broker()
	if url == "" {
		c.Push(nil)
		return
	}
	timeout := min(time.Duration(c.OptInteger(3, rpcTimeout.Milliseconds()))*time.Millisecond, rpcMax)
	answer, err := c.Env.nats.Request(url, c.String(1), c.String(2), max(timeout, time.Millisecond))
	c.pushUnless(err, lua.NewTable(1).Set("broker_rsp", answer))
}

// zmqConnect subscribes this run of the script to a publisher.
func zmqConnect(c *Call) {
	if !c.needsStrings(2) {
		return
	}
	c.closeZMQ()
	s, err := zmq.Subscribe(c.String(1), c.String(2))
	if !c.Failed(err) {
		c.zmq = s
	}
	c.Push(nil)
}

func (c *Context) closeZMQ() {
	if c.zmq != nil {
		c.zmq.Close()
		c.zmq = nil
	}
}

// zmqPatience is how long a script waits for a message; the original's waits for
// ever.
const zmqPatience = 10 * time.Second

func zmqReceive(c *Call) {
	if c.zmq == nil {
		c.Push(nil)
		return
	}
	m, ok := c.zmq.Receive(zmqPatience)
	if !ok {
		c.Push(nil)
		return
	}
	c.Push(m.Text)
}

// broadcastIPS tells probes what to block; nobody hears it without
// --zmq-publish-events.
func broadcastIPS(c *Call) {
	defer c.Push(nil)
	endpoint := c.Env.Options.PublishEvents
	if c.Kind(1) != lua.String || endpoint == "" {
		return
	}
	p, err := c.Env.publisher(endpoint)
	if !c.Failed(err) {
		c.Failed(p.Send("ips", c.String(1)))
	}
}

func (e *Env) publisher(endpoint string) (*zmq.Publisher, error) {
	e.state.mu.Lock()
	defer e.state.mu.Unlock()
	if e.state.events == nil {
		p, err := zmq.Publish(endpoint)
		if err != nil {
			return nil, err
		}
		e.state.events = p
	}
	return e.state.events, nil
}
