# Prints the size of a library; exits with 1 if it exceeds the limit.
set -eu
limit=2621440
size=$(wc -c <"$1")
echo "$(basename "$1"): $size bytes, limit $limit (2.5 MiB)"
[ "$size" -le "$limit" ]
