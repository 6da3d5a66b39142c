#!/usr/bin/env python3
"""Trains by one recipe with the program and with PyTorch and writes both side by side: README.md says how to read it.

    tests/bench/recipe.sh launch/course.yaml --train train.txt --test test.txt --seeds 5
"""
import argparse
import json
import os
import subprocess
import sys
import tempfile
from statistics import mean, median, stdev

import report
import runner
from runner import PROJECT, PYTHON, STOPPED_AS_ASKED, Failure, clean_environment, say

SIDES = ["this program", "PyTorch"]
CURVES = {"loss": "{:.3f}", "cross_entropy": "{:.3f}", "kl": "{:.3f}", "words_per_second": "{:,.0f}"}
SCORES = {"bleu4": "{:.4f}", "exact_match": "{:.4f}", "gaussian": "{:.4f}", "gaussian_distinct": "{:,.0f}"}
TITLES = {
    "loss": "loss", "cross_entropy": "cross-entropy", "kl": "KL", "words_per_second": "words/s", "bleu4": "BLEU-4",
    "exact_match": "exact match", "gaussian": "Gaussian score", "gaussian_distinct": "different rows"}


class Comparison:
    def __init__(self, arguments):
        self.arguments = arguments
        self.program = os.path.join(arguments.build, "cvae_mpi")
        self.settings = list(arguments.set)
        self.settings += [f"data.train={arguments.train}"] * bool(arguments.train)
        self.settings += [f"evaluate.test={arguments.test}"] * bool(arguments.test)
        with open(arguments.recipe, encoding="utf-8") as file:
            self.recipe = file.read()
        self.runs = {side: [] for side in SIDES}  # of each seed: its epochs

    def arguments_of(self, seed, *more):
        return [item for setting in [*self.settings, f"seed={seed}", *more] for item in ("--set", setting)]

    def run(self):
        for seed in range(1, self.arguments.seeds + 1):
            for side, train in zip(SIDES, (self.train_ours, self.train_torch)):
                epochs = self.stored(side, seed) or self.store(side, seed, train(seed))
                self.runs[side].append(epochs)
                say(f"seed {seed}, {side}: {len(epochs)} epochs, loss {epochs[-1]['loss']:.3f}, "
                    f"{speed(epochs):,.0f} words/s")

    def epoch_steps(self):
        command = [self.program, "schedule", self.arguments.recipe, "--json", *self.arguments_of(1)]
        return json.loads(runner.run(command).stdout)["epoch_steps"]

    def train_ours(self, seed):
        with tempfile.TemporaryDirectory(prefix="cvae-recipe-") as folder:
            settings = self.arguments_of(seed, "name=ours", f"checkpoint.directory={folder}", "checkpoint.every=0")
            command = [self.program, self.arguments.recipe, *settings]
            if self.arguments.stop_after:
                command += ["--stop-after", str(self.arguments.stop_after * self.epoch_steps())]
            self.wait_for(command)
            with open(os.path.join(folder, "ours/metrics.jsonl"), encoding="utf-8") as file:
                return [json.loads(line) for line in file]

    def train_torch(self, seed):
        command = [PYTHON, "-B", os.path.join(runner.HERE, "torch_recipe.py"), "--program", self.program,
                   self.arguments.recipe, *self.arguments_of(seed)]
        if self.arguments.stop_after:
            command += ["--stop-after", str(self.arguments.stop_after)]
        return [json.loads(line) for line in self.wait_for(command).splitlines()]

    @staticmethod
    def wait_for(command):
        done = subprocess.run(command, env=clean_environment(), capture_output=True, text=True)
        if done.returncode not in (0, STOPPED_AS_ASKED):
            raise Failure(f"{' '.join(command)}: status {done.returncode}\n{done.stderr}")
        return done.stdout

    def result_file(self, side, seed):
        return os.path.join(self.arguments.folder, f"{side.replace(' ', '_')}-{seed}.json")

    def what(self):
        """What a stored result must be of, to be taken in place of a run."""
        return {"recipe": self.recipe, "settings": self.settings, "stop_after": self.arguments.stop_after}

    def stored(self, side, seed):
        try:
            with open(self.result_file(side, seed), encoding="utf-8") as file:
                result = json.load(file)
        except FileNotFoundError:
            return None
        return result["epochs"] if result["what"] == self.what() else None

    def store(self, side, seed, epochs):
        os.makedirs(self.arguments.folder, exist_ok=True)
        with open(self.result_file(side, seed), "w", encoding="utf-8") as file:
            json.dump({"what": self.what(), "epochs": epochs}, file)
        return epochs


def values(runs, index, key):
    """Of each seed, at an epoch; none where there was no evaluation."""
    return [epochs[index][key] for epochs in runs if key in epochs[index]]


def spread(found, form):
    text = form.format(mean(found))
    return text if len(found) < 2 else f"{text} ± {form.format(stdev(found))}"


def apart(found, form):
    """The difference of the means, with its standard error."""
    difference = mean(found[1]) - mean(found[0])
    if min(map(len, found)) < 2:
        return form.format(difference)
    error = sum(stdev(side) ** 2 / len(side) for side in found) ** 0.5
    return f"{form.format(difference)} ± {form.format(error)}"


