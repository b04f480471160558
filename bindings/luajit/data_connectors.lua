-- Lists the data connectors of an Intercom workspace, through libdata_connectors and LuaJIT's ffi. See README.md.
-- License: MIT OR Apache-2.0.

local ffi = require("ffi")

-- Compiled code can't be called back, and compilation doesn't speed up calls that wait for the network.
jit.off(true, true)

local M = {}

-- The functions and constants of data_connectors.h that this file uses; the tests compare them with the header.
M.declarations = [[
int32_t dc_abi_version(void);
const char *dc_version(void);
const char *dc_status_name(dc_status);
const char *dc_error_message(const dc_error *);
int32_t dc_error_http_status(const dc_error *);
const char *dc_error_api_code(const dc_error *);
const char *dc_error_api_field(const dc_error *);
const char *dc_error_request_id(const dc_error *);
int64_t dc_error_retry_after_ms(const dc_error *);
void dc_error_rate_limit(const dc_error *, int64_t *, int64_t *, int64_t *);
int32_t dc_error_attempts(const dc_error *);
void dc_error_free(dc_error *);
dc_config *dc_config_new(void);
size_t dc_config_option_count(void);
const char *dc_config_option(size_t, int32_t);
dc_status dc_config_set_string(dc_config *, const char *, const char *, dc_error **);
dc_status dc_config_set_interrupt_check(dc_config *, dc_interrupt_callback, void *, dc_destroy_callback, dc_error **);
dc_status dc_config_set_logger(dc_config *, int32_t, dc_log_callback, void *, dc_destroy_callback, dc_error **);
void dc_config_free(dc_config *);
dc_status dc_client_new(const dc_config *, dc_client **, dc_error **);
void dc_client_shutdown(const dc_client *);
void dc_client_free(dc_client *);
dc_status dc_list_page(const dc_client *, int32_t, const char *, const dc_cancel_token *, dc_page **, dc_error **);
dc_status dc_pager_new(const dc_client *, int32_t, const char *, dc_pager **, dc_error **);
dc_status dc_pager_set_prefetch(dc_pager *, int32_t, dc_error **);
dc_status dc_pager_next(dc_pager *, const dc_cancel_token *, dc_page **, dc_error **);
void dc_pager_free(dc_pager *);
const char *dc_page_json(const dc_page *);
const char *dc_page_packed_rows(const dc_page *, int32_t, size_t *);
const char *dc_page_next_cursor(const dc_page *);
int32_t dc_page_has_next(const dc_page *);
const char *dc_page_request_id(const dc_page *);
void dc_page_rate_limit(const dc_page *, int64_t *, int64_t *, int64_t *);
void dc_page_free(dc_page *);
dc_status dc_snapshot_take(const dc_client *, const dc_snapshot *, int64_t, int32_t, int64_t,
  const dc_cancel_token *, dc_snapshot **, dc_error **);
dc_status dc_snapshot_load(const char *, size_t, dc_snapshot **, dc_error **);
const dc_page *dc_snapshot_page(const dc_snapshot *);
int32_t dc_snapshot_state(const dc_snapshot *);
const char *dc_snapshot_reason(const dc_snapshot *);
int64_t dc_snapshot_as_of_ms(const dc_snapshot *);
dc_status dc_snapshot_diff(const dc_snapshot *, const dc_snapshot *, dc_diff **, dc_error **);
const char *dc_diff_json(const dc_diff *, size_t *);
void dc_diff_free(dc_diff *);
void dc_snapshot_free(dc_snapshot *);
]]
M.constants = {
  DC_ABI_VERSION = 1, DC_OK = 0, DC_DONE = 1, DC_ERR_INVALID_ARGUMENT = -1, DC_ERR_CANCELLED = -13,
  DC_INFO_NAME = 0, DC_INFO_REPLACES = 6, DC_PACKED_SEPARATED = 2,
  DC_SNAPSHOT_INCOMPLETE = 0, DC_SNAPSHOT_COMPLETE = 1, DC_SNAPSHOT_REFRESHED = 2,
}
local C = M.constants
local LOG_LEVELS = { "error", "warn", "info", "debug", error = 1, warn = 2, info = 3, debug = 4 }

