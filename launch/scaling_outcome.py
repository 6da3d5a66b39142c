"""The outcome of a scaling experiment: reads what trainings wrote with --timing, finds the series among them, and writes tables, CSV,
JSON, a page and a figure.
"""
from __future__ import annotations

import json
import statistics
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path
from typing import Any, Callable, Iterator, NamedTuple, Sequence

import experiment
from experiment import DATA, NO_INPUT, PROJECT, Failure

# A training's account of its time, as --timing writes it, checked; of separate runs the accounts in one. Besides: file, separate,
# hashes (all parameter hashes), rank (host, memory and seconds by phase of each), unequal.
Run = dict[str, Any]

INTEGERS = {"ranks": 1, "hosts": 1, "batch_size": 1, "micro_batch": 1, "bucket": 0, "hidden": 1, "layers": 1, "parameters": 1,
            "warmup_steps": 0, "steps": 1, "words": 1}  # each with the least that it can be
REALS = {"seconds": "above 0", "words_per_second": "above 0", "startup_seconds": "from 0"}
TEXTS = ("cell", "sum", "gemm", "reduction", "training_hash", "kernels", "library", "parameter_hash")
LARGEST = 1e14

MODEL = ("parameters", "hidden", "layers", "cell", "training_hash")
METHOD = ("sum", "gemm", "reduction", "bucket", "steps", "warmup_steps", "kernels")
# What a run is, in the order of CSV and JSON.
# Sums that know no order: the same bits for any number of ranks.
EXACT = ("exact", "exact32")
COLUMNS = ("cell", "layers", "hidden", "parameters", "training_hash", "batch_size", "micro_batch", "sum", "gemm", "reduction",
           "bucket", "kernels", "library", "ranks", "separate", "hosts")
SETTING = (*MODEL, *METHOD, "batch_size", "micro_batch", "separate", "ranks", "hosts")
# Phases outside the steps: only some steps are followed by them, and every run ends with them.
BESIDES = ("evaluation", "checkpoint")
IDLE = ("waiting", "allreduce")

KINDS = {"strong": "strong scaling", "weak": "weak scaling", "micro-batch": "micro-batch"}
FIGURES = ("scaling.pdf", "scaling.svg")


def members(run: Run, *names: str) -> dict[str, Any]:
    return {name: run[name] for name in names}


def key_of(run: Run, names: Sequence[str]) -> tuple[Any, ...]:
    return tuple(run[name] for name in names)


def work_of(run: Run) -> tuple[Any, ...]:
    """What decides a training's parameters: equal work ends with equal ones, where sums are exact."""
    steps = run["warmup_steps"] + run["steps"]
    return *key_of(run, (*MODEL, "sum", "gemm")), steps, *key_of(run, ("batch_size", "micro_batch"))


def wants(is_right: bool, what: str, expected: str) -> None:
    if not is_right:
        raise Failure(DATA, f"{what}: {expected} was expected")


def is_number(value: Any, least: float = 0) -> bool:
    return type(value) in (int, float) and least <= value <= LARGEST


def take_rank(given: Any, number: int, phases: list[str], whole: bool) -> dict[str, Any]:
    """One of "per_rank". Its seconds are those that count: of the steps, or with `whole` of everything."""
    where = f'"per_rank", rank {number}: '
    given = given if isinstance(given, dict) else {}
    seconds = given.get("seconds")
    wants(given.get("rank") == number, f'{where}"rank"', f"{number}")
    wants(isinstance(given.get("host"), str), f'{where}"host"', "a text")
    memory = given.get("peak_memory")
    wants(type(memory) is int and is_number(memory), f'{where}"peak_memory"', "a whole number from 0")
    is_list = isinstance(seconds, list) and len(seconds) == len(phases)
    wants(is_list, f'{where}"seconds"', f"a list of {len(phases)}, one a phase,")
    wants(all(map(is_number, seconds)), f'{where}"seconds"', "a list of numbers from 0")
    counting = {name: value if whole or name not in BESIDES else 0.0 for name, value in zip(phases, seconds)}
    wants(sum(counting.values()) > 0, f'{where}"seconds"', "time in steps")
    return {"host": given["host"], "peak_memory": memory, "seconds": counting}


