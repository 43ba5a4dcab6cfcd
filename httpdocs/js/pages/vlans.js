// The VLANs that were seen.
import { flowsURL, get, hostsURL } from "../api.js";
import { h, plainTable, replace } from "../dom.js";
import * as format from "../format.js";
import { start } from "../shell.js";

start(async (page) => {
  const rows = await get("vlan/list");
  replace(page, h("section", { class: "panel" }, plainTable(
    [{ title: "VLAN" }, { title: "Hosts", number: true }, { title: "Flows" }, { title: "Packets", number: true }, { title: "Bytes", number: true }, { title: "First seen", number: true }, { title: "Last seen", number: true }],
    rows.map((v) => [h("b", {}, v.vlan), h("a", { href: hostsURL({ vlan: v.vlan }) }, format.number(v.hosts)), h("a", { href: flowsURL({ vlan: v.vlan }) }, "Flows"),
      format.number(v.packets.sent + v.packets.rcvd), format.bytes(v.bytes.sent + v.bytes.rcvd), format.dateTime(v.first_seen), format.dateTime(v.last_seen)]),
    "No VLAN tags were seen on this interface.")));
});
