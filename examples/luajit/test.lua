-- Tests data_connectors.lua: what the cases of tests/conformance don't. The library is DATA_CONNECTORS_LIBRARY's.
-- luajit test.lua SANDBOX [PAGES], with the path of data-connectors-sandbox, and how many pages to look for leaks with

local folder = arg[0]:match("^(.*/)") or "./"
package.path = folder .. "?.lua;" .. package.path

local ffi = require("ffi")
local cjson = require("cjson")
local dc = require("data_connectors")

ffi.cdef([[
int dc_test_kill(int, int) __asm__("kill");
int dc_test_getpid(void) __asm__("getpid");
int dc_test_poll(void *, unsigned long, int) __asm__("poll");
]])

local sandbox = arg[1] or error("usage: luajit test.lua SANDBOX [PAGES]", 0)
local pages_to_list = tonumber(arg[2] or "2000")
local TOKEN = "canary-4f1c9be2-token"
local SIGINT, SIGTERM = 2, 15

local failures = 0
local function test(name, body)
  local fine, problem = pcall(body)
  if not fine then failures = failures + 1 end
  io.write(fine and "ok " or "not ok ", name, fine and "" or ": " .. tostring(problem), "\n")
  io.stdout:flush()
end

local function same(what, got, expected)
  if got ~= expected then error(("%s is %s, and not %s"):format(what, tostring(got), tostring(expected)), 0) end
end

local function has(text, part)
  if not tostring(text):find(part, 1, true) then error(("%q has no %q"):format(tostring(text), part), 0) end
end

local function refused(part, status, ...)
  local fine, problem = pcall(...)
  same("success", fine, false)
  same("the error's kind", getmetatable(problem), dc.Error)
  has(problem, part)
  same("the status", problem.status_name, status)
  return problem
end

local function read(path)
  local file = assert(io.open(path, "rb"))
  local text = file:read("*a")
  file:close()
  return text
end

local function scratch(text, suffix)
  local name = os.tmpname()
  os.remove(name)
  name = name .. suffix
  local file = assert(io.open(name, "wb"))
  file:write(text)
  file:close()
  return name
end

-- Begins a program: its process, and what it prints.
local function start(command)
  local output = assert(io.popen("echo $$; exec " .. command, "r"))
  return tonumber(output:read("*l")), output
end

-- Runs Lua code in a process of its own, and gives all that it prints.
local function run(code, library)
  local file = scratch(("package.path = %q\n"):format(package.path) .. code, ".lua")
  local environment = library and ("env DATA_CONNECTORS_LIBRARY=%s "):format(library) or ""
  local _, output = start(environment .. "luajit " .. file .. " 2>&1")
  local text = output:read("*a")
  output:close()
  os.remove(file)
  return text
end

