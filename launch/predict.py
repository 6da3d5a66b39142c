#!/usr/bin/env python3
"""Predicts how training scales on clusters that are not here: measures what a step costs on this machine, and lets SimGrid simulate 8
to 1,024 ranks on the networks of launch/cluster.xml.

Installs SimGrid, builds, measures, simulates: takes minutes; let nothing else run meanwhile. The results are in build/predict/:
predict.md, predict.csv and calibration.json. launch/README.md says what is predicted and how. BUILD=folder: where to build instead
of build/.
"""
import csv
import json
import os
import re
import signal
import statistics
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as ElementTree
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass

import experiment

# What measures, the benchmark's.
sys.path.append(str(experiment.PROJECT / "tests/bench"))
from bench import Variant
from runner import PROJECT, STOPPED_AS_ASKED, TIME_LIMIT, Failure, Product, clean_environment, machine, run, say
from words import WordTables

HIDDEN = {256: 20, 1024: 4}  # and the steps of a run that is measured
RANKS = [8, 16, 32, 64, 128, 256, 512, 1024]


@dataclass(frozen=True)
class Sum:
    """A way to sum gradients, compute.sum."""
    name: str
    bytes: int  # of a number in the allreduce
    type: int  # of such a number, as SMPI numbers MPI's types in its traces


SUMS = [Sum("exact", 8, 20), Sum("exact32", 4, 19)]


@dataclass
class Experiment:
    name: str
    shards: int
    is_weak: bool  # so many shards a rank; else a step

    def shards_on(self, ranks):
        return self.shards * ranks if self.is_weak else self.shards


EXPERIMENTS = [
    Experiment("Strong scaling, 32,768 words a step", 1024, is_weak=False),
    Experiment("Weak scaling, 256 words a step and rank", 8, is_weak=True),
]
# The program itself in the simulator, beside the replay: hidden size and ranks, and shards of each of them.
# A rank of hidden 1,024 has 360 MB of model memory.
TRAINED = [(256, 8), (256, 32), (1024, 4)]
TRAINED_SHARDS, TRAINED_STEPS = 4, 3


# The arithmetic of a predicted step: what a rank computes, and an alpha-beta model of the allreduce.
#
# What the program does in a step is modelled here and nowhere else:
#   - each rank looks up, sorts and deals the windows that its shards are in (Costs.batch), and works on these (Costs.shard);
#   - one MPI_Allreduce adds up the whole gradient, as integers of Sum.bytes; each rank has a host of its own;
#   - each rank reads the sum and makes the same optimizer step (Costs.serial).
# Several ranks of a host add up in its memory first and then take part as one: the network has as many hosts to serve as here
# ranks. NOT_MODELLED says what is left out.

NOT_MODELLED = [
    "How a shard's cost changes with the batch, which is sorted before it is cut: a shard costs what it does in batches of 256 "
    "words. The step of 2,048 words shows how far that holds; larger ones were not measured.",
    "That a lone rank's last shard does not go through the sum: one rank is counted like one of several.",
    "Shards of a step that differ in work, ranks and hosts that differ, or do something else now and then: no rank waits for a "
    "slower one.",
    "Several ranks of a host, which take caches, memory and clock from each other.",
    "Switches that block, other traffic, lost packets, and the time that the processor itself spends on a message.",
    "Evaluations and checkpoints, which rank 0 makes.",
    "The sums in 64 bits that compute.sum: exact32 makes: a run's first one, and those that are made again.",
]

MICRO_BATCH = 32


@dataclass
class Costs:
    """Seconds that a step costs on a core of this machine, and the sizes that go with them."""
    hidden: int
    sum: Sum
    numbers: int  # in the allreduce
    shard: float
    serial: float  # of each step, besides shards and batch
    addition: float  # of a number to another
    batch: dict  # (words, ranks): what a rank does for the batch besides its shards


@dataclass
class Network:
    alpha: float  # seconds a message
    beta: float  # seconds a byte


