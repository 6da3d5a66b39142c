"""Medians, ratios and shares from the rounds, as Markdown and as JSON."""
import json
from statistics import median


def spread(values):
    return {"median": median(values), "min": min(values), "max": max(values)}


def rates(result, name):
    """Words a second in each round, or None where the entry was left out."""
    rounds = result["rounds"]
    return [measured[name]["words_per_second"] for measured in rounds] if name in rounds[0] else None


def best_of(result, entries, kind):
    """The peer of a kind, in fp32 on one rank, with the highest median."""
    names = [entry.name for entry in entries if entry.kind == kind and entry.ranks == 1 and entry.precision == "fp32"]
    present = [name for name in names if rates(result, name)]
    return max(present, key=lambda name: median(rates(result, name)), default=None)


def compare(result, entries, ratio, torch_best):
    what, above, below, goal, unit = ratio
    below = best_of(result, entries, "torch") if below == torch_best else below
    over, under = rates(result, above), rates(result, below)
    if not over or not under:
        return None
    # Each round's own ratio: what the machine did to the other rounds does not enter.
    values = [a / b if unit == "x" else 1 - a / b for a, b in zip(over, under)]
    found = {"what": what, "above": above, "below": below, "unit": unit, "goal": goal, **spread(values)}
    if goal is not None:
        found["reached"] = found["median"] >= goal if unit == "x" else found["median"] <= goal
    return found


def summary(result, entry):
    measured = [values[entry.name] for values in result["rounds"]]
    found = {"words_per_second": spread([values["words_per_second"] for values in measured])}
    for key in ("gflops", "peak", "share"):
        if measured[0].get(key):
            found[key] = spread([values[key] for values in measured])
    if "memory" in measured[0]:
        found["memory"] = max(max(values["memory"], default=0) for values in measured)
        found["kernels"] = measured[0]["kernels"]
    return found


def share_row(name, goal, share):
    return {"what": f"share of the FMA peak, {name}", "above": name, "below": "peak", "unit": "%", "goal": goal, **share,
            "reached": share["median"] >= goal}


def memory_row(memory, limit):
    """The largest rank's, of one run for each number of ranks."""
    largest = max(peak for ranks in memory.values() for peak in ranks)
    return {"what": "memory of a rank, main recipe", "above": "recipe", "below": None, "unit": "MB", "goal": limit,
            "median": largest, "min": largest, "max": largest, "reached": largest < limit}


def finish(result, entries, ratios, torch_best, shares, memory_limit):
    """Adds what follows from the rounds: "entries" and "ratios"."""
    result["entries"] = {
        entry.name: summary(result, entry) for entry in entries if entry.name in result["rounds"][0]}
    compared = [compare(result, entries, ratio, torch_best) for ratio in ratios]
    for name, goal in shares:
        share = result["entries"].get(name, {}).get("share")
        compared.append(share_row(name, goal, share) if share else None)
    if any(result["memory"].values()):
        compared.append(memory_row(result["memory"], memory_limit))
    result["ratios"] = [row for row in compared if row]


def write_json(result, path):
    with open(path, "w", encoding="utf-8") as file:
        json.dump(result, file, indent=1)
        file.write("\n")


FORMATS = {
    "x": "{:.2f}x".format, "%": "{:.1%}".format, "cost": "{:.1%}".format, "MB": lambda bytes: f"{bytes / 1e6:.0f} MB"}
TEXTS = {"what", "of", "name", "kernels", "how", "phase", "reached"}
SIGNS = {"x": "≥ ", "%": "≥ ", "cost": "≤ ", "MB": "< "}


def table(head, rows):
    """A table, with its columns to the right but for those that hold texts."""
    marks = ["---" if title in TEXTS else "---:" for title in head]
    return ["| " + " | ".join(cells) + " |" for cells in [head, marks, *rows]] + [""]


def numbers(values, form="{:,.0f}"):
    return f"{form.format(values['median'])} ({form.format(values['min'])} to {form.format(values['max'])})"


def ratio_lines(result):
    rows = []
    for row in result["ratios"]:
        form = FORMATS[row["unit"]]
        goal = SIGNS[row["unit"]] + form(row["goal"]) if row["goal"] is not None else ""
        reached = {True: "yes", False: "**no**", None: ""}[row.get("reached")]
        pair = f"{row['above']} / {row['below']}" if row["below"] else row["above"]
        rows.append([row["what"], pair, form(row["median"]), f"{form(row['min'])} to {form(row['max'])}", goal, reached])
    if not rows:
        return []
    return ["## Compared", "", "The ratio within each round; median, least and most of the rounds.", ""] + table(
        ["what", "of", "median", "least to most", "to reach", "reached"], rows)


def entry_lines(result, entries):
    ours, peers = [], []
    for entry in entries:
        found = result["entries"].get(entry.name)
        if not found:
            continue
        rate = numbers(found["words_per_second"])
        if entry.kind == "ours":
            ours.append([entry.name, found["kernels"], rate,
                         numbers(found["gflops"], "{:.0f}"),
                         f"{found['peak']['median']:.0f}" if "peak" in found else "",
                         numbers(found["share"], "{:.1%}") if "share" in found else "",
                         f"{found['memory'] / 1e6:.0f}"])
        else:
            peers.append([entry.name, rate, result["choices"].get(entry.name, "its two LSTMs alone, no whole step")])
    lines = []
    if ours:
        head = ["name", "kernels", "words/s", "GFLOP/s needed", "FMA peak of a core",
                "share of the peak", "MB a rank"]
        names = "The numbers in a name are the batch and, behind the stroke, a smaller micro-batch."
        lines += ["## This program", "", names, ""] + table(head, ours)
    if peers:
        lines += ["## Peers", ""] + table(["name", "words/s", "how"], peers)
    return lines


def memory_lines(result):
    rows = [[str(ranks), ", ".join(f"{peak / 1e6:.0f}" for peak in peaks)] for ranks, peaks in result["memory"].items()]
    return ["## Peak memory of each rank, main recipe", ""] + table(["ranks", "MB"], rows) if rows else []


def phase_lines(result):
    found = result["phases"]
    if not found:
        return []
    names = list(found)
    rows = [[phase] + [f"{found[name]['shares'][phase]:.1%}" for name in names]
            for phase in found[names[0]]["shares"]]
    lines = ["## Where the time goes", "", "Shares of perf's samples, of the whole process.", ""]
    lines += table(["phase", *names], rows)
    for name in names:
        largest = ", ".join(f"`{symbol}` {share:.1%}" for share, symbol in found[name]["largest of the rest"])
        lines.append(f"The rest of {name}: {largest}.")
    return lines + [""]


def write_markdown(result, entries, path):
    machine, model = result["machine"], result["model"]
    sizes = ", ".join(f"{name} {size}" for name, size in model.items())
    lines = [
        "# Speed of training", "",
        f"{machine['time']}, revision {machine['revision']}, {machine['cpu']}, {machine['cores']} cores, load "
        f"{machine['load']:.2f} before the rounds; {len(result['rounds'])} rounds. Model: {sizes}; "
        f"{result['steps']:.2f} character steps a word. Peer: PyTorch {machine['torch'] or 'not installed'}.", ""]
    lines += ratio_lines(result) + entry_lines(result, entries) + memory_lines(result) + phase_lines(result)
    if result["skipped"]:
        lines += ["## Left out", ""] + [f"- {what}: {why}" for what, why in result["skipped"].items()]
    with open(path, "w", encoding="utf-8") as file:
        file.write("\n".join(lines).rstrip() + "\n")
