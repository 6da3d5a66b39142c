#!/usr/bin/env bash
# Manual pages and completions know all that the help knows: every command, option and key of the configuration.
. "$(dirname "$0")/../support/shell.sh"
pages=$(dirname "$program")/manual
for file in "$pages"/*.gz; do
    zcat "$file" | sed 's/\\-/-/g; s/\\e/\\/g' >"$scratch/$(basename "$file" .gz)"
done
mapfile -t commands < <("$program" --help | sed -nE 's/^  ([a-z]+) +[A-Z].*/\1/p')
[ "${#commands[@]}" -ge 10 ] || fail "commands: ${commands[*]}"
# options COMMAND: as its help lists them.
options() { "$program" "$1" --help | grep -oE '^ {2,6}(-[a-zA-Z])?(, )?(--[a-z-]+)?' | grep -oE -- '--?[a-zA-Z][a-z-]*'; }

for command in "${commands[@]}"; do
    grep -qxF ".B $command" "$scratch/cvae_mpi.1" || fail "cvae_mpi(1) lacks $command"
    for option in $(options "$command"); do
        grep -qE "^\.B (.*, )?$option([= ]|,|\$)" "$scratch/cvae_mpi-$command.1" || fail "cvae_mpi-$command(1) lacks $option"
    done
    [ "$(grep -c '^\.TP' "$scratch/cvae_mpi-$command.1")" -eq "$("$program" "$command" --help | grep -cE '^ {2,6}--?[a-zA-Z]')" ] ||
        fail "cvae_mpi-$command(1) has other entries than the help"
done
"$program" --help-config | grep -vE '^ |^$' | grep -E '^[a-z_.]+( [(]?\*[)]?)?$' >"$scratch/keys"
[ "$(wc -l <"$scratch/keys")" -gt 50 ] || fail "keys of the configuration"
while IFS= read -r key; do
    grep -qxF ".B $key" "$scratch/cvae_mpi.yaml.5" || fail "cvae_mpi.yaml(5) lacks $key"
done <"$scratch/keys"
# Every sentence of the help is in the pages: no paragraph is lost.
for what in "cvae_mpi.1 --help" "cvae_mpi.yaml.5 --help-config"; do
    "$program" "${what#* }" | sed -E 's/^(Usage:|  or: )//' | grep -oE '[A-Za-z_]+' | sort -u >"$scratch/help"
    grep -oiE '[A-Za-z_]+' "$scratch/${what% *}" | tr '[:upper:]' '[:lower:]' | sort -u >"$scratch/page"
    tr '[:upper:]' '[:lower:]' <"$scratch/help" | sort -u | comm -23 - "$scratch/page" >"$scratch/lost"
    [ ! -s "$scratch/lost" ] || fail "${what% *} lacks these words of the help: $(tr '\n' ' ' <"$scratch/lost")"
done
if command -v man >/dev/null && command -v groff >/dev/null; then
    for file in "$pages"/*.gz; do
        MANWIDTH=80 man --warnings -l "$file" 2>&1 >/dev/null | grep . && fail "${file##*/}: man warns"
    done
else
    echo "not checked: man is not installed" >&2
fi

# bash: what is offered behind these words.
PATH=$(dirname "$program"):$PATH
compopt() { :; } # outside of a completion it fails
. "$project/src/package/completion.bash"
offered() {
    COMP_WORDS=("$@") COMP_CWORD=$(($# - 1)) COMPREPLY=()
    _cvae_mpi "$1" "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD - 1]}" || true
    printf '%s\n' "${COMPREPLY[@]}"
}
[ "$(offered cvae_mpi '' | sort)" = "$(printf '%s\n' "${commands[@]}" | sort)" ] || fail "commands: $(offered cvae_mpi '')"
for command in "${commands[@]}"; do
    [ "$(offered cvae_mpi "$command" - | sort)" = "$(options "$command" | sort)" ] || fail "$command: $(offered cvae_mpi "$command" -)"
done
[[ $(offered cvae_mpi --help-c) = --help-config ]] || fail "--help-config is not offered"
[ "$(offered cvae_mpi train.yaml --set model.hid)" = model.hidden= ] || fail "keys: $(offered cvae_mpi train.yaml --set model.hid)"
[ -z "$(offered cvae_mpi convert x.h5 --beam '')" ] || fail "a number is not completed"
train_speller
[ "$(offered cvae_mpi convert "$model" --to = p | xargs)" = "progressive past" ] || fail "tenses: $(offered cvae_mpi convert "$model" --to = p)"
if command -v zsh >/dev/null; then
    zsh -n "$project/src/package/_cvae_mpi" || fail "zsh cannot read its completion"
else
    echo "not checked: zsh is not installed" >&2
fi
