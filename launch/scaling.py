#!/usr/bin/env python3
"""Measures how training scales: many short trainings in turn, then tables, CSV, JSON, a page and a figure for a paper.

CONFIG.yaml is launch/train.yaml when left out. Lists are in quotes: --ranks "1 2 4". Rounds are made in turn: each has every
setting once. scaling.csv, scaling.json and scaling.html go to the output folder, scaling.pdf and scaling.svg too where gnuplot is
installed; runs/ keeps what each training said of its time. More ranks than a step has shards are left out, and so are shards larger
than a step; standard error says which. Evaluations and checkpoints are off, unless --set asks for them: then the shares of time count
them too, and the checkpoint that ends each run, which else they do not. Status 65: runs of equal work (all alike but ranks, hosts,
kernels and reduction) did not end with equal parameters.

Under Slurm: sbatch --exclusive --nodes=2 --ntasks-per-node=16 --wrap "launch/scaling.py --output FOLDER", with a task a core; mpirun
finds the job's nodes. On several nodes there are no separate runs. CVAE_PROGRAM: another program than build/cvae_mpi, which is built
first.
"""
from __future__ import annotations

import argparse
import json
import os
import re
import tempfile
from pathlib import Path
from typing import NamedTuple

import experiment
import scaling_outcome
from experiment import DATA, PROJECT, RUNS, USAGE, Failure, say, sets
from scaling_outcome import KINDS, Run, counted, members, read_run


class Plan(NamedTuple):
    """What is measured: one training of so many ranks ("together"), or so many of one rank each ("separate")."""
    kind: str
    ranks: int
    batch: int
    micro_batch: int
    model: str

    def file(self, number: int) -> str:
        model = re.sub(r"[^A-Za-z0-9._]", "-", self.model) + "-" if self.model else ""
        return f"{number:03}-{model}batch{self.batch}-shards{self.micro_batch}-{self.kind}{self.ranks}.json"

    def __str__(self) -> str:
        what = counted(self.ranks, "rank" if self.kind == "together" else "separate run")
        return f"{self.model + ', ' if self.model else ''}{what}, {self.batch} words a step, shards of {self.micro_batch}"


