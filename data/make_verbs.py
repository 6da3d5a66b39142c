#!/usr/bin/python3
"""Makes verbs.txt, the table of English verbs: four forms of a verb a row.

    python3 data/make_verbs.py > data/verbs.txt    makes the table
    python3 data/make_verbs.py --check             compares it with the file
    python3 data/make_verbs.py --invent N          makes N rows of invented verbs

The forms are simple present, third person, progressive and simple past:

    abandon abandons abandoning abandoned

The verbs are the single words of WordNet 3.0 (Debian: wordnet-base). The
irregular pasts come from irregular.txt; every other form follows from the
spelling rules below, one function a rule. The words that do not fit a rule
are in the sets that stand before the functions.
"""

import argparse
import collections
import itertools
import os
import random
import re
import signal
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
TABLE_FILE = os.path.join(HERE, "verbs.txt")
IRREGULAR_FILE = os.path.join(HERE, "irregular.txt")
WORDNET_FOLDER = "/usr/share/wordnet"
PLAIN_WORD = re.compile("[a-z]{2,20}")


class TableError(Exception):
    """What went wrong, in one line."""


def words(text):
    """The set of the words in a text."""
    return frozenset(text.split())


# Verbs of WordNet that get no row, with the reason.
EXCLUDED = {
    "abye": "archaic, its forms are uncertain",
    "aby": "archaic, its forms are uncertain",
    "be": "two pasts (was, were) and three presents (am, is, are)",
    "bedight": "archaic, only used as a participle",
    "benficiate": "misspelling of beneficiate",
    "beware": "only used in the simple present",
    "cackel": "misspelling of cackle",
    "conge": "needs an accent; congee is in the table",
    "whiteout": "two words when inflected (whites out)",
}

# The one verb whose third person is irregular.
IRREGULAR_THIRD_PERSON = {"have": "has"}

# A final ch that is spoken as k: stomachs, not stomaches.
CH_SPOKEN_AS_K = words("stomach")

# Consonant and o, but -os: clipped words, dances, music (discos, tangos).
PLAIN_S_AFTER_O = words("""
    bravo bunco crescendo decrescendo demo disco ditto hollo kayo mambo solo
    tango velcro
""")

# The e stays before -ing: singeing is not singing (and dinge, swinge, tinge,
# binge), the e is spoken (sauteing), or the word would be hard to recognise.
KEEPS_E_BEFORE_ING = words("""
    ante applique binge birdie boogie chasse cue dinge facsimile flambe macrame
    saute segue singe stymie swinge tinge
""")

# Doubled, although neither verb.exc nor a rule says so: compounds of a verb
# that doubles (unclip, teargas), words with a stress on the last syllable
# (defog, surveil), and anagram and thermostat after diagram and format.
ALSO_DOUBLED = words("""
    anagram backlog backslap backstop bebop bedhop besot bespot blacktop
    bobsled bootstrap caravan cooccur defat defog dogsled egotrip input
    lollygag namedrop photostat readmit reallot rejig reship resubmit
    shrinkwrap suntan surveil teargas thermostat unclip unknot unstrap
    whirligig whistlestop wiretap
""")

# Not doubled, although verb.exc or a rule says so: benefited, focused, bused.
NOT_DOUBLED = words("""
    bayonet benefit bias bus combat hiccup parallel ricochet tittup
    wedel
""")


def ends_in_consonant_and_y(verb):
    """True for carry and soliloquy; not for play and buy."""
    return re.search("([^aeiou]|qu)y$", verb) is not None


def is_short_and_doubles(verb):
    """One syllable, one vowel, one consonant: stop, quit; not help, look, fix."""
    return re.fullmatch("y?[^aeiouy]*(qu)?[aeiouy][bdfgklmnprstvz]", verb) is not None


def ends_in_vowel_and_l(verb):
    """One vowel before a final l, which is always doubled: travel, control."""
    return re.search("[^aeiou][aeiouy]l$", verb) is not None


def doubles_last_consonant(verb, doubled_in_wordnet):
    """True for admit (admitted); not for visit (visited)."""
    if verb in NOT_DOUBLED:
        return False
    return (verb in ALSO_DOUBLED or verb in doubled_in_wordnet
            or is_short_and_doubles(verb) or ends_in_vowel_and_l(verb))


