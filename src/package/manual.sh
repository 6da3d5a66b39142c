#!/usr/bin/env -S bash -p --
# Writes the manual pages, compressed, from what the program says of itself: cvae_mpi(1), cvae_mpi-COMMAND(1) for each command,
# and cvae_mpi.yaml(5) for the configuration. What is new in the help is in the pages by itself.
#   manual.sh PROGRAM DATE FOLDER
[[ $- == *p* ]] || exec bash -p -- "$0" "$@" # without the caller's functions, options and BASH_ENV
set -euo pipefail
program=$1 date=$2 folder=$3
# Each text on one line: the pages break lines by themselves.
export ARGP_HELP_FMT=rmargin=10000 LC_ALL=C.UTF-8
version=$("$program" --version)

# page NAME SECTION SUMMARY: the page of a help text on standard input, paragraph by paragraph. The first is the usage and the
# description; lists are indented, or have their texts indented below the names; a heading ends with a colon.
page() {
    awk -v page="$1" -v section="$2" -v summary="$3" -v date="$date" -v version="$version" -v see="$see" '
        function plain(text) {
            gsub(/\\/, "\\e", text)
            gsub(/-/, "\\-", text)
            return (text ~ /^[.\047]/ ? "\\&" : "") text
        }
        function heading(text) {
            if (text != shown) print ".SH " toupper(text)
            shown = text
        }
        function item(name, text) { print ".TP\n.B " plain(name) "\n" plain(text) }
        # Name and text of a list are two blanks apart, or more.
        function split_item(line,   name) {
            sub(/^ +/, "", line)
            name = match(line, /  +/) ? substr(line, 1, RSTART - 1) : line
            heading(name ~ /-/ ? "Options" : "Commands")
            item(name, substr(line, length(name) + RLENGTH + 1))
        }
        BEGIN {
            RS = ""
            FS = "\n"
            printf ".TH \"%s\" %d \"%s\" \"%s\"\n.SH NAME\n%s \\- %s\n", toupper(page), section, date, version, plain(page), plain(summary)
        }
        NR == 1 {
            for (i = 1; $i ~ /^(Usage:|  or: )/; i++) {
                heading("Synopsis")
                print (i > 1 ? ".br" : ".nh")
                print plain(substr($i, 8))
            }
            heading("Description")
            for (; i <= NF; i++) print plain($i)
            next
        }
        /^  / { for (i = 1; i <= NF; i++) split_item($i); next }
        $2 ~ /^    / {
            for (i = 1; i <= NF; i++) {
                is_text = sub(/^ +/, "", $i)
                print (!is_text ? ".TP\n.B " : was_text ? ".br\n" : "") plain($i)
                was_text = is_text
            }
            next
        }
        match($1, /^[A-Z][A-Za-z ]*:/) {
            heading(substr($1, 1, RLENGTH - 1))
            $1 = substr($1, RLENGTH + 2)
        }
        {
            for (i = 1; i <= NF; i++) {
                is_row = $i ~ /^ /
                if ($i != "") print (is_row || was_row ? ".br\n" : "") plain($i)
                was_row = is_row
            }
        }
        END { print ".SH SEE ALSO\n" see }
    ' | gzip -9n >"$folder/$1.$2.gz"
}

mapfile -t commands < <("$program" --help | sed -nE 's/^  ([a-z]+) +[A-Z].*/\1/p')
mkdir -p "$folder"
see=$(printf '.BR cvae_mpi-%s (1),\n' "${commands[@]}" | sed 's/-/\\-/g')$'\n.BR cvae_mpi.yaml (5)'
"$program" --help | page cvae_mpi 1 "trains and uses a conditional sequence-to-sequence VAE on word forms"
see=$'.BR cvae_mpi (1),\n.BR cvae_mpi.yaml (5)'
for command in "${commands[@]}"; do
    help=$("$program" "$command" --help)
    # What it does is the first sentence of its description.
    summary=$(sed -nE 's/\.( .*)?$//p; q' < <(sed -E '/^(Usage:|  or: )/d' <<<"$help"))
    page "cvae_mpi-$command" 1 "${summary,}" <<<"$help"
done
see='.BR cvae_mpi (1)'
"$program" --help-config | page cvae_mpi.yaml 5 "the configuration of a training"