class Measurement:
    """An experiment that is made: which settings there are, and their trainings."""

    def __init__(self, options: argparse.Namespace) -> None:
        self.options, self.output = options, options.output
        experiment.build()
        self.jobs = experiment.Jobs()
        self.cores: int | None = options.cores
        self.has_separate = options.separate and not options.hostfile and os.environ.get("SLURM_JOB_NUM_NODES", "1") == "1"
        if options.hostfile:
            self.cores = self.cores or experiment.slots_of(options.hostfile)
            if not self.cores and not options.ranks:
                raise Failure(USAGE, f"--hostfile: a host of {options.hostfile} has no slots: --ranks or --cores is needed")
        else:
            self.cores = self.cores or experiment.mpi_cores()
        self.ranks: list[int] = options.ranks or doubling(self.cores or 1)
        self.plans: dict[Plan, None] = {}  # each once, though several modes ask for it
        self.left_out: set[str] = set()
        self.trainings: dict[str, Run] = {}  # by model: of its probe

    # Which settings there are.

    def leave_out(self, why: str) -> None:
        if why not in self.left_out:
            say(f"scaling.py: left out: {why}")
        self.left_out.add(why)

    def add(self, ranks: int, batch: int, micro_batch: int, model: str, alone: int | None = None) -> None:
        """Adds a setting where each rank has a shard; alone: the batch of the separate runs that it is compared with."""
        if not has_shards(ranks, batch, micro_batch):
            self.leave_out(f"{ranks} ranks: {batch} words a step in shards of {micro_batch} are fewer shards")
            return
        self.plans[Plan("together", ranks, batch, micro_batch, model)] = None
        most = min(ranks, self.cores or 1)
        if alone and self.has_separate and most > 1:
            self.plans[Plan("separate", most, alone, min(micro_batch, alone), model)] = None

    def add_micro_batches(self, batch: int, model: str) -> None:
        """On the most ranks that have a core each, and shards of two of the sizes, where there are so many."""
        for size in self.options.micro_batches:
            if size > batch:
                self.leave_out(f"shards of {size}: a step has {batch} words")
        sizes = [size for size in self.options.micro_batches if size <= batch]
        fitting = [ranks for ranks in self.ranks if ranks <= (self.cores or ranks) and
                   sum(has_shards(ranks, batch, size) for size in sizes) >= min(2, max(1, len(sizes)))]
        for size in sizes:
            self.add(max(fitting) if fitting else min(self.ranks), batch, size, model)

    def plan(self) -> None:
        for model in self.options.models or [""]:
            batch_of_config, micro_batch = self.probe(model)
            for batch in self.options.batches or [batch_of_config]:
                for mode in self.options.mode:
                    if mode == "micro-batch":
                        self.add_micro_batches(batch, model)
                        continue
                    for ranks in self.ranks:
                        words = batch if mode == "strong" else ranks * batch
                        self.add(ranks, words, min(micro_batch, words), model, alone=batch)
        if not self.plans:
            raise Failure(USAGE, "nothing is left to be measured")

    # Trainings.

    def train(self, work: Path, plan: Plan | None, model: str, steps: int, warmup: int) -> list[str]:
        """Runs a setting's trainings; None: one that the configuration alone decides. Returns their accounts."""
        settings = [f"train.batch_size={plan.batch}", f"train.micro_batch={plan.micro_batch}"] if plan else []
        settings += [pair if "." in pair.split("=")[0] else f"model.{pair}" for pair in model.split(",") if pair]
        off = ["checkpoint.every=0", "checkpoint.every_steps=0", "checkpoint.best=none", "evaluate.every=0", "train.patience=0"]
        pairs = [*off, *self.options.set, f"checkpoint.directory={work}/runs", *settings]
        command = [str(experiment.program()), self.options.config, *sets(pairs), "--overwrite", "--stop-after", str(steps + warmup),
                   "--warmup", str(warmup)]
        ranks, count = (plan.ranks, 1) if plan and plan.kind == "together" else (1, plan.ranks if plan else 1)
        cpus = experiment.free_cpus()
        crowd = (self.cores or ranks) if self.options.hostfile else None
        environment = experiment.mpi_environment(ranks, crowd)
        launcher = experiment.mpirun(ranks, self.options.hostfile) if plan and plan.kind == "together" else []
        accounts = [work / f"account{number}" for number in range(count)]
        for number, account in enumerate(accounts):
            account.unlink(missing_ok=True)
            bound = [cpus[number % len(cpus)]] if count > 1 else []
            self.jobs.start([*launcher, *command, *sets([f"name=run{number}"]), "--timing", str(account)], environment,
                            work / f"said{number}", bound)
        self.jobs.wait()
        return [self.check(account, plan, steps) for account in accounts]

    def check(self, account: Path, plan: Plan | None, steps: int) -> str:
        """A training's account, which measured what it should."""
        if not account.exists():
            raise Failure(DATA, f"rank 0 ran elsewhere, and wrote there: this host must be the first of "
                          f"{self.options.hostfile or 'the job'}")
        text = account.read_text("utf-8")
        measured = json.loads(text)
        if measured["steps"] != steps:
            raise Failure(DATA, f"{measured['steps']} of {steps} steps were measured, the training is over: fewer --steps, or a longer "
                          "one (--set train.epochs=N)")
        if plan and measured["batch_size"] != plan.batch:
            raise Failure(DATA, f"{plan.batch} words a step are asked for, the table has only {measured['batch_size']} pairs for them: "
                          "fewer words or ranks, or a larger table, as data/make_verbs.py --invent N makes one")
        return text

    def probe(self, model: str) -> tuple[int, int]:
        """One step says what the configuration leaves to be known, and whether it is one: what the data leave of its batch, and its
        micro-batch."""
        with tempfile.TemporaryDirectory(dir=self.output, prefix="work.") as work:
            self.train(Path(work), None, model, 1, 0)
            run = self.trainings[model] = read_run(Path(work, "account0"))
            written = Path(work, "runs/run0/config.yaml").read_text("utf-8")
        found = re.search(r"^ +micro_batch: (\d+)$", written, re.MULTILINE)
        return run["batch_size"], int(found[1]) if found else run["micro_batch"]

    def is_measured(self, file: Path, plan: Plan) -> bool:
        """Whether an earlier experiment that is resumed has this run. It must be of the same training."""
        if not file.exists():
            return False
        wanted = members(self.trainings[plan.model], "training_hash", "sum", "gemm", "version")
        wanted |= {"steps": self.options.steps, "warmup_steps": self.options.warmup}
        if members(read_run(file), *wanted) != wanted:
            raise Failure(USAGE, f"{file}: it is of another experiment: --overwrite begins anew, --output FOLDER keeps both")
        return True

    def files(self) -> list[Path]:
        return sorted((self.output / "runs").glob("*.json"))

    def measure(self, number: int, plan: Plan) -> Run:
        file = self.output / "runs" / plan.file(number)
        if not self.is_measured(file, plan):
            with tempfile.TemporaryDirectory(dir=self.output, prefix="work.") as work:
                accounts = self.train(Path(work), plan, plan.model, self.options.steps, self.options.warmup)
            text = accounts[0] if plan.kind == "together" else "[\n" + ",\n".join(accounts) + "]\n"
            experiment.replace_file(file, text)
        return read_run(file)

    def run(self) -> None:
        experiment.make_folder(self.output)
        if self.files() and not self.options.overwrite and not self.options.resume:
            raise Failure(USAGE, f"{self.output} holds an experiment already: --resume goes on with it, --overwrite begins anew, "
                          "--output FOLDER keeps both")
        self.plan()
        # Only now: what was wrong until here has cost nothing.
        experiment.make_folder(self.output / "runs")
        results = [self.output / name for name in ("scaling.csv", "scaling.json", "scaling.html", *scaling_outcome.FIGURES)]
        for old in results + self.files() if self.options.overwrite else []:
            old.unlink(missing_ok=True)
        pace, measured, left = experiment.Pace(), 0, self.options.rounds * len(self.plans)
        try:
            for number in range(1, self.options.rounds + 1):
                for place, plan in enumerate(self.plans, 1):
                    what = f"round {number}/{self.options.rounds}, {place}/{len(self.plans)}: {plan}"
                    self.jobs.tell = lambda: experiment.show(f"{what}, {pace.left(measured / (measured + left))}")
                    rate = self.measure(number, plan)["words_per_second"]
                    measured, left = measured + 1, left - 1
                    say(f"{what}: {rate:.0f} words/s")
        except Failure:
            if self.files():
                try:
                    self.write()
                except Failure as failure:
                    say(f"scaling.py: {failure}")
                say(f"scaling.py: what was measured until then is kept, and summed up in {self.output}; --resume goes on")
            raise
        self.write()

    def write(self) -> None:
        counted_too = ("evaluate.every", "checkpoint.every", "checkpoint.best", "train.patience")
        whole = self.options.whole or any(pair.startswith(counted_too) for pair in self.options.set)
        scaling_outcome.write_outcome(self.files(), self.output, self.cores, whole)


