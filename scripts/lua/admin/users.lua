-- Accounts: an administrator sees and changes all of them, others their own.
require("page").show { title = "Users", module = "users" }
