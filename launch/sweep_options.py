"""What a sweep is told: its command line, its file, and the variants that these stand for.

Values are YAML. They go to the program as they are written, and are compared by what they mean.
"""
from __future__ import annotations

import argparse
import hashlib
import itertools
import json
import math
import os
import re
import shlex
from pathlib import Path
from typing import Any, Sequence

import experiment
from experiment import CONFIG, NO_INPUT, PROJECT, RUNS, USAGE, Failure, sets
from sweep_outcome import Variant

try:
    import yaml
except ImportError:
    experiment.leave("sweep.py", Failure(127, "Python's yaml is missing (Debian: python3-yaml)"))

OWN = {"name": "the sweep names its runs", "seed": "--seeds says it", "checkpoint.directory": "--output says it"}
LISTS = ("vary", "variants", "seeds")  # one of them makes a file a sweep's


# YAML.

def wrong(where: str, mark: Any, text: str) -> Failure:
    """What is wrong in an option, or at a place in a file."""
    if where.startswith("--"):
        return Failure(USAGE, f"{where}: {text}")
    return Failure(CONFIG, f"{where}:{mark.line + 1}:{mark.column + 1}: {text}" if mark else f"{where}: {text}")


def compose(text: str, where: str) -> Any:
    """A text's node; None where it is empty."""
    try:
        node = yaml.compose(text, yaml.SafeLoader)
        if node:
            meaning(node)  # comes to no end where a value contains itself
    except yaml.YAMLError as error:
        reason = str(getattr(error, "problem", error)).split("\n")[0]
        raise wrong(where, getattr(error, "problem_mark", None), f"no YAML: {reason}") from None
    except RecursionError:
        raise wrong(where, None, "a value contains itself, or lists stand too deep in each other") from None
    return node


def compose_file(file: str) -> Any:
    try:
        return compose(Path(file).read_text("utf-8", "replace"), file)
    except OSError as error:
        raise Failure(NO_INPUT, f"{file}: {error.strerror}") from None


def items(node: Any, where: str) -> list[tuple[str, Any]]:
    """A mapping's keys and values, each key once."""
    if not isinstance(node, yaml.MappingNode) or not all(isinstance(key, yaml.ScalarNode) for key, _ in node.value):
        raise wrong(where, node and node.start_mark, "keys with values are expected")
    names = [key.value for key, _ in node.value]
    for place, (key, _) in enumerate(node.value):
        if key.value in names[:place]:
            raise wrong(where, key.start_mark, f"{key.value} is given twice")
    return list(zip(names, (value for _, value in node.value)))


def text_of(node: Any) -> str:
    """A value as --set takes it: a scalar's text as it stands, all else YAML on one line."""
    def flow(part: Any) -> None:
        part.flow_style = True
        for one in part.value if not isinstance(part, yaml.ScalarNode) else []:
            flow(one[1] if isinstance(one, tuple) else one)
    if isinstance(node, yaml.ScalarNode):
        return node.value
    flow(node)
    return yaml.serialize(node, Dumper=yaml.SafeDumper, width=math.inf, allow_unicode=True).strip()


def meaning(node: Any) -> Any:
    """0.001 and 1e-3 mean the same, and so do keys in another order."""
    if isinstance(node, yaml.SequenceNode):
        return [meaning(one) for one in node.value]
    if isinstance(node, yaml.MappingNode):
        return sorted(([meaning(key), meaning(value)] for key, value in node.value), key=lambda pair: str(pair[0]))
    try:
        return float(node.value)
    except ValueError:
        return node.value


def digest(value: Any) -> str:
    return hashlib.sha256(json.dumps(value).encode()).hexdigest()


# Variants.

def listed(text: str, where: str) -> dict[str, Any]:
    """The values of a list without its brackets, each once, with what they mean."""
    found: dict[str, Any] = {}
    whole = compose(f"[{text}]", where)
    if not isinstance(whole, yaml.SequenceNode):
        raise Failure(USAGE, f'{where}: a list without its brackets is needed, not "{text}"')
    for node in whole.value:
        if meaning(node) in found.values():
            raise Failure(USAGE, f"{where}: {text_of(node)} is given twice")
        found[text_of(node)] = meaning(node)
    if not found:
        raise Failure(USAGE, f"{where}: the list is empty")
    return found


