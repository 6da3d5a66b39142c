#!/usr/bin/env bash
# libcvae in a user's program: the same words as cvae_mpi convert, in eight threads; the same refined draws as generate;
# what it shows and what it loads.
. "$(dirname "$0")/../support/shell.sh"
train_speller
build=$(dirname "$program")

words=$(cut -d' ' -f1 "$scratch/verbs.txt")
# shellcheck disable=SC2086
"$program" convert "$model" --from simple-present --to past $words >"$scratch/expected"
for kind in static shared; do
    # shellcheck disable=SC2086
    "$build/tests/library_user_$kind" 8 "$model" simple-present past $words >"$scratch/forms"
    cmp "$scratch/expected" "$scratch/forms" || fail "the $kind library converts otherwise than cvae_mpi convert"
done

# Refined draws, in more batches than one.
for rounds in 0 2; do
    "$build/tests/library_user_static" refine "$model" 100 "$rounds" | cmp - \
        <("$program" generate "$model" -n 100 --plain --refine "$rounds") || fail "$rounds rounds refine otherwise than cvae_mpi generate"
done
status=0
"$build/tests/library_user_shared" refine "$model" 1 -1 2>"$scratch/message" || status=$?
[ "$status" -eq 64 ] && grep -qxF -e "-1 rounds: their number is from 0" "$scratch/message" ||
    fail "-1 rounds: status $status, $(cat "$scratch/message")"

# refused STATUS MESSAGE ARGUMENT...: how the user's program ends, and the one line it prints.
refused() {
    local wanted=$1 message=$2 status=0
    shift 2
    "$build/tests/library_user_static" 1 "$@" >"$scratch/forms" 2>"$scratch/message" || status=$?
    [ "$status" -eq "$wanted" ] || fail "status $status, $wanted was expected: $(cat "$scratch/message")"
    grep -qF -- "$message" "$scratch/message" || fail "'$message' was expected: $(cat "$scratch/message")"
    [ "$(wc -l <"$scratch/message")" -eq 1 ] || fail "one line was expected: $(cat "$scratch/message")"
}
refused 65 "1:3: 'ä' (U+00E4) is not in the model's alphabet" "$model" simple-present past walk waäk
refused 65 "0:0: it is empty, a word was expected" "$model" simple-present past ""
refused 64 "condition -1: the model has the conditions 0 to 3" "$model" simple-present future walk
refused 66 "$scratch/none.h5: cannot be read: No such file or directory" "$scratch/none.h5" simple-present past walk
head -c 5000 "$model" >"$scratch/cut.h5"
refused 77 "$scratch/cut.h5: " "$scratch/cut.h5" simple-present past walk

is_sanitized || {
    ! nm -D --defined-only "$build/libcvae.so" | grep -v ' T cvae_' || fail "the shared library shows other symbols"
    ! nm -g --defined-only "$build/libcvae.a" | grep -a '^[0-9a-f]\{16\}' | grep -v ' T cvae_' || fail "so does the static one"
}
ldd "$build/libcvae.so" >"$scratch/loaded"
! grep -iE 'mpi|pmix|blas|curl' "$scratch/loaded" || fail "the library loads what a reader of checkpoints does not need"