def has_shards(ranks: int, batch: int, micro_batch: int) -> bool:
    return -(-batch // micro_batch) >= ranks


def doubling(cores: int) -> list[int]:
    """1, 2, 4 and so on, and the cores."""
    return [1 << power for power in range((cores - 1).bit_length())] + [cores]


# The command line.

def number_or_zero(text: str) -> int:
    return 0 if text == "0" else experiment.number(text)


def numbers(text: str) -> list[int]:
    return list(map(experiment.number, text.split() or [text]))


def modes(text: str) -> list[str]:
    names = [name for word in text.split() for name in (KINDS if word == "all" else [word])]
    if not names or not set(names) <= set(KINDS):
        raise argparse.ArgumentTypeError(f'strong, weak, micro-batch or all are needed, not "{text}"')
    return list(dict.fromkeys(names))


def models(text: str) -> list[str]:
    if not text.split() or not all(re.fullmatch(r"[a-z_.]+=[^ ,=]+(,[a-z_.]+=[^ ,=]+)*", word) for word in text.split()):
        raise argparse.ArgumentTypeError(f'models are needed, as hidden=512,layers=2, not "{text}"')
    return text.split()


def readable(text: str) -> str:
    if not os.access(text, os.R_OK):
        raise argparse.ArgumentTypeError(f'"{text}" is no file that can be read')
    return os.path.abspath(text)


def parse(words: list[str]) -> argparse.Namespace:
    parser = experiment.Parser("scaling.py", __doc__ or "")
    add = parser.add_argument
    add("config", nargs="*", metavar="CONFIG.yaml")
    add("--mode", type=modes, default=["strong", "weak"], metavar="LIST", help="strong (the same batch for any number of ranks), weak "
        "(as large a batch for each rank), micro-batch (shards of several sizes, on the most ranks that have cores and shards), all; "
        '"strong weak" when left out')
    add("--ranks", type=numbers, metavar="LIST", help="1, 2, 4 and so on, and the cores, when left out; more than cores are marked")
    add("--batches", type=numbers, metavar="LIST", help="words a step: of all ranks (strong), of each (weak); the configuration's when "
        "left out")
    add("--micro-batches", type=numbers, default=[8, 16, 32, 64, 128], metavar="LIST", help='words in a shard ("8 16 32 64 128")')
    add("--models", type=models, metavar="LIST", help='such as "hidden=256 hidden=1024,layers=2": keys of model, or others in full')
    add("--rounds", type=experiment.number, default=3, metavar="N", help="each setting so many times (3), one after the other in each round")
    add("--steps", type=experiment.number, default=20, metavar="N", help="steps that are measured (20)")
    add("--warmup", type=number_or_zero, default=5, metavar="N", help="steps before these (5)")
    add("--no-separate", dest="separate", action="store_false", help="without the runs of one rank each at the same time, each on a "
        "core of its own, which show the most that the machine can give")
    add("--hostfile", type=readable, metavar="FILE", help="for mpirun, with slots for each host: its cores; without separate runs. This "
        "host is one of them, the first: rank 0 writes here what is measured. Ranks get CVAE_* and OPENBLAS_* variables")
    add("--cores", type=experiment.number, metavar="N", help="cores of all hosts together, where the hostfile does not say")
    add("--output", type=Path, metavar="FOLDER", help="checkpoints/scaling when left out, with --from this folder")
    add("--overwrite", action="store_true", help="begins anew where the folder holds an experiment")
    add("--resume", action="store_true", help="goes on with the experiment that the folder holds: the same options")
    add("--set", action="append", default=[], metavar="KEY=VALUE", help="passed on to each training")
    add("--from", dest="files", nargs="+", metavar="FILE", help="measures nothing: sums up what trainings wrote with --timing, each a "
        "file, the rounds in their order; a list of them in a file stands for separate runs")
    add("--whole", action="store_true", help="shares of the whole time, evaluations and checkpoints included")
    options = parser.read(words)
    if len(options.config) > 1:
        parser.error(f'"{options.config[1]}" is one word too many: lists are in quotes')
    options.config = os.path.abspath(options.config[0] if options.config else PROJECT / "launch/train.yaml")
    options.output = Path(os.path.abspath(options.output or ("." if options.files else RUNS / "scaling")))
    return options


def main(words: list[str]) -> None:
    options = parse(words)
    if options.files:
        scaling_outcome.write_outcome(options.files, options.output, options.cores, options.whole)
    else:
        Measurement(options).run()


if __name__ == "__main__":
    experiment.run_driver("scaling.py", main)
