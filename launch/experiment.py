"""What experiment drivers share: running trainings, side by side on cores of their own, and writing what they measured.

A driver is a script beside this file. Nothing here goes through a shell, so files, folders and values may have any name.
"""
from __future__ import annotations

import argparse
import contextlib
import csv
import difflib
import errno
import io
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import unicodedata
from pathlib import Path
from types import FrameType
from typing import Any, Callable, Container, Iterable, NoReturn, Sequence

PROJECT = Path(__file__).resolve().parent.parent
# Else it is <prefix>/share/cvae_mpi, with the program installed in <prefix>/bin.
IS_SOURCE = (PROJECT / "launch/build.sh").exists()
# The default folder of experiments.
RUNS = PROJECT / "checkpoints" if IS_SOURCE else Path("checkpoints")
# Exit statuses, as the program has them (sysexits.h).
USAGE, DATA, NO_INPUT, OUTPUT, STOPPED_AS_ASKED, CONFIG = 64, 65, 66, 73, 75, 78


class Failure(Exception):
    """What ends an experiment: a message of one line, or none where it was said already, and the exit status."""

    def __init__(self, status: int, message: str = "") -> None:
        super().__init__(message)
        self.status = status


def columns() -> int:
    """Of the terminal that standard error is; 0: it is none."""
    try:
        return os.get_terminal_size(2).columns or 80
    except OSError:
        return 0


def width(text: str) -> int:
    """How many columns of a terminal a text takes."""
    return sum(0 if unicodedata.category(letter) in ("Mn", "Me", "Cf") else 2 if unicodedata.east_asian_width(letter) in "WF" else 1
               for letter in text)


def say(text: str) -> None:
    """Writes lines to standard error, if it is still there: a terminal may have been closed. There they are broken at blanks. A longer
    word, such as a path, stays whole: the terminal breaks it, and what is copied from there has no break."""
    if room := columns():
        text = "\r\033[K" + "\n".join(part for line in text.split("\n") for part in fold(line, room - 1, 2, is_cut=False))
    with contextlib.suppress(OSError):
        print(text, file=sys.stderr, flush=True)


def show(text: str) -> None:
    """On a terminal shows a line in place of the last one, cut to the columns that there are; say() takes its place."""
    room = columns() - 1
    while room > 0 and width(text) > room:
        text = text[:-1]
    if room > 0:
        with contextlib.suppress(OSError):
            print(f"\r{text}\033[K", end="", file=sys.stderr, flush=True)


class Pace:
    """The time that work still takes, from its pace since this was made. Time stopped by Jobs does not count."""

    stopped = 0.0  # seconds

    def __init__(self) -> None:
        self.began = time.monotonic() - Pace.stopped

    def left(self, share: float) -> str:
        """share: what is done, 0 to 1."""
        if share <= 0:
            return "-:-- left"
        minutes, seconds = divmod(round((time.monotonic() - Pace.stopped - self.began) * (1 - share) / share), 60)
        hours, minutes = divmod(minutes, 60)
        return (f"{hours}:{minutes:02}" if hours else f"{minutes}") + f":{seconds:02} left"


def bash(source: str, *arguments: str) -> bytes:
    """Runs lines of bash with arguments $0, $1 and so on, and returns what they print. The launchers' own settings stay in bash."""
    environment = {name: value for name, value in os.environ.items() if name not in ("BASH_ENV", "CDPATH", "IFS")}
    done = subprocess.run(["bash", "-c", source, *arguments], env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE)
    if done.returncode != 0:
        raise Failure(done.returncode)
    return done.stdout


def program() -> Path:
    """CVAE_PROGRAM, or build/cvae_mpi with the page's file beside it, or the installed one."""
    own = PROJECT / "build/cvae_mpi" if IS_SOURCE else PROJECT.parent.parent / "bin/cvae_mpi"
    return Path(os.path.abspath(os.environ.get("CVAE_PROGRAM") or (own if IS_SOURCE or own.exists() else shutil.which("cvae_mpi") or own)))


