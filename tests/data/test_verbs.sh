#!/usr/bin/env bash
# data/verbs.txt is what its script makes, byte for byte. Skipped where Python 3 or WordNet are not installed.
set -euo pipefail
project=$(cd "$(dirname "$0")/../.." && pwd)
[ -x /usr/bin/python3 ] && [ -e /usr/share/wordnet/data.verb ] || exit 77
/usr/bin/python3 "$project/data/make_verbs.py" --check
