# Builds the references of C, C++, Python and Rust into one folder. `make docs` runs it from the top of the repository.
set -eu
site=$1
version=$2
python=$3
command -v doxygen >/dev/null || { echo "doxygen not found: install the Debian package doxygen"; exit 1; }
rm -rf "$site"
mkdir -p "$site"
sed "s/@VERSION@/$version/" docs/site/index.html >"$site/index.html"
{ cat docs/site/Doxyfile; echo "PROJECT_NUMBER = $version"; echo "OUTPUT_DIRECTORY = $site"; } | doxygen -
CARGO_TARGET_DIR=$site/build cargo doc --quiet --locked --no-deps -p data_connectors
mv "$site/build/doc" "$site/rust" && rm -rf "$site/build"
"$python" -m pdoc --docformat google --no-search -o "$site/python" data_connectors
# Files that the pages of docs/ link to.
mkdir -p "$site/include"
cp abi/data_connectors.xml abi/data_connectors.json "$site/c"
cp include/data_connectors.h "$site/include"
echo "$site/index.html"
