# Names what this machine lacks for the tests: ends with 1 where they can't run without it.
set -u
missing=0
# CC and CXX may be several words: the first is the program.
need() { command -v "${1%% *}" >/dev/null 2>&1 || { echo "missing: $1, $2"; missing=1; }; }
need cargo "the Rust toolchain"
need "${CC:-cc}" "a C compiler"
need "${CXX:-c++}" "a C++ compiler (Debian package g++)"
need nm "of the binutils, to see what the library exports"
need readelf "of the binutils, to see the library's soname"
need make "for what installs it"
need pkg-config "to build against what is installed"
need cmake "to build against what is installed"
need mandoc "to check the manual pages"
need abidw "to describe the ABI (Debian package abigail-tools)"
need "${PYTHON:-python3}" "for the Python tests"
"${PYTHON:-python3}" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null ||
    { echo "missing: Python 3.11 or later, for the Python tests (the package itself needs 3.9)"; missing=1; }
command -v valgrind >/dev/null 2>&1 ||
    echo "valgrind is not here (a Debian package): the C programs run, but not under valgrind"
command -v valgrind >/dev/null 2>&1 && echo "valgrind is here: the C programs run under it, too"
exit $missing
