-- Lists the data connectors of an Intercom workspace, through libdata_connectors and LuaJIT's ffi. README.md shows how.
--
-- Errors are raised, as tables with a text (tostring) and fields; absent fields are nil. Calls block. While one waits,
-- Ctrl-C and its `cancel` function are looked at every 15 ms. Native handles are freed by close, at the latest by the
-- collector; all that a call gives is copied out of the library, and so is plain tables, strings and numbers of Lua.

local ffi = require("ffi")

-- A callback can't be run out of compiled code, and what waits for a network gains nothing from being compiled.
jit.off(true, true)

local M = {}

-- The functions of the library that are used here, as in data_connectors.h; the tests compare the two.
M.declarations = [[
int32_t dc_abi_version(void);
const char *dc_version(void);
const char *dc_status_name(dc_status);
const char *dc_status_message(dc_status);
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
dc_status dc_config_set_string(dc_config *, const char *, const char *, dc_error **);
dc_status dc_config_set_interrupt_check(dc_config *, dc_interrupt_callback, void *, dc_destroy_callback, dc_error **);
void dc_config_free(dc_config *);
dc_status dc_client_new(const dc_config *, dc_client **, dc_error **);
void dc_client_shutdown(const dc_client *);
void dc_client_free(dc_client *);
const char *dc_page_json(const dc_page *);
size_t dc_page_json_len(const dc_page *);
const char *dc_page_next_cursor(const dc_page *);
int32_t dc_page_has_next(const dc_page *);
const char *dc_page_request_id(const dc_page *);
void dc_page_rate_limit(const dc_page *, int64_t *, int64_t *, int64_t *);
void dc_page_free(dc_page *);
const char *dc_page_packed_rows(const dc_page *, int32_t, size_t *);
dc_status dc_list_page(const dc_client *, int32_t, const char *, const dc_cancel_token *, dc_page **, dc_error **);
dc_status dc_pager_new(const dc_client *, int32_t, const char *, dc_pager **, dc_error **);
dc_status dc_pager_set_prefetch(dc_pager *, int32_t, dc_error **);
dc_status dc_pager_next(dc_pager *, const dc_cancel_token *, dc_page **, dc_error **);
void dc_pager_free(dc_pager *);
]]

-- Its numbers, by the names they have in the header: dc.DC_ERR_TIMEOUT, dc.DC_STATE_LIVE.
M.constants = {
  DC_ABI_VERSION = 1,
  DC_OK = 0, DC_DONE = 1,
  DC_PACKED_SEPARATED = 2,
  DC_ERR_INVALID_ARGUMENT = -1, DC_ERR_CONNECTION = -2, DC_ERR_TIMEOUT = -3, DC_ERR_TLS = -4,
  DC_ERR_UNAUTHORIZED = -5, DC_ERR_FORBIDDEN = -6, DC_ERR_RATE_LIMITED = -7, DC_ERR_BAD_REQUEST = -8,
  DC_ERR_SERVER = -9, DC_ERR_PROTOCOL = -10, DC_ERR_TOO_LARGE = -11, DC_ERR_PANIC = -12, DC_ERR_CANCELLED = -13,
  DC_ERR_SYSTEM = -14, DC_ERR_PROXY = -15,
  DC_STATE_UNKNOWN = 0, DC_STATE_DRAFT = 1, DC_STATE_LIVE = 2,
  DC_HTTP_METHOD_UNKNOWN = 0, DC_HTTP_METHOD_GET = 1, DC_HTTP_METHOD_POST = 2, DC_HTTP_METHOD_PUT = 3,
  DC_HTTP_METHOD_DELETE = 4, DC_HTTP_METHOD_PATCH = 5,
}
for name, number in pairs(M.constants) do M[name] = number end

-- The last ones are the system's, under names of our own, as another module may have declared theirs otherwise. A
-- signal set is 128 bytes or less everywhere.
ffi.cdef([[
typedef int32_t dc_status;
typedef struct dc_error dc_error;
typedef struct dc_config dc_config;
typedef struct dc_client dc_client;
typedef struct dc_cancel_token dc_cancel_token;
typedef struct dc_page dc_page;
typedef struct dc_pager dc_pager;
typedef void (*dc_destroy_callback)(void *);
typedef int32_t (*dc_interrupt_callback)(void *);
]] .. M.declarations .. [[
int dc_lua_sigemptyset(void *) __asm__("sigemptyset");
int dc_lua_sigaddset(void *, int) __asm__("sigaddset");
int dc_lua_sigismember(const void *, int) __asm__("sigismember");
int dc_lua_sigpending(void *) __asm__("sigpending");
int dc_lua_sigmask(int, const void *, void *) __asm__("pthread_sigmask");
]])

