#!/usr/bin/env python3
"""Reads a model into PyTorch and converts words, greedily from the posterior mean
(as convert --corrections 0 does): the network of checkpoints/README.md.

    checkpoints/read_in_pytorch.py FILE FROM TO WORD...

FILE is a checkpoint, a run's folder for its last.h5, or what `cvae_mpi export` makes of it. Needs torch, numpy and yaml; h5py for a
checkpoint."""
import json
import os
import re
import signal
import sys
import unicodedata

try:
    import numpy
    import torch
    import yaml
except ImportError as error:
    if __name__ != "__main__":
        raise
    sys.exit(f"read_in_pytorch.py: {error.name} is missing: apt-get install python3-{error.name}")

# What a key is where an older program has not written it.
DEFAULTS = {"cell": "lstm", "bidirectional": False, "encoder_markers": False, "encoder_condition": ["hidden"], "decoder_relu": False,
            "decoder_latent": ["hidden", "cell", "steps"], "decoder_condition": ["hidden", "cell", "steps"]}


def read(path):
    """A file's weights, by PyTorch's names, and its texts."""
    if path.endswith(".safetensors"):
        content = numpy.fromfile(path, "u1")
        data = content[8 + int(content[:8].view("<u8")[0]):].view("<f4")
        header = json.loads(content[8:-data.nbytes].tobytes())
        arrays = header.pop("__metadata__")
        for name, entry in header.items():
            begin, end = entry["data_offsets"]
            arrays[name] = data[begin // 4:end // 4].reshape(entry["shape"])
    elif path.endswith(".npz"):
        arrays = {name: array if array.ndim else str(array) for name, array in numpy.load(path).items()}
    else:
        import h5py
        with h5py.File(path, "r") as file:
            arrays = {name: file[name].asstr()[()] for name in ("config/text", "data/alphabet", "data/conditions")}
            arrays.update((name, array[()]) for name, array in file["parameters"].items())
    return {name: array if isinstance(array, str) else torch.tensor(array) for name, array in arrays.items()}


def split(condition):
    """The parts of a condition's name: N;DAT(PL) has N, DAT, PL and DAT(PL."""
    parts, owner = [], None
    for text, behind in re.findall(r"([^;,()]*)([;,()]|$)", condition):
        new = [text] if owner is None else [text, f"{owner}({text}"]
        parts += [part for part in new if text and part not in parts]
        owner = text if behind == "(" else None if behind == ")" else owner
    return parts[:16]


def normal(text):
    """A text as words and conditions are compared: NFC, without direction marks."""
    return unicodedata.normalize("NFC", re.sub("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]", "", text))


class Model:
    def __init__(self, path):
        self.arrays = read(path)
        config = yaml.safe_load(self.arrays["config/text"])
        self.keys = {**DEFAULTS, **config["model"]}
        self.layers, self.max_letters = self.keys["layers"], config["data"]["max_length"] + 4
        self.letters, self.conditions = self.arrays["data/alphabet"], self.arrays["data/conditions"].split("\n")[:-1]
        self.parts = list(dict.fromkeys(part for condition in self.conditions for part in split(condition)))
        self.encoder = self.recurrent("encoder", self.keys["bidirectional"])
        self.decoder = self.recurrent("decoder", False)

    def recurrent(self, part, bidirectional):
        """torch.nn.LSTM or torch.nn.GRU, which loads the part's weights as they are."""
        prefix = f"{part}.{self.keys['cell']}."
        state = {name[len(prefix):]: array for name, array in self.arrays.items() if name.startswith(prefix)}
        kind = {"lstm": torch.nn.LSTM, "gru": torch.nn.GRU}[self.keys["cell"]]
        network = kind(state["weight_ih_l0"].shape[1], self.keys["hidden"], self.layers, bidirectional=bidirectional)
        network.load_state_dict(state)
        return network

    def linear(self, name, vector):
        return self.arrays[name + ".weight"] @ vector + self.arrays[name + ".bias"]

    def condition(self, name):
        name = name if name in self.conditions else normal(name)
        if name not in self.conditions:
            raise ValueError(f'no condition "{name}", the model has {", ".join(self.conditions[:16])}{", ..." * (len(self.conditions) > 16)}')
        vector = self.arrays.get("condition.weight", torch.eye(len(self.conditions)))[self.conditions.index(name)]
        parts = [self.parts.index(part) for part in split(name)] if "condition_part.weight" in self.arrays else []
        return vector + self.arrays["condition_part.weight"][parts].sum(0) if parts else vector

    def unknown(self, word):
        """The letters of a word that are read as U+FFFD."""
        return [letter for letter in normal(word) if "\uFFFD" in self.letters and letter.isprintable()
                and letter not in self.letters.replace("\uFFFD", "")]

    @torch.no_grad()
    def encode(self, word, source):
        """The posterior's mean of a word in the condition `source`."""
        unknown = self.unknown(word)
        letters = ["\uFFFD" if letter in unknown else letter for letter in normal(word)]
        lacking = [letter for letter in letters if letter not in self.letters]
        if lacking or not letters:
            reason = f"'{lacking[0]}' (U+{ord(lacking[0]):04X}) is not in the model's alphabet" if lacking else "it is empty"
            raise ValueError(f"'{word}': {reason}")
        symbols = [2 + self.letters.index(letter) for letter in letters]
        symbols = [0, *symbols, 1] if self.keys["encoder_markers"] else symbols
        k, enters, directions = self.condition(source), self.keys["encoder_condition"], 1 + self.keys["bidirectional"]
        x = self.arrays["encoder.embedding.weight"][symbols]
        x = torch.cat([x, k.expand(len(x), -1)], 1) if "steps" in enters else x
        first = torch.zeros(2, directions * self.layers, self.keys["hidden"])
        first[["hidden" in enters, "cell" in enters], :, -len(k):] = k
        last = self.encoder(x, tuple(first) if self.keys["cell"] == "lstm" else first[0])[1]
        hidden = last[0] if self.keys["cell"] == "lstm" else last
        return self.linear("encoder.mean", hidden[-directions:].flatten())

    @torch.no_grad()
    def decode(self, z, target, unknown=()):
        """The word that z is spelled as in the condition `target`, and the logits of each step. unknown: the letters that stand
        in the places of U+FFFD; without any it is not spelled."""
        k, word, symbol, logits = self.condition(target), "", 0, []

        def entering(way):
            return torch.cat([z if way in self.keys["decoder_latent"] else z[:0], k if way in self.keys["decoder_condition"] else k[:0]])

        def first(way):
            v = entering(way)
            return torch.stack([self.linear(f"decoder.first_{way}_l{layer}", v) if len(v) else torch.zeros(self.keys["hidden"])
                                for layer in range(self.layers)])

        state = (first("hidden"), first("cell")) if self.keys["cell"] == "lstm" else first("hidden")
        while len(word) < self.max_letters:
            x = self.arrays["decoder.embedding.weight"][symbol]
            x = torch.relu(x) if self.keys["decoder_relu"] else x
            output, state = self.decoder(torch.cat([x, entering("steps")])[None], state)
            logits.append(self.linear("decoder.output", output[0]))
            if "\uFFFD" in self.letters and not unknown:
                logits[-1][2 + self.letters.index("\uFFFD")] = -torch.inf
            symbol = 1 + int(logits[-1][1:].argmax())
            if symbol == 1:
                break
            word += self.letters[symbol - 2]
        for letter in unknown:
            word = word.replace("\uFFFD", letter, 1)
        return word, torch.stack(logits)


def main(path, source, target, *words):
    path = os.path.join(path, "last.h5") if os.path.isdir(path) else path
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)  # as other programs end where nobody reads on
    sys.stdout.reconfigure(encoding="utf-8")
    try:
        model = Model(path)
    except ImportError as error:
        sys.exit(f"read_in_pytorch.py: {error.name} is missing: apt-get install python3-{error.name}")
    except Exception as error:  # whatever another file leads to
        reason = getattr(error, "errno", None) and os.strerror(error.errno)
        sys.exit(f"read_in_pytorch.py: {path}: {reason or 'no checkpoint, .npz or .safetensors file that cvae_mpi has written'}")
    try:
        for word in words:
            print(model.decode(model.encode(word, source), target, model.unknown(word))[0], flush=True)
    except ValueError as error:
        sys.exit(f"read_in_pytorch.py: {error}")


if __name__ == "__main__":
    main(*sys.argv[1:]) if len(sys.argv) > 4 else sys.exit(__doc__)
