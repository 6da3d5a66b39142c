#!/usr/bin/env bash
# What a terminal shows of ranks: their standard error is a pipe, and mpirun's leads to the terminal.
. "$(dirname "$0")/../support/shell.sh"
command -v script >/dev/null || { echo 'skipped: no script(1)' >&2 && exit 77; }
write_config "$scratch/small.yaml"
cd "$scratch"
export ASAN_OPTIONS=detect_leaks=0

# shown COLUMNS COMMAND: what the command shows on a terminal, in $scratch/output.
shown() {
    script -qec "stty cols $1; $2" /dev/null </dev/null | sed 's/\r$//' >"$scratch/output"
}
has_live_line() { grep -q $'\r''epoch 1/' "$scratch/output"; }
# widest: the columns of the longest line, of each that replaces another, too.
widest() { tr '\r' '\n' <"$scratch/output" | sed 's/\x1b\[K//g' | wc -L; }

ranks="mpirun -np 2 $program small.yaml --overwrite"
shown 80 "$ranks"
has_live_line || fail "no live line under mpirun: $(cat "$scratch/output")"
[ "$(widest)" -le 80 ] || fail "$(widest) columns of 80"
shown 50 "$ranks"
[ "$(widest)" -le 50 ] || fail "$(widest) columns of 50: $(cat "$scratch/output")"
shown 200 "$ranks"
[ "$(widest)" -gt 80 ] || fail 'a wide terminal is not used'
# Lines that mpirun marks, and a standard error that leads elsewhere, are plain.
shown 80 "mpirun --tag-output -np 2 $program small.yaml --overwrite"
! has_live_line || fail 'a live line among lines that are marked'
shown 80 "$ranks 2>errors"
! grep -q $'\r' errors && grep -q '^ranks    2 on 1 host, .* of data a [a-z]*$' errors || fail "a file has other lines: $(cat errors)"
# A host's ranks without an mpirun of its own are told by the launcher.
CVAE_TERMINAL=60 OMPI_COMM_WORLD_SIZE=1 "$program" small.yaml --overwrite 2>"$scratch/output" && has_live_line && [ "$(widest)" -le 60 ] ||
    fail "CVAE_TERMINAL: $(cat "$scratch/output")"
# Work of other kinds, and lines on standard output.
shown 80 "$program eval runs/small --draws 3000 --likelihood 3000"
grep -q $'\r''likelihood [0-9]*%, ' "$scratch/output" || fail "no line on the likelihood: $(cat "$scratch/output")"
