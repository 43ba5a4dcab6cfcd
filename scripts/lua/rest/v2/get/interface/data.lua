-- Counters of an interface: totals, rates, hosts, flows, TCP issues.
local rest = require "rest"

local s = rest.interface()
if not s then return end

local function share(n, limit)
   if limit <= 0 or n <= 0 then return 0 end
   return math.ceil(n * 100 / limit)
end

local limits = ntop.getPrefs()
local up = ntop.getUptime()
local severities = s.num_alerts_engaged_by_severity or {}

-- uptime is written as the original does: hours only once there are any.
local function uptime(seconds)
   local text = string.format("%02d:%02d", seconds // 60 % 60, seconds % 60)
   if seconds >= 3600 then text = string.format("%02d:", seconds // 3600) .. text end
   return text
end

rest.ok {
   ifid = tostring(s.id),
   ifname = s.name,
   is_view = s.isView,
   type = s.type,
   is_loading = s.isLoading,
   speed = s.speed,
   epoch = os.time(),
   localtime = os.date("%H:%M:%S %z"),
   uptime = uptime(up),
   seen_last = s["seen.last"],

   packets = s.stats.packets,
   bytes = s.stats.bytes,
   drops = s.stats.drops,
   tot_pkt_drops = s.stats.drops,
   tot_nprobe_pkts = 0,
   active_discovery_active = false,
   throughput_bps = s.stats.throughput_bps,
   throughput_pps = s.stats.throughput_pps,
   throughput = {
      download = s.eth.ingress.throughput,
      upload = s.eth.egress.throughput,
   },
   bytes_download = s.eth.ingress.bytes,
   bytes_upload = s.eth.egress.bytes,
   packets_download = s.eth.ingress.packets,
   packets_upload = s.eth.egress.packets,
   bytes_download_since_reset = s.traffic_rcvd_since_reset,
   bytes_upload_since_reset = s.traffic_sent_since_reset,
   packets_download_since_reset = s.packets_rcvd_since_reset,
   packets_upload_since_reset = s.packets_sent_since_reset,
   download_upload_chart = { download = rest.array(s.download_stats), upload = rest.array(s.upload_stats) },
   remote_bps = s.remote_bps,
   remote_pps = s.remote_pps,
   local2remote = s.localstats.bytes.local2remote,
   remote2local = s.localstats.bytes.remote2local,

   num_flows = s.stats.flows,
   num_hosts = s.stats.hosts,
   num_local_hosts = s.stats.local_hosts,
   num_rcvd_only_hosts = s.stats.hosts_rcvd_only,
   num_local_rcvd_only_hosts = s.stats.local_rcvd_only_hosts,
   num_devices = s.stats.devices,
   num_live_captures = s.stats.num_live_captures,
   flows_pctg = share(s.stats.flows, limits.max_num_flows),
   hosts_pctg = share(s.stats.hosts, limits.max_num_hosts),
   macs_pctg = share(s.stats.devices, limits.max_num_hosts),

   alerted_flows = s.num_alerted_flows,
   alerted_flows_notice = s.num_alerted_flows_notice,
   alerted_flows_warning = s.num_alerted_flows_warning,
   alerted_flows_error = s.num_alerted_flows_error,
   engaged_alerts = s.num_alerts_engaged,
   engaged_alerts_notice = severities.notice,
   engaged_alerts_warning = severities.warning,
   engaged_alerts_error = (severities.error or 0) + (severities.critical or 0) + (severities.emergency or 0),
   dropped_alerts = s.num_dropped_alerts,
   host_dropped_alerts = s.num_host_dropped_alerts,
   flow_dropped_alerts = s.num_flow_dropped_alerts,
   other_dropped_alerts = s.num_other_dropped_alerts,
   num_local_hosts_anomalies = s.anomalies.num_local_hosts_anomalies,
   num_remote_hosts_anomalies = s.anomalies.num_remote_hosts_anomalies,
   periodic_stats_update_frequency_secs = s.periodic_stats_update_frequency_secs,

   tcpPacketStats = { retransmissions = s.tcpPacketStats.retransmissions,
      out_of_order = s.tcpPacketStats.out_of_order, lost = s.tcpPacketStats.lost },
   tcpFlowStats = s.tcpFlowStats,
   system_host_stats = ntop.systemHostStat(),
}
