"""The scores of an evaluation, as the program counts them: BLEU-4, exact match, Gaussian score."""
import math
from collections import Counter

import torch

LONGER_BY = 4  # letters by which a spelled word may exceed the longest word of the data
BATCH = 512


def grams(word, order):
    return Counter(word[first:first + order] for first in range(len(word) - order + 1))


def bleu4(candidate, reference):
    """NLTK's sentence_bleu on letters with one reference and smoothing method 1."""
    orders, weight = (3, 0.33) if len(reference) == 3 else (4, 0.25)
    matches = [sum((grams(candidate, order) & grams(reference, order)).values()) for order in range(1, orders + 1)]
    if matches[0] == 0:
        return 0.0
    total = sum(weight * math.log((found or 0.1) / max(len(candidate) - shorter, 1))
                for shorter, found in enumerate(matches))
    brevity = 1.0 if len(candidate) > len(reference) else math.exp(1 - len(reference) / len(candidate))
    return brevity * math.exp(total)


class Scores:
    def __init__(self, data, draws):
        self.data, self.draws, self.letters_max = data, draws, data.longest() + LONGER_BY
        letters = data.words.letters
        self.row_of = {tuple(letters[row * data.conditions:(row + 1) * data.conditions]): row
                       for row in range(len(data.rows))}

    @torch.no_grad()
    def convert(self, model, words, pairs):
        """What each source becomes, spelled from its posterior mean in the target's condition; and the targets."""
        sources = sorted({source for source, _ in pairs})
        means = [model.posterior(words, sources[first:first + BATCH])[0] for first in range(0, len(sources), BATCH)]
        place = {source: i for i, source in enumerate(sources)}
        z = torch.cat(means)[[place[source] for source, _ in pairs]]
        spelled = model.spell(z, words.conditions[[target for _, target in pairs]], self.letters_max)
        return spelled, [words.letters[target] for _, target in pairs]

    @torch.no_grad()
    def gaussian(self, model):
        """How many draws are a training row in all its forms, and how many different rows these are."""
        z = torch.randn(self.draws, model.encoder.mean.out_features)
        forms = [model.spell(z, torch.full((self.draws,), condition), self.letters_max)
                 for condition in range(self.data.conditions)]
        hits = [self.row_of[row] for row in zip(*forms) if row in self.row_of]
        return {"gaussian": len(hits) / self.draws, "gaussian_distinct": len(set(hits)), "draws": self.draws}

    def measure(self, model):
        spelled, right = self.convert(model, self.data.words, self.data.conversions())
        exact_match = sum(map(tuple.__eq__, spelled, right)) / len(right)
        if self.data.test_pairs:
            spelled, right = self.convert(model, self.data.test_words, self.data.test_pairs)
        result = {"exact_match": exact_match, "bleu4": sum(map(bleu4, spelled, right)) / len(right)}
        return {**result, **(self.gaussian(model) if self.draws else {})}
