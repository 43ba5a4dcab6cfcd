package iface

import (
	"context"
	"sync"
)

// crew is the goroutines that do the work of an interface, as many as it has shards.
// Whoever has nothing to do for its own shard reads, or works for another: no core
// waits for another while there is something to do, and much of what is read is
// counted where it was decoded. What a shard has to do is done in order, by one at a
// time, and none begins a second before all have ended the one before.
type crew struct {
	i      *Interface
	ctx    context.Context
	cancel context.CancelFunc
	stored bool // reading does not wait for traffic

	mu      sync.Mutex // guards what follows, and what readers and batches say it does
	workers []worker   // by number of the shard that each works for first
	lines   []line     // by number of the shard
	readers []*reader  // by part of the source
	rests   []*rest    // that others may help with
	asleep  int
	err     error // that ended reading before its time
	over    bool  // everything is done
}

type worker struct {
	asleep bool
	wake   *sync.Cond
}

// line is what a shard has to do.
type line struct {
	tasks []task
	head  int  // the next of tasks
	ready int  // frames before the end of the second
	open  bool // that has no end yet
	taken bool // somebody works for the shard
	ended bool // it has ended its second and waits for the others
}

// task is one thing for a shard to do: packets, or a roll-up.
type task struct {
	batch   *batch
	packets []uint16
	rollUp  *rollUp
}

// littleFrames is up to how many frames nobody is woken for: that takes as long as to
// count them.
const littleFrames = 128

func newCrew(ctx context.Context, i *Interface) *crew {
	c := &crew{i: i, stored: i.info.Stored, workers: make([]worker, len(i.shards)), lines: make([]line, len(i.shards))}
	for k := range c.lines {
		c.lines[k].open = true
	}
	c.ctx, c.cancel = context.WithCancel(ctx)
	for n := range c.workers {
		c.workers[n].wake = sync.NewCond(&c.mu)
	}
	return c
}

// run works until the sources have ended and everything read is counted. It returns
// what ended one of them before its time.
func (c *crew) run() error {
	defer c.cancel()
	var wg sync.WaitGroup
	for n := range c.workers {
		wg.Go(func() { c.work(n) })
	}
	wg.Wait()
	return c.err
}

// job is what a worker does between two looks at what there is to do: it fills a batch
// if from is not nil, helps if help is not, and otherwise does a task of a shard.
type job struct {
	from  *reader
	batch *batch
	help  *rest
	shard int
	task  task
}

// work is the life of worker n.
func (c *crew) work(n int) {
	c.mu.Lock()
	for !c.over {
		j, ok := c.choose(n)
		if !ok {
			c.sleep(n)
			continue
		}
		c.wakeOthers()
		c.mu.Unlock()
		switch {
		case j.from != nil:
			j.from.read(c.ctx, j.batch)
		case j.help != nil:
			j.help.help(n)
		default:
			c.i.shards[j.shard].do(j.task)
		}
		c.mu.Lock()
		c.finish(j)
	}
	c.mu.Unlock()
}

// choose takes something for worker n to do. Of a file some batches are always read
// ahead; of anything else there is nothing to read ahead, and who reads may have to
// wait.
func (c *crew) choose(n int) (job, bool) {
	if c.stored && (c.asleep == 0 || !c.lines[n].waits()) { // otherwise somebody is woken to read
		if j, ok := c.toRead(n, true); ok {
			return j, true
		}
	}
	if c.lines[n].waits() {
		return c.take(n), true
	}
	if c.stored {
		if j, ok := c.toRead(n, false); ok {
			return j, true
		}
	}
	for k := range c.lines {
		if c.lines[k].waits() {
			return c.take(k), true
		}
	}
	if !c.stored {
		if j, ok := c.toRead(n, false); ok {
			return j, true
		}
	}
	return c.toHelp()
}

// toRead takes a batch of a part that nobody reads from, that of worker n first; with
// needed only where few are read ahead.
func (c *crew) toRead(n int, needed bool) (j job, ok bool) {
	for k := range c.readers {
		if r := c.readers[(n+k)%len(c.readers)]; r.idle(needed) {
			return job{from: r, batch: r.take()}, true
		}
	}
	return j, false
}