def find_variants(vary: dict[str, str], explicit: Sequence[str]) -> list[Variant]:
    """Each of the explicit variants, or the configuration itself, with all combinations of the lists."""
    lists = {key: listed(text, f"--vary {key}") for key, text in vary.items()}
    bases = [dict(items(compose(f"{{{text}}}", "--variant"), "--variant")) for text in explicit or [""]]
    last = {key: key.rpartition(".")[2] for key in dict.fromkeys(itertools.chain(lists, *bases))}
    short = {key: name if list(last.values()).count(name) == 1 else key for key, name in last.items()}
    variants: dict[str, Variant] = {}
    for base, values in itertools.product(bases, itertools.product(*(values.items() for values in lists.values()))):
        own = {key: (text_of(node), meaning(node)) for key, node in base.items() if key != "name"}
        refuse_own("--variant", own)
        for key in own.keys() & lists.keys():
            raise Failure(USAGE, f"{key}: --vary and --variant both say it")
        varied = dict(zip(lists, values))
        shown = [f"{short[key]}={text}" for key, (text, _) in (varied if "name" in base else own | varied).items()]
        label = ", ".join([text_of(base["name"]), *shown] if "name" in base else shown) or "as configured"
        settings = own | varied
        variant = Variant(label, {key: text for key, (text, _) in settings.items()},
                          name_of(sorted((key, meant) for key, (_, meant) in settings.items())))
        if variants.setdefault(variant.name, variant) is not variant:
            raise Failure(USAGE, f'the same variant twice: "{variants[variant.name].label}" and "{label}"')
        if [one.label for one in variants.values()].count(label) > 1:
            raise Failure(USAGE, f'two variants are called "{label}": each needs a name of its own, or none')
    return list(variants.values())


def name_of(settings: list[tuple[str, Any]]) -> str:
    """A variant's name, of at most 37 letters: the same however its values are written, and in any sweep that has it."""
    words = [f"{key.rpartition('.')[2]}-{f'{meant:g}' if isinstance(meant, float) else json.dumps(meant)}" for key, meant in settings]
    return f"{re.sub('[^A-Za-z0-9._]+', '-', '-'.join(words) or 'as-configured').strip('-.')[:30]}-{digest(settings)[:6]}"


def refuse_own(where: str, settings: dict[str, Any]) -> None:
    for key in settings.keys() & OWN.keys():
        raise Failure(USAGE, f"{where}: {key}: {OWN[key]}")


# The command line.

def pairs_of(where: str, words: Sequence[str]) -> dict[str, str]:
    for word in words:
        if not re.match("[^=]+=", word):
            raise Failure(USAGE, f'{where}: a key with a value, as optimizer.lr=0.001, is needed, not "{word}"')
    pairs = {key: value for key, _, value in (word.partition("=") for word in words)}
    refuse_own(where, pairs)
    return pairs


def split(text: str) -> list[str]:
    try:
        return shlex.split(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"{error}: {text}") from None


def names(text: str) -> list[str]:
    return re.split("[ ,]+", text.strip(" ,"))


def two_names(text: str) -> list[str]:
    if len(names(text)) != 2 or not all(name.strip("-") for name in names(text)):
        raise argparse.ArgumentTypeError(f'two scores are needed, as conversions,gaussian, not "{text}"')
    return names(text)


