#!/usr/bin/env bash
# report.html: written by a training, made from finished runs, complete in itself, well-formed, with everything escaped.
. "$(dirname "$0")/../support/shell.sh"
write_config "$scratch/train.yaml"
run=$scratch/runs/small

# has TEXT FILE, and its contrary.
has() { grep -q -F -- "$1" "$2" || fail "$2 lacks: $1"; }
lacks() { ! grep -q -F -- "$1" "$2" || fail "$2 has: $1"; }

# well_formed FILE: XML, so that no element is left open and no text unescaped, and nothing comes from elsewhere.
well_formed() {
    xmllint --noout --nonet "$1" || fail "$1 is not well-formed"
    ! grep -E -i '<(script|link|img|iframe|object)|@import|url\(| (src|href)=' "$1" || fail "$1 is not complete in itself"
}

# A training writes the page at each evaluation.
"$program" "$scratch/train.yaml" 2>"$scratch/errors" || fail "$(cat "$scratch/errors")"
lacks 'warning' "$scratch/errors"
well_formed "$run/report.html"
for title in Cross-entropy 'KL divergence' BLEU-4 'Exact match' 'Gaussian score' 'KL weight' 'Teacher forcing' 'Learning rate'; do
    has "<figcaption>$title</figcaption>" "$run/report.html"
done
[ "$(grep -c '<svg class="plot"' "$run/report.html")" -eq 8 ] || fail "not eight charts"
for text in 'Conversions of held-back pairs, epoch 2' 'Samples: z drawn from N(0, I), epoch 2' '<td>2 of 2</td>' \
    '>nats a word</text>' '>epoch</text>' 'optimizer.<wbr/>lr' 'prefers-color-scheme:dark'; do
    has "$text" "$run/report.html"
done
[ "$(grep -c -E '<td class="(right|wrong)">' "$run/report.html")" -eq 10 ] || fail "not ten conversions"
[ "$(find "$run" -name '*.tmp' | wc -l)" -eq 0 ] || fail "a temporary file is left"
# The page has a reader of config.yaml of its own: it must find every key that there is, a schedule by its parts.
sed 's/<wbr\/>//g' "$run/report.html" >"$scratch/keys.html"
keys=$("$program" --help-config | sed '/^Keys of a schedule/,$d' | sed -nE 's/^([a-z_0-9]+(\.[a-z_0-9]+)?)( .*\*\)?)?$/\1/p')
[ "$(wc -w <<<"$keys")" -gt 40 ] || fail "these are not all keys: $keys"
for key in $keys; do
    grep -q -E "<th scope=\"row\">$key(\.from)?</th><td>[^<]" "$scratch/keys.html" || fail "report.html lacks $key"
done

# From the finished run: the same page.
(cd "$scratch" && "$program" report runs/small/ 2>errors) || fail "$(cat "$scratch/errors")"
cmp "$scratch/report.html" "$run/report.html" || fail "the page made afterwards is another"
has 'report.html: 1 run' "$scratch/errors"

# Interrupted and resumed, and with --overwrite, it is the same page again; overwriting leaves nothing of the old one.
status=0
"$program" "$scratch/train.yaml" --overwrite --stop-after 5 2>"$scratch/errors" || status=$?
[ "$status" -eq 75 ] || fail "stopping ends with $status: $(cat "$scratch/errors")"
[ ! -e "$run.replaced" ] || fail "the replaced run is still there"
"$program" "$scratch/train.yaml" --resume 2>"$scratch/errors" || fail "$(cat "$scratch/errors")"
cmp "$scratch/report.html" "$run/report.html" || fail "the resumed run has another page"

# A page that cannot be written: one warning, and the training goes on.
mkdir -p "$scratch/runs/blocked/report.html/full"
"$program" "$scratch/train.yaml" --set name=blocked 2>"$scratch/errors" || fail "a page that cannot be written ends it"
[ "$(grep -c 'warning: no report for now: .*report.html: cannot be written' "$scratch/errors")" -eq 1 ] ||
    fail "not one warning: $(cat "$scratch/errors")"
[ "$(wc -l <"$scratch/runs/blocked/metrics.jsonl")" -eq 2 ] || fail "metrics without a page"

