-- The shell of every page: head, navigation, and an empty main part that the
-- page's JavaScript module fills. Nothing here comes from traffic; what comes
-- from users and names of interfaces is escaped.
local http = require "http"
local icons = require "icons"
local json = require "json"

local page = {}

local menu = {
   { name = "dashboard", path = "/lua/index.lua", text = "Dashboard" },
   { name = "flows", path = "/lua/flows_stats.lua", text = "Flows" },
   { name = "hosts", path = "/lua/hosts_stats.lua", text = "Hosts" },
   { name = "interface", path = "/lua/if_stats.lua", text = "Interface" },
   { name = "networks", path = "/lua/network_stats.lua", text = "Networks" },
   { name = "vlans", path = "/lua/vlan_stats.lua", text = "VLANs" },
   { name = "macs", path = "/lua/macs_stats.lua", text = "MAC addresses" },
   { name = "users", path = "/lua/admin/users.lua", text = "Users", admin = true },
   { name = "about", path = "/lua/about.lua", text = "About" },
}

local function fill(template, values)
   return (template:gsub("%$(%w+)%$", function(name) return values[name] or "" end))
end

-- asset is a path of this server, with the prefix it is served under, ready for
-- an attribute.
local function asset(path)
   return http.escape(ntop.getHttpPrefix() .. path)
end

local function head(title)
   return fill([[<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>$title$ - ntopng</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="$chart$">
<link rel="stylesheet" href="$css$">
<script src="$theme$"></script>
]], { title = http.escape(title), css = asset("/css/ntopgo.css"),
      chart = asset("/vendor/uplot/uPlot.min.css"), theme = asset("/js/theme.js") })
end

local function navigation(current)
   local out = {}
   for _, m in ipairs(menu) do
      if not m.admin or ntop.isAdministrator() then
         out[#out + 1] = fill('<li><a href="$path$" title="$text$"$current$>$icon$<span>$text$</span></a></li>', {
            path = asset(m.path), icon = icons.svg(m.name), text = http.escape(m.text),
            current = m.name == current and ' aria-current="page"' or "" })
      end
   end
   return table.concat(out, "\n")
end

-- interface_form lets the user choose another interface; the server keeps the
-- choice and comes back to the same page.
local function interface_form()
   local list = {}
   for id, name in pairs(interface.getIfNames()) do list[#list + 1] = { id = tonumber(id), name = name } end
   table.sort(list, function(a, b) return a.id < b.id end)
   local out = {}
   for _, i in ipairs(list) do
      out[#out + 1] = fill('<option value="$id$"$selected$>$name$</option>', { id = string.format("%d", i.id),
         name = http.escape(i.name), selected = i.id == interface.getId() and " selected" or "" })
   end
   return fill([[<form class="interfaces" method="post" data-switch>
<label class="sr" for="interface">Interface</label>
<select id="interface">$options$</select>
<input type="hidden" name="switch_interface" value="1"><input type="hidden" name="csrf" value="$csrf$">
</form>]], { options = table.concat(out), csrf = http.escape(ntop.getRandomCSRFValue()) })
end

local function user_part()
   if ntop.isLoginDisabled() or _SESSION.user == nil or _SESSION.user == "nologin" then return "" end
   return fill('<a class="button plain" href="$path$" title="Log out $user$">$icon$<span class="sr">Log out</span></a>', {
      path = asset("/lua/ntopng_logout.lua"), user = http.escape(_SESSION.user), icon = icons.svg("logout") })
end

-- context is what the page's module must know before it asks for anything.
local function context(p)
   local c = { prefix = ntop.getHttpPrefix(), csrf = ntop.getRandomCSRFValue(), ifid = interface.getId(),
      ifname = interface.getName(), user = _SESSION.user, admin = ntop.isAdministrator(),
      capture = interface.isPcapDumpInterface(), page = p.module }
   for k, v in pairs(p.context or {}) do c[k] = v end
   return http.escape(json.encode(c))
end

-- show prints a page: title, menu (the entry that is marked), module (the file
-- below /js/pages that draws it) and context (values for that module).
function page.show(p)
   http.begin("text/html")
   print(head(p.title))
   print(fill([[<script type="module" src="$module$"></script>
</head>
<body data-context="$context$">
<a class="skip" href="#main">Skip to content</a>
<header class="top">
<button class="button plain menu" type="button" aria-controls="nav" aria-expanded="false">$menuicon$<span class="sr">Menu</span></button>
<a class="brand" href="$home$">ntop<b>go</b></a>
$interfaces$
<form class="search" role="search" action="$search$">
<label class="sr" for="search">Search hosts by name, address or MAC</label>
<span aria-hidden="true">$searchicon$</span>
<input id="search" name="text" type="search" placeholder="Find host, name, MAC" autocomplete="off" role="combobox" aria-expanded="false" aria-controls="found" aria-autocomplete="list">
<ul id="found" role="listbox" aria-label="Hosts found" hidden></ul>
</form>
<button class="button plain" type="button" data-theme-switch title="Dark or light">$themeicon$<span class="sr">Switch between dark and light</span></button>
$user$
</header>
<nav id="nav" aria-label="Main"><ul>
$navigation$
</ul></nav>
<main id="main" tabindex="-1">
<h1>$title$</h1>
<div id="page"><p class="loading" role="status">Loading…</p></div>
<noscript><p class="error">These pages need JavaScript. The same figures are at /lua/rest/v2/get/.</p></noscript>
</main>
</body>
</html>
]], { module = asset("/js/pages/" .. p.module .. ".js"), context = context(p), home = asset("/"),
      menuicon = icons.svg("menu"), searchicon = icons.svg("search"), themeicon = icons.svg("theme"),
      interfaces = interface_form(), search = asset("/lua/hosts_stats.lua"), user = user_part(),
      navigation = navigation(p.menu or p.module), title = http.escape(p.title) }))
end

-- plain prints a page without navigation, for those who have not logged in;
-- body is HTML.
function page.plain(title, body, status)
   http.begin("text/html", status)
   print(head(title))
   print('</head>\n<body class="plain">\n<main class="card">\n<p class="brand">ntop<b>go</b></p>\n')
   print(body)
   print("\n</main>\n</body>\n</html>\n")
end

return page
