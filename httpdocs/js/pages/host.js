// One host: identity, traffic, applications, peers, flows, packets, DNS, HTTP,
// TCP issues.
import { context, flowsURL, get, poll, url } from "../api.js";
import { bars, share } from "../charts.js";
import { card, facts, failure, h, plainTable, replace } from "../dom.js";
import * as format from "../format.js";
import { flowColumns, hostLink, tiles } from "../parts.js";
import { setTitle, start } from "../shell.js";
import { Table } from "../table.js";

const REFRESH = 4000;

function identity(x) {
  const names = Object.entries(x.names || {}).map(([from, name]) => `${name} (${from})`).join(", ");
  const tags = [x.localhost ? "local" : "remote", x.systemhost && "this machine", x.privatehost && "private address", x.dhcpHost && "DHCP", x.is_multicast && "multicast",
    x.is_broadcast && "broadcast", x.is_rx_only && "receives only"].filter(Boolean);
  return facts([
    ["Address", h("span", { class: "mono" }, x.ip)], ["VLAN", x.vlan ? h("a", { href: flowsURL({ vlan: x.vlan }) }, x.vlan) : ""], ["Name", x.name !== x.ip ? x.name : ""], ["Names seen", names],
    ["Kind", tags.map((t) => h("span", { class: "tag" }, t))], ["Network", x.local_network_name],
    ["MAC", x.mac !== "00:00:00:00:00:00" ? h("a", { class: "mono", href: url("/lua/hosts_stats.lua", { mac: x.mac }) }, x.mac) : ""],
    ["First seen", format.dateTime(x["seen.first"])], ["Last seen", format.dateTime(x["seen.last"])],
    ["Active", `${format.duration(x.total_activity_time)} of ${format.duration(x.duration)}`],
  ]);
}

const figures = (x) => tiles([
  ["Sent", format.bytes(x["bytes.sent"]), `${format.number(x["packets.sent"])} packets`],
  ["Received", format.bytes(x["bytes.rcvd"]), `${format.number(x["packets.rcvd"])} packets`],
  !context.capture && ["Throughput", format.bits(x.throughput_bps * 8)],
  ["Flows as client", format.number(x["active_flows.as_client"]), `${format.number(x["total_flows.as_client"])} in all`],
  ["Flows as server", format.number(x["active_flows.as_server"]), `${format.number(x["total_flows.as_server"])} in all`],
  ["Hosts contacted", format.number(x["contacts.as_client"]), `contacted by ${format.number(x["contacts.as_server"])}`],
]);

function applications(x) {
  const rows = Object.entries(x.ndpi || {}).map(([name, p]) => ({ label: name, value: p["bytes.sent"] + p["bytes.rcvd"], href: flowsURL({ host: exact(x), application: name }) }));
  return bars(rows.sort((a, b) => b.value - a.value).slice(0, 10), format.bytes);
}

// exact names a host in filters: an address alone means it in every VLAN.
const exact = (x) => `${x.ip}@${x.vlan}`;

const key = (x) => (x.vlan ? `${x.ip}@${x.vlan}` : x.ip);

function peerList(rows) {
  return plainTable([{ title: "Peer", wrap: true }, { title: "Flows", number: true }, { title: "Sent", number: true }, { title: "Received", number: true }],
    rows.map((p) => [hostLink(p.ip, p.vlan, p.name), format.number(p.flows), format.bytes(p.bytes_sent), format.bytes(p.bytes_rcvd)]), "No peers");
}

function transport(x) {
  const names = [["tcp", "TCP"], ["udp", "UDP"], ["icmp", "ICMP"], ["other_ip", "Other IP"]];
  return share(names.map(([k, label]) => ({ label, value: (x[`${k}.bytes.sent`] || 0) + (x[`${k}.bytes.rcvd`] || 0) })), format.bytes);
}

const sizes = [["upTo64", "≤ 64"], ["upTo128", "≤ 128"], ["upTo256", "≤ 256"], ["upTo512", "≤ 512"], ["upTo1024", "≤ 1024"], ["upTo1518", "≤ 1518"],
  ["upTo2500", "≤ 2500"], ["upTo6500", "≤ 6500"], ["upTo9000", "≤ 9000"], ["above9000", "> 9000"]];

