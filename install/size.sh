# Prints the size of a library; ends with 1 where it is above its budget.
set -eu
budget=2621440
size=$(wc -c <"$1")
echo "$(basename "$1"): $size bytes stripped, of a budget of $budget (2.5 MiB)"
[ "$size" -le "$budget" ]
