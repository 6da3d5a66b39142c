#!/usr/bin/env bash
# cmake --install into a DESTDIR that is then moved: the program finds its recipes and its data, ranks start, the launchers find the
# program, and C programs are built with pkg-config and with CMake's find_package.
. "$(dirname "$0")/../support/shell.sh"
# In a build with the sanitizers: what Open MPI never frees is not ours to find.
export ASAN_OPTIONS=detect_leaks=0
build=$(dirname "$program")
DESTDIR=$scratch/staged cmake --install "$build" --prefix /opt/cvae >"$scratch/output" || fail "$(cat "$scratch/output")"
mv "$scratch/staged/opt/cvae" "$scratch/prefix"
prefix=$scratch/prefix
! find "$scratch/staged" -type f | grep . || fail "that was installed beside the prefix"
# An entry too many in a run path would have libraries looked for in the working folder; this program needs none.
readelf -d "$program" "$prefix/bin/cvae_mpi" >"$scratch/dynamic"
! grep PATH "$scratch/dynamic" || is_sanitized || fail "a run path"
[ -z "$(find "$prefix" -type d -empty)" ] || fail "empty folders: $(find "$prefix" -type d -empty)"

# On any machine the results are the same, so those of the program that is not installed are the reference.
settings=(--set data.holdout=0.99 --set model.hidden=16 --set train.batch_size=16 --set train.micro_batch=8 --set evaluate.draws=0)
mkdir "$scratch/work" "$scratch/reference"
cd "$scratch/work"
installed=$prefix/bin/cvae_mpi
"$program" "$project/launch/train.yaml" "${settings[@]}" --stop-after 3 --set checkpoint.directory="$scratch/reference" \
    2>"$scratch/errors" || [ $? -eq 75 ] || fail "$(cat "$scratch/errors")"
hash=$(value_of parameter_hash "$scratch/reference/verbs/last.h5")

# trained: the last run left the reference's parameters in the working folder. Removes them.
trained() {
    [ "$(value_of parameter_hash checkpoints/verbs/last.h5)" = "$hash" ] || fail "other parameters than without installation"
    rm -r checkpoints
    [ -z "$(ls)" ] || fail "left in the working folder: $(ls)"
    ! find "$prefix" -newer "$scratch/output" -type f | grep . || fail "a training wrote there"
}
expect_status 75 timeout 300 mpirun -np 2 "$installed" train.yaml "${settings[@]}" --stop-after 3 2>"$scratch/output"
"$installed" convert checkpoints/verbs --from past --to progressive walked >/dev/null || fail "convert"
"$installed" generate checkpoints/verbs -n 2 | grep -q -E '(new|row)$' || fail "generate finds no training data"
trained
expect_status 75 "$prefix/share/cvae_mpi/launch/train.sh" -np 2 "${settings[@]}" --stop-after 3 2>"$scratch/output"
trained
for file in share/man/man1/cvae_mpi.1.gz share/man/man1/cvae_mpi-convert.1.gz share/man/man5/cvae_mpi.yaml.5.gz \
    share/bash-completion/completions/cvae_mpi share/zsh/site-functions/_cvae_mpi; do
    [ -s "$prefix/$file" ] || fail "$file is not installed"
done
# convert and generate load neither MPI nor OpenBLAS nor libzip nor the libraries of Debian's HDF5. A training names a missing module in one line.
model=$scratch/reference/verbs/last.h5
for command in "convert $model --from past --to progressive walked" "generate $model -n 1"; do
    # shellcheck disable=SC2086
    LD_DEBUG=files "$installed" $command >"$scratch/output" 2>"$scratch/errors" || fail "$(cat "$scratch/errors")"
    ! grep -iE 'calling init: .*(mpi|pmix|blas|curl|zip|crypto)' "$scratch/errors" || fail "$command: loads what it does not need"
done
module=$(find "$prefix" -name cvae_mpi_transport.so)
mv "$module" "$scratch"
expect_status 70 "$installed" train.yaml "${settings[@]}" 2>"$scratch/output"
[ "$(grep -c '' "$scratch/output")" -eq 1 ] && grep -q '^cvae_mpi: MPI cannot be loaded, .*apt-get install openmpi-bin' "$scratch/output" ||
    fail "without its module: $(cat "$scratch/output")"
