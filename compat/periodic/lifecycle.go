package periodic

import (
	"context"
	"fmt"
	"path"
	"time"
)

// lifecycleLimit bounds boot, startup and shutdown scripts.
const lifecycleLimit = 2 * time.Minute

// RunSystem runs a life-cycle script ("boot", "startup" or "shutdown") and
// waits for its end. A tree without it is no error.
func (s *Scheduler) RunSystem(ctx context.Context, name string) error {
	script := path.Join(s.cfg.CallbacksDir, "system", name+".lua")
	if _, err := s.deps.Files.Stat(script); err != nil {
		s.cfg.Logf(3, "no script %s", script)
		return nil
	}
	now := s.cfg.Now()
	job := &Job{Path: script, IfID: SystemInterface, Now: now, Deadline: now.Add(lifecycleLimit), Margin: 10 * time.Second}
	if err := s.execute(ctx, job); err != nil {
		s.report(job, err)
		return fmt.Errorf("%s script: %w", name, err)
	}
	return nil
}

// Close ends scheduling and waits for running scripts, which are ended after a moment.
func (s *Scheduler) Close() {
	s.Stop(3 * time.Second)
	s.cancel()
	s.loop.Wait()
}

// Stop ends scheduling; running scripts have patience to finish before they are
// ended. RunSystem works on, for the shutdown script.
func (s *Scheduler) Stop(patience time.Duration) {
	s.mu.Lock()
	s.stopped.Store(true)
	s.mu.Unlock()
	done := make(chan struct{})
	go func() { s.jobs.Wait(); close(done) }()
	select {
	case <-done:
	case <-time.After(patience):
		s.cancel()
		<-done
	}
}

// Wait returns when no script runs or waits; for tests and one-shot runs.
func (s *Scheduler) Wait() { s.jobs.Wait() }
