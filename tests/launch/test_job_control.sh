#!/usr/bin/env bash
# Time limit: 300 s
# Ctrl-Z, bg, fg and Ctrl-C in an interactive shell, on a terminal of its own: the ranks of a launcher's trainings stop and go on
# with it, and Ctrl-C still leaves a checkpoint. Where no shell could continue a launcher, Ctrl-Z stops nothing.
. "$(dirname "$0")/../support/shell.sh"
. "$(dirname "$0")/../support/install.sh"
! is_sanitized || skip "scripts, which the sanitizers say nothing about"
needs "python3-minimal libpython3-stdlib" python3
write_config "$scratch/train.yaml"
cd "$scratch"
export CVAE_PROGRAM=$program
# After Ctrl-C mpirun leaves its ranks a second for the checkpoint, which is too little where other tests run beside this one.
export OMPI_MCA_odls_base_sigkill_timeout=3
endless="--set train.epochs=1000000 --set evaluate.every=0 --set checkpoint.every=0"
cat >terminal.py <<'PYTHON'
"""terminal.py NAME WORD...: steps NAME with the launcher's command line."""
import os, pty, select, signal, sys, time
from pathlib import Path

program, step, words = os.environ["CVAE_PROGRAM"], sys.argv[1], sys.argv[2:]
LIMIT = time.monotonic() + 120
shown = b""

def spawn(*command):
    process, terminal = pty.fork()
    if process == 0:
        os.environ["PS1"] = "ready "
        os.execvp(command[0], command)
    return process, terminal

def fail(text):
    sys.exit(f"{step}: {text}; ranks {states()}; the terminal shows: {shown[-1500:].decode(errors='replace')}")

def read():
    """Reads the terminal for 0.05 s: a training may never pause. A terminal that nobody reads stops who writes."""
    global shown
    end = time.monotonic() + 0.05
    while (left := end - time.monotonic()) > 0 and select.select([terminal], [], [], left)[0]:
        try:
            shown += os.read(terminal, 65536)
        except OSError:  # the last process of the terminal has ended
            return time.sleep(0.05)

def until(condition, text):
    while not condition():
        read()
        if time.monotonic() > LIMIT:
            fail(f"not: {text}")

def states():
    """Of all processes of the shell that are the program, by process: T is stopped."""
    found, parents = {}, {}
    for entry in Path("/proc").iterdir():
        try:
            fields = (entry / "stat").read_text().rpartition(")")[2].split() if entry.name.isdigit() else None
        except OSError:
            continue
        if fields:
            parents[int(entry.name)] = int(fields[1]), fields[0]
    for one in parents:
        above = one
        while above in parents and above != shell:
            above = parents[above][0]
        try:
            if above == shell and os.path.samefile(f"/proc/{one}/exe", program):
                found[one] = parents[one][1]
        except OSError:
            pass
    return found

def epochs():
    """Of each training, which has begun."""
    files = sorted(Path().glob("runs/*/metrics.jsonl"))
    return [file.read_bytes().count(b"\n") for file in files] if len(files) == (2 if step == "sweep" else 1) else []

def goes_on():
    until(epochs, "each training has begun")
    before = epochs()
    until(lambda: all(now > then + 1 for now, then in zip(epochs(), before)), "each training goes on")

def is_stopped():
    return len(states()) == 2 and set(states().values()) == {"T"}

def write(text):
    os.write(terminal, text)

command = " ".join(f"'{word}'" for word in words).encode()
if step == "alone":  # nobody above the launcher
    shell, terminal = spawn(*words)
else:
    shell, terminal = spawn("bash", "--norc", "--noprofile", "-i")
    until(lambda: b"ready " in shown, "the shell's prompt")
    write(b"stty tostop\n" + command + b"\n")
try:
    until(lambda: len(states()) == 2, "two ranks")
    goes_on()
    if step == "alone":
        write(b"\x1a")
        goes_on()
        write(b"\x03")
        until(lambda: not states(), "Ctrl-C ends the ranks")
        sys.exit()
    for resume in (b"fg", b"bg", b"fg"):
        shown = b""
        write(b"\x1a")
        until(lambda: b"Stopped" in shown, "the shell says that it is stopped")
        until(is_stopped, "the ranks are stopped")
        before = epochs()
        time.sleep(0.5)
        epochs() == before or fail("an epoch has ended while the ranks are stopped")
        write(resume + b"\n")
        goes_on()
        if resume == b"bg":
            write(b"fg\n")
            goes_on()
    shown = b""
    write(b"\x03")
    until(lambda: not states(), "Ctrl-C ends the ranks")
    until(lambda: b"ready " in shown, "the shell's prompt")
finally:
    for one in states():
        os.kill(one, signal.SIGKILL)
    os.kill(shell, signal.SIGKILL)
PYTHON

# on_terminal NAME WORD...: that step, with a run of that name.
on_terminal() {
    rm -rf runs
    # shellcheck disable=SC2086
    timeout --kill-after=5 140 python3 terminal.py "$@" $endless >"$scratch/output" 2>&1 || fail "$(cat "$scratch/output")"
}
saved() { [ -e "$1/last.h5" ] || fail "no checkpoint in $1"; }
train=("$project/launch/train.sh" -np 2 train.yaml --set checkpoint.directory="$scratch/runs")
on_terminal training "${train[@]}"
saved runs/small
on_terminal restarts "${train[@]}" --restarts 1
saved runs/small
on_terminal sweep "$project/launch/sweep.py" train.yaml --vary optimizer.lr=0.01,0.02 --jobs 2 --output "$scratch"
for run in runs/*; do saved "$run"; done
on_terminal "alone" "${train[@]}"
saved runs/small
