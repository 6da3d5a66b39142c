#!/usr/bin/env python3
"""The same model and recipe in PyTorch, as fast as PyTorch can: one measurement a call, printed as one JSON object.

    torch_peer.py --table FILE --batch N --optimizer adam|sgd [--precision bf16] --choices JSON  one pass over the table
    torch_peer.py --table FILE --batch N --optimizer adam|sgd [--precision bf16] --tune SECONDS  finds the fastest choices

bf16 is autocast: products in bfloat16, parameters, gradients and optimizer in fp32.

Two processes (RANK, WORLD_SIZE, MASTER_ADDR and MASTER_PORT set) train data-parallel with DDP over gloo.

Where it is not PyTorch's work that is measured, PyTorch gets it for nothing: the words are sorted by length over the whole
epoch, so that a batch holds words of one length or nearly so, and all index tensors are made before the clock starts.
"""
import argparse
import json
import os
import random
import time

import torch
from torch import nn
from torch.nn import functional
from torch.nn.utils.rnn import PackedSequence

START, END, SYMBOLS, CONDITIONS = 0, 1, 28, 4
IGNORED = -100
WARM_UP_STEPS = 3

# What there is to choose, the first being where the search begins.
CHOICES = {
    "layout": ["packed", "padded"],  # PackedSequence without padding, or padded to the longest word of the batch
    "mkldnn": [True, False],  # oneDNN where PyTorch would call it, or OpenBLAS alone
    "update": ["foreach", "flat", "plain"],  # clip and optimizer: lists of tensors, one flat tensor, tensor by tensor
}


class Cvae(nn.Module):
    def __init__(self, sizes):
        super().__init__()
        hidden, latent, embedding, condition = (sizes[name] for name in ("hidden", "latent", "embedding", "condition"))
        both = latent + condition
        self.condition = nn.Embedding(CONDITIONS, condition)
        self.encoder_embedding = nn.Embedding(SYMBOLS, embedding)
        self.encoder = nn.LSTM(embedding, hidden)
        self.mean = nn.Linear(hidden, latent)
        self.log_variance = nn.Linear(hidden, latent)
        self.decoder_embedding = nn.Embedding(SYMBOLS, embedding)
        self.first_hidden = nn.Linear(both, hidden)
        self.first_cell = nn.Linear(both, hidden)
        self.decoder = nn.LSTM(embedding + both, hidden)
        self.output = nn.Linear(hidden, SYMBOLS)

    def forward(self, batch, kl_weight):
        """The loss of a batch, a word's mean."""
        last = batch.encode(self)
        mean, log_variance = self.mean(last), self.log_variance(last)
        z = mean + torch.randn_like(mean) * torch.exp(0.5 * log_variance)
        entering = torch.cat([z, self.condition(batch.target_condition)], 1)
        cross_entropy = batch.decode(self, entering)
        divergence = 0.5 * (mean * mean + log_variance.exp() - 1 - log_variance).sum()
        return (cross_entropy + kl_weight * divergence) / batch.words

    def encoder_state(self, conditions):
        """The condition as the last numbers of the first hidden state, and a first cell of zeros."""
        hidden = self.encoder.hidden_size
        entering = self.condition(conditions)
        return functional.pad(entering, (hidden - entering.shape[1], 0))[None], torch.zeros(1, len(conditions), hidden)

    def decoder_state(self, entering):
        return self.first_hidden(entering)[None], self.first_cell(entering)[None]


def letters(word):
    return [2 + ord(letter) - ord("a") for letter in word]


