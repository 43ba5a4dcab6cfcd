-- Load and memory of the machine and the program.
local rest = require "rest"

local s = ntop.systemHostStat()
s.epoch, s.pid = os.time(), ntop.getInfo(false).pid
rest.ok(s)