// take takes the next task of shard k.
func (c *crew) take(k int) job {
	l := &c.lines[k]
	l.taken = true
	return job{shard: k, task: l.pop()}
}

// finish notes that a job is done.
func (c *crew) finish(j job) {
	if j.help != nil {
		return
	}
	if j.from != nil {
		j.from.busy = false
		j.batch.done()
		if j.from.ended {
			c.endReading(j.from)
		}
		return
	}
	l := &c.lines[j.shard]
	l.taken = false
	if j.task.batch != nil {
		j.task.batch.done()
	}
	if r := j.task.rollUp; r != nil {
		l.ended = true
		if r.left--; r.left == 0 {
			c.endSecond(r)
		}
	}
}

// endSecond does what is left of a second that all shards have ended, and lets them
// begin the next.
func (c *crew) endSecond(r *rollUp) {
	c.mu.Unlock()
	c.i.afterSecond(r)
	c.mu.Lock()
	for k := range c.lines {
		c.lines[k].begin()
	}
	if r.last {
		c.over = true
		for n := range c.workers {
			c.wake(n)
		}
	}
}

// endReading is called when a part has ended. After the last there is one second more
// to end, which changes no more by what comes in.
func (c *crew) endReading(r *reader) {
	if r.err != nil && c.err == nil && c.ctx.Err() == nil {
		c.err = r.err
		c.cancel()
	}
	for _, r := range c.readers {
		if !r.ended {
			return
		}
	}
	last := r.order(r.now(), r.clock.second+1, true)
	last.crew = c
	c.add(task{rollUp: last})
}

// deal gives shard k packets of b to count.
func (c *crew) deal(k int, b *batch, packets []uint16) {
	b.waiting++
	c.lines[k].add(task{batch: b, packets: packets})
}

// add gives all shards the same to do.
func (c *crew) add(t task) {
	for k := range c.lines {
		c.lines[k].add(t)
	}
}

// sleep waits until there may be something to do for worker n.
func (c *crew) sleep(n int) {
	w := &c.workers[n]
	w.asleep = true
	for c.asleep++; w.asleep; {
		w.wake.Wait()
	}
}

func (c *crew) wake(n int) {
	if w := &c.workers[n]; w.asleep {
		w.asleep = false
		c.asleep--
		w.wake.Signal()
	}
}

// wakeOthers wakes who sleeps though there is something to do that is worth it.
func (c *crew) wakeOthers() {
	if c.asleep == 0 {
		return
	}
	if c.stored {
		for _, r := range c.readers {
			if r.idle(true) {
				c.wakeOne(0)
			}
		}
	}
	for k := range c.lines {
		if l := &c.lines[k]; l.waits() && l.ready > littleFrames {
			c.wakeOne(k)
		}
	}
}

// wakeOne wakes worker n or, if it does not sleep, another.
func (c *crew) wakeOne(n int) {
	for k := range c.workers {
		if m := (n + k) % len(c.workers); c.workers[m].asleep {
			c.wake(m)
			return
		}
	}
}

// waits says whether there is something to do that nobody does.
func (l *line) waits() bool { return !l.taken && !l.ended && l.head < len(l.tasks) }

func (l *line) add(t task) {
	if l.open {
		l.ready += len(t.packets)
	}
	l.open = l.open && t.rollUp == nil
	l.tasks = append(l.tasks, t)
}

// pop takes the first task out. What is behind it moves up now and then.
func (l *line) pop() task {
	t := l.tasks[l.head]
	l.tasks[l.head] = task{}
	l.ready -= len(t.packets)
	if l.head++; 2*l.head >= len(l.tasks) {
		l.tasks = l.tasks[:copy(l.tasks, l.tasks[l.head:])]
		l.head = 0
	}
	return t
}

// begin begins a second.
func (l *line) begin() {
	l.ended, l.open, l.ready = false, true, 0
	for _, t := range l.tasks[l.head:] {
		if t.rollUp != nil {
			l.open = false
			return
		}
		l.ready += len(t.packets)
	}
}