class PackedBatch:
    """Pairs (source, its condition, target, its condition) by time step without padding, longest first."""

    def __init__(self, pairs):
        pairs = sorted(pairs, key=lambda pair: -len(pair[0]))
        by_target = sorted(range(len(pairs)), key=lambda i: -len(pairs[i][2]))
        targets = [pairs[i] for i in by_target]
        self.words = len(pairs)
        self.source_condition = torch.tensor([pair[1] for pair in pairs])
        self.target_condition = torch.tensor([pair[3] for pair in pairs])
        self.source, self.source_rows, _ = self.pack([letters(pair[0]) for pair in pairs])
        self.read, self.target_rows, row = self.pack([[START] + letters(pair[2]) for pair in targets])
        self.spell, _, _ = self.pack([letters(pair[2]) + [END] for pair in targets])
        self.order = torch.tensor(by_target)
        self.word = self.order[row]

    @staticmethod
    def pack(sequences):
        steps = range(len(sequences[0]))
        rows = [sum(len(sequence) > t for sequence in sequences) for t in steps]
        flat = [sequences[row][t] for t in steps for row in range(rows[t])]
        return torch.tensor(flat), torch.tensor(rows), torch.tensor([row for t in steps for row in range(rows[t])])

    def encode(self, model):
        state = model.encoder_state(self.source_condition)
        read = PackedSequence(model.encoder_embedding(self.source), self.source_rows)
        return model.encoder(read, state)[1][0][0]

    def decode(self, model, entering):
        read = torch.cat([model.decoder_embedding(self.read), entering.index_select(0, self.word)], 1)
        state = model.decoder_state(entering.index_select(0, self.order))
        hidden = model.decoder(PackedSequence(read, self.target_rows), state)[0].data
        return functional.cross_entropy(model.output(hidden), self.spell, reduction="sum")


class PaddedBatch:
    """The same pairs, padded to the longest word."""

    def __init__(self, pairs):
        self.words = len(pairs)
        self.source_condition = torch.tensor([pair[1] for pair in pairs])
        self.target_condition = torch.tensor([pair[3] for pair in pairs])
        self.source = self.pad([letters(pair[0]) for pair in pairs], START)
        self.read = self.pad([[START] + letters(pair[2]) for pair in pairs], START)
        self.spell = self.pad([letters(pair[2]) + [END] for pair in pairs], IGNORED).flatten()
        lengths = [len(pair[0]) for pair in pairs]
        same = min(lengths) == max(lengths)
        self.last = None if same else (torch.tensor(lengths) - 1, torch.arange(self.words))

    @staticmethod
    def pad(sequences, filler):
        longest = max(map(len, sequences))
        return torch.tensor([sequence + [filler] * (longest - len(sequence)) for sequence in sequences]).T.contiguous()

    def encode(self, model):
        state = model.encoder_state(self.source_condition)
        outputs, (last, _) = model.encoder(model.encoder_embedding(self.source), state)
        return outputs[self.last] if self.last else last[0]

    def decode(self, model, entering):
        every_step = entering.expand(len(self.read), *entering.shape)
        read = torch.cat([model.decoder_embedding(self.read), every_step], 2)
        hidden, _ = model.decoder(read, model.decoder_state(entering))
        return functional.cross_entropy(
            model.output(hidden).flatten(0, 1), self.spell, reduction="sum", ignore_index=IGNORED)


def read_pairs(table):
    """Each word of the table with a random form of its verb as the target."""
    generator = random.Random(1)
    with open(table, encoding="ascii") as lines:
        rows = [line.split() for line in lines]
    pairs = []
    for row in rows:
        for condition, word in enumerate(row):
            target = generator.randrange(len(row))
            pairs.append((word, condition, row[target], target))
    return sorted(pairs, key=lambda pair: (len(pair[0]), len(pair[2])))


def make_batches(pairs, size, layout, rank, ranks):
    """The batches in random order; of each, a rank takes every ranks-th word."""
    batches = [pairs[first:first + size] for first in range(0, len(pairs), size)]
    random.Random(2).shuffle(batches)
    kind = PackedBatch if layout == "packed" else PaddedBatch
    return [kind(batch[rank::ranks]) for batch in batches if len(batch) >= ranks]


class Update:
    """Clipping and the optimizer's step, in one of the ways of CHOICES."""

    def __init__(self, model, way, name, rate, clip):
        self.parameters = [parameter for parameter in model.parameters()]
        self.way, self.clip = way, clip
        self.flat = self.flatten() if way == "flat" else None
        tensors = [self.flat] if way == "flat" else self.parameters
        if name == "adam":
            self.optimizer = torch.optim.Adam(tensors, lr=rate, foreach=way == "foreach")
        else:
            self.optimizer = torch.optim.SGD(tensors, lr=rate, foreach=way == "foreach")

    def flatten(self):
        """All parameters, and all gradients, as parts of one tensor each."""
        with torch.no_grad():
            flat = torch.cat([parameter.flatten() for parameter in self.parameters])
            flat.grad = torch.zeros_like(flat)
            first = 0
            for parameter in self.parameters:
                part = slice(first, first + parameter.numel())
                parameter.data = flat[part].view_as(parameter)
                parameter.grad = flat.grad[part].view_as(parameter)
                first = part.stop
        return flat

    def forget(self):
        if self.way == "flat":
            self.flat.grad.zero_()
        else:
            self.optimizer.zero_grad(set_to_none=True)

    @torch.no_grad()
    def step(self):
        if self.way == "plain":
            nn.utils.clip_grad_norm_(self.parameters, self.clip)
        elif self.way == "foreach":
            gradients = [parameter.grad for parameter in self.parameters]
            norm = torch.linalg.vector_norm(torch.stack(torch._foreach_norm(gradients))).item()
            if norm > self.clip:
                torch._foreach_mul_(gradients, self.clip / norm)
        else:
            norm = torch.linalg.vector_norm(self.flat.grad).item()
            if norm > self.clip:
                self.flat.grad.mul_(self.clip / norm)
        self.optimizer.step()


