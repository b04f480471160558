#!/bin/sh
# Changes the code in small ways, one at a time, and checks that a test fails: sh tests/mutants.sh SAMPLE TEST...
# SAMPLE is k/n: every n-th mutant, starting with number k. The same code has the same sample.
# The unit tests run for every mutant, the integration tests for those that the unit tests miss, which is faster.
set -eu
sample=$1
shift
target=${CARGO_TARGET_DIR:-target}
results=$target/mutants.out
cargo mutants --version >/dev/null 2>&1 || { echo "cargo-mutants is not installed: cargo install cargo-mutants --locked" >&2; exit 1; }

run() {
    status=0
    CARGO_TARGET_DIR=$target/mutants CARGO_PROFILE_DEV_DEBUG=none cargo mutants --output "$target" \
        --minimum-test-timeout 60 --cap-lints true --colors never -C=--locked "$@" || status=$?
    case $status in
    0 | 2 | 3) ;; # 2: mutants were missed; 3: a test timed out.
    *) exit $status ;;
    esac
}
count() { cat "$@" 2>/dev/null | wc -l; }

mkdir -p "$target"
rm -rf "$results" "$results.old"
run --sharding round-robin --shard "$sample" -C=--lib
# A test that never ends has failed.
timeouts=$(count "$results/timeout.txt")
unviable=$(count "$results/unviable.txt")
caught=$(($(count "$results/caught.txt") + timeouts))
if [ -s "$results/missed.txt" ]; then
    # Repeats those that were missed, by marking all others as caught: --shard would take another sample of the rest.
    cargo mutants --list --colors never >"$target/mutants.txt"
    grep -vxFf "$results/missed.txt" "$target/mutants.txt" >"$results/caught.txt"
    for test in "$@"; do
        shift
        set -- "$@" "-C=--test=$test"
    done
    run --iterate "$@"
    timeouts=$((timeouts + $(count "$results/timeout.txt")))
    caught=$((caught + $(count "$results/caught.txt" "$results/timeout.txt")))
fi
missed=$(count "$results/missed.txt")

cat "$results/missed.txt"
echo "sample $sample, $((caught + missed + unviable)) mutants:" \
    "$caught caught ($timeouts by a timeout), $missed missed, $unviable do not compile"
[ $((missed * 50)) -le $((caught + missed)) ] || { echo "more than 2 % were missed" >&2; exit 1; }
