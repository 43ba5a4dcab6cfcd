package lua

import (
	"context"
	"fmt"
	"testing"
	"time"
)

// TestGrowth runs programs with n and with a hundred times n. What is linear takes
// a hundred times as long, several times that where the data no longer fits into
// caches or the machine is busy; what is quadratic takes ten thousand times.
func TestGrowth(t *testing.T) {
	const n = 2000
	for name, code := range map[string]string{
		"list":             `local t = {} for i = 1, N do t[#t + 1] = i end`,
		"integer keys":     `local t = {} for i = 1, N do t[i * 1000] = i end`,
		"list from behind": `local t = {} for i = N, 1, -1 do t[i] = i end`,
		"string keys":      `local t = {} for i = 1, N do t["k" .. i] = i end`,
		"pairs":            `local t = {} for i = 1, N do t["k" .. i] = i end local s = 0 for k, v in pairs(t) do s = s + v end`,
		"next":             `local t = {} for i = 1, N do t["k" .. i] = i end local k, v = next(t) while k do k, v = next(t, k) end`,
		"queue":            `local t, head = {}, 1 for i = 1, N do t["k" .. i] = i if i > 100 then t["k" .. head] = nil head = head + 1 end end`,
		"emptying":         `local t = {} for i = 1, N do t["k" .. i] = i end local k = next(t) while k do t[k] = nil k = next(t) end`,
		"closures":         `local t = {} for i = 1, N do local x = i t[i] = function() x = x + 1 return x end end for i = 1, #t do t[i]() end`,
		"captured":         `local a, b, c = 1, 2, 3 for i = 1, N do local d, e = i, i local f = function() return a + b + c + d + e end f() end`,
	} {
		t.Run(name, func(t *testing.T) {
			vm := newTestVM(t, Config{})
			took := func(count int) time.Duration {
				best := time.Hour
				for range 5 {
					begin := time.Now()
					if err := vm.RunString(context.Background(), fmt.Sprintf("local N = %d %s", count, code), "=growth"); err != nil {
						t.Fatal(err)
					}
					best = min(best, time.Since(begin))
				}
				return best
			}
			small, large := took(n), took(100*n)
			if large > 2000*small {
				t.Errorf("%v for %d, %v for %d", small, n, large, 100*n)
			}
		})
	}
}
