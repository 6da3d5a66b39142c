#!/usr/bin/python3
"""Prints tests/eval/bleu_golden.txt: word pairs with the BLEU-4 that NLTK computes for them.

A development tool: the tests read the stored file and need neither Python nor NLTK. Made with NLTK 3.8
(python3-nltk of Debian 12):

    /usr/bin/python3 tests/eval/make_bleu_golden.py > tests/eval/bleu_golden.txt

A line is candidate, reference and score (%.17g), separated by tabs; a word may be empty.
"""
import random
import sys

import nltk
from nltk.translate.bleu_score import SmoothingFunction, sentence_bleu

SEED = 1402
PAIRS = 1000

FORMS = """
abandon abandons abandoning abandoned   accelerate accelerates accelerating accelerated   add adds adding added
agree agrees agreeing agreed   annihilate annihilates annihilating annihilated   apply applies applying applied
ask asks asking asked   assess assesses assessing assessed   bake bakes baking baked   beg begs begging begged
begin begins beginning began   believe believes believing believed   bless blesses blessing blessed
bring brings bringing brought   buzz buzzes buzzing buzzed   carry carries carrying carried   catch catches catching caught
characterize characterizes characterizing characterized   choose chooses choosing chose   commit commits committing committed
copy copies copying copied   cry cries crying cried   dance dances dancing danced   decide decides deciding decided
die dies dying died   dig digs digging dug   do does doing did   draw draws drawing drew   eat eats eating ate
err errs erring erred   fall falls falling fell   feed feeds feeding fed   fit fits fitting fitted   fix fixes fixing fixed
fly flies flying flew   forget forgets forgetting forgot   freeze freezes freezing froze   get gets getting got
go goes going went   have has having had   hesitate hesitates hesitating hesitated   hit hits hitting hit
institutionalize institutionalizes institutionalizing institutionalized   keep keeps keeping kept   know knows knowing knew
lie lies lying lay   mimic mimics mimicking mimicked   miss misses missing missed   mix mixes mixing mixed
nod nods nodding nodded   obey obeys obeying obeyed   offer offers offering offered   owe owes owing owed
panic panics panicking panicked   possess possesses possessing possessed   put puts putting put   refer refers referring referred
ride rides riding rode   run runs running ran   say says saying said   see sees seeing saw   sing sings singing sang
sit sits sitting sat   ski skis skiing skied   spell spells spelling spelled   stop stops stopping stopped
swim swims swimming swam   take takes taking took   teach teaches teaching taught   tie ties tying tied
travel travels traveling traveled   try tries trying tried   use uses using used   vow vows vowing vowed
wed weds wedding wed   whistle whistles whistling whistled   win wins winning won   write writes writing wrote
zip zips zipping zipped
"""
SHORT = "a i x be am is go do eat ate get got see saw run ran sit fly use put say add ask err owe".split()
LETTERS = "abcdefghijklmnopqrstuvwxyz"

source = random.Random(SEED)


def below(bound):
    """random() is the one method whose numbers Python promises to keep from version to version."""
    return int(source.random() * bound)


def choose(items):
    return items[below(len(items))]


def corrupt(word):
    """One to four letters replaced, left out, put in, doubled or swapped."""
    letters = list(word)
    for _ in range(1 + below(4)):
        place = below(len(letters)) if letters else 0
        kind = below(5)
        if kind == 0 or not letters:
            letters.insert(place, choose(LETTERS))
        elif kind == 1:
            letters[place] = choose(LETTERS)
        elif kind == 2:
            del letters[place]
        elif kind == 3:
            letters.insert(place, letters[place])
        else:
            letters[place - 1], letters[place] = letters[place], letters[place - 1]
    return "".join(letters)


def repeated():
    """Two words of few letters, often: what clipping is about."""
    few = choose(["a", "ab", "abc", "ing", "es"])
    return tuple("".join(choose(few) for _ in range(1 + below(12))) for _ in range(2))


def pair(number, rows):
    """Candidate and reference; the kinds take turns, so that each is there often enough."""
    row = choose(rows)
    word = choose(row)
    short = choose(SHORT)
    kinds = [
        lambda: (word, word),
        lambda: (corrupt(word), word),
        lambda: (corrupt(word), word),
        lambda: (choose(row), word),
        lambda: (choose(choose(rows)), word),
        lambda: (word[: below(len(word) + 1)], word),
        lambda: (word + choose(["s", "ed", "ing", word, "e", "xyz"]), word),
        lambda: (corrupt(word), short),
        lambda: (choose(SHORT), short),
        repeated,
        lambda: (corrupt(short), short),
        lambda: (word[::-1], word),
        lambda: (short, short),
    ]
    if number % 50 == 49:
        return "", choose([word, short, ""])
    if number % 100 == 48:
        return word, ""
    return kinds[number % len(kinds)]()


def bleu(candidate, reference):
    weights = (0.33,) * 3 if len(reference) == 3 else (0.25,) * 4
    return sentence_bleu(
        [list(reference)], list(candidate), weights=weights, smoothing_function=SmoothingFunction().method1
    )


def main():
    words = FORMS.split()
    rows = [words[i : i + 4] for i in range(0, len(words), 4)]
    sys.stdout.write("# NLTK %s, see make_bleu_golden.py\n" % nltk.__version__)
    for number in range(PAIRS):
        candidate, reference = pair(number, rows)
        sys.stdout.write("%s\t%s\t%.17g\n" % (candidate, reference, bleu(candidate, reference)))


main()
