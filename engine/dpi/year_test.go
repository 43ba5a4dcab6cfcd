package dpi

import "testing"

// TestYears feeds the same flows to both numberings.
func TestYears(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		year int
		host string
		want string
		app  uint16
	}{
		{2024, "api.skype.com", "HTTP.Skype_Teams", 125},
		{2026, "api.skype.com", "HTTP.Teams", 250},
		{2024, "www.youtube.com", "HTTP.YouTube", 124},
		{2026, "www.youtube.com", "HTTP.YouTube", 124},
	} {
		e := newEngine(t, Config{TableYear: c.year})
		en, ok := e.hosts.find(c.host)
		if !ok {
			t.Fatalf("%s is in no pattern", c.host)
		}
		v := converse(t, e, tcp, 80).say("GET / HTTP/1.1\r\nHost: " + c.host + "\r\n\r\n")
		if got := e.Name(v.s.Result()); got != c.want || v.s.Result().App != c.app {
			t.Errorf("%d: %s is %s (%d, pattern of %d), want %s (%d)", c.year, c.host, got, v.s.Result().App, en.proto, c.want, c.app)
		}
	}
	for id2024, id2026 := range map[uint16]uint16{idTls: 91, idSkypeTeams: 250, idAdsAnalyticsTrack: 0, idHalflife2: 333} {
		if got := newEngine(t, Config{TableYear: 2026}).served(id2024); got != id2026 {
			t.Errorf("2024's %d is %d in 2026, want %d", id2024, got, id2026)
		}
	}
}
