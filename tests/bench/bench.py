#!/usr/bin/env python3
"""Measures the speed of training beside its peers, in rounds: README.md says what is counted and how to read it.

What is measured, compared and grouped is listed here; runner.py runs it, phases.py samples, report.py writes.
"""
import argparse
import os
import sys
import tempfile
from dataclasses import dataclass, field

import phases
import report
import runner
from runner import Failure, Unavailable, say
from words import WordTables

HIDDEN = 256
# Adam as the recipe has it; a batch of one trains with plain SGD, as the course's reports do.
SGD = ["optimizer.name=sgd", "optimizer.lr=0.05"]
BF16 = ["compute.precision=bf16"]
AVX2 = {"CVAE_ISA": "avx2"}
# Two mpiruns at once would bind their ranks to the same core.
UNBOUND = {"OMPI_MCA_hwloc_base_binding_policy": "none"}


@dataclass
class Variant:
    """The product with a batch, an environment and settings (--set)."""
    name: str
    batch: int
    micro_batch: int
    ranks: int = 1
    copies: int = 1  # separate runs at the same time, whose words are added up
    environment: dict = field(default_factory=dict)
    settings: list = field(default_factory=list)
    hidden: int = HIDDEN
    kind: str = "ours"


@dataclass
class Peer:
    name: str
    kind: str  # "torch" or "onednn"
    batch: int
    optimizer: str = "adam"
    ranks: int = 1
    precision: str = "fp32"  # or "bf16"


# In this order within a round, so that what is compared stands close together. Keys that the program does not know, and
# instructions that the CPU has not, are skipped.
ENTRIES = [
    Variant("ours 1 sgd", 1, 1, settings=SGD),
    Variant("ours 1 sgd bf16", 1, 1, settings=[*SGD, *BF16]),
    Peer("torch 1 sgd", "torch", 1, optimizer="sgd"),
    Peer("torch 1 sgd bf16", "torch", 1, optimizer="sgd", precision="bf16"),
    Variant("ours 1", 1, 1),
    Variant("ours 1 bf16", 1, 1, settings=BF16),
    Peer("torch 1", "torch", 1),
    Peer("torch 1 bf16", "torch", 1, precision="bf16"),
    Peer("onednn 1", "onednn", 1),
    Peer("onednn 1 bf16", "onednn", 1, precision="bf16"),
    Variant("ours 32", 32, 32),
    Variant("ours 32 bf16", 32, 32, settings=BF16),
    Peer("torch 32", "torch", 32),
    Peer("torch 32 bf16", "torch", 32, precision="bf16"),
    Peer("onednn 32", "onednn", 32),
    Variant("ours 64", 64, 64),
    Variant("ours 64 bf16", 64, 64, settings=BF16),
    Variant("ours 64/32", 64, 32),
    Peer("torch 64", "torch", 64),
    Peer("torch 64 bf16", "torch", 64, precision="bf16"),
    Peer("onednn 64", "onednn", 64),
    Peer("onednn 64 bf16", "onednn", 64, precision="bf16"),
    Variant("ours 64 avx2", 64, 64, environment=AVX2),
    Variant("ours 64 openblas", 64, 64, settings=["compute.gemm=openblas"]),
    Variant("ours 128/64", 128, 64),
    Variant("ours 128/32", 128, 32),
    Peer("torch 128", "torch", 128),
    Peer("onednn 128", "onednn", 128),
    Variant("ours 256/64", 256, 64),
    Variant("ours 256/64 bf16", 256, 64, settings=BF16),
    Variant("ours 256/64 avx512", 256, 64, environment={"CVAE_ISA": "avx512"}),
    Variant("ours 256/64 bf16 avx512", 256, 64, environment={"CVAE_ISA": "avx512"}, settings=BF16),
    Variant("ours 256/64 avx2", 256, 64, environment=AVX2),
    Variant("ours 256/64 bf16 avx2", 256, 64, environment=AVX2, settings=BF16),
    Variant("ours 256/64 hidden 1024", 256, 64, hidden=1024),
    Variant("ours 256/64 hidden 1024 bf16", 256, 64, hidden=1024, settings=BF16),
    Peer("torch 256", "torch", 256),
    Peer("torch 256 bf16", "torch", 256, precision="bf16"),
    Variant("ours 256/32", 256, 32),
    Peer("torch 512", "torch", 512),
    Peer("onednn 256", "onednn", 256),
    Variant("ours 256/32 avx2", 256, 32, environment=AVX2),
    Variant("ours 256/32 openblas", 256, 32, settings=["compute.gemm=openblas"]),
    Variant("ours 256/32 float sum", 256, 32, settings=["compute.sum=float"]),
    Variant("ours 256/32 sum of 32 bits", 256, 32, settings=["compute.sum=exact32"]),
    Variant("ours 256/32 2 ranks", 256, 32, ranks=2),
    Variant("ours 256/32 2 ranks, sum of 32 bits", 256, 32, ranks=2, settings=["compute.sum=exact32"]),
    Variant("ours 256/32 two runs", 256, 32, copies=2, environment=UNBOUND),
    Peer("torch 256 2 ranks", "torch", 256, ranks=2),
    Variant("ours 256/64 2 ranks", 256, 64, ranks=2),
    Variant("ours 256/64 two runs", 256, 64, copies=2, environment=UNBOUND),
    Variant("ours 1024/64 2 ranks", 1024, 64, ranks=2),
    Variant("ours 1024/64 two runs", 1024, 64, copies=2, environment=UNBOUND),
]

