#!/bin/sh
# Builds the C# wrapper's tests and runs them, with the library and the sandbox that are built already.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
target=${TARGET:-$root/target}
out=$target/csharp
export DATA_CONNECTORS_LIBRARY="${DATA_CONNECTORS_LIBRARY:-$target/release/libdata_connectors.so}"
sandbox=${DC_TEST_SANDBOX:-$target/release/data-connectors-sandbox}
for command in mcs mono cc; do
    command -v "$command" >/dev/null || { echo "$command is needed (Debian: mono-mcs, mono-runtime, gcc)"; exit 1; }
done
for file in "$DATA_CONNECTORS_LIBRARY" "$sandbox"; do
    [ -e "$file" ] || { echo "$file isn't there: run make demo first"; exit 1; }
done

mkdir -p "$out"
compile() { mcs -warn:4 -warnaserror -r:System.Web.Extensions "$@"; }
compile -out:"$out/ListConnectors.exe" "$here/DataConnectors.cs" "$here/ListConnectors.cs"
for program in First Second; do # the README's
    awk -v name="$program" '/^```csharp/ { text = ""; inside = 1; next }
        /^```/ && inside { inside = 0; if (text ~ "class " name) printf "%s", text }
        inside { text = text $0 "\n" }' "$here/README.md" >"$out/$program.cs"
    compile -out:"$out/$program.exe" "$here/DataConnectors.cs" "$out/$program.cs"
done
compile -out:"$out/Tests.exe" "$here/DataConnectors.cs" "$here"/tests/*.cs
exec mono "$out/Tests.exe" "$root/abi" "$sandbox"
