"""How long muslcheck takes, beside its peers: uv, pip, and a Python that only imports httpx.

::

    python -m pip install uv
    python tests/benchmarks/compare.py            # all but pip
    python tests/benchmarks/compare.py cold --rounds 9
    python tests/benchmarks/compare.py --pip      # pip too: it takes its time

Commands that are compared run in turn, round after round, so that the weather is the same for all; the figures are medians, wall
time and processor time in seconds and peak memory in MB, and ratios of both times to the peer that is named.
"""

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

STORY = Path(__file__).parents[2] / "fixtures" / "manifests" / "story" / "before.txt"
MUSLCHECK = [sys.executable, "-m", "muslcheck", str(STORY), "--arch", "x86_64", "--fail-on", "never", "-f", "json"]
ALPINE = ["--image", "python:3.11-alpine"]
UV = ["uv", "pip", "compile", "--quiet", "--python-platform", "x86_64-unknown-linux-musl", "--python-version", "3.11", str(STORY)]
PIP = [sys.executable, "-m", "pip", "install", "--quiet", "--dry-run", "--ignore-installed", "--only-binary", ":all:", "-r", str(STORY)]
MEGABYTE = 1_000_000 if sys.platform == "darwin" else 1_000  # ru_maxrss counts bytes there, kilobytes elsewhere


@dataclass
class Runner:
    """A command to be run in turn with others; ``{cache}`` in it is a folder, a new one for each round where ``cold``."""

    name: str
    command: list
    cold: bool = False
    seconds: list = field(default_factory=list)
    processor: list = field(default_factory=list)
    megabytes: list = field(default_factory=list)

    def run(self, cache):
        command = [word.replace("{cache}", str(cache)) for word in self.command]
        begun = time.perf_counter()
        child = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, env=_environment())
        complaint = child.stderr.read()
        _, status, usage = os.wait4(child.pid, 0)
        taken = time.perf_counter() - begun
        child.returncode = os.waitstatus_to_exitcode(status)
        if child.returncode != 0:
            sys.exit(f"{' '.join(command)}\nended with {child.returncode}: {complaint.decode(errors='replace').strip()[-2000:]}")
        return taken, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / MEGABYTE


def _environment():
    """This machine's, without pip's settings, which uv does not read. Python keeps its bytecode, as it does when installed."""
    left_out = ("PIP_", "UV_", "MUSLCHECK_", "PYTHONDONTWRITEBYTECODE")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(left_out)}
    return {**kept, "PIP_CONFIG_FILE": os.devnull, "PIP_DISABLE_PIP_VERSION_CHECK": "1"}


def _compare(title, runners, rounds):
    """Run all in turn, ``rounds`` times; print medians, and ratios to the last."""
    with tempfile.TemporaryDirectory() as folder:
        kept = {runner.name: Path(folder, f"kept-{place}") for place, runner in enumerate(runners)}
        for runner in runners:
            runner.run(kept[runner.name])
        for number in range(rounds):
            for place, runner in enumerate(runners):
                fresh = Path(folder, f"fresh-{place}-{number}")
                seconds, processor, megabytes = runner.run(fresh if runner.cold else kept[runner.name])
                runner.seconds.append(seconds)
                runner.processor.append(processor)
                runner.megabytes.append(megabytes)
                shutil.rmtree(fresh, ignore_errors=True)
    peer, busy = statistics.median(runners[-1].seconds), statistics.median(runners[-1].processor)
    print(f"\n{title} ({rounds} rounds)")
    print(f"  {'':28}{'seconds':>9}{'best':>9}{'worst':>9}{'CPU':>9}{'MB':>7}   ratio to {runners[-1].name} (seconds, CPU)")
    for runner in runners:
        middle = statistics.median(runner.seconds)
        print(
            f"  {runner.name:28}{middle:9.3f}{min(runner.seconds):9.3f}{max(runner.seconds):9.3f}"
            f"{statistics.median(runner.processor):9.3f}{max(runner.megabytes):7.0f}   {middle / peer:.2f}"
            f"  {statistics.median(runner.processor) / busy:.2f}"
        )


