#!/usr/bin/env python3
"""Trains recipes anew, each with the seeds that its first lines name, and compares the scores with what they claim there:

    # Scores over seeds 1 to 5: exact_match 0.9750 ± 0.0010, agreement 0.4400 ± 0.0100

Seconds are printed beside the claimed ones and decide nothing. The status is 1 where a mean is worse than claimed by more than half of the
claim's last digit and two standard errors. On the same kind of build the bits, and so the means, are those of the claim. Needs the course's data
for all but launch/train.yaml: --course FOLDER with train.txt and test.txt. Some minutes a run on two cores; by hand.
"""
from __future__ import annotations

import argparse
import json
import math
import re
import subprocess
import sys
import tempfile
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]
SEEDS = re.compile(r"# Scores over seeds (\d+) to (\d+):")
NUMBER = r"\d+(?:,\d{3})*(?:\.(\d+))?"  # as launch/sweep.py prints it
CLAIM = re.compile(rf"([a-z][\w.]+) ({NUMBER}) ± ({NUMBER})")
LESS_IS_BETTER = ("edit_distance", "cross_entropy", "commonest_share")


def claims_of(recipe: Path) -> tuple[list[str], list[tuple[str, float, float, float]]]:
    """The seeds, and of each claimed score its name, mean, deviation, and half of the last digit."""
    head = "".join(line for line in recipe.read_text("utf-8").splitlines(True) if line.startswith("#"))
    seeds = SEEDS.search(head)
    if not seeds:
        sys.exit(f'claims.py: {recipe} has no line "# Scores over seeds 1 to 5: ..."')
    text = head[seeds.end():].replace("\n#", " ").split(". ")[0]
    found = [(name, float(mean.replace(",", "")), float(deviation.replace(",", "")), 0.5 * 10.0 ** -len(digits))
             for name, mean, digits, deviation, _ in CLAIM.findall(text)]
    if not found or len(found) != text.count("±"):
        sys.exit(f'claims.py: {recipe}: not every claim can be read; a name, a mean and a deviation, as "exact_match 0.9750 ± 0.0010", are expected')
    return [str(seed) for seed in range(int(seeds[1]), int(seeds[2]) + 1)], found


def train(recipe: Path, seeds: list[str], course: Path | None, output: Path, ranks: int) -> dict[str, dict[str, float]]:
    """The scores of a sweep over the seeds."""
    command = [PROJECT / "launch/sweep.py", recipe, "--seeds", ",".join(seeds), "--ranks", str(ranks), "--jobs", "1", "--output", output,
               "--eval", "--conversions 0 --draws 10000"]
    if "train.txt" in recipe.read_text("utf-8"):
        if not course:
            sys.exit(f"claims.py: {recipe.name} needs --course FOLDER, where the course's train.txt and test.txt are")
        command += ["--set", f"data.train={course / 'train.txt'}", "--set", f"evaluate.test={course / 'test.txt'}"]
    status = subprocess.run(command).returncode
    if status != 0:
        sys.exit(f"claims.py: {recipe.name}: sweep.py ends with status {status}")
    return json.loads((output / "sweep.json").read_bytes())["variants"][0]["scores"]


def compare(recipe: Path, claims: list[tuple[str, float, float, float]], scores: dict[str, dict[str, float]], count: int) -> bool:
    """Prints a line for each score. Whether all are as good as claimed."""
    good = True
    for name, claimed, deviation, digit in claims:
        if name not in scores:
            sys.exit(f'claims.py: {recipe} claims "{name}", which is no score; there are {", ".join(scores)}')
        mean = scores[name]["mean"]
        is_time = name == "seconds"
        worse = (mean - claimed if name.rpartition(".")[2] in LESS_IS_BETTER else claimed - mean) > digit + 2 * deviation / math.sqrt(count)
        good &= is_time or not worse
        print(f"{recipe.name:24} {name:20} claimed {claimed:10.4f} ± {deviation:.4f}  now {mean:10.4f}  "
              + ("(a time decides nothing)" if is_time else "WORSE" if worse else "as claimed" if abs(mean - claimed) <= digit else "other, not worse"))
    return good


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("recipes", nargs="*", type=Path, metavar="RECIPE", help="default: launch/train.yaml and launch/course*.yaml")
    parser.add_argument("--course", type=lambda text: Path(text).resolve(), metavar="FOLDER")
    parser.add_argument("--output", type=Path, metavar="FOLDER", help="where the sweeps go, for going on (a temporary folder)")
    parser.add_argument("--ranks", type=int, default=2, metavar="N", help="ranks of a training (2)")
    options = parser.parse_args()
    recipes = options.recipes or [PROJECT / "launch/train.yaml", *sorted((PROJECT / "launch").glob("course*.yaml"))]
    claimed = {recipe: claims_of(recipe) for recipe in recipes}
    good = True
    with tempfile.TemporaryDirectory() as scratch:
        for recipe, (seeds, claims) in claimed.items():
            output = (options.output or Path(scratch)) / recipe.stem
            good &= compare(recipe, claims, train(recipe, seeds, options.course, output, options.ranks), len(seeds))
    return not good


if __name__ == "__main__":
    sys.exit(main())
