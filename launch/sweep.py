#!/usr/bin/env python3
"""Trains a configuration in many variants, each with several seeds, and compares their scores: table, CSV, JSON and a page.

CONFIG.yaml is launch/train.yaml when left out. LIST is a YAML list without its brackets. Several --vary stand for all combinations, each
--variant for one more with each of these. SWEEP.yaml has the options as keys; those of the command line come behind them. Trainings run
side by side, each on cores of its own, and all variants with the first seed come first. Then `eval --json` measures each run: any number
of its record is a score, as are seconds, words and, as training.NAME, what the last epoch says. The folder keeps runs/, what they said in
said/ and scores in outcomes/; sweep.csv, sweep.json and sweep.html have means and standard deviations over the seeds. The same command
goes on with a sweep that was interrupted, and tries once more what failed; more values, more seeds or another --eval add to it.

Slurm: --submit "--time=1:00:00" submits what is left as an array, a task a run, and a job that sums up. CVAE_PROGRAM: another program than
build/cvae_mpi, which is built first.
"""
from __future__ import annotations

import argparse
import json
import os
import re
import shlex
import subprocess
from pathlib import Path
from typing import Any, NamedTuple, Sequence

import experiment
from experiment import DATA, NO_INPUT, PROJECT, USAGE, Failure, say, sets
from sweep_options import compose_file, digest, items, meaning, parse
from sweep_outcome import Outcome, Scores, Variant, numbers_in


class Run(NamedTuple):
    """A variant with a seed; none: the configuration's."""
    variant: Variant
    seed: str

    @property
    def name(self) -> str:
        return self.variant.name + (f"-seed-{self.seed}" if self.seed else "")

    def __str__(self) -> str:
        return self.variant.label + (f", seed {self.seed}" if self.seed else "")


