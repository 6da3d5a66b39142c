"""Where the time goes: perf samples the program, and each sample's symbol belongs to a phase."""
import os
import re
import subprocess

from runner import Failure, Unavailable, clean_environment, has_program, run

SAMPLES_A_SECOND = 997


def sample(product, variant, table, words, folder):
    """Lines (share, library, symbol) of the program's samples."""
    if not has_program("perf"):
        raise Unavailable("perf is not installed")
    data = os.path.join(folder, "perf.data")
    # The timer's clock: virtual machines seldom pass on the CPU's counters.
    record = ["perf", "record", "--quiet", "--event", "cpu-clock", "--freq", str(SAMPLES_A_SECOND), "--output", data, "--"]
    if subprocess.run([*record, "true"], capture_output=True).returncode != 0:
        raise Unavailable("perf may not record here (see /proc/sys/kernel/perf_event_paranoid)")
    product.start(
        product.command(variant.ranks, product.settings(variant, table, words), before=record), variant.environment)
    report = run(
        ["perf", "report", "--input", data, "--stdio", "--comm", "cvae_mpi", "--sort", "dso,symbol",
         "--field-separator", "|"], clean_environment())
    os.remove(data)
    lines = re.findall(r"^\s*([\d.]+)%?\s*\|\s*(\S+)\s*\|\s*\[.\]\s*([^\s|]+)", report.stdout, re.MULTILINE)
    if not lines:
        raise Failure("perf report gave no samples")
    return [(float(share), library, symbol) for share, library, symbol in lines]


def group(lines, phases, rest):
    """Shares by phase, and the largest symbols of the rest, so that one sees what it is."""
    shares = {name: 0.0 for name, _, _ in phases}
    others = {}
    for share, library, symbol in lines:
        for name, libraries, symbols in phases:
            if (libraries and re.search(libraries, library)) or (symbols and re.search(symbols, symbol)):
                shares[name] += share
                break
        else:
            others[symbol] = others.get(symbol, 0.0) + share
    shares[rest] = sum(others.values())
    total = sum(shares.values())
    return ({name: share / total for name, share in shares.items()},
            sorted(((share / total, symbol) for symbol, share in others.items()), reverse=True)[:5])
