-- Runs the cases of tests/conformance; its README.md describes them.
-- luajit conformance.lua CASES.json

package.path = (arg[0]:match("^(.*/)") or "./") .. "../?.lua;" .. package.path

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
  .. "shutdown_after_ms closed callers expect overlap_ms max_passes snapshot_timeout_ms stored")
local THEN = set("resume continue store refresh again")
local ROW_FIELDS = set("type id name description state http_method direct_fin_usage created_by_admin_id "
  .. "updated_by_admin_id created_at updated_at execution_results_url created_at_ms updated_at_ms")
local ERROR_FIELDS = set("http_status api_code api_field request_id retry_after_ms attempts rate_limit "
  .. "rate_limit_remaining rate_limit_reset")
local SNAPSHOT_FIELDS = set("state reason as_of_ms")
local PAGE_FIELDS = set("next_cursor request_id rate_limit rate_limit_remaining rate_limit_reset")

local function unexpected(...) error({ unexpected = string.format(...) }, 0) end

local function from_json(value)
  if value == cjson.null then return nil end
  return value
end

local function quoted(value) return type(value) == "string" and ("%q"):format(value) or tostring(value) end

local function check(what, actual, expected)
  if actual == from_json(expected) then return end
  unexpected("%s: expected %s, got %s", what, quoted(expected), quoted(actual))
end

local function check_known(fields, known, what)
  for name in pairs(fields) do
    if not known[name] then unexpected("unknown field %s%s", what, name) end
  end
end

local function print_comment(value)
  for line in tostring(value):gmatch("[^\r\n]+") do io.write("# ", line, "\n") end
end

-- Prints a table with all that is in it.
local function print_all(name, value)
  if type(value) ~= "table" then return print_comment(name .. " = " .. tostring(value)) end
  for key, inner in pairs(value) do print_all(name .. "." .. tostring(key), inner) end
end