def build() -> None:
    """Builds the program, unless CVAE_PROGRAM names one, or it is installed."""
    if IS_SOURCE and not os.environ.get("CVAE_PROGRAM"):
        bash('set -euo pipefail; project=$0; . "$project/launch/build.sh"', str(PROJECT))


def mpi_cores() -> int:
    """The cores of all hosts: of the Slurm job, or of this machine."""
    return int(bash('. "$0" && mpi_cores', str(PROJECT / "launch/mpi_environment.sh")))


def mpi_environment(ranks: int, cores: int | None = None) -> dict[str, str]:
    """The environment of an mpirun of so many ranks on so many cores (mpi_cores()), as launch/mpi_environment.sh sets it."""
    arguments = [str(ranks)] + ([str(cores)] if cores else [])
    text = bash('. "$0" "$@" && env -0', str(PROJECT / "launch/mpi_environment.sh"), *arguments)
    pairs = (item.split("=", 1) for item in os.fsdecode(text).split("\0") if item.startswith("OMPI_"))
    return {"OMPI_MCA_orte_execute_quiet": "1"} | dict(os.environ) | dict(pairs)


def mpirun(ranks: int, hostfile: str | None = None) -> list[str]:
    """The words before the program's. Ranks on other hosts get this shell's CVAE_* and OPENBLAS_* variables."""
    exported = [word for name in sorted(os.environ) if re.match("(CVAE|OPENBLAS)_", name) for word in ("-x", name)]
    return ["mpirun", "-np", str(ranks), *(["--hostfile", hostfile] if hostfile else []), *exported]


def slots_of(hostfile: str) -> int | None:
    """The slots of all hosts of a hostfile together; None where a host has none."""
    with open(hostfile, encoding="utf-8", errors="replace") as file:
        hosts = [text for text in (line.split("#")[0].strip() for line in file) if text]
    slots = [re.search(r"slots\s*=\s*(\d+)", host) for host in hosts]
    return sum(int(found[1]) for found in slots if found) if hosts and all(slots) else None


def free_cpus() -> list[int]:
    """This process's CPUs: first one of each core, then the cores' other threads."""
    def place(cpu: int) -> tuple[int, int]:
        try:
            siblings = Path(f"/sys/devices/system/cpu/cpu{cpu}/topology/thread_siblings_list").read_text("ascii")
            return [int(number) for number in re.findall(r"\d+", siblings)].index(cpu), cpu
        except (OSError, ValueError):
            return 0, cpu
    return sorted(os.sched_getaffinity(0), key=place)


