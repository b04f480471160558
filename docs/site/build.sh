# Puts the references of all languages into one folder, with a page to land on: `make docs` runs it, from the top.
set -eu
site=$1
version=$2
python=$3
command -v doxygen >/dev/null || { echo "doxygen is needed (a Debian package)"; exit 1; }
rm -rf "$site"
mkdir -p "$site"
sed "s/@VERSION@/$version/" docs/site/index.html >"$site/index.html"
{ cat docs/site/Doxyfile; echo "PROJECT_NUMBER = $version"; echo "OUTPUT_DIRECTORY = $site"; } | doxygen -
CARGO_TARGET_DIR=$site/build cargo doc --quiet --locked --no-deps -p data_connectors
mv "$site/build/doc" "$site/rust" && rm -rf "$site/build"
"$python" -m pdoc --docformat google --no-search -o "$site/python" data_connectors
# What the pages of docs/ point to.
mkdir -p "$site/include"
cp docs/abi.xml docs/symbols.txt "$site/c"
cp include/data_connectors.h "$site/include"
echo "$site/index.html"
