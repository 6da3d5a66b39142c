#!/usr/bin/env bash
# launch/scaling.py --from: medians, speed-ups and shares of hand-made accounts as computed by hand; unequal parameters and bad files.
. "$(dirname "$0")/../support/shell.sh"
. "$(dirname "$0")/../support/install.sh"
needs "python3-minimal libpython3-stdlib" python3
cd "$scratch"
# The page is beside the program.
export CVAE_PROGRAM=$scratch/build/cvae_mpi
mkdir build
echo '<!DOCTYPE html><script id="data">@DATA@</script>' >build/page.html
scaling() { "$project/launch/scaling.py" --from "$@"; }
# ends STATUS TEXT FILE...: sums files up, with that status and with TEXT as a line of its own on standard error.
ends() {
    local expected=$1 text=$2 status=0
    shift 2
    scaling "$@" >"$scratch/output" 2>"$scratch/errors" || status=$?
    [ "$status" -eq "$expected" ] || fail "status $status, not $expected: $* ($(cat "$scratch/errors"))"
    grep -q -F -x -- "scaling.py: $text" "$scratch/errors" || fail "not said: $text; but: $(cat "$scratch/errors")"
}
# page EXPRESSION: of Python, which must hold for the page's data.
page() {
    python3 -B - "$1" <<'PYTHON' || fail "of the page: $1"
import json, sys
text = open("out/scaling.html", encoding="utf-8").read()
data = json.loads(text.split(">", 2)[2].split("<")[0])
sections = data["sections"]
charts = {chart["title"]: chart for section in sections if section["type"] == "charts" for chart in section["charts"]}
tables = {section["title"]: section for section in sections if section["type"] == "table"}
texts = "\n".join(" ".join(part) if isinstance(part, list) else part
                  for section in sections if section["type"] == "text" for part in section["paragraphs"])
cells = [cell for table in tables.values() for row in table["rows"] for cell in row]
lines = {(title, series["name"]): series for title, chart in charts.items() for series in chart["series"]}
sys.exit(not eval(sys.argv[1]))
PYTHON
}
phases='"prepare", "compute", "exact_sum", "waiting", "allreduce", "optimizer", "evaluation", "checkpoint", "other"'

# account RANKS BATCH RATE HASH [MICRO_BATCH]: a training's account. Rank 0 computes for 4 s and waits for 2, the others compute
# for 6; each is 2 s in other phases of its steps, and 8 in an evaluation and a checkpoint.
account() {
    local rank seconds separator=
    printf '{"version": "%s", "name": "a", "ranks": %d, "hosts": 1, "batch_size": %d, "micro_batch": %d, "hidden": 24, ' \
        "$version" "$1" "$2" "${5:-8}"
    printf '"layers": 2, "cell": "lstm", "parameters": 12345, "sum": "%s", "kernels": "avx2", "library": "Open MPI <4>", ' "$sum"
    printf '"gemm": "native", "reduction": "shared", "bucket": 0, "training_hash": "0123456789", '
    printf '"warmup_steps": 3, "steps": 10, "words": 1000, "seconds": 20.0, "words_per_second": %s, ' "$3"
    printf '"parameter_hash": "%s", "startup_seconds": 0.5, "phases": [%s], "per_rank": [' "$4" "$phases"
    for ((rank = 0; rank < $1; rank++)); do
        seconds=$([ "$rank" -eq 0 ] && echo '0, 4, 0.5, 2, 1' || echo '0, 6, 0.5, 0, 1')
        printf '%s{"rank": %d, "host": "node%d", "seconds": [%s, 0.25, 4, 4.0, 0.25], "peak_memory": %d, "words": 5}' \
            "$separator" "$rank" "$rank" "$seconds" $((50000000 + rank))
        separator=', '
    done
    echo ']}'
}
version=$("$program" --version | cut -d ' ' -f 2)
sum=exact

# has TEXT FILE, and its contrary. In JSON blanks and line ends do not count.
has() { grep -q -F -- "$1" "$2" || fail "$2 lacks: $1"; }
lacks() { ! grep -q -F -- "$1" "$2" || fail "$2 has: $1"; }
json_has() { tr -d ' \n' <out/scaling.json | grep -q -F -- "$1" || fail "scaling.json lacks: $1"; }
# field COLUMN FILE: of the line of scaling.csv on a file.
field() {
    awk -F, -v name="$1" -v file="$2" 'NR == 1 { for (i = 1; i <= NF; i++) if ($i == name) column = i }
        $1 == file { print $column }' out/scaling.csv
}
field_is() {
    [ "$(field "$1" "$2")" = "$3" ] || fail "$1 of $2 is $(field "$1" "$2"), not $3"
}

