#!/usr/bin/env bash
# checkpoints/read_in_pytorch.py has the program's network: the same 200 conversions, and logits within 1e-5, of every kind of model that the
# recipes have and more, out of a checkpoint and out of both kinds of exported file. And what PyTorch writes is imported again.
. "$(dirname "$0")/../support/shell.sh"
python=/usr/bin/python3
"$python" -c 'import torch, numpy, yaml, h5py' 2>/dev/null ||
    { echo "skipped: no PyTorch here (Debian: python3-torch, python3-numpy, python3-yaml, python3-h5py)" >&2; exit 77; }
logits=$(dirname "$program")/tests/library_logits
reader=$project/checkpoints/read_in_pytorch.py
words=50 # in four conditions
if is_sanitized; then
    # It is PyTorch's time that this test takes.
    words=5
fi
write_config "$scratch/model.yaml"
head -n "$words" "$scratch/verbs.txt" >"$scratch/rows"

cat >"$scratch/compare.py" <<'PY'
"""compare.py LOGITS ROWS: standard input has pairs of files, the one that is read here and the checkpoint that the program reads."""
import subprocess
import sys

import torch

import read_in_pytorch

torch.set_num_threads(1)
for pair in sys.stdin:
    file, checkpoint = pair.split()
    model = read_in_pytorch.Model(file)
    conversions = largest = 0
    for number, source in enumerate(model.conditions):
        target = model.conditions[(number + 1) % len(model.conditions)]
        words = [line.split()[number] for line in open(sys.argv[2])]
        lines = iter(subprocess.run([sys.argv[1], checkpoint, source, target], input="\n".join(words), text=True, check=True,
                                    stdout=subprocess.PIPE).stdout.splitlines())
        for word in words:
            steps = []
            while not (line := next(lines)).startswith("= "):
                steps.append([float(number) for number in line.split()])
            spelled, own = model.decode(model.encode(word, source), target)
            if spelled != line[2:]:
                sys.exit(f"{file}: {source} {word} -> {target}: {spelled}, the program spells {line[2:]}")
            # Both leave out U+FFFD by -inf.
            own, steps = own.nan_to_num(), torch.tensor(steps).nan_to_num()
            largest = max(largest, float(((own - steps).abs() / steps.abs().clamp(min=1)).max()))
            conversions += 1
    if largest > 1e-5:
        sys.exit(f"{file}: logits differ by {largest}")
    print(f"{file} {conversions} conversions are equal, logits differ by {largest:.1e}")
PY
export PYTHONPATH=$project/checkpoints

# Cell, layers, directions, markers, one-hot or not, ReLU, where condition and z enter, and conditions with parts.
number=0
while read -r -a keys; do
    arguments=()
    for key in "${keys[@]}"; do arguments+=(--set "$([[ $key == data.* ]] || echo model.)$key"); done
    name=model-$((number += 1))
    model=$scratch/runs/$name/last.h5
    "$program" "$scratch/model.yaml" --set name=$name --set train.epochs=6 --set optimizer.lr=0.02 --set evaluate.every=0 \
        --set evaluate.draws=0 "${arguments[@]}" 2>"$scratch/errors" || fail "$(cat "$scratch/errors")"
    echo "$model $model" >>"$scratch/pairs"
done <<'KEYS'
condition=4
hidden=32 bidirectional=true
condition=onehot encoder_condition=[hidden] decoder_latent=[hidden] decoder_condition=[hidden] decoder_relu=true
condition=onehot encoder_condition=[hidden] decoder_latent=[hidden] decoder_condition=[hidden] decoder_relu=true encoder_markers=true
layers=3 bidirectional=true encoder_condition=[hidden,cell,steps] dropout=0.1
cell=gru layers=2 encoder_condition=[cell,steps] decoder_latent=[steps] decoder_condition=[cell,steps]
layers=2 encoder_condition=[] decoder_latent=[cell] decoder_condition=[steps]
cell=gru bidirectional=true encoder_condition=[] condition=onehot encoder_markers=true
condition=4 condition_parts=true data.conditions=["V;PRS(1,SG)","V;PRS(3,SG;X)",V.PTCP;PRS,V;PST]
KEYS

# Exported: one that spells well, and the same numbers after PyTorch's own way of saving them.
train_speller
"$program" export "$model" "$scratch/speller.safetensors" 2>/dev/null
"$program" export "$model" "$scratch/speller.npz" 2>/dev/null
for file in "$model" "$scratch/speller.safetensors" "$scratch/speller.npz"; do echo "$file $model" >>"$scratch/pairs"; done
# One that reads unknown letters.
keeper=$scratch/runs/keeper/last.h5
"$program" "$scratch/runs/speller/config.yaml" --set name=keeper --set data.invent=0.8 --set data.unknown_letters=0.5 2>"$scratch/errors" ||
    fail "$(cat "$scratch/errors")"