-- Loads the library that DATA_CONNECTORS_LIBRARY names, else the system's, and sees that it is the right one.
local function load()
  local named = os.getenv("DATA_CONNECTORS_LIBRARY")
  if named == "" then named = nil end
  local file = named or (ffi.os == "OSX" and "libdata_connectors.1.dylib" or "libdata_connectors.so.1")
  -- Without a slash it would be looked for where libraries are.
  local found, lib = pcall(ffi.load, (named and not named:find("/")) and "./" .. named or file)
  if not found then
    error(("data_connectors: %s can't be loaded%s (%s): install libdata_connectors, or let DATA_CONNECTORS_LIBRARY "
      .. "name its file"):format(file, named and ", which DATA_CONNECTORS_LIBRARY names" or "", lib), 0)
  end
  local function has(name) return (pcall(function() return lib[name] end)) end
  if not has("dc_abi_version") then error("data_connectors: " .. file .. " is not libdata_connectors", 0) end
  if lib.dc_abi_version() ~= M.DC_ABI_VERSION then
    error(("data_connectors: %s has ABI version %d, and this file needs %d: install the two in matching versions")
      :format(file, lib.dc_abi_version(), M.DC_ABI_VERSION), 0)
  end
  for name in M.declarations:gmatch("(dc_[%w_]+)%(") do
    if not has(name) then
      error(("data_connectors: %s has no %s: it is older than this file, install a newer one"):format(file, name), 0)
    end
  end
  return lib
end

local lib = load()

local function text_or_nil(pointer) return pointer ~= nil and ffi.string(pointer) or nil end

local function number_or_nil(number)
  number = tonumber(number)
  return number >= 0 and number or nil
end

-- Sets the three fields of the rate limit from one of the library's functions.
local function add_rate_limit(result, read, native)
  local numbers = ffi.new("int64_t[3]")
  read(native, numbers, numbers + 1, numbers + 2)
  result.rate_limit, result.rate_limit_remaining = number_or_nil(numbers[0]), number_or_nil(numbers[1])
  result.rate_limit_reset = number_or_nil(numbers[2])
end

-- What is raised: tostring gives `message`. `status` is one of DC_ERR_…, `status_name` its name; the others as below.
M.Error = {}
M.Error.__index = M.Error
function M.Error:__tostring() return self.message end

local function new_error(status, message)
  local name = ffi.string(lib.dc_status_name(status))
  return setmetatable({ status = status, status_name = name, message = message, attempts = 0 }, M.Error)
end

-- An argument is refused before anything is sent. A text isn't repeated: it may be the token.
local function refuse(...) error(new_error(M.DC_ERR_INVALID_ARGUMENT, string.format(...)), 0) end

-- Makes an error of a status and the native error, which it frees.
local function failure(status, out_error)
  local native = ffi.gc(out_error[0], lib.dc_error_free)
  local result = new_error(status, text_or_nil(lib.dc_error_message(native)))
  local http_status = lib.dc_error_http_status(native)
  result.http_status = http_status ~= 0 and http_status or nil
  result.attempts = lib.dc_error_attempts(native)
  for _, name in ipairs({ "api_code", "api_field", "request_id" }) do
    result[name] = text_or_nil(lib["dc_error_" .. name](native))
  end
  result.retry_after_ms = number_or_nil(lib.dc_error_retry_after_ms(native))
  add_rate_limit(result, lib.dc_error_rate_limit, native)
  lib.dc_error_free(ffi.gc(native, nil))
  return result
end

-- A native call that doesn't wait; its last argument, out_error, is added here.
local function call(native, ...)
  local count, arguments, out_error = select("#", ...), { ... }, ffi.new("dc_error *[1]")
  arguments[count + 1] = out_error
  local status = native(unpack(arguments, 1, count + 1))
  if status ~= M.DC_OK then error(failure(status, out_error), 0) end
end

-- What a value has to be before C could misread it; whether it is right is for the library to say.
local check = {}

