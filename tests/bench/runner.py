"""Runs one measurement: the product, PyTorch, oneDNN, or the FMA peak. Each is a process of its own."""
import json
import os
import re
import shutil
import socket
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor

HERE = os.path.dirname(os.path.abspath(__file__))
PROJECT = os.path.dirname(os.path.dirname(HERE))
TIME_LIMIT = 900
PYTHON = "/usr/bin/python3"

# Exit statuses of the product.
STOPPED_AS_ASKED, WRONG_USAGE, INVALID_CONFIGURATION = 75, 64, 78
# onednn_peer.c's, where oneDNN refuses.
UNAVAILABLE = 69

# What a user's environment may hold that changes the speed of libraries. Nothing measured is to see it.
SPEED_VARIABLES = re.compile(r"^(OPENBLAS|OMP|GOMP|KMP|MKL|DNNL|ONEDNN|ATEN|MALLOC|GLIBC_TUNABLES|CVAE)(_|$)")
ONE_THREAD = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
# Memory that PyTorch frees stays with it: giving it back and asking again costs it a seventh of its speed.
TORCH_MEMORY = {
    "MALLOC_TRIM_THRESHOLD_": "1000000000", "MALLOC_MMAP_THRESHOLD_": "1000000000", "MALLOC_TOP_PAD_": "200000000"}


class Failure(Exception):
    pass


class Unavailable(Exception):
    """The program or the CPU has not got what was to be measured."""


def clean_environment(extra=()):
    environment = {name: value for name, value in os.environ.items() if not SPEED_VARIABLES.match(name)}
    return {**environment, **ONE_THREAD, **dict(extra)}


def run(command, environment=None, good=(0,)):
    try:
        done = subprocess.run(
            command, env=environment or clean_environment(), capture_output=True, text=True, timeout=TIME_LIMIT)
    except subprocess.TimeoutExpired:
        raise Failure(f"{' '.join(command)}: not done after {TIME_LIMIT} s") from None
    if done.returncode not in good:
        raise Failure(f"{' '.join(command)}: status {done.returncode}\n{done.stderr}")
    return done


class MemoryWatch(threading.Thread):
    """The peak memory of each child of a process, asked for now and then while they run."""

    def __init__(self, parent, interval):
        super().__init__(daemon=True)
        self.parent, self.interval, self.peak, self.ended = parent, interval, {}, threading.Event()

    def run(self):
        while not self.ended.wait(self.interval):
            try:
                with open(f"/proc/{self.parent}/task/{self.parent}/children", encoding="ascii") as children:
                    for child in children.read().split():
                        self.look(child)
            except OSError:
                pass

    def look(self, process):
        with open(f"/proc/{process}/status", encoding="ascii", errors="replace") as status:
            text = status.read()
        peak = re.search(r"VmHWM:\s*(\d+) kB", text)
        if text.startswith("Name:\tcvae_mpi\n") and peak:
            self.peak[process] = int(peak.group(1)) * 1024

    def end(self):
        self.ended.set()
        self.join()
        return sorted(self.peak.values(), reverse=True)


