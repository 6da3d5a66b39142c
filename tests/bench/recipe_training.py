"""Training by a recipe in plain PyTorch."""
import random

import torch

from recipe_data import Data
from recipe_model import Cvae


class OwnNumbers:
    """Random numbers of PyTorch and Python."""

    def __init__(self, seed):
        torch.manual_seed(seed)
        self.numbers = random.Random(seed)

    def order(self, _, count):
        return self.numbers.sample(range(count), count)

    def target(self, _, __, conditions):
        return self.numbers.randrange(conditions)

    def noise(self, _, pairs, latent):
        return torch.randn(len(pairs), latent)

    def coin(self, _, __):
        return self.numbers.random()


class Optimizer:
    """PyTorch's, and clipping of the whole gradient's norm."""

    def __init__(self, keys, parameters):
        self.parameters, self.clip = list(parameters), float(keys["optimizer.clip"])
        if keys["optimizer.name"] == "adam":
            betas = (float(keys["optimizer.beta1"]), float(keys["optimizer.beta2"]))
            self.optimizer = torch.optim.Adam(
                self.parameters, betas=betas, eps=float(keys["optimizer.epsilon"]), foreach=True)
        else:
            momentum = float(keys["optimizer.momentum"])
            self.optimizer = torch.optim.SGD(self.parameters, lr=1.0, momentum=momentum, foreach=True)

    @torch.no_grad()
    def step(self, rate):
        if self.clip > 0:
            gradients = [parameter.grad for parameter in self.parameters]
            norm = torch.linalg.vector_norm(torch.stack(torch._foreach_norm(gradients))).item()
            if norm > self.clip:
                torch._foreach_mul_(gradients, self.clip / norm)
        for group in self.optimizer.param_groups:
            group["lr"] = rate
        self.optimizer.step()

    def forget(self):
        self.optimizer.zero_grad(set_to_none=True)


class Trainer:
    def __init__(self, keys, schedules, numbers):
        self.keys, self.schedules, self.numbers = keys, schedules, numbers
        self.data = Data(keys)
        self.model = Cvae(keys, self.data.conditions)
        self.optimizer = Optimizer(keys, self.model.parameters())
        self.count, self.loss = self.data.pair_count(), keys["train.loss"]
        self.batch_size = min(keys["train.batch_size"], self.count)
        self.step = 0
        self.words, self.sums = 0, [0.0, 0.0, 0.0]

    def schedule(self, name):
        return self.schedules.value(name, self.step)

    def word_losses(self, cross_entropy, counted, divergence):
        """What a word's loss is made of: its cross-entropy, sum or mean over its counted steps, and its KL."""
        if self.loss == "sum":
            return cross_entropy, divergence
        steps = float(counted[0]) if len(counted) == 1 else torch.tensor(counted)
        return cross_entropy / steps, divergence / steps if self.loss == "mean_kl" else divergence

    def train_step(self, epoch, pairs):
        """Adds to the sums: loss, cross-entropy, KL."""
        numbers, kl_weight, share = self.numbers, self.schedule("kl_weight"), self.schedule("teacher_forcing")
        conditions, latent = self.data.conditions, self.keys["model.latent"]
        words = [self.data.pair(pair, lambda word: numbers.target(epoch, word, conditions)) for pair in pairs]
        sources, targets = map(list, zip(*words))
        noise = numbers.noise(epoch, pairs, latent)
        forced = [numbers.coin(epoch, pair) < share for pair in pairs]
        cross_entropy, counted, divergence = self.model(self.data.words, sources, targets, noise, forced)
        spelling, cost = self.word_losses(cross_entropy, counted, divergence)
        loss = (spelling + kl_weight * cost).sum()
        (loss / len(pairs)).backward()
        self.optimizer.step(self.schedule("learning_rate"))
        self.optimizer.forget()
        self.step += 1
        self.words += len(pairs)
        for i, part in enumerate((loss, spelling.detach().sum(), divergence.detach().sum())):
            self.sums[i] += part.item()

    def train_epoch(self, steps=None):
        """The next epoch, or its first steps."""
        epoch = self.step // self.schedules.epoch_steps
        order = self.numbers.order(epoch, self.count)
        self.words, self.sums = 0, [0.0, 0.0, 0.0]
        for first in list(range(0, self.count, self.batch_size))[:steps]:
            self.train_step(epoch, order[first:first + self.batch_size])

    def means(self):
        """Of the epoch's words so far."""
        return dict(zip(("loss", "cross_entropy", "kl"), (total / self.words for total in self.sums)))
