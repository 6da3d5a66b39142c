#!/usr/bin/env bash
# cvae_mpi export and import: a model goes out and comes back with the same weights, alphabet, conditions and conversions, in both formats;
# the same checkpoint gives the same bytes; what is no model is refused in one line, and nothing that is there is lost.
. "$(dirname "$0")/../support/shell.sh"
cd "$scratch"
train_speller
cut -d' ' -f1 verbs.txt >words
"$program" convert "$model" --from simple-present <words >expected

for format in safetensors npz; do
    "$program" export "$model" "a.$format" 2>errors || fail "$(cat errors)"
    [ "$(cat errors)" = "a.$format: 21 tensors, 10860 parameters" ] || fail "export says $(cat errors)"
    # Of a run's folder it is the newest checkpoint; a file of its own is replaced.
    "$program" export runs/speller "a.$format" 2>errors
    "$program" export "$model" "again.$format" 2>errors
    cmp "a.$format" "again.$format" || fail "$format: other bytes"
    "$program" import "a.$format" "$format.h5" 2>errors || fail "$(cat errors)"
    [ "$(cat errors)" = "$format.h5: 21 tensors, 10860 parameters" ] || fail "import says $(cat errors)"
    "$program" verify "$format.h5" >output
    [ "$(cat output)" = "$format.h5: good, step 0, content hash $(value_of content_hash "$format.h5")" ] || fail "verify says $(cat output)"
    for key in parameter_hash alphabet conditions data_hash; do
        [ "$(value_of $key "$format.h5")" = "$(value_of $key "$model")" ] || fail "$format: another $key"
    done
    "$program" convert "$format.h5" --from simple-present <words | cmp - expected || fail "$format: other conversions"
    [ "$("$program" eval "$format.h5" --draws 20)" = "$("$program" eval "$model" --draws 20)" ] || fail "$format: another evaluation"
    "$program" export "$format.h5" "back.$format" 2>errors
    cmp "a.$format" "back.$format" || fail "$format: other bytes after import"
done
cmp safetensors.h5 npz.h5 || fail "the formats lead to other checkpoints"

# Letters and names beyond ASCII, every other part of a model, and numbers that are not finite come back.
printf '%s\t%s\n' 'straße' 'die straße' 'grün' 'blüht' 'für' 'öd' >german.txt
cat >german.yaml <<'YAML'
name: german
data: {train: german.txt, conditions: [eins, zwei], alphabet: data, holdout: 0, pairs: all}
model: {hidden: 6, latent: 3, embedding: 4, condition: onehot, layers: 2, bidirectional: true, cell: gru, encoder_markers: true}
train: {epochs: 1, batch_size: 2, micro_batch: 1}
optimizer: {name: sgd}
evaluate: {draws: 0}
checkpoint: {directory: runs}
YAML
"$program" german.yaml 2>errors || fail "$(cat errors)"
for format in safetensors npz; do
    "$program" export runs/german "german.$format" 2>errors
    "$program" import "german.$format" "german-$format.h5" 2>errors || fail "$(cat errors)"
    "$program" verify "german-$format.h5" >output || fail "$(cat output)"
    for key in parameter_hash alphabet; do
        [ "$(value_of $key "german-$format.h5")" = "$(value_of $key runs/german)" ] || fail "german: another $key"
    done
done
[ "$(value_of alphabet german-npz.h5)" = ' abdefghilnrstßöü' ] || fail "german: the alphabet is $(value_of alphabet german-npz.h5)"

# Use.
ends 64 'export: CHECKPOINT and FILE are needed, 1 word was given; see cvae_mpi export --help' export "$model"
ends 64 'import: FILE and CHECKPOINT are needed, 3 words were given; see cvae_mpi import --help' import a b c
ends 64 'a.onnx: its name says no format: .safetensors or .npz was expected at its end' export "$model" a.onnx
ends 64 'a.onnx: its name says no format: .safetensors or .npz was expected at its end' import a.onnx new.h5
ends 64 'b.npz: import writes a checkpoint, such as NAME.h5, not a file of this name' import a.npz b.npz
ends 64 '--set does not go with export; see cvae_mpi export --help' export "$model" b.npz --set seed=1

# What is there stays, whatever fails.
before=$(sha256sum a.npz verbs.txt "$model")
ends 73 "npz.h5: this file is there: it is not replaced; name another file, or delete this one" import a.npz npz.h5
cp verbs.txt mine.npz
ends 73 "mine.npz: this file is there and is no model of cvae_mpi: it is not replaced; name another file, or delete this one" export "$model" mine.npz
cmp verbs.txt mine.npz || fail "a file of somebody else is replaced"
ends 73 "none/a.npz: cannot be written: No such file or directory" export "$model" none/a.npz
ends 73 "none/a.h5: cannot be written: No such file or directory" import a.npz none/a.h5
ends 66 "none.h5: cannot be read: No such file or directory" export none.h5 a.npz
ends 66 "none.npz: No such file or directory" import none.npz new.h5
head -c 5000 "$model" >cut.h5
ends 77 "cut.h5: cut off: it has 5000 bytes, $(stat -Lc %s "$model") were written" export cut.h5 a.npz
if [ "$(id -u)" -ne 0 ]; then
    mkdir closed && cp a.npz closed && chmod 555 closed
    ends 73 "closed/a.npz: cannot be written: Permission denied" export "$model" closed/a.npz
    cmp a.npz closed/a.npz || fail "a file in a folder that cannot be written is changed"
    chmod 755 closed
