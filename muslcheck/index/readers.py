"""Who reads sdists: a thread of this process or, where so much waits that it pays, processes of their own on the other cores.

Such a child is a Python that runs :func:`muslcheck.index.reader.serve`. It is asked one thing at a time over pipes, by a thread that
waits for it. It is none of :mod:`multiprocessing`'s: those run the script of whoever calls the library once more, or fork beside
threads. Where there is one core, or no child can be started, the thread reads all.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any

import muslcheck
from muslcheck.errors import OversizedArchive
from muslcheck.index.reader import MOST_SECONDS, Reader, codec, found_in

if TYPE_CHECKING:
    from collections.abc import Iterator

    from muslcheck.archives.witness import Noted
    from muslcheck.index.reader import Place
    from muslcheck.words.release import DistFile
    from muslcheck.words.target import Target

__all__ = ["Readers"]

_EACH, _EACH_MEGABYTE = 30, 50
"""Milliseconds of processor time to read an sdist, and for each megabyte of it: the mean of 91, of which each took 5 to 1500."""
_PAYS = 150
"""Milliseconds of reading that have to wait for each child: to start one takes 130, on a core that would be idle."""
_MOST = 4
"""Children at a time: each takes up to 150 MB for the largest sdists."""
_SMALL = 256 << 10
"""Bytes of an sdist that is read sooner than a child has started, and opened sooner than the child is free that has it open."""
_STARTS_WITHIN, _READS_WITHIN = 30, 600
"""Seconds after which a child is given up that stands still, and so does not come to its own limit."""
_BEGIN = """
import json, signal, sys
signal.signal(signal.SIGINT, signal.SIG_IGN)
sys.path[:] = json.loads(sys.stdin.buffer.readline())
from muslcheck.index.reader import serve
serve()
"""


class Readers:
    """Reads sdists that lie on disk, for one event loop. When it is closed no child is left.

    ``most`` is how many children there may be; None: as many as the machine has cores for. ``patience`` is in seconds.
    """

    def __init__(self, *, most: int | None = None, patience: float = _READS_WITHIN) -> None:
        self.started = 0
        """Children that were started so far."""
        self._patience = patience
        self._reader = Reader()
        self._codec = codec()
        self._thread = asyncio.Semaphore(1)  # what is read is large, and a second thread would not be faster
        self._waiting: dict[str, list[float]] = {}
        """How long the sdists that are asked for will take, by address, once for each who asks."""
        self._begun: set[str] = set()
        self._most = _most_children() if most is None else most
        self._children: dict[_Child, asyncio.Task[None]] = {}
        """All there are, and what makes them ready."""
        self._free: set[_Child] = set()
        self._change = asyncio.Event()

    @property
    def children(self) -> tuple[int, ...]:
        """The ids of the processes that there are."""
        return tuple(child.pid for child in self._children)

    async def aclose(self) -> None:
        """End every child."""
        self._most = 0
        starting = [*self._children.values()]
        for task in starting:
            task.cancel()
        for child in [*self._children]:
            self._drop(child)
        await asyncio.gather(*starting, return_exceptions=True)

    @contextmanager
    def expecting(self, file: DistFile) -> Iterator[None]:
        """Something will be asked of an sdist, which may still be on its way: a child starts meanwhile."""
        waiting = self._waiting.setdefault(file.url, [])
        waiting.append(_EACH if file.url in self._begun else _EACH + _EACH_MEGABYTE * (file.size or 0) / 1e6)
        self._start()
        try:
            yield
        finally:
            waiting.pop()
            if not waiting:
                del self._waiting[file.url]

    async def read(self, what: str, path: str, file: DistFile, target: Target | None) -> tuple[Any, Noted]:
        """As :meth:`muslcheck.index.reader.Reader.read`. Raises an ArchiveFailure."""
        place = path, file.filename, file.subdirectory
        self._begun.add(file.url)
        child = await self._taken(place, file.size or 0)
        if child is None:
            async with self._thread:
                return await asyncio.to_thread(self._reader.read, what, place, target)
        line = json.dumps([what, place, self._codec.plain(target)]).encode()
        answer = b""
        try:
            async with asyncio.timeout(self._patience):
                answer = await asyncio.to_thread(child.ask, line)
            return found_in(answer, self._codec)
        except (TimeoutError, OSError, ValueError) as error:
            answer = b""
            raise OversizedArchive(file.filename, f"the process that read it {child.end()}") from error
        finally:
            if answer:
                self._free.add(child)
                self._changed()
            else:
                self._drop(child)

    async def _taken(self, place: Place, size: int) -> _Child | None:
        """A child that is free; the one that has the sdist open, where that is large. None where the thread is to read it."""
        while self._children:
            ready = [each for each in self._children if each.ready]
            having = [each for each in ready if place in each.opened]
            free = [each for each in (having if size > _SMALL and having else ready) if each in self._free]
            if free:
                child = next((each for each in free if each in having), free[0])
                if child.ended:  # whoever ended it, it was not over this sdist
                    self._drop(child)
                    self._start()
                    continue
                child.opened.add(place)
                self._free.remove(child)
                return child
            if not ready and size <= _SMALL:
                break
            await self._change.wait()
            self._start()  # in the place of one that is gone
        return None

    def _start(self) -> None:
        """Start the children that what waits is worth."""
        takes = sum(waiting[0] for waiting in self._waiting.values())
        while len(self._children) < min(self._most, len(self._waiting), takes // _PAYS):
            try:
                child = _Child()
            except (OSError, ValueError):  # no more processes, or none at all
                self._most = len(self._children)
                return
            self.started += 1
            self._children[child] = asyncio.create_task(self._ready(child))

    async def _ready(self, child: _Child) -> None:
        answer = b""
        with suppress(TimeoutError, OSError, ValueError):
            async with asyncio.timeout(_STARTS_WITHIN):
                answer = await asyncio.to_thread(child.ask, json.dumps(_path()).encode())
        if answer == b"\n":
            child.ready = True
            self._free.add(child)
            self._changed()
        else:  # nor would the next be
            self._most = 0
            self._drop(child)

    def _drop(self, child: _Child) -> None:
        child.end()
        self._children.pop(child, None)
        self._free.discard(child)
        self._changed()

    def _changed(self) -> None:
        self._change.set()
        self._change = asyncio.Event()


class _Child:
    """A process that reads sdists. Raises OSError where it cannot be started."""

    def __init__(self) -> None:
        options = ["-I", "-S", "-X", f"utf8={sys.flags.utf8_mode}"]  # isolated: nothing but this process's path counts
        if sys.dont_write_bytecode:
            options.append("-B")
        if sys.pycache_prefix:
            options += ["-X", f"pycache_prefix={sys.pycache_prefix}"]
        self._process = subprocess.Popen(  # noqa: S603 - this very Python
            [sys.executable, *options, "-c", _BEGIN], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        )
        self.ready = False
        self.opened: set[Place] = set()

    @property
    def pid(self) -> int:
        """The process's id."""
        return self._process.pid

    @property
    def ended(self) -> bool:
        """Whether the process is gone already."""
        return self._process.poll() is not None

    def ask(self, line: bytes) -> bytes:
        """The answer to a line; nothing where the child has ended. Waits. Raises OSError."""
        stdin, stdout = self._process.stdin, self._process.stdout
        assert stdin is not None
        assert stdout is not None
        stdin.write(line + b"\n")
        stdin.flush()
        answer = stdout.readline()
        if not answer:
            with suppress(subprocess.TimeoutExpired):
                self._process.wait(1)
        return answer

    def end(self) -> str:
        """See to it that the process is gone; how it ended, for people."""
        status = self._process.poll()
        if status is None:
            self._process.kill()
            self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            with suppress(OSError):
                assert pipe is not None
                pipe.close()
        if status is None:
            return "gave no answer"
        if status == -getattr(signal, "SIGXCPU", 0):
            return f"needed more than {MOST_SECONDS} seconds"
        return f"was ended (signal {-status})" if status < 0 else f"ended (status {status})"


def _path() -> list[str]:
    """Where a child finds what this process finds."""
    folder = os.path.dirname(os.path.dirname(muslcheck.__file__))  # noqa: PTH120 - pathlib is dear to load
    return [*sys.path, folder]


def _most_children() -> int:
    """How many children may run at a time: one on each core beside this process's own. None for a program that has Python inside it."""
    if hasattr(os, "process_cpu_count"):
        cores = os.process_cpu_count()
    else:
        cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    name = os.path.basename(sys.executable or "").lower()  # noqa: PTH119
    inside = getattr(sys, "frozen", False) or not name.startswith(("python", "pypy"))
    return 0 if inside else min((cores or 1) - 1, _MOST)
