-- Inline SVG icons, drawn on a 20 by 20 grid with strokes in the text colour.
local shapes = {
   dashboard = '<path d="M3 17V9M8 17V3M13 17v-6M18 17V6"/>',
   flows = '<path d="M3 6h13l-3-3M17 14H4l3 3"/>',
   hosts = '<rect x="2.5" y="3.5" width="15" height="10" rx="1.5"/><path d="M7 17h6M10 13.5V17"/>',
   interface = '<rect x="3" y="5" width="14" height="9" rx="1"/><path d="M6.5 14v2.5M10 14v2.5M13.5 14v2.5M6.5 8v3M10 8v3M13.5 8v3"/>',
   macs = '<rect x="5" y="5" width="10" height="10" rx="1"/><path d="M8 2v3M12 2v3M8 15v3M12 15v3M2 8h3M2 12h3M15 8h3M15 12h3"/>',
   vlans = '<path d="M10 2.5 18 7l-8 4.5L2 7zM2 11l8 4.5 8-4.5M2 14.5 10 19l8-4.5"/>',
   networks = '<circle cx="10" cy="4" r="2"/><circle cx="4" cy="15.5" r="2"/><circle cx="16" cy="15.5" r="2"/><path d="M10 6v4M10 10H4v3.5M10 10h6v3.5"/>',
   users = '<circle cx="10" cy="6.5" r="3.5"/><path d="M3 17.5c.7-4 3.4-5.5 7-5.5s6.3 1.5 7 5.5"/>',
   about = '<circle cx="10" cy="10" r="7.5"/><path d="M10 9v5M10 6v.2"/>',
   search = '<circle cx="8.5" cy="8.5" r="5.5"/><path d="m13 13 4.5 4.5"/>',
   theme = '<circle cx="10" cy="10" r="7"/><path d="M10 3v14a7 7 0 0 0 0-14z" fill="currentColor"/>',
   menu = '<path d="M3 5h14M3 10h14M3 15h14"/>',
   logout = '<path d="M8 3H3.5v14H8M8 10h9m-3.5-3.5L17 10l-3.5 3.5"/>',
}

local icons = {}

-- svg is the icon of a name, hidden from screen readers: a text stands beside
-- it or labels its button.
function icons.svg(name)
   return '<svg class="icon" viewBox="0 0 20 20" aria-hidden="true" focusable="false">' .. (shapes[name] or "") .. "</svg>"
end

return icons
