#!/usr/bin/env python3
"""Trains by one of the program's recipes in plain PyTorch: a JSON line an epoch, with the keys of metrics.jsonl.

    torch_recipe.py launch/course.yaml --set data.train=train.txt --set evaluate.test=test.txt
    torch_recipe.py --check CHECKPOINT     repeats the program's own run and compares; README.md

The program says what the recipe means: its defaults and what its schedules come to. A recipe with something that is not
done here is refused. One thread, random numbers of its own.
"""
import argparse
import json
import os
import sys
import time

from runner import PROJECT, TORCH_MEMORY, clean_environment

IS_CLEAN = "TORCH_RECIPE_IS_CLEAN"
# What --check calls the same: float32 sums in another order, over some hundred steps.
SAME = 1e-5


def enter_clean_environment():
    """Begins anew where the environment could slow PyTorch down; it reads much of it once, at its start."""
    if IS_CLEAN in os.environ:
        return
    extra = {**TORCH_MEMORY, IS_CLEAN: "1"}
    with open("/proc/cpuinfo", encoding="utf-8") as file:
        if " avx512vl " in file.read():
            # PyTorch 1.13 takes a CPU that it does not know for one without AVX-512, unless told otherwise.
            extra["ATEN_CPU_CAPABILITY"] = "avx512"
    os.execve(sys.executable, sys.orig_argv, clean_environment(extra))


def require(module, package):
    try:
        __import__(module)
    except ImportError as error:
        sys.exit(f"torch_recipe: {error}; it needs Debian's {package} and /usr/bin/python3 (apt install {package})")


def settle_torch():
    import torch

    torch.set_num_threads(1)
    torch.set_num_interop_threads(1)
    torch.set_flush_denormal(True)


def is_due(epoch, keys):
    every = keys["evaluate.every"]
    return (every > 0 and epoch % every == 0) or epoch == keys["train.epochs"]


def train(arguments):
    from recipe_config import Schedules, resolve
    from recipe_scores import Scores
    from recipe_training import OwnNumbers, Trainer

    keys = resolve(arguments.program, arguments.recipe, arguments.set)
    schedules = Schedules(arguments.program, arguments.recipe, arguments.set, keys)
    trainer = Trainer(keys, schedules, OwnNumbers(keys["seed"]))
    scores = Scores(trainer.data, keys["evaluate.draws"])
    for epoch in range(1, min(keys["train.epochs"], arguments.stop_after or keys["train.epochs"]) + 1):
        begin = time.perf_counter()
        trainer.train_epoch()
        seconds = time.perf_counter() - begin
        last = trainer.step - 1
        line = {"epoch": epoch, "step": trainer.step, **trainer.means()}
        line.update({name: schedules.value(name, last) for name in ("kl_weight", "teacher_forcing", "learning_rate")})
        line.update({"words_per_second": trainer.words / seconds, "seconds": seconds})
        if is_due(epoch, keys):
            line.update(scores.measure(trainer.model))
        print(json.dumps(line), flush=True)


def check(arguments):
    from recipe_replay import Replay

    is_same = True
    for line in Replay(arguments.program, arguments.check).run():
        print(json.dumps(line), flush=True)
        is_same = is_same and max([value for key, value in line.items() if key.endswith("apart")]) < SAME
    print(f"torch_recipe: {'the same' if is_same else 'NOT the same'} to {SAME:g}", file=sys.stderr)
    return 0 if is_same else 1


def parse_arguments():
    parser = argparse.ArgumentParser(description="Trains by one of the program's recipes in plain PyTorch.")
    parser.add_argument("recipe", nargs="?", help="such as launch/course.yaml")
    parser.add_argument("--set", action="append", default=[], metavar="KEY=VALUE", help="in place of the recipe's")
    parser.add_argument("--stop-after", type=int, metavar="EPOCHS", help="train no further; the schedules stay")
    parser.add_argument("--check", metavar="CHECKPOINT", help="repeat the program's run up to it, and compare")
    parser.add_argument("--program", default=os.path.join(PROJECT, "build/cvae_mpi"))
    arguments = parser.parse_args()
    if bool(arguments.recipe) == bool(arguments.check):
        parser.error("a recipe, or --check CHECKPOINT")
    return arguments


def main():
    enter_clean_environment()
    arguments = parse_arguments()
    require("torch", "python3-torch")
    require("yaml", "python3-yaml")
    if arguments.check:
        # Before settle_torch(): without denormals numpy complains.
        require("h5py", "python3-h5py")
    from recipe_config import Refused

    settle_torch()
    try:
        return check(arguments) if arguments.check else train(arguments)
    except Refused as reason:
        sys.exit(f"torch_recipe: {reason}")


if __name__ == "__main__":
    sys.exit(main())
