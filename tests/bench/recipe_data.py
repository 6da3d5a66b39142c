"""The words of a recipe: rows, pairs to train on and to convert, and their symbols as PyTorch reads them."""
import torch

START, END, FIRST_LETTER, SYMBOLS = 0, 1, 2, 28
CONVERSIONS_MAX = 20000  # of more pairs, so many are converted, at even distances


def read_lines(path):
    """The words of each line. The program has read the file before: it is in order."""
    with open(path, encoding="utf-8-sig") as file:
        lines = [line.split("#")[0].split() for line in file]
    return [line for line in lines if line]


class Sequences:
    """Symbols of some words, padded, [words, steps]; and how many there are, each step of a word being one."""

    def __init__(self, symbols, lengths):
        self.symbols, self.lengths = symbols, lengths

    @classmethod
    def pad(cls, sequences):
        steps = max(map(len, sequences))
        padded = [sequence + [END] * (steps - len(sequence)) for sequence in sequences]
        return cls(torch.tensor(padded), [len(sequence) for sequence in sequences])

    def of(self, words):
        if len(words) == 1:
            # Views, made without asking what a tensor holds.
            lengths = [self.lengths[words[0]]]
            return Sequences(self.symbols[words[0], :lengths[0]][None], lengths)
        lengths = [self.lengths[word] for word in words]
        return Sequences(self.symbols[words, :max(lengths)], lengths)


class Words:
    """Words with their conditions, by number; `letters` are the tuples of symbols to compare with."""

    def __init__(self, words, encoder_markers):
        self.letters = [tuple(FIRST_LETTER + ord(letter) - ord("a") for letter in word) for word, _ in words]
        self.conditions = torch.tensor([condition for _, condition in words])
        before, behind = ([START], [END]) if encoder_markers else ([], [])
        self.encoder_reads = Sequences.pad([before + list(word) + behind for word in self.letters])
        self.decoder_reads = Sequences.pad([[START, *word] for word in self.letters])
        self.decoder_spells = Sequences.pad([[*word, END] for word in self.letters])

    def longest(self):
        return max(map(len, self.letters))


class Data:
    """Word (row, condition) has the number row * conditions + condition."""

    def __init__(self, keys):
        self.names, self.kind = keys["data.conditions"], keys["data.pairs"]
        # Rows that stand there more than once are kept once, at the place of the first.
        self.rows = list(dict.fromkeys(map(tuple, read_lines(keys["data.train"]))))
        self.conditions = len(self.names)
        words = [(word, condition) for row in self.rows for condition, word in enumerate(row)]
        self.words = Words(words, keys["model.encoder_markers"])
        self.test_words, self.test_pairs = self.read_test(keys) if keys["evaluate.test"] else (None, [])

    def read_test(self, keys):
        words, listed = [], keys["evaluate.test_pairs"]
        for number, line in enumerate(read_lines(keys["evaluate.test"])):
            if len(line) == 4:
                source, source_condition, target, target_condition = line
            else:
                source, target = line
                source_condition, target_condition = listed[number % len(listed)]
            words += [(source, self.names.index(source_condition)), (target, self.names.index(target_condition))]
        pairs = [(word, word + 1) for word in range(0, len(words), 2)]
        return Words(words, keys["model.encoder_markers"]), pairs

    def pair_count(self):
        of_row = {"same": 1, "random": 1, "all": self.conditions, "cross": self.conditions - 1}
        return len(self.rows) * self.conditions * of_row[self.kind]

    def pair(self, index, random_target):
        """The source's and the target's number of an epoch's pair; random_target: of the word of that number."""
        conditions = self.conditions
        if self.kind == "same":
            return index, index
        if self.kind == "random":
            return index, index - index % conditions + random_target(index)
        if self.kind == "cross":
            return self.cross_pair(index)
        source, target = divmod(index, conditions)
        return source, source - source % conditions + target

    def cross_pair(self, index):
        source, target = divmod(index, self.conditions - 1)
        own = source % self.conditions
        return source, source - own + target + (target >= own)

    def conversions(self):
        """The pairs of different forms of a row, or as many of them as the program looks at."""
        count = len(self.rows) * self.conditions * (self.conditions - 1)
        taken = min(count, CONVERSIONS_MAX)
        return [self.cross_pair(index * count // taken) for index in range(taken)]

    def longest(self):
        return max(self.words.longest(), self.test_words.longest() if self.test_words else 0)
