"""The face: arguments in, text and an exit status out.

The result goes to standard output (or ``--output``) and everything else to standard error. Whatever happens, the user
sees sentences, never a traceback. What is dear to load is loaded inside the functions that need it.
"""

from __future__ import annotations

import atexit
import gc
import os
import sys
from contextlib import suppress
from typing import TYPE_CHECKING, NoReturn, Self, TextIO

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator, Sequence

    from muslcheck.render import RenderOptions
    from muslcheck.words.report import Report

__all__ = ["main"]

BAD_INPUT, NOT_FINISHED, INTERRUPTED, TERMINATED = 2, 3, 130, 143
TRACEBACK = "MUSLCHECK_TRACEBACK"
RARELY = (300_000, 20, 100)
"""When to look for cycles of objects: a run makes many that stay and few cycles, and looking as often as Python does is a tenth of it."""
NARROW, WIDE = 60, 100
"""Columns: a table wants the first, an eye no more than the second."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command and return its exit status: that of :meth:`Report.exit_status`, 2 for bad input, 3 for a run cut short."""
    from muslcheck.errors import InputError, MuslcheckError

    gc.set_threshold(*RARELY)
    atexit.register(gc.freeze)  # or the interpreter, as it ends, looks through all that is left: a sixth of a cached run
    _have_streams()
    try:
        if argv is None:
            _end_tidily()
        return _run(sys.argv[1:] if argv is None else argv)
    except KeyboardInterrupt:
        _complain(["interrupted"])
        return INTERRUPTED
    except SystemExit as asked:  # after --help and --version
        return asked.code if isinstance(asked.code, int) else 0
    except Exception as error:  # the last place where a sentence can be made of it
        causes = [*_causes(error)]
        if os.environ.get(TRACEBACK):
            raise
        for cause in causes:
            if isinstance(cause, MuslcheckError):
                _complain(str(cause).splitlines(), cause.hint)
            else:
                said = f"this is a bug in muslcheck: {type(cause).__name__}: {cause}".splitlines()
                _complain(said[:1], f"Set {TRACEBACK}=1 to see where, and report it with the manifest.")
        return BAD_INPUT if all(isinstance(cause, InputError) for cause in causes) else NOT_FINISHED


def _end_tidily() -> None:
    """On SIGTERM (``timeout``, a CI's time limit) leave as on Ctrl-C: temporary files are removed and one line says so."""
    import signal

    def end(*_: object) -> NoReturn:
        _complain(["told to end"])
        raise SystemExit(TERMINATED)

    signal.signal(signal.SIGTERM, end)


def _have_streams() -> None:
    """Standard streams that were closed from outside (``muslcheck >&-``) swallow what is written to them."""
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: PTH123, SIM115 -- it stays open to the end


def _run(argv: Sequence[str]) -> int:
    """Arguments to objects, objects to a report, the report to text."""
    from muslcheck import arguments
    from muslcheck.errors import UsageError

    given = arguments.parse(argv, os.environ)
    if given.explain and given.format != "text":
        raise UsageError("--explain writes text", "Leave out --format, or --explain: the JSON holds every package.")
    index, selection = arguments.index_options(given), arguments.selection(given)

    from muslcheck.core import check

    with _Progress(shown=_progress_wanted(given)) as tell:
        report = check(
            *given.paths,
            *given.requirement,
            image=given.image,
            python_version=given.python_version,
            arch=given.arch,
            matrix=given.matrix,
            installed=given.installed,
            build=given.build,
            constraints=given.constraint,
            build_constraints=given.build_constraint,
            extras=given.extra,
            all_extras=given.all_extras,
            groups=given.group,
            stage=given.stage,
            build_args=arguments.build_args(given, os.environ),
            index=index,
            selection=selection,
            apk_index=given.apk_index,
            inspect_wheels=given.inspect_wheels,
            cache_dir=given.cache_dir,
            cache=not given.no_cache,
            offline=given.offline,
            refresh=given.refresh,
            isolated=given.isolated,
            tell=tell,
        )
    if faults := [f"{problem.subject}: {problem.message}" for problem in report.problems if problem.kind == "input"]:
        _complain(faults, "What else the manifests say was judged.")
    _write(_drawn(report, given), given.output)
    return report.exit_status(given.fail_on, strict=given.strict)


def _drawn(report: Report, given: argparse.Namespace) -> str:
    """The report as asked for."""
    from muslcheck.render import RENDERERS

    options = _render_options(given)
    if given.explain:
        return _explained(report, given.explain, options)
    to_screen = given.output in {None, "-"}
    return "" if to_screen and given.quiet > 1 else RENDERERS[given.format](report, options)


def _explained(report: Report, name: str, options: RenderOptions) -> str:
    from muslcheck.errors import UsageError
    from muslcheck.render.explain import explain, nearest_names

    try:
        return explain(report, name, options)
    except KeyError:
        near = nearest_names(report, name)
        hint = f"Did you mean {' or '.join(near)}?" if near else "Run without --explain to see what is."
        raise UsageError(f"{name} is not among the {len(report)} packages", hint) from None


