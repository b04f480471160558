# archive.sh FROM MAP TO converts an archive of rustc (FROM) to one (TO) whose only global symbols are the functions in a
# version script (MAP), and prints nothing. Every archive of rustc defines the same symbols of Rust's standard
# library, so that a program could not be linked with two of them.
set -eu
from=$1 map=$2 to=$3
# Not possible with Apple's tools.
[ "$(uname)" != Darwin ] || exec cp "$from" "$to"
folder=$(dirname "$to")
object=$folder/data_connectors.o
sed -n 's/^ *\(dc_[a-z0-9_]*\);$/\1/p' "$map" >"$folder/functions"
# Without section groups: a linker keeps one of the groups of the same name, and symbols that are local here could then not
# be found in that of the other library. As in a program, only what the functions use is linked.
# shellcheck disable=SC2046 # One option per function.
${LD:-ld} -r --force-group-allocation $(sed 's/^/-u /' "$folder/functions") -o "$object" "$from"
# Unwinding tables are kept, as panics are caught. Of the removed sections, .llvm_addrsig has become invalid, and the others
# contain bitcode of Rust's standard library, on which nm can fail.
${OBJCOPY:-objcopy} ${STRIP_FLAG:+--strip-unneeded} --keep-global-symbols="$folder/functions" \
    -R .llvm_addrsig -R .llvmbc -R .llvmcmd "$object"
rm -f "$to.new"
${AR:-ar} rcsD "$to.new" "$object"
rm -f "$object"
# An unchanged archive keeps its modification time, so that make does not link the shared library again.
if cmp -s "$to.new" "$to"; then rm -f "$to.new"; else mv -f "$to.new" "$to"; fi
