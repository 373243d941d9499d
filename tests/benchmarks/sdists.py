"""How long an sdist takes to be opened and read, in processor time, and how much memory the largest takes.

::

    python tests/benchmarks/sdists.py FOLDER        # every sdist in it
    python tests/benchmarks/sdists.py --fetch       # a typical list, fetched into a temporary folder first
    python tests/benchmarks/sdists.py FOLDER --worst 20

Each sdist is read in this process, once what it needs is imported; the largest once more in a process of its own, for its memory.
"""

import argparse
import asyncio
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from muslcheck.alpine.images import aim
from muslcheck.archives import read_sdist
from muslcheck.errors import ArchiveFailure

ENDINGS = (".tar.gz", ".tgz", ".tar.bz2", ".tar.xz", ".zip")
TYPICAL = (
    "cffi==1.17.1", "docopt==0.6.2", "gevent==24.11.1", "grpcio==1.71.0", "lxml==6.0.0", "markupsafe==3.0.2", "numpy==2.3.0",
    "opencv-python-headless==4.11.0.86", "pillow==11.2.1", "psycopg2==2.9.10", "pycryptodome==3.23.0", "pyyaml==6.0.2", "uwsgi==2.0.30",
)  # fmt: skip
"""Small and large, of each kind of build."""
ONCE = """
import pathlib, resource, runpy, sys
runpy.run_path(sys.argv[1])["read"](pathlib.Path(sys.argv[2]))
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""
MEGABYTE = 1_000_000 if sys.platform == "darwin" else 1_000  # ru_maxrss counts bytes there, kilobytes elsewhere


def read(path):
    """Seconds of processor time that one sdist takes; what cannot be opened takes its time, too."""
    target = aim("python:3.12-alpine", "x86_64")
    with path.open("rb") as file:
        begun = time.process_time()
        try:
            read_sdist(file, path.name, target)
        except ArchiveFailure as failure:
            print(f"  {failure}", file=sys.stderr)
        return time.process_time() - begun


def fetch(folder):
    """The typical list, as pip finds its files; nothing is built."""
    for name, data in asyncio.run(_fetched()):
        Path(folder, name).write_bytes(data)


async def _fetched():
    import httpx

    from muslcheck.index import Index
    from muslcheck.index.pipconfig import options_from_environment

    options, _ = options_from_environment(isolated=False)
    found = []
    async with Index(options, cache_dir=None) as index, httpx.AsyncClient(http2=True, timeout=300, follow_redirects=True) as client:
        for pin in TYPICAL:
            name, _, version = pin.partition("==")
            project = await index.project(name)
            sdists = (file for file in project.files(version) if file.filename.endswith(ENDINGS))
            for file in sdists:
                answer = await client.get(file.url)
                found.append((file.filename, answer.raise_for_status().content))
                break
    return found


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, nargs="?", help="sdists")
    parser.add_argument("--fetch", action="store_true", help="fetch a typical list first")
    parser.add_argument("--worst", type=int, default=5, help="how many of the slowest are named")
    asked = parser.parse_args()
    if not asked.folder and not asked.fetch:
        parser.error("a folder of sdists, or --fetch")
    with tempfile.TemporaryDirectory() as temporary:
        folder = asked.folder or Path(temporary)
        if asked.fetch:
            fetch(folder)
        paths = sorted(path for path in folder.iterdir() if path.name.endswith(ENDINGS))
        if not paths:
            sys.exit(f"no sdists in {folder}")
        read(min(paths, key=lambda path: path.stat().st_size))  # imports
        taken = {path: read(path) * 1000 for path in paths}
        largest = max(paths, key=lambda path: path.stat().st_size)
        command = [sys.executable, "-c", ONCE, __file__, str(largest)]
        peak = int(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
    ordered = sorted(taken, key=taken.__getitem__)
    tenth = taken[ordered[len(ordered) * 9 // 10]]
    print(f"{len(paths)} sdists, ms of CPU each, opening and reading:")
    print(f"  median {statistics.median(taken.values()):.1f}   p90 {tenth:.0f}   sum {sum(taken.values()):.0f}")
    print("  worst: " + ", ".join(f"{path.name} {taken[path]:.0f}" for path in reversed(ordered[-asked.worst :])))
    size = largest.stat().st_size / 1e6
    print(f"  the largest, {largest.name} ({size:.0f} MB): {taken[largest]:.0f} ms, {peak / MEGABYTE:.0f} MB at its peak")


if __name__ == "__main__":
    main()