def cold(rounds, *, with_pip):
    """Nothing cached: each round has an empty cache folder."""
    runners = [Runner("muslcheck", [*MUSLCHECK, *ALPINE, "--cache-dir", "{cache}"], cold=True)]
    if with_pip:
        runners.append(Runner("pip --dry-run, this machine", [*PIP, "--cache-dir", "{cache}", "--report", os.devnull], cold=True))
    runners.append(Runner("uv pip compile", [*UV, "--no-config", "--cache-dir", "{cache}"], cold=True))
    _compare("Cold: the story's manifest, nothing cached", runners, rounds)


def warm(rounds, **_):
    """All cached, by a run before the first round. uv is told how long to trust its cache where the index does not say."""
    from pip._internal.models.index import PyPI

    with tempfile.NamedTemporaryFile("w", suffix=".toml") as told:
        told.write(
            f'[[index]]\nurl = "{PyPI.simple_url}"\ndefault = true\ncache-control = {{ api = "max-age=600", files = "max-age=600" }}\n'
        )
        told.flush()
        runners = [
            Runner("muslcheck", [*MUSLCHECK, *ALPINE, "--cache-dir", "{cache}"]),
            Runner("uv pip compile", [*UV, "--config-file", told.name, "--cache-dir", "{cache}"]),
            Runner("python -c 'import httpx'", [sys.executable, "-c", "import httpx"]),
        ]
        _compare("Warm: the same, all cached", runners, rounds)


def imports(rounds, **_):
    """What ``import muslcheck`` costs on top of an empty program."""
    runners = [
        Runner("import muslcheck", [sys.executable, "-c", "import muslcheck"]),
        Runner("import muslcheck.core", [sys.executable, "-c", "import muslcheck.core"]),
        Runner("an empty program", [sys.executable, "-c", "pass"]),
    ]
    _compare("Import", runners, rounds)


def targets(rounds, **_):
    """What a second target costs in the same run, with nothing cached."""
    one = [*MUSLCHECK, *ALPINE, "--cache-dir", "{cache}"]
    runners = [
        Runner("two targets", [*one, "--image", "python:3.12-alpine"], cold=True),
        Runner("one target", one, cold=True),
    ]
    _compare("A second target, nothing cached", runners, rounds)


def matrix(rounds, **_):
    """What forty targets cost beside one, all cached and with nothing cached."""
    versions = [word for minor in range(10, 15) for word in ("--python-version", f"3.{minor}")]
    arches = ("aarch64", "armv7l", "armv6l", "i686", "ppc64le", "riscv64", "s390x")
    forty = [*MUSLCHECK, *versions, *(word for arch in arches for word in ("--arch", arch)), "--cache-dir", "{cache}"]
    one = [*MUSLCHECK, *ALPINE, "--cache-dir", "{cache}"]
    _compare("Forty targets, all cached", [Runner("40 targets", forty), Runner("one target", one)], rounds)
    runners = [Runner("40 targets", forty, cold=True), Runner("one target", one, cold=True)]
    _compare("Forty targets, nothing cached", runners, max(1, rounds // 3))


BENCHMARKS = {"cold": (cold, 5), "warm": (warm, 15), "imports": (imports, 15), "targets": (targets, 5), "matrix": (matrix, 3)}


def main():
    """Run what is named, or all."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("benchmark", nargs="*", choices=[*BENCHMARKS, []], help="which (default: all)")
    options.add_argument("--rounds", type=int, help="rounds of each")
    options.add_argument("--pip", action="store_true", help="run pip in the cold benchmark too")
    asked = options.parse_args()
    if shutil.which("uv") is None:
        options.error("uv is not on the path: python -m pip install uv")
    for name in asked.benchmark or BENCHMARKS:
        benchmark, rounds = BENCHMARKS[name]
        benchmark(asked.rounds or rounds, with_pip=asked.pip)


if __name__ == "__main__":
    main()
