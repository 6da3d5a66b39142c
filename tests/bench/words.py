"""Tables of verbs to measure on: parts of the shipped one, of any size, whose words are as long as the whole one's."""
import os

FORMS = 4


class WordTables:
    def __init__(self, source, folder):
        with open(source, encoding="ascii") as lines:
            rows = [line.split() for line in lines if line.strip() and not line.startswith("#")]
        self.rows = sorted(rows, key=lambda row: (sum(map(len, row)), row))
        self.folder = folder

    def part(self, words, batch=1):
        """The path of a table of about so many words, a multiple of the batch where it can be, and how many it has."""
        multiple = max(batch // FORMS, 1)
        count = max(round(words / FORMS / multiple), 1) * multiple
        count = min(count, len(self.rows) // multiple * multiple)
        path = os.path.join(self.folder, f"verbs-{count}.txt")
        if not os.path.exists(path):
            with open(path, "w", encoding="ascii") as table:
                for row in self.every(count):
                    table.write(" ".join(row) + "\n")
        return path, count * FORMS

    def every(self, count):
        """So many rows, evenly taken from all of them in order of length."""
        return [self.rows[(2 * i + 1) * len(self.rows) // (2 * count)] for i in range(count)]

    def steps(self, path):
        """Character steps of a pair on average: the source's letters, the target's, and the end symbol.

        A row's forms are sources alike, and targets alike, so both have the mean length of all words.
        """
        with open(path, encoding="ascii") as lines:
            lengths = [len(word) for line in lines for word in line.split()]
        return 2 * sum(lengths) / len(lengths) + 1
