// The local networks.
import { flowsURL, get, hostsURL } from "../api.js";
import { h, plainTable, replace } from "../dom.js";
import * as format from "../format.js";
import { start } from "../shell.js";

start(async (page) => {
  const rows = await get("network/networks_stats");
  replace(page, h("section", { class: "panel" }, plainTable(
    [{ title: "Network" }, { title: "Hosts", number: true }, { title: "Flows" }, { title: "In", number: true }, { title: "Out", number: true }, { title: "Inside", number: true }, { title: "Retransmitted", number: true }],
    rows.map((n) => [h("b", { class: "mono" }, n.network), h("a", { href: hostsURL({ network_cidr: n.network }) }, format.number(n.num_hosts)), h("a", { href: flowsURL({ host: n.network }) }, "Flows"),
      format.bytes(n.ingress), format.bytes(n.egress), format.bytes(n.inner),
      format.number(["ingress", "egress", "inner"].reduce((sum, k) => sum + n[`tcpPacketStats.${k}`].retransmissions, 0))]),
    "No local networks are set. Option -m names them.")));
});