def take_training(given: Any, file: str, whole: bool) -> Run:
    """Checks a training's account and makes it a run."""
    if not isinstance(given, dict):
        raise Failure(DATA, "a training's timing, a JSON object, was expected")
    for name in ("version", *TEXTS):
        wants(isinstance(given.get(name), str), f'"{name}"', "a text")
    for name, least in INTEGERS.items():
        wants(type(given.get(name)) is int and is_number(given[name], least), f'"{name}"', f"a whole number from {least}")
    for name, least in REALS.items():
        wants(is_number(given.get(name)) and (given[name] > 0 or least == "from 0"), f'"{name}"', f"a number {least}")
    phases, ranks = given.get("phases"), given.get("per_rank")
    has_names = isinstance(phases, list) and phases != [] and all(isinstance(name, str) for name in phases)
    wants(has_names, '"phases"', "a list of names")
    wants(isinstance(ranks, list) and len(ranks) == given["ranks"], '"per_rank"', f"a list of {given['ranks']}, one a rank,")
    run = {name: given[name] for name in ("version", *TEXTS, *INTEGERS)} | {name: float(given[name]) for name in REALS}
    return run | {"file": file, "separate": False, "phases": phases, "hashes": [given["parameter_hash"]], "unequal": False,
                  "rank": [take_rank(rank, number, phases, whole) for number, rank in enumerate(ranks)]}


def join_separate(runs: list[Run]) -> Run:
    """Trainings of one rank each that ran at the same time, as one run of so many ranks, their words and rates added up."""
    alike = [(run["ranks"], run["phases"], key_of(run, (*MODEL, *METHOD, "batch_size", "micro_batch"))) for run in runs]
    if any(one != (1, *alike[0][1:]) for one in alike):
        raise Failure(DATA, "separate trainings are of one rank each and do the same work; these do not")
    return runs[0] | {
        "separate": True, "ranks": len(runs), "rank": [run["rank"][0] for run in runs],
        "hosts": len({run["rank"][0]["host"] for run in runs}), "hashes": list(dict.fromkeys(run["parameter_hash"] for run in runs)),
        **{name: sum(run[name] for run in runs) for name in ("words", "words_per_second")},
        **{name: max(run[name] for run in runs) for name in ("seconds", "startup_seconds")}}


def read_run(file: str | Path, whole: bool = False) -> Run:
    """Reads a file that holds a training's account, or a list of them: of separate runs."""
    try:
        given = json.loads(Path(file).read_bytes())
        if not isinstance(given, list):
            return take_training(given, str(file), whole)
        wants(len(given) > 0, "the list of trainings", "one training or more")
        return join_separate([take_training(one, str(file), whole) for one in given])
    except OSError as error:
        raise Failure(NO_INPUT, f"{file}: {error.strerror}") from None
    except json.JSONDecodeError as error:
        raise Failure(DATA, f"{file}:{error.lineno}: no JSON: {error.msg}") from None
    except (UnicodeDecodeError, RecursionError) as error:
        raise Failure(DATA, f"{file}: no JSON, as --timing or scaling.py --output writes it: {error}") from None
    except Failure as failure:
        raise Failure(failure.status, f"{file}: {failure}") from None


class Sample(NamedTuple):
    """Median, least and most of some values."""
    median: float
    least: float
    most: float

    @classmethod
    def of(cls, values: Sequence[float]) -> Sample:
        return cls(statistics.median(values), min(values), max(values))

    def json(self) -> dict[str, float]:
        return {"median": self.median, "min": self.least, "max": self.most}

    def spread(self, form: str) -> str:
        return f"{self.least:{form}} to {self.most:{form}}" if self.least != self.most else ""


class Cell(NamedTuple):
    """Of a table: a text, and what may stand smaller behind or below it."""
    text: str
    note: str = ""
    mark: str | None = None

    @classmethod
    def of(cls, sample: Sample | None, form: str = ".2f") -> Cell:
        return cls(f"{sample.median:{form}}", sample.spread(form)) if sample else cls("-")

    def __str__(self) -> str:
        return f"{self.text} ({self.note})" if self.note else self.text

    def json(self) -> dict[str, str]:
        """As the page has it."""
        return {"value": self.text} | {name: value for name, value in (("note", self.note), ("mark", self.mark)) if value}


