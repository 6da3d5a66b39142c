#!/usr/bin/env python3
"""Measures what the tests catch: plants single faults in src/, one at a time, and runs the tests until one fails.

    tests/mutation.py [--only N ...] [--jobs N] [--skip-slow REGEX] [--work FOLDER] [--list]

Works on a copy of the tree with a build folder of its own; the checkout is only read. Each fault replaces one snippet of
one file. A snippet that is gone, that stands in several places, or that does not compile once replaced is an error of
this script: a fault whose code has moved or changed must be renewed here. Exits with 1 when fewer faults are caught than
LEAST_CAUGHT (with --only: than were chosen), 2 after an error. All 67 take 20 to 60 minutes.
"""
import argparse
import collections
import json
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time

PROJECT = pathlib.Path(__file__).resolve().parent.parent
LEAST_CAUGHT = 65
SLOW_FOLDERS = ("faults", "launch", "mpi")
Fault = collections.namedtuple("Fault", "what file old new")

# The old text is matched with any white space, so that formatting does not matter, and is looked for in all of src/ where
# the file named does not have it. Shorter snippets survive more changes of what stands around them.
FAULTS = [
    # base, config
    Fault("random_below() keeps the values that make some results likelier", "base/random.c",
          "uint32_t threshold = -bound % bound;", "uint32_t threshold = 0;"),
    Fault("threads share one error message", "base/status.c",
          "static _Thread_local char message[", "static char message["),
    Fault("the checkpoint thread takes the process's signals", "base/system.c",
          "sigfillset(&all);", "sigemptyset(&all);"),
    Fault("paths in --set are relative to the file's folder", "config/read.c",
          ".override = i, .folder = parse.working_folder", ".override = i, .folder = parse.file_folder"),
    Fault("a schedule's reset is forgotten where train.epochs changes", "config/write.c",
          "schedule->cycles > 1 || schedule->reset > 0", "schedule->cycles > 1"),
    # data
    Fault("letters behind a new one keep their symbols", "data/alphabet.c",
          "int i = place; i < alphabet->letters", "int i = alphabet->letters - 1; i < alphabet->letters"),
    Fault("a row that is there three times counts as one line", "data/dataset.c",
          "dataset->lines[first]++;", "dataset->lines[first] = dataset->lines[first] ? 2 : 1;"),
    Fault("words of held-back rows count as known from training", "data/dataset.c",
          "single_words(&dataset->records, 0, dataset_trained_count(dataset))",
          "single_words(&dataset->records, 0, dataset->records.count)"),
    Fault("data.invent: a stem's ending is held against the rows before it alone", "data/invent.c",
          "find_doubts(invent, sorted, count, count - 1, -1);", ""),
    Fault("data.invent: behind a prefix the stem's first letters may go", "data/invent.c",
          "random_below(stream, (uint32_t)(rest - renewal->front) + 1)", "random_below(stream, (uint32_t)rest + 1)"),
    Fault("tables: a lemma's forms that stand apart are paradigms of their own", "data/dataset.c",
          "const size_t record = order ? order[place] : place;", "(void)order; const size_t record = place;"),
    Fault("tables: a variant is every second form of a condition", "data/dataset.c",
          "dataset->variant_count += *last_seen == paradigms;", "dataset->variant_count += *last_seen > 0;"),
    Fault("tables: a word is paired with itself in place of the last of its paradigm", "data/dataset.c",
          "target += target >= source;", "target += target > source;"),
    Fault("tables: a few forms in capitals are taken for tags", "data/format.c",
          "2 * with_tags[1] > lines, is_last = 2 * with_tags[2] > lines", "with_tags[1] > 0, is_last = with_tags[2] > 0"),
    Fault("tables: a test's line with an unknown letter leaves its letters behind", "data/parse.c",
          "parse->unknown_count++; parser->letter_count = letter_count;", "parse->unknown_count++;"),
    Fault("tables: conditions are numbered as they come", "data/parse.c",
          "status = conditions_sort(&parse->conditions, is_table);", "(void)is_table;"),
    Fault("what stands in parentheses is not told from what it belongs to", "data/conditions.c",
          "memcpy(joined, owner, owner_length);", "owner_length = 0;"),
    Fault("a joiner is a letter at a word's end, too", "base/text.c",
          "text_decode(text + place + bytes, size - place - (size_t)bytes, &behind) > 0 && is_letter_or_mark(behind)",
          "(behind = 0) == 0"),
    Fault("tables: keys have the defaults of rows", "config/read.c", "give_forms_defaults(&parse);", "(void)give_forms_defaults;"),
    Fault("a test's unknown lines do not count as wrong", "eval/evaluator.c",
          "share * (double)source->unknown", "0 * share"),
    # math
    Fault("LSTM: the candidate's gradient by the forget gate", "math/isa/kernels.c",
          "g[j] = d * input * multiply_add(", "g[j] = d * forget * multiply_add("),
    Fault("NaN passes the check of gradients", "math/isa/kernels.c",
          "return fabsf(x) < limit;", "return !(fabsf(x) >= limit);"),
    Fault("OpenBLAS: a GRU's second product forgets the first", "math/recurrent.c",
          "gate == 0 ? (real)beta : 1", "(real)beta"),
    Fault("a backward product of one row that reads W as it is takes one gate for all", "math/recurrent.c",
          "weight_row(recurrent, block, gate), (size_t)inputs, d_x", "weight_row(recurrent, block, 0), (size_t)inputs, d_x"),
    Fault("bfloat16: ties are rounded away from zero, not to the even neighbour", "math/isa/matrices.c",
          "bits + 0x7fff + (bits >> 16 & 1)", "bits + 0x8000"),
    # model
    Fault("the gradient by a symbol's embedding goes to its place among those read", "model/symbol_input.c",
          "(size_t)input->used[i] * (size_t)e", "(size_t)i * (size_t)e"),
    Fault("KL: wrong derivative by the log variance", "model/latent.c",
          "(deviation[i] * deviation[i] - 1)", "(deviation[i] - 1)"),
    Fault("beam search: a better hypothesis never takes the first place", "model/beam.c",
          "while (place > 0 && is_better(", "while (place > 1 && is_better("),
    Fault("the gradient by the first cell keeps the last step's", "model/decoder.c",
          "clear(decoder->cell.d_vectors, words, decoder->cell.width);", ""),
    Fault("consistency: the symbols at which two forms part are not exchanged", "model/decoder.c",
          "target[own] = target[other];", "continue;"),
    Fault("consistency: a draw's forms may belong to another word", "train/consistency.c",
          "word_compare(&form, &consistency->drawn_words[drawn]) != 0", "false"),
    Fault("refinement does a round too few", "model/speller.c", "round < rounds", "round + 1 < rounds"),
    Fault("word dropout drops the letter behind", "model/decoder.c", "if (of_word[t - 1])", "if (of_word[t])"),
    # optim
    Fault("clipping lengthens short gradients too", "optim/optimizer.c",
          "settings->clip > 0 && norm > settings->clip ?", "settings->clip > 0 ?"),
    Fault("Adam: the second moment's bias is corrected like the first one's", "optim/optimizer.c",
          "bias_correction((float)settings->beta2, step)", "bias_correction((float)settings->beta1, step)"),
    Fault("warm-up begins with a rate of 0", "optim/schedule.c",
          "(double)(position.step + 1) / schedule->warmup_steps", "(double)position.step / schedule->warmup_steps"),
    # comm
    Fault("the reduction skips a last bucket that is not full", "comm/rank_sum.c",
          "first < count; first += most", "first + most <= count; first += most"),
    Fault("ranks read the shared sum before all have added", "comm/rank_sum.c",
          "end - first < PIECE ? end - first : PIECE, is_narrow); } comm_meet_host(sum->comm);",
          "end - first < PIECE ? end - first : PIECE, is_narrow); }"),
    Fault("a rank takes the norm before the others have added up their parts of it", "comm/exact_sum.c",
          "if (is_parted(sum)) { comm_meet_host(sum->ranks.comm); }", ""),
    Fault("one rank alone rounds to floats for any batch size", "comm/exact_sum.c",
          "&& is_power_of_two(divisor)", "&& (is_power_of_two(divisor) || divisor > 0)"),
    Fault("a narrow sum's overflow is not noticed", "comm/exact_sum.c",
          "note_bad(sum, sum->settings.first[tensor]);", ";"),
    # checkpoint
    Fault("a checkpoint is not synced before it is renamed", "base/file.c",
          "TEMP_FAILURE_RETRY(fsync(draft->descriptor)) == 0", "draft->descriptor >= 0"),
    Fault("a checkpoint that reads back wrong is kept", "base/file.c",
          "(status = compare(&draft, bytes, size)) == STATUS_OK", "compare(&draft, bytes, size) != STATUS_MEMORY"),
    Fault("a failed write leaves its temporary file", "base/file.c",
          "unlink(draft->temporary);", ";"),
    Fault("one checkpoint more than asked for is kept", "checkpoint/folder.c",
          "keep > 0 ? (size_t)keep : SIZE_MAX", "keep > 0 ? (size_t)keep + 1 : SIZE_MAX"),
    Fault("the seal's hash is not compared", "checkpoint/checkpoint.c",
          "memcmp(seal, *bytes, SEAL_SIZE) == 0", "memcmp(seal, *bytes, sizeof MAGIC) == 0"),
    Fault("a checkpoint's data may lie outside of the file", "checkpoint/image.c",
          "offset <= built.size - *bytes &&", "offset != HADDR_UNDEF &&"),
    # eval
    Fault("BLEU: an n-gram matches once more than the reference has it", "eval/bleu.c",
          "matches += before < count(", "matches += before <= count("),
    Fault("agreement does not look at the stem's last letter", "eval/gaussian.c",
          "stem_inflection(forms, count, &stem, 1)", "stem_inflection(forms, count, &stem, 0)"),
    Fault("the suffix rule: more stays than the target has", "eval/rule.c",
          "kept > target->length ||", ""),
    Fault("eval --compare: rows that are worse count as better", "cli/eval_conversions.c",
          "spread_sign_test(better, worse)", "spread_sign_test(better + worse, 0)"),
    Fault("eval: a test's details are the training's", "cli/eval_conversions.c",
          "created->test = test->count > 0 ? test : NULL;", "created->test = NULL; (void)test;"),
    Fault("the evaluation reads training pairs for held-back ones", "eval/evaluator.c",
          "return dataset_held_back_pair(", "return dataset_cross_pair("),
    Fault("the bound is not divided by the number of samples", "eval/likelihood.c",
          "weights - log(samples)", "weights"),
    # report
    Fault("a resumed run loses the line of the step it stands at", "report/metrics.c",
          "<= step ? LINE_KEPT", "< step ? LINE_KEPT"),
    Fault("metrics.jsonl is not synced", "report/metrics.c",
          "failed = failed || (fdatasync(file) && errno != EINVAL);", ""),
    # train
    Fault("latent noise is keyed by the place in the shard", "train/shard_noise.c",
          "RANDOM_LATENT, epoch, index)", "RANDOM_LATENT, epoch, i)"),
    Fault("the schedules lag a step, but not after resuming", "train/step.c", "state_position_t position = step->state->position; position.step++;",
          "state_position_t position = step->state->position;"),
    Fault("a rank packs parameters that another one has not yet updated", "train/step.c",
          "host_memory_meet(&state->shared, step->plan->comm);", ""),
    Fault("best.h5 leads to the newest checkpoint", "train/save.c",
          '"best.h5", best_step(plan, state)',
          '"best.h5", best_step(plan, state) > 0 ? (uint64_t)state->position.step : 0'),
    Fault("a run is resumed with other data", "train/resume.c",
          "if (strcmp(hash, search->plan->dataset.hash) != 0)", "if (hash[0] == '\\0')"),
    Fault("two trainings may work in one folder", "train/folder.c",
          "flock(folder->lock, LOCK_EX | LOCK_NB)", "flock(folder->lock, LOCK_SH | LOCK_NB)"),
    Fault("ranks do not agree on how rank 0's checkpoint went", "train/trainer.c",
          "status = write_checkpoint(trainer, is_last); } status = comm_agree(trainer->comm, status);",
          "status = write_checkpoint(trainer, is_last); }"),
    Fault("words a second count evaluations and checkpoints", "train/timing.c",
          "total - timing->spent[PHASE_EVALUATION] - timing->spent[PHASE_CHECKPOINT]", "total"),
    # cli
    Fault("convert reads the word in the target's condition", "cli/spell.c",
          "count, spell->batch, spell->from_of,", "count, spell->batch, spell->to_of,"),
    Fault("convert: words for one tense come before those for every one", "cli/spell.c",
          "(entry->to >= 0) == (pass == 1)", "(entry->to >= 0) == (pass == 0)"),
    Fault("generate: every batch has the draws of the first", "cli/spell.c",
          "cvae_model_draw(spell->model, (size_t)count, spell->seed, first,",
          "cvae_model_draw(spell->model, (size_t)count, spell->seed, 0,"),
]