function packets(x) {
  const sent = x["pktStats.sent"], rcvd = x["pktStats.recv"];
  const two = [{ title: "" }, { title: "Sent", number: true }, { title: "Received", number: true }];
  return h("div", {},
    plainTable([{ ...two[0], title: "Bytes" }, two[1], two[2]], sizes.filter(([k]) => sent.size[k] || rcvd.size[k]).map(([k, label]) => [label, format.number(sent.size[k]), format.number(rcvd.size[k])])),
    plainTable([{ ...two[0], title: "TCP flags" }, two[1], two[2]], [["syn", "SYN"], ["synack", "SYN ACK"], ["finack", "FIN ACK"], ["rst", "RST"]].map(([k, label]) => [label, format.number(sent.tcp_flags[k]), format.number(rcvd.tcp_flags[k])])));
}

function tcp(x) {
  const sent = x["tcpPacketStats.sent"], rcvd = x["tcpPacketStats.rcvd"];
  return plainTable([{ title: "TCP packets" }, { title: "Sent", number: true }, { title: "Received", number: true }],
    [["retransmissions", "Retransmitted"], ["out_of_order", "Out of order"], ["lost", "Lost"], ["keep_alive", "Keep-alive"]].map(([k, label]) => [label, format.number(sent[k]), format.number(rcvd[k])]));
}

function dns(x) {
  if (!x.dns) return h("p", { class: "empty" }, "Kept for local hosts only");
  const { sent, rcvd } = x.dns;
  const types = ["a", "aaaa", "ptr", "ns", "cname", "soa", "mx", "txt", "any", "other"].filter((t) => sent.queries[`num_${t}`] || rcvd.queries[`num_${t}`]);
  const rows = [["Queries", sent.num_queries, rcvd.num_queries], ["Replies", sent.num_replies_ok, rcvd.num_replies_ok], ["Error replies", sent.num_replies_error, rcvd.num_replies_error],
    ...types.map((t) => [`Queries for ${t.toUpperCase()}`, sent.queries[`num_${t}`], rcvd.queries[`num_${t}`]])];
  return plainTable([{ title: "DNS" }, { title: "Sent", number: true }, { title: "Received", number: true }], rows.map((r) => [r[0], format.number(r[1]), format.number(r[2])]));
}

function http(x) {
  if (!x.http) return h("p", { class: "empty" }, "Kept for local hosts only");
  const { sender, receiver } = x.http;
  const rows = ["get", "post", "head", "put", "other"].map((m) => [m === "other" ? "Other requests" : m.toUpperCase(), sender.query[`num_${m}`], receiver.query[`num_${m}`]])
    .concat(["1xx", "2xx", "3xx", "4xx", "5xx"].map((s) => [`Status ${s}`, sender.response[`num_${s}`], receiver.response[`num_${s}`]]));
  return plainTable([{ title: "HTTP" }, { title: "Sent", number: true }, { title: "Received", number: true }],
    rows.filter((r) => r[1] || r[2]).map((r) => [r[0], format.number(r[1]), format.number(r[2])]), "No HTTP seen");
}

start(async (page, query) => {
  const parameters = { host: query.get("host"), vlan: query.get("vlan") };
  if (!parameters.host) throw new Error("The address of this page names no host.");
  let x;
  try {
    x = await get("host/data", parameters);
  } catch (e) {
    throw e.rc === -1 ? new Error(`${parameters.host} is not active on ${context.ifname}.`) : e;
  }
  setTitle(x.name && x.name !== x.ip ? `${x.name} (${key(x)})` : `Host ${key(x)}`);
  const problem = h("div"), top = h("div"), panels = {};
  const panel = (name) => (panels[name] = h("div", { id: name }));
  const flows = h("div");
  replace(page, problem, top, h("div", { class: "columns" },
    card("Identity", panel("identity")), card("Applications", panel("applications")),
    card("Peers", panel("peers")), card("Transport", panel("transport")), card("TCP issues", panel("tcp")), card("Packets", panel("packets")),
    card("DNS", panel("dns")), card("HTTP", panel("http"))), h("h2", { class: "section" }, "Flows"), flows);

  const show = async (first) => {
    try {
      if (!first) x = await get("host/data", parameters);
      const peers = await get("host/peers", parameters);
      replace(top, figures(x));
      const draw = { identity, applications, transport, tcp, packets, dns, http };
      for (const [name, f] of Object.entries(draw)) replace(panels[name], f(x));
      replace(panels.peers, peerList(peers));
      replace(problem);
    } catch (e) {
      replace(problem, failure(e));
    }
  };
  await show(true);
  const table = new Table(flows, { path: "flow/active_list", what: "flows", caption: "Flows of this host", columns: flowColumns(), sort: "bytes", length: 10,
    fixed: { host: exact(x) }, empty: "No active flows" });
  await table.load();
  if (!context.capture) setTimeout(() => poll(async () => { await show(false); if (!table.asking) await table.load({ quiet: true }); }, REFRESH), REFRESH);
});
