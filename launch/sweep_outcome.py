"""The outcome of a sweep: means and standard deviations of scores over seeds, the Pareto front of two scores; table, CSV, JSON, page."""
from __future__ import annotations

import math
import statistics
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Iterator, Sequence

import experiment
from experiment import USAGE, Failure

Scores = dict[str, float]

SHOWN = ("exact_match", "conversions", "paradigms", "bleu4", "gaussian", "gaussian_distinct", "agreement", "refined_agreement")  # where nobody says which
COUNTED = ("seconds", "words")


@dataclass
class Variant:
    """What it is called for people, settings by key of the configuration, the name of its folders, and the scores of each seed that is
    done."""
    label: str
    settings: dict[str, str]
    name: str
    runs: dict[str, Scores] = field(default_factory=dict)

    def values(self, name: str) -> list[float]:
        return [scores[name] for scores in self.runs.values() if name in scores]

    def mean(self, name: str) -> float | None:
        values = self.values(name)
        return statistics.fmean(values) if values else None

    def deviation(self, name: str) -> float | None:
        """The sample's, with n - 1."""
        values = self.values(name)
        return statistics.stdev(values) if len(values) > 1 else None


def numbers_in(value: Any, name: str = "") -> Iterator[tuple[str, float]]:
    """All numbers of a record, by their names: outer.inner."""
    if isinstance(value, (dict, list)):
        for key, inner in value.items() if isinstance(value, dict) else enumerate(value):
            yield from numbers_in(inner, f"{name}.{key}" if name else str(key))
    elif type(value) in (int, float) and math.isfinite(value):
        yield name, value


def form(value: float | None, like: float | None = None) -> str:
    """A number with as many decimals as one of the size of `like` has."""
    if value is None:
        return "-"
    if like is None and value == int(value) and abs(value) >= 10:
        return f"{value:,.0f}"
    size = abs(value if like is None else like)
    return f"{value:,.{0 if size >= 1000 else 2 if size >= 10 else 4}f}" if value or like is None else "0"


def front_of(variants: Sequence[Variant], names: Sequence[str]) -> list[Variant]:
    """The variants that no other one equals in both scores and exceeds in one. Of a score with a minus before it less is better."""
    def place(variant: Variant) -> list[float]:
        means = [(variant.mean(name.lstrip("-")), name[0] == "-") for name in names]
        return [-mean if is_less else mean for mean, is_less in means if mean is not None]
    places = [(variant, place(variant)) for variant in variants]
    whole = [(variant, own) for variant, own in places if names and len(own) == len(names)]
    return [variant for variant, own in whole
            if not any(other != own and all(one >= two for one, two in zip(other, own)) for _, other in whole)]