echo "$keeper $keeper" >>"$scratch/pairs"
"$python" -B "$scratch/compare.py" "$logits" "$scratch/rows" <"$scratch/pairs" >"$scratch/output" 2>&1 || fail "$(cat "$scratch/output")"
[ "$(grep -c " $((4 * words)) conversions are equal" "$scratch/output")" -eq $((number + 4)) ] || fail "compared: $(cat "$scratch/output")"
"$python" -B - "$scratch/speller.safetensors" "$scratch/saved.npz" <<'PY'
import sys

import numpy

import read_in_pytorch

model = read_in_pytorch.Model(sys.argv[1])
arrays = {name: value if isinstance(value, str) else value.numpy() for name, value in model.arrays.items()}
for part in ("encoder", "decoder"):
    for name, value in getattr(model, part).state_dict().items():
        arrays[f"{part}.lstm.{name}"] = value.numpy()
numpy.savez(sys.argv[2], **arrays)
PY
"$program" import "$scratch/saved.npz" "$scratch/imported.h5" 2>/dev/null
[ "$(value_of parameter_hash "$scratch/imported.h5")" = "$(value_of parameter_hash "$model")" ] || fail "other weights are imported"
cut -d' ' -f1 "$scratch/verbs.txt" >"$scratch/words"
for file in "$model" "$scratch/imported.h5"; do "$program" convert "$file" --from simple-present <"$scratch/words" >"$scratch/${file##*/}.txt"; done
cmp "$scratch/last.h5.txt" "$scratch/imported.h5.txt" || fail "the imported model converts otherwise"

# As it is used on a command line. Unknown letters are kept alike.
unknown=(Ω ßäh Öre ΩΨΞΩ "a b#1" walk)
"$program" convert "$keeper" --from simple-present --to past "${unknown[@]}" >"$scratch/kept"
grep -q '[ßÖΩ]' "$scratch/kept" || fail "no unknown letter is kept: $(cat "$scratch/kept")"
"$python" -B "$reader" "$keeper" simple-present past "${unknown[@]}" | cmp - "$scratch/kept" || fail "unknown letters are kept otherwise"
# shellcheck disable=SC2046
"$python" -B "$reader" "$scratch/speller.npz" simple-present past $(cut -d' ' -f1 "$scratch/rows") >"$scratch/forms"
"$program" convert "$model" --from simple-present --to past <<<"$(cut -d' ' -f1 "$scratch/rows")" | cmp - "$scratch/forms" || fail "on a command line"

# Mistakes: a line that names what is wrong, and another status. A run's folder means its last.h5. A closed pipe causes no traceback.
refused() {
    local text=$1 status=0
    shift
    "$python" -B "$reader" "$@" >"$scratch/output" 2>"$scratch/errors" || status=$?
    [ "$status" -eq 1 ] && [ "$(cat "$scratch/errors")" = "read_in_pytorch.py: $text" ] || fail "$*: status $status, $(cat "$scratch/errors")"
}
has='the model has simple-present, third-person, progressive, past'
written='no checkpoint, .npz or .safetensors file that cvae_mpi has written'
refused "no condition \"Past\", $has" "$model" simple-present Past walk
refused "no condition \"present\", $has" "$model" present past walk
refused "'walW': 'W' (U+0057) is not in the model's alphabet" "$model" simple-present past walW
refused "'café': 'é' (U+00E9) is not in the model's alphabet" "$model" simple-present past $'caf\u00e9'
refused "'': it is empty" "$model" simple-present past ''
refused "$scratch/none.h5: No such file or directory" "$scratch/none.h5" simple-present past walk
refused "$scratch/runs/last.h5: No such file or directory" "$scratch/runs" simple-present past walk
for file in h5 npz safetensors; do
    head -c 700 "$scratch/speller.npz" >"$scratch/cut.$file"
    refused "$scratch/cut.$file: $written" "$scratch/cut.$file" simple-present past walk
done
refused "$scratch/model.yaml: $written" "$scratch/model.yaml" simple-present past walk
mkdir "$scratch/empty"
for package in torch numpy yaml h5py; do
    echo "raise ImportError(name='$package')" >"$scratch/empty/$package.py"
    PYTHONPATH=$scratch/empty refused "$package is missing: apt-get install python3-$package" "$model" simple-present past walk
    rm -r "$scratch/empty"/*
done
"$python" -B "$reader" "$scratch/runs/speller" simple-present past walk >"$scratch/output"
"$python" -B "$reader" "$model" $'simple-present\u200f' past $'\u2067wa\u200elk\u2069' | cmp - "$scratch/output" || fail "direction marks count"
status=0
for _ in {1..300}; do echo walk; done | xargs "$python" -B "$reader" "$model" simple-present past 2>"$scratch/errors" | head -n 1 >"$scratch/output" ||
    status=$?
[ "$status" -ne 0 ] && ! grep -q Traceback "$scratch/errors" || fail "a pipe that is closed: $status, $(cat "$scratch/errors")"
