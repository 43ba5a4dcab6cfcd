-- Texts for scripts in the browser. This tree has its texts in its pages, so
-- that there are none to hand out.
require("http").begin("application/json")
print("{}")
