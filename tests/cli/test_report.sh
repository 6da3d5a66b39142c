#!/usr/bin/env bash
# report.html: written by a training, made from finished runs, complete in itself, its data as JSON that no markup can leave.
. "$(dirname "$0")/../support/shell.sh"
write_config "$scratch/train.yaml"
run=$scratch/runs/small

# lacks TEXT FILE
lacks() { ! grep -q -F -- "$1" "$2" || fail "$2 has: $1"; }

# page FILE: Python on standard input looks at the page's data: `data`, `sections` and `charts` by their titles, `rows(TITLE)` by their first
# cell, `cell(VALUE)` without its note. The page is complete in itself: one object of data, in which no markup can begin.
page() {
    cat >"$scratch/look.py"
    python3 - "$1" "$scratch/look.py" <<'PYTHON' || fail "$1"
import json, re, sys
text = open(sys.argv[1], encoding="utf-8", newline="").read()
parts = re.findall(r'<script id="data" type="application/json">(.*?)</script>', text, re.S)
assert len(parts) == 1 and "<" not in parts[0], "not one script with data"
assert "Dan Vanderkam" in text and "Permission is hereby granted" in text, "no licence of dygraphs"
assert not re.search(r'<script[^>]* src=|<link[^>]* href="(?!data:,")|<img|<iframe|<object|@import|sourceMappingURL|@(CSS|JS|DYGRAPHS|LICENCE)', text.replace(parts[0], ""))
data = json.loads(parts[0])
sections = {section["title"]: section for section in data["sections"]}
charts = {chart["title"]: chart for section in data["sections"] for chart in section.get("charts", [])}
for chart in charts.values():
    for series in chart["series"]:
        assert series["run"] in [run["id"] for run in data["runs"]] and 0 < len(series["x"]) == len(series["y"]), chart["title"]
def cell(given):
    return given["value"] if isinstance(given, dict) else given
def rows(title):
    return {cell(row[0]): row[1:] for row in sections[title]["rows"]}
exec(compile(open(sys.argv[2]).read(), "look", "exec"))
PYTHON
}

# A training writes the page at each evaluation.
"$program" "$scratch/train.yaml" 2>"$scratch/errors" || fail "$(cat "$scratch/errors")"
lacks 'warning' "$scratch/errors"
page "$run/report.html" <<'PYTHON'
assert data["title"] == "Run small" and [run["name"] for run in data["runs"]] == ["small"], data["runs"]
assert list(charts) == ["Cross-entropy", "KL divergence", "Loss, training", "BLEU-4", "Exact match", "Gaussian score", "KL weight",
                        "Teacher forcing", "Learning rate", "Gradient norm", "Speed"], list(charts)
lines = [json.loads(line) for line in open(sys.argv[1].replace("report.html", "metrics.jsonl"))]
for title, keys in {"Cross-entropy": ["cross_entropy", "evaluation_cross_entropy"], "KL divergence": ["kl", "evaluation_kl"],
                    "Loss, training": ["loss"], "BLEU-4": ["bleu4"], "Exact match": ["exact_match"], "Gaussian score": ["gaussian"],
                    "KL weight": ["kl_weight"], "Teacher forcing": ["teacher_forcing"], "Learning rate": ["learning_rate"],
                    "Gradient norm": ["gradient_norm"], "Speed": ["words_per_second"]}.items():
    assert len(charts[title]["series"]) == len(keys), title
    for key, series in zip(keys, charts[title]["series"]):
        # A schedule that moves within an epoch has a point at its first step, too.
        ends = {x: y for x, y in zip(series["x"], series["y"]) if x == int(x)}
        assert list(ends) == [1, 2] and len(series["x"]) == (4 if title == "Learning rate" else 2), title
        assert all(abs(y - line[key]) <= 1e-7 * abs(line[key]) for y, line in zip(ends.values(), lines)), title
        assert series["dashed"] == key.startswith("evaluation"), key
    assert charts[title]["x"] == "epoch" and charts[title]["step"] == (title in ("KL weight", "Teacher forcing", "Learning rate")), title
assert charts["Cross-entropy"]["y"] == "nats a word" and charts["Cross-entropy"]["y_log"] == "auto"
facts = data["facts"]
assert facts["seed"] == "7" and facts["epochs"] == "2 of 2" and facts["host"] == lines[-1]["host"] != "", facts
assert re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d UTC", facts["date"]) and facts["date"][:10] == lines[-1]["time"][:10], facts
assert re.fullmatch(r"[0-9.e-]+ s", facts["training time"]), facts
conversions = sections["Conversions of held-back pairs, epoch 2"]
assert len(conversions["rows"]) == 10
for source, expected, produced in conversions["rows"]:
    assert produced["mark"] == produced["note"] == ("right" if expected["value"] == produced["value"] else "wrong")
