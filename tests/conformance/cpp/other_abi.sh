# The C++ wrapper rejects a library of another ABI version, before it calls another function.
# Arguments: a folder to build in, abi/data_connectors.json.
set -eu
folder=$1/other_abi
mkdir -p "$folder"
# A library with all symbols, without which no program starts, and no implementation.
sed -n '/dc_abi_version/d; s/^ *"\(dc_[a-z_]*\)": {.*/void \1(void) { __builtin_trap(); }/p' "$2" >"$folder/other.c"
echo 'int dc_abi_version(void) { return 7; }' >>"$folder/other.c"
echo 'DATA_CONNECTORS_0.1 { dc_*; };' >"$folder/other.map"
cc -shared -fPIC -Wl,--version-script="$folder/other.map" -Wl,-soname,libdata_connectors.so.1 "$folder/other.c" -o "$folder/libdata_connectors.so.1"
cat >"$folder/use.cpp" <<'END'
#include <data_connectors.hpp>
#include <cstdio>

int main(int count, char **)
{
    try {
        if (count > 1)
            data_connectors::cancel_token();
        else
            data_connectors::config();
    } catch (const std::runtime_error &error) {
        std::puts(error.what());
    }
}
END
c++ -std=c++17 "$folder/use.cpp" $(pkg-config --cflags --libs data_connectors) -o "$folder/use"
for arguments in '' token; do
    message=$(LD_LIBRARY_PATH=$folder "$folder/use" $arguments 2>"$folder/complaints") || cat "$folder/complaints"
    expected='the loaded library has ABI version 7, but this program was built for 1: install the matching library'
    [ "$message" = "$expected" ] || { echo "unexpected message: $message"; exit 1; }
done