-- The system's functions are declared under other names, as another module may have declared them differently.
ffi.cdef([[
typedef int32_t dc_status;
typedef struct dc_error dc_error;
typedef struct dc_config dc_config;
typedef struct dc_client dc_client;
typedef struct dc_cancel_token dc_cancel_token;
typedef struct dc_page dc_page;
typedef struct dc_pager dc_pager;
typedef struct dc_snapshot dc_snapshot;
typedef struct dc_diff dc_diff;
typedef void (*dc_destroy_callback)(void *);
typedef int32_t (*dc_interrupt_callback)(void *);
typedef void (*dc_log_callback)(void *, int32_t, const char *);
]] .. M.declarations .. [[
int dc_lua_sigaddset(void *, int) __asm__("sigaddset");
int dc_lua_sigismember(const void *, int) __asm__("sigismember");
int dc_lua_sigpending(void *) __asm__("sigpending");
int dc_lua_sigmask(int, const void *, void *) __asm__("pthread_sigmask");
]])

-- Returns the name of the library's file on a system, as in ffi.os.
function M.file_name(system)
  if system == "Windows" then return "data_connectors.dll" end
  return (system == "OSX" and "libdata_connectors.%d.dylib" or "libdata_connectors.so.%d"):format(C.DC_ABI_VERSION)
end

-- Returns the library named by the variable, otherwise the one in the folder of this file, otherwise the system's; and
-- what to do if it can't be loaded.
local function find_library()
  local named = os.getenv("DATA_CONNECTORS_LIBRARY")
  if named and named ~= "" then
    -- A path without a slash would be searched for in the system's folders.
    return named:find("[/\\]") and named or "./" .. named,
      "check DATA_CONNECTORS_LIBRARY, and that the library is for this platform"
  end
  local name = M.file_name(ffi.os)
  local packaged = (debug.getinfo(1, "S").source:match("^@(.*[/\\])") or "./") .. name
  local file = io.open(packaged, "rb")
  if file then
    file:close()
    return packaged, "reinstall the package for this platform"
  end
  return name, "install libdata_connectors, or set DATA_CONNECTORS_LIBRARY to its absolute path"
end

local function load_library()
  local file, remedy = find_library()
  local function fail(...) error("data_connectors: " .. string.format(...), 0) end
  local loaded, lib = pcall(ffi.load, file)
  if not loaded then fail("could not load %s (%s): %s", file, lib, remedy) end
  local function has(name) return (pcall(function() return lib[name] end)) end
  if not has("dc_abi_version") then fail("%s is not libdata_connectors (it has no dc_abi_version)", file) end
  if lib.dc_abi_version() ~= C.DC_ABI_VERSION then
    fail("%s has ABI version %d, this package requires %d: install matching versions", file, lib.dc_abi_version(),
      C.DC_ABI_VERSION)
  end
  for name in M.declarations:gmatch("(dc_[%w_]+)%(") do
    if not has(name) then fail("%s has no %s (older than this package): install a newer version", file, name) end
  end
  return lib
end

local lib = load_library()

local function string_or_nil(pointer) return pointer ~= nil and ffi.string(pointer) or nil end

local function number_or_nil(number)
  number = tonumber(number)
  return number >= 0 and number or nil
end

local function add_rate_limit(result, read, native)
  local numbers = ffi.new("int64_t[3]")
  read(native, numbers, numbers + 1, numbers + 2)
  result.rate_limit, result.rate_limit_remaining = number_or_nil(numbers[0]), number_or_nil(numbers[1])
  result.rate_limit_reset = number_or_nil(numbers[2])
end

-- The error that a failure raises. Fields that the service didn't send are nil.
M.Error = {}
M.Error.__index = M.Error
function M.Error:__tostring()
  return self.message .. (self.request_id and " (request id " .. self.request_id .. ")" or "")
end

local function new_error(status, message)
  local name = ffi.string(lib.dc_status_name(status))
  return setmetatable({ status = status, status_name = name, message = message, attempts = 0 }, M.Error)
end

local function reject(...) error(new_error(C.DC_ERR_INVALID_ARGUMENT, string.format(...)), 0) end

