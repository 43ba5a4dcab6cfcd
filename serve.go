package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"ntopgo/compat/cli"
	"ntopgo/compat/logging"
	"ntopgo/compat/lua"
	"ntopgo/compat/periodic"
	"ntopgo/compat/web"
	"ntopgo/engine/capture"
	"ntopgo/engine/iface"
)

// patience is how long running periodic scripts may take to end at shutdown.
const patience = 3 * time.Second

// serve runs the program until a signal ends it, or until the capture files
// are read where --shutdown-when-done asks for that.
func serve(opts *cli.Options) error {
	if opts.Daemon && !cli.IsBackground() {
		if err := os.MkdirAll(opts.DataDir, 0o755); err != nil {
			return fmt.Errorf("data directory: %w", err)
		}
		return cli.Background(filepath.Join(opts.DataDir, "ntopng.stderr"))
	}
	err := serveHere(opts)
	cli.Started(err)
	return err
}

func serveHere(opts *cli.Options) error {
	log, err := newLog(opts, os.Stdout)
	if err != nil {
		return err
	}
	for _, line := range opts.Notices {
		log.Warnf("%s", line)
	}
	pid, err := writePid(opts, log.Warnf)
	if err != nil {
		return err
	}
	defer pid.Remove()
	a, err := newApp(opts, log, false)
	if err != nil {
		return err
	}
	defer a.close()
	if opts.Daemon {
		if err := log.SetFile(filepath.Join(a.layout.DataDir, "ntopng.log")); err != nil {
			return err
		}
	}
	log.SetRecent(a.kv)
	a.keptLogLevel()
	log.Printf("ntopng %s (%s), %s, scripts %s", Version, Revision, a.kv.Describe(), a.layout.ScriptsDir)
	return a.serve()
}

// keptLogLevel takes the log level that was chosen in the preferences, unless
// the command line names one.
func (a *app) keptLogLevel() {
	if a.opts.VerboseGiven {
		return
	}
	name, _, err := a.kv.Get("ntopng.prefs.logging_level")
	if err != nil {
		a.log.Warnf("log level: %v", err)
		return
	}
	levels := map[string]logging.Level{"error": logging.Error, "warning": logging.Warning, "normal": logging.Normal,
		"info": logging.Info, "debug": logging.Debug, "trace": logging.Trace}
	if level, ok := levels[name]; ok {
		a.log.SetLevel(level)
	}
}

// writePid claims the pid file. The default one is not worth failing for when
// it cannot be written.
func writePid(opts *cli.Options, warnf func(string, ...any)) (*cli.PidFile, error) {
	pid, err := cli.WritePidFile(opts.PidFile)
	if err != nil && !errors.Is(err, cli.ErrRunning) && opts.PidFile == cli.DefaultPidFile {
		warnf("%v", err)
		return nil, nil
	}
	return pid, err
}

// serve brings the parts up in the order in which they need each other: scripts
// that run before the interfaces, sources and ports while the process still may
// open them, then the unprivileged user, then everything that works.
func (a *app) serve() error {
	ctx, stop := cli.UntilSignal(context.Background(), func(os.Signal) { os.Exit(1) })
	defer stop()
	ctx, a.shutdown = context.WithCancel(ctx)
	a.running = ctx
	defer a.shutdown()

	a.newEnv()
	if err := a.newExporter(); err != nil {
		return err
	}
	if err := a.newLua(scriptPool); err != nil {
		return err
	}
	scheduler, err := a.newScheduler()
	if err != nil {
		return err
	}
	defer scheduler.Close()
	a.env.Periodic = func(ifid int) *lua.Table { return scheduler.Table(ifid) }
	a.runSystem(ctx, scheduler, "boot")
	if err := a.openInterfaces(); err != nil {
		return err
	}
	a.env.Ifaces = a.ifaces
	server, err := web.New(a.webConfig(), web.Deps{Store: a.kv, Prefs: a.prefs, Users: a.users, Layout: a.layout,
		Interfaces: interfaces{a}, Runner: web.LuaRunner{Runtime: a.lua, Host: a.requestContext}})
	if err != nil {
		return err
	}
	defer server.Close()
	a.env.StaticEpoch = server.StaticEpoch
	if err := server.Listen(); err != nil {
		return err
	}
	if err := a.changeUser(); err != nil {
		return err
	}
	if err := server.Start(ctx); err != nil {
		return err
	}
	a.runSystem(ctx, scheduler, "startup")
	server.SetReady(true)
	for _, addr := range server.Addresses() {
		a.log.Printf("Web interface on %s", addr)
	}
	a.testScript(ctx, "pre", a.opts.TestScriptPre)
	a.startReading(ctx)
	scheduler.Start(ctx)
	cli.Started(nil)
	go a.watchFiles(ctx)

	<-ctx.Done()
	a.log.Printf("Shutting down")
	a.ending.Store(true)
	server.SetReady(false)
	scheduler.Stop(patience)
	a.runSystem(context.Background(), scheduler, "shutdown")
	return nil
}

