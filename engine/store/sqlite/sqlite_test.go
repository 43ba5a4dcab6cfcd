package sqlite

import (
	"context"
	"path/filepath"
	"reflect"
	"sync"
	"testing"
)

const schema = "CREATE TABLE IF NOT EXISTS `t` (`rowid` INTEGER PRIMARY KEY AUTOINCREMENT, n INTEGER, r REAL, s TEXT,\n" +
	"d DATETIME NOT NULL, b BLOB NULL); -- a comment\nCREATE INDEX IF NOT EXISTS i ON t(n);\n" +
	"ALTER TABLE t ADD later INTEGER NULL;\nALTER TABLE t ADD latest TEXT NULL;\n"

func open(t *testing.T, path string) *DB {
	t.Helper()
	d, err := Open(path, Schema{"t.sql", schema}, Schema{"v.sql", "CREATE VIEW IF NOT EXISTS v AS SELECT n FROM t;"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = d.Close() })
	return d
}

func TestValuesAreText(t *testing.T) {
	t.Parallel()
	d := open(t, filepath.Join(t.TempDir(), "a folder?", "x.db"))
	ctx := context.Background()
	if err := d.Exec(ctx, "INSERT INTO t (n, r, s, d, b) VALUES (7, 2.0, 'it''s', 1700000000, X'0a0B'), (-1, 0.25, NULL, 5, NULL)"); err != nil {
		t.Fatal(err)
	}
	got, err := d.Query(ctx, "SELECT n, r, s, d, hex(b) h, later, n > 0 pos FROM t ORDER BY n DESC")
	want := []Row{{"n": "7", "r": "2.0", "s": "it's", "d": "1700000000", "h": "0A0B", "pos": "1"},
		{"n": "-1", "r": "0.25", "d": "5", "h": "", "pos": "0"}}
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("%v %v, want %v", got, err, want)
	}
	if got, err := d.Query(ctx, "UPDATE t SET later = 3 WHERE n = 7; SELECT later FROM t WHERE n = 7"); err != nil || len(got) != 1 || got[0]["later"] != "3" {
		t.Errorf("two statements: %v %v", got, err)
	}
	for _, bad := range []string{"SELEC 1", "SELECT * FROM missing", "INSERT INTO t (n) VALUES (1)"} {
		if rows, err := d.Query(ctx, bad); err == nil {
			t.Errorf("%s: %v, want an error", bad, rows)
		}
	}
}

func TestSecondOpeningKeepsTheRows(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "x.db")
	d := open(t, path)
	if err := d.Exec(context.Background(), "INSERT INTO t (n, d, latest) VALUES (1, 2, 'z')"); err != nil {
		t.Fatal(err)
	}
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}
	got, err := open(t, path).Query(context.Background(), "SELECT latest FROM t WHERE n IN (SELECT n FROM v)")
	if err != nil || len(got) != 1 || got[0]["latest"] != "z" {
		t.Errorf("%v %v", got, err)
	}
	if d, err := Open(path, Schema{"parts.sql", "ALTER TABLE t ADD n INTEGER;\n@\nATTACH DATABASE ':memory:' AS mem;\n" +
		"CREATE TABLE mem.x (a INTEGER)\n@\nCREATE TEMP VIEW both AS SELECT n FROM t UNION ALL SELECT a FROM mem.x"}); err != nil {
		t.Error(err)
	} else {
		if got, err := d.Query(context.Background(), "SELECT n FROM both"); err != nil || len(got) != 1 {
			t.Errorf("%v %v", got, err)
		}
		_ = d.Close()
	}
	if _, err := Open(path, Schema{"bad.sql", "CREATE TABEL x"}); err == nil {
		t.Error("a broken schema was accepted")
	}
}

func TestUsersWaitForEachOther(t *testing.T) {
	t.Parallel()
	d := open(t, filepath.Join(t.TempDir(), "x.db"))
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for range 20 {
				if err := d.Exec(context.Background(), "INSERT INTO t (n, d) VALUES (1, 1)"); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	if got, err := d.Query(context.Background(), "SELECT count(*) c FROM t"); err != nil || got[0]["c"] != "160" {
		t.Errorf("%v %v", got, err)
	}
}