@dataclass(eq=False)
class Setting:
    """Runs that were started alike, in the order of the rounds."""
    runs: list[Run]

    def __post_init__(self) -> None:
        self.what = self.runs[0]
        ranks = range(self.what["ranks"])
        self.rate, self.startup = (Sample.of([run[name] for run in self.runs]) for name in ("words_per_second", "startup_seconds"))
        self.memory = max(rank["peak_memory"] for run in self.runs for rank in run["rank"])
        self.unequal = any(run["unequal"] for run in self.runs)
        self.shares = {}  # least, mean and most of the ranks of all runs, by phase
        for phase in self.what["phases"]:
            values = [rank["seconds"][phase] / sum(rank["seconds"].values()) for run in self.runs for rank in run["rank"]]
            self.shares[phase] = {"min": min(values), "mean": sum(values) / len(values), "max": max(values)}
        # The rank that was busy longest, all runs together: in steps, and not with waiting for others, as for rank 0's evaluations.
        busy = [sum(seconds for run in self.runs for phase, seconds in run["rank"][rank]["seconds"].items()
                    if phase not in (*IDLE, *BESIDES)) for rank in ranks]
        mean = sum(seconds / len(busy) for seconds in busy)
        self.slowest = busy.index(max(busy))
        self.slowest_host = self.what["rank"][self.slowest]["host"]
        self.slowest_by = max(busy) / mean - 1 if mean > 0 else 0.0

    def slowest_text(self) -> str:
        busier = f", {100 * self.slowest_by:.1f}% busier than the mean" if self.what["ranks"] > 1 else ""
        return f"rank {self.slowest} on {self.slowest_host}{busier}"


def ratio(over: Setting, under: Setting, factor: float = 1) -> Sample:
    """Of words a second, round by round: what the machine did to one round does not enter into another."""
    return Sample.of([factor * one["words_per_second"] / other["words_per_second"] for one, other in zip(over.runs, under.runs)])


@dataclass
class Point:
    """A setting of a series, compared with the series' first one and with as many separate runs, at most one a core."""
    setting: Setting
    speed_up: Sample
    efficiency: Sample  # speed-up over the growth of the ranks
    of_separate: Sample | None


@dataclass
class Series:
    """Settings that differ in one thing: ranks, ranks and batch, or micro-batch. bounds: separate runs of the first one's work."""
    kind: str
    points: list[Point]
    bounds: list[Point]

    @property
    def first(self) -> Setting:
        return self.points[0].setting

    @property
    def what(self) -> Run:
        return self.first.what

    def place(self, point: Point) -> int:
        return point.setting.what["micro_batch" if self.kind == "micro-batch" else "ranks"]

    def is_equal(self) -> bool:
        """Whether all runs did exact sums and ended with the same parameters."""
        hashes = {point.setting.what["parameter_hash"] for point in self.points}
        return self.what["sum"] in EXACT and len(hashes) == 1 and not any(point.setting.unequal for point in self.points)

    def speed_up(self, run: Run) -> float | None:
        """Of a run, in its round; None where it is not of the series."""
        for point in self.points + self.bounds:
            for one, base in zip(point.setting.runs, self.first.runs):
                if one is run:
                    return run["words_per_second"] / base["words_per_second"]
        return None


