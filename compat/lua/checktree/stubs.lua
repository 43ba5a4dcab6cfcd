-- Stand-ins for the bindings: enough of an answer for module code that runs at
-- load time. A name that is not listed answers by the kind its name suggests.
local dir, work, readdir = STUB_DIR, STUB_WORK, STUB_READDIR
local exists, isdir = STUB_EXISTS, STUB_ISDIR
local path = STUB_PATH
STUB_DIR, STUB_WORK, STUB_READDIR, STUB_EXISTS, STUB_ISDIR, STUB_PATH = nil, nil, nil, nil, nil, nil

local function constant(v) return function() return v end end

local function guess(name)
  if name:find "^is" or name:find "^has" or name:find "Enabled$" then return constant(false) end
  if name:find "Dir$" or name:find "^mkdir" then return constant(work) end
  if name:find "Cache$" or name:find "Pref" or name:find "Version" or name:find "Name$" then return constant("") end
  if name:find "Id$" or name:find "^num" or name:find "^getNum" or name:find "Epoch" or name:find "Time$" then return constant(0) end
  if name:find "^get" and name:find "s$" or name:find "Info$" or name:find "List$" or name:find "Stats$" then
    return function() return {} end
  end
  return function() end
end

local function namespace(known)
  return setmetatable({}, {__index = function(_, name) return known[name] or guess(name) end})
end

local dirs = {installdir = dir, scriptdir = dir .. "/scripts", workingdir = work, pcapdir = work,
  etcdir = "/etc", bindir = "/usr/bin", httpdocsdir = dir .. "/httpdocs", callbacksdir = dir .. "/scripts/callbacks"}

local function copy(t)
  return function()
    local r = {}
    for k, v in pairs(t) do r[k] = v end
    return r
  end
end

ntop = namespace {
  getDirs = copy(dirs),
  getInfo = copy {product = "ntopng", version = "6.3.0", ["version.git"] = "stub", OS = "linux", platform = "x86_64",
    revision = 0, tzname = "UTC", zoneinfo = "UTC", http_port = 3000, https_port = 0, pro = false, timezone = 0, bits = 64,
    ["pro.release"] = false, ["pro.systemid"] = "", ["version.enterprise_edition"] = false, ["constants.max_num_host_pools"] = 64},
  getPrefs = function() return setmetatable({}, {__index = function() return "0" end}) end,
  exists = exists, isdir = isdir, readdir = function(p) return readdir(p) or {} end,
  notEmptyFile = exists,
  isAdministrator = constant(true),
  getUserGroup = constant("administrator"),
  gettimemsec = os.clock,
  getHashKeysCache = function() end, getKeysCache = function() end, getMembersCache = function() end,
  getCookieAttributes = constant(""), getHttpPrefix = constant(""), getStaticFileEpoch = constant("1"),
  getMac64 = constant(0), md5 = constant("d41d8cd98f00b204e9800998ecf8427e"), getRandomCSRFValue = constant("0"),
  getFlowAlertScore = constant(0), mapScoreToSeverity = constant(1), bitmapIsSet = constant(false),
  getUserObservationPointId = constant(0), getFlowRiskAlerts = function() return {} end,
  getRiskList = function() return {} end, getRiskStr = constant("risk"),
  getL7Protocols = function() return {} end, getLocalNetworkAlias = function() end,
}
interface = namespace {
  getIfNames = function() return {["0"] = "eth0"} end,
  getFirstInterfaceId = constant(0), getId = constant(0), name2id = constant(0),
  getName = constant("eth0"), select = constant("eth0"), getIfMac = constant("00:00:00:00:00:00"),
  isPacketInterface = constant(true),
  getnDPIProtocols = function() return {HTTP = "7", DNS = "5"} end,
  getnDPICategories = function() return {Web = "5"} end,
  getStats = function()
    return {id = 0, name = "eth0", stats = {bytes = 0, packets = 0, hosts = 0, flows = 0, drops = 0}, isView = false, type = "pcap"}
  end,
}
flow, host, network = namespace {}, namespace {}, namespace {}

_GET, _POST, _COOKIE = {ifid = "0"}, {}, {}
_SERVER = {REQUEST_METHOD = "GET", URI = "/lua/index.lua", HTTP_HOST = "http://localhost:3000", QUERY_STRING = ""}
_SESSION = {user = "admin", group = "administrator", session = "0", localuser = true, capabilities = -1}
language = "en"

package.path = path .. dir .. "/scripts/callbacks/?.lua;" .. package.path
