#!/usr/bin/env python3
"""Makes cvae_golden.txt: the model's loss and gradient as PyTorch computes them, for test_cvae_golden.c.

    apt install python3-torch        # Debian 12: PyTorch 1.13.1
    /usr/bin/python3 tests/model/make_cvae_golden.py > tests/model/cvae_golden.txt

It writes the stored file again byte for byte where OpenBLAS takes the same kernels (OPENBLAS_CORETYPE=Haswell); others
differ in the last digits. Neither the build nor the tests need PyTorch. The weights, the noise and
the KL weight are float32 numbers; everything is computed from them in float64. The model is written with PyTorch's own
layers (nn.Embedding, nn.LSTM, nn.GRU, nn.Linear) one word at a time, without packing, sorting or padding, and its gradient is
PyTorch's: nothing here knows how the C code goes about it.

The file has one item a line, blocks of numbers being one line each:

    case NAME / shape ... / kl_weight X / pairs N, and N lines "pair COINS ..." / noise / loss / tensors N, and N times
    "tensor NAME DIMENSION..." with a line of weights (float32) and a line of gradients (float64).
"""
import random
import sys

import numpy
import torch
from torch import nn

HIDDEN, CELL, STEPS = 1, 2, 4
START, END, FIRST_LETTER = 0, 1, 2


def recurrent(shape, inputs, bidirectional=False):
    """A network of the shape's cells, and the name of the attribute that it goes by."""
    kind = nn.GRU if shape["gru"] else nn.LSTM
    return kind(inputs, shape["hidden"], shape["layers"], bidirectional=bidirectional)


def cell_name(shape):
    return "gru" if shape["gru"] else "lstm"


class Encoder(nn.Module):
    def __init__(self, shape, condition_width):
        super().__init__()
        extra = condition_width if shape["encoder_condition"] & STEPS else 0
        self.embedding = nn.Embedding(shape["symbols"], shape["embedding"])
        both = bool(shape["bidirectional"])
        setattr(self, cell_name(shape), recurrent(shape, shape["embedding"] + extra, both))
        self.mean = nn.Linear(shape["hidden"] * (1 + both), shape["latent"])
        self.log_variance = nn.Linear(shape["hidden"] * (1 + both), shape["latent"])


class Decoder(nn.Module):
    def __init__(self, shape, condition_width):
        super().__init__()

        def width(way):
            return (shape["latent"] if shape["decoder_latent"] & way else 0) + (
                condition_width if shape["decoder_condition"] & way else 0)

        self.embedding = nn.Embedding(shape["symbols"], shape["embedding"])
        for name, way in (("first_hidden", HIDDEN), ("first_cell", CELL)):
            for layer in range(shape["layers"]):
                if width(way) > 0 and not (way == CELL and shape["gru"]):
                    setattr(self, f"{name}_l{layer}", nn.Linear(width(way), shape["hidden"]))
        setattr(self, cell_name(shape), recurrent(shape, shape["embedding"] + width(STEPS)))
        self.output = nn.Linear(shape["hidden"], shape["symbols"])


