-- Transport protocols as the API lists them: IANA number, name, short name.
-- A protocol with two names is listed twice, as clients of the API expect.
local json = require "json"

return json.array {
   { id = 0, name = "IP", other = "ip" },
   { id = 1, name = "ICMP", other = "icmp" },
   { id = 2, name = "IGMP", other = "igmp" },
   { id = 6, name = "TCP", other = "tcp" },
   { id = 17, name = "UDP", other = "udp" },
   { id = 41, name = "IPv6", other = "ipv6" },
   { id = 46, name = "RSVP", other = "rsvp" },
   { id = 47, name = "GRE", other = "gre" },
   { id = 50, name = "ESP", other = "esp" },
   { id = 58, name = "IPv6-ICMP", other = "ipv6icmp" },
   { id = 88, name = "EIGRP", other = "eigrp" },
   { id = 89, name = "OSPF", other = "ospf" },
   { id = 103, name = "PIM", other = "pim" },
   { id = 112, name = "VRRP", other = "vrrp" },
   { id = 115, name = "L2TP", other = "l2tp" },
   { id = 139, name = "HIP", other = "hip" },
   { id = 132, name = "SCTP", other = "sctp" },
   { id = 58, name = "ICMPv6", other = "icmpv6" },
   { id = 2, name = "IGMP", other = "igmp" },
   { id = -1, name = "Other IP", other = "other_ip" },
}
