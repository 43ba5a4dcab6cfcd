// The table of hosts.
import { context, flowsURL, get } from "../api.js";
import { h, replace } from "../dom.js";
import * as format from "../format.js";
import { hostLink, place, ratio } from "../parts.js";
import { start } from "../shell.js";
import { Table } from "../table.js";

const REFRESH = 5000;

const columns = [
  { name: "ip_address", title: "Address", wrap: true, cell: (x) => h("span", {}, hostLink(x.host.ip, x.host.vlan.id), " ", place(x.host)) },
  { name: "hostname", title: "Name", wrap: true, cell: (x) => x.hostname.name },
  { name: "mac", title: "MAC", cell: (x) => h("span", { class: "mono" }, x.host.mac.address) },
  { name: "num_flows", title: "Flows", number: true, cell: (x) => h("a", { href: flowsURL({ host: `${x.host.ip}@${x.host.vlan.id}` }) }, format.number(x.num_flows)) },
  { name: "sent", title: "Sent", number: true, cell: (x) => format.bytes(x.bytes.sent) },
  { name: "rcvd", title: "Received", number: true, cell: (x) => format.bytes(x.bytes.rcvd) },
  { name: "bytes", title: "Traffic", number: true, cell: (x) => h("span", {}, format.bytes(x.bytes.total), " ", ratio(x.bytes.sent, x.bytes.rcvd)) },
  ...(context.capture ? [] : [{ name: "throughput", title: "Throughput", number: true, cell: (x) => format.bits(x.throughput.bps * 8) }]),
  { name: "last_seen", title: "Last seen", number: true, cell: (x) => format.time(x.last_seen) },
];

start(async (page) => {
  const filters = (await get("host/host_filters")).map((f) => ({ name: f.name, label: f.label, type: "select", options: f.value }));
  replace(page);
  const table = new Table(page, { path: "host/active_list", what: "hosts", caption: "Hosts", columns, sort: "bytes", empty: "No hosts yet",
    filters: [{ name: "text", label: "Text", type: "text", placeholder: "Name, address, MAC" }, ...filters,
      { name: "network_cidr", label: "Network", type: "text", placeholder: "10.0.0.0/8" }, { name: "mac", label: "MAC", type: "text", placeholder: "AA:BB:…" }] });
  await table.load();
  if (!context.capture) setInterval(() => { if (!document.hidden && !table.asking) table.load({ quiet: true }); }, REFRESH);
});
