#!/usr/bin/env -S bash -p --
# The README files: every link leads to a file or heading, every path of the project that they name is there. README.md is short, has
# the two commands, and its program for libcvae compiles.
[[ $- == *p* ]] || exec bash -p -- "$0" "$@" # without the caller's functions, options and BASH_ENV
unset CDPATH POSIXLY_CORRECT
set -euo pipefail
export LC_ALL=C.UTF-8
project=$(readlink -f -- "${BASH_SOURCE[0]}")
project=${project%/*/*/*}
cd -- "$project"
status=0
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
wrong() {
    echo "$*"
    status=1
}

# anchors FILE: its headings as links call them: small letters, digits and hyphens.
anchors() {
    sed -nE 's/^#+ //p' "$1" | tr '[:upper:]' '[:lower:]' | sed -E 's/[^[:alnum:] _-]//g; s/ /-/g'
}

files=(README.md CHANGELOG.md CONTRIBUTING.md {checkpoints,data,launch,src,tests,tests/bench}/README.md)
for file in "${files[@]}"; do
    [ -f "$file" ] || { wrong "$file is missing"; continue; }
    while IFS= read -r link; do
        path=${link%%#*} anchor=${link#"$path"}
        target=$file
        [ -z "$path" ] || target=${file%"${file##*/}"}$path
        if [ ! -e "$target" ]; then
            wrong "$file: the link $link leads nowhere"
        elif [ -n "$anchor" ] && ! anchors "$target" | grep -q -x -F -- "${anchor#\#}"; then
            wrong "$file: $target has no heading for $link"
        fi
    done < <(grep -oE '\]\([^) ]+\)' "$file" | sed -E 's/^\]\(//; s/\)$//' | grep -vE '^[a-z]+:')
    # Capitals stand for a name to put in, as in tests/FOLDER/test_NAME.c; a path that goes on with one of [*{] is a pattern.
    while IFS= read -r path; do
        [ -e "$path" ] || wrong "$file: $path is not there"
    done < <(grep -oP \
        '(?<![\w./-])((\.ci|include|launch|src|tests)/(README\.md|[a-z0-9_./-]*[a-z0-9_/])|data/[\w-]+\.[a-z]+)(?![\w./-]*[A-Z*{])' "$file" |
        sort -u)
done

# The changelog's newest entry has the version of CMakeLists.txt.
version=$(sed -nE 's/^project\(.* VERSION ([0-9.]+) .*/\1/p' CMakeLists.txt)
grep -m 1 -E '^## ' CHANGELOG.md | grep -qxE "## $version - [0-9]{4}-[0-9]{2}-[0-9]{2}" || wrong "CHANGELOG.md does not begin with $version and its date"

lines=$(wc -l <README.md)
[ "$lines" -le 220 ] || wrong "README.md has $lines lines, more than 220"
for command in ./launch/train.sh ./tests/run.sh; do
    grep -q -x -F -- "    $command" README.md || wrong "README.md: the command $command is missing"
    [ -x "$command" ] || wrong "$command cannot be run"
done
# shellcheck disable=SC2016 # the fences
sed -n '/^```c$/,/^```$/{/^```/!p}' README.md >"$scratch/program.c"
grep -q cvae_model_open "$scratch/program.c" || wrong "README.md: the program for libcvae is missing"
"${CC:-cc}" -std=c11 -Wall -Wextra -Werror -Iinclude -fsyntax-only "$scratch/program.c" || wrong "README.md: its program does not compile"
exit $status
