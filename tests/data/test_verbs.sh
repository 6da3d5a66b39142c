#!/usr/bin/env -S bash -p --
# data/verbs.txt is what its script makes, byte for byte. Skipped where Python 3 or WordNet are not installed.
[[ $- == *p* ]] || exec bash -p -- "$0" "$@" # without the caller's functions, options and BASH_ENV
unset CDPATH POSIXLY_CORRECT
set -euo pipefail
project=$(readlink -f -- "${BASH_SOURCE[0]}")
project=${project%/*/*/*}
[ -x /usr/bin/python3 ] && [ -e /usr/share/wordnet/data.verb ] || exit 77
/usr/bin/python3 "$project/data/make_verbs.py" --check
