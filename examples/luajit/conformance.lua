-- Performs the cases of tests/conformance (their README says what they are), and says of each what became of it.
-- luajit conformance.lua CASES.json

local folder = arg[0]:match("^(.*/)") or "./"
package.path = folder .. "?.lua;" .. package.path

local ffi = require("ffi")
local cjson = require("cjson")
local dc = require("data_connectors")

ffi.cdef([[
struct dc_lua_time { long seconds, nanoseconds; };
int dc_lua_clock(int, struct dc_lua_time *) __asm__("clock_gettime");
int dc_lua_fork(void) __asm__("fork");
int dc_lua_wait(int, int *, int) __asm__("waitpid");
void dc_lua_exit(int) __asm__("_exit");
]])

local MONOTONIC = ffi.os == "OSX" and 6 or 1

local function now_ms()
  local time = ffi.new("struct dc_lua_time")
  ffi.C.dc_lua_clock(MONOTONIC, time)
  return tonumber(time.seconds) * 1000 + tonumber(time.nanoseconds) / 1e6
end

local function set(names)
  local result = {}
  for name in names:gmatch("%S+") do result[name] = true end
  return result
end

local FIELDS = set("name settings options call per_page starting_after prefetch stop_after then cancel_after_ms "
  .. "shutdown_after_ms closed callers expect")
local ROW_FIELDS = set("type id name description state http_method direct_fin_usage created_by_admin_id "
  .. "updated_by_admin_id created_at updated_at execution_results_url created_at_ms updated_at_ms state_code "
  .. "http_method_code")
local ERROR_FIELDS = set("http_status api_code api_field request_id retry_after_ms attempts rate_limit "
  .. "rate_limit_remaining rate_limit_reset")
local PAGE_FIELDS = set("next_cursor request_id rate_limit rate_limit_remaining rate_limit_reset")

-- Raised where something isn't as the case says.
local function unexpected(...) error({ unexpected = string.format(...) }, 0) end

-- Absent is nil in Lua, and null in a case.
local function of_json(value)
  if value == cjson.null then return nil end
  return value
end

local function quoted(value) return type(value) == "string" and ("%q"):format(value) or tostring(value) end

local function check(what, got, expected)
  if got ~= of_json(expected) then unexpected("%s is %s, and not %s", what, quoted(got), quoted(expected)) end
end

local function check_known(fields, known, what)
  for name in pairs(fields) do
    if not known[name] then unexpected("this runner doesn't know %s%s", what, name) end
  end
end

local function say(value)
  for line in tostring(value):gmatch("[^\r\n]+") do io.write("# ", line, "\n") end
end

-- All that can be seen of a table, as a dump of it would show.
local function say_all(name, value)
  if type(value) ~= "table" then return say(name .. " = " .. tostring(value)) end
  for key, inner in pairs(value) do say_all(name .. "." .. tostring(key), inner) end
end