function check.text(value, name)
  if type(value) ~= "string" then refuse("%s is a %s: pass UTF-8 text", name, type(value)) end
  if value:find("\0", 1, true) then refuse("%s has a NUL byte in it: pass UTF-8 text without", name) end
  return value
end

function check.flag(value, name)
  if type(value) ~= "boolean" then refuse("%s is a %s: pass true or false", name, type(value)) end
  return value and 1 or 0
end

local function check_integer(value, name)
  if type(value) ~= "number" then refuse("%s is a %s: pass a whole number", name, type(value)) end
  if value ~= math.floor(value) then refuse("%s is %s: use a whole number", name, value) end
  return value
end

function check.per_page(value, name)
  if math.abs(check_integer(value, name)) >= 2 ^ 31 then
    refuse("invalid %s %.0f: use 1 to 50, or 0 for the default", name, value)
  end
  return value
end

-- Options of a client become strings, which the library parses. false is the default of each flag, and is left out.
function check.flag_text(value, name) return check.flag(value, name) == 1 and "true" or nil end
function check.integer_text(value, name) return ("%.0f"):format(check_integer(value, name)) end

function check.options(value)
  if type(value) ~= "table" then refuse("options is a %s: pass a table", type(value)) end
  for name, text in pairs(value) do
    check.text(name, "a name in options")
    check.text(text, "a value in options")
  end
  return value
end

check["function"] = function(value, name)
  if type(value) ~= "function" then refuse("%s is a %s: pass a function", name, type(value)) end
  return value
end

-- Returns a checked copy of `options`; `known` lists the name of each and how it is checked.
local function checked(options, known)
  if options == nil then options = {} end
  if type(options) ~= "table" then refuse("the options are a %s: pass a table", type(options)) end
  local result, names = {}, {}
  for i, option in ipairs(known) do
    local name, kind = unpack(option)
    names[i], names[name] = name, true
    if options[name] ~= nil then result[name] = check[kind](options[name], name) end
  end
  for name in pairs(options) do
    if type(name) ~= "string" or not names[name] then
      refuse("unknown option %s: use %s", tostring(name), table.concat(names, ", "))
    end
  end
  return result
end

local SETTINGS = {
  { "token", "text" }, { "region", "text" }, { "base_url", "text" }, { "allow_insecure_http", "flag_text" },
  { "api_version", "text" }, { "user_agent_suffix", "text" }, { "timeout_ms", "integer_text" },
  { "connect_timeout_ms", "integer_text" }, { "max_retries", "integer_text" },
  { "max_response_bytes", "integer_text" }, { "proxy", "text" }, { "no_proxy", "text" },
  { "wait_for_rate_limit", "flag_text" }, { "system_roots", "flag_text" }, { "ca_file", "text" },
  { "options", "options" },
}
local PAGE_OPTIONS = { { "per_page", "per_page" }, { "starting_after", "text" }, { "cancel", "function" } }
local WALK_OPTIONS = { PAGE_OPTIONS[1], PAGE_OPTIONS[2], PAGE_OPTIONS[3], { "prefetch", "flag" } }

-- The call under way: `cancel`, `interruptible`, and what `cancel` raised.
local current

local SIGINT, BLOCK, SET = 2, ffi.os == "Linux" and 0 or 1, ffi.os == "Linux" and 2 or 3
local function signals() return ffi.new("char[128]") end
local PENDING, INTERRUPT = signals(), signals()
ffi.C.dc_lua_sigemptyset(INTERRUPT)
ffi.C.dc_lua_sigaddset(INTERRUPT, SIGINT)

local function ended()
  if current.interruptible and ffi.C.dc_lua_sigpending(PENDING) == 0
    and ffi.C.dc_lua_sigismember(PENDING, SIGINT) == 1 then return true end
  return current.cancel ~= nil and current.cancel()
end

-- One for all clients, as callbacks are few. Nothing may be raised out of it, through the frames of the library.
local INTERRUPT_CHECK = ffi.cast("dc_interrupt_callback", function()
  local fine, stop = pcall(ended)
  if not fine then current.raised = { stop } end
  return (not fine or stop) and 1 or 0
end)

-- The columns of the library's packed rows. A later version of the library may add columns at the end.
local COLUMNS = {
  "type", "id", "name", "description", "state", "http_method", "direct_fin_usage", "created_by_admin_id",
  "updated_by_admin_id", "created_at", "updated_at", "execution_results_url", "created_at_ms", "updated_at_ms",
  "state_code", "http_method_code", "json",
}