# (what, above, below, at least, unit): the median over the rounds of above / below, both words a second of one round.
# TORCH_BEST stands for the batch at which PyTorch has the highest median in fp32; the unit "cost" is 1 - above / below.
TORCH_BEST = "torch best"
RATIOS = [
    ("over PyTorch, batch 32", "ours 32", "torch 32", 5, "x"),
    ("over PyTorch, batch 64", "ours 64", "torch 64", 5, "x"),
    ("batch 256 over PyTorch at its best batch", "ours 256/32", TORCH_BEST, 4, "x"),
    ("batch 256, micro-batch 64, over PyTorch at its best batch", "ours 256/64", TORCH_BEST, 4, "x"),
    ("batch of one, SGD, over PyTorch", "ours 1 sgd", "torch 1 sgd", 25, "x"),
    ("batch of one, Adam, over PyTorch", "ours 1", "torch 1", None, "x"),
    ("AVX2, batch 256, over PyTorch at its best batch", "ours 256/32 avx2", TORCH_BEST, 2.5, "x"),
    ("2 ranks over 1, batch 256", "ours 256/32 2 ranks", "ours 256/32", 1.9, "x"),
    ("2 ranks over 1, batch 256, micro-batch 64", "ours 256/64 2 ranks", "ours 256/64", 1.9, "x"),
    ("the machine's own bound: two separate runs over one", "ours 256/32 two runs", "ours 256/32", None, "x"),
    ("the same, micro-batch 64", "ours 256/64 two runs", "ours 256/64", None, "x"),
    ("2 ranks over two separate runs, batch 256, micro-batch 64", "ours 256/64 2 ranks", "ours 256/64 two runs", 0.97, "x"),
    ("2 ranks over two separate runs, batch 1,024, micro-batch 64", "ours 1024/64 2 ranks", "ours 1024/64 two runs", 0.99, "x"),
    ("2 ranks over PyTorch's DDP with 2, batch 256", "ours 256/32 2 ranks", "torch 256 2 ranks", None, "x"),
    ("whole step over oneDNN's LSTMs alone, batch 64", "ours 64", "onednn 64", None, "x"),
    ("whole step over oneDNN's LSTMs alone, batch of one, Adam", "ours 1", "onednn 1", 1, "x"),
    ("whole step in bf16 over oneDNN's LSTMs alone in bf16, batch 64", "ours 64 bf16", "onednn 64 bf16", None, "x"),
    ("whole step in bf16 over oneDNN's LSTMs alone in bf16, batch of one, Adam", "ours 1 bf16", "onednn 1 bf16", None, "x"),
    ("native kernels over OpenBLAS, batch 64", "ours 64", "ours 64 openblas", None, "x"),
    ("native kernels over OpenBLAS, batch 256", "ours 256/32", "ours 256/32 openblas", None, "x"),
    ("bf16 over fp32, batch 256, micro-batch 64", "ours 256/64 bf16", "ours 256/64", 1.65, "x"),
    ("bf16 over fp32, batch 64", "ours 64 bf16", "ours 64", 1.6, "x"),
    ("bf16 over fp32, batch 32", "ours 32 bf16", "ours 32", 1.55, "x"),
    ("bf16 over fp32, batch of one, SGD", "ours 1 sgd bf16", "ours 1 sgd", 1.8, "x"),
    ("bf16 over fp32, batch of one, Adam", "ours 1 bf16", "ours 1", 1.8, "x"),
    ("bf16 over fp32, hidden 1024", "ours 256/64 hidden 1024 bf16", "ours 256/64 hidden 1024", 1.8, "x"),
    ("bf16 over PyTorch's fp32, batch 32", "ours 32 bf16", "torch 32", 3, "x"),
    ("bf16 over PyTorch's fp32, batch 64", "ours 64 bf16", "torch 64", 2.7, "x"),
    ("bf16, batch 256, micro-batch 64, over PyTorch's fp32 at its best batch", "ours 256/64 bf16", TORCH_BEST, 2.6, "x"),
    ("bf16 over PyTorch's fp32, batch of one, SGD", "ours 1 sgd bf16", "torch 1 sgd", 10, "x"),
    ("bf16 over PyTorch's fp32, batch of one, Adam", "ours 1 bf16", "torch 1", 10, "x"),
    ("bf16 over PyTorch's bf16, batch 32", "ours 32 bf16", "torch 32 bf16", None, "x"),
    ("bf16 over PyTorch's bf16, batch 64", "ours 64 bf16", "torch 64 bf16", None, "x"),
    ("bf16 over PyTorch's bf16, batch 256", "ours 256/64 bf16", "torch 256 bf16", None, "x"),
    ("bf16 over PyTorch's bf16, batch of one, SGD", "ours 1 sgd bf16", "torch 1 sgd bf16", None, "x"),
    ("bf16 over PyTorch's bf16, batch of one, Adam", "ours 1 bf16", "torch 1 bf16", None, "x"),
    ("bf16 emulated by AVX-512 over fp32", "ours 256/64 bf16 avx512", "ours 256/64 avx512", 0.8, "x"),
    ("bf16 emulated by AVX2 over fp32", "ours 256/64 bf16 avx2", "ours 256/64 avx2", 0.8, "x"),
    ("cost of the exact sum", "ours 256/32", "ours 256/32 float sum", 0.05, "cost"),
    ("cost of the exact sum of 32 bits", "ours 256/32 sum of 32 bits", "ours 256/32 float sum", 0.03, "cost"),
    ("2 ranks, a sum of 32 bits over one of 64", "ours 256/32 2 ranks, sum of 32 bits", "ours 256/32 2 ranks", None, "x"),
]
# Shares of the FMA peak that are to be reached.
SHARES = [("ours 256/32", 0.65), ("ours 256/64", 0.65)]
MEMORY_LIMIT = 150e6

