// Package authn asks password authorities outside of the key-value store: an
// HTTP service, RADIUS and LDAP servers. Each reads its settings from ntopng's
// preferences at every login, so that a change needs no restart, and answers
// nothing while it is switched off.
package authn

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"

	"ntopgo/compat/keyvalue"
	"ntopgo/compat/users"
)

const prefix = "ntopng.prefs."

// timeout bounds how long a login may take.
const timeout = 10 * time.Second

// settings reads preferences.
type settings struct{ kv keyvalue.Store }

func (s settings) get(name string) string {
	v, _, _ := s.kv.Get(prefix + name)
	return v
}

func (s settings) on(name string) bool { return s.get(name) == "1" }

// HTTP posts user and password as JSON to a service; status 200 means yes. The
// service may answer with admin, allowedNets, allowedIfname and language, which
// become the account's.
type HTTP struct {
	settings
	users *users.Manager
	// Client sends the requests; default: http.DefaultClient.
	Client *http.Client
}

// NewHTTP makes the authority; the manager keeps what it learns of users.
func NewHTTP(kv keyvalue.Store, m *users.Manager) *HTTP { return &HTTP{settings{kv}, m, nil} }

// httpAnswer is what the service says of a user; absent members change nothing.
type httpAnswer struct {
	Admin         bool    `json:"admin"`
	AllowedNets   *string `json:"allowedNets"`
	AllowedIfname *string `json:"allowedIfname"`
	Language      *string `json:"language"`
}

// maxAnswer is how much of an answer is read.
const maxAnswer = 4096

// Authenticate implements users.Authenticator.
func (h *HTTP) Authenticate(name, password string) (group string, ok bool, err error) {
	if !h.on("http_authenticator.auth_enabled") {
		return "", false, nil
	}
	url := h.get("http_authenticator.http_auth_url")
	if url == "" {
		return "", false, errors.New("HTTP authenticator: no address is set")
	}
	body, err := json.Marshal(map[string]string{"user": name, "password": password})
	if err != nil {
		return "", false, err
	}
	client := h.Client
	if client == nil {
		client = &http.Client{Timeout: timeout}
	}
	r, err := client.Post(url, "application/json", bytes.NewReader(body))
	if err != nil {
		return "", false, fmt.Errorf("HTTP authenticator: %w", err)
	}
	defer func() { _ = r.Body.Close() }()
	if r.StatusCode != http.StatusOK {
		return "", false, nil
	}
	text, err := io.ReadAll(io.LimitReader(r.Body, maxAnswer))
	if err != nil {
		return "", false, fmt.Errorf("HTTP authenticator: %w", err)
	}
	var a httpAnswer
	if err := json.Unmarshal(text, &a); err != nil {
		return "", false, fmt.Errorf("HTTP authenticator: %w", err)
	}
	for field, value := range map[string]*string{"allowed_nets": a.AllowedNets, "allowed_ifname": a.AllowedIfname, "language": a.Language} {
		if value == nil {
			continue
		}
		if err := h.users.SetField(name, field, *value); err != nil {
			return "", false, err
		}
	}
	return groupOf(a.Admin), true, nil
}

func groupOf(admin bool) string {
	if admin {
		return users.GroupAdministrator
	}
	return users.GroupUnprivileged
}