local function split(text, separator)
  local parts, from = {}, 1
  while true do
    local at = text:find(separator, from, true)
    parts[#parts + 1] = text:sub(from, at and at - 1)
    if not at then return parts end
    from = at + 1
  end
end

local function connectors_of(native)
  local length = ffi.new("size_t[1]")
  local packed = lib.dc_page_packed_rows(native, M.DC_PACKED_SEPARATED, length)
  if length[0] == 0 then return {} end
  local rows = split(ffi.string(packed, length[0]), "\255")
  for i, row in ipairs(rows) do
    local columns, connector = split(row, "\254"), {}
    for j, name in ipairs(COLUMNS) do
      if columns[j] ~= "\253" then connector[name] = columns[j] end
    end
    if connector.direct_fin_usage then connector.direct_fin_usage = connector.direct_fin_usage == "true" end
    for _, name in ipairs({ "state_code", "http_method_code", "created_at_ms", "updated_at_ms" }) do
      connector[name] = tonumber(connector[name])
    end
    rows[i] = connector
  end
  return rows
end

-- Copies a native page, and frees it.
local function page_of(out_page)
  local native = ffi.gc(out_page[0], lib.dc_page_free)
  local page = { connectors = connectors_of(native) }
  page.json = ffi.string(lib.dc_page_json(native), lib.dc_page_json_len(native))
  page.next_cursor = text_or_nil(lib.dc_page_next_cursor(native))
  page.has_next = lib.dc_page_has_next(native) == 1
  page.request_id = text_or_nil(lib.dc_page_request_id(native))
  add_rate_limit(page, lib.dc_page_rate_limit, native)
  lib.dc_page_free(ffi.gc(native, nil))
  return page
end

-- A native handle, which `close` frees: at once, or when the call that uses it has returned.
local function handle(name, pointer, free)
  return { name = name, pointer = ffi.gc(pointer, free), free = free, uses = 0, closed = false }
end

local function free_unless_used(owned)
  if owned.closed and owned.uses == 0 and owned.pointer then
    owned.free(ffi.gc(owned.pointer, nil))
    owned.pointer = nil
  end
end

local function refuse_if_closed(owned)
  if owned.closed then refuse("the %s is closed", owned.name) end
end

-- A native call that waits for a page: gives it, or nil at the end of a walk. Two things could raise an error in the
-- callback itself, and are held back meanwhile: the signal of Ctrl-C, of which `luajit` makes an error in whatever Lua
-- code runs next (it ends the call first), and a hook of the program's, such as those that limit a script's steps.
local function fetch(owned, cancel, native)
  if cancel and cancel() then
    error(new_error(M.DC_ERR_CANCELLED, ffi.string(lib.dc_status_message(M.DC_ERR_CANCELLED))), 0)
  end
  refuse_if_closed(owned)
  local out_page, out_error, before, outer = ffi.new("dc_page *[1]"), ffi.new("dc_error *[1]"), signals(), current
  local this, hook, mask, count = { cancel = cancel }, debug.gethook()
  if type(hook) == "function" then debug.sethook() end
  ffi.C.dc_lua_sigmask(BLOCK, INTERRUPT, before)
  this.interruptible = ffi.C.dc_lua_sigismember(before, SIGINT) == 0
  current, owned.uses = this, owned.uses + 1
  local fine, result = pcall(function()
    local status = native(owned.pointer, out_page, out_error)
    if status == M.DC_OK then return page_of(out_page) end
    if status ~= M.DC_DONE then error(failure(status, out_error), 0) end
  end)
  current, owned.uses = outer, owned.uses - 1
  free_unless_used(owned)
  -- What is raised here, by the signal or by `cancel`, leaves a page that has come to the walk's next step.
  owned.page = fine and result or nil
  ffi.C.dc_lua_sigmask(SET, before, nil)
  if type(hook) == "function" then debug.sethook(hook, mask, count) end
  if this.raised then error(this.raised[1], 0) end
  owned.page = nil
  if not fine then error(result, 0) end
  return result
end

-- A walk is called for what comes next, nil at the end; so `for page in client:pages() do`. After an error it stands
-- where it was: the next call asks again.
local Walk = {}

local function next_page(walk)
  if walk._done then return nil end
  refuse_if_closed(walk._client)
  refuse_if_closed(walk._pager)
  local page = walk._pager.page or fetch(walk._pager, walk._cancel, function(pager, out_page, out_error)
    return lib.dc_pager_next(pager, nil, out_page, out_error)
  end)
  walk._pager.page = nil
  walk._cursor = page and page.next_cursor
  if not page then
    walk._done = true
    walk:close()
  end
  return page
end

local function next_connector(walk)
  while not walk._rows or walk._given >= #walk._rows do
    local page = next_page(walk)
    if not page then return nil end
    walk._rows, walk._given = page.connectors, 0
  end
  walk._given = walk._given + 1
  return walk._rows[walk._given]
end

local function text_of_walk() return "a walk over data connectors" end
local PAGES = { __index = Walk, __call = next_page, __tostring = text_of_walk }
local CONNECTORS = { __index = Walk, __call = next_connector, __tostring = text_of_walk }

-- The cursor of the page that is given next, to go on another time, also within a step; nil before the first (unless
-- the walk began with one) and after the last.
function Walk:cursor()
  if not self._done then refuse_if_closed(self._pager) end
  return self._cursor
end

-- Frees the walk now, not at a later collection. Twice is fine.
function Walk:close()
  self._pager.closed, self._rows = true, nil
  free_unless_used(self._pager)
end

local Client = {}
Client.__index = Client
function Client:__tostring() return self._client.closed and "a closed data_connectors client" or
  "a data_connectors client" end

-- Lists one page. Options: per_page (1 to 50), starting_after (a page's next_cursor), and cancel: a function that is
-- asked before the call, and every 15 ms while it waits; if it gives true, the call ends with DC_ERR_CANCELLED.
function Client:list_page(options)
  options = checked(options, PAGE_OPTIONS)
  refuse_if_closed(self._client)
  return fetch(self._client, options.cancel, function(client, out_page, out_error)
    return lib.dc_list_page(client, options.per_page or 0, options.starting_after, nil, out_page, out_error)
  end)
end

local function walk(client, options, kind)
  options = checked(options, WALK_OPTIONS)
  refuse_if_closed(client._client)
  local out = ffi.new("dc_pager *[1]")
  call(lib.dc_pager_new, client._client.pointer, options.per_page or 0, options.starting_after, out)
  local pager = handle("walk", out[0], lib.dc_pager_free)
  if options.prefetch then call(lib.dc_pager_set_prefetch, pager.pointer, options.prefetch) end
  local fields = { _client = client._client, _pager = pager, _cancel = options.cancel, _cursor = options.starting_after }
  return setmetatable(fields, kind)
end

-- A walk over pages. Options: those of list_page, and prefetch (true: the next page is fetched while you work on this).
function Client:pages(options) return walk(self, options, PAGES) end

-- A walk over the connectors of all pages.
function Client:list(options) return walk(self, options, CONNECTORS) end

-- Ends a call under way (one whose `cancel` calls this), frees the client, and refuses later calls. Twice is fine.
function Client:close()
  lib.dc_client_shutdown(self._client.pointer)
  self._client.closed = true
  free_unless_used(self._client)
end

-- Creates a client. Settings: the options of the C library, of which `token` is required and not kept here; and
-- `options`, a table that sets further options of the library by name, each to a string.
function M.client(settings)
  local values = checked(settings, SETTINGS)
  local options = values.options or {}
  values.access_token, values.token, values.options = values.token, nil, nil
  for name, value in pairs(options) do
    if values[name] then refuse("option %s is set twice: pass it once", name) end
    values[name] = value
  end
  for one, other in pairs({ region = "base_url", ca_file = "system_roots" }) do
    if values[one] and values[other] then refuse("%s and %s replace each other: pass one of them", one, other) end
  end
  local config, out = ffi.gc(lib.dc_config_new(), lib.dc_config_free), ffi.new("dc_client *[1]")
  local fine, problem = pcall(function()
    for name, value in pairs(values) do call(lib.dc_config_set_string, config, name, value) end
    call(lib.dc_config_set_interrupt_check, config, INTERRUPT_CHECK, nil, nil)
    call(lib.dc_client_new, config, out)
  end)
  lib.dc_config_free(ffi.gc(config, nil))
  if not fine then error(problem, 0) end
  return setmetatable({ _client = handle("client", out[0], lib.dc_client_free) }, Client)
end

-- The version of the loaded library.
M.version = ffi.string(lib.dc_version())

return M
