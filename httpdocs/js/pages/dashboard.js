// The dashboard: what happens on the interface, at a glance.
import { context, flowsURL, flowURL, get, getAll, hostsURL, hostURL, poll } from "../api.js";
import { bars, share, Throughput } from "../charts.js";
import { card, clip, failure, h, plainTable, replace } from "../dom.js";
import * as format from "../format.js";
import { captureNotice, tiles } from "../parts.js";
import { start } from "../shell.js";

const FAST = 3000, SLOW = 12000;
const TOP = 8;

function totals(d, states) {
  const t = d.tcpPacketStats;
  return tiles([
    !context.capture && ["Throughput", format.bits(d.throughput_bps * 8), `${format.number(d.throughput_pps)} packets/s`],
    ["Traffic", format.bytes(d.bytes), `${format.number(d.packets)} packets`],
    ["Flows", h("a", { href: flowsURL({}) }, format.number(d.num_flows)), `${format.number(states.tcp_states.Established)} TCP established`],
    ["Hosts", h("a", { href: hostsURL({}) }, format.number(d.num_hosts)), `${format.number(d.num_local_hosts)} local`],
    ["MAC addresses", format.number(d.num_devices)],
    ["TCP retransmitted", format.number(t.retransmissions), `${format.number(t.out_of_order)} out of order, ${format.number(t.lost)} lost`],
    ["Drops", format.number(d.drops), "packets not captured"],
  ]);
}

function health(details) {
  const s = details.tcp_states, p = details.tcpPacketStats;
  const packets = (details.stats["tcp.packets.sent"] || 0) + (details.stats["tcp.packets.rcvd"] || 0);
  const of = (n) => `${format.number(n)} (${format.percent(n, packets)})`;
  return h("div", {}, plainTable([{ title: "TCP packets" }, { title: "Count", number: true }], [
    ["Retransmitted", of(p.retransmissions)], ["Out of order", of(p.out_of_order)], ["Lost", of(p.lost)], ["Keep-alive", of(p.keep_alive)]]),
  h("h3", {}, "Connections"),
  share([{ label: "Established", value: s.Established, href: flowsURL({ tcp_flow_state: "established" }) },
    { label: "Connecting", value: s.SYN, href: flowsURL({ tcp_flow_state: "connecting" }) },
    { label: "Closed", value: s.FIN, href: flowsURL({ tcp_flow_state: "closed" }) },
    { label: "Reset", value: s.RST, href: flowsURL({ tcp_flow_state: "reset" }) }], format.number));
}

function rtts(flows) {
  const shown = flows.filter((f) => f.rtt > 0);
  return plainTable([{ title: "Slowest handshakes", wrap: true }, { title: "Network RTT", number: true }],
    shown.map((f) => [h("a", { href: flowURL(f) }, `${f.client} → ${f.server}`), format.ms(f.rtt)]), "No handshake was seen");
}

const flowRows = (flows) => plainTable(
  [{ title: "Application" }, { title: "Client", wrap: true }, { title: "Server", wrap: true }, { title: "Bytes", number: true }],
  flows.map((f) => [h("a", { href: flowURL(f) }, f.application.name), h("a", { href: hostURL(f.client.ip, f.vlan) }, f.client.name),
    h("a", { href: hostURL(f.server.ip, f.vlan) }, clip(f.info || f.server.name)), format.bytes(f.bytes.total)]), "No flows yet");

// grouped keeps the biggest and sums the others.
function grouped(rows) {
  const shown = rows.slice(0, 7);
  const rest = rows.slice(7).reduce((sum, r) => sum + r.value, 0);
  return rest > 0 ? [...shown, { label: "Other", value: rest }] : shown;
}

start(async (page) => {
  const box = (name) => h("div", { id: name });
  const notice = box("notice"), problem = box("problem"), top = box("totals"), chart = box("throughput");
  const hosts = box("top-hosts"), apps = box("top-applications"), categories = box("categories"), l4 = box("transport");
  const biggest = box("biggest-flows"), newest = box("newest-flows"), tcp = box("tcp-health"), rtt = box("rtt");
  replace(page, notice, problem, top, h("div", { class: "grid" },
    card("Throughput", chart, { width: "wide" }),
    card("Top hosts", hosts, { link: { href: hostsURL({}), text: "All hosts" } }),
    card("Top applications", apps, { link: { href: flowsURL({}), text: "All flows" } }),
    card("Categories", categories), card("Transport", l4),
    card("Biggest flows", biggest, { width: "broad", link: { href: flowsURL({}), text: "More" } }),
    card("Newest flows", newest, { width: "broad", link: { href: flowsURL({ sort: "first_seen", order: "desc" }), text: "More" } }),
    card("TCP health", tcp), card("Round trip times", rtt)));
  const throughput = new Throughput(chart);

  const guarded = (f) => async () => {
    try {
      await f();
      replace(problem);
    } catch (e) {
      replace(problem, failure(e));
    }
  };

  const fast = guarded(async () => {
    const [data, details, history] = await Promise.all([get("interface/data"), get("interface/details"), get("interface/history")]);
    replace(top, totals(data, details));
    replace(tcp, health(details));
    replace(notice, captureNotice(history));
    throughput.update(history, context.capture ? history.last : Math.max(history.last, history.now - 1));
  });

  const slow = guarded(async () => {
    const list = (sort, length) => getAll("flow/active_list", { sort, order: "desc", start: 0, length });
    const [h1, a, c, l, big, fresh, late] = await Promise.all([
      get("host/active_list", { sort: "bytes", order: "desc", start: 0, length: TOP }), get("interface/l7/data"),
      get("interface/l7/cat_data"), get("interface/l4/data"), list("bytes", TOP), list("first_seen", TOP), get("flow/rtt", { length: 6 })]);
    replace(hosts, bars(h1.map((x) => ({ label: x.hostname.name || x.host.ip, note: [x.host.localhost && "local", x.host.vlan.id && `VLAN ${x.host.vlan.id}`].filter(Boolean).join(", "), value: x.bytes.total,
      href: hostURL(x.host.ip, x.host.vlan.id) })), format.bytes, "No hosts yet"));
    const whole = a.reduce((sum, x) => sum + x.bytes.total, 0);
    replace(apps, bars(a.slice(0, TOP).map((x) => ({ label: x.application.name, value: x.bytes.total, whole, href: flowsURL({ application: x.application.name }) })), format.bytes));
    replace(categories, share(grouped(c.map((x) => ({ label: x.category.name, value: x.bytes.total, href: flowsURL({ application: `cat_${x.category.id}` }) }))), format.bytes));
    replace(l4, share(l.map((x) => ({ label: x.protocol, value: x.total_bytes })), format.bytes));
    replace(biggest, flowRows(big.rsp));
    replace(newest, flowRows(fresh.rsp));
    replace(rtt, rtts(late));
  });

  await Promise.all([fast(), slow()]);
  // A capture file that has been read does not change.
  const still = context.capture && !(await get("interface/data")).is_loading;
  if (!still) {
    setTimeout(() => { poll(fast, FAST); poll(slow, SLOW); }, FAST);
  }
});
