"""SimGrid's side of a prediction: the clusters, the program itself on simulated ranks, and replays of a step on up to 1,024."""
import glob
import json
import os
import re
import signal
import subprocess
import xml.etree.ElementTree as ElementTree

import predict_model as model
from runner import PROJECT, STOPPED_AS_ASKED, TIME_LIMIT, Failure, Product, clean_environment

# A core of launch/cluster.xml does so much in a second: a nanosecond each.
SPEED = 1e9
UNITS = {"GBps": 1e9, "Bps": 1, "us": 1e-6, "ns": 1e-9}
REPLAYED_STEPS = 3
INT64 = 20  # as SMPI numbers MPI's types in its traces
OPTIONS = [
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
            cluster.get("id"): model.Network(2 * quantity(cluster.get("lat")), 1 / quantity(cluster.get("bw")))
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
                   *OPTIONS, *arguments]
        # The first variable is how the program knows that a launcher started it.
        environment = clean_environment({"OMPI_COMM_WORLD_SIZE": str(ranks), "TMPDIR": self.folder})
        status, said = run_group(command, environment, self.folder)
        if status not in (0, STOPPED_AS_ASKED):
            raise Failure(f"{' '.join(command)}: status {status}\n{said}")
        return said

    def run_program(self, network, ranks, *arguments):
        alone = [item for value in ALONE for item in ("--set", value)]
        return self.smpirun(network, ranks, "-trace-ti", "-trace-file", os.path.join(self.folder, "trace"),
                            self.product.program, *arguments, *alone)

    def train(self, network, variant, table, words):
        """Words a second in simulated time, the numbers of the largest allreduce, and the seconds that the first rank computed
        before each of these."""
        traces = os.path.join(self.folder, "trace_files")
        for old in glob.glob(f"{traces}/*"):
            os.remove(old)
        self.run_program(network, variant.ranks, os.path.join(PROJECT, "launch/train.yaml"),
                         *self.product.settings(variant, table, words))
        with open(os.path.join(self.product.checkpoints, "bench/metrics.jsonl"), encoding="utf-8") as metrics:
            rate = json.loads(metrics.readline())["words_per_second"]
        return rate, *read_steps(glob.glob(f"{traces}/*_rank-1.txt")[0])

    def replay(self, network, costs, ranks, shards):
        """Seconds of a step: its computation and its allreduce, as a time-independent trace."""
        work = model.burst(costs, ranks, shards) * SPEED
        adding = model.additions(costs.numbers, ranks) * costs.addition * SPEED
        trace = "".join(
            f"{rank} init\n"
            + f"{rank} compute {work:.0f}\n{rank} allreduce {costs.numbers} {adding:.0f} {INT64}\n" * REPLAYED_STEPS
            + f"{rank} finalize\n" for rank in range(ranks))
        said = self.smpirun(network, ranks, "-replay", self.path("traces", self.path("all.trace", trace) + "\n"))
        return simulated_seconds(said) / REPLAYED_STEPS


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


def read_steps(path):
    """Of a rank's trace: the numbers of the largest allreduce, and the seconds computed before each of these."""
    events, seconds = [], 0.0
    with open(path, encoding="ascii") as file:
        for _, name, *values in map(str.split, file):
            if name == "compute":
                seconds += float(values[0]) / SPEED
            else:
                events += [(int(values[0]), seconds)] if name == "allreduce" else []
                seconds = 0.0
    numbers = max(count for count, _ in events)
    return numbers, [seconds for count, seconds in events if count == numbers]
