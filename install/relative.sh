# Prints how to get from one folder to another; both are absolute.
set -eu
from=${1#/}
to=${2#/}
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