fi
# A disk that is full in the middle: a limit on the size of files is one.
status=0
(ulimit -f 8 && "$program" export "$model" a.npz 2>errors) || status=$?
[ "$status" -eq 73 ] && grep -q 'a.npz: cannot be written: File too large' errors || fail "a full disk: status $status, $(cat errors)"
[ "$(sha256sum a.npz verbs.txt "$model")" = "$before" ] || fail "something has changed"
[ -z "$(find . -name '.*.tmp-*')" ] || fail "left behind: $(find . -name '.*.tmp-*')"

# Files that are whole and no model, or another one: made by others, so the program trusts nothing.
cat >change.py <<'PY'
"""change.py FROM TO: standard input is Python that changes the header h and the data d."""
import json
import sys

content = open(sys.argv[1], "rb").read()
start = 8 + int.from_bytes(content[:8], "little")
h, d = json.loads(content[8:start]), content[start:]
m = h["__metadata__"]


def cut(name):
    global d
    begin, end = h.pop(name)["data_offsets"]
    d = d[:begin] + d[end:]
    for entry in h.values():
        if entry is not m and entry["data_offsets"][0] >= end:
            entry["data_offsets"] = [place - (end - begin) for place in entry["data_offsets"]]


exec(sys.stdin.read())
text = json.dumps(h).encode()
open(sys.argv[2], "wb").write(len(text).to_bytes(8, "little") + text + d)
PY
# refused TEXT CHANGE [REMEDY]: the file with this change is not imported.
remedy='; it must have exactly the tensors and texts that export writes (checkpoints/README.md)'
refused() {
    rm -f new.h5
    python3 change.py a.safetensors changed.safetensors <<<"$2"
    ends 77 "changed.safetensors: $1${3-}" import changed.safetensors new.h5
    [ ! -e new.h5 ] || fail "$2: a checkpoint is written"
}
refused "array 'encoder.mean.bias' is missing" 'cut("encoder.mean.bias")' "$remedy"
refused "array 'more' is none of the model that its configuration makes" 'h["more"] = {"dtype": "F32", "shape": [0], "data_offsets": [len(d)] * 2}' "$remedy"
refused "array 'encoder.mean.weight' has the shape [24, 8], [8, 24] was expected" 'h["encoder.mean.weight"]["shape"].reverse()' "$remedy"
refused "tensor 'encoder.mean.weight': its dtype is F16, F32 was expected; PyTorch's float() converts it" 'h["encoder.mean.weight"]["dtype"] = "F16"'
refused "tensor 'decoder.output.bias': its data end at byte 43440, the file has 43439 bytes of data: it is cut off" 'd = d[:-1]'
refused "its tensors have 43440 bytes of data, the file has 43441" 'd += b"x"'
refused "array 'config/text' is missing" 'del m["config/text"]' "$remedy"
refused "array 'data/hash' is missing" 'del m["data/hash"]' "$remedy"
refused "its conditions are not those of its configuration" 'm["data/conditions"] = "a\n"' "$remedy"
refused "array 'encoder.embedding.weight' has the shape [28, 12], [27, 12] was expected" 'm["data/alphabet"] = m["data/alphabet"][1:]' "$remedy"
if /usr/bin/python3 -c 'import numpy' 2>/dev/null; then
    # The same faults in an .npz file, as numpy writes it.
    cat >change_npz.py <<'PY'
import sys

import numpy

a = dict(numpy.load("a.npz"))
exec(sys.argv[1])
numpy.savez("changed.npz", **a)
PY
    while IFS='|' read -r change text; do
        /usr/bin/python3 change_npz.py "$change"
        ends 77 "changed.npz: $text" import changed.npz new.h5
        [ ! -e new.h5 ] || fail "$change: a checkpoint is written"
    done <<TABLE
del a["decoder.output.bias"]|array 'decoder.output.bias' is missing$remedy
a["decoder.output.scale"] = a["decoder.output.bias"]|array 'decoder.output.scale' is none of the model that its configuration makes$remedy
a["decoder.output.bias"] = a["decoder.output.bias"][1:]|array 'decoder.output.bias' has the shape [27], [28] was expected$remedy
a["encoder.mean.weight"] = a["encoder.mean.weight"].T|'encoder.mean.weight': it is stored by columns: numpy.ascontiguousarray() helps
a["encoder.mean.bias"] = a["encoder.mean.bias"].astype(float)|'encoder.mean.bias': its type is '<f8', '<f4' (float32) was expected; astype('<f4') converts it
a["step"] = numpy.int64(3)|'step': its type is '<i8', '<f4' (float32) was expected; astype('<f4') converts it
del a["data/alphabet"]|array 'data/alphabet' is missing$remedy
TABLE
fi
python3 change.py a.safetensors changed.safetensors <<<'m["config/text"] = "x: ["'
"$program" import changed.safetensors new.h5 2>errors && fail "a broken configuration is imported"
grep -q "^cvae_mpi: changed.safetensors: its configuration cannot be read: config/text:" errors || fail "$(cat errors)"
[ "$(wc -l <errors)" -eq 1 ] || fail "more than a line: $(cat errors)"
# NaN is a number like any other to a file.
python3 change.py a.safetensors nan.safetensors <<<'d = b"\xff" * 4 + d[4:]'
"$program" import nan.safetensors nan.h5 2>errors && "$program" export nan.h5 nan-again.safetensors 2>errors || fail "$(cat errors)"
cmp <(tail -c 43440 nan.safetensors) <(tail -c 43440 nan-again.safetensors) || fail "NaN became something else"
