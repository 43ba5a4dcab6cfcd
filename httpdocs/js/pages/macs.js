// The table of MAC addresses.
import { hostsURL } from "../api.js";
import { h, replace } from "../dom.js";
import * as format from "../format.js";
import { ratio } from "../parts.js";
import { start } from "../shell.js";
import { Table } from "../table.js";

const columns = [
  { name: "mac", title: "Address", cell: (m) => h("span", { class: "mono" }, m.mac) },
  { title: "Manufacturer", optional: true, cell: (m) => m.manufacturer },
  { name: "num_hosts", title: "Hosts", number: true, cell: (m) => h("a", { href: hostsURL({ mac: m.mac }) }, format.number(m.hosts)) },
  { title: "ARP", number: true, cell: (m) => format.number(m.arp) },
  { title: "Sent", number: true, cell: (m) => format.bytes(m.bytes.sent) },
  { title: "Received", number: true, cell: (m) => format.bytes(m.bytes.rcvd) },
  { name: "traffic", title: "Traffic", number: true, cell: (m) => h("span", {}, format.bytes(m.bytes.total), " ", ratio(m.bytes.sent, m.bytes.rcvd)) },
  { name: "since", title: "First seen", number: true, cell: (m) => format.dateTime(m.first_seen) },
];

start(async (page) => {
  replace(page);
  await new Table(page, { path: "mac/macs_list", what: "MAC addresses", caption: "MAC addresses", columns, sort: "traffic", empty: "No MAC addresses seen" }).load();
});