# (phase, libraries, symbols): the first whose pattern is found in a sample's library or symbol takes it.
REST = "rest"
PHASES = [
    ("operating system", r"^\[kernel", None),
    ("MPI", r"^(libmpi|libopen-|mca_|libpmix|libuct|libucp)", r"^(comm_|P?MPI_)"),
    ("products", r"^libopenblas", r"^(matrices_(panel|pair|word|row)_add|add_(words|halves|to_panel)|take_apart|product_|recurrent_|native_|"
                                  r"blas_)"),
    ("cell kernels", None, r"^(cell_|lstm_|logistic|hyperbolic)"),
    ("symbol table, packing, gathering", None, r"^(matrices_|gates_|symbol_input_|layer_(linear|condition|add))"),
    ("softmax, loss, latent", None, r"^(layer_(cross|exponentials)|latent_|exponential|decoder_loss)"),
    ("exact sum", None, r"^exact_"),
    ("clip, optimizer", None, r"^(square_sum|adam|sgd|optimizer_)"),
    ("random numbers", r"^libm\.", r"^random_"),
    ("copying and clearing memory", None, r"^(__)?(memset|memmove|memcpy)"),
]
PHASES_OF = ["ours 256/32", "ours 64", "ours 64 bf16", "ours 1 sgd"]


