package bindings

import (
	"context"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"layeh.com/radius"
	"layeh.com/radius/rfc2865"
	"layeh.com/radius/rfc2866"

	"ntopgo/compat/authn"
)

func TestRADIUSBindings(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 2024)
	conn, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	got := make(chan *radius.Packet, 8)
	server := radius.PacketServer{SecretSource: radius.StaticSecretSource([]byte("shared")),
		Handler: radius.HandlerFunc(func(w radius.ResponseWriter, r *radius.Request) {
			got <- r.Packet
			_ = w.Write(r.Response(radius.CodeAccountingResponse))
		})}
	go func() { _ = server.Serve(conn) }()
	t.Cleanup(func() { _ = server.Shutdown(context.Background()) })
	w.env.RADIUS = authn.NewRADIUS(w.env.KV, w.env.Users)
	w.check("switched off", `p(interface.radiusAccountingStart("eve", "02:00:00:00:00:01", "s1", "10.0.0.9"))`, "false;")
	for k, v := range map[string]string{"auth_enabled": "1", "radius_acct_server_address": conn.LocalAddr().String(), "radius_secret": "shared"} {
		if err := w.env.KV.Set("ntopng.prefs.radius."+k, v); err != nil {
			t.Fatal(err)
		}
	}
	w.check("reported", `p(ntop.updateRadiusLoginInfo(), interface.radiusAccountingStart("eve", "02:00:00:00:00:01", "s1", "10.0.0.9", "5"),
interface.radiusAccountingUpdate("02:00:00:00:00:01", "s1", "eve", "pw", "10.0.0.9", 100, 200, 1, 2, 60),
interface.radiusAccountingStop("eve", "s1", "02:00:00:00:00:01", "10.0.0.9", 300, 400, 3, 4, 1, 90))`, "nil true true true;")
	for _, want := range []struct {
		kind    rfc2866.AcctStatusType
		out, in int
		seconds int
	}{{authn.AccountingStart, 0, 0, 0}, {authn.AccountingUpdate, 100, 200, 60}, {authn.AccountingStop, 300, 400, 90}} {
		p := <-got
		if rfc2866.AcctStatusType_Get(p) != want.kind || rfc2865.UserName_GetString(p) != "eve" || rfc2866.AcctSessionID_GetString(p) != "s1" ||
			rfc2865.CallingStationID_GetString(p) != "02:00:00:00:00:01" || int(rfc2866.AcctOutputOctets_Get(p)) != want.out ||
			int(rfc2866.AcctInputOctets_Get(p)) != want.in || int(rfc2866.AcctSessionTime_Get(p)) != want.seconds {
			t.Errorf("%v: %v", want, p.Attributes)
		}
	}
	w.check("log", `p(ntop.logRadius("login", "eve came"), ntop.logRadius("login"), ntop.hasRadiusSupport())`, "true nil true;")
	if b, err := os.ReadFile(filepath.Join(w.env.Layout.DataDir, "radius.log")); err != nil || !strings.Contains(string(b), "[RADIUS login] eve came") {
		t.Errorf("%q %v", b, err)
	}
	w.check("wrong arguments", `p(interface.radiusAccountingStart(), interface.radiusAccountingUpdate(1, 2, 3), interface.radiusAccountingStop({}, nil), ntop.logRadius(nil, "x"))`,
		"false false false nil;")
}

func TestInternalAlerts(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 2024)
	w.env.LoginTrace("eve", true)
	w.env.LoginTrace("bob", false)
	w.check("not for everybody", `p(ntop.popInternalAlerts())`, "nil;", asUser("bob"))
	w.check("in order", `local a, b = ntop.popInternalAlerts(), ntop.popInternalAlerts("x")
p(a.alert_id, a.user, a.scope, a.ifid, a.alert_category, a.tstamp > 1700000000, b.alert_id, b.user, ntop.popInternalAlerts())`, "user_activity eve login -1 4 true login_failed bob nil;")
	if err := w.env.Prefs.Set("disable_alerts_generation", "1"); err != nil {
		t.Fatal(err)
	}
	w.env.LoginTrace("eve", true)
	w.check("switched off", `p(ntop.popInternalAlerts())`, "nil;")
	if err := w.env.Prefs.Set("disable_alerts_generation", "0"); err != nil {
		t.Fatal(err)
	}
	for range maxInternalAlerts * 2 {
		w.env.LoginTrace("eve", true)
	}
	w.check("no room", `p(ntop.getSystemAlertsStats("x").alert_queues.internal_alerts_queue.pct_not_enqueued > 40, ntop.systemHostStat().dropped_alerts)`, "true 1024;")
	w.check("queries are counted", `local n = ntop.systemHostStat().alerts_queries interface.alert_store_query("SELECT 1") p(ntop.systemHostStat("x").alerts_queries - n)`, "1;")
	w.check("scores of alerts", `p(ntop.getFlowAlertScore(39), ntop.getFlowAlertScore(0), ntop.getFlowAlertScore(-1), ntop.getFlowAlertScore("x"))`, "150 0 0 0;")
}
