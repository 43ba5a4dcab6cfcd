// Command ntopng monitors network traffic: it takes the place of ntopng on an
// existing install, or serves its own pages on a fresh machine.
//
// This package only wires the parts together; what they do is in engine,
// bindings and compat.
package main

import (
	"fmt"
	"os"

	"ntopgo/compat/cli"
)

// Version and Revision are set by the linker; Version follows the numbering of
// the original whose contract is kept.
var (
	Version  = "6.7.0"
	Revision = "unknown"
)

func main() {
	os.Exit(run(os.Args[1:]))
}

// run does what the command line says and returns the exit status.
func run(args []string) int {
	opts, action, err := cli.Parse(args, os.Stdout, os.Stderr)
	if err != nil {
		return 1 // said on stderr already
	}
	switch action {
	case cli.ActionHelp, cli.ActionLicense:
	case cli.ActionVersion:
		cli.WriteVersion(os.Stdout, cli.Build{Version: Version, Revision: Revision})
	case cli.ActionVersionJSON:
		err = cli.WriteVersionJSON(os.Stdout, cli.Build{Version: Version, Revision: Revision})
	case cli.ActionPrintProtocols:
		err = printProtocols(os.Stdout)
	case cli.ActionListBindings:
		err = listBindings(os.Stdout, opts.JSON)
	case cli.ActionClassify:
		err = classifyFile(os.Stdout, os.Stderr, opts.Target, opts.NDPIProtocols)
	case cli.ActionCheckTree:
		err = checkTree(os.Stdout, opts.Target)
	case cli.ActionRunScript:
		err = runScript(opts)
	default:
		err = serve(opts)
	}
	if err != nil {
		fmt.Fprintf(os.Stderr, "ntopng: %v\n", err)
		return 1
	}
	return 0
}