local function add_pages(pages, most, outcome)
  local count = 0
  for page in pages do
    outcome.pages[#outcome.pages + 1] = page
    for _, connector in ipairs(page.connectors) do outcome.rows[#outcome.rows + 1] = connector end
    count = count + 1
    if count == most then return end
  end
end

local perform = { client = function() end }

function perform.pages(case, client, arguments, outcome)
  local pages = client:pages(arguments)
  local ok, problem = pcall(add_pages, pages, case.stop_after, outcome)
  if not ok then
    if case["then"] ~= "continue" then error(problem, 0) end
    outcome.error = problem
    add_pages(pages, nil, outcome)
  end
  if case["then"] == "resume" then
    arguments.starting_after = pages.cursor
    add_pages(client:pages(arguments), nil, outcome)
  end
end

function perform.page(_, client, arguments, outcome)
  local page = client:list_page(arguments)
  outcome.pages, outcome.rows = { page }, page.connectors
end

function perform.connectors(case, client, arguments, outcome)
  for connector in client:list(arguments) do
    outcome.rows[#outcome.rows + 1] = connector
    if #outcome.rows == case.stop_after then break end
  end
end

local function use_snapshot(case, client, arguments, outcome, snapshot)
  local action, first = case["then"], snapshot
  if action == "store" then
    snapshot = dc.Snapshot.load(first.json)
  elseif action then
    arguments.previous = action == "refresh" and first or nil
    snapshot = client:snapshot(arguments)
    outcome.diff = cjson.decode(snapshot:diff(first))
  end
  outcome.snapshot, outcome.rows = snapshot, snapshot.connectors
end

function perform.snapshot(case, client, arguments, outcome)
  use_snapshot(case, client, arguments, outcome, client:snapshot(arguments))
end

function perform.load(case, client, arguments, outcome)
  use_snapshot(case, client, arguments, outcome, dc.Snapshot.load(case.stored))
end

local function call(case, client)
  local outcome, started = { rows = {}, pages = {}, snapshot = {} }, now_ms()
  local arguments = { per_page = case.per_page, starting_after = case.starting_after }
  if case.call == "pages" or case.call == "connectors" then arguments.prefetch = case.prefetch end
  if case.call == "snapshot" or case.call == "load" then
    arguments.overlap_ms, arguments.max_passes = case.overlap_ms, case.max_passes
    arguments.timeout_ms = case.snapshot_timeout_ms
  end
  if case.cancel_after_ms or case.shutdown_after_ms then
    function arguments.cancel()
      local elapsed = now_ms() - started
      if case.shutdown_after_ms and elapsed >= case.shutdown_after_ms then client:shutdown() end
      return case.cancel_after_ms ~= nil and elapsed >= case.cancel_after_ms
    end
  end
  local ok, problem = pcall(perform[case.call], case, client, arguments, outcome)
  if not ok then outcome.error = problem end
  outcome.duration_ms = now_ms() - started
  return outcome
end

local function check_parts(what, text, parts)
  for _, part in ipairs(parts) do
    if not tostring(text):find(part, 1, true) then unexpected("%s %s lacks %s", what, quoted(text), quoted(part)) end
  end
end

local function check_error(actual, expected)
  if getmetatable(actual) ~= dc.Error then return check("error", actual, expected) end
  print_comment(actual)
  print_all("error", actual)
  local message = tostring(actual)
  if expected == nil then unexpected("unexpected error: %s", message) end
  for name, value in pairs(expected) do
    if name == "status" then
      local closed = actual.status == dc.DC_ERR_INVALID_ARGUMENT and message:find("closed", 1, true)
      check("status of " .. quoted(message), closed and "closed" or actual.status_name, value)
    elseif name == "message" then
      check_parts("the message", message, value)
    else
      check_known({ [name] = true }, ERROR_FIELDS, "expect.error.")
      check("error." .. name, actual[name], value)
    end
  end
end

local function check_rows(rows, expected)
  check("number of rows", #rows, #expected)
  for i, row in ipairs(expected) do
    row.state_code, row.http_method_code = nil, nil -- the wrapper has the strings only
    check_known(row, ROW_FIELDS, "expect.rows.")
    for name, value in pairs(row) do check(("rows[%d].%s"):format(i, name), rows[i][name], value) end
  end
end

local function check_ids(rows, expected)
  check("number of rows", #rows, #expected)
  for i, id in ipairs(expected) do check(("ids[%d]"):format(i), rows[i].id, id) end
end

-- The ids of rows, as a string.
local function ids_of(rows)
  if rows == cjson.null then return "null" end
  local ids = {}
  for i, row in ipairs(rows) do ids[i] = tostring(type(row) == "table" and row.id or row) end
  return table.concat(ids, " ")
end

-- The names of the changed fields by id, as a string.
local function changes_of(fields)
  local changes = {}
  for id, names in pairs(fields) do changes[#changes + 1] = id .. ": " .. table.concat(names, " ") end
  table.sort(changes)
  return table.concat(changes, "; ")
end

local function check_diff(diff, expected)
  local fields = {}
  for _, change in ipairs(diff.changed) do
    fields[change.id] = change.fields
    check("diff.changed: id of old", change.old.id, change.id)
    check("diff.changed: id of new", change.new.id, change.id)
    local name = change.fields[1]
    if change.old[name] == change.new[name] then unexpected("diff.changed: old and new have the same %s", name) end
  end
  for name, value in pairs(expected) do
    if name == "changed" then check("diff.changed", changes_of(fields), changes_of(value))
    elseif name == "added" or name == "removed" then check("diff." .. name, ids_of(diff[name]), ids_of(value))
    else unexpected("unknown field expect.diff.%s", name) end
  end
end

local function check_outcome(expect, outcome)
  check_error(outcome.error, expect.error)
  local duration, least, most = outcome.duration_ms, expect.min_ms or 0, expect.max_ms or 10000
  if duration < least or duration > most then
    unexpected("duration: expected %d to %d ms, got %d", least, most, duration)
  end
  local last, snapshot = outcome.pages[#outcome.pages] or {}, outcome.snapshot
  for name, value in pairs(expect) do
    if name == "rows" then check_rows(outcome.rows, value)
    elseif name == "ids" then check_ids(outcome.rows, value)
    elseif name == "pages" then check("pages", #outcome.pages, value)
    elseif name == "reason" and value ~= cjson.null then check_parts("reason", snapshot.reason, value)
    elseif SNAPSHOT_FIELDS[name] then check(name, snapshot[name], value)
    elseif name == "stored_contains" then check_parts("stored_contains:", snapshot.json, value)
    elseif name == "diff" then check_diff(outcome.diff, value)
    elseif PAGE_FIELDS[name] then check(name, last[name], value)
    elseif name ~= "error" and name ~= "min_ms" and name ~= "max_ms" then
      unexpected("unknown field expect.%s", name)
    end
  end
end

local function reason(problem)
  local text = type(problem) == "table" and problem.unexpected or tostring(problem)
  return (text:gsub("%s+", " "))
end

-- Lua has no threads: each caller is a forked process.
local function call_in_processes(case, client)
  local children, reasons = {}, assert(io.tmpfile())
  io.stdout:flush()
  for i = 1, case.callers do
    local child = ffi.C.dc_lua_fork()
    if child == 0 then
      local ok, problem = pcall(function() check_outcome(case.expect, call(case, client)) end)
      if not ok then reasons:write("; caller ", i, ": ", reason(problem)) end
      reasons:flush()
      io.stdout:flush()
      ffi.C.dc_lua_exit(ok and 0 or 1)
    end
    if child < 0 then unexpected("could not fork for caller %d", i) end
    children[i] = child
  end
  local failed, status = 0, ffi.new("int[1]")
  for _, child in ipairs(children) do
    if ffi.C.dc_lua_wait(child, status, 0) ~= child or status[0] ~= 0 then failed = failed + 1 end
  end
  reasons:seek("set")
  local text = reasons:read("*a")
  reasons:close()
  if failed > 0 then unexpected("%d of %d callers failed%s", failed, case.callers, text) end
end

local function run(case)
  check_known(case, FIELDS, "")
  if not perform[case.call] then unexpected("unknown call %s", tostring(case.call)) end
  if case["then"] and not THEN[case["then"]] then
    unexpected("unknown value of then: %s", tostring(case["then"]))
  end
  local options = {}
  for name, value in pairs(case.settings) do options[name == "token" and "access_token" or name] = from_json(value) end
  for name, value in pairs(case.options or {}) do options[name] = value end
  local created, client = pcall(dc.client, options)
  if not created then
    return check_outcome(case.expect, { rows = {}, pages = {}, snapshot = {}, error = client, duration_ms = 0 })
  end
  print_comment(client)
  print_all("client", client)
  if case.closed then client:close() end
  local ok, problem = pcall(function()
    if case.callers then call_in_processes(case, client) else check_outcome(case.expect, call(case, client)) end
  end)
  client:close()
  if not ok then error(problem, 0) end
end

local file = assert(io.open(arg[1] or error("usage: luajit conformance.lua CASES.json", 0)))
for _, case in ipairs(cjson.decode(file:read("*a"))) do
  local ok, problem = pcall(run, case)
  if ok then io.write("ok ", case.name, "\n")
  else io.write("not ok ", case.name, ": ", reason(problem), "\n") end
  io.stdout:flush()
end
