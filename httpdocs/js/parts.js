// Parts that several pages show: endpoints, applications, notices.
import { context, flowsURL, flowURL, hostURL } from "./api.js";
import { clip, h } from "./dom.js";
import * as format from "./format.js";

// hostLink is a host by its name, with the address below when it differs; a
// port stands behind it, a VLAN in a tag.
export function hostLink(ip, vlan, name, { port, tag = true } = {}) {
  const named = name && name !== ip;
  const shown = named ? name : port && ip.includes(":") ? `[${ip}]` : ip;
  return h("span", { class: "endpoint" }, h("a", { href: hostURL(ip, vlan) }, shown), port ? [h("wbr"), `:${port}`] : null,
    vlan && tag ? h("span", { class: "tag", title: "VLAN" }, vlan) : null,
    named && h("span", { class: "sub mono" }, ip));
}

// application is a flow's application with a link to the flows like it.
export function application(a) {
  return h("span", { class: "endpoint" }, h("a", { href: flowsURL({ application: a.name === "TooEarly" ? null : a.name }) }, a.name === "TooEarly" ? "…" : a.name),
    a.encrypted === false && h("span", { class: "tag", title: "Not encrypted" }, "clear"));
}

export const place = (side) => (side.localhost ? h("span", { class: "tag local" }, "local") : side.is_multicast ? h("span", { class: "tag" }, "multicast") : null);

// ratio shows which share of traffic went the first way.
export function ratio(first, second) {
  const whole = first + second;
  return h("span", { class: "ratio", title: `${format.bytes(first)} sent, ${format.bytes(second)} received` },
    h("span", { style: { width: `${whole ? (first * 100) / whole : 0}%` } }));
}

// flowColumns are the columns of a table of flows.
export function flowColumns() {
  return [
    { name: "application", title: "Application", cell: (f) => h("span", {}, application(f.application), h("span", { class: "sub" }, f.l4_proto.name, f.vlan ? ` · VLAN ${f.vlan}` : "")) },
    { name: "client", title: "Client", wrap: true, cell: (f) => hostLink(f.client.ip, f.vlan, f.client.name, { port: f.client.port, tag: false }) },
    { name: "server", title: "Server", wrap: true, cell: (f) => hostLink(f.server.ip, f.vlan, f.server.name, { port: f.server.port, tag: false }) },
    { name: "info", title: "Info", wrap: true, cell: (f) => clip(f.info) },
    { name: "duration", title: "Duration", number: true, cell: (f) => format.duration(f.duration) },
    { name: "packets", title: "Packets", number: true, cell: (f) => format.number(f.packets) },
    { name: "bytes", title: "Bytes", number: true, cell: (f) => h("span", {}, format.bytes(f.bytes.total), " ", ratio(f.bytes.cli_bytes, f.bytes.srv_bytes)) },
    ...(context.capture ? [] : [{ name: "throughput", title: "Throughput", number: true, cell: (f) => format.bits(f.throughput.bps) }]),
    { name: "last_seen", title: "Last seen", number: true, cell: (f) => format.time(f.last_seen) },
    { title: "Details", cell: (f) => h("a", { href: flowURL(f) }, "Details", h("span", { class: "sr" }, ` of the flow from ${f.client.ip} to ${f.server.ip}`)) },
  ];
}

// captureNotice says that a page shows a capture file, and of which time.
export function captureNotice(history) {
  if (!context.capture) return null;
  const span = history.last - history.first;
  return h("p", { class: "notice" }, h("b", {}, context.ifname), " is a capture file",
    history.points.length > 0 ? `: ${format.duration(span)} from ${format.dateTime(history.first)} to ${format.dateTime(history.last)}.` : ".",
    history.is_loading ? " It is still being read." : " Figures do not change any more.");
}

export const tiles = (list) => h("ul", { class: "tiles" }, list.filter(Boolean).map(([title, value, note]) =>
  h("li", {}, h("span", {}, title), h("b", {}, value), note ? h("small", {}, note) : null)));

export { flowsURL, hostURL };