class Trainer:
    def __init__(self, arguments, choices, ranks):
        torch.manual_seed(1)
        model = Cvae(json.loads(arguments.sizes))
        self.model = model
        if ranks > 1:
            self.model = nn.parallel.DistributedDataParallel(model, gradient_as_bucket_view=choices["update"] != "flat")
        self.autocast = arguments.precision == "bf16"
        rate = 0.002 if arguments.optimizer == "adam" else 0.05
        self.update = Update(model, choices["update"], arguments.optimizer, rate, 1.0)

    def step(self, batch):
        self.update.forget()
        with torch.autocast("cpu", dtype=torch.bfloat16, enabled=self.autocast):
            loss = self.model(batch, 0.02)
        loss.backward()
        self.update.step()


def wait_for_all(ranks):
    if ranks > 1:
        torch.distributed.barrier()


def measure(arguments, pairs, choices, rank=0, ranks=1, seconds=None):
    """Words a second over all ranks, of one pass over the pairs, or of as much of it as the seconds allow."""
    batches = make_batches(pairs, arguments.batch, choices["layout"], rank, ranks)
    with torch.backends.mkldnn.flags(enabled=choices["mkldnn"]):
        trainer = Trainer(arguments, choices, ranks)
        for batch in batches[:WARM_UP_STEPS]:
            trainer.step(batch)
        wait_for_all(ranks)
        words, begin = 0, time.perf_counter()
        for batch in batches:
            trainer.step(batch)
            words += batch.words * ranks
            if seconds is not None and time.perf_counter() - begin > seconds:
                break
        wait_for_all(ranks)
        taken = time.perf_counter() - begin
    return words / taken


def tune(arguments, pairs):
    """Tries one choice after the other, each with the best of those before. The better of two tries counts."""
    # Without oneDNN, PyTorch's products in bfloat16 are plain loops, which take many times as long.
    all_choices = {**CHOICES, "mkldnn": [True]} if arguments.precision == "bf16" else CHOICES
    best = {name: values[0] for name, values in all_choices.items()}
    tried = {}

    def rate(choices):
        key = json.dumps(choices, sort_keys=True)
        if key not in tried:
            tried[key] = max(measure(arguments, pairs, choices, seconds=arguments.tune) for _ in range(2))
        return tried[key]

    for name, values in all_choices.items():
        best = max(({**best, name: value} for value in values), key=rate)
    return {"choices": best, "words_per_second": rate(best), "tried": tried}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--table", required=True)
    parser.add_argument("--batch", type=int, required=True)
    parser.add_argument("--optimizer", choices=["adam", "sgd"], required=True)
    parser.add_argument("--precision", choices=["fp32", "bf16"], default="fp32")
    parser.add_argument("--sizes", required=True, help="JSON: hidden, latent, embedding, condition")
    parser.add_argument("--choices", help="JSON: one of each of CHOICES")
    parser.add_argument("--tune", type=float, help="seconds for each try")
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    torch.set_num_interop_threads(1)
    torch.set_flush_denormal(True)
    rank, ranks = int(os.environ.get("RANK", 0)), int(os.environ.get("WORLD_SIZE", 1))
    if ranks > 1:
        torch.distributed.init_process_group("gloo")
    pairs = read_pairs(arguments.table)
    if arguments.tune:
        result = tune(arguments, pairs)
    else:
        result = {"words_per_second": measure(arguments, pairs, json.loads(arguments.choices), rank, ranks)}
    if rank == 0:
        print(json.dumps(result))


if __name__ == "__main__":
    main()
