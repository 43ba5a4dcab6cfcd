// One interface: identity, counters, protocols, packet sizes, DSCP, locality.
import { context, flowsURL, get, poll } from "../api.js";
import { bars, share, Throughput } from "../charts.js";
import { card, facts, failure, h, plainTable, replace } from "../dom.js";
import * as format from "../format.js";
import { captureNotice, tiles } from "../parts.js";
import { setTitle, start } from "../shell.js";

const REFRESH = 5000;

const identity = (s) => facts([["Name", s.name], ["Description", s.description !== s.name ? s.description : ""], ["Id", String(s.id)], ["Type", s.type],
  ["MAC", s.mac !== "00:00:00:00:00:00" ? h("span", { class: "mono" }, s.mac) : ""], ["Addresses", s.ip_addresses], ["Speed", s.speed ? format.bits(s.speed * 1e6) : ""],
  ["MTU", context.capture ? "" : s.mtu], ["Last packet", s["seen.last"] ? format.dateTime(s["seen.last"]) : ""]]);

const figures = (s) => tiles([["Traffic", format.bytes(s.stats.bytes), `${format.number(s.stats.packets)} packets`],
  !context.capture && ["Throughput", format.bits(s.stats.throughput_bps * 8), `${format.number(s.stats.throughput_pps)} packets/s`],
  ["Dropped", format.number(s.stats.drops), "packets"], ["Flows", format.number(s.stats.flows), `${format.number(s.stats.new_flows)} in all`],
  ["Hosts", format.number(s.stats.hosts), `${format.number(s.stats.local_hosts)} local`], ["ARP", format.number(s["arp.requests"] + s["arp.replies"]), `${format.number(s["arp.requests"])} requests`]]);

const sizes = [["upTo64", "≤ 64 bytes"], ["upTo128", "≤ 128"], ["upTo256", "≤ 256"], ["upTo512", "≤ 512"], ["upTo1024", "≤ 1024"], ["upTo1518", "≤ 1518"],
  ["upTo2500", "≤ 2500"], ["upTo6500", "≤ 6500"], ["upTo9000", "≤ 9000"], ["above9000", "> 9000"]];
const packetSizes = (s) => bars(sizes.map(([k, label]) => ({ label, value: s.pktSizeDistribution.size[k] })).filter((r) => r.value > 0), format.number);

const flags = (s) => plainTable([{ title: "TCP flags" }, { title: "Packets", number: true }],
  [["syn", "SYN"], ["synack", "SYN ACK"], ["finack", "FIN ACK"], ["rst", "RST"]].map(([k, label]) => [label, format.number(s.pktSizeDistribution.tcp_flags[k])]));

const frames = (s) => share(["IPv4", "IPv6", "ARP", "MPLS", "other"].map((k) => ({ label: k === "other" ? "Other" : k, value: s.eth[`${k}_bytes`] })), format.bytes);

const ways = [["local2local", "Local to local"], ["local2remote", "Local to remote"], ["remote2local", "Remote to local"], ["remote2remote", "Remote to remote"]];
const locality = (s) => share(ways.map(([k, label]) => ({ label, value: s.localstats.bytes[k] })), format.bytes);

const applications = (rows) => plainTable([{ title: "Application" }, { title: "Category" }, { title: "Breed" }, { title: "Flows", number: true }, { title: "Packets", number: true }, { title: "Bytes", number: true }, { title: "Share", number: true }],
  rows.map((r) => [h("a", { href: flowsURL({ application: r.application.name }) }, r.application.name), r.category, r.breed, format.number(r.tot_num_flows), format.number(r.packets.total), format.bytes(r.bytes.total),
    format.percent(r.bytes.percentage, 100)]), "No traffic yet");

start(async (page, query) => {
  const ifid = query.get("ifid") || context.ifid;
  const notice = h("div"), problem = h("div"), top = h("div"), chart = h("div"), panels = {};
  const panel = (name) => (panels[name] = h("div", { id: name }));
  replace(page, notice, problem, top, h("div", { class: "columns" }, card("Throughput", chart, { width: "wide" }),
    card("Interface", panel("identity")), card("Packet sizes", panel("packetSizes")), card("Frames", panel("frames")), card("Local and remote", panel("locality")),
    card("Service classes (DSCP)", panel("dscp")), card("TCP", panel("flags")), card("Applications", panel("applications"), { width: "wide" })));
  const throughput = new Throughput(chart);
  const show = async () => {
    try {
      const [s, history, apps, dscp] = await Promise.all([get("interface/details", { ifid }), get("interface/history", { ifid }), get("interface/l7/data", { ifid }), get("interface/dscp/stats", { ifid })]);
      setTitle(`Interface ${s.name}`);
      replace(top, figures(s));
      replace(notice, captureNotice(history));
      throughput.update(history, context.capture ? history.last : Math.max(history.last, history.now - 1));
      for (const [name, f] of Object.entries({ identity, packetSizes, frames, locality, flags })) replace(panels[name], f(s));
      replace(panels.dscp, share(dscp, format.number));
      replace(panels.applications, applications(apps));
      replace(problem);
      return s;
    } catch (e) {
      replace(problem, failure(e));
      return null;
    }
  };
  const s = await show();
  if (!context.capture || !s || s.isLoading) setTimeout(() => poll(show, REFRESH), REFRESH);
});
