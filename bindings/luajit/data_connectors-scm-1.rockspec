rockspec_format = "3.0"
package = "data_connectors"
version = "scm-1"
source = { url = "." } -- for `luarocks make` in this folder
description = {
  summary = "Lists the data connectors of an Intercom workspace, through libdata_connectors",
  license = "MIT OR Apache-2.0",
}
dependencies = { "lua == 5.1" } -- LuaJIT
build = { type = "builtin", modules = { data_connectors = "data_connectors.lua" } }
