#!/usr/bin/env python3
"""Predicts how training scales on clusters that are not here: README.md says how. Called by launch/predict.sh.

What is predicted is listed here; predict_calibration.py measures, predict_model.py computes, predict_simulation.py has SimGrid
simulate, predict_report.py writes.
"""
import argparse
import os
import sys
import tempfile
from dataclasses import dataclass

import predict_calibration as calibration
import predict_model as model
import predict_report as report
from predict_simulation import Simulator
from runner import PROJECT, Failure, Product, machine, say
from words import WordTables

HIDDEN = [256, 1024]
RANKS = [8, 16, 32, 64, 128, 256, 512, 1024]


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
TRAINED_SHARDS, TRAINED_STEPS = 8, 4


class Prediction:
    def __init__(self, options, folder):
        self.options, self.folder = options, folder
        self.tables = WordTables(os.path.join(PROJECT, "data/verbs.txt"), folder)
        simulators = [self.simulator(f"run-{number}") for number in range(max(calibration.CHECKED_RANKS))]
        self.machine = calibration.Machine(
            Product(os.path.join(options.build, "cvae_mpi"), folder), self.tables, simulators)
        self.costs, self.here = {}, {}  # by (hidden, runs at once), by hidden

    def simulator(self, name, here=None):
        program = os.path.join(self.options.build, "smpi/cvae_mpi")
        return Simulator(program, os.path.join(self.folder, name), here)

    def tool(self, name):
        return os.path.join(self.options.build, "tests/bench", name)

    def wanted_batches(self):
        wanted = {(experiment.shards_on(ranks), ranks) for experiment in EXPERIMENTS for ranks in [1, *RANKS]}
        wanted |= {(shards, 1) for shards in (calibration.FEW, calibration.MANY, calibration.LARGE)}
        wanted |= {(calibration.CHECKED_SHARDS, ranks) for ranks in calibration.CHECKED_RANKS}
        return wanted | {(TRAINED_SHARDS * ranks, ranks) for _, ranks in TRAINED}

    def calibrate(self):
        for number in range(self.options.rounds):
            for hidden in self.options.hidden:
                say(f"measuring, round {number + 1} of {self.options.rounds}, hidden {hidden}")
                self.machine.round(hidden)
        table, _ = self.tables.part(len(self.tables.rows) * 4)
        batch = calibration.bookkeeping(self.tool("bench_batch"), table, self.wanted_batches())
        for hidden in self.options.hidden:
            addition, self.here[hidden] = calibration.exchange(self.tool("bench_exchange"), self.machine.numbers[hidden])
            for runs in calibration.CHECKED_RANKS:
                self.costs[hidden, runs] = self.machine.step_costs(hidden, runs, addition, batch)

    def check(self, hidden, simulator):
        """Rows of what is predicted for this machine, beside what was measured."""
        shards, network = calibration.CHECKED_SHARDS, simulator.clusters.networks["here"]
        words = shards * model.MICRO_BATCH
        for ranks in calibration.CHECKED_RANKS:
            costs = self.costs[hidden, ranks]
            yield {"hidden": hidden, "ranks": ranks,
                   "measured": words / calibration.least(self.machine.checks[hidden, ranks]),
                   "simulated": words / simulator.replay("here", costs, ranks, shards),
                   "modelled": words / sum(model.step(costs, ranks, shards, network).values())}

    def train(self, hidden, simulator):
        """Rows of how fast the program itself is in the simulator, beside the replay of its costs."""
        for network in self.networks(simulator):
            for ranks in (ranks for of_hidden, ranks in TRAINED if of_hidden == hidden):
                say(f"the program itself on {ranks} simulated ranks, hidden {hidden}, {network}")
                shards = TRAINED_SHARDS * ranks
                rate, _, _ = simulator.train(
                    network, *calibration.training(self.tables, hidden, ranks, shards, TRAINED_STEPS))
                replayed = simulator.replay(network, self.costs[hidden, 1], ranks, shards)
                yield {"hidden": hidden, "network": network, "ranks": ranks, "program": rate,
                       "replayed": shards * model.MICRO_BATCH / replayed}

    def predict(self, hidden, simulator):
        """A row for each experiment, network and number of ranks."""
        say(f"replaying, hidden {hidden}")
        for experiment in EXPERIMENTS:
            for network in self.networks(simulator):
                for ranks in RANKS:
                    yield self.predict_one(simulator, experiment, network, self.costs[hidden, 1], ranks)

    @staticmethod
    def networks(simulator):
        return [name for name in simulator.clusters.networks if name != "here"]

    @staticmethod
    def predict_one(simulator, experiment, network, costs, ranks):
        shards, shards_alone = experiment.shards_on(ranks), experiment.shards_on(1)
        parts = model.step(costs, ranks, shards, simulator.clusters.networks[network])
        seconds = {"simulated": simulator.replay(network, costs, ranks, shards), "modelled": sum(parts.values())}
        # What one rank would take for all of it.
        alone = model.burst(costs, 1, shards_alone) * shards / shards_alone
        row = {"experiment": experiment.name, "hidden": costs.hidden, "network": network, "ranks": ranks,
               "words_a_step": shards * model.MICRO_BATCH}
        for how, step in seconds.items():
            row |= {f"{how}_step_seconds": step, f"{how}_words_per_second": shards * model.MICRO_BATCH / step,
                    f"{how}_efficiency": alone / step / ranks}
        return row | {f"{name}_seconds": value for name, value in parts.items()}

    def run(self):
        if os.getloadavg()[0] > 0.5:
            say(f"the machine is busy (load {os.getloadavg()[0]:.1f}): what is measured says little")
        result = {"machine": machine(), "large": [], "checks": [], "trained": [], "rows": []}
        self.calibrate()
        for hidden in self.options.hidden:
            simulator = self.simulator("clusters", self.here[hidden])
            result["large"].append(self.machine.large_step(self.costs[hidden, 1]))
            result["checks"] += self.check(hidden, simulator)
            result["trained"] += self.train(hidden, simulator)
            result["rows"] += self.predict(hidden, simulator)
        return result


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--build", required=True, help="the build folder (predict.sh gives it)")
    parser.add_argument("--rounds", type=int, default=5, metavar="N", help="in which what is measured is repeated in turn")
    parser.add_argument("--hidden", type=int, nargs="+", default=HIDDEN, choices=HIDDEN)
    parser.add_argument("--quick", action="store_true", help="one round, the small model only, to see that it works")
    options = parser.parse_args()
    if options.quick:
        options.rounds, options.hidden = 1, HIDDEN[:1]
    # The simulator runs the program in a folder of its own.
    options.build = os.path.abspath(options.build)
    return options


def main():
    options = parse_arguments()
    output = os.path.join(options.build, "predict")
    with tempfile.TemporaryDirectory(prefix="cvae-predict-") as folder:
        prediction = Prediction(options, folder)
        try:
            result = prediction.run()
        except Failure as failure:
            sys.exit(f"predict: {failure}")
    report.write(output, prediction, result)
    say(f"written: {output}/predict.md, predict.csv, calibration.json")


if __name__ == "__main__":
    main()