-- Copies and frees a native error.
local function error_of(status, out_error)
  local native = ffi.gc(out_error[0], lib.dc_error_free)
  local result = new_error(status, string_or_nil(lib.dc_error_message(native)))
  local http_status = lib.dc_error_http_status(native)
  result.http_status = http_status ~= 0 and http_status or nil
  result.attempts = lib.dc_error_attempts(native)
  for _, name in ipairs({ "api_code", "api_field", "request_id" }) do
    result[name] = string_or_nil(lib["dc_error_" .. name](native))
  end
  result.retry_after_ms = number_or_nil(lib.dc_error_retry_after_ms(native))
  add_rate_limit(result, lib.dc_error_rate_limit, native)
  lib.dc_error_free(ffi.gc(native, nil))
  return result
end

-- Calls a function that sends no request, with out_error as its last argument.
local function call(native, ...)
  local count, arguments, out_error = select("#", ...), { ... }, ffi.new("dc_error *[1]")
  arguments[count + 1] = out_error
  local status = native(unpack(arguments, 1, count + 1))
  if status ~= C.DC_OK then error(error_of(status, out_error), 0) end
end

-- Rejects values that C can't represent; the library validates the rest. A string is not repeated: it may be a secret.
local function check(value, name, expected)
  if type(value) ~= expected then reject("invalid %s: expected a %s, got a %s", name, expected, type(value)) end
  if expected == "string" and value:find("\0", 1, true) then reject("invalid %s: contains a NUL character", name) end
  return value
end

local TYPES = {
  per_page = "number", starting_after = "string", cancel = "function", prefetch = "boolean", previous = "table",
  overlap_ms = "number", max_passes = "number", timeout_ms = "number",
}
local NUMBERS = {
  per_page = "1 to 50", overlap_ms = "0 to 3600000", max_passes = "1 to 1000", timeout_ms = "1 to 86400000",
}

-- `names` are the names of the arguments that the function has, for the message.
local function check_arguments(arguments, names)
  arguments = check(arguments == nil and {} or arguments, "arguments", "table")
  for name, value in pairs(arguments) do
    if not TYPES[name] or not names:find(name, 1, true) then
      reject("unknown argument %s: use %s", tostring(name), names)
    end
    check(value, name, TYPES[name])
    if NUMBERS[name] and (value ~= math.floor(value) or value < 0 or value >= 2 ^ 31) then
      reject("invalid %s %s: use %s", name, value, NUMBERS[name])
    end
  end
  return arguments
end

-- The call in progress: its `cancel` and `logger`, whether Ctrl-C may interrupt it, and the error that they raised.
local current

local HAS_SIGNALS = ffi.os ~= "Windows"
local SIGINT, BLOCK, SET = 2, ffi.os == "Linux" and 0 or 1, ffi.os == "Linux" and 2 or 3
local function signal_set() return ffi.new("char[128]") end -- empty; no platform has a larger sigset_t
local PENDING, INTERRUPT = signal_set(), signal_set()
if HAS_SIGNALS then ffi.C.dc_lua_sigaddset(INTERRUPT, SIGINT) end

local function is_cancelled()
  if current.interruptible and ffi.C.dc_lua_sigpending(PENDING) == 0
    and ffi.C.dc_lua_sigismember(PENDING, SIGINT) == 1 then return true end
  return current.cancel ~= nil and current.cancel()
end

-- An error must not unwind through the library: it is raised after the call.
local function guard(callback, ...)
  local ok, result = pcall(callback, ...)
  if not ok then current.raised = current.raised or { result } end
  return not ok or result
end

-- Shared by all clients, as a process can have few callbacks.
local INTERRUPT_CHECK = ffi.cast("dc_interrupt_callback", function() return guard(is_cancelled) and 1 or 0 end)
local LOG = ffi.cast("dc_log_callback", function(_, level, message)
  guard(current.logger, LOG_LEVELS[level], ffi.string(message))
end)

-- The columns of the packed rows, without the numbers of the state and the method. Later versions may add columns.
local COLUMNS = {
  "type", "id", "name", "description", "state", "http_method", "direct_fin_usage", "created_by_admin_id",
  "updated_by_admin_id", "created_at", "updated_at", "execution_results_url", "created_at_ms", "updated_at_ms",
  false, false, "json",
}

