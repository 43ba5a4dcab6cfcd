-- The active flows, filtered, sorted and paged: the listing by offset (start,
-- length, sort, order) with recordsTotal beside rsp.
local flow_list = require "flow_list"
local host_list = require "host_list"
local rest = require "rest"

local confidences = { [0] = "Guess", [1] = "DPI" }

local function side(f, name)
   local port = f[name .. ".port"]
   local s = {
      ip = f[name .. ".ip"], name = host_list.name(f[name .. ".host"], f[name .. ".ip"]), port = port, country = f[name .. ".country"],
      allowed_host = f[name .. ".allowed_host"], process = rest.array(), container = rest.array(),
   }
   if f.vlan ~= 0 then s.vlan = f.vlan end
   if f[name .. ".systemhost"] then s.system_host = true end
   if f[name .. ".localhost"] then
      s.localhost = true
   elseif f[name .. ".broadmulticast"] then
      s.is_multicast = true
   else
      s.remotehost = true
   end
   if port > 0 then s.service_port = ntop.getservbyport(port, f["proto.l4"]:lower()) end
   return s
end

local function application(f)
   local a = {
      name = f["proto.ndpi"], app_id = f["proto.ndpi_id"], master_id = f["proto.master_ndpi_id"],
      breed = f["proto.ndpi_breed"], category = f["proto.ndpi_cat"], encrypted = f["proto.is_encrypted"],
      confidence_id = f.confidence, confidence = confidences[f.confidence],
   }
   if f["protos.http.last_method"] then
      a.http_method = f["protos.http.last_method"]
      a.return_code = f["protos.http.last_return_code"]
   end
   return a
end

if not rest.interface() then return end
local page = flow_list.page()
local list = flow_list.select(page)
local ifid = interface.getId()

local rows = rest.array()
for _, f in ipairs(list.flows) do
   rows[#rows + 1] = {
      key = string.format("%d", f["ntopng.key"]),
      hash_id = string.format("%d", f.hash_entry_id),
      ifid = ifid,
      first_seen = f["seen.first"],
      last_seen = f["seen.last"],
      duration = f.duration,
      periodic_flow = f.periodic_flow,
      verdict = true,
      score = f.score.flow_score,
      info = f.info,
      vlan = f.vlan,
      packets = f.packets,
      client = side(f, "cli"),
      server = side(f, "srv"),
      l4_proto = { id = f["proto.l4_id"], name = f["proto.l4"] },
      application = application(f),
      bytes = { total = f.bytes, cli_bytes = f["cli2srv.bytes"], srv_bytes = f["srv2cli.bytes"] },
      throughput = { type = "bps", bps = f.throughput_bps * 8, pps = f.throughput_pps, trend = f.throughput_trend_bps },
   }
end

rest.ok(rows, { recordsTotal = list.numFlows })
