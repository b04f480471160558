# Prints how to get from one folder to another; both are absolute, and as they are: links are not followed.
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