class ScriptError(Exception):
    """Something that is wrong with this script or with the tree, and says nothing about the tests."""


def copy_tree(copy):
    """Copies what git knows or would add, as it stands in the checkout."""
    listed = subprocess.run(["git", "-C", PROJECT, "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
                            check=True, stdout=subprocess.PIPE).stdout
    names = set(filter(None, os.fsdecode(listed).split("\0")))
    for file in copy.rglob("*"):
        name = str(file.relative_to(copy))
        if not file.is_dir() and not name.startswith("build/") and name not in names:
            file.unlink()
    for name in names:
        source, target = PROJECT / name, copy / name
        if source.is_file() or source.is_symlink():
            target.parent.mkdir(parents=True, exist_ok=True)
            # A file that did not change keeps its time, so that a copy from before is not built anew.
            if not target.is_file() or target.read_bytes() != source.read_bytes():
                shutil.copy(source, target, follow_symlinks=False)


def pattern_of(snippet):
    """The snippet with any white space where it has some, and behind an opening parenthesis."""
    words = [r"\(\s*".join(map(re.escape, word.split("("))) for word in snippet.split()]
    return re.compile(r"\s+".join(words))


def find(fault, source):
    """(file, text with the fault). All of src/ is looked at where the file named does not have the snippet."""
    pattern, named = pattern_of(fault.old), source / fault.file
    files = [named] if named.is_file() and pattern.search(named.read_text()) else sorted(source.rglob("*.[ch]"))
    found = [(file, match) for file in files for match in pattern.finditer(file.read_text())]
    if len(found) != 1:
        places = ", ".join(str(file.relative_to(source)) for file, _ in found)
        raise ScriptError(f"the snippet is ambiguous: {places}" if found else "the snippet is gone from src/")
    file, match = found[0]
    text = file.read_text()
    return file, text[:match.start()] + fault.new + text[match.end():]


def processes_of(session):
    """The processes of a session. Those that `timeout` and mpirun start have groups of their own, but no other session."""
    found = []
    for status in pathlib.Path("/proc").glob("[0-9]*/stat"):
        try:
            if int(status.read_text(errors="replace").rpartition(")")[2].split()[3]) == session:
                found.append(int(status.parent.name))
        except (OSError, ValueError, IndexError):
            pass  # it has ended in the meantime
    return found


def stop(process):
    """Ends a process and all that it started: first so that mpirun can end its ranks."""
    for number in (signal.SIGTERM, signal.SIGKILL):
        for process_id in processes_of(process.pid):
            try:
                os.kill(process_id, number)
            except ProcessLookupError:
                pass
        time.sleep(3)


def run(command, limit=None, **options):
    """(exit status, output); the status is None where the limit in seconds was reached."""
    # A file, because a process that is left over would keep a pipe open.
    with tempfile.TemporaryFile("w+", errors="replace") as output:
        process = subprocess.Popen(list(map(str, command)), stdout=output, stderr=subprocess.STDOUT, start_new_session=True,
                                   **options)
        status = None
        try:
            status = process.wait(limit)
        except subprocess.TimeoutExpired:
            pass
        finally:
            if status is None:
                stop(process)
                process.wait()
        output.seek(0)
        return status, output.read()


def failures(ended):
    return [name for name, how in ended.items() if how not in ("Passed", "***Skipped")]


def read_seconds():
    """{test: seconds}, as CTest has measured them in a build folder of the checkout."""
    lines = [line.split() for file in PROJECT.glob("build*/Testing/Temporary/CTestCostData.txt")
             for line in file.read_text().splitlines()]
    return {line[0]: float(line[2]) for line in lines if len(line) == 3}


def first_error(output):
    """The compiler's first error, or the last line."""
    return next((line for line in output.splitlines() if "error:" in line), output.strip().rpartition("\n")[2])


class Tree:
    """A copy of the project with a build folder of its own."""

    def __init__(self, folder, jobs, skip):
        self.folder, self.build_folder, self.jobs = folder, folder / "build", jobs
        copy_tree(folder)
        # Objects compiled in another copy are found again.
        self.environment = dict(os.environ, CCACHE_BASEDIR=str(folder), CCACHE_NOHASHDIR="1")
        launcher = ["-DCMAKE_C_COMPILER_LAUNCHER=ccache"] if shutil.which("ccache") else []
        self.must(["cmake", "-S", folder, "-B", self.build_folder, "-DCMAKE_BUILD_TYPE=Release", "-DCVAE_TESTS=ON"] + launcher)
        self.must(self.build_command())
        self.tests = self.list_tests(skip)
        self.seconds = read_seconds()
        self.passing = set()  # tests that are known to pass without a fault

    def must(self, command):
        status, output = run(command, env=self.environment)
        if status != 0:
            raise ScriptError(f"{' '.join(map(str, command))} fails without a fault:\n{output[-3000:]}")
        return output

    def build_command(self):
        return ["cmake", "--build", self.build_folder, "--parallel", self.jobs]

    def list_tests(self, skip):
        """[(slowness, test, its program)]: 0 for quick tests, 1 for those that train on several ranks, 2 for the longest."""
        tests = json.loads(self.must(["ctest", "--test-dir", self.build_folder, "--show-only=json-v1"]))["tests"]
        listed = []
        for test in tests:
            properties = {entry["name"]: entry["value"] for entry in test.get("properties", [])}
            is_slow = test["name"].split("/")[0] in SLOW_FOLDERS
            slowness = 2 if "COST" in properties else 1 if is_slow else 0
            if not (slowness and skip and re.search(skip, test["name"])):
                listed.append((slowness, test["name"], pathlib.Path(test["command"][0])))
        return listed

    def stages_for(self, folder, since):
        """Lists of tests: those that mirror the folder first, then the others, then slow ones, one by one. A program that
        was not linked since then is what it was before the fault."""
        stages = collections.defaultdict(list)
        for slowness, name, program in self.tests:
            if self.build_folder not in program.parents or program.stat().st_mtime >= since:
                order = (slowness, self.seconds.get(name, 0), name) if slowness else (0, name.split("/")[0] != folder)
                stages[order].append(name)
        return [stages[order] for order in sorted(stages)]

    def test(self, names, limit):
        """({test: how it ended} of those that ended, whether the limit in seconds was reached)."""
        expression = "^(" + "|".join(map(re.escape, names)) + ")$"
        status, output = run(["ctest", "--test-dir", self.build_folder, "--parallel", self.jobs, "--stop-on-failure",
                              "--tests-regex", expression], limit, env=self.environment)
        ended = dict(re.findall(r"^\s*\d+/\d+ Test +#\d+: (\S+) .*(Passed|\*\*\*\w+)", output, re.MULTILINE))
        if status not in (0, None) and not failures(ended):
            raise ScriptError(f"ctest fails, but no test does:\n{output[-3000:]}")
        return ended, status is None

    def first_failure(self, names, limit):
        """(the first of these tests to fail or None, whether the limit in seconds was reached)."""
        begin = time.monotonic()
        while names:
            ended, is_late = self.test(names, max(1, limit - (time.monotonic() - begin)))
            failed = failures(ended)
            if not failed or is_late:
                return (failed[0] if failed else None), is_late
            # Other work of the machine may be why it took too long: once more.
            if ended[failed[0]] != "***Timeout" or failures(self.test(failed[:1], limit)[0]):
                return failed[0], False
            names = [name for name in names if name not in ended or name in failed[1:]]
        return None, False

    def passes(self, name):
        """Whether a test passes without a fault: else it catches nothing."""
        if name not in self.passing:
            self.must(self.build_command())
            if not self.first_failure([name], float("inf"))[0]:
                self.passing.add(name)
        return name in self.passing

    def leave_out(self, name):
        self.tests = [test for test in self.tests if test[1] != name]

    def try_fault(self, fault, limit):
        """The test that catches the fault, or None and why."""
        file, text = find(fault, self.folder / "src")
        self.must(self.build_command())
        whole, begin, since = file.read_text(), time.monotonic(), time.time()
        try:
            file.write_text(text)
            status, output = run(self.build_command(), env=self.environment)
            if status != 0:
                raise ScriptError("the fault does not compile: " + first_error(output))
            for names in self.stages_for(file.relative_to(self.folder / "src").parts[0], since):
                failed, is_late = self.first_failure(names, limit - (time.monotonic() - begin))
                if failed or is_late:
                    return failed, f"no test failed within {limit} s"
            return None, "no test failed"
        finally:
            file.write_text(whole)


def measure(tree, chosen, limit):
    """Tries the faults. Returns {number: (catching test or None, remark)} and whether there were errors."""
    outcome, has_errors = {}, False
    for number in chosen:
        fault, begin = FAULTS[number - 1], time.monotonic()
        try:
            outcome[number] = tree.try_fault(fault, limit)
            while outcome[number][0] and not tree.passes(outcome[number][0]):
                print(f"ERROR: {outcome[number][0]} fails without a fault, too, and is left out", flush=True)
                has_errors = True
                tree.leave_out(outcome[number][0])
                outcome[number] = tree.try_fault(fault, limit)
        except ScriptError as error:
            outcome[number], has_errors = (None, f"ERROR: {error}"), True
        catcher, remark = outcome[number]
        print(f"{number:2}  {fault.what}: {'caught by ' + catcher if catcher else remark}"
              f"  ({time.monotonic() - begin:.0f} s)", flush=True)
    return outcome, has_errors


def print_table(outcome):
    print(f"\n{'':2}  {'file':24} {'caught by':36} fault")
    for number, (catcher, remark) in outcome.items():
        fault = FAULTS[number - 1]
        verdict = catcher or ("ERROR" if remark.startswith("ERROR") else "MISSED")
        print(f"{number:2}  {fault.file:24} {verdict:36} {fault.what}")
    print(f"{sum(1 for catcher, _ in outcome.values() if catcher)} of {len(outcome)} faults caught")


def read_options():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--only", type=int, nargs="+", metavar="N", help="these faults, by their numbers")
    parser.add_argument("--list", action="store_true", help="list the faults and whether their snippets are found, and end")
    parser.add_argument("--jobs", type=int, default=os.cpu_count(), metavar="N", help="compilers and tests at a time")
    parser.add_argument("--skip-slow", metavar="REGEX", help=f"leave out such tests of {', '.join(SLOW_FOLDERS)}; .: all")
    parser.add_argument("--limit", type=int, default=1500, metavar="SECONDS", help="for one fault (default: %(default)s)")
    parser.add_argument("--work", type=pathlib.Path, metavar="FOLDER",
                        help="keep the copy and its build here (default: a temporary folder, removed at the end)")
    options = parser.parse_args()
    options.chosen = options.only or range(1, len(FAULTS) + 1)
    if any(not 1 <= number <= len(FAULTS) for number in options.chosen):
        parser.error(f"--only: numbers from 1 to {len(FAULTS)}")
    return options


def list_faults(chosen):
    has_errors = False
    for number in chosen:
        fault = FAULTS[number - 1]
        try:
            place = find(fault, PROJECT / "src")[0].relative_to(PROJECT / "src")
        except ScriptError as error:
            place, has_errors = f"ERROR: {error}", True
        print(f"{number:2}  {fault.what} ({place})")
    return 2 if has_errors else 0


def main():
    options = read_options()
    # So that what was started and the temporary folder go in this case, too.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    if options.list:
        return list_faults(options.chosen)
    folder = options.work or pathlib.Path(tempfile.mkdtemp(prefix="mutation-"))
    folder.mkdir(parents=True, exist_ok=True)
    try:
        outcome, has_errors = measure(Tree(folder.resolve(), options.jobs, options.skip_slow), options.chosen, options.limit)
    except ScriptError as error:
        print(f"mutation.py: {error}", file=sys.stderr)
        return 2
    finally:
        if not options.work:
            shutil.rmtree(folder, ignore_errors=True)
    print_table(outcome)
    caught = sum(1 for catcher, _ in outcome.values() if catcher)
    least = len(outcome) if options.only else LEAST_CAUGHT
    return 2 if has_errors else 1 if caught < least else 0


if __name__ == "__main__":
    sys.exit(main())
