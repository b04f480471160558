# folders.sh create RECORD FOLDER… creates folders, and records those that did not exist.
# folders.sh remove RECORD FOLDER… removes these folders and their parents, as far as they were recorded and are empty.
set -eu
action=$1 record=$2
shift 2
# The missing folders of a path, parents first.
missing() { [ -d "$1" ] || { missing "$(dirname "$1")" && printf '%s\n' "$1"; }; }
# Several paths can name the same folder: with links, "..", or relative.
physical() { (cd "$1" && pwd -P); }
# Replaces the file, which may belong to root after `sudo make install`.
write_record() { cat >"$record.new" && mv -f "$record.new" "$record"; }
[ -f "$record" ] || : >"$record"

case $action in
create)
    for folder; do
        created=$(missing "$folder")
        install -d "$folder"
        { cat "$record" && for path in $created; do physical "$path"; done; } | write_record
    done
    ;;
remove)
    for folder; do
        while [ ! -d "$folder" ]; do folder=$(dirname "$folder"); done
        folder=$(physical "$folder")
        while grep -qxF "$folder" "$record" && rmdir "$folder" 2>/dev/null; do
            { grep -vxF "$folder" "$record" || true; } | write_record
            folder=$(dirname "$folder")
        done
    done
    ;;
esac