@dataclass
class Experiment:
    """All runs, their settings, and the series that these make: model by model, and in each by kind."""
    runs: list[Run]
    cores: int | None
    whole: bool
    settings: list[Setting] = field(default_factory=list)
    series: list[Series] = field(default_factory=list)

    def __post_init__(self) -> None:
        for _, group in groupby(sorted(self.runs, key=work_of), work_of):
            alike = list(group)
            if alike[0]["sum"] in EXACT and len({found for run in alike for found in run["hashes"]}) > 1:
                for run in alike:
                    run["unequal"] = True
        ordered = sorted(self.runs, key=lambda run: key_of(run, SETTING))
        self.settings = [Setting(list(group)) for _, group in groupby(ordered, lambda run: key_of(run, SETTING))]
        for _, settings in self.models():
            self.series += [found for kind in KINDS for first in settings for found in self.find_series(kind, first)]

    def models(self) -> Iterator[tuple[Run, list[Setting]]]:
        for _, group in groupby(self.settings, lambda setting: key_of(setting.what, MODEL)):
            settings = list(group)
            yield settings[0].what, settings

    def series_of(self, model: Run) -> list[Series]:
        return [series for series in self.series if key_of(series.what, MODEL) == key_of(model, MODEL)]

    def is_over(self, run: Run) -> bool:
        return self.cores is not None and run["ranks"] > self.cores

    def alike(self, run: Run) -> list[Setting]:
        return [other for other in self.settings if key_of(other.what, MODEL + METHOD) == key_of(run, MODEL + METHOD)]

    def find_series(self, kind: str, first: Setting) -> Iterator[Series]:
        """The series of a kind that a setting begins, or none."""
        def belongs(run: Run) -> bool:
            what = first.what
            if run["separate"] or what["separate"]:
                return False
            if kind == "micro-batch":
                return key_of(run, ("ranks", "hosts", "batch_size")) == key_of(what, ("ranks", "hosts", "batch_size"))
            factor = (run["ranks"], what["ranks"]) if kind == "weak" else (1, 1)
            return run["micro_batch"] == what["micro_batch"] and run["batch_size"] * factor[1] == what["batch_size"] * factor[0]

        place = "micro_batch" if kind == "micro-batch" else "ranks"
        alike = self.alike(first.what)
        found = sorted((other for other in alike if belongs(other.what)), key=lambda setting: setting.what[place])
        places = {setting.what[place] for setting in found}
        if len(places) < 2 or found[0] is not first:
            return
        # Of two strong series one finds, here and there, settings whose batch happens to grow with the ranks: nobody asked for that.
        if kind == "weak" and any(other.what["ranks"] not in places for other in alike if not other.what["separate"]):
            return
        separate = {} if kind == "micro-batch" else {
            other.what["ranks"]: other for other in reversed(alike) if other.what["separate"] and
            key_of(other.what, ("batch_size", "micro_batch")) == key_of(first.what, ("batch_size", "micro_batch"))}

        def point_of(setting: Setting) -> Point:
            ranks = setting.what["ranks"]
            beside = None
            if ranks > 1 and not setting.what["separate"]:
                beside = separate.get(self.cores if self.is_over(setting.what) else ranks)
            return Point(setting, ratio(setting, first), ratio(setting, first, first.what["ranks"] / ranks),
                         ratio(setting, beside) if beside else None)
        yield Series(kind, [point_of(setting) for setting in found], [point_of(separate[ranks]) for ranks in sorted(separate)])

    def complaints(self) -> list[str]:
        """A line for each work that did not end with equal parameters: each hash with its runs."""
        works: dict[tuple[Any, ...], dict[str, list[str]]] = {}
        for run in self.runs:
            for found in run["hashes"] if run["unequal"] else []:
                works.setdefault(work_of(run), {}).setdefault(found, []).append(run["file"])
        return ["equal work did not end with equal parameters, whose hash is " + "; ".join(
            f"{found} of {', '.join(files[:4])}{f' and {len(files) - 4} more' if len(files) > 4 else ''}"
            for found, files in hashes.items()) for hashes in works.values()]

    # What things are called.

    def model_label(self, run: Run) -> str:
        shape = key_of(run, MODEL[:-1])
        namesakes = {one["training_hash"] for one in self.runs if key_of(one, MODEL[:-1]) == shape}
        training = f", training {run['training_hash'][:8]}" if len(namesakes) > 1 else ""
        return f"{run['cell'].upper()} {run['layers']} x {run['hidden']}, {run['parameters']:,} parameters{training}"

    def varies(self, run: Run, *names: str) -> bool:
        """Whether the runs of a run's model differ in something."""
        return len({key_of(one, names) for one in self.runs if key_of(one, MODEL) == key_of(run, MODEL)}) > 1

    def ranks_label(self, run: Run) -> str:
        text = counted(run["ranks"], "separate run" if run["separate"] else "rank")
        text += f" on {counted(run['hosts'], 'host')}" if self.varies(run, "hosts") else ""
        return text + (f" on {counted(self.cores or 0, 'core')}" if self.is_over(run) else "")

    def rest_label(self, run: Run, but: str = "") -> str:
        """What varies besides model, batch and ranks."""
        forms = {"micro_batch": "shards of {}", "sum": "{} sum", "gemm": "gemm {}", "reduction": "reduction {}", "bucket": "bucket {}",
                 "kernels": "{}", "steps": "{} steps"}
        return "".join(", " + form.format(run[name]) for name, form in forms.items() if name != but and
                       self.varies(run, name, *(["warmup_steps"] if name == "steps" else [])))

    def work_label(self, run: Run) -> str:
        return f"{run['batch_size']:,} words a step{self.rest_label(run)}"

    def series_label(self, series: Series) -> str:
        run = series.what
        if series.kind == "weak":
            return f"{run['batch_size'] / run['ranks']:,.0f} words a step and rank{self.rest_label(run)}"
        if series.kind == "micro-batch":
            return f"{run['batch_size']:,} words a step, {self.ranks_label(run)}{self.rest_label(run, 'micro_batch')}"
        return self.work_label(run)