// runSystem runs a life-cycle script; that it fails is logged by the scheduler
// and ends the program only with --strict-startup.
func (a *app) runSystem(ctx context.Context, s *periodic.Scheduler, name string) {
	if err := s.RunSystem(ctx, name); err != nil && a.opts.StrictStartup {
		a.log.Errorf("%v: ending, as --strict-startup asks", err)
		a.shutdown()
	}
}

func (a *app) startReading(ctx context.Context) {
	for _, c := range a.checks {
		go c.Run(ctx)
	}
	for _, i := range a.ifaces {
		a.env.Prepare(i)
		a.env.SetChecks(i) // a script may have configured them meanwhile
		go a.env.DeliverAlerts(ctx, i.ID())
		go a.env.RunHostChecks(ctx, i)
		i.Start(ctx)
		a.log.Printf("Reading %s (%s), interface id %d", i.Name(), i.Info().Kind, i.ID())
	}
	a.reading.open()
}

// limitedScripts is how many requests run at once with --limit-resources.
const limitedScripts = 3

func (a *app) webConfig() web.Config {
	o := a.opts
	scripts := 0 // the server's default
	if o.LimitResources {
		scripts = limitedScripts
	}
	return web.Config{HTTP: web.Listen(o.HTTP), HTTPS: web.Listen(o.HTTPS), Prefix: o.HTTPPrefix, MaxScripts: scripts,
		Replacements: map[string]string{"@HTTP_PREFIX@": o.HTTPPrefix, "@NTOP_PRODUCT_NAME@": "ntopng",
			"@NTOP_STARTUP_EPOCH@": strconv.FormatInt(a.env.Started.Unix(), 10)},
		NoLogin: o.Login == cli.LoginDisabled, NoLoginLocal: o.Login == cli.LoginNotLocalhost,
		LongSessions: o.DisableAutoLogout, AccessLog: o.HTTPLog, Version: Version,
		Logf: levelLog{a.log}.Logf, OnLogin: a.env.LoginTrace}
}

// skipCallback leaves out the callbacks of time series drivers that are not in
// use: there is none yet.
func (a *app) skipCallback(name string) bool {
	return strings.Contains(name, "influxdb") || strings.Contains(name, "clickhouse")
}

// fallbackUser is who the process becomes when the default account is missing.
const fallbackUser = "nobody"

// changeUser gives up root for the account of -U, once everything that needs
// root is open.
func (a *app) changeUser() error {
	if a.opts.KeepUser || a.opts.Appliance || os.Getuid() != 0 {
		return nil
	}
	account, err := cli.LookupAccount(a.opts.User)
	if err != nil && !a.opts.UserGiven {
		a.log.Warnf("no account %s: running as %s", a.opts.User, fallbackUser)
		account, err = cli.LookupAccount(fallbackUser)
	}
	if err != nil {
		return err
	}
	if err := a.layout.GiveData(account.UID, account.GID); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if err := account.Become(); err != nil {
		return err
	}
	a.log.Printf("User changed to %s", account.Name)
	return nil
}

// watchFiles says when capture files are read, runs the test script, and ends
// the program where it is to end then.
func (a *app) watchFiles(ctx context.Context) {
	files := 0
	for _, i := range a.ifaces {
		if i.Info().Kind != capture.KindFile {
			continue
		}
		select {
		case <-i.Done():
			a.describeFile(i)
			files++
		case <-ctx.Done():
			return
		}
	}
	if files == 0 {
		return
	}
	a.testScript(ctx, "runtime", a.opts.TestScript)
	if a.opts.ShutdownWhenDone && files == len(a.ifaces) {
		a.testScript(ctx, "post", a.opts.TestScriptPost)
		a.shutdown()
	}
}

func (a *app) describeFile(i *iface.Interface) {
	s := i.Stats()
	line := fmt.Sprintf("%s: %d packets, %d bytes, %d flows, %d hosts", i.Name(), s.Total.Packets, s.Total.Bytes,
		s.Flows, s.Hosts)
	if s.Source.Errors > 0 {
		line += fmt.Sprintf(", %d damaged records", s.Source.Errors)
	}
	a.log.Printf("%s", line)
}

// testScript runs one of the shell commands of --test-script-pre, --test-script
// and --test-script-post, and waits for it. The web interface answers meanwhile.
func (a *app) testScript(ctx context.Context, phase, command string) {
	if command == "" {
		return
	}
	a.log.Printf("Running the %s test script: %s", phase, command)
	cmd := exec.CommandContext(ctx, "/bin/sh", "-c", command)
	cmd.Stdout, cmd.Stderr = os.Stdout, os.Stderr
	if err := cmd.Run(); err != nil {
		a.log.Warnf("%s test script: %v", phase, err)
	}
}
