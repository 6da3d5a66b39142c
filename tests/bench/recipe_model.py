"""The model in plain PyTorch: nn.Embedding, nn.LSTM, nn.Linear, autograd. Its parameters have the program's names."""
import torch
from torch import nn
from torch.nn import functional
from torch.nn.utils.rnn import PackedSequence

from recipe_data import END, START, SYMBOLS, Sequences


class Packed:
    """The order of a PackedSequence, longest word first; None in it for a single word, which needs none."""

    def __init__(self, lengths):
        self.order = self.word = None
        if len(lengths) > 1:
            sizes, self.order = torch.sort(torch.tensor(lengths), descending=True, stable=True)
            self.mask = torch.arange(int(sizes[0]))[:, None] < sizes[None]
            self.rows = self.mask.sum(1)
            self.word = self.order.expand_as(self.mask)[self.mask]  # of each row of what is packed

    def pack(self, padded):
        """[words, steps] without padding, step by step."""
        return padded[0] if self.order is None else padded.T[:, self.order][self.mask]

    def spread(self, by_word, steps):
        """A word's vector for each of the steps, packed."""
        return by_word.expand(steps, -1) if self.order is None else by_word.index_select(0, self.word)

    def run(self, lstm, x, state):
        """The outputs, packed, and the last one of each word, in the words' own order."""
        if self.order is None:
            outputs, (last, _) = lstm(x[:, None], state)
            return outputs[:, 0], last[-1]
        state = tuple(part.index_select(1, self.order) for part in state)
        outputs, (last, _) = lstm(PackedSequence(x, self.rows), state)
        return outputs.data, torch.empty_like(last[-1]).index_copy(0, self.order, last[-1])

    def sum_by_word(self, packed):
        if self.order is None:
            return packed.sum()[None]
        return torch.zeros(len(self.order)).index_add(0, self.word, packed)


class Encoder(nn.Module):
    def __init__(self, keys, width):
        super().__init__()
        self.places, self.layers = keys["model.encoder_condition"], keys["model.layers"]
        hidden, latent, embedding = keys["model.hidden"], keys["model.latent"], keys["model.embedding"]
        self.embedding = nn.Embedding(SYMBOLS, embedding)
        self.lstm = nn.LSTM(embedding + (width if "steps" in self.places else 0), hidden, self.layers)
        self.mean = nn.Linear(hidden, latent)
        self.log_variance = nn.Linear(hidden, latent)

    def forward(self, reads, condition):
        """Mean and log variance of q(z | word, condition)."""
        packed = Packed(reads.lengths)
        x = self.embedding(packed.pack(reads.symbols))
        if "steps" in self.places:
            x = torch.cat([x, packed.spread(condition, len(x))], 1)
        state = (self.first_state(condition, "hidden"), self.first_state(condition, "cell"))
        last = packed.run(self.lstm, x, state)[1]
        return self.mean(last), self.log_variance(last)

    def first_state(self, condition, place):
        """Zeros, and the condition as the last numbers where it enters."""
        hidden = self.lstm.hidden_size
        if place in self.places:
            first = functional.pad(condition, (hidden - condition.shape[1], 0))
        else:
            first = torch.zeros(len(condition), hidden)
        return first.expand(self.layers, -1, -1)


class Decoder(nn.Module):
    def __init__(self, keys, width):
        super().__init__()
        self.latent_places, self.condition_places = keys["model.decoder_latent"], keys["model.decoder_condition"]
        self.relu, self.layers, hidden = keys["model.decoder_relu"], keys["model.layers"], keys["model.hidden"]

        def entering(place):
            return (keys["model.latent"] if place in self.latent_places else 0) + (
                width if place in self.condition_places else 0)

        self.embedding = nn.Embedding(SYMBOLS, keys["model.embedding"])
        for place in ("hidden", "cell"):
            for layer in range(self.layers):
                if entering(place) > 0:
                    setattr(self, f"first_{place}_l{layer}", nn.Linear(entering(place), hidden))
        self.lstm = nn.LSTM(keys["model.embedding"] + entering("steps"), hidden, self.layers)
        self.output = nn.Linear(hidden, SYMBOLS)

    def entering(self, z, condition, place):
        parts = [z] * (place in self.latent_places) + [condition] * (place in self.condition_places)
        return torch.cat(parts, 1) if parts else None

    def first_state(self, z, condition, place):
        entering = self.entering(z, condition, place)
        if entering is None:
            return torch.zeros(self.layers, len(z), self.lstm.hidden_size)
        return torch.stack([getattr(self, f"first_{place}_l{layer}")(entering) for layer in range(self.layers)])

    def first_states(self, z, condition):
        return self.first_state(z, condition, "hidden"), self.first_state(z, condition, "cell")

    def read(self, symbols):
        x = self.embedding(symbols)
        return torch.relu(x) if self.relu else x

    def forward(self, z, condition, reads, spells):
        """Each word's cross-entropy, summed over the steps that it reads."""
        packed = Packed(reads.lengths)
        x = self.read(packed.pack(reads.symbols))
        extra = self.entering(z, condition, "steps")
        if extra is not None:
            x = torch.cat([x, packed.spread(extra, len(x))], 1)
        outputs = packed.run(self.lstm, x, self.first_states(z, condition))[0]
        right = packed.pack(spells.symbols[:, :reads.symbols.shape[1]])
        losses = functional.cross_entropy(self.output(outputs), right, reduction="none")
        return packed.sum_by_word(losses)