def shards_of_rank(shards, ranks):
    return -(-shards // ranks)


def burst(costs, ranks, shards):
    """Seconds that a rank computes in a step: shards are cut to equal work."""
    return costs.serial + costs.batch[shards * MICRO_BATCH, ranks] + costs.shard * shards_of_rank(shards, ranks)


def additions(numbers, ranks):
    """Numbers that a rank adds in an allreduce."""
    return numbers * (1 - 1 / ranks)


def allreduce(costs, ranks, network):
    """Seconds of latency, of transfer and of additions. ranks: a power of two.

    Rabenseifner's algorithm: in log2(ranks) rounds each rank sends half of what it has, then half of that, and adds what it
    gets; in as many rounds the sums come back.
    """
    rounds = 2 * (ranks.bit_length() - 1)
    sent = 2 * additions(costs.numbers, ranks) * costs.sum.bytes
    return rounds * network.alpha, sent * network.beta, additions(costs.numbers, ranks) * costs.addition


def step_parts(costs, ranks, shards, network):
    """A step's parts in seconds, by name: they add up to the step."""
    latency, transfer, adding = allreduce(costs, ranks, network)
    return {"shards": costs.shard * shards_of_rank(shards, ranks), "serial": costs.serial,
            "batch": costs.batch[shards * MICRO_BATCH, ranks], "latency": latency, "transfer": transfer, "adding": adding}


# What a step costs on this machine, measured: runs of the program, what its allreduce is made of, and its bookkeeping.

ENVIRONMENT = os.path.join(PROJECT, "launch/mpi_environment.sh")
# The phases of --timing that are a step's fixed part, with one shard a rank, and all in which a rank computes.
FIXED = ["exact_sum", "optimizer", "other"]
WORK = ["prepare", "compute", *FIXED]
# Ranks and shards of the steps that are measured: of the fixed part, which one rank alone has not whole, and of all the work.
FIXED_STEP, WORK_STEP = (2, 2), (1, 8)
# A larger step that these costs are held against, and how many of them: a batch is sorted before it is cut, so that
# shards get more uniform as it grows, and predicted steps are larger by far.
LARGE, LARGE_STEPS = 64, 2
# The real runs that the prediction is held against: ranks of this machine, and the shards of a step.
CHECKED_RANKS, CHECKED_SHARDS, CHECKED_STEPS = (1, 2), 8, 8


def training(tables, hidden, summed, ranks, shards, steps):
    """Of so many steps and one: variant, table and words. shards: of a step."""
    batch = shards * MICRO_BATCH
    variant = Variant("prediction", batch, MICRO_BATCH, ranks=ranks,
                      settings=[f"model.hidden={hidden}", f"compute.sum={summed.name}", "compute.reduction=allreduce",
                                "compute.bucket=0"])
    return variant, *tables.part(steps * batch, batch)


def seconds_in(timing, phases):
    """Of a step: what a rank spends in them, on average."""
    ranks = (dict(zip(timing["phases"], rank["seconds"])) for rank in timing["per_rank"])
    return statistics.mean(sum(rank[name] for name in phases) for rank in ranks) / timing["steps"]


def unsteadiness(measured):
    """How much longer than the best round the median one was, where that was most."""
    return max(statistics.median(rounds) / min(rounds) for rounds in measured.values()) - 1


class Machine:
    """Seconds of a step here, round by round. The best round counts: what else runs only adds to a time.

    Costs are of the program on simulated ranks, whose clock is the processor time of their threads: others who use the machine
    take little from it. Such runs are made one alone, and as many at once as the check has ranks, because cores share
    caches and memory. The checks are real runs under mpirun, by the clock on the wall.
    """

    def __init__(self, product, tables, simulators):
        self.product, self.tables, self.simulators = product, tables, simulators  # a simulator for each run at once
        self.numbers = {}  # by (hidden size, sum)
        self.costs = {}  # (hidden, sum, ranks, shards of a step, runs at once): a step's seconds in each round
        self.checks = {}  # (hidden, sum, ranks): likewise

    def measure_cost(self, hidden, summed, step, phases, runs, steps):
        """step: ranks and shards."""
        network = next(iter(self.simulators[0].clusters.networks))
        run_of = training(self.tables, hidden, summed, *step, steps)
        with ThreadPoolExecutor(runs) as pool:
            done = list(pool.map(lambda simulator: simulator.train(network, *run_of), self.simulators[:runs]))
        if done[0]["sum_bytes_per_step"] > 0:  # a rank alone sums nothing
            self.numbers[hidden, summed] = round(done[0]["sum_bytes_per_step"] / summed.bytes)
        seconds = statistics.mean(seconds_in(timing, phases) for timing in done)
        self.costs.setdefault((hidden, summed, *step, runs), []).append(seconds)

    def measure_check(self, hidden, summed, ranks):
        run_of = training(self.tables, hidden, summed, ranks, CHECKED_SHARDS, CHECKED_STEPS)
        rate = self.product.measure(*run_of)["words_per_second"]
        self.checks.setdefault((hidden, summed, ranks), []).append(CHECKED_SHARDS * MICRO_BATCH / rate)

    def round(self, hidden):
        for summed in SUMS:
            for runs in CHECKED_RANKS:
                self.measure_cost(hidden, summed, WORK_STEP, WORK, runs, HIDDEN[hidden])
                self.measure_cost(hidden, summed, FIXED_STEP, FIXED, runs, HIDDEN[hidden])
                self.measure_check(hidden, summed, runs)

    def step_costs(self, hidden, summed, runs, addition, batch):
        work, serial = (min(self.costs[hidden, summed, *step, runs]) for step in (WORK_STEP, FIXED_STEP))
        ranks, shards = WORK_STEP
        shard = (work - serial - batch[shards * MICRO_BATCH, ranks]) / shards
        return Costs(hidden, summed, self.numbers[hidden, summed], shard, serial, addition, batch)

    def large_step(self, costs):
        """Of a step of LARGE shards on one rank, one run at a time: its seconds as measured, and as these costs have it."""
        return {"hidden": costs.hidden, "shards": LARGE, "measured": min(self.costs[costs.hidden, costs.sum, 1, LARGE, 1]),
                "modelled": burst(costs, 1, LARGE)}


def exchange(program, numbers):
    """Seconds that an addition takes, by sum, and the network that two ranks of this machine are to each other."""
    half = numbers // 2  # what the first round of an allreduce sends
    command = ["bash", "-c", '. "$0" 2 && exec mpirun -np 2 "$@"', ENVIRONMENT, program, str(half)]
    seconds = {name: float(value) for name, value in map(str.split, run(command).stdout.splitlines())}
    beta = (seconds["large"] - seconds["small"]) / (half * 8)
    return {summed: seconds[f"sum{summed.bytes * 8}"] / half for summed in SUMS}, Network(seconds["small"], beta)


def bookkeeping(program, table, wanted):
    """Seconds by (words, ranks), of (shards, ranks)."""
    arguments = [f"{shards * MICRO_BATCH}:{ranks}" for shards, ranks in sorted(wanted)]
    lines = run([program, table, str(MICRO_BATCH), *arguments]).stdout.splitlines()
    return {(int(words), int(ranks)): float(seconds) for words, ranks, seconds in map(str.split, lines)}


# SimGrid's side: the clusters, the program itself on simulated ranks, and replays of a step on up to 1,024.

# A core of launch/cluster.xml does so much in a second: a nanosecond each.
SPEED = 1e9
UNITS = {"GBps": 1e9, "Bps": 1, "us": 1e-6, "ns": 1e-9}
SMPI_OPTIONS = [
    f"--cfg=smpi/host-speed:{SPEED:.0f}f",
    # The platform's numbers as they stand: without the factors that SMPI's authors found for their gigabit cluster, and
    # without acknowledgements that slow down the other direction.
    "--cfg=smpi/bw-factor:0:1", "--cfg=smpi/lat-factor:0:1", "--cfg=network/crosstraffic:0",
    # Rabenseifner's, as Open MPI 4.1 chooses for any number of ranks from 256 KiB on.
    "--cfg=smpi/allreduce:rab_rdb",
    "--log=root.thres:warning", "--log=smpi_replay.thres:info"]
# A simulated rank is no process: no thread may run beside it, and it shares no memory with another.
ALONE = ["train.stall_seconds=0", "checkpoint.background=false", "compute.reduction=allreduce",
         "compute.bucket=0"]


def quantity(text):
    number, unit = re.fullmatch(r"([\d.]+)(\w+)", text).groups()
    return float(number) * UNITS[unit]


class Clusters:
    """launch/cluster.xml; where `here` says how two ranks of this machine talk, they are one more cluster of it, "here"."""

    def __init__(self, folder, here=None):
        tree = ElementTree.parse(os.path.join(PROJECT, "launch/cluster.xml"))
        if here:
            ElementTree.SubElement(tree.find("zone"), "cluster", {
                "id": "here", "prefix": "here-", "suffix": "", "radical": "0-1", "speed": "1Gf",
                "bw": f"{1 / here.beta:.0f}Bps", "lat": f"{here.alpha / 2 * 1e9:.1f}ns"})
        self.prefixes = {cluster.get("id"): cluster.get("prefix") for cluster in tree.iter("cluster")}
        # A message takes its sender's link and its receiver's.
        self.networks = {
            cluster.get("id"): Network(2 * quantity(cluster.get("lat")), 1 / quantity(cluster.get("bw")))
            for cluster in tree.iter("cluster")}
        self.path = os.path.join(folder, "cluster.xml")
        with open(self.path, "w", encoding="ascii") as file:
            file.write("<?xml version='1.0'?>\n<!DOCTYPE platform SYSTEM \"https://simgrid.org/simgrid.dtd\">\n")
            file.write(ElementTree.tostring(tree.getroot(), encoding="unicode"))


class Simulator:
    def __init__(self, program, folder, here=None):
        os.makedirs(folder, exist_ok=True)
        self.clusters, self.product, self.folder = Clusters(folder, here), Product(program, folder), folder

    def path(self, name, text):
        """Of a file with that text in the simulator's folder."""
        path = os.path.join(self.folder, name)
        with open(path, "w", encoding="ascii") as file:
            file.write(text)
        return path

    def smpirun(self, network, ranks, *arguments):
        """Returns what it said. A rank has a host of its own."""
        hosts = "".join(f"{self.clusters.prefixes[network]}{rank}\n" for rank in range(ranks))
        command = ["smpirun", "-np", str(ranks), "-platform", self.clusters.path, "-hostfile", self.path("hosts", hosts),
                   *SMPI_OPTIONS, *arguments]
        # The first variable is how the program knows that a launcher started it.
        environment = clean_environment({"OMPI_COMM_WORLD_SIZE": str(ranks), "TMPDIR": self.folder})
        status, said = run_group(command, environment, self.folder)
        if status not in (0, STOPPED_AS_ASKED):
            raise Failure(f"{' '.join(command)}: status {status}\n{said}")
        return said

    def run_program(self, network, ranks, *arguments):
        alone = [item for value in ALONE for item in ("--set", value)]
        return self.smpirun(network, ranks, self.product.program, *arguments, *alone)

    def train(self, network, variant, table, words):
        """What --timing says, in simulated time. The first step is left out: it is warm-up, and its sum always has 64 bits."""
        timing = os.path.join(self.folder, "timing.json")
        self.run_program(network, variant.ranks, "--timing", timing, "--warmup", "1", os.path.join(PROJECT, "launch/train.yaml"),
                         *self.product.settings(variant, table, words))
        with open(timing, encoding="utf-8") as file:
            return json.load(file)

    def replay(self, network, costs, ranks, shards):
        """Seconds of a step: its computation and its allreduce, as a time-independent trace."""
        work = burst(costs, ranks, shards) * SPEED
        adding = additions(costs.numbers, ranks) * costs.addition * SPEED
        trace = "".join(
            f"{rank} init\n{rank} compute {work:.0f}\n{rank} allreduce {costs.numbers} {adding:.0f} {costs.sum.type}\n"
            f"{rank} finalize\n" for rank in range(ranks))
        said = self.smpirun(network, ranks, "-replay", self.path("traces", self.path("all.trace", trace) + "\n"))
        return simulated_seconds(said)


def run_group(command, environment, folder):
    """Returns the status and what was said. smpirun is a script: what it has started ends with it, also when it takes too long."""
    with subprocess.Popen(command, env=environment, cwd=folder, text=True, start_new_session=True,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT) as process:
        try:
            said, _ = process.communicate(timeout=TIME_LIMIT)
        except BaseException as error:
            os.killpg(process.pid, signal.SIGKILL)
            if isinstance(error, subprocess.TimeoutExpired):
                raise Failure(f"{' '.join(command)}: not done after {TIME_LIMIT} s") from None
            raise
    return process.returncode, said


def simulated_seconds(said):
    found = re.search(r"Simulation time ([\d.]+)", said)
    if not found:
        last = (said.strip().splitlines() or ["nothing"])[-1]
        raise Failure(f"the simulator told no simulation time; the last that it said: {last}")
    return float(found.group(1))


# The report: predict.csv with every row, calibration.json, and predict.md for people.

# The parts of a step that are lost, as the model has them.
LOST = {
    "serial": "mean, optimizer step and tables, on every rank", "batch": "looking up, sorting and dealing windows of the batch, on every rank",
    "latency": "latency", "transfer": "transfer of the sum", "adding": "adding the sum up"}
BEND = 0.8  # an efficiency below this is past the bend


def markdown_table(head, rows):
    lines = [head, ["---:"] * len(head), *rows]
    return "".join("| " + " | ".join(line) + " |\n" for line in lines)


def milliseconds(seconds):
    return f"{seconds * 1e3:,.2f}"


def write_costs(prediction):
    rows = []
    for (hidden, summed, runs), costs in prediction.costs.items():
        here = prediction.here[hidden]
        rows.append([
            f"{hidden:,}", summed.name, str(runs), milliseconds(costs.shard), milliseconds(costs.serial),
            f"{costs.numbers:,}", milliseconds(costs.numbers * costs.addition), f"{1e-9 / here.beta:.1f}"])
    return markdown_table(["hidden", "sum", "runs at once", "a shard of 32 words: ms", "fixed part of a step: ms",
                           "numbers summed", "adding them once: ms", "between two ranks here: GB/s"], rows)


def write_large(large):
    return markdown_table(
        ["hidden", "words a step", "measured: ms", "predicted: ms", "error of the prediction"],
        [[f"{row['hidden']:,}", f"{row['shards'] * MICRO_BATCH:,}", milliseconds(row["measured"]), milliseconds(row["modelled"]),
          f"{row['modelled'] / row['measured'] - 1:+.1%}"] for row in large])


def write_checks(checks):
    return markdown_table(
        ["hidden", "sum", "ranks", "measured", "simulated", "alpha-beta model", "error of the simulation"],
        [[f"{row['hidden']:,}", row["sum"], str(row["ranks"]), f"{row['measured']:,.0f}", f"{row['simulated']:,.0f}",
          f"{row['modelled']:,.0f}", f"{row['simulated'] / row['measured'] - 1:+.1%}"] for row in checks])


def write_trained(trained):
    return markdown_table(
        ["hidden", "sum", "network", "ranks", "the program itself", "replay", "difference"],
        [[f"{row['hidden']:,}", row["sum"], row["network"], str(row["ranks"]), f"{row['program']:,.0f}", f"{row['replayed']:,.0f}",
          f"{row['replayed'] / row['program'] - 1:+.1%}"] for row in trained])


def groups(rows, *names):
    """Rows that have the same of these, by what they have, in the order in which it is first met."""
    found = {}
    for row in rows:
        found.setdefault(tuple(row[name] for name in names), []).append(row)
    return found


def write_curves(rows):
    curves = groups(rows, "network", "sum")
    lines = [[f"{ranks:,}"] + [f"{row['simulated_words_per_second']:,.0f} ({row['simulated_efficiency']:.2f})" for row in cells]
             for (ranks,), cells in groups(rows, "ranks").items()]
    return markdown_table(["ranks"] + [", ".join(curve) for curve in curves], lines)


def bend(rows):
    """Where a curve's efficiency leaves BEND, and what a step is lost to there."""
    past = [row for row in rows if row["simulated_efficiency"] < BEND]
    row = past[0] if past else rows[-1]
    where = (f"below {BEND} from {row['ranks']:,} ranks on" if past else
             f"never below {BEND}: {row['simulated_efficiency']:.2f} at {row['ranks']:,} ranks")
    lost = sorted(((row[f"{part}_seconds"], text) for part, text in LOST.items()), reverse=True)[:2]
    shares = ", ".join(f"{seconds / row['modelled_step_seconds']:.0%} {text}" for seconds, text in lost)
    return f"{where}; of a step there {row['shards_seconds'] / row['modelled_step_seconds']:.0%} is work on shards, {shares}"


def write_predictions(rows):
    parts = []
    for (experiment, hidden), own in groups(rows, "experiment", "hidden").items():
        bends = "".join(f"- {', '.join(curve)}: {bend(of_curve)}\n" for curve, of_curve in groups(own, "network", "sum").items())
        parts.append(f"## {experiment}, hidden {hidden:,}\n\n{write_curves(own)}\nWhere the efficiency bends:\n\n{bends}")
    return "\n".join(parts)


def write_text(prediction, result):
    measured, about = prediction.machine, result["machine"]
    apart = [row["simulated_step_seconds"] / row["modelled_step_seconds"] - 1 for row in result["rows"]]
    return f"""# Prediction

None of this was measured on a cluster. It is what SimGrid makes of the costs of a step on this machine ({about["cpu"]},
{about["cores"]} cores, {about["time"]}, revision {about["revision"]}, load {about["load"]:.2f} before the rounds) and of the
networks that launch/cluster.xml describes.

## What a step costs here

The best of {prediction.options.rounds} rounds; the median round was up to {unsteadiness(measured.costs):.0%} slower.
Predictions are made from one run at a time, the check on two ranks from two at once.

{write_costs(prediction)}
A larger step than those that the costs come from, on one rank, measured and as the costs have it:

{write_large(result["large"])}
## Predicted for this machine, and measured on it under mpirun: words a second

256 words a step. Measured is the best round; the median round was up to {unsteadiness(measured.checks):.0%} slower.

{write_checks(result["checks"])}
## The program itself in the simulator, beside the replay of its costs: words a second

{write_trained(result["trained"])}
In the tables below: words a second (efficiency against one rank with the same sum), by compute.sum. The simulated steps are
{min(apart):+.1%} to {max(apart):+.1%} longer than the alpha-beta model's. Both have the same computation and the same
algorithm of the allreduce: that they agree says that the arithmetic is right, not that the prediction is.

{write_predictions(result["rows"])}
## Not modelled

{"".join(f"- {text}{chr(10)}" for text in NOT_MODELLED)}"""


def calibration_json(prediction):
    measured = prediction.machine
    return {
        "costs": [{"runs_at_once": runs, **asdict(costs), "batch": [[*key, value] for key, value in costs.batch.items()]}
                  for (*_, runs), costs in prediction.costs.items()],
        "here": {hidden: asdict(network) for hidden, network in prediction.here.items()},
        "measured": [{"hidden": hidden, "sum": summed.name, "ranks": ranks, "shards": shards, "runs_at_once": runs,
                      "step_seconds": rounds} for (hidden, summed, ranks, shards, runs), rounds in measured.costs.items()],
        "checked": [{"hidden": hidden, "sum": summed.name, "ranks": ranks, "step_seconds": rounds}
                    for (hidden, summed, ranks), rounds in measured.checks.items()]}


def write_report(folder, prediction, result):
    os.makedirs(folder, exist_ok=True)
    text = write_text(prediction, result)
    with open(os.path.join(folder, "predict.md"), "w", encoding="utf-8") as file:
        file.write(text)
    with open(os.path.join(folder, "predict.csv"), "w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, result["rows"][0])
        writer.writeheader()
        writer.writerows(result["rows"])
    with open(os.path.join(folder, "calibration.json"), "w", encoding="utf-8") as file:
        rest = {name: result[name] for name in ("machine", "large", "checks", "trained")}
        json.dump({**calibration_json(prediction), **rest}, file, indent=1)
        file.write("\n")
    print(text)


# The prediction.

class Prediction:
    def __init__(self, options, folder):
        self.options, self.folder = options, folder
        self.tables = WordTables(os.path.join(PROJECT, "data/verbs.txt"), folder)
        simulators = [self.simulator(f"run-{number}") for number in range(max(CHECKED_RANKS))]
        self.machine = Machine(
            Product(os.path.join(options.build, "cvae_mpi"), folder), self.tables, simulators)
        self.costs, self.here = {}, {}  # by (hidden, sum, runs at once), by hidden

    def simulator(self, name, here=None):
        program = os.path.join(self.options.build, "smpi/cvae_mpi")
        return Simulator(program, os.path.join(self.folder, name), here)

    def tool(self, name):
        return os.path.join(self.options.build, "tests/bench", name)

    def wanted_batches(self):
        wanted = {(experiment.shards_on(ranks), ranks) for experiment in EXPERIMENTS for ranks in [1, *RANKS]}
        wanted |= {(WORK_STEP[1], 1), (LARGE, 1)}
        wanted |= {(CHECKED_SHARDS, ranks) for ranks in CHECKED_RANKS}
        return wanted | {(TRAINED_SHARDS * ranks, ranks) for _, ranks in TRAINED}

    def calibrate(self):
        for number in range(self.options.rounds):
            for hidden in self.options.hidden:
                say(f"measuring, round {number + 1} of {self.options.rounds}, hidden {hidden}")
                self.machine.round(hidden)
        for hidden in self.options.hidden:
            self.machine.measure_cost(hidden, SUMS[0], (1, LARGE), WORK, 1, LARGE_STEPS)
        table, _ = self.tables.part(len(self.tables.rows) * 4)
        batch = bookkeeping(self.tool("bench_batch"), table, self.wanted_batches())
        for hidden in self.options.hidden:
            additions_of, self.here[hidden] = exchange(self.tool("bench_exchange"), self.machine.numbers[hidden, SUMS[0]])
            for summed, addition in additions_of.items():
                for runs in CHECKED_RANKS:
                    self.costs[hidden, summed, runs] = self.machine.step_costs(hidden, summed, runs, addition, batch)

    def check(self, hidden, simulator):
        """Rows of what is predicted for this machine, beside what was measured."""
        shards, network = CHECKED_SHARDS, simulator.clusters.networks["here"]
        words = shards * MICRO_BATCH
        for summed in SUMS:
            for ranks in CHECKED_RANKS:
                costs = self.costs[hidden, summed, ranks]
                yield {"hidden": hidden, "sum": summed.name, "ranks": ranks,
                       "measured": words / min(self.machine.checks[hidden, summed, ranks]),
                       "simulated": words / simulator.replay("here", costs, ranks, shards),
                       "modelled": words / sum(step_parts(costs, ranks, shards, network).values())}

    def train(self, hidden, summed, simulator):
        """Rows of how fast the program itself is in the simulator, beside the replay of its costs."""
        for network in self.networks(simulator):
            for ranks in (ranks for of_hidden, ranks in TRAINED if of_hidden == hidden):
                say(f"the program itself on {ranks} simulated ranks, hidden {hidden}, {summed.name}, {network}")
                shards = TRAINED_SHARDS * ranks
                timing = simulator.train(network, *training(self.tables, hidden, summed, ranks, shards, TRAINED_STEPS))
                replayed = simulator.replay(network, self.costs[hidden, summed, 1], ranks, shards)
                yield {"hidden": hidden, "sum": summed.name, "network": network, "ranks": ranks,
                       "program": timing["words_per_second"], "replayed": shards * MICRO_BATCH / replayed}

    def predict(self, hidden, simulator):
        """A row for each experiment, network, sum and number of ranks."""
        say(f"replaying, hidden {hidden}")
        for experiment in EXPERIMENTS:
            for network in self.networks(simulator):
                for summed in SUMS:
                    for ranks in RANKS:
                        yield self.predict_one(simulator, experiment, network, self.costs[hidden, summed, 1], ranks)

    @staticmethod
    def networks(simulator):
        return [name for name in simulator.clusters.networks if name != "here"]

    @staticmethod
    def predict_one(simulator, experiment, network, costs, ranks):
        shards, shards_alone = experiment.shards_on(ranks), experiment.shards_on(1)
        parts = step_parts(costs, ranks, shards, simulator.clusters.networks[network])
        seconds = {"simulated": simulator.replay(network, costs, ranks, shards), "modelled": sum(parts.values())}
        # What one rank would take for all of it.
        alone = burst(costs, 1, shards_alone) * shards / shards_alone
        row = {"experiment": experiment.name, "hidden": costs.hidden, "network": network, "sum": costs.sum.name, "ranks": ranks,
               "words_a_step": shards * MICRO_BATCH}
        for how, step in seconds.items():
            row |= {f"{how}_step_seconds": step, f"{how}_words_per_second": shards * MICRO_BATCH / step,
                    f"{how}_efficiency": alone / step / ranks}
        return row | {f"{name}_seconds": value for name, value in parts.items()}

    def run(self):
        if os.getloadavg()[0] > 0.5:
            say(f"the machine is busy (load {os.getloadavg()[0]:.1f}): what is measured says little")
        result = {"machine": machine(), "large": [], "checks": [], "trained": [], "rows": []}
        self.calibrate()
        for hidden in self.options.hidden:
            simulator = self.simulator("clusters", self.here[hidden])
            result["large"].append(self.machine.large_step(self.costs[hidden, SUMS[0], 1]))
            result["checks"] += self.check(hidden, simulator)
            for summed in SUMS:
                result["trained"] += self.train(hidden, summed, simulator)
            result["rows"] += self.predict(hidden, simulator)
        return result


BUILD_SCRIPT = """
set -euo pipefail
project=$0 build=$1
. "$project/launch/packages.sh"
install_packages $BUILD_PACKAGES $TEST_PACKAGES libsimgrid-dev
cmake -S "$project" -B "$build" -DCMAKE_BUILD_TYPE=Release -DCVAE_TESTS=ON
cmake --build "$build" --parallel "$(nproc)" --target bench
# The unmodified sources once more, with SMPI in the place of MPI.
cmake -S "$project" -B "$build/smpi" --toolchain "$project/launch/smpi.cmake" -DCMAKE_BUILD_TYPE=Release -DCVAE_TESTS=OFF
cmake --build "$build/smpi" --parallel "$(nproc)" --target cvae_mpi
"""


def parse_arguments(words):
    parser = experiment.Parser("predict.py", __doc__)
    parser.add_argument("--rounds", type=experiment.number, default=2, metavar="N",
                        help="in which what is measured is repeated in turn (2)")
    parser.add_argument("--hidden", type=int, nargs="+", default=list(HIDDEN), choices=HIDDEN)
    parser.add_argument("--quick", action="store_true", help="one round, the small model only, to see that it works")
    options = parser.read(words)
    if options.quick:
        options.rounds, options.hidden = 1, list(HIDDEN)[:1]
    # The simulator runs the program in a folder of its own.
    options.build = os.path.abspath(os.environ.get("BUILD") or os.path.join(PROJECT, "build"))
    return options


def main(words):
    options = parse_arguments(words)
    experiment.bash(BUILD_SCRIPT, PROJECT, options.build)
    output = os.path.join(options.build, "predict")
    with tempfile.TemporaryDirectory(prefix="cvae-predict-") as folder:
        prediction = Prediction(options, folder)
        try:
            result = prediction.run()
        except Failure as failure:
            sys.exit(f"predict.py: {failure}")
    write_report(output, prediction, result)
    say(f"written: {output}/predict.md, predict.csv, calibration.json")


if __name__ == "__main__":
    experiment.run_driver("predict.py", main)