-- Their outputs are kept, too: the collector would close one, and wait for its process to end.
local processes, outputs = {}, {}
local function serve(options)
  local process, output = start(sandbox .. " " .. options .. " 2>/dev/null")
  processes[#processes + 1], outputs[#outputs + 1] = process, output
  return output:read("*l")
end

local base_url, slow_url = serve("--connectors 137"), serve("--latency-ms 30000")

local function client(settings)
  settings = settings or {}
  settings.token, settings.base_url = settings.token or TOKEN, settings.base_url or base_url
  return dc.client(settings)
end

test("its functions and numbers are the header's", function()
  local abi = cjson.decode(read(folder .. "../../abi/data_connectors.json"))
  local count = 0
  for line in dc.declarations:gmatch("[^\n]+") do
    local returns, name, parameters = line:match("^(.-) ?(%*?dc_[%w_]+)%((.*)%);$")
    if name:sub(1, 1) == "*" then returns, name = returns .. " *", name:sub(2) end
    local described = abi.functions[name] or error("the header has no " .. name, 0)
    same(name .. "'s result", returns, described.returns)
    same(name .. "'s parameters", parameters == "void" and "" or parameters, table.concat(described.parameters, ", "))
    count = count + 1
  end
  same("functions found", count > 30, true)
  for name, number in pairs(dc.constants) do
    same(name, number, abi.constants[name])
    same("dc." .. name, dc[name], number)
  end
  for name in pairs(abi.constants) do
    if name:find("^DC_ERR_") then same("dc has " .. name, dc[name] ~= nil, true) end
  end
  local refusal = tostring(select(2, pcall(dc.client, { none = 1 }))) .. ","
  for _, option in ipairs(abi.options) do
    has(refusal, " " .. (option.name == "access_token" and "token" or option.name) .. ",")
  end
end)

test("a library that is missing or wrong is told so", function()
  local code = "require('data_connectors')"
  local missing = run(code, "/no/such/libdata_connectors.so.1")
  has(missing, "/no/such/libdata_connectors.so.1 can't be loaded, which DATA_CONNECTORS_LIBRARY names")
  has(missing, "install libdata_connectors")
  local function built(source)
    local file = scratch(source, ".c")
    same("cc", os.execute(("cc -shared -fPIC -o %s.so %s"):format(file, file)), 0)
    local said = run(code, file .. ".so")
    os.remove(file)
    os.remove(file .. ".so")
    return said
  end
  has(built("int nothing;"), "is not libdata_connectors")
  has(built("int dc_abi_version(void) { return 2; }"), "has ABI version 2, and this file needs 1")
  has(built("int dc_abi_version(void) { return 1; }"), "it is older than this file")
end)

test("the token is nowhere", function()
  local seen = {}
  local function search(value, where)
    if type(value) == "string" and value:find(TOKEN, 1, true) then error("it is at " .. where, 0) end
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
  local mine = client({ proxy = "http://user:" .. TOKEN .. "@127.0.0.1:1", no_proxy = "*" })
  search(mine, "client")
  search(mine:list(), "walk")
  search(tostring(mine), "text")
  local failed = client({ base_url = "http://127.0.0.1:1", max_retries = 0 })
  search(select(2, pcall(failed.list_page, failed)), "error")
  search(select(2, pcall(dc.client, { token = TOKEN .. "\0" })), "refusal")
  search(select(2, pcall(dc.client, { token = "Bearer " .. TOKEN })), "refusal of the library's")
  search(select(2, pcall(dc.client, TOKEN)), "refusal of a text")
  local uncaught = run(([[
    local client = require("data_connectors").client{ token = %q, base_url = "http://127.0.0.1:1", max_retries = 0 }
    client:list_page()]]):format(TOKEN))
  has(uncaught, "connection refused")
  search(uncaught, "what an uncaught error prints")
end)

test("values that C would misread are refused", function()
  local mine = client()
  local bad = "DC_ERR_INVALID_ARGUMENT"
  refused("unknown option tokn: use token, region", bad, dc.client, { tokn = "a" })
  refused("unknown option 1: use", bad, dc.client, { "a" })
  refused("the options are a string: pass a table", bad, dc.client, "a")
  refused("missing access_token", bad, dc.client, {})
  refused("token is a number: pass UTF-8 text", bad, dc.client, { token = 5 })
  refused("NUL", bad, client, { base_url = "http://a\0b" })
  refused("UTF-8", bad, client, { proxy = "http://\255" })
  refused("wait_for_rate_limit is a number: pass true or false", bad, client, { wait_for_rate_limit = 1 })
  refused("4294967297: use 0 to 10", bad, client, { max_retries = 2 ^ 32 + 1 })
  refused("1.5: use a whole number", bad, client, { timeout_ms = 1.5 })
  refused("use a whole number", bad, client, { timeout_ms = 0 / 0 })
  refused("1 to 86400000", bad, client, { timeout_ms = math.huge })
  refused("1 to 86400000", bad, client, { timeout_ms = 2 ^ 60 })
  refused("region and base_url replace each other", bad, client, { region = "eu" })
  refused("ca_file and system_roots replace each other", bad, client, { ca_file = "/no/such", system_roots = true })
  refused("could not read", bad, client, { ca_file = "/no/such", system_roots = false })
  refused("unknown option prefetch: use per_page", bad, mine.list_page, mine, { prefetch = true })
  refused("cancel is a boolean: pass a function", bad, mine.list, mine, { cancel = true })
  refused("prefetch is a number", bad, mine.list, mine, { prefetch = 1 })
  refused("use 1 to 50", bad, mine.pages, mine, { per_page = -2 ^ 40 })
  mine:close()
end)

test("options are set by name", function()
  local bad = "DC_ERR_INVALID_ARGUMENT"
  local mine = client({ options = { timeout_ms = "5000", max_retries = "0" } })
  same("rows", #mine:list_page().connectors, 20)
  mine:close()
  refused("did you mean timeout_ms", bad, client, { options = { timeout_m = "1" } })
  refused("invalid timeout_ms 0", bad, client, { options = { timeout_ms = "0" } })
  refused("access_token is set twice", bad, client, { options = { access_token = "x" } })
  refused("replace each other", bad, client, { options = { region = "eu" } })
  refused("a value in options is a number", bad, client, { options = { timeout_ms = 1 } })
  refused("options is a string", bad, client, { options = "x" })
end)

test("a page says whether another is behind it", function()
  local mine, seen = client(), {}
  for page in mine:pages({ per_page = 50 }) do seen[#seen + 1] = tostring(page.has_next) end
  same("has_next", table.concat(seen, " "), ("true "):rep(#seen - 1) .. "false")
  mine:close()
end)

test("what is closed is refused, and may be closed again", function()
  local mine = client()
  local walk, left = mine:pages({ per_page = 50 }), mine:list({ per_page = 50 })
  walk()
  left()
  walk:close()
  walk:close()
  refused("the walk is closed", "DC_ERR_INVALID_ARGUMENT", walk)
  refused("the walk is closed", "DC_ERR_INVALID_ARGUMENT", walk.cursor, walk)
  mine:close()
  mine:close()
  has(mine, "closed")
  refused("the client is closed", "DC_ERR_INVALID_ARGUMENT", mine.list_page, mine)
  refused("the client is closed", "DC_ERR_INVALID_ARGUMENT", mine.list, mine)
  refused("the client is closed", "DC_ERR_INVALID_ARGUMENT", function() while left() do end end)
end)

test("within a call", function()
  local mine, walk, nested = client({ base_url = slow_url }), nil, {}
  local asked = 0
  local function cancel()
    asked = asked + 1
    if asked == 2 then
      nested[1], nested[2] = pcall(walk)
      nested[3] = walk:cursor()
      nested[4] = client():list_page().connectors[1].id
      walk:close()
      nested[5] = walk._pager.pointer ~= nil
    elseif asked > 2 then mine:close() end
  end
  walk = mine:pages({ cancel = cancel })
  refused("", "DC_ERR_CANCELLED", walk)
  same("a step within a step", nested[1], false)
  has(nested[2], "in use")
  same("a call within a call", type(nested[4]), "string")
  same("a walk closed within its step is kept", nested[5], true)
  same("and freed after it", walk._pager.pointer, nil)
  refused("closed", "DC_ERR_INVALID_ARGUMENT", walk)
  local other = client({ base_url = slow_url })
  local fine, problem = pcall(other.list_page, other, { cancel = function()
    asked = asked + 1
    if asked > 10 then error({ mine = true }) end
  end })
  same("success", fine, false)
  same("what cancel raised", problem.mine, true)
end)

test("a hook raises its error after the call, not through the library's frames", function()
  local mine, asked = client({ base_url = slow_url, timeout_ms = 200 }), 0
  debug.sethook(function()
    if asked < 3 then return end
    debug.sethook()
    error("the hook's")
  end, "c")
  local _, problem = pcall(mine.list_page, mine, { cancel = function() asked = asked + 1 end })
  has(problem, "the hook's")
  same("it was asked as long as the call waited", asked > 5, true)
end)

test("the cursor is that of the page to be given next, at any time", function()
  local url = serve("--connectors 3 --latency-ms 100")
  local asked, armed, seen = 0, false, nil
  local walk
  local function cancel()
    asked = asked + 1
    seen = walk:cursor()
    armed = asked > 2 or armed
  end
  walk = client({ base_url = url }):pages({ per_page = 1, cancel = cancel })
  local after = walk().next_cursor
  same("after the first page", walk:cursor(), after)
  asked, armed = 0, false
  debug.sethook(function()
    if not armed then return end
    debug.sethook()
    error("the hook's")
  end, "", 1)
  local _, problem = pcall(walk)
  debug.sethook()
  has(problem, "the hook's")
  same("within a step", seen, after)
  same("with a page that came, and was not given", walk:cursor(), after)
  local page = walk()
  same("the page is not lost", page.connectors[1].id ~= nil and page.next_cursor ~= after, true)
  same("after it was given", walk:cursor(), page.next_cursor)
  walk:close()
end)

test("Ctrl-C ends a call", function()
  local file = scratch(("package.path = %q\n"):format(package.path) .. ([[
    local client = require("data_connectors").client{ token = "any", base_url = %q }
    print("ready")
    io.stdout:flush()
    print(pcall(client.list_page, client))
    print("goes on")]]):format(slow_url), ".lua")
  local process, output = start("luajit " .. file .. " 2>&1")
  same("its first line", output:read("*l"), "ready")
  ffi.C.dc_test_poll(nil, 0, 300)
  local began = os.time()
  ffi.C.dc_test_kill(process, SIGINT)
  local text = output:read("*a")
  output:close()
  os.remove(file)
  has(text, "interrupted!")
  has(text, "goes on")
  same("it took less than ten seconds", os.time() - began < 10, true)
end)

local function usage()
  collectgarbage()
  collectgarbage()
  local listing = io.popen("ls /proc/" .. ffi.C.dc_test_getpid() .. "/fd | wc -l")
  local descriptors = tonumber(listing:read("*l"))
  listing:close()
  return tonumber(read("/proc/self/status"):match("VmRSS:%s*(%d+)")), descriptors
end

test("nothing leaks", function()
  -- Pages, errors, walks that are left, clients that nobody closes.
  local function some(count)
    local mine = client()
    for i = 1, count do
      mine:list_page({ per_page = 50 })
      for _ = 1, 10 do pcall(mine.list_page, mine, { per_page = 51 }) end
      if i % 20 == 0 then
        mine:list({ prefetch = i % 40 == 0 })()
        client()
      end
    end
    mine:close()
  end
  some(500)
  local before, descriptors_before = usage()
  some(pages_to_list)
  local after, descriptors = usage()
  io.write(("# %d pages: %d kB before, %d kB after; %d descriptors before, %d after\n")
    :format(pages_to_list, before, after, descriptors_before, descriptors))
  same("some more descriptors at most", descriptors <= descriptors_before + 4, true)
  same("grown by less than 4 MB", after - before < 4096, true)
end)

for _, process in ipairs(processes) do ffi.C.dc_test_kill(process, SIGTERM) end
for _, output in ipairs(outputs) do output:close() end
os.exit(failures == 0 and 0 or 1)