-- Unpacks the row from `start` to its separator at `stop`.
local function unpack_row(packed, start, stop)
  local connector = {}
  for i = 1, #COLUMNS do
    local name, position = COLUMNS[i], packed:find("\254", start, true)
    if not position or position > stop then position = stop end
    local value = name and packed:sub(start, position - 1)
    if name and value ~= "\253" then connector[name] = value end
    start = position + 1
  end
  if connector.direct_fin_usage then connector.direct_fin_usage = connector.direct_fin_usage == "true" end
  connector.created_at_ms, connector.updated_at_ms =
    tonumber(connector.created_at_ms), tonumber(connector.updated_at_ms)
  return connector
end

local function rows_of(native)
  local length, rows, start = ffi.new("size_t[1]"), {}, 1
  local address = lib.dc_page_packed_rows(native, C.DC_PACKED_SEPARATED, length)
  local packed = ffi.string(address, length[0])
  while start <= #packed do
    local stop = packed:find("\255", start, true) or #packed + 1
    rows[#rows + 1] = unpack_row(packed, start, stop)
    start = stop + 1
  end
  return rows
end

local function json_of(native) return ffi.string(lib.dc_page_json(native)) end

-- Copies and frees a native page.
local function page_of(out_page)
  local native = ffi.gc(out_page[0], lib.dc_page_free)
  local page = { connectors = rows_of(native), json = json_of(native) }
  page.next_cursor = string_or_nil(lib.dc_page_next_cursor(native))
  page.has_next = lib.dc_page_has_next(native) == 1
  page.request_id = string_or_nil(lib.dc_page_request_id(native))
  add_rate_limit(page, lib.dc_page_rate_limit, native)
  lib.dc_page_free(ffi.gc(native, nil))
  return page
end

-- Clients, iterators and snapshots own a native handle, which is freed when they are closed and no call uses it.
local function new_object(class, name, pointer, free, fields)
  fields._name, fields._handle, fields._free, fields._calls = name, ffi.gc(pointer, free), free, 0
  return setmetatable(fields, class)
end

local function close(object)
  object._closed = true
  if object._calls == 0 and object._handle then
    object._free(ffi.gc(object._handle, nil))
    object._handle = nil
  end
end

local function add_calls(object, number)
  object._calls = object._calls + number
  if object._closed then close(object) end
end

local function check_open(object)
  if not (type(object) == "table" and object._name) then reject("call methods with a colon: client:list_page()") end
  if object._closed then reject("the %s is closed", object._name) end
end

local function to_string(object) return "data_connectors " .. object._name .. (object._closed and " (closed)" or "") end

-- Makes a call that returns a page or a snapshot, or nil after the last page: `out` is the native function's parameter
-- for it, and `result_of` converts it. SIGINT and hooks could raise an error in a callback, so during the call SIGINT is
-- blocked (a pending one cancels the call, then `luajit` raises its error), and the program's hook is removed.
local function fetch(object, cancel, out, result_of, native)
  if cancel and cancel() then error(new_error(C.DC_ERR_CANCELLED, "request cancelled by its cancel function"), 0) end
  check_open(object)
  local out_error, mask, outer = ffi.new("dc_error *[1]"), signal_set(), current
  local this, hook, hook_mask, hook_count = { cancel = cancel, logger = object._logger }, debug.gethook()
  if type(hook) == "function" then debug.sethook() end
  if HAS_SIGNALS then
    ffi.C.dc_lua_sigmask(BLOCK, INTERRUPT, mask)
    this.interruptible = ffi.C.dc_lua_sigismember(mask, SIGINT) == 0
  end
  current = this
  add_calls(object, 1)
  local ok, result = pcall(function()
    local status = native(object._handle, out_error)
    if status == C.DC_OK then return result_of(out) end
    if status ~= C.DC_DONE then error(error_of(status, out_error), 0) end
  end)
  current = outer
  add_calls(object, -1)
  -- If the next three lines raise an error, the result is kept for the next call.
  object._received = ok and result or nil
  if HAS_SIGNALS then ffi.C.dc_lua_sigmask(SET, mask, nil) end
  if type(hook) == "function" then debug.sethook(hook, hook_mask, hook_count) end
  if this.raised then error(this.raised[1], 0) end
  object._received = nil
  if not ok then error(result, 0) end
  return result
end

-- Calling an iterator returns the next page or connector, nil after the last one. After an error the next call requests
-- the same page again. `cursor` is the cursor of the page that is returned next.
local function next_page(iterator)
  if iterator._done then return nil end
  check_open(iterator._client)
  check_open(iterator)
  local out = ffi.new("dc_page *[1]")
  local page = iterator._received or fetch(iterator, iterator._cancel, out, page_of, function(pager, out_error)
    return lib.dc_pager_next(pager, nil, out, out_error)
  end)
  iterator._received, iterator._done, iterator.cursor = nil, not page, page and page.next_cursor
  if not page then close(iterator) end
  return page
end

local function next_connector(iterator)
  while iterator._closed or not iterator._rows or iterator._position == #iterator._rows do
    local page = next_page(iterator)
    if not page then return nil end
    iterator._rows, iterator._position = page.connectors, 0
  end
  iterator._position = iterator._position + 1
  return iterator._rows[iterator._position]
end

local METHODS = { close = close }
local PAGES = { __index = METHODS, __call = next_page, __tostring = to_string }
local CONNECTORS = { __index = METHODS, __call = next_connector, __tostring = to_string }

local function iterate(class, client, arguments)
  arguments = check_arguments(arguments, "per_page, starting_after, cancel or prefetch")
  check_open(client)
  local out, after = ffi.new("dc_pager *[1]"), arguments.starting_after
  call(lib.dc_pager_new, client._handle, arguments.per_page or 0, after, out)
  local iterator = new_object(class, "iterator", out[0], lib.dc_pager_free,
    { _client = client, _logger = client._logger, _cancel = arguments.cancel, cursor = after })
  if arguments.prefetch then call(lib.dc_pager_set_prefetch, iterator._handle, 1) end
  return iterator
end

-- All connectors of a workspace. `connectors` is created on first use, and kept; `json` is read on each use.
local Snapshot = { __tostring = to_string, close = close }
M.Snapshot = Snapshot

local STATES = {
  [C.DC_SNAPSHOT_INCOMPLETE] = "incomplete", [C.DC_SNAPSHOT_COMPLETE] = "complete",
  [C.DC_SNAPSHOT_REFRESHED] = "refreshed",
}

local function snapshot_of(out)
  local native = out[0]
  local snapshot = new_object(Snapshot, "snapshot", native, lib.dc_snapshot_free, {})
  snapshot.state = STATES[lib.dc_snapshot_state(native)] or "unknown" -- a later library may have more states
  snapshot.is_complete = snapshot.state == "complete"
  snapshot.reason = string_or_nil(lib.dc_snapshot_reason(native))
  snapshot.as_of_ms = number_or_nil(lib.dc_snapshot_as_of_ms(native))
  return snapshot
end

function Snapshot:__index(name)
  local read = name == "connectors" and rows_of or name == "json" and json_of
  if not read then return Snapshot[name] end
  check_open(self)
  local value = read(lib.dc_snapshot_page(self._handle))
  if name == "connectors" then self.connectors = value end
  return value
end

local function check_snapshot(value, name)
  if getmetatable(value) ~= Snapshot then reject("invalid %s: use a snapshot", name) end
  check_open(value)
end

-- Loads a snapshot from the `json` of an earlier one.
function Snapshot.load(json)
  check(json, "json", "string")
  local out = ffi.new("dc_snapshot *[1]")
  call(lib.dc_snapshot_load, json, #json, out)
  return snapshot_of(out)
end

-- Returns what changed since an older snapshot of the workspace, as JSON: see README.md.
function Snapshot:diff(older)
  check_open(self)
  check_snapshot(older, "older")
  local out = ffi.new("dc_diff *[1]")
  call(lib.dc_snapshot_diff, self._handle, older._handle, out)
  local native = ffi.gc(out[0], lib.dc_diff_free)
  local json = ffi.string(lib.dc_diff_json(native, nil))
  lib.dc_diff_free(ffi.gc(native, nil))
  return json
end

local Client = { __tostring = to_string }
Client.__index = Client

-- Lists one page. Arguments: per_page, starting_after, cancel.
function Client:list_page(arguments)
  arguments = check_arguments(arguments, "per_page, starting_after or cancel")
  check_open(self)
  local out = ffi.new("dc_page *[1]")
  return fetch(self, arguments.cancel, out, page_of, function(client, out_error)
    return lib.dc_list_page(client, arguments.per_page or 0, arguments.starting_after, nil, out, out_error)
  end)
end

-- Iterates over pages. Arguments: per_page, starting_after, cancel, prefetch.
function Client:pages(arguments) return iterate(PAGES, self, arguments) end

-- Iterates over the connectors of all pages, with the same arguments.
function Client:list(arguments) return iterate(CONNECTORS, self, arguments) end

-- Takes a snapshot of all connectors. Arguments: previous, overlap_ms, max_passes, timeout_ms, cancel.
function Client:snapshot(arguments)
  arguments = check_arguments(arguments, "previous, overlap_ms, max_passes, timeout_ms or cancel")
  check_open(self)
  local previous, out = arguments.previous, ffi.new("dc_snapshot *[1]")
  return fetch(self, arguments.cancel, out, snapshot_of, function(client, out_error)
    if previous then
      check_snapshot(previous, "previous")
      add_calls(previous, 1)
    end
    local status = lib.dc_snapshot_take(client, previous and previous._handle, arguments.overlap_ms or -1,
      arguments.max_passes or -1, arguments.timeout_ms or -1, nil, out, out_error)
    if previous then add_calls(previous, -1) end
    return status
  end)
end

-- Cancels the call in progress, if called by its `cancel` or logger, and rejects new ones.
function Client:shutdown()
  check_open(self)
  lib.dc_client_shutdown(self._handle)
end

-- Rejects new calls. The call in progress finishes; then the client is freed.
Client.close = close

-- In C the last one set replaces the other, but a table has no order.
local function reject_replaced_pairs(options)
  local function is_set(name) return options[name] and options[name] ~= "false" and options[name] ~= "0" end
  for i = 0, tonumber(lib.dc_config_option_count()) - 1 do
    local name = ffi.string(lib.dc_config_option(i, C.DC_INFO_NAME))
    local other = string_or_nil(lib.dc_config_option(i, C.DC_INFO_REPLACES))
    if other and is_set(name) and is_set(other) then
      reject("%s and %s replace each other: pass one of them", name, other)
    end
  end
end

-- Creates a client. Options: those of the library by name; logger, a function, and log_level, one of LOG_LEVELS.
function M.client(options)
  local values = {}
  for name, value in pairs(check(options, "options", "table")) do
    if type(value) == "number" or type(value) == "boolean" then value = tostring(value) end
    values[check(name, "option name", "string")] = value
  end
  local logger, level = values.logger, values.log_level or "info"
  values.logger, values.log_level = nil, nil
  reject_replaced_pairs(values)
  local config, out = ffi.gc(lib.dc_config_new(), lib.dc_config_free), ffi.new("dc_client *[1]")
  for name, value in pairs(values) do call(lib.dc_config_set_string, config, name, check(value, name, "string")) end
  call(lib.dc_config_set_interrupt_check, config, INTERRUPT_CHECK, nil, nil)
  if logger ~= nil then
    check(logger, "logger", "function")
    if type(level) ~= "string" or not LOG_LEVELS[level] then
      reject("invalid log_level %s: use error, warn, info or debug", tostring(level))
    end
    call(lib.dc_config_set_logger, config, LOG_LEVELS[level], LOG, nil, nil)
  end
  call(lib.dc_client_new, config, out)
  lib.dc_config_free(ffi.gc(config, nil))
  return new_object(Client, "client", out[0], lib.dc_client_free, { _logger = logger })
end

-- dc.DC_ERR_TIMEOUT and the other statuses.
for status = C.DC_DONE, -99, -1 do
  local name = ffi.string(lib.dc_status_name(status))
  if name ~= "DC_UNKNOWN" then M[name] = status end
end

-- The version of the loaded library.
M.version = ffi.string(lib.dc_version())

return M
