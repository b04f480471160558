# Fails if a library exceeds the size limit.
set -eu
limit=2359296
size=$(wc -c <"$1")
[ "$size" -le "$limit" ] || { echo "$1 has $size bytes: the limit is $limit (2.25 MiB)" >&2; exit 1; }