samples = sections["Samples: z drawn from N(0, I), epoch 2"]
assert samples["columns"][-1] == "Data row" and len(samples["columns"]) == 5 and all(len(row) == 5 for row in samples["rows"])
assert rows("Last evaluation")["Epochs"] == ["2 of 2"]
assert rows("Last evaluation")["Gaussian score"][0]["note"].startswith("50 draws, ")
agreement = rows("Last evaluation")["Forms agree (share of draws)"][0]
assert agreement == {"value": lines[-1]["agreement"], "note": f"{lines[-1]['refined_agreement']:.3g} after one refinement"}, agreement
assert rows("Last evaluation")["BLEU-4"][0] == {"value": charts["BLEU-4"]["series"][0]["y"][-1], "note": "held-back pairs"}
assert text.count("<h2>What the numbers mean</h2>") == 1
PYTHON
[ "$(find "$run" -name '*.tmp' | wc -l)" -eq 0 ] || fail "a temporary file is left"
# The page has a reader of config.yaml of its own: it must find every key that there is, a schedule by its parts.
keys=$("$program" --help-config | sed '/^Keys of a schedule/,$d' | sed -nE 's/^([a-z_0-9]+(\.[a-z_0-9]+)?)( .*\*\)?)?$/\1/p')
[ "$(wc -w <<<"$keys")" -gt 40 ] || fail "these are not all keys: $keys"
page "$run/report.html" <<PYTHON
settings = rows("Configuration: all keys, as the run used them")
for key in """$keys""".split():
    assert settings.get(key, settings.get(key + ".from", [""]))[0] != "", key
assert settings["data.conditions"] == ["simple-present, third-person, progressive, past"], settings["data.conditions"]
PYTHON

# From the finished run: the same page.
(cd "$scratch" && "$program" report runs/small/ 2>errors) || fail "$(cat "$scratch/errors")"
cmp "$scratch/report.html" "$run/report.html" || fail "the page made afterwards is another"
grep -q -F 'report.html: 1 run' "$scratch/errors" || fail "$(cat "$scratch/errors")"

# Interrupted and resumed, and with --overwrite, it is the same page again but for what the clock said; overwriting leaves nothing of the old.
timeless() {
    page "$1" <<'PYTHON'
del charts["Speed"]["series"]
data["facts"] = {name: fact for name, fact in data["facts"].items() if name not in ("date", "training time")}
json.dump(data, open(sys.argv[1] + ".timeless", "w"))
PYTHON
}
timeless "$scratch/report.html"
status=0
"$program" "$scratch/train.yaml" --overwrite --stop-after 5 2>"$scratch/errors" || status=$?
[ "$status" -eq 75 ] || fail "stopping ends with $status: $(cat "$scratch/errors")"
[ ! -e "$run.replaced" ] || fail "the replaced run is still there"
"$program" "$scratch/train.yaml" --resume 2>"$scratch/errors" || fail "$(cat "$scratch/errors")"
timeless "$run/report.html"
cmp "$scratch/report.html.timeless" "$run/report.html.timeless" || fail "the resumed run has another page"

# A cycle of two epochs, and two cycles an epoch. The values of the epochs' last steps alone would hide both.
for cycles in 2 8; do
    "$program" "$scratch/train.yaml" --set name=cycles$cycles --set train.epochs=4 --set optimizer.lr_schedule=1 \
        --set train.kl_weight="{schedule: linear, from: 0, to: 0.5, over: 0.5, cycles: $cycles}" 2>"$scratch/errors" || fail "$(cat "$scratch/errors")"
    page "$scratch/runs/cycles$cycles/report.html" <<PYTHON
lines = [json.loads(line) for line in open("$scratch/runs/cycles$cycles/metrics.jsonl")]
steps, cycles = lines[0]["step"], $cycles
length = 4 * steps / cycles
values = [0.5 * min(1, step % length / (0.5 * length)) for step in range(4 * steps)]
series, = charts["KL weight"]["series"]
wanted = []
for epoch, line in enumerate(lines):
    part = values[epoch * steps:(epoch + 1) * steps]
    assert abs(line["kl_weight"] - part[-1]) < 1e-9
    moved = line.get("schedules", {}).get("kl_weight")
    assert (moved is not None) == (max(part) > min(part)) and "learning_rate" not in line.get("schedules", {}), line
    assert moved is None or max(abs(a - b) for a, b in zip(moved, (part[0], min(part), max(part)))) < 1e-9, (moved, part)
    wanted += [(epoch + 0.001, part[0], min(part), max(part)), (epoch + 1, part[-1], min(part), max(part))]
