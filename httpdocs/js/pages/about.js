// The program and the machine it runs on.
import { context, get } from "../api.js";
import { card, facts, h, replace } from "../dom.js";
import * as format from "../format.js";
import { start } from "../shell.js";

start(async (page) => {
  const i = context.info;
  const { resources_used: used } = await get("system/status");
  replace(page, h("div", { class: "grid" },
    card("Program", facts([["Version", i.version], ["Revision", i.revision], ["Platform", i.platform], ["System", i.OS], ["Process", i.pid], ["Running for", format.duration(i.uptime)],
      ["Protocol ids", i["version.ndpi"]], ["Lua", i["version.lua"]], ["Key store", i["version.redis"]], ["Command line", i.command_line && h("code", {}, i.command_line)]])),
    card("Resources", facts([["Memory of the program", format.bytes(used.ntopng.ram.bytes_used)], ["Memory of the machine", format.bytes(used.system.ram.total_bytes)],
      ["Memory in use", `${used.system.ram.percentage_used} %`], ["Processor", `${used.system.cpu.states.active_percentage} %`]])),
    card("Licence", h("p", {}, "This program is free software under the GNU General Public License, version 3 or later. Charts are drawn by uPlot (MIT licence)."))));
});
