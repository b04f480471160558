-- Our Lua module: id, name, state and updated_at of each row, as in its README.
local dc = require("data_connectors")

local rows, sum = 0, 0
local client = dc.client({ access_token = "any", base_url = arg[1] .. "/pages/" .. arg[2] })
for row in client:list({ per_page = 50 }) do
  rows = rows + 1
  sum = sum + tonumber(row.id) + #row.name + #row.state + #row.updated_at
end
print(("rows=%d sum=%d"):format(rows, sum))
