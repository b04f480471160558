# Lists the connectors of a sandbox with the C example and with the Python one, and compares what they printed.
# `make demo` runs it, from the top of the repository.
set -eu
target=${TARGET:-target}
python=${PYTHON:-python3}
connectors=137
scratch=$(mktemp -d)
sandbox=
end() {
    [ -z "$sandbox" ] || kill "$sandbox" 2>/dev/null || true
    rm -rf "$scratch"
}
trap end EXIT
trap 'exit 1' INT TERM
command -v "$python" >/dev/null || { echo "$python is needed for the Python half of the demo"; exit 1; }
step() { printf '\n== %s\n' "$*"; }

step "building the library, $target/release/libdata_connectors.{a,so} (the first time, a minute or so)"
cargo rustc --quiet --release --locked -p data_connectors --lib --crate-type staticlib,cdylib
step "building the sandbox, a local stand-in for the service (the first time, half a minute)"
cargo build --quiet --release --locked -p data-connectors-sandbox
step "compiling examples/c/list_connectors.c against the static library"
${DEMO_CC:-cc} -O2 -Iinclude examples/c/list_connectors.c "$target/release/libdata_connectors.a" \
    -lutil -lrt -lpthread -lm -ldl -o "$target/list_connectors"

step "starting the sandbox with $connectors connectors on a free port"
"$target/release/data-connectors-sandbox" --connectors "$connectors" >"$scratch/url" 2>"$scratch/log" &
sandbox=$!
tries=0
until [ -s "$scratch/url" ]; do
    tries=$((tries + 1))
    if [ "$tries" -gt 100 ] || ! kill -0 "$sandbox" 2>/dev/null; then
        echo "the sandbox did not start:"
        cat "$scratch/log"
        exit 1
    fi
    sleep 0.1
done
url=$(head -n 1 "$scratch/url")
echo "$url"

# Any token will do for the sandbox.
export INTERCOM_ACCESS_TOKEN=demo

step "C: $target/list_connectors --base-url $url"
"$target/list_connectors" --base-url "$url" >"$scratch/c"
cat "$scratch/c"

step "Python: examples/python/list_connectors.py --base-url $url"
DATA_CONNECTORS_LIBRARY="$target/release/libdata_connectors.so" PYTHONPATH=bindings/python/src \
    PYTHONDONTWRITEBYTECODE=1 "$python" examples/python/list_connectors.py --base-url "$url" >"$scratch/python"
cat "$scratch/python"

step "comparing the two"
rows_of() { tail -n +2 "$1" | cut -d ' ' -f 1; }
rows_of "$scratch/c" >"$scratch/c.ids"
rows_of "$scratch/python" >"$scratch/python.ids"
in_c=$(wc -l <"$scratch/c.ids")
in_python=$(wc -l <"$scratch/python.ids")
if [ "$in_c" -ne "$connectors" ] || ! cmp -s "$scratch/c.ids" "$scratch/python.ids"; then
    echo "C listed $in_c connectors, Python $in_python, and $connectors were to come, in the same order from both"
    exit 1
fi
echo "$connectors connectors from C and $connectors from Python: the same ids in the same order"
