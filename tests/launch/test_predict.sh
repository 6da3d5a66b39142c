#!/usr/bin/env bash
# What launch/predict.py rests on: the programs that measure, the program built for SimGrid's SMPI, which trains the same bits on
# simulated ranks, costs that come out of measured steps, a model that computes what a hand does, a replay that takes as long as the
# model says, and a report.
# Time limit: 900 s
. "$(dirname "${BASH_SOURCE[0]}")/../support/shell.sh" "$1"
. "$(dirname "${BASH_SOURCE[0]}")/../support/install.sh"
! is_sanitized || skip "nothing of this build is simulated"

# What is measured of a step besides trainings: lines of a fixed form.
tools=$(dirname "$program")/tests/bench
"$tools/bench_batch" "$project/data/verbs.txt" 32 64:1 512:16 >"$scratch/batch"
number='[0-9]+\.[0-9]{9}'
sed -E "s/ $number\$/ SECONDS/" "$scratch/batch" | tr '\n' ';' | grep -qx '64 1 SECONDS;512 16 SECONDS;' ||
    fail "bench_batch: $(cat "$scratch/batch")"
mpirun -np 2 "$tools/bench_exchange" 1000 >"$scratch/exchange"
sed -E "s/ $number\$/ SECONDS/" "$scratch/exchange" | tr '\n' ';' | grep -qx 'small SECONDS;large SECONDS;sum64 SECONDS;sum32 SECONDS;' ||
    fail "bench_exchange: $(cat "$scratch/exchange")"

needs "libsimgrid-dev python3-minimal libpython3-stdlib" smpicc smpirun /usr/bin/python3
# In a folder with a blank, and without much optimization, which changes no bit.
mkdir "$scratch/a blank"
for part in CMakeLists.txt include src launch; do
    [ ! -e "$project/$part" ] || cp -r "$project/$part" "$scratch/a blank"
done
CFLAGS=-O1 cmake -S "$scratch/a blank" -B "$scratch/smpi" --toolchain "$scratch/a blank/launch/smpi.cmake" -DCMAKE_BUILD_TYPE=None \
    -DCVAE_TESTS=OFF >"$scratch/output" 2>&1 || fail "$(cat "$scratch/output")"
cmake --build "$scratch/smpi" --parallel "$(mpi_cores)" --target cvae_mpi >"$scratch/output" 2>&1 ||
    fail "$(cat "$scratch/output")"
write_config "$scratch/small.yaml"
run_ranks 1 "$scratch/small.yaml" --set name=real || fail "$(cat "$scratch/output")"

PYTHONPATH="$project/launch:$project/tests/bench" /usr/bin/python3 -B - "$scratch" <<'PYTHON' || fail "see above"
import itertools
import json
import math
import os
import sys
from dataclasses import replace
from types import SimpleNamespace

import predict
import runner
from predict import FIXED_STEP, LARGE, SUMS, WORK_STEP, Simulator
from runner import Failure
from words import WordTables

scratch = sys.argv[1]
here = predict.Network(alpha=2e-6, beta=1e-10)
simulator = Simulator(f"{scratch}/smpi/cvae_mpi", f"{scratch}/simulator", here)
said = simulator.run_program("10 Gbit", 3, f"{scratch}/small.yaml", "--set", "name=simulated")
assert "3 on 3 hosts, SMPI" in said, said

# What a training of 17,824 parameters says of a step: its sum is of the size that was asked for, and its phases are there.
tables = WordTables(os.path.join(runner.PROJECT, "data/verbs.txt"), scratch)
for summed in SUMS:
    timing = simulator.train("10 Gbit", *predict.training(tables, 16, summed, *predict.FIXED_STEP, 3))
    assert 17824 < timing["sum_bytes_per_step"] / summed.bytes < 18100, (summed, timing)
    assert 0 < predict.seconds_in(timing, predict.FIXED) < predict.seconds_in(timing, predict.WORK), timing
    assert timing["words_per_second"] < 64 / predict.seconds_in(timing, predict.WORK), timing
said = {"phases": ["compute", "waiting", "other"], "per_rank": [{"seconds": [1, 8, 2]}, {"seconds": [4, 8, 1]}], "steps": 2}
assert predict.seconds_in(said, ["compute", "other"]) == 2

# Numbers to reckon with: 8 or 4 MB are added up, of which 4 ranks send 2 * 3/4 and add 3/4 each, in 2 * 2 messages.
wide = predict.Costs(
    hidden=0, sum=SUMS[0], numbers=10**6, shard=0.003, serial=0.001, addition=1e-9, batch={(256, 4): 0.0005})
narrow = replace(wide, sum=SUMS[1], addition=4e-10)
network = predict.Network(alpha=2e-5, beta=1e-9)
for costs, different in ((wide, {"transfer": 0.012, "adding": 0.00075}), (narrow, {"transfer": 0.006, "adding": 0.0003})):
    expected = {"shards": 0.006, "serial": 0.001, "batch": 0.0005, "latency": 8e-5, **different}
    parts = predict.step_parts(costs, 4, 8, network)
    assert parts.keys() == expected.keys() and all(math.isclose(parts[name], expected[name]) for name in parts), parts
    assert math.isclose(predict.burst(costs, 4, 8), 0.0075)

# Costs that steps are made of come out again, from the best round; a larger step is held against them.
batch = {(32 * shards, 1): 0.0001 * shards for shards in (WORK_STEP[1], LARGE)}
made = replace(narrow, hidden=256, batch=batch)
program = SimpleNamespace(measure=lambda variant, table, words: {"words_per_second": 100})
two = [SimpleNamespace(clusters=simulator.clusters, train=lambda network, variant, table, words: {
    "sum_bytes_per_step": 8 * made.numbers if variant.ranks > 1 else 0, "steps": 1, "phases": predict.WORK,
    "per_rank": [{"seconds": [0, variant.batch, 0, 1, 0]}]})] * 2