class Bench:
    def __init__(self, arguments, folder):
        self.arguments, self.folder = arguments, folder
        self.tables = WordTables(os.path.join(runner.PROJECT, "data/verbs.txt"), folder)
        self.product = runner.Product(os.path.join(arguments.build, "cvae_mpi"), folder)
        self.peak_program = os.path.join(arguments.build, "tests/bench/bench_peak")
        self.onednn_program = os.path.join(arguments.build, "tests/bench/bench_onednn")
        self.entries = [entry for entry in ENTRIES if self.is_wanted(entry)]
        self.table = {}  # of an entry: its part of the verbs, and how many words that is
        self.skipped = {}  # what: why
        self.torch = self.sizes = None

    def is_wanted(self, entry):
        return not self.arguments.only or any(name in entry.name for name in self.arguments.only)

    def skip(self, what, why):
        say(f"  {what}: skipped, {why}")
        self.skipped[what] = str(why)

    def drop(self, entries, what, why):
        if entries:
            self.skip(what, why)
        self.entries = [entry for entry in self.entries if entry not in entries]

    def of_kind(self, kind):
        return [entry for entry in self.entries if entry.kind == kind]

    def size_table(self, entry, rate):
        self.table[entry.name] = self.tables.part(rate * self.arguments.seconds, entry.batch)

    def prepare(self):
        """A first run of everything, which says how many words make a measurement of the length wanted."""
        say("trying everything once")
        # Whatever is left out, the first run of the product says which model the peers are to have.
        self.try_product(ENTRIES[0])
        self.sizes = self.product.sizes()
        for variant in self.of_kind("ours"):
            self.try_product(variant)
        if not runner.has_bf16():
            for peer in [entry for entry in self.entries if entry.kind != "ours" and entry.precision == "bf16"]:
                self.drop([peer], peer.name, "this CPU has no AVX512_BF16")
        self.prepare_onednn()
        self.prepare_torch()

    def try_product(self, variant):
        words = (4000 if variant.batch > 1 else 400) * HIDDEN // variant.hidden
        try:
            result = self.product.measure(variant, *self.tables.part(words, variant.batch))
            self.size_table(variant, result["words_per_second"])
        except Unavailable as why:
            self.drop([variant], variant.name, why)

    def prepare_onednn(self):
        if not os.path.exists(self.onednn_program):
            self.drop(self.of_kind("onednn"), "oneDNN", "it is not installed (--peers)")
        for peer in self.of_kind("onednn"):
            try:
                self.measure_onednn(peer, 0.1)
            except Unavailable as why:
                self.drop([peer], peer.name, why)

    def measure_onednn(self, peer, seconds):
        steps = self.tables.steps(self.tables.part(10000)[0])
        return runner.onednn(self.onednn_program, peer, self.sizes, steps, seconds)

    def prepare_torch(self):
        self.torch = runner.Torch(self.sizes)
        peers = self.of_kind("torch")
        version = self.torch.version() if peers else None
        if not version:
            self.drop(peers, "PyTorch", "it is not installed (--peers)")
        for peer in peers if version else []:
            words = 4000 if peer.batch > 1 else 200
            table, _ = self.tables.part(words, peer.batch)
            if self.arguments.quick:
                rate = self.torch.take_any(peer, table)
            else:
                rate = self.torch.tune(peer, table, self.arguments.tune)
            say(f"  {peer.name}: {self.torch.choices_text(peer)}")
            self.size_table(peer, rate)

    def measure(self, entry):
        if entry.kind == "onednn":
            return self.measure_onednn(entry, self.arguments.seconds / 2)
        table, words = self.table[entry.name]
        if entry.kind == "torch":
            return self.torch.measure(entry, table)
        peak = runner.peak(self.peak_program) if os.path.exists(self.peak_program) else {}
        result = self.product.measure(entry, table, words)
        flop = 3 * 2 * entry.hidden * 4 * entry.hidden * self.tables.steps(table)
        result["gflops"] = result["words_per_second"] * flop * 1e-9
        # The peak is that of fp32, whatever the entry multiplies.
        result["peak"] = peak.get(result["kernels"].removesuffix("bf16"))
        if result["peak"]:
            result["share"] = result["gflops"] / (result["peak"] * entry.ranks * entry.copies)
        return result

    def round(self, number):
        say(f"round {number} of {self.arguments.rounds}")
        measured = {}
        for entry in self.entries:
            measured[entry.name] = self.measure(entry)
            say(f"  {entry.name}: {measured[entry.name]['words_per_second']:,.0f} words/s")
        return measured

    def sample_phases(self):
        found = {}
        for variant in self.of_kind("ours"):
            if variant.name not in PHASES_OF:
                continue
            say(f"  phases of {variant.name}")
            try:
                lines = phases.sample(self.product, variant, *self.table[variant.name], self.folder)
            except Unavailable as why:
                self.skip("phases", why)
                break
            shares, others = phases.group(lines, PHASES, REST)
            found[variant.name] = {"shares": shares, "largest of the rest": others}
        return found

    def recipe_memory(self):
        """The main recipe's peak memory by number of ranks; of a part of the verbs when in a hurry."""
        table = os.path.join(runner.PROJECT, "data/verbs.txt")
        if self.arguments.quick:
            table = self.tables.part(4000)[0]
        return {ranks: self.product.recipe_memory(ranks, table) for ranks in (1, 2)}

    def run(self):
        if os.getloadavg()[0] > 0.5:
            say(f"the machine is busy (load {os.getloadavg()[0]:.1f}): the rounds will differ widely")
        self.prepare()
        result = {"machine": {**runner.machine(), "torch": self.torch.version()}, "model": self.sizes}
        result["rounds"] = [self.round(number + 1) for number in range(self.arguments.rounds)]
        say("memory and phases")
        result["memory"] = {} if self.arguments.only else self.recipe_memory()
        result["phases"] = self.sample_phases()
        result["steps"] = self.tables.steps(self.tables.part(len(self.tables.rows) * 4)[0])
        result["choices"] = {peer.name: self.torch.choices_text(peer) for peer in self.of_kind("torch")}
        result["tuning"] = self.torch.best
        result["skipped"] = self.skipped
        return result


