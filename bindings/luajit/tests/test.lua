-- Tests beyond the conformance cases, with the library named by DATA_CONNECTORS_LIBRARY.
-- luajit test.lua SANDBOX [PAGES]: the path of data-connectors-sandbox, and the number of pages in the leak test

local folder = arg[0]:match("^(.*/)") or "./"
package.path = folder .. "../?.lua;" .. package.path

local ffi = require("ffi")
local cjson = require("cjson")
local dc = require("data_connectors")

ffi.cdef([[
int dc_test_kill(int, int) __asm__("kill");
int dc_test_getpid(void) __asm__("getpid");
]])

local sandbox = arg[1] or error("usage: luajit test.lua SANDBOX [PAGES]", 0)
local pages_to_list = tonumber(arg[2] or "2000")
local ACCESS_TOKEN = "canary-4f1c9be2-token"
local SIGINT, SIGTERM = 2, 15

local failures = 0
local function test(name, body)
  local ok, problem = pcall(body)
  if not ok then failures = failures + 1 end
  io.write(ok and "ok " or "not ok ", name, ok and "" or ": " .. tostring(problem), "\n")
  io.stdout:flush()
end

local function equal(what, actual, expected)
  if actual == expected then return end
  error(("%s: expected %s, got %s"):format(what, tostring(expected), tostring(actual)), 0)
end

local function contains(text, part)
  if not tostring(text):find(part, 1, true) then error(("expected %q in %q"):format(part, tostring(text)), 0) end
end

local function rejected(part, status, ...)
  local ok, problem = pcall(...)
  equal("success", ok, false)
  equal("the metatable of the error", getmetatable(problem), dc.Error)
  contains(problem, part)
  equal("the status", problem.status_name, status)
  return problem
end

local function read(path)
  local file = assert(io.open(path, "rb"))
  local text = file:read("*a")
  file:close()
  return text
end

local function temporary_file(text, suffix)
  local name = os.tmpname()
  os.remove(name)
  name = name .. suffix
  local file = assert(io.open(name, "wb"))
  file:write(text)
  file:close()
  return name
end

-- Starts a program; returns its process id and output.
local function start(command)
  local output = assert(io.popen("echo $$; exec " .. command, "r"))
  return tonumber(output:read("*l")), output
end

-- Runs Lua code in another process, and returns its output.
local function run(code, library)
  local file = temporary_file(("package.path = %q\n"):format(package.path) .. code, ".lua")
  local environment = library and ("env DATA_CONNECTORS_LIBRARY=%s "):format(library) or ""
  local _, output = start(environment .. "luajit " .. file .. " 2>&1")
  local text = output:read("*a")
  output:close()
  os.remove(file)
  return text
end

