package flow

import (
	"testing"

	"ntopgo/engine/decode"
)

func TestAlertsAddUp(t *testing.T) {
	t.Parallel()
	var none *Alerts
	if none.Score() != 0 || none.Has(3) || none.Top() != (Alert{}) || none.List() != nil || none.Swapped() != nil {
		t.Error("no alerts are something")
	}
	a := none.With([]Alert{{ID: 3, Category: 3, Client: 5, Server: 5}, {ID: 90, Category: categorySecurity, Client: 90, Server: 10}})
	if a.Score() != 110 || a.Top().ID != 90 || !a.Has(3) || !a.Has(90) || a.Has(4) {
		t.Errorf("score %d, top %d", a.Score(), a.Top().ID)
	}
	if a.Bits() != [2]uint64{1 << 3, 1 << (90 - 64)} {
		t.Errorf("bits %x", a.Bits())
	}
	client, server := a.Sums()
	if client != [ScoreKinds]int{5, 90} || server != [ScoreKinds]int{5, 10} {
		t.Errorf("sums %v %v", client, server)
	}
	if a.With([]Alert{{ID: 3, Client: 200}, {ID: 200}}) != a {
		t.Error("an alert is raised twice, or one that has no place")
	}
	b := a.With([]Alert{{ID: 7, Client: 50, Server: 50}, {ID: 8, Client: 200, Server: 200, Roles: ClientAttacker | ServerVictim}})
	if b.Top().ID != 8 || b.Top().Score() != MaxScore || a.Has(7) || len(a.List()) != 2 {
		t.Errorf("top %+v, and before %v", b.Top(), a.List())
	}
	s := b.Swapped()
	if top := s.Top(); top.Client != 50 || top.Server != 200 || top.Roles != ServerAttacker|ClientVictim || b.Top().Client != 200 {
		t.Errorf("swapped %+v", top)
	}
}

// TestFirstOfEqualsStays: of alerts with the same score the first is the worst.
func TestFirstOfEqualsStays(t *testing.T) {
	t.Parallel()
	var none *Alerts
	a := none.With([]Alert{{ID: 9, Client: 10}, {ID: 2, Client: 10}}).With([]Alert{{ID: 1, Server: 10}})
	if a.Top().ID != 9 {
		t.Errorf("top %d", a.Top().ID)
	}
}

func TestConnection(t *testing.T) {
	t.Parallel()
	const syn, fin, rst, ack = decode.SYN, decode.FIN, decode.RST, decode.ACK
	for _, c := range []struct {
		name     string
		cli, srv uint8
		want     Connection
		phase    Phase
	}{
		{"asked", syn, 0, ConnS0, PhaseAttempted},
		{"refused", syn, rst | ack, ConnREJ, PhaseAttempted},
		{"given up", syn | rst, 0, ConnRSTOS0, PhaseAttempted},
		{"closed before an answer", syn | fin, 0, ConnSH, PhaseAttempted},
		{"open", syn | ack, syn | ack, ConnS1, PhaseEstablished},
		{"closed", syn | ack | fin, syn | ack | fin, ConnSF, PhaseClosed},
		{"closed by the client", syn | ack | fin, syn | ack, ConnS2, PhaseClosed},
		{"closed by the server", syn | ack, syn | ack | fin, ConnS3, PhaseClosed},
		{"reset by the client", syn | ack | rst, syn | ack, ConnRSTO, PhaseClosed},
		{"reset by the server", syn | ack, syn | ack | rst, ConnRSTR, PhaseClosed},
		{"answered and reset", ack, syn | ack | rst, ConnRSTRH, PhaseAttempted},
		{"answered and closed", ack, syn | ack | fin, ConnSHR, PhaseAttempted},
		{"seen from the middle", ack, ack, ConnOTH, PhaseEstablished},
	} {
		f := Flow{Key: Key{Proto: decode.ProtoTCP}}
		f.ToServer.TCPFlags, f.ToClient.TCPFlags = c.cli, c.srv
		if got := f.Connection(); got != c.want || got.Phase() != c.phase {
			t.Errorf("%s: %d in phase %d, want %d in %d", c.name, got, got.Phase(), c.want, c.phase)
		}
	}
	if c := (&Flow{Key: Key{Proto: decode.ProtoUDP}}).Connection(); c != ConnNone || c.Phase() != PhaseNone {
		t.Errorf("UDP: %d", c)
	}
}
