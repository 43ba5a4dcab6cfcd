// Package sqlite keeps SQLite databases as ntopng lays them out: one file for
// each interface, its schema read from SQL files, queries composed by scripts
// and answered as text. What the tables mean is not known here.
package sqlite

import (
	"context"
	"database/sql"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	_ "modernc.org/sqlite" // the driver "sqlite", without cgo
)

// Schema is the text of an SQL file, with the name to report it by.
type Schema struct {
	Name string
	SQL  string
}

// DB is one open database. It may be used by several goroutines; statements run
// one after the other, as on the original's single connection.
type DB struct {
	path string
	db   *sql.DB
}

// busyTimeout is how long a statement waits for another process's lock.
const busyTimeout = 5 * time.Second

// Open opens the database at path, made with its folder when missing, and
// applies the schemas in order.
func Open(path string, schemas ...Schema) (*DB, error) {
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return nil, fmt.Errorf("open %s: %w", path, err)
	}
	db, err := sql.Open("sqlite", "file:"+escape(path)+fmt.Sprintf("?_pragma=busy_timeout(%d)", busyTimeout.Milliseconds()))
	if err != nil {
		return nil, fmt.Errorf("open %s: %w", path, err)
	}
	return prepare(db, path, schemas)
}

// OpenMemory makes a database that is nowhere but in memory and applies the
// schemas in order.
func OpenMemory(schemas ...Schema) (*DB, error) {
	const path = ":memory:"
	db, err := sql.Open("sqlite", path)
	if err != nil {
		return nil, fmt.Errorf("open %s: %w", path, err)
	}
	return prepare(db, path, schemas)
}

func prepare(db *sql.DB, path string, schemas []Schema) (*DB, error) {
	db.SetMaxOpenConns(1) // in memory, every connection would have a database of its own
	d := &DB{path: path, db: db}
	for _, s := range schemas {
		if err := d.apply(s); err != nil {
			_ = db.Close()
			return nil, fmt.Errorf("open %s: %w", path, err)
		}
	}
	return d, nil
}

// escape keeps a path from being read as URI syntax (SQLite URI file names).
func escape(path string) string {
	return strings.NewReplacer("%", "%25", "?", "%3f", "#", "%23").Replace(path)
}

// apply runs a schema file, whose parts are separated by "@" since 2026. ALTER
// statements in it fail from the second opening on; the first of them ends its
// part, which is expected.
func (d *DB) apply(s Schema) error {
	for _, part := range strings.Split(s.SQL, "@") {
		_, err := d.db.Exec(part)
		if err != nil && !strings.Contains(err.Error(), "duplicate column name") {
			return fmt.Errorf("schema %s: %w", s.Name, err)
		}
	}
	return nil
}

// Path is the file of the database.
func (d *DB) Path() string { return d.path }

// Close ends the use of the database.
func (d *DB) Close() error { return d.db.Close() }

// Row is one row of an answer: column names with their values as text. NULL
// columns are left out.
type Row map[string]string

// Query runs SQL text, of one or more statements, and returns the rows of the
// last one that has any. args stand for the text's question marks.
func (d *DB) Query(ctx context.Context, text string, args ...any) ([]Row, error) {
	rows, err := d.db.QueryContext(ctx, text, args...)
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }()
	names, err := rows.Columns()
	if err != nil {
		return nil, err
	}
	var out []Row
	values, targets := make([]any, len(names)), make([]any, len(names))
	for i := range values {
		targets[i] = &values[i]
	}
	for rows.Next() {
		if err := rows.Scan(targets...); err != nil {
			return out, err
		}
		row := make(Row, len(names))
		for i, v := range values {
			if s, ok := asText(v); ok {
				row[names[i]] = s
			}
		}
		out = append(out, row)
	}
	return out, rows.Err()
}

// Exec runs SQL text that has no answer.
func (d *DB) Exec(ctx context.Context, text string, args ...any) error {
	_, err := d.db.ExecContext(ctx, text, args...)
	return err
}

// asText is a value as sqlite3_column_text gives it: whole numbers in decimal,
// reals with up to 15 digits and always a point.
func asText(v any) (string, bool) {
	switch v := v.(type) {
	case nil:
		return "", false
	case int64:
		return strconv.FormatInt(v, 10), true
	case float64:
		s := strconv.FormatFloat(v, 'g', 15, 64)
		if !strings.ContainsAny(s, ".eEIN") {
			s += ".0"
		}
		return s, true
	case bool:
		if v {
			return "1", true
		}
		return "0", true
	case []byte:
		return string(v), true
	case time.Time: // text that the driver took for a date
		return v.Format(time.DateTime), true
	}
	return fmt.Sprint(v), true
}
