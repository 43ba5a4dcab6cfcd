package lua

import (
	"context"
	"fmt"
	"testing"
	"time"
)

// TestGrowth runs programs with n and with ten times n. What is linear takes ten
// times as long; the bound of forty leaves room for a busy machine, and what is
// quadratic takes a hundred.
func TestGrowth(t *testing.T) {
	for name, c := range map[string]struct {
		n    int
		code string
	}{
		"list":             {100000, `local t = {} for i = 1, N do t[#t + 1] = i end`},
		"integer keys":     {30000, `local t = {} for i = 1, N do t[i * 1000] = i end`},
		"list from behind": {30000, `local t = {} for i = N, 1, -1 do t[i] = i end`},
		"string keys":      {30000, `local t = {} for i = 1, N do t["k" .. i] = i end`},
		"pairs":            {30000, `local t = {} for i = 1, N do t["k" .. i] = i end local s = 0 for k, v in pairs(t) do s = s + v end`},
		"next":             {30000, `local t = {} for i = 1, N do t["k" .. i] = i end local k, v = next(t) while k do k, v = next(t, k) end`},
		"queue":            {50000, `local t, head = {}, 1 for i = 1, N do t["k" .. i] = i if i > 100 then t["k" .. head] = nil head = head + 1 end end`},
		"emptying":         {20000, `local t = {} for i = 1, N do t["k" .. i] = i end local k = next(t) while k do t[k] = nil k = next(t) end`},
		"closures":         {50000, `local t = {} for i = 1, N do local x = i t[i] = function() x = x + 1 return x end end for i = 1, #t do t[i]() end`},
		"captured":         {20000, `local a, b, c = 1, 2, 3 for i = 1, N do local d, e = i, i local f = function() return a + b + c + d + e end f() end`},
	} {
		t.Run(name, func(t *testing.T) {
			vm := newTestVM(t, Config{})
			took := func(n int) time.Duration {
				best := time.Hour
				for range 3 {
					begin := time.Now()
					if err := vm.RunString(context.Background(), fmt.Sprintf("local N = %d %s", n, c.code), "=growth"); err != nil {
						t.Fatal(err)
					}
					best = min(best, time.Since(begin))
				}
				return best
			}
			took(c.n)
			small, large := took(c.n), took(10*c.n)
			if large > 40*small {
				t.Errorf("%v for %d, %v for %d", small, c.n, large, 10*c.n)
			}
		})
	}
}
