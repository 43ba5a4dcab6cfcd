// One flow with everything known of it.
import { context, flowsURL, get, poll } from "../api.js";
import { card, facts, h, plainTable, replace } from "../dom.js";
import * as format from "../format.js";
import { hostLink, tiles } from "../parts.js";
import { setTitle, start } from "../shell.js";

const REFRESH = 4000;
const HTTP_STATUS_NONE = 0;

const dnsTypes = { 1: "A", 2: "NS", 5: "CNAME", 6: "SOA", 12: "PTR", 15: "MX", 16: "TXT", 28: "AAAA", 33: "SRV", 64: "SVCB", 65: "HTTPS", 255: "ANY" };
const dnsCodes = { 0: "NOERROR", 1: "FORMERR", 2: "SERVFAIL", 3: "NXDOMAIN", 4: "NOTIMP", 5: "REFUSED" };

const mono = (v) => (v ? h("span", { class: "mono" }, v) : "");

function state(f) {
  const s = [["tcp_established", "established"], ["tcp_connecting", "connecting"], ["tcp_closed", "closed"], ["tcp_reset", "reset"]].find(([k]) => f[k]);
  return s ? s[1] : "";
}

const summary = (f) => facts([
  ["Client", h("span", {}, hostLink(f["cli.ip"], f.vlan, f["cli.host"], { port: f["cli.port"], tag: false }), " ", f["cli.localhost"] && h("span", { class: "tag local" }, "local"))],
  ["Server", h("span", {}, hostLink(f["srv.ip"], f.vlan, f["srv.host"], { port: f["srv.port"], tag: false }), " ", f["srv.localhost"] && h("span", { class: "tag local" }, "local"))],
  ["Client MAC", mono(f["cli.mac"])], ["Server MAC", mono(f["srv.mac"])],
  ["VLAN", f.vlan ? h("a", { href: flowsURL({ vlan: f.vlan }) }, f.vlan) : ""],
  ["Transport", f["proto.l4"]],
  ["Application", h("a", { href: flowsURL({ application: f["proto.ndpi"] }) }, f["proto.ndpi"])],
  ["Recognised by", f["proto.ndpi_confidence"]], ["Category", f["proto.ndpi_cat"]], ["Breed", f["proto.ndpi_breed"]],
  ["Encrypted", f["proto.is_encrypted"] ? "yes" : "no"],
  ["Info", f.info], ["Host name", f.host_server_name !== f.info ? f.host_server_name : ""],
  ["First seen", format.dateTime(f["seen.first"])], ["Last seen", format.dateTime(f["seen.last"])], ["Duration", format.duration(f.duration)],
  ["Community ID", mono(f.community_id)],
]);

function directions(f) {
  const d = (k, show = format.number) => [show(f[`cli2srv.${k}`] ?? 0), show(f[`srv2cli.${k}`] ?? 0)];
  const iat = (k) => ["cli2srv", "srv2cli"].map((dir) => format.ms(f[`interarrival.${dir}`]?.[k] ?? 0));
  const dscp = (t) => `${t?.DSCP ?? 0} / ${t?.ECN ?? 0}`;
  const rows = [["Bytes", ...d("bytes", format.bytes)], ["Payload", ...d("goodput_bytes", format.bytes)], ["Packets", ...d("packets")],
    ["Length: least", ...d("pkt_len.min")], ["Length: mean", ...d("pkt_len.avg")], ["Length: most", ...d("pkt_len.max")], ["Length: deviation", ...d("pkt_len.stddev")],
    ["Between packets: least", ...iat("min")], ["Between packets: mean", ...iat("avg")], ["Between packets: most", ...iat("max")],
    ["Fragments", ...d("fragments")], ["DSCP / ECN", dscp(f.tos?.client), dscp(f.tos?.server)]];
  if (f["proto.l4_id"] === 6) {
    rows.push(["TCP flags", ...d("tcp_flags", (v) => h("span", { class: "breaks" }, format.tcpFlags(v)))], ["Retransmitted", ...d("retransmissions")], ["Out of order", ...d("out_of_order")], ["Lost", ...d("lost")], ["Keep-alive", ...d("keep_alive")]);
    const stat = (k) => ["cli2srv", "srv2cli"].map((dir) => format.number(f.tcp_stats?.[dir]?.[k]));
    rows.push(["Zero window", ...stat("num_zero_window")], ["SYN", ...stat("num_syn")], ["FIN", ...stat("num_fin")], ["RST", ...stat("num_rst")]);
  }
  return plainTable([{ title: "" }, { title: "Client → server", number: true }, { title: "Server → client", number: true }], rows);
}