def _render_options(given: argparse.Namespace) -> RenderOptions:
    from muslcheck.render import RenderOptions

    if given.output not in {None, "-"}:
        return RenderOptions(color=given.color == "always", verbosity=max(-1, given.verbose - given.quiet))
    return RenderOptions(
        color=_colorful(sys.stdout, given.color),
        verbosity=given.verbose - given.quiet,
        width=_width(sys.stdout),
        unicode=_takes(sys.stdout, "→…"),
    )


def _colorful(stream: TextIO, choice: str = "auto") -> bool:
    """Whether to write colour: as told, else NO_COLOR, FORCE_COLOR (any value but the empty one), else on a terminal only."""
    if choice != "auto":
        return choice == "always"
    if os.environ.get("NO_COLOR"):
        return False
    return bool(os.environ.get("FORCE_COLOR")) or (stream.isatty() and os.environ.get("TERM") != "dumb")


def _width(stream: TextIO) -> int:
    """The terminal's width within reason; 80 for a pipe or a file."""
    if not stream.isatty():
        return 80
    from shutil import get_terminal_size

    return min(max(get_terminal_size().columns, NARROW), WIDE)


def _takes(stream: TextIO, text: str) -> bool:
    try:
        text.encode(stream.encoding or "ascii")
    except (LookupError, UnicodeEncodeError):
        return False
    return True


def _write(text: str, output: str | None) -> None:
    from muslcheck.errors import UsageError

    if output not in {None, "-"}:
        _save(text, output)
        return
    encoding = sys.stdout.encoding or "ascii"
    try:
        sys.stdout.write(text.encode(encoding, "backslashreplace").decode(encoding))
        sys.stdout.flush()
    except OSError as error:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # or the interpreter complains once more as it ends
        if not isinstance(error, BrokenPipeError):
            raise UsageError(f"standard output cannot be written: {error.strerror}") from error
        # The reader has seen enough, as in `muslcheck | head`: the answer stays what it is.


def _save(text: str, output: str) -> None:
    """Write a file whole or not at all; what is no regular file (``/dev/stderr``, a pipe) is written as it stands."""
    from pathlib import Path

    from muslcheck.errors import UsageError

    path = Path(output)
    try:
        if path.exists() and not path.is_file():
            path.write_text(text, encoding="utf-8", errors="backslashreplace")
            return
        path = path.resolve()  # a link stays a link
        beside = path.with_name(f".{path.name}.{os.getpid()}")
        try:
            beside.write_text(text, encoding="utf-8", errors="backslashreplace")
            beside.replace(path)
        finally:
            beside.unlink(missing_ok=True)
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise UsageError(f"{output}: cannot be written: {reason}", "Choose another --output.") from error


def _complain(lines: Sequence[str], hint: str = "") -> None:
    """Say what is wrong, a line for each thing, and what to do about it."""
    from muslcheck.render.page import clean

    paint = ("\x1b[1;31m", "\x1b[36m", "\x1b[0m") if _colorful(sys.stderr) else ("", "", "")
    said = [f"{paint[0]}error:{paint[2]} {clean(line)}\n" for line in lines]
    if hint:
        said.append(f"{paint[1]}hint:{paint[2]} {clean(hint)}\n")
    with suppress(OSError):
        sys.stderr.write("".join(said))
        sys.stderr.flush()


def _causes(error: BaseException) -> Iterator[BaseException]:
    """The errors in a group of errors, or the error itself."""
    if isinstance(error, BaseExceptionGroup):
        for inner in error.exceptions:
            yield from _causes(inner)
    else:
        yield error


def _progress_wanted(given: argparse.Namespace) -> bool:
    quiet = given.no_progress or given.quiet or os.environ.get("CI") or os.environ.get("TERM") == "dumb"
    return not quiet and sys.stderr.isatty()


class _Progress:
    """One line on standard error that says what is waited for; gone when the answer is there.

    A thread draws it, so that it lives while nothing arrives, and only after a while, so that what is quick stays silent.
    """

    PATIENCE, PACE = 0.3, 0.1
    """Seconds before the first drawing, and between two."""

    def __init__(self, *, shown: bool) -> None:
        self._shown = shown
        self._text = "Asking the index"

    def __enter__(self) -> Self:
        if self._shown:
            from threading import Event, Thread

            self._ended = Event()
            self._thread = Thread(target=self._live, daemon=True)
            self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        if self._shown:
            self._ended.set()
            self._thread.join()

    def __call__(self, name: str, done: int, asked: int) -> None:
        """Note what is being waited for, or tried."""
        if asked:
            self._text = f"Asking the index: {done} of {asked} ({name[:40]})"
        else:
            self._text = f"Resolving: trying {name[:40]} (attempt {done})"

    def _live(self) -> None:
        pause = self.PATIENCE
        while not self._ended.wait(pause):
            pause = self.PACE
            self._draw(self._text)
        if pause == self.PACE:
            self._draw("")

    def _draw(self, text: str) -> None:
        with suppress(OSError):
            sys.stderr.write(f"\r{text}\x1b[K")
            sys.stderr.flush()