found = list(zip(series["x"], series["y"], series["low"], series["high"]))
assert len(found) == 8 and all(abs(a - b) < 1e-6 for f, w in zip(found, wanted) for a, b in zip(f, w)), (found, wanted)
assert max(series["high"]) - min(series["low"]) > 0.4
assert "low" not in charts["Learning rate"]["series"][0] and len(charts["Learning rate"]["series"][0]["x"]) == 4
PYTHON
done

# A page that cannot be written: one warning, and the training goes on.
mkdir -p "$scratch/runs/blocked/report.html/full"
"$program" "$scratch/train.yaml" --set name=blocked 2>"$scratch/errors" || fail "a page that cannot be written ends it"
[ "$(grep -c 'warning: no report for now: .*report.html: cannot be written' "$scratch/errors")" -eq 1 ] ||
    fail "not one warning: $(cat "$scratch/errors")"
[ "$(wc -l <"$scratch/runs/blocked/metrics.jsonl")" -eq 2 ] || fail "metrics without a page"

# Several runs over one another: what differs, and only that.
"$program" "$scratch/train.yaml" --set name=slow --set optimizer.lr=0.001 --set evaluate.draws=0 2>/dev/null
"$program" report "$run" "$scratch/runs/slow" --output "$scratch/two.html" 2>/dev/null
page "$scratch/two.html" <<'PYTHON'
assert data["title"] == "2 runs" and [run["name"] for run in data["runs"]] == ["small", "slow"]
assert data["runs"][0]["group"] != data["runs"][1]["group"]
assert rows("What the configurations differ in") == {"optimizer.lr": ["0.01", "0.001"], "evaluate.draws": ["50", "0"]}, rows("What the configurations differ in")
assert list(charts) == ["Cross-entropy, training", "Cross-entropy, evaluation", "KL divergence, training", "KL divergence, evaluation",
                        "Loss, training", "BLEU-4", "Exact match", "Gaussian score", "KL weight", "Teacher forcing", "Learning rate",
                        "Gradient norm", "Speed"], list(charts)
assert all(len(chart["series"]) == (1 if title == "Gaussian score" else 2) for title, chart in charts.items())
for name in ("small", "slow"):
    assert name + ": conversions of held-back pairs, epoch 2" in sections
assert sections["Where and when"]["rows"][1][:2] == ["slow", "7"]
PYTHON
# Runs of one name are called by their folders; what differs in the seed only is a group.
"$program" report "$run" "$run" --output "$scratch/same.html" 2>/dev/null
"$program" "$scratch/train.yaml" --set name=seeded --set seed=8 2>/dev/null
"$program" report "$run" "$scratch/runs/slow" "$scratch/runs/seeded" --output "$scratch/seeds.html" 2>/dev/null
page "$scratch/same.html" <<PYTHON
assert [run["name"] for run in data["runs"]] == ["$run", "$run"]
assert sections["Configuration"]["paragraphs"] == ["The runs have the same configuration."]
PYTHON
page "$scratch/seeds.html" <<'PYTHON'
groups = [run["group"] for run in data["runs"]]
assert groups[0] == groups[2] != groups[1], groups
PYTHON

# KL target and word dropout are drawn where a run uses them.
"$program" "$scratch/train.yaml" --set name=used --set train.epochs=1 --set train.word_dropout=0.3 --set train.kl_target=2 \
    2>/dev/null
"$program" report "$run" "$scratch/runs/used" --output "$scratch/used.html" 2>/dev/null
for uses in $run:False $scratch/runs/used:True; do
    page "${uses%:*}/report.html" <<<"assert ('KL target' in charts) == ('Word dropout' in charts) == ${uses#*:}"
done
page "$scratch/two.html" <<<"assert not {'KL target', 'Word dropout', 'Skipped steps'} & set(charts)"
page "$scratch/used.html" <<<"assert charts['KL target']['series'][1]['y'] == [2] and charts['Word dropout']['series'][1]['y'] == [0.3]"

# A loss that is a mean over a word's letters has another unit.
"$program" "$scratch/train.yaml" --set name=mean --set train.loss=mean --set train.epochs=1 2>/dev/null
"$program" report "$run" "$scratch/runs/mean" --output "$scratch/mixed.html" 2>/dev/null
page "$scratch/runs/mean/report.html" <<<"assert [charts[t]['y'] for t in ('Cross-entropy', 'KL divergence')] == ['nats a letter', 'nats a word']"
page "$scratch/mixed.html" <<<"assert charts['Cross-entropy, training']['y'] == 'nats a word or letter (train.loss)'"

