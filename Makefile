# make run    serve the demonstration capture on http://127.0.0.1:3000
# make test   everything that is tested, with what the tests need installed
# make build  the binary
# make bench  benchmarks; make fuzz  every dissector for FUZZTIME seconds
GO      ?= go
PORT    ?= 3000
DATA    ?= data
VERSION := $(shell sed -n 's/^\tVersion  = "\(.*\)"/\1/p' main.go)
REV     := $(shell git rev-parse --short HEAD 2>/dev/null || echo unknown)
LDFLAGS := -s -w -X main.Revision=$(REV)

.PHONY: build run test bench fuzz generate clean lua-suite

build:
	CGO_ENABLED=0 $(GO) build -trimpath -ldflags '$(LDFLAGS)' -o ntopng .

run: build
	@echo "ntopng serves the demonstration capture on http://127.0.0.1:$(PORT) (login admin, password admin)"
	./ntopng -i compat/layout/demo/demo.pcap -m 192.168.1.0/24,10.0.0.0/8,2001:db8::/32 -d $(CURDIR)/$(DATA) -G $(CURDIR)/$(DATA)/ntopng.pid \
		-w 127.0.0.1:$(PORT) --dont-change-user --offline --instance-name demonstration

test:
	tests/run

bench:
	$(GO) test -run '^$$' -bench . -benchmem ./engine/... ./compat/lua/...
	$(GO) run ./tests/luabench
	[ -z "$$NTOPGO_TREE_2024" ] || { $(MAKE) build && $(GO) run ./tests/restbench -tree "$$NTOPGO_TREE_2024"; }

# Every dissector by itself, FUZZTIME seconds each.
FUZZTIME ?= 60
fuzz:
	tests/fuzz $(FUZZTIME)

generate:
	$(GO) generate ./...

clean:
	rm -rf ntopng $(DATA) tests/out

# Lua's own tests: TESTES is the folder testes/ of its release 5.4.8.
lua-suite:
	LUA_TESTES=$(abspath $(TESTES)) $(GO) test -count=1 -run TestSuite -v ./compat/lua
