package main

import (
	"context"
	"os"
	"time"

	"ntopgo/compat/cli"
	"ntopgo/compat/web"
	"ntopgo/engine/capture"
)

// serve runs the program until a signal ends it, or until the capture files
// are read where --shutdown-when-done asks for that.
func serve(opts *cli.Options) error {
	log, err := newLog(opts, os.Stdout)
	if err != nil {
		return err
	}
	for _, line := range opts.Notices {
		log.Warnf("%s", line)
	}
	a, err := newApp(opts, log, false)
	if err != nil {
		return err
	}
	defer a.close()
	log.SetRecent(a.kv)
	log.Printf("ntopng %s, key-value store %s, scripts %s", Version, a.kv.Describe(), a.layout.ScriptsDir)
	if err := a.openInterfaces(); err != nil {
		return err
	}
	a.newEnv()
	if err := a.newLua(scriptPool); err != nil {
		return err
	}
	server, err := web.New(a.webConfig(), web.Deps{Store: a.kv, Prefs: a.prefs, Users: a.users, Layout: a.layout,
		Interfaces: interfaces{a}, Runner: scriptRunner{a}})
	if err != nil {
		return err
	}
	defer server.Close()
	a.env.StaticEpoch = server.StaticEpoch
	if err := server.Listen(); err != nil {
		return err
	}
	ctx, stop := cli.UntilSignal(context.Background(), func(os.Signal) { os.Exit(1) })
	defer stop()
	ctx, a.shutdown = context.WithCancel(ctx)
	defer a.shutdown()
	for _, i := range a.ifaces {
		i.Start(ctx)
		log.Printf("Reading %s (%s), interface id %d", i.Name(), i.Info().Kind, i.ID())
	}
	if err := server.Start(ctx); err != nil {
		return err
	}
	server.SetReady(true)
	for _, addr := range server.Addresses() {
		log.Printf("Web interface on %s", addr)
	}
	go a.watchFiles(ctx)
	<-ctx.Done()
	log.Printf("Shutting down")
	a.ending.Store(true)
	server.SetReady(false)
	return nil
}

func (a *app) webConfig() web.Config {
	o := a.opts
	return web.Config{HTTP: web.Listen(o.HTTP), HTTPS: web.Listen(o.HTTPS), Prefix: o.HTTPPrefix,
		NoLogin: o.Login == cli.LoginDisabled, NoLoginLocal: o.Login == cli.LoginNotLocalhost,
		LongSessions: o.DisableAutoLogout, AccessLog: o.HTTPLog, Version: Version,
		Logf: bindingsLog{a.log}.Logf}
}

// watchFiles says when capture files are read, and ends the program then if it
// is to.
func (a *app) watchFiles(ctx context.Context) {
	for _, i := range a.ifaces {
		if i.Info().Kind != capture.KindFile {
			if a.opts.ShutdownWhenDone {
				return
			}
			continue
		}
		begun := time.Now()
		select {
		case <-i.Done():
		case <-ctx.Done():
			return
		}
		s := i.Stats()
		a.log.Printf("%s: %d packets, %d bytes, %d flows, %d hosts read in %s", i.Name(), s.Total.Packets,
			s.Total.Bytes, s.Flows, s.Hosts, time.Since(begun).Round(time.Millisecond))
	}
	if a.opts.ShutdownWhenDone {
		a.shutdown()
	}
}
