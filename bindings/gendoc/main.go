// Command gendoc writes docs/bindings.md, the reference of the bindings, from
// their registry.
package main

import (
	"bytes"
	"flag"
	"log"
	"os"

	"ntopgo/bindings"
)

func main() {
	out := flag.String("out", "docs/bindings.md", "file to write")
	flag.Parse()
	var b bytes.Buffer
	if err := bindings.WriteReference(&b); err != nil {
		log.Fatal(err)
	}
	if err := os.WriteFile(*out, b.Bytes(), 0o644); err != nil {
		log.Fatal(err)
	}
}
