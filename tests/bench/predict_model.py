"""The arithmetic of a predicted step: what a rank computes, and an alpha-beta model of the allreduce.

What the program does in a step is modelled here and nowhere else:
  - each rank looks up, sorts and deals the whole batch (Costs.batch), and works on its own shards (Costs.shard);
  - one MPI_Allreduce adds up the whole gradient, as int64; each rank has a host of its own;
  - each rank makes the same optimizer step (Costs.serial).
Several ranks of a host add up in its memory first and then take part as one: the network has as many hosts to serve as here
ranks. NOT_MODELLED says what is left out.
"""
from dataclasses import dataclass

NOT_MODELLED = [
    "How a shard's cost changes with the batch, which is sorted before it is cut: a shard costs what it does in batches of 64 and 320 "
    "words. The step of 2,048 words shows how far that holds; larger ones were not measured.",
    "Shards of a step that differ in work, ranks and hosts that differ, or do something else now and then: no rank waits for a "
    "slower one.",
    "Several ranks of a host, which take caches, memory and clock from each other.",
    "Switches that block, other traffic, lost packets, and the time that the processor itself spends on a message.",
    "Evaluations and checkpoints, which rank 0 makes.",
]

NUMBER_BYTES = 8
MICRO_BATCH = 32


@dataclass
class Costs:
    """Seconds that a step costs on a core of this machine, and the sizes that go with them."""
    hidden: int
    numbers: int  # int64 in the allreduce
    shard: float
    serial: float  # of each step, besides shards and batch
    addition: float  # of an int64 to another
    batch: dict  # (words, ranks): what each rank does for the whole batch


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
    sent = 2 * additions(costs.numbers, ranks) * NUMBER_BYTES
    return rounds * network.alpha, sent * network.beta, additions(costs.numbers, ranks) * costs.addition


def step(costs, ranks, shards, network):
    """A step's parts in seconds, by name: they add up to the step."""
    latency, transfer, adding = allreduce(costs, ranks, network)
    return {"shards": costs.shard * shards_of_rank(shards, ranks), "serial": costs.serial,
            "batch": costs.batch[shards * MICRO_BATCH, ranks], "latency": latency, "transfer": transfer, "adding": adding}