# Three rounds. Two ranks are 1.9, 2.0 and 1.8 times as fast as one, round by round, four on two cores 1.8 times.
rates=("1000 1900 1800" "1100 2200 1980" "900.0 1620 1620")
for round in 1 2 3; do
    read -r one two four <<<"${rates[round - 1]}"
    account 1 100 "$one" aaaa >$round-1.json
    account 2 100 "$two" aaaa >$round-2.json
    account 4 100 "$four" aaaa >$round-4.json
    { echo '[' && account 1 100 "$one" aaaa && echo , && account 1 100 "$one" aaaa && echo ']'; } >$round-separate.json
    account 2 200 "$two" bbbb >$round-weak-2.json
    account 4 400 "$four" cccc >$round-weak-4.json
done
account 2 100 1600 dddd 16 >4-micro.json
account 2 100 1400 dddd 16 >5-micro.json
# Without a terminal tables have 80 columns. In most of what follows a line is to be found as a whole.
# fits COLUMNS FILE: fails if a line is wider.
fits() { [ "$(wc -L <"$2")" -le "$1" ] || fail "more than $1 columns: $(cat "$2")"; }
scaling ./*.json --output out --cores 2 >narrow
fits 80 narrow
export COLUMNS=200
scaling ./*.json --output out --cores 2 >text 2>errors || fail "$? $(cat errors)"
figures=
if command -v gnuplot >/dev/null; then figures=' scaling.pdf scaling.svg'; fi
[ -z "$figures" ] || [ ! -s errors ] || fail "$(cat errors)"
[ "$(ls out | xargs)" = "scaling.csv scaling.html scaling.json$figures" ] || fail "$(ls out)"

# JSON: by hand.
json_has '"cores":2,"whole":false,"runs":20,"equal_parameters":true'
strong='"ranks":2,"batch_size":100,"micro_batch":8,"words_per_second":1900.0,"speed_up":{"median":1.9,"min":1.8,"max":2.0},'
json_has "$strong"'"efficiency":{"median":0.95,"min":0.9,"max":1.0},"of_separate":{"median":0.95,"min":0.9,"max":1.0}}'
json_has '"ranks":4,"batch_size":100,"micro_batch":8,"words_per_second":1800.0,"speed_up":{"median":1.8,"min":1.8,"max":1.8},'\
'"efficiency":{"median":0.45,"min":0.45,"max":0.45},"of_separate":{"median":0.9,"min":0.9,"max":0.9}}]'
json_has '"separate":[{"setting":3,"ranks":2,"batch_size":100,"micro_batch":8,"words_per_second":2000.0,'\
'"speed_up":{"median":2.0,"min":2.0,"max":2.0},"efficiency":{"median":1.0,"min":1.0,"max":1.0},"of_separate":null}]'
json_has '{"kind":"strong","equal_parameters":true,"points":[{"setting":0,'
json_has '{"kind":"weak","points":[{"setting":0,'
json_has '"ranks":2,"batch_size":200,"micro_batch":8,"words_per_second":1900.0,"speed_up":{"median":1.9,"min":1.8,"max":2.0}'
json_has '{"kind":"micro-batch","points":[{"setting":1,'
# The mean of the middle two of an even number.
json_has '"micro_batch":16,"words_per_second":1500.0,"speed_up":{"median":'
[ "$(grep -c '"kind":' out/scaling.json)" -eq 3 ] || fail "not three series: $(grep '"kind":' out/scaling.json)"
# Of 8 s in steps; the slowest is busy for 7 s (6 + 0.5 + 0.25 + 0.25), the mean of two is 6.
json_has '"compute":{"min":0.5,"mean":0.625,"max":0.75},"exact_sum"'
json_has '"waiting":{"min":0.0,"mean":0.125,"max":0.25}'
json_has '"checkpoint":{"min":0.0,"mean":0.0,"max":0.0}'
json_has '"peak_memory":50000001,"slowest_rank":1,"slowest_host":"node1","slowest_by":0.1666666666666667'

# CSV: a line a run, every field in its column.
[ "$(wc -l <out/scaling.csv)" -eq 21 ] || fail "$(wc -l <out/scaling.csv) lines"
[ "$(awk -F, '{ print NF }' out/scaling.csv | sort -u | wc -l)" -eq 1 ] || fail "lines of several lengths"
field_is words_per_second ./2-2.json 2200.0
field_is words_per_second ./3-separate.json 1800.0
field_is separate ./3-separate.json 1
field_is separate ./3-2.json 0
field_is ranks ./3-separate.json 2
field_is words ./3-separate.json 2000
field_is parameter_hash ./1-weak-4.json cccc
field_is equal_parameters ./1-weak-4.json 1
# Round by round: 2200 over 1100, in both series that begin with one rank.
field_is strong_speed_up ./2-2.json 2.0
field_is strong_efficiency ./3-2.json 0.9
field_is strong_efficiency ./1-4.json 0.45
field_is strong_speed_up ./3-separate.json 2.0
field_is weak_speed_up ./3-weak-4.json 1.8
field_is weak_efficiency ./3-weak-4.json 0.45
field_is weak_speed_up ./1-1.json 1.0
field_is weak_speed_up ./1-2.json ''
field_is strong_speed_up ./1-weak-4.json ''
field_is strong_efficiency ./4-micro.json ''
field_is reduction ./1-1.json shared
field_is training_hash ./1-1.json 0123456789
field_is compute_max ./1-2.json 0.75
field_is slowest_rank ./1-2.json 1
field_is library ./1-2.json 'Open MPI <4>'

# The tables of standard output.
has 'LSTM 2 x 24, 12,345 parameters; 10 steps after 3 to warm up' text
has 'strong scaling, 100 words a step, shards of 8: equal work to the last bit, parameter hash aaaa after all 9 runs' text
grep -q -E '^    2 ranks +1,900  1.90 \(1.80 to 2.00\)  0.95 \(0.90 to 1.00\)  0.95 \(0.90 to 1.00\)  rank 1 on node1, 16.7% busier' text ||
    fail "two ranks: $(cat text)"
grep -q -E '^    4 ranks on 2 cores +1,800  1.80  +0.45  +0.90 ' text || fail "four ranks: $(cat text)"
grep -q -E '^    2 separate runs +2,000  2.00  +1.00  +- ' text || fail "separate runs: $(cat text)"
grep -q -E '^    shards of 16 +1,500  ' text || fail "micro-batches: $(cat text)"
fits 200 text
# Where there are fewer columns than a table has, the others are below it, each once, for the same ranks.
has '  strong scaling, 100 words a step, shards of 8: equal work to the last bit,' narrow
has '    parameter hash aaaa after all 9 runs' narrow
grep -q -E '^    2 ranks +1,900  1.90 \(1.80 to 2.00\)  0.95 \(0.90 to 1.00\)$' narrow || fail "two ranks: $(cat narrow)"
grep -q -E '^    2 ranks +0.95 \(0.90 to 1.00\)$' narrow || fail "two ranks, of separate runs: $(cat narrow)"
grep -q -E '^    2 ranks +rank 1 on node1, 16.7% busier than the mean$' narrow || fail "two ranks, slowest: $(cat narrow)"
for column in words/s speed-up efficiency 'of separate runs' slowest; do
    count=$(grep -c -E "^    .* $column( |$)" text) || fail "$column: $(cat text)"
    [ "$(grep -c -E "^    .* $column( |$)" narrow)" -eq "$count" ] || fail "$column: $(cat narrow)"
done
for column in prepare compute 'exact sum' waiting allreduce optimizer evaluation checkpoint other; do
    [ "$(sed '1,/share of the time/d' narrow | grep -c -E " $column( |$)")" -eq 1 ] || fail "$column: $(cat narrow)"
done
[ "$(sed '1,/share of the time/d' narrow | grep -c '^    2 separate runs, 100 words a step')" -gt 1 ] || fail "no ranks: $(cat narrow)"

# The page: its data, in which no markup is left.
[ "$(grep -o '<' out/scaling.html | wc -l)" -eq 3 ] || fail "markup: $(cat out/scaling.html)"
page 'data["facts"] == {"runs": "20", "cores": "2", "hosts": "node0, node1, node2, node3", "library": "Open MPI <4>",
    "kernels": "avx2"}'
page '"the 9 runs of 1 strong-scaling series did equal work to the last bit" in texts and "Start-up the time" in texts'
page '{run["name"] for run in data["runs"]} == {"strong scaling, 100 words a step, shards of 8", "linear speed-up",
    "weak scaling, 100 words a step and rank, shards of 8", "micro-batch, 100 words a step, 2 ranks"}'
page '{series["run"] for chart in charts.values() for series in chart["series"]} == {run["id"] for run in data["runs"]}'
page 'set(charts) == {"Strong scaling: words a second", "Strong scaling: speed-up", "Strong scaling: efficiency",
    "Weak scaling: words a second", "Weak scaling: efficiency", "Micro-batch: words a second"} | {
    f"Strong scaling: share of {phase}" for phase in ("compute", "exact sum", "waiting", "allreduce", "optimizer", "other")}'
page 'lines["Strong scaling: speed-up", "together"].items() >= {"x": [1, 2, 4], "y": [1, 1.9, 1.8], "low": [1, 1.8, 1.8],
    "high": [1, 2, 1.8]}.items()'
page 'lines["Strong scaling: speed-up", "separate runs"].items() >= {"x": [1, 2], "y": [1, 2], "dashed": True}.items()'
page 'lines["Strong scaling: speed-up", "ideal"].items() >= {"x": [1, 4], "y": [1, 4]}.items()'
page 'lines["Strong scaling: share of compute", "together"].items() >= {"y": [50, 62.5, 68.75], "low": [50, 50, 50],
    "high": [50, 75, 75]}.items()'
page 'lines["Micro-batch: words a second", "together"].items() >= {"x": [8, 16], "y": [1900, 1500]}.items()'
page '[cell["value"] for cell in tables["With most ranks that have a core each"]["rows"][0]] == ["Strong scaling, 100 words a step, "
    "shards of 8", "2 ranks", "1,900", "1.90", "0.95", "0.95", "rank 1 on node1, 16.7% busier than the mean"]'
page '{"value": "1.90", "note": "1.80 to 2.00"} in cells and {"value": "4 ranks on 2 cores"} in cells and {"value": "aaaa"} in cells'
page '{"value": "62.5", "note": "50.0 to 75.0"} in cells and not any("mark" in cell for cell in cells)'
# The same files, the same bytes; standard output is told of.
scaling ./*.json --output again --cores 2 >text.again 2>&1
cmp text text.again && for file in csv json html; do cmp "out/scaling.$file" "again/scaling.$file"; done
status=0
scaling ./*.json --output again >/dev/full 2>errors || status=$?
[ "$status" -eq 73 ] && [ "$(cat errors)" = 'scaling.py: standard output: No space left on device' ] ||
    fail "a full standard output ends with $status: $(cat errors)"
status=0
scaling ./*.json --output again >&- 2>errors || status=$?
[ "$status" -eq 73 ] && [ "$(cat errors)" = 'scaling.py: standard output: Bad file descriptor' ] ||
    fail "a closed standard output ends with $status: $(cat errors)"
# Without gnuplot, how to get it.
python=$(python3 -c 'import sys; print(sys.executable)')
PATH=$scratch "$python" "$project/launch/scaling.py" --from ./*.json --cores 2 --output none >text.again 2>errors
[ "$(cat errors)" = 'scaling.pdf, scaling.svg: not drawn: gnuplot is not installed (Debian: gnuplot-nox)' ] || fail "$(cat errors)"
cmp text text.again && [ "$(ls none | xargs)" = 'scaling.csv scaling.html scaling.json' ] || fail "$(ls none)"
rm -r none
# Without a page to fill, what it needs.
mv build/page.html page.html
scaling ./*.json --output none >text.again 2>errors
grep -q '^scaling.html: not written: .*/build/page.html, which the build makes, is not there$' errors || fail "$(cat errors)"
rm -r none && mv page.html build

