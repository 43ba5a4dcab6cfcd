package program

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"mime/multipart"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"ntopgo/tests/harness"
)

// A capture that is uploaded on the page of the 2024 tree becomes an interface
// whose traffic the REST API shows; a page streams CSV; OPTIONS and wrong
// addresses are answered.
func TestUploadAndStreams(t *testing.T) {
	t.Parallel()
	tree := harness.Tree(t, 2024)
	p := harness.Start(t, harness.Options{Args: []string{"--install-dir", tree, "-i", "dummy", "--disable-login=1", "-m", "192.168.1.0/24"}})
	capture, err := os.ReadFile(harness.Demo())
	if err != nil {
		t.Fatal(err)
	}
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	part, err := form.CreateFormFile("uploaded_file", "demo.pcap")
	if err != nil {
		t.Fatal(err)
	}
	_, _ = part.Write(capture)
	_ = form.Close()
	r, err := p.Client.Post(p.URL+"/lua/analyze_pcap.lua?create_new_iface=true", form.FormDataContentType(), &body)
	if err != nil {
		t.Fatal(err)
	}
	page, _ := io.ReadAll(r.Body)
	_ = r.Body.Close()
	if r.StatusCode != http.StatusOK {
		t.Fatalf("upload: %s %.300s", r.Status, page)
	}
	var id int
	harness.Eventually(t, 30*time.Second, func() error {
		var list struct {
			Rsp []struct {
				IfID   json.Number `json:"ifid"`
				IfName string      `json:"ifname"`
			}
		}
		status, text := p.Get("/lua/rest/v2/get/ntopng/interfaces.lua")
		if err := json.Unmarshal([]byte(text), &list); err != nil || status != http.StatusOK {
			return err
		}
		for _, i := range list.Rsp {
			if strings.HasSuffix(i.IfName, "demo.pcap") {
				n, _ := i.IfID.Int64()
				id = int(n)
				return nil
			}
		}
		return errMissing
	})
	harness.Eventually(t, 30*time.Second, func() error {
		_, text := p.Get("/lua/rest/v2/get/interface/data.lua?ifid=" + strconv.Itoa(id))
		var data struct {
			Rsp struct {
				Hosts int `json:"num_hosts"`
			}
		}
		if err := json.Unmarshal([]byte(text), &data); err != nil {
			return err
		}
		if data.Rsp.Hosts == 0 {
			return errMissing
		}
		return nil
	})
	harness.Eventually(t, 30*time.Second, func() error {
		left, _ := filepath.Glob(filepath.Join(p.Dir, "tmp", "upload", "*"))
		if len(left) > 0 {
			return errMissing
		}
		return nil
	})
	if status, text := p.Get("/lua/do_export_data.lua?ifid=" + strconv.Itoa(id) + "&ip_version=4&mode=all&version=4&search=x"); status != http.StatusOK || len(text) == 0 {
		t.Errorf("export: %d, %d bytes", status, len(text))
	}
	q, err := http.NewRequest(http.MethodOptions, p.URL+"/lua/rest/v2/get/interface/data.lua", nil)
	if err != nil {
		t.Fatal(err)
	}
	q.Header.Set("Access-Control-Request-Method", "GET")
	q.Header.Set("Access-Control-Request-Headers", "X-Test")
	if r, err := p.Client.Do(q); err != nil || r.StatusCode != http.StatusOK || r.Header.Get("Access-Control-Allow-Headers") != "X-Test" {
		t.Errorf("preflight: %v %v", r, err)
	}
	for address, want := range map[string]string{"/lua/none.lua": "not_found", "/lua/../x": "bad_request", "/lua/pro/x.lua": "pro_only", "/datasources/none": ""} {
		r, err := p.Client.Get(p.URL + address)
		if err != nil {
			t.Fatal(err)
		}
		_ = r.Body.Close()
		if want != "" && !strings.Contains(r.Header.Get("Location"), want) {
			t.Errorf("%s: %d to %q, want %s", address, r.StatusCode, r.Header.Get("Location"), want)
		}
		if want == "" && r.StatusCode == http.StatusOK {
			t.Errorf("%s: %d", address, r.StatusCode)
		}
	}
}

var errMissing = errors.New("not there yet")
