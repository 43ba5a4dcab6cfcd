// The table of flows.
import { context, get } from "../api.js";
import { replace } from "../dom.js";
import { flowColumns } from "../parts.js";
import { start } from "../shell.js";
import { Table } from "../table.js";

const place = [{ value: "", label: "All" }, { value: "local", label: "Local" }, { value: "remote", label: "Remote" }];
const states = [{ value: "", label: "All" }, ...["established", "connecting", "closed", "reset"].map((s) => ({ value: s, label: s[0].toUpperCase() + s.slice(1) }))];

const REFRESH = 5000;

start(async (page) => {
  const filters = new Map((await get("flow/flow_filters")).map((f) => [f.name, f.value]));
  // Applications are filtered by name, which an address can be read by.
  const apps = filters.get("application").map((o) => (o.group === "Protocol" ? { ...o, value: o.label } : o));
  replace(page);
  const table = new Table(page, {
    path: "flow/active_list", what: "flows", caption: "Flows", columns: flowColumns(), sort: "bytes", empty: "No flows yet",
    filters: [
      { name: "text", label: "Text", type: "text", placeholder: "Name, address, info" },
      { name: "application", label: "Application", type: "select", options: apps },
      { name: "l4proto", label: "Protocol", type: "select", options: filters.get("l4proto") },
      { name: "host", label: "Host or network", type: "text", placeholder: "Address or CIDR" },
      { name: "port", label: "Port", type: "number", min: 1, max: 65535 },
      ...(filters.has("vlan") ? [{ name: "vlan", label: "VLAN", type: "select", options: filters.get("vlan") }] : []),
      { name: "client_mode", label: "Client", type: "select", options: place },
      { name: "server_mode", label: "Server", type: "select", options: place },
      { name: "tcp_flow_state", label: "TCP state", type: "select", options: states },
    ],
  });
  await table.load();
  if (!context.capture) setInterval(() => { if (!document.hidden && !table.asking) table.load({ quiet: true }); }, REFRESH);
});