# Metrics of an older program, and hostile ones: no words, no configuration, a broken line, nulls, markup.
odd="$scratch/runs/<odd> & \"quoted\" 'run'"
mkdir -p "$odd"
printf '%s\n' '{"epoch": 1, "step": 1, "cross_entropy": 22.5, "kl": null, "bleu4": 0.5}' 'broken {' '[]' '{"step": 3}' \
    '{"epoch": 2, "cross_entropy": 1e-300, "kl": 1e308, "learning_rate": -0.0, "exact_match": "much"}' \
    >"$odd/metrics.jsonl"
"$program" report "$odd" --output "$scratch/odd.html" 2>/dev/null
page "$scratch/odd.html" <<'PYTHON'
assert data["title"] == """Run <odd> & "quoted" 'run'""", data["title"]
assert sections["Words"]["paragraphs"] == ["No conversions and no samples are recorded for this run."]
assert sections["Configuration"]["paragraphs"] == ["The folder holds no config.yaml."]
assert charts["Cross-entropy"]["series"][0]["y"] == [22.5, 1e-300] and charts["KL divergence"]["series"][0]["y"] == [None, 1e308]
assert charts["Exact match"]["series"] == [] and "Loss, training" not in charts and "Gradient norm" not in charts
assert list(data["facts"]) == ["program", "epochs"], data["facts"]
PYTHON
printf '%s\n' '{"epoch": 3, "evaluation": {"bleu4_from": "<&>", "samples": [{"forms": {"<i>": "&amp;", "x": 3}}, 4], "conversions":' \
    '{"epoch": 3, "evaluation": {"bleu4_from": "</script><!--", "samples": [{"forms": {"<i>": "&amp;", "x": 3}}, 4], "conversions": [{"source": "\u0001</td>", "expected": "\u00e4\"\u2028", "produced": "\u00e4\"\u2028"}, null]}}' \
    >>"$odd/metrics.jsonl"
printf 'name: "@DATA@ \\"</script>\\" \xd9\x85\xd8\xb1 \xff"\ntrain:\n  epochs: 9\n  list:\n    - "- a"\n    - b # c\n' >"$odd/config.yaml"
"$program" report "$odd" "$run" --output "$scratch/odd.html" 2>/dev/null
page "$scratch/odd.html" <<'PYTHON'
name = '@DATA@ "</script>" \u0645\u0631 \ufffd'
assert data["runs"][0]["name"] == name, data["runs"]
conversions = sections[name + ": conversions of </script><!-- pairs, epoch 3"]["rows"]
assert conversions[0][0]["value"] == "\x01</td>" and conversions[0][2] == {"value": "\u00e4\"\u2028", "note": "right", "mark": "right"}
assert sections[name + ": samples: z drawn from N(0, I), epoch 3"]["rows"] == [["&amp;", "", ""], [""]]
assert rows("What the configurations differ in")["train.list"] == ["- a, b # c", "–"]
PYTHON
# A value with a zero byte is cut there, as a C string is, and an empty file is a run that has not begun.
printf '%s\n' '{"epoch": 1, "host": "a\u0000b", "evaluation": {"conversions": [{"source": "a\u0000b"}]}}' >"$odd/metrics.jsonl"
"$program" report "$odd" --output "$scratch/odd.html" 2>/dev/null
page "$scratch/odd.html" <<<"assert data['facts']['host'] == 'a'"
: >"$odd/metrics.jsonl"
"$program" report "$odd" --output "$scratch/odd.html" 2>/dev/null
page "$scratch/odd.html" <<<"assert all(chart['series'] == [] for chart in charts.values()) and len(charts) == 8, list(charts)"

# A symbolic link stays, and a pipe or a device gets the page: none of them becomes a file.
echo "<!DOCTYPE html> old" >"$scratch/target.html"
ln -s target.html "$scratch/link.html"
"$program" report "$run" --output "$scratch/link.html" 2>/dev/null
[ -L "$scratch/link.html" ] && cmp "$scratch/target.html" "$run/report.html" || fail "a link is replaced"
mkfifo "$scratch/pipe"
timeout 60 cat "$scratch/pipe" >"$scratch/piped.html" &
timeout 60 "$program" report "$run" --output "$scratch/pipe" 2>"$scratch/errors" || fail "$(cat "$scratch/errors")"
[ -p "$scratch/pipe" ] || fail "a pipe is replaced"
wait $!
cmp "$scratch/piped.html" "$run/report.html" || fail "a pipe gets another page"