machine = predict.Machine(program, tables, two)
machine.round(256)
assert machine.numbers == {(256, summed): 8 * made.numbers // summed.bytes for summed in SUMS}, machine.numbers
assert machine.costs == {(256, summed, *step, runs): [seconds] for step, seconds in ((WORK_STEP, 257), (FIXED_STEP, 1))
                         for summed in SUMS for runs in (1, 2)}, machine.costs
assert machine.checks == {(256, summed, ranks): [2.56] for summed in SUMS for ranks in (1, 2)}, machine.checks
machine.checks.clear()
seconds = predict.burst(made, 1, LARGE)
for step, best in ((WORK_STEP, predict.burst(made, *WORK_STEP)), (FIXED_STEP, made.serial)):
    machine.costs[256, made.sum, *step, 1] = [2 * best, best]
machine.costs[256, made.sum, 1, LARGE, 1] = [0.9 * seconds] * 2
found = machine.step_costs(256, made.sum, 1, made.addition, batch)
assert all(math.isclose(getattr(found, name), getattr(made, name)) for name in ("shard", "serial")), found
assert found.sum == made.sum and found.numbers == 2 * made.numbers, found
large = machine.large_step(found)
assert math.isclose(large["modelled"] / large["measured"], 1 / 0.9), large
assert math.isclose(predict.unsteadiness(machine.costs), 0.5), predict.unsteadiness(machine.costs)

# A report of that.
machine.checks[256, made.sum, 1] = [0.03, 0.02]
curve = []
for summed, ranks in itertools.product(SUMS, predict.RANKS):
    made.batch[32 * 1024, ranks] = 0.01
    parts = predict.step_parts(replace(made, sum=summed), ranks, 1024, here)
    both = {f"{how}_{what}": value for how in ("simulated", "modelled") for what, value in (
        ("step_seconds", sum(parts.values())), ("words_per_second", 32768 / sum(parts.values())), ("efficiency", summed.bytes / ranks))}
    curve.append({"experiment": "made up", "hidden": 256, "network": "10 Gbit", "sum": summed.name, "ranks": ranks,
                  "words_a_step": 32768, **both, **{f"{name}_seconds": value for name, value in parts.items()}})
shown = SimpleNamespace(machine=machine, costs={(256, made.sum, 1): made}, here={256: here}, options=SimpleNamespace(rounds=2))
about = {"cpu": "a CPU", "cores": 2, "load": 0.25, "time": "now", "revision": "none"}
predict.write_report(f"{scratch}/report", shown, {
    "machine": about, "large": [large], "rows": curve,
    "checks": [{"hidden": 256, "sum": "exact32", "ranks": 1, "measured": 100, "simulated": 103, "modelled": 104}],
    "trained": [{"hidden": 256, "sum": "exact32", "network": "10 Gbit", "ranks": 8, "program": 100, "replayed": 101}]})
with open(f"{scratch}/report/predict.md", encoding="utf-8") as file:
    text = file.read()
for said in ("load 0.25", "| 256 | 2,048 |", "| +11.1% |", "| +3.0% |", "| ranks | 10 Gbit, exact | 10 Gbit, exact32 |",
             "- 10 Gbit, exact: below 0.8 from 16 ranks on", "- 10 Gbit, exact32: below 0.8 from 8 ranks on", "(0.06) |",
             predict.NOT_MODELLED[0]):
    assert said in text, (said, text)
with open(f"{scratch}/report/predict.csv", encoding="utf-8") as file:
    assert len(file.readlines()) == 1 + len(SUMS) * len(predict.RANKS)
with open(f"{scratch}/report/calibration.json", encoding="utf-8") as file:
    assert json.load(file)["large"] == [large]

# A simulator that fails, or does not end, is an error of one line. Without git no revision is known.
def failure_of(function, *arguments):
    try:
        function(*arguments)
    except Failure as failure:
        return str(failure)
    raise AssertionError(f"no failure: {function}")


said = failure_of(predict.simulated_seconds, "a line\nthe last line\n")
assert said == "the simulator told no simulation time; the last that it said: the last line", said
predict.TIME_LIMIT = 0.1
said = failure_of(predict.run_group, ["sh", "-c", "sleep 60; true"], None, scratch)
assert said == "sh -c sleep 60; true: not done after 0.1 s", said
predict.TIME_LIMIT = runner.TIME_LIMIT
path, os.environ["PATH"] = os.environ["PATH"], scratch
assert runner.revision() == "unknown"
os.environ["PATH"] = path

# The platform's own numbers, and those put in.
ten = simulator.clusters.networks["10 Gbit"]
assert math.isclose(ten.alpha, 2e-5) and math.isclose(ten.beta, 1 / 1.175e9), ten
put = simulator.clusters.networks["here"]
assert math.isclose(put.alpha, here.alpha) and math.isclose(put.beta, here.beta), put
for (name, network), costs in itertools.product(simulator.clusters.networks.items(), (wide, narrow)):
    ranks = 2 if name == "here" else 16
    costs.batch[16 * 32, ranks] = 0.002
    simulated, modelled = simulator.replay(name, costs, ranks, 16), sum(predict.step_parts(costs, ranks, 16, network).values())
    assert abs(simulated / modelled - 1) < 0.01, (name, costs.sum, simulated, modelled)
PYTHON

real=$(value_of content_hash "$scratch/runs/real/last.h5") simulated=$(value_of content_hash "$scratch/runs/simulated/last.h5")
[ "$real" = "$simulated" ] || fail "content_hash $real, on simulated ranks $simulated"
