package authn

import (
	"context"
	"crypto/md5"
	"crypto/rand"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"time"

	"layeh.com/radius"
	"layeh.com/radius/rfc2865"
	"layeh.com/radius/rfc2866"
	"layeh.com/radius/rfc2869"

	"ntopgo/compat/keyvalue"
	"ntopgo/compat/users"
)

// RADIUS asks a server by PAP or CHAP (RFC 2865) and reports what users of a
// captive portal consume (RFC 2866). The attribute Filter-Id names the group.
type RADIUS struct {
	settings
	users *users.Manager
}

// NewRADIUS makes the authority.
func NewRADIUS(kv keyvalue.Store, m *users.Manager) *RADIUS { return &RADIUS{settings{kv}, m} }

// capabilityLife is how long capabilities last that the server granted.
const capabilityLife = 24 * time.Hour

// Enabled says whether logins are sent to a server.
func (r *RADIUS) Enabled() bool { return r.on("radius.auth_enabled") }

// Authenticate implements users.Authenticator.
func (r *RADIUS) Authenticate(name, password string) (group string, ok bool, err error) {
	if !r.Enabled() {
		return "", false, nil
	}
	packet, err := r.request(name, password)
	if err != nil {
		return "", false, err
	}
	answer, err := r.exchange(packet, r.get("radius.radius_server_address"), "1812")
	if err != nil {
		return "", false, err
	}
	if answer.Code != radius.CodeAccessAccept {
		return "", false, nil
	}
	if r.on("radius.external_auth_for_local_users_enabled") {
		// The server only checks the password of accounts that exist here.
		if !r.users.Exists(name) {
			return "", false, nil
		}
		return r.users.Group(name), true, nil
	}
	admin, capable := r.privileges(answer)
	for _, field := range []string{"allow_pcap", "allow_historical_flow", "allow_alerts"} {
		if err := r.users.SetAllowed(name, field, capable, capabilityLife); err != nil {
			return "", false, err
		}
	}
	return groupOf(admin), true, nil
}

// privileges reads the groups that the answer names.
func (r *RADIUS) privileges(answer *radius.Packet) (admin, capable bool) {
	admins, ableGroup := r.get("radius.radius_admin_group"), r.get("radius.radius_unpriv_capabilties_group")
	filters, _ := rfc2865.FilterID_GetStrings(answer)
	for _, f := range filters {
		switch {
		case f == "":
		case f == admins:
			admin = true
		case f == ableGroup:
			capable = true
		}
	}
	return admin, capable
}

func (r *RADIUS) request(name, password string) (*radius.Packet, error) {
	packet := radius.New(radius.CodeAccessRequest, []byte(r.get("radius.radius_secret")))
	err := rfc2865.UserName_SetString(packet, name)
	if err == nil && r.get("radius.radius_auth_proto") == "chap" {
		err = setCHAP(packet, password)
	} else if err == nil {
		err = rfc2865.UserPassword_SetString(packet, password)
	}
	if err != nil {
		return nil, fmt.Errorf("RADIUS: %w", err)
	}
	return packet, nil
}

// setCHAP answers a challenge of our own (RFC 2865, 2.2).
func setCHAP(packet *radius.Packet, password string) error {
	challenge := make([]byte, 17)
	if _, err := rand.Read(challenge); err != nil {
		return err
	}
	id := challenge[16]
	challenge = challenge[:16]
	sum := md5.Sum(append(append([]byte{id}, password...), challenge...))
	if err := rfc2865.CHAPChallenge_Set(packet, challenge); err != nil {
		return err
	}
	return rfc2865.CHAPPassword_Set(packet, append([]byte{id}, sum[:]...))
}

// exchange asks a server three times at most.
func (r *RADIUS) exchange(packet *radius.Packet, server, port string) (*radius.Packet, error) {
	if server == "" || len(packet.Secret) == 0 {
		return nil, fmt.Errorf("RADIUS: server and secret are needed")
	}
	if _, _, err := net.SplitHostPort(server); err != nil {
		server = net.JoinHostPort(server, port)
	}
	ctx, cancel := context.WithTimeout(context.Background(), timeout)
	defer cancel()
	client := radius.Client{Retry: timeout / 3}
	answer, err := client.Exchange(ctx, packet, server)
	if err != nil {
		return nil, fmt.Errorf("RADIUS: %s: %w", server, err)
	}
	return answer, nil
}

