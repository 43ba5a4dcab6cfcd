-- The envelope of REST answers: {rc, rc_str, rc_str_hr, rsp}, with the codes
-- and HTTP statuses of the original's API.
local http = require "http"
local json = require "json"

local rest = { array = json.array }

-- Numbers, texts and HTTP statuses are those of the original's API; a client
-- tells errors apart by rc.
rest.codes = {
   OK = { rc = 0, text = "Success", status = 200 },
   NOT_FOUND = { rc = -1, text = "Not found", status = 404 },
   INVALID_INTERFACE = { rc = -2, text = "Invalid interface", status = 400 },
   NOT_GRANTED = { rc = -3, text = "Not granted", status = 401 },
   INVALID_HOST = { rc = -4, text = "Invalid host", status = 400 },
   INVALID_ARGUMENTS = { rc = -5, text = "Invalid arguments", status = 400 },
   INTERNAL_ERROR = { rc = -6, text = "Internal error", status = 500 },
   BAD_FORMAT = { rc = -7, text = "Bad format", status = 400 },
   BAD_CONTENT = { rc = -8, text = "Bad content", status = 400 },
   NAME_RESOLUTION_FAILED = { rc = -9, text = "Name resolution failed", status = 400 },
   PASSWORD_MISMATCH = { rc = -19, text = "The passwords differ", status = 400 },
   ADD_USER_FAILED = { rc = -20, text = "The user could not be added", status = 409 },
   DELETE_USER_FAILED = { rc = -21, text = "The user could not be deleted", status = 409 },
   USER_ALREADY_EXISTING = { rc = -23, text = "The user exists already", status = 409 },
   USER_DOES_NOT_EXIST = { rc = -24, text = "The user does not exist", status = 409 },
   EDIT_USER_FAILED = { rc = -25, text = "The user could not be changed", status = 400 },
}

local function send(name, rsp, extra)
   local code = rest.codes[name]
   http.begin("application/json", code.status, { ["Access-Control-Allow-Origin"] = "*" })
   local answer = { rc = code.rc, rc_str = name, rc_str_hr = code.text, rsp = rsp or json.array {} }
   for k, v in pairs(extra or {}) do answer[k] = v end
   print(json.encode(answer))
end

-- ok answers with rsp; extra are members beside it, such as recordsTotal.
function rest.ok(rsp, extra)
   send("OK", rsp, extra)
end

-- fail answers with one of rest.codes by name.
function rest.fail(name)
   send(name)
end

-- text is a parameter that is neither absent nor empty, or nil.
function rest.text(name)
   local v = _GET[name]
   if v == "" then return nil end
   return v
end

-- interface selects the interface of the request (ifid, or the user's) and
-- returns its statistics; without one it answers and returns nil.
function rest.interface()
   local ifid = rest.text("ifid")
   if ifid ~= nil then
      if not interface.isValidIfId(ifid) or not ntop.isAllowedInterface(tonumber(ifid) or -2) then
         rest.fail("INVALID_INTERFACE")
         return nil
      end
      interface.select(ifid)
   end
   return interface.getStats()
end

-- host is the full table of the host that the parameters host (address or
-- address@vlan) and vlan name on the request's interface; without one it
-- answers and returns nil.
function rest.host()
   if not rest.interface() then return nil end
   local name = rest.text("host")
   if name == nil then
      rest.fail("INVALID_ARGUMENTS")
      return nil
   end
   local h = interface.getHostInfo(name, rest.number("vlan", 0))
   if h == nil then rest.fail("NOT_FOUND") end
   return h
end

-- admin_post is what a POST carries: form fields, or the members of a JSON object.
-- It answers and returns nil when the request is no valid POST of somebody who
-- may administer.
function rest.admin_post()
   if _SERVER.REQUEST_METHOD ~= "POST" or _SESSION.INVALID_CSRF then
      rest.fail("INVALID_ARGUMENTS")
      return nil
   end
   if not ntop.isAdministrator() then
      rest.fail("NOT_GRANTED")
      return nil
   end
   if _POST.payload == nil then return _POST end
   local v, err = json.decode(_POST.payload)
   if err or type(v) ~= "table" then
      rest.fail("BAD_FORMAT")
      return nil
   end
   return v
end

-- number is a whole-number parameter, or def.
function rest.number(name, def)
   local n = tonumber(_GET[name])
   if n == nil or n ~= math.floor(n) then return def end
   return math.floor(n)
end

-- No page is longer than this.
local MAX_ROWS = 1000

-- page reads the paging parameters of both of the original's styles:
-- currentPage/perPage/sortColumn/sortOrder and start/length/sort/order.
function rest.page(def_sort)
   local length = rest.number("length", rest.number("perPage", 10))
   if length < 1 then length = 10 end
   if length > MAX_ROWS then length = MAX_ROWS end
   local start = rest.number("start", (rest.number("currentPage", 1) - 1) * length)
   if start < 0 then start = 0 end
   local sort = _GET.sort or _GET.sortColumn or def_sort or ""
   if sort ~= "" and not sort:find("^column_") then sort = "column_" .. sort end
   local order = _GET.order or _GET.sortOrder or "desc"
   return { start = start, length = length, sort = sort, ascending = order == "asc",
      number = start // length + 1 }
end

return rest
