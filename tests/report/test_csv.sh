#!/usr/bin/env bash
# report --csv: the epochs of runs as one table, whose columns are the fields that checkpoints/README.md documents, and that a run writes.
. "$(dirname "$0")/../support/shell.sh"
write_config "$scratch/train.yaml"
cd "$scratch"
run=runs/small
printf '%s\tsimple-present\t%s\tpast\n' abate abated abhor abhorred >test.txt
"$program" train.yaml --set train.epochs=3 --set evaluate.every=2 --set train.consistency=1 --set evaluate.test=test.txt \
    --set train.kl_weight='{schedule: linear, from: 0.2, to: 0.3}' --set train.kl_target='{schedule: linear, from: 0, to: 1}' \
    --set train.teacher_forcing='{schedule: linear, from: 0.6, to: 0.5}' --set train.word_dropout='{schedule: linear, from: 0, to: 0.1}' \
    --set optimizer.lr_schedule='{schedule: linear, from: 1, to: 0.9}' 2>errors || fail "$(cat errors)"
"$program" train.yaml --set name=other --set evaluate.draws=0 2>errors || fail "$(cat errors)"

# Every field is documented, every documented field is written, and the table's columns are they, in their order.
"$program" report --csv "$run" >small.csv
sed -n '/^## metrics.jsonl/,/^## Reading/p' "$project/checkpoints/README.md" |
    sed -nE 's/^\| (`[^|]*`) \|.*/\1/p' | tr -d '`' | tr ',' '\n' | tr -d ' ' >documented
python3 - "$run/metrics.jsonl" <<'PYTHON' || fail "fields"
import csv, json, sys
documented = open("documented").read().split()
def names(value, prefix, found):
    for key, below in value.items():
        found.append(prefix + key)
        if key == "forms":  # whose fields are the conditions
            continue
        for each in below if isinstance(below, list) else [below]:
            if isinstance(each, dict):
                names(each, prefix + key + ("[]." if isinstance(below, list) else "."), found)
    return found
lines = [json.loads(line) for line in open(sys.argv[1], encoding="utf-8")]
written = set()
for line in lines:
    found = list(dict.fromkeys(names(line, "", [])))
    assert [name for name in documented if name in found] == [name for name in found if name not in ("evaluation", "schedules")], "another order"
    written |= set(found) - {"evaluation", "schedules"}
assert written == set(documented), (written - set(documented), set(documented) - written)
rows = list(csv.DictReader(open("small.csv", encoding="utf-8", newline="")))
columns = ["run"] + [name for name in documented if "[]" not in name and
                     name not in ("evaluation.conversions", "evaluation.samples") and not name.startswith("schedules.")]
assert list(rows[0]) == columns, list(rows[0])
# Each cell is the field, and reads back to the same number; what an epoch lacks is empty.
assert len(rows) == len(lines) == 3
for row, line in zip(rows, lines):
    assert row["run"] == "small"
    flat = {**line, **{"evaluation." + key: value for key, value in line.get("evaluation", {}).items()}}
    for name in columns[1:]:
        value = flat.get(name)
        assert (row[name] == "") if value is None else (row[name] == value) if isinstance(value, str) else float(row[name]) == value, name
assert rows[0]["bleu4"] == "" != rows[1]["bleu4"]
PYTHON

# Several runs, one behind the other, with the same columns whatever they lack; runs of one name are called by their folders.
"$program" report --csv runs/other "$run" >both.csv
[ "$(head -n 1 both.csv)" = "$(head -n 1 small.csv)" ] || fail "the columns depend on the runs: $(head -n 1 both.csv)"
cut -d, -f1,2 both.csv | tail -n +2 | xargs | grep -q -x 'other,1 other,2 small,1 small,2 small,3' || fail "$(cut -d, -f1,2 both.csv)"
tail -n 3 both.csv | cmp - <(tail -n 3 small.csv) || fail "a run's rows depend on the others"
"$program" report --csv "$run" ./runs/small >twice.csv
cut -d, -f1 twice.csv | sort -u | xargs | grep -q -x './runs/small run runs/small' || fail "$(cut -d, -f1 twice.csv)"

# Into a file, which is said; a table is replaced, and nothing else is.
for _ in 1 2; do
    "$program" report --csv "$run" --output table.csv >output 2>errors || fail "$(cat errors)"
    [ "$(cat errors)" = 'table.csv: 1 run' ] && [ ! -s output ] || fail "$(cat errors output)"
done
cmp table.csv small.csv || fail "the file is another table"
cp train.yaml mine.csv
ends 73 'mine.csv: this file is there and is no table of this program: it is not replaced; name another file, or delete this one' \
    report --csv "$run" --output mine.csv
cmp mine.csv train.yaml || fail "a file was replaced"

# Metrics of other programs, and hostile ones: unknown fields stand behind the known ones, and what CSV knows as marks is in quotes.
odd='runs/a "b", c'
mkdir -p "$odd"
printf '%s\n' '{"epoch": 1, "new": true, "kl": null, "host": "x\ny", "run": "mine", "evaluation": {"pairs": 3, "more": {"deep": 1e-300}, "list": [1]}}' \
    'broken {' '{"epoch": 2, "other,": "", "new": "a\rb", "loss": -0.0, "text": " \"q\" ", "long": "'"$(printf '%040d' 7)"'"}' \
    >"$odd/metrics.jsonl"
printf '{"epo' >>"$odd/metrics.jsonl"
"$program" report --csv "$odd" "$run" >odd.csv 2>errors || fail "$(cat errors)"
[ "$(cat errors)" = "warning: $odd/metrics.jsonl:2: left out, a JSON object with a whole \"epoch\" was expected" ] || fail "$(cat errors)"
python3 - <<'PYTHON' || fail "$(cat odd.csv)"
import csv
rows = list(csv.reader(open("odd.csv", encoding="utf-8", newline=""), strict=True))
known = next(csv.reader(open("small.csv")))
assert rows[0] == known + ["new", "evaluation.more.deep", "other,", "text", "long"], rows[0]
assert all(len(row) == len(rows[0]) for row in rows) and len(rows) == 6
first, second = (dict(zip(rows[0], row)) for row in rows[1:3])
assert first["run"] == 'a "b", c' and first["new"] == "true" and first["kl"] == "" and first["host"] == "x\ny"
assert first["evaluation.pairs"] == "3" and first["evaluation.more.deep"] == "1e-300"
assert second["new"] == "a\rb" and second["text"] == ' "q" ' and second["loss"] == "-0.0" and second["long"] == "%040d" % 7
PYTHON
# A run that has not begun has no rows.
mkdir runs/none && : >runs/none/metrics.jsonl
"$program" report --csv runs/none | cmp - <(head -n 1 small.csv) || fail "a run without epochs"
ends 66 'runs/nowhere/metrics.jsonl: No such file or directory' report --csv "$run" runs/nowhere
[ ! -s output ] || fail "half a table"