def speed(epochs):
    return median(epoch["words_per_second"] for epoch in epochs)


def times_as_fast(runs):
    """Of the two runs of a seed, which stand close together; the median seed."""
    ratios = [speed(ours) / speed(theirs) for ours, theirs in zip(*(runs[side] for side in SIDES))]
    text = f"{median(ratios):.1f}"
    return text if len(ratios) < 2 else f"{text} ({min(ratios):.1f} to {max(ratios):.1f})"


def last_lines(runs):
    rows = []
    for key, form in {**SCORES, **CURVES}.items():
        found = [values(runs[side], -1, key) for side in SIDES]
        if key == "words_per_second":
            found = [[speed(epochs) for epochs in runs[side]] for side in SIDES]
        if all(found):
            ranges = [f"{spread(side, form)}" + (f" ({form.format(min(side))} to {form.format(max(side))})"
                                                  if len(side) > 1 else "") for side in found]
            rows.append([TITLES[key], *ranges, apart(found, form)])
    explained = ("Mean and standard deviation of the seeds (least to most); the difference of the means with its "
                 "standard error. Words/s: each run's median epoch.")
    return ["## The last epoch", "", explained, "", *report.table(["what", *SIDES, "difference"], rows),
            f"This program is {times_as_fast(runs)} times as fast.", ""]


def epoch_lines(runs, keys, title):
    """A line for each epoch in which there is anything, both sides beside each other."""
    first, rows = runs[SIDES[0]][0], []
    for index, epoch in enumerate(first):
        found = {key: [values(runs[side], index, key) for side in SIDES] for key in keys}
        if all(all(sides) for sides in found.values()):
            cells = [spread(side, keys[key]) for key, sides in found.items() for side in sides]
            rows.append([str(epoch["epoch"]), f"{epoch['kl_weight']:.3f}", f"{epoch['teacher_forcing']:.3f}", *cells])
    names = [name for key in keys for name in (TITLES[key], "PyTorch")]
    head = ["epoch", "KL weight", "teacher forcing", *names]
    return [f"## {title}", "", *report.table(head, rows)] if rows else []


def markdown(comparison, torch_version):
    arguments, runs, machine = comparison.arguments, comparison.runs, runner.machine()
    scores = {key: form for key, form in SCORES.items() if any(key in epoch for epoch in runs[SIDES[0]][0])}
    lines = [
        f"# {os.path.basename(arguments.recipe)} beside PyTorch", "",
        f"{machine['time']}, revision {machine['revision']}, {machine['cpu']}, {machine['cores']} cores, load "
        f"{machine['load']:.2f}; PyTorch {torch_version}, one thread each, one run at a time. {arguments.seeds} "
        f"seed{'s' * (arguments.seeds > 1)}.", ""]
    if arguments.set:
        lines += ["With " + ", ".join(f"`{setting}`" for setting in arguments.set) + ".", ""]
    lines += last_lines(runs) + epoch_lines(runs, scores, "Scores") * bool(scores) + epoch_lines(runs, CURVES, "Curves")
    return "\n".join(lines).rstrip() + "\n"


def parse_arguments():
    parser = argparse.ArgumentParser(description="Trains by one recipe with the program and with PyTorch.")
    parser.add_argument("recipe", help="such as launch/course.yaml")
    parser.add_argument("--build", required=True, help="the build folder (recipe.sh gives it)")
    parser.add_argument("--train", metavar="FILE", help="data.train, where the recipe's is not there")
    parser.add_argument("--test", metavar="FILE", help="evaluate.test")
    parser.add_argument("--seeds", type=int, default=1, metavar="N", help="1 to N (default: 1)")
    parser.add_argument("--set", action="append", default=[], metavar="KEY=VALUE", help="in place of the recipe's")
    parser.add_argument("--stop-after", type=int, metavar="EPOCHS", help="train no further; the schedules stay")
    parser.add_argument("--folder", metavar="FOLDER",
                        help="each run's result; one that is there is not made again (default: in the build folder)")
    parser.add_argument("--markdown", metavar="FILE", help="default: recipe.md in that folder")
    arguments = parser.parse_args()
    name = os.path.splitext(os.path.basename(arguments.recipe))[0]
    arguments.folder = arguments.folder or os.path.join(arguments.build, "recipe", name)
    arguments.markdown = arguments.markdown or os.path.join(arguments.folder, "recipe.md")
    return arguments


def main():
    arguments = parse_arguments()
    torch_version = runner.Torch.version()
    if not torch_version:
        sys.exit(f"recipe: {PYTHON} has no PyTorch, which this compares with (apt install python3-torch)")
    if os.getloadavg()[0] > 0.5:
        say(f"the machine is busy (load {os.getloadavg()[0]:.1f}): the words a second will say little")
    comparison = Comparison(arguments)
    try:
        comparison.run()
    except Failure as failure:
        sys.exit(f"recipe: {failure}")
    text = markdown(comparison, torch_version)
    with open(arguments.markdown, "w", encoding="utf-8") as file:
        file.write(text)
    print(text, end="")
    say(f"written: {arguments.markdown}")


if __name__ == "__main__":
    main()
