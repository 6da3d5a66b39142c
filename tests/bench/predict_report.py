"""Writes a prediction: predict.csv with every row, calibration.json, and predict.md for people."""
import csv
import json
import os
from dataclasses import asdict

from predict_calibration import unsteadiness
from predict_model import MICRO_BATCH, NOT_MODELLED

# The parts of a step that are lost, as the model has them.
LOST = {
    "serial": "optimizer step and tables, on every rank", "batch": "looking up, sorting and dealing the batch, on every rank",
    "latency": "latency", "transfer": "transfer of the sum", "adding": "adding the sum up"}
BEND = 0.8  # an efficiency below this is past the bend


def table(head, rows):
    lines = [head, ["---:"] * len(head), *rows]
    return "".join("| " + " | ".join(line) + " |\n" for line in lines)


def milliseconds(seconds):
    return f"{seconds * 1e3:,.2f}"


def write_costs(prediction):
    rows = []
    for (hidden, runs), costs in prediction.costs.items():
        here = prediction.here[hidden]
        rows.append([
            f"{hidden:,}", str(runs), milliseconds(costs.shard), milliseconds(costs.serial), f"{costs.numbers:,}",
            milliseconds(costs.numbers * costs.addition), f"{1e-9 / here.beta:.1f}"])
    return table(["hidden", "runs at once", "a shard of 32 words: ms", "fixed part of a step: ms", "int64 summed",
                  "adding them once: ms", "between two ranks here: GB/s"], rows)


def write_large(large):
    return table(
        ["hidden", "words a step", "measured: ms", "predicted: ms", "error of the prediction"],
        [[f"{row['hidden']:,}", f"{row['shards'] * MICRO_BATCH:,}", milliseconds(row["measured"]), milliseconds(row["modelled"]),
          f"{row['modelled'] / row['measured'] - 1:+.1%}"] for row in large])


def write_checks(checks):
    return table(
        ["hidden", "ranks", "measured", "simulated", "alpha-beta model", "error of the simulation"],
        [[f"{row['hidden']:,}", str(row["ranks"]), f"{row['measured']:,.0f}", f"{row['simulated']:,.0f}",
          f"{row['modelled']:,.0f}", f"{row['simulated'] / row['measured'] - 1:+.1%}"] for row in checks])


def write_trained(trained):
    return table(
        ["hidden", "network", "ranks", "the program itself", "replay", "difference"],
        [[f"{row['hidden']:,}", row["network"], str(row["ranks"]), f"{row['program']:,.0f}", f"{row['replayed']:,.0f}",
          f"{row['replayed'] / row['program'] - 1:+.1%}"] for row in trained])


def columns_of(rows):
    return list(dict.fromkeys((row["hidden"], row["network"]) for row in rows))


def write_curves(rows):
    columns = columns_of(rows)
    found = {(row["ranks"], row["hidden"], row["network"]): row for row in rows}
    lines = []
    for ranks in sorted({row["ranks"] for row in rows}):
        cells = [found[ranks, *column] for column in columns]
        lines.append([f"{ranks:,}"] + [
            f"{row['simulated_words_per_second']:,.0f} ({row['simulated_efficiency']:.2f}; {row['modelled_efficiency']:.2f})"
            for row in cells])
    return table(["ranks"] + [f"hidden {hidden:,}, {network}" for hidden, network in columns], lines)


def bend(rows):
    """Where a curve's efficiency leaves BEND, and what a step is lost to there."""
    past = [row for row in rows if row["simulated_efficiency"] < BEND]
    row = past[0] if past else rows[-1]
    where = (f"below {BEND} from {row['ranks']:,} ranks on" if past else
             f"never below {BEND}: {row['simulated_efficiency']:.2f} at {row['ranks']:,} ranks")
    lost = sorted(((row[f"{part}_seconds"], text) for part, text in LOST.items()), reverse=True)[:2]
    shares = ", ".join(f"{seconds / row['modelled_step_seconds']:.0%} {text}" for seconds, text in lost)
    return f"{where}; of a step there {row['shards_seconds'] / row['modelled_step_seconds']:.0%} is work on shards, {shares}"


def write_predictions(rows):
    parts = []
    for experiment in dict.fromkeys(row["experiment"] for row in rows):
        own = [row for row in rows if row["experiment"] == experiment]
        parts.append(f"## {experiment}\n\n{write_curves(own)}\nWhere the efficiency bends:\n")
        for hidden, network in columns_of(own):
            curve = [row for row in own if (row["hidden"], row["network"]) == (hidden, network)]
            parts[-1] += f"\n- hidden {hidden:,}, {network}: {bend(curve)}"
        parts[-1] += "\n"
    return "\n".join(parts)


def write_text(prediction, result):
    measured, about = prediction.machine, result["machine"]
    apart = [row["simulated_step_seconds"] / row["modelled_step_seconds"] - 1 for row in result["rows"]]
    return f"""# Prediction

None of this was measured on a cluster. It is what SimGrid makes of the costs of a step on this machine ({about["cpu"]},
{about["cores"]} cores, {about["time"]}, revision {about["revision"]}, load {about["load"]:.2f} before the rounds) and of the
networks that launch/cluster.xml describes.

## What a step costs here

The best of {prediction.options.rounds} rounds, step by step; the median round was up to {unsteadiness(measured.costs):.0%} slower.
Predictions are made from one run at a time, the check on two ranks from two at once.

{write_costs(prediction)}
A larger step than those that the costs come from, on one rank, measured and as the costs have it:

{write_large(result["large"])}
## Predicted for this machine, and measured on it under mpirun: words a second

256 words a step. Measured is the best round; the median round was up to {unsteadiness(measured.checks):.0%} slower.

{write_checks(result["checks"])}
## The program itself in the simulator, beside the replay of its costs: words a second

{write_trained(result["trained"])}
In the tables below: words a second (efficiency against one rank; the same by the alpha-beta model). The simulated steps are
{min(apart):+.1%} to {max(apart):+.1%} longer than the model's. Both have the same computation and the same algorithm of the allreduce:
that they agree says that the arithmetic is right, not that the prediction is.

{write_predictions(result["rows"])}
## Not modelled

{"".join(f"- {text}{chr(10)}" for text in NOT_MODELLED)}"""


def calibration(prediction):
    measured = prediction.machine
    return {
        "costs": [{"runs_at_once": runs, **asdict(costs), "batch": [[*key, value] for key, value in costs.batch.items()]}
                  for (_, runs), costs in prediction.costs.items()],
        "here": {hidden: asdict(network) for hidden, network in prediction.here.items()},
        "measured": [{"hidden": hidden, "shards": shards, "runs_at_once": runs, "step_seconds": rounds}
                     for (hidden, shards, runs), rounds in measured.costs.items()],
        "checked": [{"hidden": hidden, "ranks": ranks, "step_seconds": rounds}
                    for (hidden, ranks), rounds in measured.checks.items()]}


def write(folder, prediction, result):
    os.makedirs(folder, exist_ok=True)
    text = write_text(prediction, result)
    with open(os.path.join(folder, "predict.md"), "w", encoding="utf-8") as file:
        file.write(text)
    with open(os.path.join(folder, "predict.csv"), "w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, result["rows"][0])
        writer.writeheader()
        writer.writerows(result["rows"])
    with open(os.path.join(folder, "calibration.json"), "w", encoding="utf-8") as file:
        rest = {name: result[name] for name in ("machine", "large", "checks", "trained")}
        json.dump({**calibration(prediction), **rest}, file, indent=1)
        file.write("\n")
    print(text)