class Sweep:
    """All runs, and the scores of those that are recorded."""

    def __init__(self, options: argparse.Namespace) -> None:
        self.options, self.output = options, options.output
        self.program = str(experiment.program())
        self.runs = [Run(variant, seed) for seed in options.seeds for variant in options.variants]
        # What all recorded runs have in common. Where checkpoints go changes no score.
        config = {key: meaning(node) for key, node in items(compose_file(options.config), options.config)}
        shared = sorted(pair for pair in (config | options.set).items() if pair[0].split(".")[0] not in ("name", "seed", "checkpoint"))
        self.identity = digest(shared)
        for run in self.runs:
            self.recall(run)
        self.outcome()

    def recall(self, run: Run) -> None:
        """Takes the scores of a run that is recorded, and was evaluated as it is wanted now."""
        file = self.output / "outcomes" / f"{run.name}.json"
        try:
            found = json.loads(file.read_bytes())
            identity, is_wanted = found["identity"], found["eval"] == self.options.eval
            scores: Scores = dict(numbers_in(found["evaluation"])) | {name: found[name] for name in ("seconds", "words")}
            scores |= {f"training.{name}": value for name, value in numbers_in(found["training"])}
        except FileNotFoundError:
            return
        except (ValueError, KeyError, TypeError):
            raise Failure(DATA, f"{file}: no outcome of a run: without this file the run is evaluated once more") from None
        if identity != self.identity:
            raise Failure(USAGE, f"{file}: it is of another configuration or --set: --output FOLDER keeps both")
        if is_wanted:
            run.variant.runs[run.seed] = scores

    def left(self) -> list[Run]:
        return [run for run in self.runs if run.seed not in run.variant.runs]

    def outcome(self) -> Outcome:
        return Outcome(self.options.variants, self.options.scores, self.options.front)

    # Trainings.

    def words(self, run: Run) -> list[str]:
        """A training's configuration."""
        settings = self.options.set | run.variant.settings | ({"seed": run.seed} if run.seed else {})
        settings |= {"checkpoint.directory": f"{self.output}/runs", "name": run.name}
        return [self.options.config, *sets(f"{key}={value}" for key, value in settings.items())]

    def ask(self, *words: str) -> tuple[int, str]:
        """The program's status and what it prints, or says where it fails."""
        try:
            done = subprocess.run([self.program, *words], cwd=self.options.folder, stdin=subprocess.DEVNULL, capture_output=True)
        except OSError as error:
            raise Failure(127, f"{self.program}: {error.strerror}") from None
        return done.returncode, os.fsdecode(done.stderr if done.returncode else done.stdout).strip()

    def check(self, runs: Sequence[Run]) -> None:
        """The program reads all configurations and the words of the evaluation before anything is trained."""
        for run in runs:
            status, text = self.ask("folder", "--ranks", *self.words(run))
            if status != 0:
                say(text)
                raise Failure(status)
            if int(text) < self.options.ranks:
                raise Failure(USAGE, f"--ranks: a step of {run} has shards for {text}, not for {self.options.ranks} (train.micro_batch)")
        status, text = self.ask("eval", *self.options.eval, "--json", "/dev/null/none")
        if status != NO_INPUT:
            raise Failure(USAGE, f"--eval: {text.removeprefix('cvae_mpi: ')}")

    def train(self, runs: Sequence[Run], is_alone: bool = False) -> None:
        """Trains and evaluates runs side by side, or one alone on all cores that this process has. Names those that fail."""
        for name in ("runs", "said", "outcomes"):
            experiment.make_folder(self.output / name)
        ranks, cpus = self.options.ranks, experiment.free_cpus()
        cores = experiment.mpi_cores() if is_alone else min(experiment.mpi_cores(), len(cpus))
        count = 1 if is_alone else self.options.jobs or max(1, cores // ranks)
        slots = [[] if is_alone else sorted({cpus[(slot * ranks + rank) % len(cpus)] for rank in range(ranks)}) for slot in range(count)]
        environment = experiment.mpi_environment(ranks, max(1, cores // count))
        launcher = experiment.mpirun(ranks) if ranks > 1 else []
        waiting, failed, pace = list(runs), [], experiment.Pace()
        first: dict[str, float] = {}  # the share of a run that was there when it began here
        running: dict[Path, tuple[Run, list[int], Path | None]] = {}  # by the file of what they say: CPUs, and an evaluation's record

        def tell() -> None:
            shares, texts = dict.fromkeys(first, 1.0), []
            for said, (run, _, record) in running.items():
                share, text = (1.0, "evaluation") if record else progress(said)
                shares[run.name] = share
                first.setdefault(run.name, share)
                texts.append(f"{run}: {text}")
            share = sum(shares[name] - first[name] for name in shares) / (len(runs) - sum(first.values()) + 1e-9)
            done = len(self.runs) - len(self.left())
            experiment.show(f"sweep.py: {done}/{len(self.runs)}, {pace.left(share)}; {'; '.join(texts)}")
        jobs = experiment.Jobs(tell)
        while waiting or running:
            while waiting and slots:
                run, slot = waiting.pop(0), slots.pop(0)
                said = self.output / "said" / f"{run.name}.txt"
                running[said] = run, slot, None
                jobs.start([*launcher, self.program, *self.words(run), "--resume"], environment, said, slot, self.options.folder)
            said, status = jobs.next()
            run, slot, record = running.pop(said)
            if status == 0 and not record:
                record = self.output / "outcomes" / f".{run.name}"
                running[said] = run, slot, record
                jobs.start([self.program, "eval", *self.options.eval, "--json", f"{self.output}/runs/{run.name}"], environment, said, slot,
                           self.options.folder, record)
                continue
            slots.append(slot)
            if status == 0:
                self.record(run, json.loads(record.read_bytes()))
            elif not jobs.signal:
                failed.append(status if status > 0 else 128 - status)
                told = [line for line in said.read_text("utf-8", "replace").split("\n") if line.startswith("cvae_mpi: ")]
                say(f"sweep.py: {run}: status {failed[-1]}: {''.join(told[-1:]).removeprefix('cvae_mpi: ')} ({said})")
            if record:
                record.unlink(missing_ok=True)
        jobs.wait()
        if failed:
            raise Failure(failed[0], f"{len(failed)} of {len(runs)} runs failed")

    def record(self, run: Run, evaluation: Any) -> None:
        """Keeps the scores of a run, and says them."""
        lines = [json.loads(line) for line in (self.output / "runs" / run.name / "metrics.jsonl").read_bytes().splitlines()]
        # All epochs have the same words. Of one that was interrupted only the last part was timed.
        words = [line["words_per_second"] * line["seconds"] for line in lines]
        total = round(max(words)) * len(words)
        seconds = sum(line["seconds"] for line in lines) * total / sum(words)
        experiment.write_json(self.output / "outcomes" / f"{run.name}.json", {
            "identity": self.identity, "config": self.options.config, "set": self.options.set, "settings": run.variant.settings,
            "seed": run.seed, "eval": self.options.eval, "seconds": seconds, "words": total,
            "training": {name: value for name, value in lines[-1].items() if name != "evaluation"}, "evaluation": evaluation})
        is_first = len(self.left()) == len(self.runs)
        self.recall(run)
        try:
            scores = self.outcome().said(run.variant.runs[run.seed])
        except Failure as failure:
            scores = f"recorded; {failure}" if is_first else "recorded"
        say(f"sweep.py: {len(self.runs) - len(self.left())}/{len(self.runs)}: {run}: {scores}")

    def run(self) -> None:
        left = self.left()
        if left:
            experiment.build()
            self.check(left)
            try:
                self.train(left)
            except Failure:
                if len(self.left()) < len(self.runs):
                    self.write()
                say(f"sweep.py: {len(self.runs) - len(self.left())} of {len(self.runs)} runs are recorded in {self.output}; the same command goes on")
                raise
        self.write()

    def write(self) -> None:
        facts = {"configuration": self.options.config, "set": ", ".join(f"{key}={value}" for key, value in self.options.set.items()) or "-",
                 "eval": shlex.join(self.options.eval) or "-", "recorded": f"{len(self.runs) - len(self.left())} of {len(self.runs)} runs"}
        self.outcome().write(self.output, facts)

    # Slurm.

    def run_task(self, number: int) -> None:
        if number > len(self.runs):
            raise Failure(USAGE, f"--task: there are {len(self.runs)} runs, no number {number}")
        if self.runs[number - 1] in self.left():
            self.check([self.runs[number - 1]])
            self.train([self.runs[number - 1]], is_alone=True)

    def submit(self, words: Sequence[str]) -> None:
        """An array of the runs that are left, and a job that sums up behind it."""
        left = self.left()
        if not left:
            raise Failure(USAGE, "--submit: all runs are recorded; without --submit they are summed up")
        experiment.build()
        self.check(left)
        experiment.make_folder(self.output / "said")
        own = shlex.join([str(PROJECT / "launch/sweep.py"), *words])

        def sbatch(name: str, words: str, *options: str) -> str:
            # A minute before its time limit a task ends its training, with a checkpoint.
            command = ["sbatch", "--parsable", "--signal=B:TERM@60", f"--output={self.output}/said/{name}.txt", *options,
                       *self.options.submit, f"--wrap=exec {own} {words}"]
            return experiment.bash('exec "$0" "$@"', *command).decode().split(";")[0].strip()
        array = ",".join(str(self.runs.index(run) + 1) for run in left)
        job = sbatch("slurm-%A_%a", '--task "$SLURM_ARRAY_TASK_ID"', f"--ntasks={self.options.ranks}", f"--array={array}")
        last = sbatch("slurm-%j", "--collect", "--ntasks=1", f"--dependency=afterany:{job}")
        say(f"sweep.py: job {job} makes {len(left)} of {len(self.runs)} runs, job {last} sums up in {self.output}")


def progress(said: Path) -> tuple[float, str]:
    """What a training has done, as a share and as a text, by the last line of its epochs."""
    with open(said, "rb") as file:
        file.seek(max(0, said.stat().st_size - 4096))
        found = re.findall(rb"^epoch (\d+)/(\d+) ", file.read(), re.MULTILINE)
    done, count = map(int, found[-1]) if found else (0, 1)
    return done / count, f"epoch {done}/{count}" if found else "begins"


def main(words: list[str]) -> None:
    options = parse(words, __doc__ or "")
    sweep = Sweep(options)
    if options.collect:
        sweep.write()
    elif options.task:
        sweep.run_task(options.task)
    elif options.submit is not None:
        sweep.submit(words)
    else:
        sweep.run()


if __name__ == "__main__":
    experiment.run_driver("sweep.py", main)