// Usage is what a session of a captive portal user consumed.
type Usage struct {
	User, MAC, Session, IP   string
	NASPortName              string
	NASPort                  uint32
	BytesIn, BytesOut        uint32 // the low 32 bits, as the protocol has them
	PacketsIn, PacketsOut    uint32
	Seconds, TerminateReason uint32
}

// AccountingKind is a kind of report.
type AccountingKind = rfc2866.AcctStatusType

// Kinds of reports.
const (
	AccountingStart  = rfc2866.AcctStatusType_Value_Start
	AccountingUpdate = rfc2866.AcctStatusType_Value_InterimUpdate
	AccountingStop   = rfc2866.AcctStatusType_Value_Stop
)

// Account reports a session to the accounting server.
func (r *RADIUS) Account(kind AccountingKind, u Usage) error {
	p := radius.New(radius.CodeAccountingRequest, []byte(r.get("radius.radius_secret")))
	var wrong error
	set := func(err error) { wrong = errors.Join(wrong, err) }
	set(rfc2866.AcctStatusType_Set(p, kind))
	for _, f := range []struct {
		value string
		add   func(p *radius.Packet, value string) error
	}{{u.User, rfc2865.UserName_SetString}, {u.Session, rfc2866.AcctSessionID_SetString},
		{u.MAC, rfc2865.CallingStationID_SetString}, {u.NASPortName, rfc2869.NASPortID_SetString}} {
		if f.value != "" {
			set(f.add(p, f.value))
		}
	}
	if ip := net.ParseIP(u.IP).To4(); ip != nil {
		set(rfc2865.FramedIPAddress_Set(p, ip))
	}
	set(rfc2865.NASPort_Set(p, rfc2865.NASPort(u.NASPort)))
	if kind != AccountingStart {
		set(rfc2869.EventTimestamp_Set(p, time.Now()))
		set(rfc2866.AcctInputPackets_Set(p, rfc2866.AcctInputPackets(u.PacketsIn)))
		set(rfc2866.AcctOutputPackets_Set(p, rfc2866.AcctOutputPackets(u.PacketsOut)))
		set(rfc2866.AcctInputOctets_Set(p, rfc2866.AcctInputOctets(u.BytesIn)))
		set(rfc2866.AcctOutputOctets_Set(p, rfc2866.AcctOutputOctets(u.BytesOut)))
		set(rfc2866.AcctSessionTime_Set(p, rfc2866.AcctSessionTime(u.Seconds)))
	}
	if kind == AccountingStop {
		set(rfc2866.AcctTerminateCause_Set(p, rfc2866.AcctTerminateCause(u.TerminateReason)))
	}
	if wrong != nil {
		return fmt.Errorf("RADIUS: %w", wrong)
	}
	answer, err := r.exchange(p, r.get("radius.radius_acct_server_address"), "1813")
	if err != nil {
		return err
	}
	if answer.Code != radius.CodeAccountingResponse {
		return fmt.Errorf("RADIUS: the accounting server answers %s", answer.Code)
	}
	return nil
}

// LogRADIUS appends a line to the log of such events in the data folder.
func LogRADIUS(dataDir, event, text string) error {
	f, err := os.OpenFile(filepath.Join(dataDir, "radius.log"), os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o640)
	if err != nil {
		return fmt.Errorf("RADIUS log: %w", err)
	}
	_, err = fmt.Fprintf(f, "%s [RADIUS %s] %s\n", time.Now().Format("02/Jan/2006 15:04:05"), event, text)
	if closeErr := f.Close(); err == nil {
		err = closeErr
	}
	if err != nil {
		return fmt.Errorf("RADIUS log: %w", err)
	}
	return nil
}
