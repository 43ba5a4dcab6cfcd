-- The envelope of REST answers: {rc, rc_str, rc_str_hr, rsp}, with the codes
-- and HTTP statuses of the original's API.
local http = require "http"
local json = require "json"

local rest = { array = json.array }

rest.codes = {
   OK = { rc = 0, text = "Success", status = 200 },
   NOT_FOUND = { rc = -1, text = "Not found", status = 404 },
   INVALID_INTERFACE = { rc = -2, text = "Invalid interface", status = 404 },
   NOT_GRANTED = { rc = -3, text = "Not granted", status = 403 },
   INVALID_HOST = { rc = -4, text = "Invalid host", status = 404 },
   INVALID_ARGUMENTS = { rc = -5, text = "Invalid arguments", status = 400 },
   INTERNAL_ERROR = { rc = -6, text = "Internal error", status = 500 },
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

-- interface selects the interface of the request (ifid, or the user's) and
-- returns its statistics; without one it answers and returns nil.
function rest.interface()
   local ifid = _GET.ifid
   if ifid ~= nil and ifid ~= "" then
      if not interface.isValidIfId(ifid) or not ntop.isAllowedInterface(tonumber(ifid) or -2) then
         rest.fail("INVALID_INTERFACE")
         return nil
      end
      interface.select(ifid)
   end
   return interface.getStats()
end

-- number is a whole-number parameter, or def.
function rest.number(name, def)
   local n = tonumber(_GET[name])
   if n == nil or n ~= math.floor(n) then return def end
   return math.floor(n)
end

-- page reads the paging parameters of both of the original's styles:
-- currentPage/perPage/sortColumn/sortOrder and start/length/sort/order.
function rest.page(def_sort)
   local length = rest.number("length", rest.number("perPage", 10))
   if length < 1 or length > 1000 then length = 10 end
   local start = rest.number("start", (rest.number("currentPage", 1) - 1) * length)
   if start < 0 then start = 0 end
   local sort = _GET.sort or _GET.sortColumn or def_sort or ""
   if sort ~= "" and not sort:find("^column_") then sort = "column_" .. sort end
   local order = _GET.order or _GET.sortOrder or "desc"
   return { start = start, length = length, sort = sort, ascending = order == "asc",
      number = start // length + 1 }
end

return rest