function latencies(f) {
  const known = (k) => (f[k] > 0 ? format.ms(f[k]) : "");
  const list = facts([["State", state(f)], ["RTT to client", known("tcp.nw_latency.3wh_client_rtt")], ["RTT to server", known("tcp.nw_latency.3wh_server_rtt")],
    ["First answer of the application", known("tcp.appl_latency")],
    ["Window limit to server", f["tcp.max_thpt.cli2srv"] > 0 ? format.bits(f["tcp.max_thpt.cli2srv"] * 8) : ""],
    ["Window limit to client", f["tcp.max_thpt.srv2cli"] > 0 ? format.bits(f["tcp.max_thpt.srv2cli"] * 8) : ""],
    ["Mean throughput", format.bits(f.average_throughput_bps * 8)], ["Highest throughput", f.top_throughput_bps > 0 ? format.bits(f.top_throughput_bps * 8) : ""]]);
  return list;
}

// protocols are the parts of what the classifier read, each with its title.
const protocols = [
  ["TLS", (f) => f["protos.tls_version"] && facts([
    ["Version", f.tls_version_name || f["protos.tls_version"]], ["Server name (SNI)", f["protos.tls.client_requested_server_name"]], ["Offered protocols (ALPN)", f["protos.tls.client_alpn"]],
    ["Offered versions", f["protos.tls.client_tls_supported_versions"]], ["JA4", mono(f["protos.tls.ja4.client_hash"])],
    ["Certificate names", f["protos.tls.server_names"]], ["Subject", f["protos.tls.subjectDN"]], ["Issuer", f["protos.tls.issuerDN"]],
    ["Valid from", f["protos.tls.notBefore"] && format.dateTime(f["protos.tls.notBefore"])], ["Valid until", f["protos.tls.notAfter"] && format.dateTime(f["protos.tls.notAfter"])]])],
  ["HTTP", (f) => f["protos.http.last_method"] && facts([
    ["Method", f["protos.http.last_method"]], ["URL", f["protos.http.last_url"]], ["Status", f["protos.http.last_return_code"] !== HTTP_STATUS_NONE ? f["protos.http.last_return_code"] : ""],
    ["Server name", f["protos.http.server_name"]], ["User agent", f["protos.http.last_user_agent"]], ["Server", f["protos.http.last_server"]]])],
  ["DNS", (f) => f["protos.dns.last_query"] && facts([
    ["Query", f["protos.dns.last_query"]], ["Type", dnsTypes[f["protos.dns.last_query_type"]] || f["protos.dns.last_query_type"]],
    ["Answer code", dnsCodes[f["protos.dns.last_return_code"]] || f["protos.dns.last_return_code"]], ["Answer", mono(f["protos.dns.last_rsp"])]])],
  ["SSH", (f) => (f["protos.ssh.client_signature"] || f["protos.ssh.server_signature"]) && facts([
    ["Client", f["protos.ssh.client_signature"]], ["Server", f["protos.ssh.server_signature"]], ["HASSH of client", mono(f["protos.ssh.hassh.client_hash"])], ["HASSH of server", mono(f["protos.ssh.hassh.server_hash"])]])],
  ["ICMP", (f) => f.icmp && facts([["Type", f.icmp.type], ["Code", f.icmp.code]])],
  ["IGMP", (f) => f.igmp && facts([["Type", f.igmp.type]])],
];

function risks(f) {
  const names = Object.keys(f.unhandled_flow_risk || {});
  if (names.length === 0) return h("p", { class: "empty" }, "None seen");
  return h("ul", { class: "risks" }, names.sort().map((n) => h("li", {}, n)));
}

function draw(page, f) {
  setTitle(`${f["proto.ndpi"]}: ${format.hostPort(f["cli.ip"], f["cli.port"])} → ${format.hostPort(f["srv.ip"], f["srv.port"])}`);
  replace(page, tiles([
    ["Traffic", format.bytes(f.bytes), `${format.number(f.packets)} packets`], ["To server", format.bytes(f.bytes_sent)], ["To client", format.bytes(f.bytes_rcvd)],
    ["Duration", format.duration(f.duration)], !context.capture && ["Throughput", format.bits(f.throughput_bps * 8)]]),
  h("div", { class: "columns" }, card("Flow", summary(f)), card("Directions", directions(f)),
    protocols.map(([title, part]) => { const content = part(f); return content ? card(title, content) : null; }),
    card(f["proto.l4_id"] === 6 ? "TCP and latency" : "Rates", latencies(f)), card("Risks", risks(f))));
}

start(async (page, query) => {
  const parameters = { flow_key: query.get("flow_key"), flow_hash_id: query.get("flow_hash_id") };
  let f;
  try {
    f = await get("flow/data", parameters);
  } catch (e) {
    throw e.rc === -1 ? new Error("This flow is not active any more.") : e;
  }
  draw(page, f);
  if (context.capture) return;
  const gone = h("p", { class: "notice", role: "status" }, "This flow has ended; the page shows how it was.");
  const stop = poll(async () => {
    try {
      draw(page, await get("flow/data", parameters));
    } catch (e) {
      if (e.rc === -1) { page.prepend(gone); stop(); }
    }
  }, REFRESH);
});
