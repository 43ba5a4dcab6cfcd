// Package samplings keeps texts by time, in three series of an interface:
// minutes, hours and days. Scripts put their lists of top talkers there. File
// and tables are ntopng's, so that a history survives the change from one
// program to the other. What a text means is not known here.
package samplings

import (
	"context"
	"fmt"
	"path/filepath"
	"strconv"

	"ntopgo/engine/store/sqlite"
)

// Series is one of the three tables.
type Series string

// The series of a store.
const (
	Minutes Series = "MINUTE_STATS"
	Hours   Series = "HOUR_STATS"
	Days    Series = "DAY_STATS"
)

// Store is the open database of one interface; several goroutines may use it.
type Store struct{ db *sqlite.DB }

// Open opens the store of an interface below the data folder.
func Open(dataDir string, ifid int) (*Store, error) {
	var schema string
	for _, s := range []Series{Minutes, Hours, Days} {
		schema += "CREATE TABLE IF NOT EXISTS " + string(s) + " (TSTAMP INTEGER PRIMARY KEY NOT NULL, STATS TEXT NOT NULL);"
	}
	db, err := sqlite.Open(filepath.Join(dataDir, strconv.Itoa(ifid), "top_talkers", "top_talkers.db"),
		sqlite.Schema{Name: "samplings", SQL: schema})
	if err != nil {
		return nil, fmt.Errorf("samplings of interface %d: %w", ifid, err)
	}
	return &Store{db: db}, nil
}

// Close ends the use of the file.
func (s *Store) Close() error { return s.db.Close() }

// Add keeps a text for a Unix second; there can be one for each.
func (s *Store) Add(ctx context.Context, series Series, at int64, text string) error {
	if err := s.db.Exec(ctx, "INSERT INTO "+string(series)+" (TSTAMP, STATS) VALUES (?, ?)", at, text); err != nil {
		return fmt.Errorf("sampling of %d: %w", at, err)
	}
	return nil
}

// Range returns the texts of the seconds from..to, both included, oldest first.
func (s *Store) Range(ctx context.Context, series Series, from, to int64) ([]string, error) {
	rows, err := s.db.Query(ctx, "SELECT STATS FROM "+string(series)+" WHERE TSTAMP >= ? AND TSTAMP <= ? ORDER BY TSTAMP", from, to)
	if err != nil {
		return nil, fmt.Errorf("samplings from %d to %d: %w", from, to, err)
	}
	out := make([]string, 0, len(rows))
	for _, r := range rows {
		out = append(out, r["STATS"])
	}
	return out, nil
}

// Forget drops what is older than a Unix second.
func (s *Store) Forget(ctx context.Context, series Series, before int64) error {
	if err := s.db.Exec(ctx, "DELETE FROM "+string(series)+" WHERE TSTAMP < ?", before); err != nil {
		return fmt.Errorf("forget samplings before %d: %w", before, err)
	}
	return nil
}
