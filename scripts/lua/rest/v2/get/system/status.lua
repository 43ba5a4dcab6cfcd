-- Memory and processor use of the program and of the machine.
local rest = require "rest"

local s, info = ntop.systemHostStat(), ntop.getInfo(false)
local KIB = 1024
local total = (s.mem_total or 0) * KIB
local used = (s.mem_used or 0) * KIB
local active = math.min(100, math.floor((s.cpu_load or 0) * 100) / 100)
rest.ok {
   license_info = { version = string.format("%s v.%s (%s)", info.product, info.version, info.OS) },
   resources_used = {
      ntopng = { ram = { bytes_used = (s.mem_ntopng_resident or 0) * KIB } },
      system = {
         cpu = { load = s.cpu_load, states = { active_percentage = active, idle_percentage = 100 - active } },
         ram = { total_bytes = total, available_bytes = total - used,
            percentage_used = total > 0 and math.floor(used * 10000 / total) / 100 or 0 },
      },
   },
}
