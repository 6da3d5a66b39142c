"""A recipe as the program itself understands it: every key with its value, and the schedules' values at every step."""
import json
import os
import subprocess
import tempfile

import yaml

from runner import STOPPED_AS_ASKED, clean_environment

# Keys that another model or another training would follow from, were they not what is said here.
ONLY = {
    "data.format": ["rows"], "data.pairs": ["same", "cross", "all", "random"], "data.holdout": [0],
    "data.invent": [0],
    "data.alphabet": ["a-z"], "model.cell": ["lstm"], "model.bidirectional": [False], "model.dropout": [0],
    "train.patience": [0], "train.loss": ["sum", "mean", "mean_kl"], "train.kl_target": [0], "train.free_bits": [0],
    "train.word_dropout": [0], "train.consistency": [0], "train.max_gradient_norm": [0], "train.go_back": [0],
    "optimizer.name": ["sgd", "adam"], "optimizer.weight_decay": [0],
}
# Keys that are done as they say, whatever they say.
FOLLOWED = {
    "seed", "data.train", "data.conditions", "model.hidden", "model.latent", "model.embedding", "model.condition",
    "model.layers", "model.encoder_markers", "model.encoder_condition", "model.decoder_latent",
    "model.decoder_condition", "model.decoder_relu", "train.epochs", "train.batch_size", "train.kl_weight",
    "train.teacher_forcing", "train.consistency_from", "optimizer.lr", "optimizer.momentum",
    "optimizer.beta1", "optimizer.beta2", "optimizer.epsilon", "optimizer.clip", "optimizer.lr_schedule", "evaluate.every", "evaluate.test",
    "evaluate.test_pairs", "evaluate.draws",
}
# Keys that change nothing about what is trained: names, limits, and how the program cuts and adds up a batch.
WITHOUT_EFFECT = {
    "name", "data.holdout_from", "data.pair_conditions", "data.max_length", "train.micro_batch", "train.diverged_steps",
    "train.go_back_factor", "train.stall_seconds", "evaluate.examples", "compute.gemm", "compute.precision", "compute.sum",
    "compute.reduction", "compute.bucket",
}
SCHEDULED = {
    "learning_rate": "optimizer.lr_schedule", "kl_weight": "train.kl_weight",
    "teacher_forcing": "train.teacher_forcing"}


class Refused(Exception):
    """What would have to be ignored, or an error of the program."""


def arguments_of(settings):
    return [item for setting in settings for item in ("--set", setting)]


def ask(command, good=(0,)):
    try:
        done = subprocess.run(command, env=clean_environment(), capture_output=True, text=True)
    except OSError as error:
        raise Refused(f"{error}: --program says where the program is") from None
    if done.returncode not in good:
        raise Refused(f"{' '.join(command)}: status {done.returncode}\n{done.stderr.strip()}")
    return done.stdout


def parse(text):
    """The keys with their sections, as "train.epochs", of a configuration that leaves nothing out."""
    keys = {}
    for section, value in yaml.safe_load(text).items():
        parts = value if isinstance(value, dict) else {None: value}
        keys.update({f"{section}.{name}" if name else section: part for name, part in parts.items()})
    refused = [f"{key}: {value}, one of {ONLY[key]} was expected" if key in ONLY else f"{key}: not known here"
               for key, value in keys.items() if not is_known(key, value)]
    missing = [f"{key}: the program does not know it" for key in FOLLOWED - keys.keys()]
    if refused or missing:
        raise Refused("the recipe cannot be followed:\n  " + "\n  ".join(refused + missing))
    return keys


def is_known(key, value):
    if key in ONLY:
        return value in ONLY[key]
    return key in FOLLOWED or key in WITHOUT_EFFECT or key.startswith("checkpoint.")


def resolve(program, recipe, settings):
    """The keys that a run of the program writes down: a run of one step, into a folder of its own."""
    with tempfile.TemporaryDirectory(prefix="cvae-recipe-") as folder:
        command = [program, recipe, *arguments_of([*settings, f"checkpoint.directory={folder}", "name=recipe"])]
        ask([*command, "--stop-after", "1"], good=(0, STOPPED_AS_ASKED))
        with open(os.path.join(folder, "recipe/config.yaml"), encoding="utf-8") as file:
            return parse(file.read())


class Schedules:
    """What `cvae_mpi schedule` says. It says it for the first step of each epoch.

    For values that change within an epoch it is asked once more, about a run of as many epochs as this one has steps,
    of one step each; where that run does not agree with this one at the first step of each epoch, it is no stand-in.
    """

    def __init__(self, program, recipe, settings, keys):
        self.command = [program, "schedule", recipe, "--json", *arguments_of(settings)]
        whole = json.loads(ask(self.command))
        self.epochs, self.epoch_steps, self.steps = whole["epochs"], whole["epoch_steps"], whole["steps"]
        self.moving = [name for name, key in SCHEDULED.items() if moves_within_epoch(keys[key])]
        self.each_step = self.ask_each_step() if self.moving else None

    def ask_each_step(self):
        # No batch can be larger; the program takes one of all words then.
        stand_in = [f"train.epochs={self.steps}", "train.batch_size=1048576"]
        result = json.loads(ask([*self.command, *arguments_of(stand_in)]))
        if result["epoch_steps"] != 1:
            raise Refused("the data are too large for schedules that change within an epoch")
        for name in self.moving:
            for epoch in self.epochs:
                expected, found = epoch[name], result["epochs"][epoch["step"] - 1][name]
                if abs(found - expected) > 1e-9 * max(abs(expected), 1e-3):
                    raise Refused(f"{SCHEDULED[name]}: a schedule that counts in epochs and changes within them")
        return result["epochs"]

    def value(self, name, step):
        """For the step that `step` steps were done before."""
        if name in self.moving:
            return self.each_step[step][name]
        return self.epochs[step // self.epoch_steps][name]


def moves_within_epoch(schedule):
    if not isinstance(schedule, dict):
        return False
    is_stepwise = schedule["schedule"] not in ("constant", "step") and schedule.get("by") != "epoch"
    return is_stepwise or schedule.get("warmup_steps", 0) > 0
