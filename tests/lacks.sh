# Names what this machine lacks for the tests: ends with 1 where they can't run without it.
set -u
missing=0
need() { command -v "$1" >/dev/null 2>&1 || { echo "missing: $1, $2"; missing=1; }; }
need cargo "the Rust toolchain"
need "${CC:-cc}" "a C compiler"
need "${CXX:-c++}" "a C++ compiler (Debian package g++)"
need nm "of the binutils, to see what the library exports"
need readelf "of the binutils, to see the library's soname"
need "${PYTHON:-python3}" "for the Python tests"
command -v valgrind >/dev/null 2>&1 ||
    echo "valgrind is not here (a Debian package): the C programs run, but not under valgrind"
exit $missing
