package keyvalue

import (
	"errors"
	"fmt"
	"strconv"

	"github.com/alicebob/miniredis/v2"
)

// chunk is how many elements one generated command carries.
const chunk = 512

// value is a key's content outside of any store.
type value struct {
	kind    string // string, list, set, hash, zset
	str     string
	members []string // list and set elements; field, value, ...; member, score, ...
}

// read copies the value at key out of the in-process server.
func (e *embedded) read(key string) (value, bool, error) {
	m := e.server
	if !m.Exists(key) {
		return value{}, false, nil
	}
	v := value{kind: m.Type(key)}
	var err error
	switch v.kind {
	case "string":
		v.str, err = m.Get(key)
	case "list":
		v.members, err = m.List(key)
	case "set":
		v.members, err = m.Members(key)
	case "hash":
		var fields []string
		if fields, err = m.HKeys(key); err == nil {
			for _, f := range fields {
				v.members = append(v.members, f, m.HGet(key, f))
			}
		}
	case "zset":
		var scores map[string]float64
		if scores, err = m.SortedSet(key); err == nil {
			for member, score := range scores {
				v.members = append(v.members, member, strconv.FormatFloat(score, 'g', 17, 64))
			}
		}
	default:
		err = fmt.Errorf("key %q: type %s cannot be copied", key, v.kind)
	}
	if errors.Is(err, miniredis.ErrKeyNotFound) { // expired between two calls
		return value{}, false, nil
	}
	return v, true, err
}

// commands calls emit with the commands that recreate v at key.
func (v value) commands(key string, emit func(...string) error) error {
	if v.kind == "string" {
		return emit("SET", key, v.str)
	}
	name := map[string]string{"list": "RPUSH", "set": "SADD", "hash": "HSET", "zset": "ZADD"}[v.kind]
	if name == "" {
		return fmt.Errorf("key %q: unknown type %s", key, v.kind)
	}
	for start := 0; start < len(v.members); start += 2 * chunk {
		end := min(start+2*chunk, len(v.members))
		args := append(make([]string, 0, end-start+2), name, key)
		part := v.members[start:end]
		if v.kind != "zset" {
			args = append(args, part...)
		} else {
			for i := 0; i+1 < len(part); i += 2 {
				args = append(args, part[i+1], part[i])
			}
		}
		if err := emit(args...); err != nil {
			return err
		}
	}
	return nil
}

// dumpAll emits the commands that recreate the whole store.
func (e *embedded) dumpAll(emit func(...string) error) error {
	for _, key := range e.server.Keys() {
		v, ok, err := e.read(key)
		if err != nil {
			return err
		}
		if !ok {
			continue
		}
		if err := v.commands(key, emit); err != nil {
			return err
		}
		if at, ok := e.expiry.at[key]; ok {
			if err := emit("PEXPIREAT", key, strconv.FormatInt(at.UnixMilli(), 10)); err != nil {
				return err
			}
		}
	}
	return nil
}

// dump answers DUMP.
func (e *embedded) dump(key string) (any, error) {
	v, ok, err := e.read(key)
	if err != nil || !ok {
		return nil, err
	}
	return encodeDump(v), nil
}

// restore answers RESTORE key ttl-ms payload [REPLACE].
func (e *embedded) restore(args []any) (any, error) {
	if len(args) < 3 {
		return nil, errors.New("redis RESTORE: wrong number of arguments")
	}
	key := argString(args[0])
	ttl, err := strconv.ParseInt(argString(args[1]), 10, 64)
	if err != nil || ttl < 0 {
		return nil, errors.New("redis RESTORE: invalid TTL value")
	}
	replace := false
	for _, o := range args[3:] {
		replace = replace || argString(o) == "REPLACE" || argString(o) == "replace"
	}
	if !replace && e.server.Exists(key) {
		return nil, errors.New("redis RESTORE: BUSYKEY target key name already exists")
	}
	v, err := decodeDump([]byte(argString(args[2])))
	if err != nil {
		return nil, fmt.Errorf("redis RESTORE: %w", err)
	}
	if _, err := e.client.raw("DEL", key); err != nil {
		return nil, err
	}
	err = v.commands(key, func(a ...string) error {
		more := make([]any, len(a)-1)
		for i := range more {
			more[i] = a[i+1]
		}
		_, err := e.client.raw(a[0], more...)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("redis RESTORE: %w", err)
	}
	if ttl > 0 {
		if _, err := e.client.raw("PEXPIRE", key, ttl); err != nil {
			return nil, err
		}
	}
	return "OK", nil
}