class Jobs:
    """Commands that run side by side. A signal that asks for the end is passed on to each of them, once, by its own id.

    Each has a process group of its own, so that Ctrl-C reaches it through here alone: mpirun leaves its ranks at a second signal.
    Ctrl-Z stops them and this process, and fg or bg continues all.
    """

    GRACE = 30  # seconds
    LOOK = 0.5  # seconds between two calls of tell(), on a terminal

    def __init__(self, tell: Callable[[], None] = lambda: None) -> None:
        """tell: called while jobs are waited for."""
        self.tell = tell
        self.running: list[tuple[subprocess.Popen[bytes], Path]] = []
        self.signal = 0
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            if signal.getsignal(number) != signal.SIG_IGN:  # nohup
                signal.signal(number, self._take)
        signal.signal(signal.SIGALRM, lambda *_: self._send(signal.SIGTERM))
        signal.signal(signal.SIGTSTP, self._pause)

    def _take(self, number: int, _frame: FrameType | None) -> None:
        if not self.signal:
            self.signal = number
            self.end()

    def _pause(self, *_: Any) -> None:
        """Stops by the signal's own action, which the kernel leaves out where no shell could continue this process. Then SIGCONT would
        follow at once, and of two signals that wait mpirun takes that of the lower number first, SIGCONT: its ranks would stay stopped.
        Another Ctrl-Z may come during the sleep. Its stop is part of this one."""
        began, before = time.monotonic(), Pace.stopped
        self._send(signal.SIGTSTP)
        signal.signal(signal.SIGTSTP, signal.SIG_DFL)
        os.kill(os.getpid(), signal.SIGTSTP)
        signal.signal(signal.SIGTSTP, self._pause)
        time.sleep(0.5)
        self._send(signal.SIGCONT)
        Pace.stopped = before + time.monotonic() - began

    def _send(self, number: int) -> None:
        for process, _ in self.running:
            process.send_signal(number)

    def end(self) -> None:
        """Asks all that run to end; wait() waits for it. mpirun passes USR2 on, and trainings write a checkpoint, however long that
        takes; TERM is for what has not ended then, as an mpirun that was still starting its ranks."""
        self._send(signal.SIGUSR2)
        signal.alarm(self.GRACE)

    def start(self, command: Sequence[str], environment: dict[str, str], said: Path, cpus: Iterable[int] = (),
              folder: Path | None = None, record: Path | None = None) -> None:
        """Starts a command in a folder, bound to CPUs. What it says is added to a file; its standard output goes to `record` if there is
        one. Open MPI would bind each of two mpiruns to the first cores."""
        if cpus:
            command = ["taskset", "--cpu-list", ",".join(map(str, cpus)), *command]
            environment = environment | {"OMPI_MCA_hwloc_base_binding_policy": "none"}
        if self.signal:
            self.wait()
        with open(said, "ab") as output, open(record or os.devnull, "wb") as separate:
            process = subprocess.Popen(command, env=environment, cwd=folder, stdin=subprocess.DEVNULL, stdout=separate if record else output,
                                       stderr=output, process_group=0)
        self.running.append((process, said))
        if self.signal:  # It came before the process was on the list.
            self.end()

    def next(self) -> tuple[Path, int]:
        """Waits until one has ended: the file of what it said, and its status."""
        while True:
            for place, (process, said) in enumerate(self.running):
                if process.poll() is not None:
                    del self.running[place]
                    return said, process.returncode
            if columns():
                self.tell()
                time.sleep(self.LOOK)
                continue
            with contextlib.suppress(ChildProcessError):  # A signal may have come in between, and polled.
                os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOWAIT)

    def wait(self) -> None:
        """Waits for all. Where one fails the others are ended, and its output goes to standard error."""
        failed = None
        while self.running:
            said, status = self.next()
            if status not in (0, STOPPED_AS_ASKED) and not failed:
                failed = Failure(status if status > 0 else 128 - status)
                say(said.read_text("utf-8", errors="replace").strip("\n"))
                self.end()
        signal.alarm(0)
        if self.signal:
            raise Failure(128 + self.signal)
        if failed:
            raise failed


