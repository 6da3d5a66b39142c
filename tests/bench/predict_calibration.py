"""What a step costs on this machine, measured: runs of the program, what its allreduce is made of, and its bookkeeping."""
import os
import statistics
from concurrent.futures import ThreadPoolExecutor

import predict_model as model
from bench import Variant
from runner import PROJECT, run

ENVIRONMENT = os.path.join(PROJECT, "launch/mpi_environment.sh")
# Shards a step of the two runs that tell a step's fixed part from a shard's. They, and the checks, train on the same words:
# so many shards in all.
FEW, MANY = 2, 10
SHARDS = 80
# A larger step that the costs from FEW and MANY are held against, and how many of them: a batch is sorted before it is cut, so that
# shards get more uniform as it grows, and predicted steps are larger by far.
LARGE, LARGE_STEPS = 64, 3
# The real runs that the prediction is held against: ranks of this machine, and the shards of a step.
CHECKED_RANKS, CHECKED_SHARDS = (1, 2), 8


def training(tables, hidden, ranks, shards, steps):
    """Of so many steps and one: variant, table and words."""
    batch = shards * model.MICRO_BATCH
    variant = Variant("prediction", batch, model.MICRO_BATCH, ranks=ranks,
                      settings=[f"model.hidden={hidden}", "compute.reduction=allreduce", "compute.bucket=0"])
    return variant, *tables.part(steps * batch, batch)


def least(rounds):
    """The mean of the steps, each in its best round: rounds repeat the same steps, and what else runs only adds to a time."""
    return statistics.mean(map(min, zip(*rounds)))


def unsteadiness(measured):
    """How much longer the steps of a round were than the least, at the median of the rounds, where that was most."""
    return max(statistics.median(map(statistics.mean, rounds)) / least(rounds) for rounds in measured.values()) - 1


class Machine:
    """Seconds of a step here, round by round.

    Costs are of the program on one simulated rank, whose clock is the processor time of its thread: others who use the machine
    take little from it. Such runs are made one alone, and as many at once as the check has ranks, because cores share caches
    and memory. The checks are real runs under mpirun, by the clock on the wall.
    """

    def __init__(self, product, tables, simulators):
        self.product, self.tables, self.simulators = product, tables, simulators  # a simulator for each run at once
        self.numbers = {}  # by hidden size
        self.costs = {}  # (hidden, shards of a step, runs at once): rounds, each a list of steps
        self.checks = {}  # (hidden, ranks): rounds, each a list of one: the mean of its steps

    def measure_cost(self, hidden, shards, runs, steps):
        network = next(iter(self.simulators[0].clusters.networks))
        run_of = training(self.tables, hidden, 1, shards, steps)
        with ThreadPoolExecutor(runs) as pool:
            done = list(pool.map(lambda simulator: simulator.train(network, *run_of), self.simulators[:runs]))
        self.numbers[hidden] = done[0][1]
        # The first step is warm-up, and before the last one, which is of the next epoch, the program does other things.
        steps = list(map(statistics.mean, zip(*(steps[1:-1] for _, _, steps in done))))
        self.costs.setdefault((hidden, shards, runs), []).append(steps)

    def measure_check(self, hidden, ranks):
        run_of = training(self.tables, hidden, ranks, CHECKED_SHARDS, SHARDS // CHECKED_SHARDS)
        rate = self.product.measure(*run_of)["words_per_second"]
        self.checks.setdefault((hidden, ranks), []).append([CHECKED_SHARDS * model.MICRO_BATCH / rate])

    def round(self, hidden):
        for ranks in CHECKED_RANKS:
            for shards in (FEW, MANY):
                self.measure_cost(hidden, shards, ranks, SHARDS // shards)
            self.measure_check(hidden, ranks)
        self.measure_cost(hidden, LARGE, 1, LARGE_STEPS)

    def step_costs(self, hidden, runs, addition, batch):
        """From the steps of FEW and of MANY shards."""
        few, many = (least(self.costs[hidden, shards, runs]) - batch[shards * model.MICRO_BATCH, 1] for shards in (FEW, MANY))
        shard = (many - few) / (MANY - FEW)
        return model.Costs(hidden, self.numbers[hidden], shard, few - FEW * shard, addition, batch)

    def large_step(self, costs):
        """Of a step of LARGE shards on one rank, one run at a time: its seconds as measured, and as these costs have it."""
        return {"hidden": costs.hidden, "shards": LARGE, "measured": least(self.costs[costs.hidden, LARGE, 1]),
                "modelled": model.burst(costs, 1, LARGE)}


def exchange(program, numbers):
    """Seconds that an addition takes, and the network that two ranks of this machine are to each other."""
    half = numbers // 2  # what the first round of an allreduce sends
    command = ["bash", "-c", '. "$0" 2 && exec mpirun -np 2 "$@"', ENVIRONMENT, program, str(half)]
    seconds = {name: float(value) for name, value in map(str.split, run(command).stdout.splitlines())}
    beta = (seconds["large"] - seconds["small"]) / (half * model.NUMBER_BYTES)
    return seconds["sum"] / half, model.Network(seconds["small"], beta)


def bookkeeping(program, table, wanted):
    """Seconds by (words, ranks), of (shards, ranks)."""
    arguments = [f"{shards * model.MICRO_BATCH}:{ranks}" for shards, ranks in sorted(wanted)]
    lines = run([program, table, str(model.MICRO_BATCH), *arguments]).stdout.splitlines()
    return {(int(words), int(ranks)): float(seconds) for words, ranks, seconds in map(str.split, lines)}