-- The walk's steps, each as what it gives.
local function take_pages(walk, most, outcome)
  local taken = 0
  for page in walk do
    outcome.pages[#outcome.pages + 1] = page
    for _, connector in ipairs(page.connectors) do outcome.rows[#outcome.rows + 1] = connector end
    taken = taken + 1
    if taken == most then return end
  end
end

local function walk_pages(case, client, options, outcome)
  local walk = client:pages(options)
  local fine, problem = pcall(take_pages, walk, case.stop_after, outcome)
  if not fine then
    if case["then"] ~= "go_on" then error(problem, 0) end
    outcome.error = problem
    take_pages(walk, nil, outcome)
  end
  if case["then"] == "resume" then
    options.starting_after = walk:cursor()
    take_pages(client:pages(options), nil, outcome)
  end
end

local perform = { client = function() end, pages = walk_pages }

function perform.page(_, client, options, outcome)
  local page = client:list_page(options)
  outcome.pages, outcome.rows = { page }, page.connectors
end

function perform.connectors(case, client, options, outcome)
  for connector in client:list(options) do
    outcome.rows[#outcome.rows + 1] = connector
    if #outcome.rows == case.stop_after then break end
  end
end

-- Makes the call, and says how it ended. What ends it from outside is asked by its `cancel`.
local function call(case, client)
  local outcome, started = { rows = {}, pages = {} }, now_ms()
  local options = { per_page = of_json(case.per_page), starting_after = of_json(case.starting_after),
    prefetch = of_json(case.prefetch) }
  if case.cancel_after_ms or case.shutdown_after_ms then
    function options.cancel()
      local passed = now_ms() - started
      if case.shutdown_after_ms and passed >= case.shutdown_after_ms then client:close() end
      return case.cancel_after_ms ~= nil and passed >= case.cancel_after_ms
    end
  end
  local fine, problem = pcall(perform[case.call], case, client, options, outcome)
  if not fine then outcome.error = problem end
  outcome.took_ms = now_ms() - started
  return outcome
end

local function judge_error(got, expected)
  if getmetatable(got) ~= dc.Error then return check("the error", got, expected) end
  say(got)
  say_all("error", got)
  if expected == nil then unexpected("it failed: %s", tostring(got)) end
  local message = tostring(got)
  for name, value in pairs(expected) do
    if name == "status" then
      local closed = got.status == dc.DC_ERR_INVALID_ARGUMENT and message:find("closed", 1, true)
      check("the status of " .. quoted(message), closed and "closed" or got.status_name, value)
    elseif name == "says" then
      for _, part in ipairs(value) do
        if not message:find(part, 1, true) then unexpected("%s has no %s", quoted(message), quoted(part)) end
      end
    else
      check_known({ [name] = true }, ERROR_FIELDS, "expect.error.")
      check("error." .. name, got[name], value)
    end
  end
end

local function judge_rows(rows, expected)
  check("the number of rows", #rows, #expected)
  for i, wanted in ipairs(expected) do
    check_known(wanted, ROW_FIELDS, "expect.rows.")
    for name, value in pairs(wanted) do check(("rows[%d].%s"):format(i, name), rows[i][name], value) end
  end
end

local function judge_ids(rows, expected)
  check("the number of rows", #rows, #expected)
  for i, id in ipairs(expected) do check(("ids[%d]"):format(i), rows[i].id, id) end
end

local function judge(expect, outcome)
  judge_error(outcome.error, expect.error)
  local took, least, most = outcome.took_ms, expect.least_ms or 0, expect.most_ms or 10000
  if took < least or took > most then unexpected("it took %d ms, and not %d to %d", took, least, most) end
  local last = outcome.pages[#outcome.pages] or {}
  for name, value in pairs(expect) do
    if name == "rows" then judge_rows(outcome.rows, value)
    elseif name == "ids" then judge_ids(outcome.rows, value)
    elseif name == "pages" then check("pages", #outcome.pages, value)
    elseif PAGE_FIELDS[name] then check(name, last[name], value)
    elseif name ~= "error" and name ~= "least_ms" and name ~= "most_ms" then
      unexpected("this runner doesn't know expect.%s", name)
    end
  end
end

-- The reason why something failed, in one line.
local function reason(problem)
  local text = type(problem) == "table" and problem.unexpected or tostring(problem)
  return (text:gsub("%s+", " "))
end

-- Lua has no threads: so many processes, each with the client of this one.
local function call_in_processes(case, client)
  local children, reasons = {}, assert(io.tmpfile())
  io.stdout:flush()
  for i = 1, case.callers do
    local child = ffi.C.dc_lua_fork()
    if child == 0 then
      local fine, problem = pcall(function() judge(case.expect, call(case, client)) end)
      if not fine then reasons:write("; caller ", i, ": ", reason(problem)) end
      reasons:flush()
      io.stdout:flush()
      ffi.C.dc_lua_exit(fine and 0 or 1)
    end
    if child < 0 then unexpected("there is no process for caller %d", i) end
    children[i] = child
  end
  local failed, status = 0, ffi.new("int[1]")
  for _, child in ipairs(children) do
    if ffi.C.dc_lua_wait(child, status, 0) ~= child or status[0] ~= 0 then failed = failed + 1 end
  end
  reasons:seek("set")
  local told = reasons:read("*a")
  reasons:close()
  if failed > 0 then unexpected("%d of %d callers failed%s", failed, case.callers, told) end
end

local function run(case)
  check_known(case, FIELDS, "")
  if not perform[case.call] then unexpected("this runner doesn't know the call %s", tostring(case.call)) end
  if case["then"] and case["then"] ~= "resume" and case["then"] ~= "go_on" then
    unexpected("this runner doesn't know then: %s", tostring(case["then"]))
  end
  local settings = {}
  for name, value in pairs(case.settings) do settings[name] = of_json(value) end
  settings.options = case.options
  local made, client = pcall(dc.client, settings)
  if not made then
    -- The library puts the name in quotes.
    if tostring(client):find("^unknown option [%w_]+: use ") then unexpected("%s", tostring(client)) end
    return judge(case.expect, { rows = {}, pages = {}, error = client, took_ms = 0 })
  end
  say(client)
  say_all("client", client)
  if case.closed then client:close() end
  local fine, problem = pcall(function()
    if case.callers then call_in_processes(case, client) else judge(case.expect, call(case, client)) end
  end)
  client:close()
  if not fine then error(problem, 0) end
end

local file = assert(io.open(arg[1] or error("usage: luajit conformance.lua CASES.json", 0)))
for _, case in ipairs(cjson.decode(file:read("*a"))) do
  local fine, problem = pcall(run, case)
  if fine then io.write("ok ", case.name, "\n")
  else io.write("not ok ", case.name, ": ", reason(problem), "\n") end
  io.stdout:flush()
end
