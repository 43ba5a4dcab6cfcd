package bindings

import (
	"os"
	"strconv"
	"strings"
	"sync"
)

// services are the names of services(5), read once. Go's resolver looks names
// up but not ports.
var services = sync.OnceValue(func() map[string]string {
	m := map[string]string{}
	b, err := os.ReadFile("/etc/services")
	if err != nil {
		return m
	}
	for _, line := range strings.Split(string(b), "\n") {
		line, _, _ = strings.Cut(line, "#")
		f := strings.Fields(line)
		if len(f) < 2 {
			continue
		}
		if _, dup := m[f[1]]; !dup {
			m[f[1]] = f[0]
		}
	}
	return m
})

// serviceName is the name registered on this machine for a port of "tcp" or
// "udp", "" without one.
func serviceName(port int, proto string) string {
	return services()[strconv.Itoa(port)+"/"+proto]
}