def words_of(file: str, root: Any) -> list[str]:
    """A sweep's file as the words of the command line that it stands for."""
    def inside(node: Any) -> str:
        return text_of(node if isinstance(node, yaml.SequenceNode) else yaml.SequenceNode("tag:yaml.org,2002:seq", [node]))[1:-1]
    words: list[str] = []
    for name, node in items(root, file):
        if name == "vary":
            words += [word for key, value in items(node, file) for word in ("--vary", f"{key}={inside(value)}")]
        elif name == "set":
            words += sets(f"{key}={text_of(value)}" for key, value in items(node, file))
        elif name == "variants":
            for one in node.value if isinstance(node, yaml.SequenceNode) else [node]:
                items(one, file)
                words += ["--variant", text_of(one)[1:-1]]
        elif name in ("config", "output"):
            path = str(Path(file).absolute().parent / text_of(node))
            words += [path] if name == "config" else ["--output", path]
        elif name in ("seeds", "eval", "scores", "front", "ranks", "jobs"):
            words += [f"--{name}", inside(node) if isinstance(node, yaml.SequenceNode) else text_of(node)]
        else:
            known = ("config", "output", "vary", "variants", "seeds", "set", "eval", "scores", "front", "ranks", "jobs")
            raise wrong(file, node.start_mark, f'unknown key "{name}"' +
                        experiment.instead_of(name, known, f"{', '.join(known[:-1])} and {known[-1]} are known"))
    return words


def parse(words: list[str], text: str) -> argparse.Namespace:
    """The command line, with the file's words before its own. folder: where paths of the program's start from, if not here."""
    parser = experiment.Parser("sweep.py", text)
    add = parser.add_argument
    add("files", nargs="*", metavar="SWEEP.yaml | CONFIG.yaml")
    add("--vary", action="append", default=[], metavar="KEY=LIST", help="values of a key: optimizer.lr=0.001,0.002 or, in quotes, "
        '"train.kl_weight=0.1,{schedule: linear, to: 0.05}"')
    add("--variant", action="append", default=[], metavar="KEYS", help='"name: large, model.hidden: 512, model.latent: 128"; the name may '
        "be left out")
    add("--seeds", metavar="LIST", help="the configuration's seed when left out")
    add("--set", action="append", default=[], metavar="KEY=VALUE", help="for all trainings")
    add("--eval", type=split, default=[], metavar="WORDS", help='for the evaluation: "--conversions 20 --draws 10000"')
    add("--scores", type=names, default=[], metavar="NAMES", help="that are shown; CSV and JSON have all")
    add("--front", type=two_names, default=[], metavar="A,B", help="marks the Pareto front of two scores; of -A less is better")
    add("--ranks", type=experiment.number, default=1, metavar="N", help="of each training (1)")
    add("--jobs", type=experiment.number, metavar="N", help="trainings side by side; as many as there are cores for when left out")
    add("--output", metavar="FOLDER", help="checkpoints/sweep when left out")
    add("--task", type=experiment.number, metavar="N", help="makes run N alone, and no table; builds nothing")
    add("--collect", action="store_true", help="sums up what is recorded, and trains nothing")
    add("--submit", type=split, metavar="OPTIONS", help="submits the sweep to Slurm, with these options of sbatch")
    options = parser.read(words)
    options.folder = None
    if options.files and os.path.exists(options.files[0]):
        file, root = options.files[0], compose_file(options.files[0])
        if isinstance(root, yaml.MappingNode) and any(key.value in LISTS for key, _ in root.value):
            options = parser.read([*words_of(file, root), *words])
            options.files.remove(file)
            options.folder = Path(file).absolute().parent
    if len(options.files) > 1:
        parser.error(f'"{options.files[1]}" is one word too many')
    options.config = os.path.abspath(options.files[0] if options.files else PROJECT / "launch/train.yaml")
    options.output = Path(os.path.abspath(options.output or RUNS / "sweep"))
    options.set, options.vary = pairs_of("--set", options.set), pairs_of("--vary", options.vary)
    if not options.vary and not options.variant and options.seeds is None:
        parser.error("nothing varies: --vary, --variant or --seeds is needed")
    for key in options.vary.keys() & options.set.keys():
        raise Failure(USAGE, f"{key}: --vary and --set both say it")
    options.variants = find_variants(options.vary, options.variant)
    options.seeds = list(listed(options.seeds, "--seeds")) if options.seeds is not None else [""]
    return options
