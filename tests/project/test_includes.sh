#!/usr/bin/env -S bash -p --
# Promise 4: each outside library is known to one folder of src/ only, and the arrows between the folders point one way.
# Inside the folders named at the end so do the arrows between the files.
[[ $- == *p* ]] || exec bash -p -- "$0" "$@" # without the caller's functions, options and BASH_ENV
unset CDPATH POSIXLY_CORRECT
set -euo pipefail
project=$(readlink -f -- "${BASH_SOURCE[0]}")
project=${project%/*/*/*}
cd -- "$project"
status=0

only_in() {
    local header=$1 folder=$2 others
    grep -rlE "#include [<\"]${header}[>\"]" "src/$folder" >/dev/null || { echo "$header is not used in src/$folder"; status=1; }
    others=$(grep -rlE "#include [<\"]${header}[>\"]" src | grep -v "^src/$folder/" || true)
    [ -z "$others" ] || { echo "$header is included outside src/$folder: $others"; status=1; }
}
only_in mpi.h comm
only_in hdf5.h checkpoint
only_in zip.h checkpoint
only_in cblas.h math
only_in yaml.h config
only_in xxhash.h base
only_in utf8proc.h base

# knows_only FOLDER FOLDER...: FOLDER includes headers of the folders named, and of no others.
knows_only() {
    local folder=$1 file owner
    shift
    checked+=" $folder"
    while IFS=: read -r file owner; do
        case " $folder $* " in
        *" $owner "*) ;;
        *) echo "$file includes a header of src/$owner"; status=1 ;;
        esac
    done < <(grep -roE '#include "[a-z_0-9]+/' "src/$folder" | sed -E 's/#include "//; s/\/$//')
}
checked=
knows_only base
knows_only config base
knows_only data base
knows_only math base
knows_only model math base
knows_only optim math config base
knows_only comm math base
knows_only checkpoint base
knows_only library cvae model math data config checkpoint base
knows_only eval model math data base
knows_only report base
knows_only train library config data math model optim comm checkpoint eval report base
knows_only cli cvae train library config data math model optim comm checkpoint eval report base
for folder in src/*/; do
    compgen -G "$folder*.[ch]" >/dev/null || continue # src/package has no C
    [[ " $checked " == *" $(basename "$folder") "* ]] || { echo "$folder: its arrows are not listed here"; status=1; }
done

# no_circles FOLDER: no two of its modules, x.h and x.c, include each other, directly or by way of others.
no_circles() {
    grep -oE '^#include "[a-z_0-9]+\.h"' "src/$1"/*.[ch] | sed -E 's|.*/(.+)\.[ch]:#include "(.+)\.h"|\1 \2|' |
        awk '$1 != $2' | tsort >/dev/null || { echo "src/$1: these include each other in a circle"; status=1; }
}
for folder in src/*/; do
    compgen -G "$folder*.[ch]" >/dev/null || continue # src/package has no C
    no_circles "$(basename "$folder")"
done
exit $status
