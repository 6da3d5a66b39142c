#!/usr/bin/env bash
# Promise 4: each outside library is known to one folder of src/ only, and the arrows between the folders point one way.
set -euo pipefail
project=$(cd "$(dirname "$0")/../.." && pwd)
cd "$project"
status=0

only_in() {
    local header=$1 folder=$2 others
    grep -rlE "#include [<\"]$header[>\"]" "src/$folder" >/dev/null || { echo "$header is not used in src/$folder"; status=1; }
    others=$(grep -rlE "#include [<\"]$header[>\"]" src include | grep -v "^src/$folder/" || true)
    [ -z "$others" ] || { echo "$header is included outside src/$folder: $others"; status=1; }
}
only_in mpi.h dist
only_in hdf5.h checkpoint
only_in cblas.h math
only_in yaml.h config
only_in jansson.h report
only_in xxhash.h base

# knows_only FOLDER FOLDER...: what FOLDER includes belongs to the folders named (a header belongs where its .c file is).
folder_of() {
    local name=$1
    case $name in
    real | cvae) echo model ;;
    word) echo base ;;
    *) echo "${owners[$name]:-nobody}" ;;
    esac
}
declare -A owners
for source in src/*/*.c; do
    owners[$(basename "$source" .c)]=$(cut -d/ -f2 <<<"$source")
done
knows_only() {
    local folder=$1 included owner
    shift
    for included in $(grep -rhoE '#include "cvae/[a-z_0-9]+\.h"' "src/$folder" $(headers_of "$folder") | sed 's/.*cvae\///; s/\.h"//' | sort -u); do
        owner=$(folder_of "$included")
        [ "$included" = real ] && continue
        case " $folder $* " in
        *" $owner "*) ;;
        *) echo "src/$folder includes cvae/$included.h of src/$owner"; status=1 ;;
        esac
    done
}
headers_of() {
    local header
    for header in include/cvae/*.h; do
        [ "$(folder_of "$(basename "$header" .h)")" = "$1" ] && echo "$header"
    done
    return 0
}
knows_only base
knows_only config base
knows_only data base
knows_only math base
knows_only model math base
knows_only optim math config base
knows_only dist math base
knows_only checkpoint base
knows_only eval model math data base
knows_only report base
knows_only train config data math model optim dist checkpoint eval report base
exit $status