class Model(nn.Module):
    def __init__(self, shape):
        super().__init__()
        self.shape = shape
        embedded = shape["condition_embedding"] > 0
        width = shape["condition_embedding"] if embedded else shape["conditions"]
        if embedded:
            self.condition = nn.Embedding(shape["conditions"], width)
        self.encoder = Encoder(shape, width)
        self.decoder = Decoder(shape, width)

    def condition_vector(self, condition):
        index = torch.tensor(condition)
        if self.shape["condition_embedding"] > 0:
            return self.condition(index)
        return nn.functional.one_hot(index, self.shape["conditions"]).double()

    def encode(self, letters, condition):
        """Mean and log variance of q(z | word, condition)."""
        shape, vector = self.shape, self.condition_vector(condition)
        symbols = [START] + letters + [END] if shape["encoder_markers"] else letters
        x = self.encoder.embedding(torch.tensor(symbols))
        if shape["encoder_condition"] & STEPS:
            x = torch.cat([x, vector.expand(len(symbols), -1)], 1)
        zeros = torch.zeros(shape["hidden"], dtype=torch.float64)
        begun = torch.cat([zeros[: shape["hidden"] - len(vector)], vector])

        def state(way):
            first = begun if shape["encoder_condition"] & way else zeros
            return first.expand(shape["layers"] * (1 + shape["bidirectional"]), -1)

        network = getattr(self.encoder, cell_name(shape))
        if shape["gru"]:
            _, last = network(x, state(HIDDEN))
        else:
            _, (last, _) = network(x, (state(HIDDEN), state(CELL)))
        # The top layer's states after its own last step, both directions side by side.
        last = torch.cat([last[-2], last[-1]]) if shape["bidirectional"] else last[-1]
        return self.encoder.mean(last), self.encoder.log_variance(last)

    def entering(self, z, vector, way):
        parts = [z] * bool(self.shape["decoder_latent"] & way)
        parts += [vector] * bool(self.shape["decoder_condition"] & way)
        return torch.cat(parts) if parts else None

    def first_state(self, name, entering):
        shape = self.shape
        if entering is None:
            return torch.zeros(shape["layers"], shape["hidden"], dtype=torch.float64)
        return torch.stack(
            [getattr(self.decoder, f"{name}_l{layer}")(entering) for layer in range(shape["layers"])])

    def cross_entropy(self, z, letters, condition, forced):
        """Of one word; also the steps that count and the smallest lead of a symbol that a free word said."""
        shape, vector = self.shape, self.condition_vector(condition)
        network = getattr(self.decoder, cell_name(shape))
        state = self.first_state("first_hidden", self.entering(z, vector, HIDDEN))
        if not shape["gru"]:
            state = (state, self.first_state("first_cell", self.entering(z, vector, CELL)))
        extra = self.entering(z, vector, STEPS)
        read, losses, lead = START, [], float("inf")
        for right in letters + [END]:
            x = self.decoder.embedding(torch.tensor(read))
            if shape["decoder_relu"]:
                x = torch.relu(x)
            if extra is not None:
                x = torch.cat([x, extra])
            output, state = network(x[None], state)
            logits = self.decoder.output(output[0])
            losses.append(nn.functional.cross_entropy(logits, torch.tensor(right)))
            read = right
            if not forced:
                ranked = torch.sort(logits.detach()[START + 1:], descending=True)
                read = int(ranked.indices[0]) + START + 1
                lead = min(lead, float(ranked.values[0] - ranked.values[1]))
                if read == END:
                    break
        total = torch.stack(losses).sum()
        return total / len(losses) if shape["loss"] > 0 else total, len(losses), lead


EVERYWHERE = HIDDEN | CELL | STEPS
CASES = [
    dict(name="default", seed=1, kl_weight=0.7, end_bias=0.0,
         shape=dict(symbols=14, embedding=6, hidden=10, latent=5, conditions=4, condition_embedding=8, layers=1,
                    encoder_markers=0, encoder_condition=EVERYWHERE, decoder_latent=EVERYWHERE,
                    decoder_condition=EVERYWHERE, decoder_relu=0, loss=0, gru=0, bidirectional=0),
         pairs=[("deal", 0, "dealed", 3, 1), ("be", 1, "leak", 2, 1), ("ebb", 2, "ebbed", 0, 1),
                ("h", 3, "hehehehehe", 1, 1), ("fledged", 0, "f", 3, 1)]),
    dict(name="report", seed=2, kl_weight=0.1, end_bias=0.0,
         shape=dict(symbols=14, embedding=8, hidden=8, latent=4, conditions=4, condition_embedding=0, layers=1,
                    encoder_markers=1, encoder_condition=HIDDEN, decoder_latent=HIDDEN,
                    decoder_condition=HIDDEN, decoder_relu=1, loss=1, gru=0, bidirectional=0),
         pairs=[("bake", 0, "baked", 3, 1), ("keeled", 3, "keel", 0, 1), ("fleck", 1, "flecked", 2, 1),
                ("i", 2, "j", 0, 1)]),
    dict(name="free", seed=57, kl_weight=1.0, end_bias=0.5,
         shape=dict(symbols=12, embedding=5, hidden=7, latent=4, conditions=3, condition_embedding=3, layers=2,
                    encoder_markers=0, encoder_condition=STEPS, decoder_latent=HIDDEN | STEPS,
                    decoder_condition=HIDDEN | CELL, decoder_relu=0, loss=1, gru=0, bidirectional=0),
         pairs=[("aced", 0, "acedia", 1, 0), ("beg", 1, "begged", 2, 1), ("gabbed", 2, "gab", 0, 0),
                ("jig", 0, "jigged", 1, 0), ("dig", 1, "diggied", 2, 0), ("he", 2, "hid", 0, 1)]),
    dict(name="gru", seed=3, kl_weight=0.4, end_bias=0.0,
         shape=dict(symbols=12, embedding=5, hidden=9, latent=4, conditions=3, condition_embedding=3, layers=2,
                    encoder_markers=1, encoder_condition=HIDDEN | STEPS, decoder_latent=HIDDEN | STEPS,
                    decoder_condition=EVERYWHERE, decoder_relu=0, loss=2, gru=1, bidirectional=0),
         pairs=[("aced", 0, "aced", 1, 1), ("beg", 1, "begged", 2, 1), ("gabbed", 2, "gab", 0, 1),
                ("i", 0, "jigged", 1, 1)]),
    dict(name="bidirectional", seed=4, kl_weight=0.9, end_bias=0.0,
         shape=dict(symbols=12, embedding=5, hidden=7, latent=4, conditions=3, condition_embedding=3, layers=2,
                    encoder_markers=0, encoder_condition=EVERYWHERE, decoder_latent=EVERYWHERE,
                    decoder_condition=STEPS, decoder_relu=1, loss=0, gru=0, bidirectional=1),
         pairs=[("aced", 0, "acedia", 1, 1), ("beg", 1, "bad", 2, 1), ("gabbed", 2, "gab", 0, 1),
                ("j", 0, "jig", 1, 1)]),
    dict(name="both", seed=5, kl_weight=0.5, end_bias=0.0,
         shape=dict(symbols=12, embedding=4, hidden=6, latent=3, conditions=3, condition_embedding=0, layers=3,
                    encoder_markers=0, encoder_condition=HIDDEN, decoder_latent=STEPS,
                    decoder_condition=HIDDEN, decoder_relu=0, loss=1, gru=1, bidirectional=1),
         pairs=[("face", 0, "faced", 1, 1), ("hid", 1, "hide", 2, 1), ("bagged", 2, "bag", 0, 1)]),
]