-- The outputs are referenced, as collecting one waits for its process to exit.
local processes, outputs = {}, {}
local function serve(options)
  local process, output = start(sandbox .. " " .. options .. " 2>/dev/null")
  processes[#processes + 1], outputs[#outputs + 1] = process, output
  return output:read("*l")
end

local base_url, slow_url = serve("--connectors 137"), serve("--latency-ms 30000")

local function client(options)
  options = options or {}
  options.access_token, options.base_url = options.access_token or ACCESS_TOKEN, options.base_url or base_url
  return dc.client(options)
end

test("declarations and constants match the header", function()
  local abi = cjson.decode(read(folder .. "../../../abi/data_connectors.json"))
  local count = 0
  for declaration in dc.declarations:gsub("%s+", " "):gmatch(" ?([^;]+);") do
    local returns, name, parameters = declaration:match("^(.-) ?(%*?dc_[%w_]+)%((.*)%)$")
    if name:sub(1, 1) == "*" then returns, name = returns .. " *", name:sub(2) end
    local described = abi.functions[name] or error("not in the header: " .. name, 0)
    equal(name .. " returns", returns, described.returns)
    equal(name, parameters == "void" and "" or parameters, table.concat(described.parameters, ", "))
    count = count + 1
  end
  equal("functions found", count > 30, true)
  for name, number in pairs(dc.constants) do equal(name, number, abi.constants[name]) end
  for name, number in pairs(abi.constants) do
    if name:find("^DC_ERR_") then equal(name, dc[name], number) end
  end
  for level, number in pairs({ error = 1, warn = 2, info = 3, debug = 4 }) do
    equal(level, abi.constants["DC_LOG_" .. level:upper()], number)
  end
end)

test("a row has the fields of the header", function()
  local abi = cjson.decode(read(folder .. "../../../abi/data_connectors.json"))
  local dc_client = client()
  local connector = dc_client:list()()
  local row = cjson.decode(connector.json)
  for _, name in ipairs(abi.fields) do
    if name ~= "direct_fin_usage" then equal(name .. " in the sandbox", type(row[name]), "string") end
    equal(name, connector[name], row[name])
  end
  equal("created_at_ms", type(connector.created_at_ms), "number")
  dc_client:close()
end)

test("the rockspec names the module", function()
  local rockspec = {}
  setfenv(assert(loadfile(folder .. "../data_connectors-scm-1.rockspec")), rockspec)()
  equal("module", #read(folder .. "../" .. rockspec.build.modules.data_connectors) > 0, true)
end)

test("programs in the README compile", function()
  local count = 0
  for program in read(folder .. "../README.md"):gmatch("\n```lua\n(.-)\n```") do
    assert(loadstring(program))
    count = count + 1
  end
  equal("programs found", count > 3, true)
end)

test("reports a missing or incompatible library", function()
  local code = "require('data_connectors')"
  local missing = run(code, "/no/such/libdata_connectors.so.1")
  contains(missing, "could not load /no/such/libdata_connectors.so.1 (")
  contains(missing, "): check DATA_CONNECTORS_LIBRARY")
  local function output_with(source)
    local file = temporary_file(source, ".c")
    equal("cc", os.execute(("cc -shared -fPIC -o %s.so %s"):format(file, file)), 0)
    local output = run(code, file .. ".so")
    os.remove(file)
    os.remove(file .. ".so")
    return output
  end
  contains(output_with("int nothing;"), "is not libdata_connectors")
  contains(output_with("int dc_abi_version(void) { return 2; }"), "has ABI version 2, this package requires 1: install matching versions")
  contains(output_with("int dc_abi_version(void) { return 1; }"), "(older than this package): install a newer version")
end)

test("each system has its file name", function()
  local names = {}
  for i, system in ipairs({ "Linux", "BSD", "OSX", "Windows" }) do names[i] = dc.file_name(system) end
  equal("names", table.concat(names, " "), "libdata_connectors.so.1 libdata_connectors.so.1 libdata_connectors.1.dylib "
    .. "data_connectors.dll")
end)

test("the library beside the module precedes that of the system", function()
  local directory = os.tmpname()
  os.remove(directory)
  equal("cp", os.execute(("mkdir %s && cp %s../data_connectors.lua %s"):format(directory, folder, directory)), 0)
  local packaged = directory .. "/" .. dc.file_name(ffi.os)
  local code = ("dofile('%s/data_connectors.lua') print('loaded')"):format(directory)
  local function output_with(content)
    local file = assert(io.open(packaged, "wb"))
    file:write(content)
    file:close()
    return run(code, "")
  end
  contains(output_with("not a library"), "): reinstall the package")
  equal("output", output_with(read(os.getenv("DATA_CONNECTORS_LIBRARY"))), "loaded\n")
  os.execute("rm -r " .. directory)
end)

test("the access token is not kept", function()
  local seen = {}
  local function search(value, where)
    if type(value) == "string" and value:find(ACCESS_TOKEN, 1, true) then error("found in " .. where, 0) end
    if seen[value] or (type(value) ~= "table" and type(value) ~= "function") then return end
    seen[value] = true
    if type(value) == "table" then
      for key, inner in pairs(value) do
        search(key, where .. "'s keys")
        search(inner, where .. "." .. tostring(key))
      end
      search(getmetatable(value), where .. "'s metatable")
    else
      local i, name, inner = 1, debug.getupvalue(value, 1)
      while name do
        search(inner, where .. "'s " .. name)
        i = i + 1
        name, inner = debug.getupvalue(value, i)
      end
    end
  end
  local dc_client = client({ proxy = "http://user:" .. ACCESS_TOKEN .. "@127.0.0.1:1", no_proxy = "*" })
  search(dc_client, "client")
  search(dc_client:list(), "iterator")
  search(tostring(dc_client), "text")
  local failed = client({ base_url = "http://127.0.0.1:1", max_retries = 0 })
  search(select(2, pcall(failed.list_page, failed)), "error")
  search(select(2, pcall(dc.client, { access_token = ACCESS_TOKEN .. "\0" })), "error of the wrapper")
  search(select(2, pcall(dc.client, { access_token = "Bearer " .. ACCESS_TOKEN })), "error of the library")
  search(select(2, pcall(dc.client, ACCESS_TOKEN)), "error for a string")
  local uncaught = run(([[
    local dc = require("data_connectors")
    dc.client{ access_token = %q, base_url = "http://127.0.0.1:1", max_retries = 0 }:list_page()]])
    :format(ACCESS_TOKEN))
  contains(uncaught, "connection refused")
  search(uncaught, "output of an uncaught error")
end)

local INVALID = "DC_ERR_INVALID_ARGUMENT"

test("rejects invalid options and arguments", function()
  local dc_client = client()
  rejected("did you mean timeout_ms?", INVALID, client, { timeout_m = 1 })
  rejected("invalid option name: expected a string, got a number", INVALID, dc.client, { "a" })
  rejected("invalid options: expected a table, got a string", INVALID, dc.client, "a")
  rejected("access", INVALID, dc.client, {})
  rejected("invalid access_token: expected a string, got a table", INVALID, dc.client, { access_token = {} })
  rejected("invalid base_url: contains a NUL", INVALID, client, { base_url = "http://a\0b" })
  rejected("UTF-8", INVALID, client, { proxy = "http://\255" })
  rejected("invalid wait_for_rate_limit", INVALID, client, { wait_for_rate_limit = 2 })
  rejected("4294967297", INVALID, client, { max_retries = 2 ^ 32 + 1 })
  for _, value in ipairs({ 0, 1.5, 0 / 0, math.huge, 2 ^ 60, "x" }) do
    rejected("invalid timeout_ms", INVALID, client, { timeout_ms = value })
  end
  rejected("region and base_url replace each other", INVALID, client, { region = "eu" })
  rejected("ca_file and system_roots replace each", INVALID, client, { ca_file = "/no/such", system_roots = true })
  rejected("could not read", INVALID, client, { ca_file = "/no/such", system_roots = false })
  rejected("unknown argument prefetch: use per_page", INVALID, dc_client.list_page, dc_client, { prefetch = true })
  rejected("invalid cancel: expected a function, got a boolean", INVALID, dc_client.list, dc_client, { cancel = true })
  rejected("call methods with a colon", INVALID, dc_client.list_page)
  rejected("call methods with a colon", INVALID, dc_client.list, { per_page = 1 })
  rejected("invalid prefetch: expected a boolean, got a number", INVALID, dc_client.list, dc_client, { prefetch = 1 })
  rejected("invalid per_page", INVALID, dc_client.pages, dc_client, { per_page = -2 ^ 40 })
  rejected("invalid per_page 1.5", INVALID, dc_client.pages, dc_client, { per_page = 1.5 })
  dc_client:close()
end)

test("a page reports whether there is a next page", function()
  local dc_client, seen = client({ timeout_ms = "5000" }), {}
  for page in dc_client:pages({ per_page = 50 }) do seen[#seen + 1] = tostring(page.has_next) end
  equal("has_next", table.concat(seen, " "), ("true "):rep(#seen - 1) .. "false")
  dc_client:close()
end)

test("an error shows its request id", function()
  local dc_client = client({ max_retries = 0 })
  local problem = rejected("", "DC_ERR_BAD_REQUEST", dc_client.list_page, dc_client, { starting_after = "unknown" })
  contains(problem, " (request id " .. problem.request_id .. ")")
  dc_client:close()
end)

test("logs to the logger", function()
  local lines = {}
  local function logger(level, line) lines[#lines + 1] = level .. " " .. line end
  local dc_client = client({ log_level = "debug", logger = logger })
  dc_client:list_page()
  local log = table.concat(lines, "\n")
  contains(log, "debug ")
  contains(log, "info ")
  equal("access token in the log", log:find(ACCESS_TOKEN, 1, true), nil)
  dc_client:close()
  dc_client = client({ logger = function() error({ marker = true }) end })
  local ok, problem = pcall(dc_client.list_page, dc_client)
  equal("error of the logger", not ok and problem.marker, true)
  dc_client:close()
  rejected("invalid log_level all: use error, warn", INVALID, client, { logger = print, log_level = "all" })
  rejected("invalid log_level 1: use error, warn", INVALID, client, { logger = print, log_level = 1 })
  rejected("invalid logger: expected a function, got a string", INVALID, client, { logger = "x" })
end)

test("closed objects reject calls", function()
  local dc_client = client()
  local pages, list, other = dc_client:pages({ per_page = 50 }), dc_client:list({ per_page = 50 }), dc_client:list()
  pages()
  list()
  other()
  pages:close()
  pages:close()
  list:close()
  rejected("the iterator is closed", INVALID, pages)
  rejected("the iterator is closed", INVALID, list)
  dc_client:close()
  dc_client:close()
  equal("tostring", tostring(dc_client), "data_connectors client (closed)")
  for _, name in ipairs({ "list_page", "list", "pages", "snapshot", "shutdown" }) do
    rejected("the client is closed", INVALID, dc_client[name], dc_client)
  end
  rejected("the client is closed", INVALID, function() while other() do end end)
end)

test("cancel may call the library and close its iterator", function()
  local dc_client, pages, nested, count = client({ base_url = slow_url }), nil, {}, 0
  pages = dc_client:pages({ cancel = function()
    count = count + 1
    if count == 2 then
      nested.ok, nested.problem = pcall(pages)
      nested.id = client():list_page().connectors[1].id
      pages:close()
      nested.handle = pages._handle
    end
    return count > 4
  end })
  rejected("", "DC_ERR_CANCELLED", pages)
  equal("success of a call of the same iterator", nested.ok, false)
  contains(nested.problem, "in use")
  equal("id from another client", type(nested.id), "string")
  equal("handle during the call is kept", nested.handle ~= nil, true)
  equal("handle after the call", pages._handle, nil)
  rejected("closed", INVALID, pages)
end)

test("a call finishes after close, and is cancelled by shutdown", function()
  local dc_client, count = client({ base_url = serve("--connectors 3 --latency-ms 100") }), 0
  local page = dc_client:list_page({ cancel = function()
    count = count + 1
    if count > 1 then dc_client:close() end -- the first time is before the call
  end })
  equal("rows", #page.connectors, 3)
  equal("handle", dc_client._handle, nil)
  dc_client = client({ base_url = slow_url })
  rejected("", "DC_ERR_CANCELLED", dc_client.list_page, dc_client, { cancel = function() dc_client:shutdown() end })
  rejected("", "DC_ERR_CANCELLED", dc_client.list_page, dc_client)
  dc_client:close()
end)

test("an error of cancel is raised by the call", function()
  local dc_client, count = client({ base_url = slow_url }), 0
  local ok, problem = pcall(dc_client.list_page, dc_client, { cancel = function()
    count = count + 1
    if count > 5 then error({ marker = true }) end
  end })
  equal("error of cancel", not ok and problem.marker, true)
end)

test("an error of a hook is raised after the call, not through the library", function()
  local dc_client, count = client({ base_url = slow_url, timeout_ms = 200 }), 0
  debug.sethook(function()
    if count < 3 then return end
    debug.sethook()
    error("hook failure")
  end, "c")
  local _, problem = pcall(dc_client.list_page, dc_client, { cancel = function() count = count + 1 end })
  contains(problem, "hook failure")
  equal("cancel is called until the timeout", count > 5, true)
end)

test("a snapshot is stored, refreshed and compared", function()
  -- Three requests, one and three.
  local options = "--connectors 60 --change-before 4:update:12345 --change-before 5:delete:12345"
  local dc_client = client({ base_url = serve(options) })
  local first = dc_client:snapshot()
  equal("state", first.state, "complete")
  equal("is_complete", first.is_complete, true)
  equal("reason", first.reason, nil)
  equal("as_of_ms", math.abs(first.as_of_ms / 1000 - os.time()) < 60, true)
  equal("rows", #first.connectors, 60)
  equal("the same table again", first.connectors, first.connectors)
  local stored = dc.Snapshot.load(first.json)
  equal("stored form", stored.json, first.json)
  equal("stored as_of_ms", stored.as_of_ms, first.as_of_ms)
  local second = dc_client:snapshot({ previous = stored, overlap_ms = 1000, max_passes = 1, timeout_ms = 30000 })
  equal("state", second.state, "refreshed")
  equal("is_complete", second.is_complete, false)
  local diff = cjson.decode(second:diff(stored))
  equal("changed", diff.changed[1].id, "12345")
  equal("removed from a refreshed one", diff.removed, cjson.null)
  diff = cjson.decode(dc_client:snapshot():diff(second))
  equal("removed from a complete one", diff.removed[1].id, "12345")
  dc_client:close()
  equal("diff after close of the client", type(second:diff(first)), "string")
end)

local function upvalue(f, wanted)
  for i = 1, math.huge do
    local name, value = debug.getupvalue(f, i)
    if name == wanted or not name then return value end
  end
end

test("a state that the module does not know is unknown", function()
  local json, states = client():snapshot().json, upvalue(upvalue(dc.Snapshot.load, "snapshot_of"), "STATES")
  states[dc.constants.DC_SNAPSHOT_COMPLETE] = nil
  local snapshot = dc.Snapshot.load(json)
  states[dc.constants.DC_SNAPSHOT_COMPLETE] = "complete"
  equal("state", snapshot.state, "unknown")
  equal("is_complete", snapshot.is_complete, false)
end)

test("rejects invalid arguments of snapshots", function()
  local dc_client, snapshot = client(), client():snapshot()
  local function take(arguments) return dc_client:snapshot(arguments) end
  rejected("unknown argument per_page: use previous, overlap_ms", INVALID, take, { per_page = 1 })
  rejected("invalid previous: use a snapshot", INVALID, take, { previous = {} })
  rejected("invalid max_passes 0", INVALID, take, { max_passes = 0 })
  for _, value in ipairs({ -1, 0.5, 0 / 0, 2 ^ 40 }) do
    rejected("invalid overlap_ms", INVALID, take, { overlap_ms = value })
    rejected("invalid timeout_ms", INVALID, take, { timeout_ms = value })
  end
  rejected("invalid json: expected a string, got a nil", INVALID, dc.Snapshot.load)
  rejected("stored snapshot is invalid", INVALID, dc.Snapshot.load, "{}")
  rejected("invalid older: use a snapshot", INVALID, snapshot.diff, snapshot, dc_client)
  local other = client():snapshot()
  other:close()
  other:close()
  equal("tostring", tostring(other), "data_connectors snapshot (closed)")
  local used = client():snapshot()
  local connectors, json = used.connectors, used.json
  used:close()
  equal("connectors that were used", used.connectors, connectors)
  rejected("the snapshot is closed", INVALID, function() return used.json end)
  equal("json of an open one", dc.Snapshot.load(json).json, json)
  for _, read in ipairs({ "connectors", "json" }) do
    rejected("the snapshot is closed", INVALID, function() return other[read] end)
  end
  rejected("the snapshot is closed", INVALID, snapshot.diff, snapshot, other)
  rejected("the snapshot is closed", INVALID, other.diff, other, snapshot)
  rejected("the snapshot is closed", INVALID, take, { previous = other })
end)

test("cancel may close the previous snapshot of a call", function()
  local dc_client, count = client({ base_url = serve("--connectors 3 --latency-ms 100") }), 0
  local previous, handle = dc_client:snapshot(), nil
  local snapshot = dc_client:snapshot({ previous = previous, cancel = function()
    count = count + 1
    if count == 2 then -- the first time is before the call
      previous:close()
      handle = previous._handle
    end
  end })
  equal("rows", #snapshot.connectors, 3)
  equal("handle during the call is kept", handle ~= nil, true)
  equal("handle after the call", previous._handle, nil)
  rejected("", "DC_ERR_CANCELLED", dc_client.snapshot, dc_client, { cancel = function()
    count = count + 1
    return count % 3 == 0
  end })
end)

test("the cursor refers to the next page, and no page is lost", function()
  local count, armed, cursor = 0, false, nil
  local pages
  local function cancel()
    count = count + 1
    cursor = pages.cursor
    armed = count > 2 or armed
  end
  local url = serve("--connectors 3 --latency-ms 100")
  pages = client({ base_url = url }):pages({ per_page = 1, cancel = cancel })
  local after = pages().next_cursor
  equal("after the first page", pages.cursor, after)
  count, armed = 0, false
  debug.sethook(function()
    if not armed then return end
    debug.sethook()
    error("hook failure")
  end, "", 1)
  local _, problem = pcall(pages)
  debug.sethook()
  contains(problem, "hook failure")
  equal("during a call", cursor, after)
  equal("after a page that was received, but not returned", pages.cursor, after)
  local page = pages()
  equal("second page", page.connectors[1].id ~= nil and page.next_cursor ~= after, true)
  equal("after the second page", pages.cursor, page.next_cursor)
  equal("third page", #pages().connectors, 1)
  equal("after the last page", pages(), nil)
  equal("again", pages(), nil)
  equal("cursor", pages.cursor, nil)
end)

test("Ctrl-C cancels a call", function()
  local file = temporary_file(("package.path = %q\n"):format(package.path) .. ([[
    local function logger(_, line)
      print(line)
      io.stdout:flush()
    end
    local options = { access_token = "any", base_url = %q, logger = logger, log_level = "debug" }
    local client = require("data_connectors").client(options)
    print(pcall(client.list_page, client))
    print("continues")]]):format(slow_url), ".lua")
  local process, output = start("luajit " .. file .. " 2>&1")
  contains(output:read("*l"), "GET ") -- the first attempt begins
  local started = os.time()
  ffi.C.dc_test_kill(process, SIGINT)
  local text = output:read("*a")
  output:close()
  os.remove(file)
  contains(text, "interrupted!")
  contains(text, "continues")
  equal("cancelled before the server responds", os.time() - started < 25, true)
end)

local function usage()
  collectgarbage()
  collectgarbage()
  local listing = io.popen("ls /proc/" .. ffi.C.dc_test_getpid() .. "/fd | wc -l")
  local descriptors = tonumber(listing:read("*l"))
  listing:close()
  return tonumber(read("/proc/self/status"):match("VmRSS:%s*(%d+)")), descriptors
end

test("does not leak", function()
  local function list(count)
    local dc_client = client()
    for i = 1, count do
      dc_client:list_page({ per_page = 50 })
      for _ = 1, 10 do pcall(dc_client.list_page, dc_client, { per_page = 51 }) end
      if i % 20 == 0 then
        dc_client:list({ prefetch = i % 40 == 0 })() -- neither iterator nor client is closed
        client({ logger = print })
        local snapshot = dc_client:snapshot()
        snapshot:diff(dc.Snapshot.load(snapshot.json))
      end
    end
    dc_client:close()
  end
  list(500)
  local before, descriptors_before = usage()
  list(pages_to_list)
  local after, descriptors = usage()
  io.write(("# %d pages: %d kB before, %d kB after; %d descriptors before, %d after\n")
    :format(pages_to_list, before, after, descriptors_before, descriptors))
  equal("descriptors are closed", descriptors <= descriptors_before + 4, true)
  equal("grown by less than 4 MB", after - before < 4096, true)
end)

for _, process in ipairs(processes) do ffi.C.dc_test_kill(process, SIGTERM) end
for _, output in ipairs(outputs) do output:close() end
os.exit(failures == 0 and 0 or 1)
