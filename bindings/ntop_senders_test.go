package bindings

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"ntopgo/engine/mail/mailtest"
	"ntopgo/engine/otinfo/ottest"
	"ntopgo/engine/senders/sendertest"
	"ntopgo/engine/zmq"
)

func TestMailAndSyslogBindings(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 2024)
	s := mailtest.New(t, nil, false)
	w.check("delivered", fmt.Sprintf(`p(ntop.sendMail("me@example.com", "you@example.com", "a@example.com, b@example.com", "Subject: x\n\ntext\n", "smtp://%s", "u", "p", false, true))`, s.Addr),
		"{msg=No error success=true};")
	if m := <-s.Mails; len(m.To) != 3 || m.Text != "Subject: x\r\n\r\ntext\r\n" || m.Auth == "" {
		t.Errorf("%+v", m)
	}
	w.check("refused", fmt.Sprintf(`local r = ntop.sendMail("me@example.com", "nobody@example.com", "", "x", "smtp://%s") p(r.success, r.msg:match("nobody here"))`, s.Addr), "false nobody here;")
	w.check("wrong arguments", `p(ntop.sendMail("a", "b", "c", "d"), ntop.sendMail(nil, "b", "c", "d", "e"), ntop.sendMail("a", "b", "", "d", "ftp://x").success)`, "nil nil false;")
	socket, next := sendertest.Syslog(t)
	w.env.SyslogSocket = socket
	w.check("log lines", `p(ntop.syslog("an alert", 4), ntop.syslog("another"), ntop.syslog(nil), ntop.syslog({}))`, "nil nil nil nil;")
	if a, b := next(), next(); !strings.HasPrefix(a, "<12>") || !strings.Contains(a, "an alert") || !strings.HasPrefix(b, "<14>") {
		t.Errorf("%q %q", a, b)
	}
}

func TestBrokerBindings(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 2024)
	w.everyName()
	t.Cleanup(w.env.Close)
	w.check("switched off", `p(ntop.publish("a", "b"), ntop.rpcCall("a", "b"))`, "false nil;")
	b := sendertest.NewBroker(t)
	for name, value := range map[string]string{"toggle_message_broker": "1", "message_broker_url": strings.TrimPrefix(b.URL, "nats://")} {
		if err := w.env.Prefs.Set(name, value); err != nil {
			t.Fatal(err)
		}
	}
	w.check("published", `p(ntop.publish("alerts", "hello"), ntop.rpcCall("echo", "you", 5000), ntop.rpcCall("silence", "you", 50))`, "true {broker_rsp=you} nil;")
	if got := <-b.Got; got != "alerts hello" {
		t.Error(got)
	}
	addr, next := sendertest.Kafka(t, "flows")
	w.check("Kafka", fmt.Sprintf(`p(ntop.sendKafkaMessage("%s;flows", "a flow"))`, addr), "true;")
	if got := next(); got != "a flow" {
		t.Error(got)
	}
	w.check("wrong arguments", `p(ntop.publish("a"), ntop.publish(nil, "b"), ntop.rpcCall("a"), ntop.sendKafkaMessage("no topic", "x"), ntop.sendKafkaMessage("x"))`, "nil nil nil false nil;")
}

func TestZMQBindings(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 2024)
	t.Cleanup(w.env.Close)
	w.check("not connected", `p(ntop.zmq_receive(), ntop.zmq_disconnect(), ntop.zmq_connect("tcp://127.0.0.1:1", "x"), ntop.zmq_receive(), ntop.zmq_connect("x"), ntop.isNProbeIPSConfigured(), ntop.broadcastIPSMessage("x"))`,
		"nil nil nil nil nil false nil;")
	p, err := zmq.Publish("tcp://127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	stop := make(chan struct{})
	defer func() { close(stop); p.Close() }()
	go func() {
		for {
			select {
			case <-stop:
				return
			case <-time.After(5 * time.Millisecond):
				_ = p.Send("flow", `{"a":1}`)
			}
		}
	}()
	w.check("received", fmt.Sprintf(`ntop.zmq_connect("tcp://%s", "flow") local m = ntop.zmq_receive() ntop.zmq_disconnect() p(m, ntop.zmq_receive())`, p.Addr()), `{"a":1} nil;`)

	w.env.Options.PublishEvents = "tcp://127.0.0.1:0"
	w.check("published", `p(ntop.isNProbeIPSConfigured(), ntop.broadcastIPSMessage("first"), ntop.broadcastIPSMessage(nil))`, "true nil nil;")
	probe, err := zmq.Subscribe("tcp://"+w.env.state.events.Addr(), "ips")
	if err != nil {
		t.Fatal(err)
	}
	defer probe.Close()
	for deadline := time.Now().Add(10 * time.Second); ; {
		w.run(`ntop.broadcastIPSMessage('{"block":"198.51.100.1"}')`)
		if m, ok := probe.Receive(50 * time.Millisecond); ok {
			if m.Text != `{"block":"198.51.100.1"}` {
				t.Errorf("%+v", m)
			}
			break
		}
		if time.Now().After(deadline) {
			t.Fatal("the probe hears nothing")
		}
	}
}

func TestIndustrialDevices(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 2026)
	w.check("Modbus", fmt.Sprintf(`p(ntop.readModbusDeviceInfo("%s", 5))`, ottest.Modbus(t, ottest.ModbusAnswer("Acme", "PLC-1", "v1.2"))),
		"{product_code=PLC-1 product_revision=v1.2 vendor_name=Acme};")
	w.check("EtherNet/IP", fmt.Sprintf(`p(ntop.readEthernetIPDeviceInfo("%s"))`, ottest.EtherNetIP(t, ottest.IdentityAnswer("1756-EN2T"))),
		"{device_type=14 product_code=65 product_name=1756-EN2T revision=20.11 serial_number=12648430 status=96 vendor_id=1};")
	w.check("wrong arguments", `p(ntop.readModbusDeviceInfo(nil), ntop.readModbusDeviceInfo("127.0.0.1:1", 1), ntop.readEthernetIPDeviceInfo({}), ntop.readEthernetIPDeviceInfo("127.0.0.1:1", 1))`, "nil nil nil nil;")
}