def make_folder(folder: Path) -> None:
    """Makes a folder and its parents, where they are not there."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise Failure(OUTPUT, f"{folder}: cannot be created: {error.strerror}") from None


def replace_file(path: Path, content: str | bytes) -> None:
    """Writes a file as a whole or not at all: what the name stood for stays until the new content is on the disk."""
    data = content.encode("utf-8", "surrogateescape") if isinstance(content, str) else content
    new = ""
    try:
        with tempfile.NamedTemporaryFile(dir=path.parent, prefix=f".{path.name}.", delete=False) as file:
            new = file.name
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
            mask = os.umask(0)
            os.umask(mask)
            os.fchmod(file.fileno(), 0o666 & ~mask)
        os.replace(new, path)
    except OSError as error:
        if new:
            Path(new).unlink(missing_ok=True)
        raise Failure(OUTPUT, f"{path}: {error.strerror}") from None


def write_csv(path: Path, rows: Sequence[dict[str, Any]]) -> None:
    """Writes rows, whose keys are the columns of all. None is an empty field, a bool 0 or 1."""
    text = io.StringIO()
    writer = csv.DictWriter(text, list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows({key: int(value) if isinstance(value, bool) else value for key, value in row.items()} for row in rows)
    replace_file(path, text.getvalue())


def write_json(path: Path, value: Any) -> None:
    """Writes a value that has no infinite numbers."""
    replace_file(path, json.dumps(value, indent=2, ensure_ascii=False, allow_nan=False) + "\n")


def write_page(path: Path, data: dict[str, Any]) -> None:
    """Writes the page of the data, or says that the build has made none to fill."""
    page = program().with_name("page.html") if IS_SOURCE else PROJECT / "page.html"
    if not page.exists():
        say(f"{path.name}: not written: {page}, which the build makes, is not there")
        return
    text = json.dumps(data, ensure_ascii=False, allow_nan=False).replace("<", "\\u003c")
    before, after = page.read_text("utf-8").split("@DATA@")
    replace_file(path, before + text + after)


def write_figures(folder: Path, script: Path, data: str, names: Sequence[str], *arguments: str) -> None:
    """Draws figures by a gnuplot script, which gets the data's file, a figure's name and the arguments; or says why it does not."""
    if not shutil.which("gnuplot"):
        say(f"{', '.join(names)}: not drawn: gnuplot is not installed (Debian: gnuplot-nox)")
        return
    with tempfile.TemporaryDirectory(prefix="cvae-figure-") as scratch:  # Its files' names need no quotes in gnuplot.
        Path(scratch, "data").write_text(data, "utf-8", "surrogateescape")
        for name in names:
            done = subprocess.run(["gnuplot", "-c", str(script), "data", name, *arguments], cwd=scratch, text=True,
                                  stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
            if done.returncode != 0:
                say(f"{name}: not drawn: {' '.join(done.stderr.split())}")
            else:
                replace_file(folder / name, Path(scratch, name).read_bytes())


def output_columns() -> int:
    """COLUMNS, or else those of the terminal that standard output is; 80: neither is known. Never less than 20."""
    return max(20, shutil.get_terminal_size().columns or 80)


def fold(text: str, room: int, hang: int = 4, is_cut: bool = True) -> list[str]:
    """Breaks a text at blanks into lines of at most `room` columns. A longer word is broken anywhere (is_cut), or stays whole. All lines
    but the first begin with `hang` blanks."""
    lines = [""]
    for word in re.findall(" *[^ ]+", text):
        if lines[-1].strip() and width(lines[-1] + word) > room:
            lines.append(" " * hang)
            word = word.lstrip()
        for part in word if is_cut and width(lines[-1] + word) > room else [word]:
            if lines[-1].strip() and width(lines[-1] + part) > room:
                lines.append(" " * hang)
            lines[-1] += part
    return lines


def table(rows: Iterable[Sequence[str]], indent: int = 0, left: Container[int] = ()) -> str:
    """Rows as text, no wider than output_columns(); the first one names the columns. All rows have the same number of cells. The first
    column and those of `left` are flush left, the others flush right. What is too wide is cut into blocks of columns, each with the first
    one, which then has at most half the width."""
    def shown(text: str) -> str:
        """print_tables() escapes what standard output's encoding lacks. A control character would break the line."""
        text = re.sub(r"[\0-\x1f\x7f-\x9f]", lambda found: repr(found[0])[1:-1], text)
        encoding = getattr(sys.stdout, "encoding", None) or "utf-8"  # There is no sys.stdout where it was closed at the start.
        return text.encode(encoding, "backslashreplace").decode(encoding)

    room = output_columns() - indent
    texts = list(zip(*([shown(cell) for cell in row] for row in rows), strict=True))
    fits = sum(2 + max(map(width, column)) for column in texts) - 2 <= room
    columns: list[list[list[str]]] = []  # of cells, of lines
    widths: list[int] = []
    for place, column in enumerate(texts):
        most = room if fits else room - widths[0] - 2 if place else room // 2
        columns.append([fold(cell, most, 0 if place else 4) for cell in column])
        widths.append(max(width(line) for cell in columns[-1] for line in cell))

    def padded(place: int, row: int, number: int) -> str:
        """A cell's line of that number, as wide as its column."""
        line = "".join(columns[place][row][number:number + 1])
        blanks = " " * (widths[place] - width(line))
        return line + blanks if place == 0 or place in left else blanks + line

    blocks = [[0]]  # of the columns' places
    for place in range(1, len(columns)):
        if sum(2 + widths[one] for one in blocks[-1]) + widths[place] > room:
            blocks.append([0])
        blocks[-1].append(place)
    text = ""
    for block in blocks:
        text += "\n" if text else ""
        for row in range(len(columns[0])):
            for number in range(max(len(columns[place][row]) for place in block)):
                text += (" " * indent + "  ".join(padded(place, row, number) for place in block)).rstrip() + "\n"
    return text