def encode(word):
    return [FIRST_LETTER + ord(letter) - ord("a") for letter in word]


def float32(value):
    return float(numpy.float32(value))


def fill(model, generator, end_bias):
    """Weights of such a size that every tensor matters, as float32 numbers."""
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            scale = 1.0 if "embedding" in name or name.startswith("condition") else 0.6
            flat = [float32(scale * generator.uniform(-1, 1)) for _ in range(parameter.numel())]
            parameter.copy_(torch.tensor(flat, dtype=torch.float64).reshape(parameter.shape))
        bias = model.decoder.output.bias
        bias[END] = float32(float(bias[END]) + end_bias)


def losses(model, case, noise):
    cross_entropy, divergence, cost = 0.0, 0.0, 0.0
    for (source, source_condition, target, target_condition, forced), row in zip(case["pairs"], noise):
        mean, log_variance = model.encode(encode(source), source_condition)
        z = mean + torch.tensor(row, dtype=torch.float64) * torch.exp(log_variance / 2)
        word, counted, lead = model.cross_entropy(z, encode(target), target_condition, forced)
        print(f"{case['name']}: {target} forced {forced}: {counted} of {len(target) + 1} steps, lead {lead:.3g}",
              file=sys.stderr)
        # The float program must say the same: no symbol may win by a rounding error.
        assert lead > 1e-2
        cross_entropy = cross_entropy + word
        of_word = ((mean ** 2 + torch.exp(log_variance) - 1 - log_variance) / 2).sum()
        divergence = divergence + of_word
        cost = cost + (of_word / counted if case["shape"]["loss"] == 2 else of_word)
    return cross_entropy, divergence, cost


def numbers(values, digits):
    return " ".join(f"{value:.{digits}g}" for value in values)


def write_case(case):
    generator = random.Random(case["seed"])
    shape = case["shape"]
    model = Model(shape).double()
    fill(model, generator, case["end_bias"])
    noise = [[float32(generator.gauss(0, 1)) for _ in range(shape["latent"])] for _ in case["pairs"]]
    kl_weight = float32(case["kl_weight"])
    cross_entropy, divergence, cost = losses(model, case, noise)
    (cross_entropy + kl_weight * cost).backward()

    print("case", case["name"])
    print("shape", *shape.values())
    print("kl_weight", f"{kl_weight:.9g}")
    print("pairs", len(case["pairs"]))
    for pair in case["pairs"]:
        print("pair", *pair)
    print(numbers((value for row in noise for value in row), 9))
    print("loss", f"{float(cross_entropy):.14g}", f"{float(divergence):.14g}")
    parameters = list(model.named_parameters())
    print("tensors", len(parameters))
    for name, parameter in parameters:
        print("tensor", name, parameter.shape[0], parameter.shape[1] if parameter.dim() == 2 else 0)
        print(numbers(parameter.detach().flatten().tolist(), 9))
        print(numbers(parameter.grad.flatten().tolist(), 13))


def main():
    torch.set_num_threads(1)
    print("# Made by make_cvae_golden.py with PyTorch", torch.__version__)
    print("# shape: symbols embedding hidden latent conditions condition_embedding layers encoder_markers")
    print("# encoder_condition decoder_latent decoder_condition decoder_relu loss gru bidirectional")
    print("# pair: source condition target condition forced; loss: cross entropy, divergence")
    for case in CASES:
        write_case(case)


if __name__ == "__main__":
    main()
