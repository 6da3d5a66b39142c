#!/usr/bin/env bash
# launch/experiment.py: the time left leaves out the time in which Ctrl-Z had stopped the work. The clock is the test's.
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

experiment.time = types.SimpleNamespace(monotonic=lambda: now, sleep=lambda seconds: None)
experiment.os.kill = stop
experiment.Jobs()
pace = experiment.Pace()
assert pace.left(0) == "-:-- left"
now += 60
assert pace.left(0.5) == "1:00 left", pace.left(0.5)
signal.raise_signal(signal.SIGTSTP)
signal.raise_signal(signal.SIGTSTP)
assert pace.left(0.5) == "1:00 left", pace.left(0.5)
later = experiment.Pace()
now += 60
assert (pace.left(0.5), later.left(0.5)) == ("2:00 left", "1:00 left"), (pace.left(0.5), later.left(0.5))
PYTHON
PYTHONPATH=$project/launch PYTHONDONTWRITEBYTECODE=1 timeout 60 python3 "$scratch/pace.py" || fail "see above"
