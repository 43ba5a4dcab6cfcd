package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"sync"

	"ntopgo/compat/layout"
	"ntopgo/engine/oui"
	"ntopgo/engine/store/sqlite"
)

// alertStores opens the alert databases of the interfaces when scripts first
// ask for them, at the original's place below the data directory.
type alertStores struct {
	layout *layout.Layout
	mu     sync.Mutex
	open   map[int]*sqlite.DB
	closed bool
}

// The original's names of the database and of the schema files in the tree.
const (
	alertDB         = "alert_store_v11.db"
	alertSchema     = "alert_store_schema.sql"
	alertViewSchema = "alert_view_store_schema.sql"
)

// Of is the database of an interface.
func (s *alertStores) Of(ifid int) (*sqlite.DB, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if db := s.open[ifid]; db != nil {
		return db, nil
	}
	if s.closed {
		return nil, fmt.Errorf("alert store of interface %d: the program ends", ifid)
	}
	var schemas []sqlite.Schema
	for _, name := range []string{alertSchema, alertViewSchema} {
		text, _, err := s.layout.ReadFile(filepath.Join(s.layout.HTTPDocsDir, "misc", name))
		if err != nil {
			return nil, fmt.Errorf("alert store of interface %d: %w", ifid, err)
		}
		schemas = append(schemas, sqlite.Schema{Name: name, SQL: string(text)})
	}
	db, err := sqlite.Open(filepath.Join(s.dir(ifid), alertDB), schemas...)
	if err != nil {
		return nil, err
	}
	if s.open == nil {
		s.open = map[int]*sqlite.DB{}
	}
	s.open[ifid] = db
	return db, nil
}

func (s *alertStores) dir(ifid int) string {
	return filepath.Join(s.layout.DataDir, strconv.Itoa(ifid), "alerts")
}

// Close closes every database. Those of capture files go with the interface, as
// in the original.
func (s *alertStores) Close(files []int) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.closed = true
	var first error
	for id, db := range s.open {
		if err := db.Close(); err != nil && first == nil {
			first = fmt.Errorf("alert store of interface %d: %w", id, err)
		}
	}
	for _, id := range files {
		if s.open[id] == nil {
			continue
		}
		if err := os.RemoveAll(s.dir(id)); err != nil && first == nil {
			first = err
		}
	}
	s.open = nil
	return first
}

// vendors reads the tree's table of card makers. A tree without one is served
// all the same.
func (a *app) vendors() *oui.Table {
	name := filepath.Join(a.layout.HTTPDocsDir, "other", "EtherOUI.txt")
	text, _, err := a.layout.ReadFile(name)
	if err != nil {
		return nil
	}
	t, err := oui.Read(bytes.NewReader(text))
	if err != nil {
		a.log.Warnf("%s: %v", name, err)
	}
	return t
}