def stem_before_vowel(verb, doubled_in_wordnet):
    """What -ing and -ed are put behind, for a verb without a final e or y.

    mimic: mimick (mimicking), stop: stopp (stopping), help: help (helping).
    After a consonant the c stays alone: sync, syncing.
    """
    if re.search("[aeiou]c$", verb):
        return verb + "k"
    if doubles_last_consonant(verb, doubled_in_wordnet):
        return verb + verb[-1]
    return verb


def takes_es(verb):
    """True for a hiss at the end (pass, buzz, fix, catch, wash), and for echo."""
    if verb in CH_SPOKEN_AS_K or verb in PLAIN_S_AFTER_O:
        return False
    return re.search("(s|z|x|ch|sh|[^aeiou]o)$", verb) is not None


def third_person(verb, doubled_in_wordnet):
    """carry: carries, quiz: quizzes, catch: catches, help: helps, have: has."""
    if verb in IRREGULAR_THIRD_PERSON:
        return IRREGULAR_THIRD_PERSON[verb]
    if ends_in_consonant_and_y(verb):
        return verb[:-1] + "ies"
    if verb[-1] in "sz":
        return stem_before_vowel(verb, doubled_in_wordnet) + "es"
    if takes_es(verb):
        return verb + "es"
    return verb + "s"


def progressive(verb, doubled_in_wordnet):
    """tie: tying, make: making, agree: agreeing, stop: stopping."""
    if verb in KEEPS_E_BEFORE_ING:
        return verb + "ing"
    if verb.endswith("ie"):
        return verb[:-2] + "ying"
    if re.search("[^eoy]e$", verb):
        return verb[:-1] + "ing"
    return stem_before_vowel(verb, doubled_in_wordnet) + "ing"


def past(verb, doubled_in_wordnet, irregular_pasts):
    """write: wrote, carry: carried, agree: agreed, stop: stopped, help: helped."""
    if verb in irregular_pasts:
        return irregular_pasts[verb]
    if ends_in_consonant_and_y(verb):
        return verb[:-1] + "ied"
    if verb.endswith("e"):
        return verb + "d"
    return stem_before_vowel(verb, doubled_in_wordnet) + "ed"


def read_lines(path):
    """The lines of a text file."""
    try:
        with open(path, encoding="ascii") as text:
            return text.read().splitlines()
    except FileNotFoundError:
        raise TableError(f"{path}: no such file") from None
    except (OSError, UnicodeDecodeError) as error:
        raise TableError(f"{path}: cannot be read: {error}") from None


def read_wordnet_verbs(folder):
    """The verbs that data.verb writes as one word of 2 to 20 small letters.

    index.verb has no capitals, so Americanize can only be told from a plain
    word in data.verb. A line there: place, file, type, number of words
    (hexadecimal), then each word with one more field.
    """
    path = os.path.join(folder, "data.verb")
    verbs = set()
    for number, line in enumerate(read_lines(path), start=1):
        if line.startswith("  "):
            continue  # the licence
        fields = line.split()
        try:
            candidates = fields[4:4 + 2 * int(fields[3], 16):2]
        except (IndexError, ValueError):
            raise TableError(f"{path}: line {number}: not a WordNet line") from None
        verbs.update(word for word in candidates if PLAIN_WORD.fullmatch(word))
    return verbs


def read_doubled_verbs(folder):
    """The verbs that verb.exc doubles: its line "admitted admit" gives admit."""
    doubled = set()
    for line in read_lines(os.path.join(folder, "verb.exc")):
        form, *verbs = line.split()
        doubled.update(verb for verb in verbs
                       if form in (verb + verb[-1] + "ing", verb + verb[-1] + "ed"))
    return doubled


def read_irregular_pasts(path, verbs):
    """The simple pasts of irregular.txt, by verb; a line is "write wrote"."""
    pasts = {}
    previous = ""
    for number, line in enumerate(read_lines(path), start=1):
        if not re.fullmatch("[a-z]+ [a-z]+", line):
            raise TableError(f"{path}: line {number}: not a verb and its past: {line}")
        verb, verb_past = line.split(" ")
        if verb <= previous:
            raise TableError(f"{path}: line {number}: {verb} is not in order")
        if verb not in verbs:
            raise TableError(f"{path}: line {number}: {verb} has no row in the table")
        pasts[verb] = verb_past
        previous = verb
    return pasts


