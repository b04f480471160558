# Prints the missing tools that the tests need; exits with 1 if any tool is missing.
set -u
missing=0
# CC and CXX may have arguments: only their first word is a command.
need() { command -v "${1%% *}" >/dev/null 2>&1 || { echo "missing: $1 ($2)"; missing=1; }; }
need cargo "the Rust toolchain"
need "${CC:-cc}" "a C compiler"
need "${CXX:-c++}" "a C++ compiler, Debian package g++"
need openssl "creates certificates and keys"
need nm "lists the exported functions, Debian package binutils"
need objcopy "creates the static library, Debian package binutils"
need setarch "runs a program with ThreadSanitizer, Debian package util-linux"
need readelf "reads the soname, Debian package binutils"
need make "installs the library"
need pkg-config "builds programs with the installed library"
need cmake "builds programs with the installed library"
need mandoc "checks the manual pages"
need abidw "describes the ABI, Debian package abigail-tools"
need "${PYTHON:-python3}" "runs the Python tests"
"${PYTHON:-python3}" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null ||
    { echo "missing: Python 3.11 or later (for the tests; the package supports 3.9)"; missing=1; }
if command -v valgrind >/dev/null 2>&1; then
    echo "the C programs are also run under valgrind"
else
    echo "valgrind is not installed: the C programs are not run under valgrind"
fi
for linker in gold lld; do
    command -v "ld.$linker" >/dev/null 2>&1 || echo "ld.$linker is not installed: static linking is not tested with it"
done
exit $missing