def counted(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"


def point_cells(of: Experiment, series: Series, point: Point) -> list[Cell]:
    """What tables have of a point, words a second without their spread; in micro-batches efficiency says nothing."""
    rate, slowest = Cell(f"{point.setting.rate.median:,.0f}"), Cell(point.setting.slowest_text())
    if series.kind == "micro-batch":
        return [Cell(f"shards of {point.setting.what['micro_batch']}"), rate, Cell.of(point.speed_up)]
    return [Cell(of.ranks_label(point.setting.what)), rate, *map(Cell.of, (point.speed_up, point.efficiency, point.of_separate)), slowest]


def columns_of(series: Series) -> list[str]:
    return ["words/s", "times the first"] if series.kind == "micro-batch" else [
        "words/s", "speed-up", "efficiency", "of separate runs", "slowest"]


def tables(of: Experiment) -> str:
    """All tables for the terminal."""
    text = ""

    def head(heading: str) -> None:
        nonlocal text
        text += "\n" * bool(text) + "".join(line + "\n" for line in experiment.fold(heading, experiment.output_columns()))

    for model, settings in of.models():
        head(f"{of.model_label(model)}; {model['steps']} steps after {model['warmup_steps']} to warm up")
        for series in of.series_of(model):
            equal = ""
            if series.kind == "strong" and series.is_equal():
                runs = sum(len(point.setting.runs) for point in series.points)
                equal = f": equal work to the last bit, parameter hash {series.what['parameter_hash']} after all {runs} runs"
            head(f"  {KINDS[series.kind]}, {of.series_label(series)}{equal}")
            rows = [["", *columns_of(series)]]
            for point in series.points + series.bounds:
                label, *cells = map(str, point_cells(of, series, point))
                rows.append([label + (", UNEQUAL PARAMETERS" if point.setting.unequal else ""), *cells])
            text += experiment.table(rows, 4, range(2, len(rows[0])))
        head(f"  share of {'time in percent' if of.whole else 'the time in steps in percent'}, mean of the ranks")
        rows = [["", *(phase.replace("_", " ") for phase in model["phases"])]]
        rows += [[f"{of.ranks_label(setting.what)}, {of.work_label(setting.what)}",
                  *(f"{100 * setting.shares[phase]['mean']:.1f}" for phase in model["phases"])] for setting in settings]
        text += experiment.table(rows, 4)
    return text


def csv_rows(of: Experiment) -> Iterator[dict[str, Any]]:
    """A row a run."""
    for run in of.runs:
        alone = Setting([run])
        row = members(run, "file", *COLUMNS) | {"cores": of.cores}
        row |= members(run, "warmup_steps", "steps", "words", "seconds", "words_per_second")
        for kind in ("strong", "weak"):
            found = ((series.speed_up(run), series) for series in of.series if series.kind == kind)
            value, series = next((pair for pair in found if pair[0] is not None), (None, None))
            row |= {f"{kind}_speed_up": value,
                    f"{kind}_efficiency": value * series.what["ranks"] / run["ranks"] if value is not None and series else None}
        row |= {"startup_seconds": run["startup_seconds"], "peak_memory": alone.memory, "slowest_rank": alone.slowest,
                "slowest_host": alone.slowest_host, "parameter_hash": run["parameter_hash"],
                "equal_parameters": not run["unequal"] if run["sum"] in EXACT else None}
        yield row | {f"{phase}_{part}": value for phase, share in alone.shares.items() for part, value in share.items()}


def json_of(of: Experiment) -> dict[str, Any]:
    """Settings and series."""
    def setting_json(setting: Setting) -> dict[str, Any]:
        what = setting.what
        return members(what, *COLUMNS) | {"oversubscribed": of.is_over(what)} | members(what, "warmup_steps", "steps") | {
            "runs": len(setting.runs), "words_per_second": setting.rate.json(), "startup_seconds": setting.startup.json(),
            "peak_memory": setting.memory, "slowest_rank": setting.slowest, "slowest_host": setting.slowest_host,
            "slowest_by": setting.slowest_by, "parameter_hash": what["parameter_hash"],
            "equal_parameters": not setting.unequal if what["sum"] in EXACT else None, "phases": setting.shares}

    def point_json(point: Point) -> dict[str, Any]:
        return {"setting": of.settings.index(point.setting), **members(point.setting.what, "ranks", "batch_size", "micro_batch"),
                "words_per_second": point.setting.rate.median, "speed_up": point.speed_up.json(),
                "efficiency": point.efficiency.json(), "of_separate": point.of_separate.json() if point.of_separate else None}

    def series_json(series: Series) -> dict[str, Any]:
        equal = series.is_equal() if series.what["sum"] in EXACT else None
        return {"kind": series.kind, **({"equal_parameters": equal} if series.kind == "strong" else {}),
                "points": list(map(point_json, series.points)),
                **({"separate": list(map(point_json, series.bounds))} if series.bounds else {})}

    is_compared = any(run["sum"] in EXACT for run in of.runs)
    return {"version": of.runs[0]["version"], "cores": of.cores, "whole": of.whole, "runs": len(of.runs),
            "equal_parameters": not any(run["unequal"] for run in of.runs) if is_compared else None,
            "settings": list(map(setting_json, of.settings)),
            **({"series": list(map(series_json, of.series))} if of.series else {})}


def verdict(of: Experiment) -> str:
    """Whether equal work was equal."""
    strong = [series for series in of.series if series.kind == "strong"]
    if any(run["unequal"] for run in of.runs):
        return ("NOT EQUAL: runs of equal work did not end with equal parameters. They are marked below, and the figures compare "
                "different work.")
    if strong and all(series.is_equal() for series in strong):
        runs = sum(len(point.setting.runs) for series in strong for point in series.points)
        return (f"Equal work: the {runs} runs of {len(strong)} strong-scaling series did equal work to the last bit: within a series "
                "every number of ranks ended with the same parameters.")
    return ("Where sums are not exact, the parameters depend on the number of ranks, and equal work is not shown to be equal."
            if strong else "Equal work was not done by several numbers of ranks.")


NOTES = {
    "Words a second": "those of all ranks in the measured steps; medians of the rounds, with least and most.",
    "Speed-up": "words a second over those of the series' first setting, round by round: what the machine did to one round does not "
    "enter into another.",
    "Efficiency": "the speed-up over the growth of the ranks, more ranks than cores included.",
    "Strong and weak scaling": "the batch is the same for all ranks together, or for each.",
    "Separate runs": "trainings of one rank each, at the same time, without communication: the most that this machine can give with so "
    "many cores at work, whose clock, caches and memory are shared.",
    "Of separate runs": "what is left of these words a second when the ranks train together; more ranks than cores are marked, and "
    "compared with one separate run a core.",
    "Waiting and allreduce": "the time until the last rank has come to the reduction, and the reduction itself.",
    "Slowest rank": "the one that was busy with the rest of its steps for longest.",
    "Start-up": "the time from the program's own start to its first step: what mpirun and the system took before is not in it.",
    "Memory": "the most that any rank had resident."}.items()


def page_of(of: Experiment) -> dict[str, Any]:
    """The page's data; src/report/page.js says what it may have. A series is a run of the legend, in all charts."""
    several = len(list(of.models())) > 1
    legend: dict[str, str] = {}

    def key(name: str) -> str:
        return legend.setdefault(name, f"s{len(legend)}")

    def line(series: Series, points: list[Point], name: str, value: Callable[[Point], Sample]) -> dict[str, Any]:
        model = f"{of.model_label(series.what)}: " if several else ""
        y, low, high = zip(*map(value, points))
        return {"run": key(f"{model}{KINDS[series.kind]}, {of.series_label(series)}"), "name": name, "dashed": name == "separate runs",
                "x": list(map(series.place, points)), "y": y, "low": low, "high": high}

    def chart(found: list[Series], title: str, unit: str, value: Callable[[Point], Sample]) -> dict[str, Any]:
        kind, is_ideal = found[0].kind, title == "speed-up"
        lines = [line(series, series.points, "together", value) for series in found]
        lines += [line(series, [series.points[0], *series.bounds], "separate runs", value) for series in found if series.bounds]
        places = [x for one in lines for x in one["x"]]
        least, most = min(places), max(places)
        if is_ideal:
            lines.append({"run": key("linear speed-up"), "name": "ideal", "dashed": True, "x": [least, most], "y": [1, most / least]})
        return {"title": f"{KINDS[kind].capitalize()}: {title}", "x": "words in a shard" if kind == "micro-batch" else "ranks", "y": unit,
                "x_log": most >= 10 * least, "y_log": is_ideal and most >= 10 * least, "step": False, "series": lines}

    def share(phase: str) -> Callable[[Point], Sample]:
        return lambda point: Sample(*(100 * point.setting.shares[phase][part] for part in ("mean", "min", "max")))

    def charts(model: Run, settings: list[Setting]) -> Iterator[dict[str, Any]]:
        by_kind = {kind: [series for series in of.series_of(model) if series.kind == kind] for kind in KINDS}
        for kind, found in by_kind.items():
            if found:
                yield chart(found, "words a second", "words a second", lambda point: point.setting.rate)
            if found and kind == "strong":
                yield chart(found, "speed-up", "times the fewest ranks", lambda point: point.speed_up)
            if found and kind != "micro-batch":
                yield chart(found, "efficiency", "speed-up over growth of ranks", lambda point: point.efficiency)
        for phase in model["phases"] if by_kind["strong"] else []:
            if max(setting.shares[phase]["mean"] for setting in settings) >= 0.01:
                yield chart(by_kind["strong"], f"share of {phase.replace('_', ' ')}", "percent of time", share(phase))

    def table(title: str, columns: list[str], rows: list[list[Cell]]) -> dict[str, Any]:
        return {"type": "table", "title": title, "columns": columns, "rows": [[cell.json() for cell in row] for row in rows]}

    def point_row(series: Series, point: Point) -> list[Cell]:
        setting, (ranks, _, *rest) = point.setting, point_cells(of, series, point)
        hashes = list(dict.fromkeys(found for run in setting.runs for found in run["hashes"]))
        return [ranks, Cell.of(setting.rate, ",.0f"), *rest, Cell.of(setting.startup), Cell(f"{setting.memory / 1e6:.0f}"),
                Cell(str(len(setting.runs))), Cell(hashes[0], " ".join(hashes[1:] + ["not equal"] if setting.unequal else []),
                                                   "wrong" if setting.unequal else None)]

    sections: list[dict[str, Any]] = [{"type": "text", "title": "", "paragraphs": [verdict(of)]}]
    overview = []
    for series in of.series:
        fitting = [point for point in series.points if not of.is_over(point.setting.what)] or series.points[:1]
        if series.kind != "micro-batch":
            name = Cell(f"{KINDS[series.kind].capitalize()}, {of.series_label(series)}", of.model_label(series.what))
            overview.append([name, *point_cells(of, series, fitting[-1])])
    if overview:
        sections.append(table("With most ranks that have a core each", ["series", "ranks", *columns_of(of.series[0])], overview))
    for model, settings in of.models():
        sections.append({"type": "charts", "title": of.model_label(model), "charts": list(charts(model, settings)),
                         "text": f"{model['steps']} steps a run, after {model['warmup_steps']} to warm up."})
        for series in of.series_of(model):
            sections.append(table(f"{KINDS[series.kind].capitalize()}, {of.series_label(series)}",
                                  ["", *columns_of(series), "start-up: s", "memory of a rank: MB", "runs", "parameter hash"],
                                  [point_row(series, point) for point in series.points + series.bounds]))
        time = "time" if of.whole else "the time in steps"
        sections.append(table(f"Share of {time} in percent: mean of the ranks, least to most",
                              ["setting", "words/s", *(phase.replace("_", " ") for phase in model["phases"])],
                              [[Cell(of.ranks_label(setting.what), of.work_label(setting.what)), Cell.of(setting.rate, ",.0f"), *(
                                  Cell.of(Sample(*(100 * part[name] for name in ("mean", "min", "max"))), ".1f")
                                  for part in setting.shares.values())] for setting in settings]))
    counts = ("Of the time, evaluations and checkpoints count too, the one that ends each run included." if of.whole else
              "Only the time in steps counts: not evaluations, not the checkpoint that ends each run.")
    sections.append({"type": "text", "title": "What the numbers mean", "paragraphs": [*map(list, NOTES), ["Time", counts]]})
    hosts = ", ".join(sorted({rank["host"] for run in of.runs for rank in run["rank"]}))
    facts = {"runs": str(len(of.runs)), "cores": str(of.cores or "not known"), "hosts": hosts,
             **{name: of.runs[0][name] for name in ("library", "kernels")}}
    return {"title": "Scaling", "facts": facts, "sections": sections, "runs": [{"id": key, "name": name} for name, key in legend.items()]}


def figure_data(of: Experiment) -> tuple[str, list[str]]:
    """What launch/scaling.gnuplot draws: a block for each series, strong ones first, and how many of them are strong and weak."""
    blocks, counts = [], []
    several = len(list(of.models())) > 1
    for kind in ("strong", "weak"):
        found = [series for series in of.series if series.kind == kind]
        counts.append(str(len(found)))
        for series in found:
            name = f"{of.model_label(series.what)}, {of.series_label(series)}" if several else of.series_label(series)
            lines = ['"' + name.replace('"', "'") + '"'] + [" ".join(map(repr, (series.place(point), *point.setting.rate, *point.speed_up, *point.efficiency)))
                                     for point in series.points]
            blocks.append("\n".join(lines))
    return "\n\n\n".join(blocks) + "\n", counts


def write_outcome(files: Sequence[str | Path], output: Path, cores: int | None, whole: bool) -> None:
    """Reads runs, the rounds in their order, writes everything into the folder, and says it. The same files give the same bytes."""
    runs = []
    for file in files:
        runs.append(read_run(file, whole))
        for name in ("version", "phases"):
            if runs[-1][name] != runs[0][name]:
                raise Failure(DATA, f'{file}: "{name}": as in {runs[0]["file"]} was expected')
    of = Experiment(runs, cores, whole)
    experiment.make_folder(output)
    experiment.write_csv(output / "scaling.csv", list(csv_rows(of)))
    experiment.write_json(output / "scaling.json", json_of(of))
    experiment.write_page(output / "scaling.html", page_of(of))
    data, counts = figure_data(of)
    if counts != ["0", "0"]:
        experiment.write_figures(output, PROJECT / "launch/scaling.gnuplot", data, FIGURES, *counts)
    experiment.print_tables(tables(of))
    if of.complaints():
        raise Failure(DATA, "\n".join(of.complaints()))
