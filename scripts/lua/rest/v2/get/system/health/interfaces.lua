-- The main counters of every interface that the user may see.
local rest = require "rest"

local all = {}
for id, name in pairs(interface.getIfNames()) do
   interface.select(id)
   local s = interface.getStats()
   all[name] = { alerted_flows = s.num_alerted_flows, devices = s.stats.devices, dropped_packets = s.stats.drops,
      engaged_alerts = s.num_alerts_engaged, flows = s.stats.flows,
      remote_hosts = s.stats.hosts - s.stats.local_hosts, local_hosts = s.stats.local_hosts,
      total_packets = s.stats.packets, total_traffic = s.stats.bytes }
end
rest.ok { interfaces_stats = all }