def make_table(wordnet_folder):
    """The text of verbs.txt. A verb with a form of over 20 letters has no row."""
    verbs = read_wordnet_verbs(wordnet_folder) - set(EXCLUDED)
    doubled = read_doubled_verbs(wordnet_folder)
    pasts = read_irregular_pasts(IRREGULAR_FILE, verbs)
    rows = []
    for verb in sorted(verbs):
        forms = (verb, third_person(verb, doubled), progressive(verb, doubled),
                 past(verb, doubled, pasts))
        if all(PLAIN_WORD.fullmatch(form) for form in forms):
            rows.append(" ".join(forms) + "\n")
    return "".join(rows)


def check_table(table):
    """Raises an error that names the first line where verbs.txt differs."""
    made = table.splitlines()
    kept = read_lines(TABLE_FILE)
    for number, (made_row, kept_row) in enumerate(zip(made, kept), start=1):
        if made_row != kept_row:
            raise TableError(f"{TABLE_FILE}: line {number}: is \"{kept_row}\", "
                             f"should be \"{made_row}\"")
    if len(made) != len(kept):
        raise TableError(f"{TABLE_FILE}: has {len(kept)} rows, should have {len(made)}")
    with open(TABLE_FILE, "rb") as table_file:
        if table_file.read() != table.encode("ascii"):
            raise TableError(f"{TABLE_FILE}: the rows are right, the line ends are not")


def invented_verbs(seed):
    """Verbs that look English, without end, each once, the same for a seed.

    Each letter is drawn from those that follow the three before it in the
    verbs of verbs.txt. So fewer verbs are the first ones of more.
    """
    followers = collections.defaultdict(str)
    for row in read_lines(TABLE_FILE):
        letters = "   " + row.split(" ")[0] + " "
        for place in range(3, len(letters)):
            followers[letters[place - 3:place]] += letters[place]
    draw = random.Random(seed).random
    seen = set()
    while True:
        letters = "   "
        while len(letters) == 3 or letters[-1] != " ":
            choices = followers[letters[-3:]]
            letters += choices[int(draw() * len(choices))]
        verb = letters.strip()
        if 2 <= len(verb) <= 16 and verb not in seen:
            seen.add(verb)
            yield verb


def write_invented_rows(count, seed):
    """Prints rows of invented verbs, inflected by the rules alone."""
    for verb in itertools.islice(invented_verbs(seed), count):
        sys.stdout.write(f"{verb} {third_person(verb, ())} {progressive(verb, ())} "
                         f"{past(verb, (), {})}\n")


def read_arguments():
    """The options of the command line."""
    parser = argparse.ArgumentParser(description="Makes the table of English verbs.")
    parser.add_argument("--check", action="store_true",
                        help="compare the table with verbs.txt and write no table")
    parser.add_argument("--wordnet", metavar="FOLDER", default=WORDNET_FOLDER,
                        help="where data.verb and verb.exc are (%(default)s)")
    parser.add_argument("--invent", metavar="N", type=int,
                        help="make N rows of invented verbs, for experiments with the size of data")
    parser.add_argument("--seed", type=int, default=1,
                        help="of --invent: another seed gives other verbs (%(default)s)")
    arguments = parser.parse_args()
    if arguments.invent is not None and arguments.invent < 1:
        parser.error(f"--invent {arguments.invent}: a number of rows is needed, from 1")
    return arguments


def main():
    """Writes the table, or checks it. Returns the exit status."""
    arguments = read_arguments()
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)  # `... | head` is no error
    try:
        if arguments.invent is not None:
            write_invented_rows(arguments.invent, arguments.seed)
            return 0
        table = make_table(arguments.wordnet)
        if arguments.check:
            check_table(table)
            print(f"{TABLE_FILE}: {table.count(chr(10))} rows, as made")
        else:
            sys.stdout.write(table)
    except TableError as error:
        print(f"make_verbs.py: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
