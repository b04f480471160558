#!/bin/sh
# Builds and runs the tests of the C# wrapper with an existing build of the library and the sandbox.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../../.." && pwd)
target=${TARGET:-$root/target}
out=$target/csharp
export DATA_CONNECTORS_LIBRARY="${DATA_CONNECTORS_LIBRARY:-$target/release/libdata_connectors.so}"
sandbox=${DC_TEST_SANDBOX:-$target/release/data-connectors-sandbox}
for file in "$DATA_CONNECTORS_LIBRARY" "$sandbox"; do
    [ -e "$file" ] || { echo "$file not found: run \`make demo\`" >&2; exit 1; }
done

mkdir -p "$out"
compile() { mcs -warn:4 -warnaserror -r:System.Web.Extensions "$@" "$here/../src/DataConnectors.cs"; }
# Compiles each program in the README; the tests run the first.
rm -f "$out"/readme-*.cs
awk -v out="$out/readme-" '/^```csharp/ { count++; file = out count ".cs"; next } /^```/ { file = "" }
    file { print > file }' "$here/../README.md"
for program in "$out"/readme-*.cs; do
    compile -out:"${program%.cs}.exe" "$program"
done
compile -out:"$out/Tests.exe" "$here/Declarations.cs" "$here/Support.cs" "$here/Tests.cs"
exec mono "$out/Tests.exe" "$root/abi" "$sandbox"