class Outcome:
    """What a sweep has found: of all scores, of those that are shown, and of the two that have a front."""

    def __init__(self, variants: list[Variant], shown: Sequence[str], front: Sequence[str]) -> None:
        self.variants, self.front = variants, front
        self.known = list(dict.fromkeys(name for variant in variants for scores in variant.runs.values() for name in scores))
        self.axes = [name.lstrip("-") for name in front]
        for name in [*shown, *self.axes] if self.known else []:
            if name not in self.known:
                own = [one for one in self.known if not one.startswith("training.")]
                raise Failure(USAGE, f'no score is called "{name}"; there are {", ".join(own)}, and training.NAME of metrics.jsonl')
        default = [name for name in SHOWN if name in self.known]
        self.shown = list(dict.fromkeys([*(shown or default), *self.axes, *COUNTED]))
        self.best = front_of(variants, front)

    def said(self, scores: Scores) -> str:
        """A run's scores on a line."""
        return ", ".join(f"{name} {form(scores[name])}" for name in self.shown if name in scores)

    def table(self) -> str:
        """For the terminal."""
        lines = [["", "runs", *self.shown]]
        for variant in self.variants:
            cells = []
            for name in self.shown:
                mean, deviation = variant.mean(name), variant.deviation(name)
                cells.append(form(mean) + (f" ± {form(deviation, mean)}" if deviation is not None else ""))
            lines.append([("* " if variant in self.best else "  ") + variant.label, str(len(variant.runs)), *cells])
        best = f"* on the Pareto front of {' and '.join(self.front)}"
        return experiment.table(lines) + ("\n".join(experiment.fold(best, experiment.output_columns())) + "\n" if self.front else "")

    def csv_rows(self) -> list[dict[str, Any]]:
        """A row a variant, with all scores."""
        keys = dict.fromkeys(key for variant in self.variants for key in variant.settings)
        return [{"variant": variant.label, **{key: variant.settings.get(key) for key in keys}, "runs": len(variant.runs),
                 "front": variant in self.best if self.front else None,
                 **{column: value for name in self.known for column, value in (
                     (name, variant.mean(name)), (f"{name}_deviation", variant.deviation(name)))}} for variant in self.variants]

    def json(self) -> dict[str, Any]:
        return {"front": self.front or None, "variants": [
            {"variant": variant.label, "settings": variant.settings, "front": variant in self.best if self.front else None,
             "scores": {name: {"mean": variant.mean(name), "deviation": variant.deviation(name)} for name in self.known},
             "runs": [{"seed": seed, "scores": scores} for seed, scores in variant.runs.items()]} for variant in self.variants]}

    def charts(self) -> list[dict[str, Any]]:
        """The plane of the two scores: a point a variant, its seeds, and the front."""
        if not self.best:
            return []
        x, y = self.axes
        def line(key: str, name: str, points: list[Any], is_dashed: bool) -> dict[str, Any]:
            xs, ys = zip(*sorted(points))
            return {"run": key, "name": name, "x": xs, "y": ys, "dashed": is_dashed}
        series = [line("front", "mean", [(one.mean(x), one.mean(y)) for one in self.best], True)]
        for number, variant in enumerate(self.variants):
            seeds = [(scores[x], scores[y]) for scores in variant.runs.values() if x in scores and y in scores]
            if seeds:
                series.append(line(f"v{number}", "mean", [(variant.mean(x), variant.mean(y))], False))
            if len(seeds) > 1:
                series.append(line(f"v{number}", "seeds", seeds, True))
        return [{"title": f"{y} and {x}", "x": x, "y": y, "y_log": False, "step": False, "series": series}]

    def page(self, facts: dict[str, str]) -> dict[str, Any]:
        """The page's data; src/report/page.js says what it may have."""
        def cell(variant: Variant, name: str) -> dict[str, Any]:
            mean, deviation = variant.mean(name), variant.deviation(name)
            return {"value": form(mean)} | ({"note": f"± {form(deviation, mean)}"} if deviation is not None else {})
        rows = [[{"value": variant.label} | ({"mark": "right", "note": "on the front"} if variant in self.best else {}),
                 str(len(variant.runs)), *(cell(variant, name) for name in self.shown)] for variant in self.variants]
        each = [[variant.label, seed, *(form(scores.get(name)) for name in self.shown)]
                for variant in self.variants for seed, scores in variant.runs.items()]
        notes = [["Scores", "means of the seeds, with the sample's standard deviation (n - 1) after ±."],
                 ["Seconds and words", "of training, without evaluations; trainings beside each other share the machine."]]
        if self.front:
            notes.append(["Front", f"of {' and '.join(self.front)}, by their means: no other variant is at least as good in both and better "
                          "in one. Of a score with a minus before it less is better."])
        return {"title": "Sweep", "facts": facts,
                "runs": [{"id": "front", "name": "Pareto front"}] * bool(self.best) +
                        [{"id": f"v{number}", "name": variant.label} for number, variant in enumerate(self.variants)],
                "sections": [{"type": "charts", "title": "Pareto front", "charts": self.charts()},
                             {"type": "table", "title": "Variants", "columns": ["variant", "runs", *self.shown], "rows": rows},
                             {"type": "table", "title": "Each run", "columns": ["variant", "seed", *self.shown], "rows": each, "collapsed": True},
                             {"type": "text", "title": "What the numbers mean", "paragraphs": notes}]}

    def write(self, output: Path, facts: dict[str, str]) -> None:
        experiment.write_csv(output / "sweep.csv", self.csv_rows())
        experiment.write_json(output / "sweep.json", facts | self.json())
        experiment.write_page(output / "sweep.html", self.page(facts))
        experiment.print_tables(self.table())