class Speller:
    """Some words being spelled greedily, symbol by symbol."""

    def __init__(self, decoder, z, condition):
        self.decoder, self.extra = decoder, decoder.entering(z, condition, "steps")
        hidden, cell = decoder.first_states(z, condition)
        self.states = list(zip(hidden, cell))
        self.said = torch.full((len(z),), START)

    def say(self):
        """What each says next: the symbol with the largest logit, never the start."""
        x = self.decoder.read(self.said)
        if self.extra is not None:
            x = torch.cat([x, self.extra], 1)
        for layer, weights in enumerate(self.decoder.lstm.all_weights):
            self.states[layer] = torch.lstm_cell(x, self.states[layer], *weights)
            x = self.states[layer][0]
        self.said = self.decoder.output(x)[:, START + 1:].argmax(1) + (START + 1)
        return self.said

    def keep(self, rows):
        self.said = self.said[rows]
        self.states = [(hidden[rows], cell[rows]) for hidden, cell in self.states]
        self.extra = None if self.extra is None else self.extra[rows]


class Cvae(nn.Module):
    def __init__(self, keys, conditions):
        super().__init__()
        is_one_hot = keys["model.condition"] == "onehot"
        width = conditions if is_one_hot else keys["model.condition"]
        if is_one_hot:
            self.one_hot = torch.eye(conditions)
        else:
            self.condition = nn.Embedding(conditions, width)
        self.is_one_hot = is_one_hot
        self.encoder = Encoder(keys, width)
        self.decoder = Decoder(keys, width)

    def condition_vectors(self, conditions):
        return self.one_hot.index_select(0, conditions) if self.is_one_hot else self.condition(conditions)

    def posterior(self, words, numbers):
        return self.encoder(words.encoder_reads.of(numbers), self.condition_vectors(words.conditions[numbers]))

    def forward(self, words, sources, targets, noise, forced):
        """Of each pair: cross-entropy, the steps that it counts, and KL."""
        mean, log_variance = self.posterior(words, sources)
        deviation = torch.exp(log_variance / 2)
        z = mean + noise * deviation
        divergence = 0.5 * (mean * mean + deviation * deviation - 1 - log_variance).sum(1)
        condition = self.condition_vectors(words.conditions[targets])
        reads = words.decoder_reads.of(targets)
        if not all(forced):
            reads = self.run_free(z, condition, reads, forced)
        return self.decoder(z, condition, reads, words.decoder_spells.of(targets)), reads.lengths, divergence

    @torch.no_grad()
    def run_free(self, z, condition, reads, forced):
        """What words without teacher forcing read, their own symbols: as far as their steps count.

        The symbols carry no gradient, so they are found first, and read like right ones afterwards. No step counts
        after the one in which a word said the end symbol.
        """
        free = [word for word, is_forced in enumerate(forced) if not is_forced]
        symbols, lengths = reads.symbols.clone(), list(reads.lengths)
        speller, running = Speller(self.decoder, z[free], condition[free]), set(free)
        for step in range(1, symbols.shape[1]):
            symbols[free, step] = said = speller.say()
            for word, symbol in zip(free, said.tolist()):
                if word in running and (symbol == END or lengths[word] <= step):
                    running.discard(word)
                    lengths[word] = min(lengths[word], step)
            if not running:
                break
        return Sequences(symbols[:, :max(lengths)], lengths)

    @torch.no_grad()
    def spell(self, z, conditions, letters_max, batch=512):
        """Each z greedily in its condition, as tuples of letters."""
        spelled = []
        for first in range(0, len(z), batch):
            part = slice(first, first + batch)
            speller = Speller(self.decoder, z[part], self.condition_vectors(conditions[part]))
            words = [[] for _ in range(len(z[part]))]
            running = torch.arange(len(words))
            for _ in range(letters_max):
                said = speller.say()
                going_on = torch.nonzero(said != END)[:, 0]
                speller.keep(going_on)
                running = running[going_on]
                for word, letter in zip(running.tolist(), speller.said.tolist()):
                    words[word].append(letter)
                if len(running) == 0:
                    break
            spelled += map(tuple, words)
        return spelled