class Product:
    """The program, as its user runs it."""

    def __init__(self, program, folder):
        self.program, self.folder = program, folder
        self.checkpoints = os.path.join(folder, "checkpoints")

    def command(self, ranks, arguments, before=()):
        source = '. "$0" "$1"; shift; exec "$@"'
        return ["bash", "-c", source, os.path.join(PROJECT, "launch/mpi_environment.sh"), str(ranks), *before,
                "mpirun", "-np", str(ranks), self.program, os.path.join(PROJECT, "launch/train.yaml"), *arguments]

    def start(self, command, environment, memory_interval=0.1):
        """Runs it to its end. Returns its messages and the peak memory of each rank, in bytes."""
        process = subprocess.Popen(
            command, env=clean_environment(environment), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        watch = MemoryWatch(process.pid, memory_interval)
        watch.start()
        try:
            _, messages = process.communicate(timeout=TIME_LIMIT)
        except BaseException as error:
            process.terminate()
            process.wait()
            if isinstance(error, subprocess.TimeoutExpired):
                raise Failure(f"{' '.join(command)}: not done after {TIME_LIMIT} s") from None
            raise
        finally:
            memory = watch.end()
        if process.returncode == INVALID_CONFIGURATION and "unknown key" in messages:
            raise Unavailable(re.search(r'unknown key "[^"]*"', messages).group())
        if process.returncode == WRONG_USAGE and "CVAE_ISA" in messages:
            raise Unavailable("this CPU has no such instructions")
        if process.returncode not in (0, STOPPED_AS_ASKED):
            raise Failure(f"{' '.join(command)}: status {process.returncode}\n{messages}")
        return messages, memory

    def settings(self, variant, table, words):
        """One epoch over the table and one step: a run that stops in its second epoch need not be evaluated."""
        steps = -(-words // variant.batch)
        values = [
            "name=bench", f"data.train={table}", "data.holdout=0", "data.invent=0", f"model.hidden={variant.hidden}", "model.latent=64",
            "model.embedding=32", "model.condition=8", "model.bidirectional=false", "train.epochs=2", "train.consistency=0",
            f"train.batch_size={variant.batch}", f"train.micro_batch={variant.micro_batch}", "train.teacher_forcing=1",
            "evaluate.every=0", "evaluate.draws=0", f"checkpoint.directory={self.checkpoints}", "checkpoint.every=0",
            *variant.settings]
        return [item for value in values for item in ("--set", value)] + [
            "--overwrite", "--stop-after", str(steps + 1)]

    def measure(self, variant, table, words):
        copies = [Product(self.program, os.path.join(self.folder, f"copy-{i}")) for i in range(variant.copies)]
        with ThreadPoolExecutor(variant.copies) as pool:
            results = list(pool.map(lambda copy: copy.measure_one(variant, table, words), copies))
        self.checkpoints = copies[0].checkpoints
        return {**results[0], "words_per_second": sum(result["words_per_second"] for result in results),
                "memory": [rank for result in results for rank in result["memory"]]}

    def measure_one(self, variant, table, words):
        messages, memory = self.start(
            self.command(variant.ranks, self.settings(variant, table, words)), variant.environment)
        with open(os.path.join(self.checkpoints, "bench/metrics.jsonl"), encoding="utf-8") as metrics:
            epoch = json.loads(metrics.readline())
        return {
            "words_per_second": epoch["words_per_second"],
            "seconds": epoch["seconds"],
            "memory": memory,
            "kernels": re.search(r"(\w+) kernels", messages).group(1),
        }

    def recipe_memory(self, ranks, table):
        """Peak memory of each rank in an epoch of the main recipe, with evaluation and checkpoint."""
        values = ["name=memory", f"data.train={table}", "train.epochs=1", f"checkpoint.directory={self.checkpoints}"]
        arguments = [item for value in values for item in ("--set", value)]
        return self.start(self.command(ranks, arguments + ["--overwrite"]), {}, memory_interval=0.02)[1]

    def sizes(self):
        """The model's sizes, as the last measured run wrote them down."""
        with open(os.path.join(self.checkpoints, "bench/config.yaml"), encoding="utf-8") as file:
            text = file.read()
        names = ("hidden", "latent", "embedding", "condition")
        return {name: int(re.search(rf"^  {name}: (\d+)$", text, re.MULTILINE).group(1)) for name in names}


def peak(program):
    """GFLOP/s by instruction set."""
    result = json.loads(run([program]).stdout)
    return {name: rates["median"] for name, rates in result.items()}


class Torch:
    # PyTorch 1.13 takes a CPU that it does not know for one without AVX-512, unless told otherwise.
    ENVIRONMENTS = [{}, {"ATEN_CPU_CAPABILITY": "avx512"}]
    UPDATES = ["foreach", "flat", "plain"]

    def __init__(self, sizes):
        self.sizes, self.best = json.dumps(sizes), {}

    @staticmethod
    def version():
        try:
            return run([PYTHON, "-c", "import torch; print(torch.__version__)"]).stdout.strip()
        except Failure:
            return None

    def command(self, peer, batch, table, *arguments):
        return [PYTHON, os.path.join(HERE, "torch_peer.py"), "--table", table, "--batch", str(batch),
                "--optimizer", peer.optimizer, "--precision", peer.precision, "--sizes", self.sizes, *arguments]

    @staticmethod
    def environment(extra):
        return clean_environment({**TORCH_MEMORY, **extra})

    def tune(self, peer, table, seconds):
        """Finds and keeps the fastest choices for a batch. Returns words a second with them."""
        best = None
        for extra in self.ENVIRONMENTS:
            command = self.command(peer, peer.batch // peer.ranks, table, "--tune", str(seconds))
            result = json.loads(run(command, self.environment(extra)).stdout)
            if best is None or result["words_per_second"] > best["words_per_second"]:
                best = {**result, "environment": extra}
        self.best[peer.name] = best
        if peer.ranks > 1:
            self.tune_data_parallel(peer, table)
        return self.best[peer.name]["words_per_second"]

    def tune_data_parallel(self, peer, table):
        """The choices of a process's share of the batch, but for the update, which DDP may like otherwise."""
        alone, tried = self.best[peer.name], []
        for update in self.UPDATES:
            self.best[peer.name] = {**alone, "choices": {**alone["choices"], "update": update}}
            rate = max(self.measure(peer, table)["words_per_second"] for _ in range(2))
            tried.append({**self.best[peer.name], "words_per_second": rate})
        self.best[peer.name] = max(tried, key=lambda result: result["words_per_second"])

    def take_any(self, peer, table):
        """Choices that are fast on most machines, for those in a hurry. Returns words a second with them."""
        choices = {"layout": "padded", "mkldnn": True, "update": self.UPDATES[0]}
        self.best[peer.name] = {"choices": choices, "environment": self.ENVIRONMENTS[0]}
        return self.measure(peer, table)["words_per_second"]

    def choices_text(self, peer):
        best = self.best[peer.name]
        choices = best["choices"]
        parts = [choices["layout"], "oneDNN on" if choices["mkldnn"] else "oneDNN off", choices["update"]]
        return ", ".join(parts + [f"{name}={value}" for name, value in best["environment"].items()])

    def measure(self, peer, table):
        best = self.best[peer.name]
        command = self.command(peer, peer.batch, table, "--choices", json.dumps(best["choices"]))
        environment = self.environment(best["environment"])
        if peer.ranks == 1:
            return json.loads(run(command, environment).stdout)
        return self.measure_data_parallel(command, environment, peer.ranks)

    @staticmethod
    def measure_data_parallel(command, environment, ranks):
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        common = {**environment, "MASTER_ADDR": "127.0.0.1", "MASTER_PORT": str(port), "WORLD_SIZE": str(ranks),
                  "GLOO_SOCKET_IFNAME": "lo"}
        processes = [
            subprocess.Popen(command, env={**common, "RANK": str(rank)}, stdout=subprocess.PIPE,
                             stderr=subprocess.PIPE, text=True) for rank in range(ranks)]
        try:
            outputs = [process.communicate(timeout=TIME_LIMIT) for process in processes]
        finally:
            for process in processes:
                process.kill()
        if any(process.returncode != 0 for process in processes):
            raise Failure(f"{' '.join(command)}:\n" + "".join(errors for _, errors in outputs))
        return json.loads(outputs[0][0])


def onednn(program, peer, sizes, steps, seconds):
    """Words a second of oneDNN's two LSTMs. It takes whole numbers of steps; its steps a second are scaled."""
    encoder_steps = round((steps - 1) / 2)
    decoder_input = sizes["embedding"] + sizes["latent"] + sizes["condition"]
    numbers = [peer.batch, sizes["hidden"], sizes["embedding"], decoder_input, encoder_steps, encoder_steps + 1, seconds]
    done = run([program, peer.precision, *map(str, numbers)], good=(0, UNAVAILABLE))
    if done.returncode == UNAVAILABLE:
        raise Unavailable(done.stderr.strip())
    return {"words_per_second": json.loads(done.stdout)["median"] / steps}


def revision():
    """Of the sources; "unknown" without git, or where they are no repository."""
    try:
        done = subprocess.run(["git", "-C", PROJECT, "describe", "--always", "--dirty"], capture_output=True, text=True)
    except OSError:
        return "unknown"
    return done.stdout.strip() or "unknown"


def has_bf16():
    with open("/proc/cpuinfo", encoding="utf-8") as file:
        return re.search(r"\bavx512_bf16\b", file.read()) is not None


def machine():
    """What the numbers were measured on."""
    with open("/proc/cpuinfo", encoding="utf-8") as file:
        model = re.search(r"model name\s*:\s*(.*)", file.read())
    return {
        "cpu": model.group(1) if model else "unknown",
        "cores": len(os.sched_getaffinity(0)),
        "load": os.getloadavg()[0],
        "revision": revision(),
        "time": time.strftime("%Y-%m-%d %H:%M:%S UTC", time.gmtime()),
    }


def say(text):
    print(text, file=sys.stderr, flush=True)


def has_program(name):
    return shutil.which(name) is not None
