-- The transport protocols with their numbers.
require("rest").ok(require "l4")
