"""The arithmetic of a predicted step: what a rank computes, and an alpha-beta model of the allreduce.

What the program does in a step is modelled here and nowhere else:
  - each rank looks up, sorts and deals the whole batch (Costs.batch), and works on its own shards (Costs.shard);
  - one MPI_Allreduce adds up the whole gradient, as int64; each rank has a host of its own;
  - each rank makes the same optimizer step (Costs.serial).
Several ranks of a host add up in its memory first and then take part as one: the network has as many hosts to serve as here
ranks. What ranks of one host take from each other is not modelled, nor are hosts that differ, or that do something else now
and then.
"""
from dataclasses import dataclass

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