# The whole time, in which evaluation and checkpoint are 8 s; cores that nobody knows.
scaling ./*-2.json ./*-1.json --output out --whole >text
json_has '"cores":null,"whole":true'
json_has '"compute":{"min":0.25,"mean":0.3125,"max":0.375}'
json_has '"checkpoint":{"min":0.25,"mean":0.25,"max":0.25}'
lacks ' cores' text
has 'share of time in percent' text
# Two ranks of which no run is of one: the first is what there is.
scaling 1-2.json 1-4.json --output out >text
json_has '"ranks":4,"batch_size":100,"micro_batch":8,"words_per_second":1800.0,"speed_up":{"median":0.9473684210526315,'
# One run alone is a table, but no curve.
scaling 1-2.json --output out >text
json_has '"runs":1'
lacks '"series"' out/scaling.json
page 'data["runs"] == [] and charts == {}'
# Batches that grow with some of the ranks only are no weak scaling.
scaling 1-1.json 1-2.json 1-weak-4.json --output out >text
lacks '"weak"' out/scaling.json

# Equal work with other parameters: an error that names the runs, and a mark on them in everything.
account 2 100 1900 eeee >2-2.json
status=0
scaling ./*.json --output out --cores 2 >text 2>errors || status=$?
[ "$status" -eq 65 ] || fail "unequal parameters end with $status"
[ "$(cat errors)" = "scaling.py: equal work did not end with equal parameters, whose hash is aaaa of ./1-1.json, ./1-2.json, \
./1-4.json, ./1-separate.json and 7 more; eeee of ./2-2.json" ] || fail "$(cat errors)"
has '    2 ranks, UNEQUAL PARAMETERS ' text
lacks 'equal work to the last bit' text
page 'texts.startswith("NOT EQUAL") and "did equal work to the last bit" not in texts'
page '{"value": "aaaa", "note": "eeee not equal", "mark": "wrong"} in cells'
json_has '"equal_parameters":false'
field_is equal_parameters ./2-2.json 0
field_is equal_parameters ./1-4.json 0
field_is equal_parameters ./1-weak-4.json 1
# The mark, and hosts of long names, in few columns; on a terminal tables have its width.
sed "s/node1/a-host.of.a-name-that-alone-has-more-columns.than-there-are-in-all-of-them.example.org/" 2-2.json >long.json
mkdir narrow.out
for columns in 80 40; do
    COLUMNS=$columns scaling 1-1.json long.json 2-2.json --output narrow.out --cores 2 >narrow 2>errors || true
    fits "$columns" narrow
    ! grep -q '^    2 ranks [ 0-9a-z]' narrow || fail "not marked: $(cat narrow)"
    grep -q 'rank 1 on$' narrow && grep -q ' a-host.of.a-name' narrow || fail "the slowest rank: $(cat narrow)"
done
if command -v script >/dev/null; then
    for columns in 60 180; do
        script -qec "stty cols $columns; unset COLUMNS; '$project/launch/scaling.py' --from ?-?.json --cores 2 --output narrow.out 2>errors || true" \
            /dev/null </dev/null | sed 's/\r$//' >narrow
        fits "$columns" narrow
    done
    [ "$(wc -L <narrow)" -gt 80 ] || fail "a wide terminal is not used: $(cat narrow)"
fi
# Other kernels, other hosts, the same work: they must agree too. Sums that are not exact need not.
account 2 100 1900 eeee | sed 's/avx2/avx512/; s/"hosts": 1/"hosts": 2/' >other.json
ends 65 'equal work did not end with equal parameters, whose hash is aaaa of 1-2.json; eeee of other.json' \
    1-2.json other.json --output out
sum=float
account 1 100 1000 aaaa >float-1.json
account 2 100 1900 eeee >float-2.json
scaling float-1.json float-2.json --output out >text || fail "sums that are not exact"
page '"Where sums are not exact" in texts'
lacks 'equal work to the last bit' text
# What is not compared is not said to be equal.
json_has '"runs":2,"equal_parameters":null'
json_has '{"kind":"strong","equal_parameters":null,'
json_has '"parameter_hash":"eeee","equal_parameters":null'
lacks '"equal_parameters": true' out/scaling.json
field_is equal_parameters float-1.json ''
field_is equal_parameters float-2.json ''
sum=exact

# Separate runs that disagree among themselves: everything is written and marked, both hashes are named.
{ echo '[' && account 1 100 1000 aaaa && echo , && account 1 100 1000 eeee && echo ']'; } >apart.json
ends 65 'equal work did not end with equal parameters, whose hash is aaaa of 1-1.json, apart.json; eeee of apart.json' \
    1-1.json apart.json --output apart
grep -q 'NOT EQUAL' apart/scaling.html || fail "the page says nothing"
equal=$(awk -F, 'NR == 1 { for (i = 1; i <= NF; i++) if ($i == "equal_parameters") column = i } NR > 1 { print $column }' \
    apart/scaling.csv | xargs)
[ "$equal" = "0 0" ] || fail "$(cat apart/scaling.csv)"
ends 65 'equal work did not end with equal parameters, whose hash is aaaa of apart.json; eeee of apart.json' \
    apart.json --output apart

# Trainings that differ in anything that decides them are other models, and those that only compute otherwise are other settings.
sed 's/"0123456789"/"9876543210"/; s/aaaa/eeee/' 1-2.json >other.json
scaling 1-1.json 1-2.json other.json --output out >text || fail "another training is called unequal"
has 'LSTM 2 x 24, 12,345 parameters, training 01234567; 10 steps' text
has 'LSTM 2 x 24, 12,345 parameters, training 98765432; 10 steps' text
json_has '"training_hash":"9876543210"'
for other in 's/"shared"/"allreduce"/ reduction_shared reduction_allreduce' 's/"bucket":.0/"bucket":9/ bucket_0 bucket_9'; do
    read -r change first second <<<"$other"
    for run in 1-1 1-2; do sed "$change" $run.json >other-$run.json; done
    scaling 1-1.json 1-2.json other-*.json --output out >text || fail "$change: $(cat text)"
    has "strong scaling, 100 words a step, ${first/_/ }: equal work to the last bit, parameter hash aaaa after all 2 runs" text
    has "strong scaling, 100 words a step, ${second/_/ }: equal work to the last bit" text
    sed "$change; s/aaaa/eeee/" 1-2.json >other.json
    ends 65 'equal work did not end with equal parameters, whose hash is aaaa of 1-2.json; eeee of other.json' \
        1-2.json other.json --output out
done
# Other products may have other bits.
sed 's/"native"/"openblas"/; s/aaaa/eeee/' 1-2.json >other.json
scaling 1-2.json other.json --output out >text || fail "other products are called unequal"
has ', gemm openblas' text

# The ideal is as many times the first point as there are more ranks, on straight axes and on logarithmic ones.
for most in 8 16; do
    list=()
    for ((n = 1; n <= most; n *= 2)); do account "$n" 100 $((1000 * n)) aaaa >"ideal-$n.json" && list+=("ideal-$n.json"); done
    scaling "${list[@]}" --output out >text
    page "charts['Strong scaling: speed-up']['x_log'] == charts['Strong scaling: speed-up']['y_log'] == ($most == 16)"
    page "lines['Strong scaling: speed-up', 'ideal']['y'] == [1, $most] == lines['Strong scaling: speed-up', 'together']['y'][::$((
        most == 8 ? 3 : 4))]"
done

# Many series have one ideal.
list=()
for batch in {100..108}; do
    for n in 1 2; do account "$n" "$batch" $((1000 * n)) "a$batch" >"many-$batch-$n.json" && list+=("many-$batch-$n.json"); done
    { echo '[' && account 1 "$batch" 900 "a$batch" && echo , && account 1 "$batch" 900 "a$batch" && echo ']'; } >"many-$batch-two.json"
    list+=("many-$batch-two.json")
done
scaling "${list[@]}" --output out --cores 2 >text
page '[series["name"] for series in charts["Strong scaling: speed-up"]["series"]] == 9 * ["together"] + 9 * ["separate runs"] + ["ideal"]'

# What is no account: one line with the file, and nothing is written.
rm -r out
refuse() {
    local status=$1 text=$2
    shift 2
    ends "$status" "$text" 1-1.json "$@" --output out
    [ "$(wc -l <"$scratch/errors")" -eq 1 ] && [ ! -e out ] || fail "$text: more than a line, or an output"
}
mkdir folder
printf '{"version": \n' >cut.json
: >empty.json
refuse 66 'none.json: No such file or directory' none.json
refuse 66 'folder: Is a directory' folder
refuse 65 'cut.json:2: no JSON: Expecting value' cut.json
refuse 65 'empty.json:1: no JSON: Expecting value' empty.json
printf '\377' >no.json
refuse 65 "no.json: no JSON, as --timing or scaling.py --output writes it: 'utf-8' codec can't decode byte 0xff in position 0: invalid start byte" no.json
echo '{}' >no.json
refuse 65 'no.json: "version": a text was expected' no.json
echo '[]' >no.json
refuse 65 'no.json: the list of trainings: one training or more was expected' no.json
echo '[3]' >no.json
refuse 65 "no.json: a training's timing, a JSON object, was expected" no.json
version=9.8.7 account 1 100 1000 aaaa >no.json
refuse 65 'no.json: "version": as in 1-1.json was expected' no.json
# spoil EXPRESSION TEXT: two ranks' account after sed.
spoil() {
    sed "$1" 1-2.json >no.json
    ! cmp -s 1-2.json no.json || fail "not spoilt by $1"
    refuse 65 "no.json: $2" no.json
}
spoil 's/"bucket": 0/"bucket": -1/' '"bucket": a whole number from 0 was expected'
for key in ranks hosts batch_size micro_batch hidden layers parameters steps words; do
    spoil "s/\"$key\":/\"x\":/" "\"$key\": a whole number from 1 was expected"
    spoil "s/\"$key\": [0-9]*,/\"$key\": 0,/" "\"$key\": a whole number from 1 was expected"
done
spoil 's/"warmup_steps": 3/"warmup_steps": -1/' '"warmup_steps": a whole number from 0 was expected'
spoil 's/"ranks": 2/"ranks": 2.5/' '"ranks": a whole number from 1 was expected'
spoil 's/"words": 1000/"words": 1000000000000000/' '"words": a whole number from 1 was expected'
spoil 's/"words_per_second": 1900/"words_per_second": null/' '"words_per_second": a number above 0 was expected'
spoil 's/"seconds": 20.0/"seconds": 0/' '"seconds": a number above 0 was expected'
spoil 's/"startup_seconds"/"x"/' '"startup_seconds": a number from 0 was expected'
for key in cell sum gemm reduction training_hash kernels library parameter_hash; do
    spoil "s/\"$key\":/\"x\":/" "\"$key\": a text was expected"
done
spoil 's/"phases"/"x"/' '"phases": a list of names was expected'
spoil 's/"prepare"/3/' '"phases": a list of names was expected'
spoil 's/"per_rank"/"x"/' '"per_rank": a list of 2, one a rank, was expected'
spoil 's/"ranks": 2/"ranks": 3/' '"per_rank": a list of 3, one a rank, was expected'
spoil 's/"rank": 1/"rank": 7/' '"per_rank", rank 1: "rank": 1 was expected'
spoil 's/"host": "node1"/"host": 1/' '"per_rank", rank 1: "host": a text was expected'
spoil 's/"seconds": \[0, 6/"seconds": [6/' '"per_rank", rank 1: "seconds": a list of 9, one a phase, was expected'
spoil 's/"seconds": \[0, 6/"seconds": [0, -6/' '"per_rank", rank 1: "seconds": a list of numbers from 0 was expected'
spoil 's/\[0, 4, 0.5, 2, 1, 0.25, 4, 4.0, 0.25\]/[0, 0, 0, 0, 0, 0, 4, 6, 0]/' \
    '"per_rank", rank 0: "seconds": time in steps was expected'
spoil 's/"peak_memory": 50000001/"x": 1/' '"per_rank", rank 1: "peak_memory": a whole number from 0 was expected'
sed 's/"other"/"rest"/' 1-1.json >no.json
refuse 65 'no.json: "phases": as in 1-1.json was expected' no.json
# Trainings beside one another.
different='no.json: separate trainings are of one rank each and do the same work; these do not'
for other in 1-2.json float-1.json; do
    { echo '[' && cat 1-1.json && echo , && cat "$other" && echo ']'; } >no.json
    refuse 65 "$different" no.json
done
{ echo '[' && cat 1-2.json && echo ']'; } >no.json
refuse 65 "$different" no.json

# Use.
ends 64 '--from: expected at least one argument; see --help'
ends 64 '--cores: "0" is not a whole number from 1; see --help' 1-1.json --cores 0
ends 73 "$scratch/empty.json/out: cannot be created: Not a directory" 1-1.json --output empty.json/out
