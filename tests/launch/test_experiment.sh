#!/usr/bin/env bash
# launch/experiment.py: the time left leaves out the time in which Ctrl-Z had stopped the work, by a clock of the test's; tables.
. "$(dirname "$0")/../support/shell.sh"
. "$(dirname "$0")/../support/install.sh"
needs "python3-minimal libpython3-stdlib" python3
cat >"$scratch/pace.py" <<'PYTHON'
import os, signal, types
import experiment

now = 1000.0

def stop(process, number):
    """As os.kill() of the process itself, which returns an hour later, when it is continued."""
    global now
    assert (process, number) == (os.getpid(), signal.SIGTSTP)
    now += 3600

stops_in_sleep = 0

def sleep(seconds):
    """The wait before the jobs are continued, in which Ctrl-Z may come once more."""
    global stops_in_sleep
    if stops_in_sleep:
        stops_in_sleep -= 1
        signal.raise_signal(signal.SIGTSTP)

experiment.time = types.SimpleNamespace(monotonic=lambda: now, sleep=sleep)
experiment.os.kill = stop
experiment.Jobs()
pace = experiment.Pace()
assert pace.left(0) == "-:-- left"
now += 60
assert pace.left(0.5) == "1:00 left", pace.left(0.5)
signal.raise_signal(signal.SIGTSTP)
signal.raise_signal(signal.SIGTSTP)
assert pace.left(0.5) == "1:00 left", pace.left(0.5)
stops_in_sleep = 2
signal.raise_signal(signal.SIGTSTP)
assert stops_in_sleep == 0 and now == 1060 + 5 * 3600
assert pace.left(0.5) == "1:00 left", pace.left(0.5)
later = experiment.Pace()
now += 60
assert (pace.left(0.5), later.left(0.5)) == ("2:00 left", "1:00 left"), (pace.left(0.5), later.left(0.5))
PYTHON
cat >"$scratch/table.py" <<'PYTHON'
import experiment, sys

assert experiment.table([["name"], ["one"], ["a-word-of-its-own"]], 2) == "  name\n  one\n  a-word-of-its-own\n"
# More columns than there are cells, or the contrary, is a driver's fault.
for rows in [["a", "b"], ["1"]], [["a"], ["1", "2"]]:
    try:
        sys.exit(f"{rows}: {experiment.table(rows)}")
    except ValueError:
        pass
PYTHON
for script in pace table; do
    PYTHONPATH=$project/launch PYTHONDONTWRITEBYTECODE=1 COLUMNS=40 timeout 60 python3 "$scratch/$script.py" || fail "see above"
done