# Several runs over one another: what differs, and only that.
"$program" "$scratch/train.yaml" --set name=slow --set optimizer.lr=0.001 --set evaluate.draws=0 2>/dev/null
"$program" report "$run" "$scratch/runs/slow" --output "$scratch/two.html" 2>/dev/null
well_formed "$scratch/two.html"
has '<h1>2 runs</h1>' "$scratch/two.html"
has '<tr><th scope="row">optimizer.<wbr/>lr</th><td>0.01</td><td>0.001</td></tr>' "$scratch/two.html"
lacks 'train.<wbr/>batch_' "$scratch/two.html"
[ "$(grep -c '<svg class="plot"' "$scratch/two.html")" -eq 10 ] || fail "not ten charts of two runs"
[ "$(grep -c 'Conversions of' "$scratch/two.html")" -ge 2 ] || fail "conversions of two runs"
"$program" report "$run" "$run" --output "$scratch/same.html" 2>/dev/null
has "<span>$run</span>" "$scratch/same.html"
has 'The runs have the same configuration.' "$scratch/same.html"

# KL target and word dropout are drawn where a run uses them.
"$program" "$scratch/train.yaml" --set name=used --set train.epochs=1 --set train.word_dropout=0.3 --set train.kl_target=2 \
    2>/dev/null
"$program" report "$run" "$scratch/runs/used" --output "$scratch/used.html" 2>/dev/null
for title in 'KL target' 'Word dropout'; do
    lacks "<figcaption>$title</figcaption>" "$run/report.html"
    lacks "<figcaption>$title</figcaption>" "$scratch/two.html"
    has "<figcaption>$title</figcaption>" "$scratch/runs/used/report.html"
    has "<figcaption>$title</figcaption>" "$scratch/used.html"
done

# A loss that is a mean over a word's letters has another unit.
"$program" "$scratch/train.yaml" --set name=mean --set train.loss=mean --set train.epochs=1 2>/dev/null
has '>nats a letter</text>' "$scratch/runs/mean/report.html"
lacks 'nats a letter' "$scratch/two.html"

# Metrics of an older program, and hostile ones: no words, no configuration, a broken line, nulls, markup.
odd="$scratch/runs/<odd> & \"quoted\" 'run'"
mkdir -p "$odd"
printf '%s\n' '{"epoch": 1, "step": 1, "cross_entropy": 22.5, "kl": null, "bleu4": 0.5}' 'broken {' '[]' '{"step": 3}' \
    '{"epoch": 2, "cross_entropy": 1e-300, "kl": 1e308, "learning_rate": -0.0, "exact_match": "much"}' \
    >"$odd/metrics.jsonl"
"$program" report "$odd" --output "$scratch/odd.html" 2>/dev/null
well_formed "$scratch/odd.html"
has '<h1>Run &lt;odd&gt; &amp; &quot;quoted&quot; &#39;run&#39;</h1>' "$scratch/odd.html"
has 'No conversions and no samples are recorded' "$scratch/odd.html"
has 'holds no config.yaml' "$scratch/odd.html"
printf '%s\n' '{"epoch": 3, "evaluation": {"bleu4_from": "<&>", "samples": [{"forms": {"<i>": "&amp;", "x": 3}}, 4], "conversions":' \
    '{"epoch": 3, "evaluation": {"bleu4_from": "<&>", "samples": [{"forms": {"<i>": "&amp;", "x": 3}}, 4], "conversions": [{"source": "\u0001</td>", "expected": "\u00e4\"", "produced": "\u00e4\""}, null]}}' \
    >>"$odd/metrics.jsonl"
"$program" report "$odd" "$run" --output "$scratch/odd.html" 2>/dev/null
well_formed "$scratch/odd.html"
has '<td class="right">ä&quot;<small>right</small></td>' "$scratch/odd.html"
has '<td>&amp;amp;</td>' "$scratch/odd.html"
: >"$odd/metrics.jsonl"
"$program" report "$odd" --output "$scratch/odd.html" 2>/dev/null
well_formed "$scratch/odd.html"
has 'Not recorded yet.' "$scratch/odd.html"

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