"$installed" convert "$model" --from past --to progressive walked >/dev/null || fail "converting needs MPI's module"
mv "$scratch/$(basename "$module")" "$module"
# A folder given, a recipe that is not there, and a file of the recipe's name here.
[ "$("$installed" folder train.yaml)" = "$PWD/checkpoints/verbs" ] || fail "$("$installed" folder train.yaml)"
[ "$("$installed" folder train.yaml --set checkpoint.directory=own)" = "$PWD/own/verbs" ] || fail "checkpoint.directory"
"$installed" train.yaml --dump-config | grep -qx "  directory: $PWD/checkpoints" || fail "--dump-config of a recipe"
[ "$("$installed" folder "$prefix/share/cvae_mpi/launch/train.yaml")" = "$PWD/checkpoints/verbs" ] || fail "a recipe by its path"
status=0
"$installed" folder ./train.yaml 2>"$scratch/errors" || status=$?
[ "$status" -eq 66 ] || fail "./train.yaml is not here, and was found"
printf 'name: own\ndata: {train: w.txt}\n' >train.yaml
[ "$("$installed" folder train.yaml)" = "$PWD/checkpoints/own" ] || fail "not the file of this folder: $("$installed" folder train.yaml)"
rm train.yaml
[ "$("$program" folder train.yaml)" = "$project/checkpoints/verbs" ] || fail "not installed, the project's recipe is not found"
# The drivers' program and page.
python3 -B - "$prefix/share/cvae_mpi/launch" "$installed" <<'PYTHON' || fail "the drivers do not find their files"
import os, sys
os.environ.pop("CVAE_PROGRAM", None)
sys.path.insert(0, sys.argv[1])
import experiment
assert str(experiment.program()) == sys.argv[2], experiment.program()
experiment.build()
experiment.write_page(experiment.Path("page.html"), {})
os.unlink("page.html")
PYTHON

# What follows needs the sanitizers' libraries in every program.
! is_sanitized || exit 0
"$program" "$project/launch/train.yaml" --set checkpoint.directory="$scratch/reference" "${settings[@]}" --resume --stop-after 3 \
    2>"$scratch/errors" || [ $? -eq 75 ] || fail "$(cat "$scratch/errors")"
# shellcheck disable=SC2016 # the fences
sed -n '/^```c$/,/^```$/{/^```/!p}' "$project/README.md" >past.c
"$installed" convert "$model" --from simple-present --to past walk >expected
export PKG_CONFIG_PATH
PKG_CONFIG_PATH=$(dirname "$(find "$prefix" -name cvae.pc)")
library=$(dirname "$PKG_CONFIG_PATH")
[ "cvae_mpi $(pkg-config --modversion cvae)" = "$("$installed" --version)" ] || fail "versions"
# shellcheck disable=SC2046
"${CC:-cc}" past.c $(pkg-config --cflags --libs cvae) -Wl,-rpath,"$library" -o past
./past "$model" walk | cmp - expected || fail "with pkg-config"
# shellcheck disable=SC2046
"${CC:-cc}" past.c $(pkg-config --cflags cvae) -Wl,-Bstatic -lcvae -Wl,-Bdynamic -L"$library" \
    $(pkg-config --static --libs cvae | sed 's/-lcvae//') -o past
./past "$model" walk | cmp - expected || fail "with pkg-config and the static library"
! ldd past | grep libcvae || fail "the static library was not taken"

cat >CMakeLists.txt <<'CMAKE'
cmake_minimum_required(VERSION 3.16)
project(past C)
find_package(cvae 0.1 REQUIRED)
foreach(kind cvae cvae_static)
  add_executable(past_${kind} past.c)
  target_link_libraries(past_${kind} cvae::${kind})
endforeach()
CMAKE
{ cmake -S . -B build -DCMAKE_PREFIX_PATH="$prefix" && cmake --build build; } >"$scratch/output" 2>&1 || fail "$(cat "$scratch/output")"
for kind in cvae cvae_static; do
    "build/past_$kind" "$model" walk | cmp - expected || fail "with find_package and cvae::$kind"
done
