"""Checks the PyTorch training against the program: repeats a run up to a checkpoint with the program's random numbers.

What then differs is rounding. All is in it: initial weights, order, pairs, noise, coins of teacher forcing, loss,
gradient, schedules, clipping, optimizer.
"""
import os
import statistics
import tempfile

import numpy
import torch

from recipe_config import Refused, Schedules, parse
from recipe_training import Trainer

INITIAL_WEIGHTS, ORDER, TARGET, LATENT, TEACHER_FORCING = range(1, 6)
NORMAL = statistics.NormalDist()


def random_bits(seed, purpose, epoch, index, count):
    """The first numbers of a stream of cvae/random.h: Philox4x32-10."""
    low = numpy.uint64(0xFFFFFFFF)
    a = numpy.arange(-(-count // 4), dtype=numpy.uint64)
    b, c = numpy.full_like(a, epoch), numpy.full_like(a, index & 0xFFFFFFFF)
    d = numpy.full_like(a, index >> 32 | purpose << 24)
    k0, k1 = seed & 0xFFFFFFFF, seed >> 32
    for _ in range(10):
        product0, product1 = a * numpy.uint64(0xD2511F53), c * numpy.uint64(0xCD9E8D57)
        a, b = (product1 >> numpy.uint64(32)) ^ b ^ numpy.uint64(k0), product1 & low
        c, d = (product0 >> numpy.uint64(32)) ^ d ^ numpy.uint64(k1), product0 & low
        k0, k1 = (k0 + 0x9E3779B9) & 0xFFFFFFFF, (k1 + 0xBB67AE85) & 0xFFFFFFFF
    return numpy.stack([a, b, c, d], 1).flatten()[:count]


def normals(bits):
    return [NORMAL.inv_cdf((value + 0.5) / 2 ** 32) for value in bits.tolist()]


class ProgramNumbers:
    """The program's random numbers, in place of recipe_training.OwnNumbers."""

    def __init__(self, seed):
        self.seed = seed

    def below(self, bits, bound):
        for value in bits:
            product = value * bound
            if product & 0xFFFFFFFF >= 2 ** 32 % bound:
                return product >> 32
        raise Refused("no random number is left")

    def order(self, epoch, count):
        bits = iter(random_bits(self.seed, ORDER, epoch, 0, count + 1000).tolist())
        order = list(range(count))
        for left in range(count, 1, -1):
            chosen = self.below(bits, left)
            order[left - 1], order[chosen] = order[chosen], order[left - 1]
        return order

    def target(self, epoch, word, conditions):
        return self.below(random_bits(self.seed, TARGET, epoch, word, 64).tolist(), conditions)

    def noise(self, epoch, pairs, latent):
        return torch.tensor([normals(random_bits(self.seed, LATENT, epoch, pair, latent)) for pair in pairs])

    def coin(self, epoch, pair):
        return float(random_bits(self.seed, TEACHER_FORCING, epoch, pair, 1)[0]) / 2 ** 32

    @torch.no_grad()
    def initialise(self, model):
        """Weights: uniform up to 1 / sqrt(inputs) or, in an LSTM, 1 / sqrt(H); embeddings: normal."""
        for place, (name, parameter) in enumerate(model.named_parameters()):
            bits = random_bits(self.seed, INITIAL_WEIGHTS, 0, place, parameter.numel())
            if "embedding" in name or name == "condition.weight":
                values = torch.tensor(normals(bits))
            else:
                owner = model.get_submodule(name.rsplit(".", 1)[0])
                width = owner.hidden_size if "lstm" in name else owner.in_features
                values = torch.from_numpy((bits.astype(float) / 2 ** 31 - 1) * width ** -0.5)
            parameter.copy_(values.reshape(parameter.shape))


class Replay:
    def __init__(self, program, checkpoint):
        import h5py

        with h5py.File(checkpoint, "r") as file:
            text = file["config/text"].asstr()[()]
            self.position = {name: value[()] for name, value in file["position"].items()}
            self.history = file["history/values"][()]
            self.columns = file["history/columns"].asstr()[()].split()
            self.parameters = {}
            file["parameters"].visititems(self.take)
        self.keys = parse(text)
        with tempfile.TemporaryDirectory(prefix="cvae-recipe-") as folder:
            recipe = os.path.join(folder, "recipe.yaml")
            with open(recipe, "w", encoding="utf-8") as file:
                file.write(text)
            schedules = Schedules(program, recipe, [], self.keys)
        self.trainer = Trainer(self.keys, schedules, ProgramNumbers(self.keys["seed"]))
        names = {name for name, _ in self.trainer.model.named_parameters()}
        if names != self.parameters.keys():
            raise Refused(f"{checkpoint}: other parameters: {sorted(names ^ self.parameters.keys())}")
        self.trainer.numbers.initialise(self.trainer.model)

    def take(self, name, value):
        if hasattr(value, "shape"):
            self.parameters[name.replace("/", ".")] = torch.from_numpy(value[()])

    def line(self, what, epoch, ours):
        """One comparison; ours: the program's means."""
        theirs = self.trainer.means()
        result = {"epoch": int(epoch), "step": self.trainer.step}
        for name in ("loss", "cross_entropy", "kl"):
            result.update({name: ours[name], f"{name}_torch": theirs[name]})
            result[f"{name}_apart"] = abs(ours[name] - theirs[name]) / max(abs(ours[name]), 1e-30)
        return {"what": what, **result}

    def run(self):
        """Yields what is compared; the last is the weights."""
        for epoch in range(int(self.position["epoch"])):
            self.trainer.train_epoch()
            yield self.line("epoch", epoch + 1, dict(zip(self.columns, self.history[epoch])))
        steps, words = int(self.position["epoch_step"]), float(self.position["words"])
        if steps > 0:
            self.trainer.train_epoch(steps)
            sums = {name: float(self.position[name]) / words for name in ("loss", "cross_entropy", "kl")}
            yield self.line("steps of an epoch", self.position["epoch"] + 1, sums)
        apart = {name: float((parameter.detach() - self.parameters[name]).abs().max())
                 for name, parameter in self.trainer.model.named_parameters()}
        worst = max(apart, key=apart.get)
        yield {"what": "weights", "step": self.trainer.step, "largest_apart": apart[worst], "in": worst}