def parse_arguments():
    parser = argparse.ArgumentParser(description="Measures the speed of training beside its peers.")
    parser.add_argument("--build", required=True, help="the build folder (run.sh gives it)")
    parser.add_argument("--rounds", type=int, default=5, metavar="N")
    parser.add_argument("--seconds", type=float, default=3, metavar="SECONDS", help="of one measurement, about")
    parser.add_argument("--quick", action="store_true", help="one short round, to see that it works")
    parser.add_argument("--tune", type=float, default=0.6, metavar="SECONDS", help="of one try of PyTorch's choices")
    parser.add_argument("--only", action="append", metavar="NAME", help="only entries whose name has this in it")
    parser.add_argument("--markdown", metavar="FILE", help="default: bench.md in the build folder")
    parser.add_argument("--json", metavar="FILE", help="default: bench.json in the build folder")
    arguments = parser.parse_args()
    if arguments.quick:
        arguments.rounds, arguments.seconds = 1, 0.3
    if arguments.only and not any(name in entry.name for name in arguments.only for entry in ENTRIES):
        parser.error("--only: the names are " + ", ".join(entry.name for entry in ENTRIES))
    arguments.markdown = arguments.markdown or os.path.join(arguments.build, "bench.md")
    arguments.json = arguments.json or os.path.join(arguments.build, "bench.json")
    return arguments


def main():
    arguments = parse_arguments()
    with tempfile.TemporaryDirectory(prefix="cvae-bench-") as folder:
        bench = Bench(arguments, folder)
        try:
            result = bench.run()
        except Failure as failure:
            sys.exit(f"bench: {failure}")
    report.finish(result, ENTRIES, RATIOS, TORCH_BEST, SHARES, MEMORY_LIMIT)
    report.write_json(result, arguments.json)
    report.write_markdown(result, ENTRIES, arguments.markdown)
    say(f"written: {arguments.markdown}, {arguments.json}")


if __name__ == "__main__":
    main()
