package host

import "strings"

// OS is an operating system.
type OS uint8

// Operating systems.
const (
	UnknownOS OS = iota
	Linux
	Windows
	MacOS
	IOS
	Android
	LaserJet
	AirPort
	FreeBSD
)

// OSSource is what told the operating system of a host; a later one is believed
// more.
type OSSource uint8

// Sources, in the order of their trust.
const (
	OSNobody    OSSource = iota
	OSFromAgent          // the User-Agent of a request
	OSFromDHCP           // the options that a DHCP client asks for
	OSFromSYN            // the form of a TCP SYN
	OSFromScript
)

// agentWords are parts of the first comment of a User-Agent, lower case, in the
// order in which they are looked for.
var agentWords = []struct {
	word string
	os   OS
}{{"ipad", IOS}, {"ipod", IOS}, {"iphone", IOS}, {"android", Android}, {"airport", AirPort}, {"macintosh", MacOS}, {"mac os", MacOS},
	{"os x", MacOS}, {"windows", Windows}, {"linux", Linux}, {"debian", Linux}, {"ubuntu", Linux}, {"freebsd", FreeBSD}}

// OSOfAgent reads the operating system out of the first comment of a User-Agent.
func OSOfAgent(agent string) OS {
	_, comment, _ := strings.Cut(agent, "(")
	comment, _, closed := strings.Cut(comment, ")")
	if !closed {
		return UnknownOS
	}
	comment = strings.ToLower(comment)
	for _, w := range agentWords {
		if strings.Contains(comment, w.word) {
			return w.os
		}
	}
	return UnknownOS
}

// OSOfHint is the system that the classifier recognises a SYN as.
func OSOfHint(hint string) OS {
	switch hint {
	case "Linux":
		return Linux
	case "Windows":
		return Windows
	case "macOS":
		return MacOS
	case "iOS/iPadOS":
		return IOS
	case "Android":
		return Android
	case "FreeBSD":
		return FreeBSD
	}
	return UnknownOS
}

// dhcpSystems are lists of options that DHCP clients ask for (option 55), and
// the systems that ntopng knows them of. Lists that two systems share are left
// out.
var dhcpSystems = map[string]OS{
	"1,121,3,6,15,119,252":                                   IOS,
	"1,121,3,6,15,119,252,95,44,46":                          MacOS,
	"1,3,6,15,119,95,252,44,46,47":                           MacOS,
	"1,3,6,15,119,95,252,44,46":                              MacOS,
	"1,3,6,15,31,33,43,44,46,47,121,249,252":                 Windows,
	"1,15,3,6,44,46,47,31,33,121,249,43":                     Windows,
	"1,3,6,12,15,28,42":                                      Linux,
	"1,28,2,3,15,6,119,12,44,47,26,121,42,121,249,33,252,42": Linux,
	"6,3,1,15,12,44,81,69,43,18,66,67,150,7":                 LaserJet,
	"1,3,44,6,7,12,15,22,54,58,59,69,18,43,119,81,153,154":   LaserJet,
	"1,2,3,15,6,12,44":                                       AirPort,
	"1,121,33,3,6,15,28,51,58,59,119":                        Android,
}

// OSOfDHCP is the system of a DHCP client that asks for a list of options,
// decimal numbers separated by commas.
func OSOfDHCP(options string) OS { return dhcpSystems[options] }

// learnOS takes over that the host's system is os, found in a flow that began at
// time first. The most trusted source stays, of one the latest flow's.
func (d *Data) learnOS(os OS, from OSSource, first int64) {
	if os == UnknownOS || from < d.osFrom || from == d.osFrom && (first < d.osAt || first == d.osAt && os < d.OS) {
		return
	}
	d.OS, d.osFrom, d.osAt = os, from, first
}
