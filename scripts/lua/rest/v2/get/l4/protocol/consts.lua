-- The transport protocols with their numbers.
-- require returns a second value, which is no part of the answer.
require("rest").ok((require "l4"))
