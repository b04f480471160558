# Lists the connectors of a local sandbox with the C example and with the Python example, and checks that both print the
# same connectors. `make demo` runs it from the top of the repository. The table goes to standard output, progress to
# standard error.
set -eu
target=${TARGET:-target}
python=${PYTHON:-python3}
connectors=137
rows=10
temporary=$(mktemp -d)
sandbox=
cleanup() {
    [ -z "$sandbox" ] || kill "$sandbox" 2>/dev/null || true
    rm -rf "$temporary"
}
trap cleanup EXIT
trap 'exit 1' INT TERM
fail() {
    printf 'make demo: %s\n' "$*" >&2
    exit 1
}
progress() { printf '== %s\n' "$*" >&2; }
command -v "$python" >/dev/null || fail "$python not found: install Python 3.9 or later, or set PYTHON"

progress "building the library in $target/release"
"${MAKE:-make}" --no-print-directory library
# cargo prints a line per compiled crate, and only "Finished" if everything is up to date.
progress "compiling the sandbox, a local stand-in for the Intercom API (about half a minute the first time)"
cargo build --release --locked -p data-connectors-sandbox
progress "compiling examples/c/list_connectors.c with the static library"
${DEMO_CC:-cc} -O2 -Iinclude examples/c/list_connectors.c "$target/release/libdata_connectors.a" \
    -lutil -lrt -lpthread -lm -ldl -o "$target/list_connectors"

progress "starting the sandbox with $connectors connectors on a free port"
"$target/release/data-connectors-sandbox" --connectors "$connectors" >"$temporary/url" 2>"$temporary/log" &
sandbox=$!
tries=0
until [ -s "$temporary/url" ]; do
    tries=$((tries + 1))
    if [ "$tries" -gt 100 ] || ! kill -0 "$sandbox" 2>/dev/null; then
        fail "could not start the sandbox: $(cat "$temporary/log")"
    fi
    sleep 0.1
done
url=$(head -n 1 "$temporary/url")

# The sandbox accepts any access token.
export INTERCOM_ACCESS_TOKEN=demo

progress "listing the connectors of $url from C and from Python"
"$target/list_connectors" --base-url "$url" >"$temporary/c" 2>"$temporary/c.log" ||
    fail "the C example failed: $(cat "$temporary/c.log")"
DATA_CONNECTORS_LIBRARY="$target/release/libdata_connectors.so" PYTHONPATH=bindings/python/src \
    PYTHONDONTWRITEBYTECODE=1 "$python" examples/python/list_connectors.py --base-url "$url" \
    >"$temporary/python" 2>"$temporary/python.log" ||
    fail "the Python example failed: $(cat "$temporary/python.log")"

printf '\n' >&2
head -n $((rows + 1)) "$temporary/c"
printf '... and %d more\n\n' $((connectors - rows))

count() { tail -n +2 "$1" | wc -l; }
[ "$(count "$temporary/c")" -eq "$connectors" ] ||
    fail "the C example listed $(count "$temporary/c") connectors: expected $connectors"
cmp -s "$temporary/c" "$temporary/python" ||
    fail "C and Python printed different rows: $(diff "$temporary/c" "$temporary/python" | head -n 3)"
echo "C and Python listed the same $connectors connectors in the same order."
