-- Lists the data connectors of a workspace: id, state and name, one a line. The access token is taken from
-- INTERCOM_ACCESS_TOKEN.
--
-- luajit list_connectors.lua [--base-url URL] [--per-page N]

package.path = (arg[0]:match("^(.*/)") or "./") .. "?.lua;" .. package.path

local dc = require("data_connectors")

local settings, per_page = { token = os.getenv("INTERCOM_ACCESS_TOKEN") }, 50

local i = 1
while arg[i] do
  if arg[i] == "--base-url" and arg[i + 1] then
    settings.base_url = arg[i + 1]
  elseif arg[i] == "--per-page" and tonumber(arg[i + 1]) then
    per_page = tonumber(arg[i + 1])
  else
    io.stderr:write("usage: luajit list_connectors.lua [--base-url URL] [--per-page N]\n")
    os.exit(2)
  end
  i = i + 2
end

-- An absent field is nil; control characters would spoil the terminal.
local function shown(text) return text and text:gsub("%c", "?") or "-" end

local fine, problem = pcall(function()
  local client = dc.client(settings)
  for connector in client:list({ per_page = per_page }) do
    io.write(("%-12s %-8s %s\n"):format(shown(connector.id), shown(connector.state), shown(connector.name)))
  end
  client:close()
end)

if not fine then
  io.stderr:write("list_connectors.lua: ", tostring(problem), "\n")
  os.exit(1)
end
