# Prints the relative path from one absolute path to another. Symbolic links are not resolved.
set -eu
plain() { printf '%s\n' "$1" | sed -e 's|//*|/|g' -e 's|^/||' -e 's|/$||'; }
from=$(plain "$1")
to=$(plain "$2")
while [ -n "$from" ] && [ "${from%%/*}" = "${to%%/*}" ]; do
    case $from in */*) from=${from#*/} ;; *) from= ;; esac
    case $to in */*) to=${to#*/} ;; *) to= ;; esac
done
up=
while [ -n "$from" ]; do
    up=$up../
    case $from in */*) from=${from#*/} ;; *) from= ;; esac
done
printf '%s\n' "$up$to" | sed 's|/$||'
