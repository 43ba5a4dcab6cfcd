package lua

import (
	"context"
	"runtime/metrics"
	"time"

	golua "github.com/Shopify/go-lua"

	"ntopgo/compat/lua/internal/layout"
)

// ticks is how many loop iterations and calls pass between two looks at the clock.
const ticks = 1024

// heapEvery is how many clock looks pass between two looks at the heap.
const heapEvery = 16

// bounds limits one run.
type bounds struct {
	ctx      context.Context
	deadline time.Time
	limit    int64
	base     uint64 // heap when last found innocent
	count    int
	over     error // once ended, a run stays ended
}

func (b *bounds) begin(ctx context.Context, limit int64) {
	*b = bounds{ctx: ctx, limit: limit}
	b.deadline, _ = ctx.Deadline()
	if b.limit > 0 {
		b.base = heapSize()
	}
}

func heapSize() uint64 {
	s := []metrics.Sample{{Name: "/memory/classes/heap/objects:bytes"}}
	metrics.Read(s)
	return s[0].Value.Uint64()
}

// tick ends the run when a bound is passed. It runs on whatever state executes.
func (vm *VM) tick(l *golua.State) {
	b := &vm.bounds
	if b.over != nil {
		vm.kill(l, b.over)
	}
	if !b.deadline.IsZero() && time.Now().After(b.deadline) {
		vm.kill(l, ErrDeadline)
	}
	if b.ctx != nil {
		if err := b.ctx.Err(); err != nil {
			if err == context.DeadlineExceeded {
				err = ErrDeadline
			}
			vm.kill(l, err)
		}
	}
	if b.count++; b.limit > 0 && b.count%heapEvery == 0 {
		vm.checkHeap(l)
	}
}

// checkHeap measures the VM only when the whole heap grew by more than the limit,
// since other goroutines share it.
func (vm *VM) checkHeap(l *golua.State) {
	b := &vm.bounds
	now := heapSize()
	if now < b.base {
		b.base = now
	}
	if now-b.base <= uint64(b.limit) {
		return
	}
	if layout.Reachable(b.limit, vm.l, l) > b.limit {
		vm.kill(l, ErrMemory)
	}
	b.base = now
}

// Charge implements layout's hook: a large allocation is about to be made.
func (o *owner) Charge(l *golua.State, n int) {
	b := &o.vm.bounds
	if b.limit <= 0 {
		return
	}
	if int64(n) > b.limit {
		o.vm.kill(l, ErrMemory)
	}
	if n > 1<<20 {
		o.vm.checkHeap(l)
	}
}

// kill ends the run.
func (vm *VM) kill(l *golua.State, cause error) {
	k := &killed{cause: cause}
	if vm.bounds.over == nil {
		for level := 0; level < 20 && k.where == ""; level++ {
			k.where = layout.Where(l, level)
		}
		k.traceback = traceback(l, "", 0)
	}
	vm.bounds.over = cause
	panic(k)
}