def print_tables(text: str) -> None:
    """Writes to standard output, whose errors are an error."""
    if sys.stdout is None:
        raise Failure(OUTPUT, f"standard output: {os.strerror(errno.EBADF)}")
    try:
        sys.stdout.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]
        sys.stdout.write(text)
        sys.stdout.flush()
    except OSError as error:
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # Python flushes once more at its end.
        raise Failure(OUTPUT, f"standard output: {os.strerror(error.errno or errno.EIO)}") from None


def sets(pairs: Iterable[str]) -> list[str]:
    return [word for pair in pairs for word in ("--set", pair)]


# The command line.

def number(text: str) -> int:
    if not re.fullmatch("[1-9][0-9]{0,8}", text, re.ASCII):
        raise argparse.ArgumentTypeError(f'"{text}" is not a whole number from 1')
    return int(text)


def instead_of(word: str, known: Iterable[str], otherwise: str = "see --help") -> str:
    """The end of a message about a word that is not known: what was likely meant, if anything."""
    word = {"-n": "--ranks", "-np": "--ranks", "--np": "--ranks"}.get(word, word.partition("=")[0])
    near = difflib.get_close_matches(word, known, 1, 0.75)
    return f": did you mean {near[0]}?" if near else f"; {otherwise}"


class Parser(argparse.ArgumentParser):
    """A driver's options. Its help begins and ends with the driver's own text."""

    def __init__(self, name: str, text: str) -> None:
        introduction, _, rest = text.partition("\n\n")
        super().__init__(prog=name, description=introduction, epilog=rest, allow_abbrev=False)

    def error(self, message: str) -> Any:
        first = message.removeprefix("unrecognized arguments: ").split()[0]
        if message.startswith("unrecognized arguments: -"):
            raise Failure(USAGE, f"unknown option {first}{instead_of(first, self._option_string_actions)}")
        if message.startswith("unrecognized"):
            raise Failure(USAGE, f'"{first}" is one word too many; see --help')
        raise Failure(USAGE, f"{message.removeprefix('argument ')}; see --help")

    def read(self, words: Sequence[str]) -> argparse.Namespace:
        """The words' options. A value may begin with a dash, as a folder's name does now and then."""
        with_value = [option for action in self._actions if action.nargs is None for option in action.option_strings]
        joined: list[str] = []
        for word in words:
            if joined and joined[-1] in with_value:
                joined[-1] += f"={word}"
            else:
                joined.append(word)
        return self.parse_intermixed_args(joined)


def leave(name: str, failure: Failure) -> NoReturn:
    """Ends the driver with what has failed."""
    for line in str(failure).splitlines():
        say(f"{name}: {line}")
    sys.exit(failure.status)


def run_driver(name: str, main: Callable[[list[str]], None]) -> None:
    """Runs a driver with the words of its command line."""
    try:
        main(sys.argv[1:])
    except Failure as failure:
        leave(name, failure)
    except KeyboardInterrupt:
        sys.exit(130)
