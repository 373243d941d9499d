# ruff: noqa: C901, FBT001, PLR0917, PLR2004 -- three-valued truths, one branch for each directive
"""C, C++ and Cython sources: the headers that they include and the sdist does not hold, and names that tell of age or of glibc.

Conditions of the preprocessor are answered as far as the target answers them: neither glibc, Windows nor Apple, its Python version, its
architecture. What hangs on an unknown macro is decided later.
"""

from __future__ import annotations

import posixpath
import re
from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING

from muslcheck.archives.brought import brought
from muslcheck.archives.cmacros import Branch, Preprocessor
from muslcheck.archives.ctext import NARROWING, CText, Use
from muslcheck.archives.cytext import refused, second_level
from muslcheck.archives.facts import Certainty, Seen
from muslcheck.archives.gone import gone
from muslcheck.archives.interpreter.values import weaker

if TYPE_CHECKING:
    from collections.abc import Iterable

    from muslcheck.archives.cmacros import Arm
    from muslcheck.archives.container import Contents
    from muslcheck.archives.cytext import Refused
    from muslcheck.archives.facts import Extension
    from muslcheck.words.target import Target

__all__ = ["SourceFacts", "read_c_text", "read_sources"]

_FILES = 600
"""Sources and headers read in one sdist."""
_BYTES = 16 * 1024**2
_NESTED = 30
"""Conditions within each other after which one is answered at once."""


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_MUSL = _words("""
    aio alloca ar arpa/ftp arpa/inet arpa/nameser arpa/nameser_compat arpa/telnet arpa/tftp assert byteswap complex cpio crypt ctype
    dirent dlfcn elf endian err errno fcntl features fenv float fmtmsg fnmatch ftw getopt glob grp iconv ifaddrs inttypes iso646
    langinfo lastlog libgen libintl limits link locale malloc math memory mntent monetary mqueue net/ethernet net/if net/if_arp
    net/route netdb netinet/ether netinet/icmp6 netinet/if_ether netinet/igmp netinet/in netinet/in_systm netinet/ip netinet/ip6
    netinet/ip_icmp netinet/tcp netinet/udp netpacket/packet nl_types paths poll pthread pty pwd regex resolv sched scsi/scsi
    scsi/scsi_ioctl scsi/sg search semaphore setjmp shadow signal spawn stdalign stdarg stdbool stdc-predef stddef stdint stdio
    stdio_ext stdlib stdnoreturn string strings stropts sys/acct sys/auxv sys/cachectl sys/dir sys/epoll sys/errno sys/eventfd
    sys/fanotify sys/fcntl sys/file sys/fsuid sys/inotify sys/io sys/ioctl sys/ipc sys/kd sys/klog sys/membarrier sys/mman sys/mount
    sys/msg sys/mtio sys/param sys/personality sys/poll sys/prctl sys/procfs sys/ptrace sys/quota sys/random sys/reboot sys/reg
    sys/resource sys/select sys/sem sys/sendfile sys/shm sys/signal sys/signalfd sys/socket sys/soundcard sys/stat sys/statfs
    sys/statvfs sys/stropts sys/swap sys/syscall sys/sysinfo sys/syslog sys/sysmacros sys/termios sys/time sys/timeb sys/timerfd
    sys/times sys/timex sys/ttydefaults sys/types sys/ucontext sys/uio sys/un sys/user sys/utsname sys/vfs sys/vt sys/wait sys/xattr
    syscall sysexits syslog tar termios tgmath threads time uchar ucontext ulimit unistd utime utmp utmpx values wait wchar wctype
    wordexp
""")
"""Headers of musl, without ``.h``."""
_COMPILER = _words("""
    cpuid immintrin emmintrin xmmintrin pmmintrin tmmintrin smmintrin nmmintrin wmmintrin ammintrin mmintrin x86intrin x86gprintrin
    popcntintrin avxintrin avx2intrin bmiintrin bmi2intrin ia32intrin adxintrin lzcntintrin mm_malloc arm_neon arm_acle arm_sve arm_fp16
    altivec vecintrin s390intrin stdatomic quadmath omp unwind stdfix xtestintrin rdseedintrin vsx riscv_vector arm_bf16 stdckdint msa
    gcov openacc
""")
"""Headers that the compiler brings on Linux, without ``.h``."""
_OF_ONE_MACHINE = _COMPILER - _words("mm_malloc stdatomic quadmath omp unwind stdfix stdckdint gcov openacc")
"""Those of them that the compilers for some machines lack; the judge knows which."""
_OF_GLIBC = _words("""
    sys net netinet netpacket arpa linux asm asm-generic bits gnu rpc scsi mtd misc execinfo.h error.h fts.h argp.h obstack.h mcheck.h
    fstab.h xlocale.h nss.h printf.h sgtty.h termio.h ttyent.h thread_db.h fpu_control.h ieee754.h envz.h argz.h aliases.h gshadow.h
""")
"""Headers, and folders of headers, that libc6-dev (and linux-libc-dev, which it brings) has beyond those of musl."""
_CXX_WITH_H = frozenset({"cxxabi.h"})
_OF_PYTHON = _words("""
    Python pyconfig structmember frameobject pythread pymem pyport patchlevel object longobject unicodeobject bytesobject dictobject
    listobject tupleobject setobject moduleobject methodobject descrobject datetime code compile opcode marshal osdefs pyerrors pystate
    pymacro pymath pytime pystrtod pyframe traceback weakrefobject genobject ceval import intrcheck floatobject complexobject funcobject
    classobject cellobject memoryobject boolobject abstract objimpl modsupport sysmodule pylifecycle pyhash pycapsule bltinmodule
    fileutils fileobject iterobject rangeobject sliceobject structseq tracemalloc typeslots warnings pydtrace pystats pybuffer pyatomic
    critical_section lock refcount interpreteridobject osmodule pythonrun eval bytearrayobject enumobject genericaliasobject exports
""")
_ELSEWHERE = re.compile(
    r"win[a-z]*32|windows?|winsock|ws2|wincrypt|wtypes|tchar|shlobj|shellapi|iphlp|psapi|pdh|tlhelp|ntsec|wtsapi|process\.h|io\.h|conio|direct\.h|intrin\.h|winternl|"
    r"mach|Carbon|CoreFoundation|CoreServices|CoreAudio|Availability|TargetConditionals|IOKit|Security/|libproc|Accelerate|sys/sysctl|sys/proc|sys/jail|jail|sys/cpuset|kvm|"
    r"devstat|vm/|kstat|sys/loadavg|libutil|sys/protosw|OpenCL/opencl|sys/mman\.h|sys/event|port\.h|sys/devpoll|sys/pset|procfs|unixio|descrip|starlet|utmpx32|"
    r"com_err/|\w+_win32|sdkddkver|crtdbg|mscoree|objbase|ole2|oleauto|comdef|atl|dbghelp|versionhelpers|synchapi|processthreadsapi|arpa/in6|bsd/unistd|netinet/in_var|net/if_dl|net/if_media",
    re.IGNORECASE,
)
"""Headers of other systems, which sources include behind a macro of their own."""
_INCLUDE = re.compile(rb"\s*([<\"])([^>\"\n]{1,200})[>\"]")
_CYTHON_MADE = re.compile(rb"/\* Generated by Cython ([\w.]+)")
_EXTERN = re.compile(r"cdef\s+extern\s+from\s+[\"'](<?)([^\"'>]{1,200})>?[\"']")
_PYX_SETTING = re.compile(r"^#\s*distutils:\s*(\w+)\s*=\s*(.+)$", re.MULTILINE)

_SETTINGS = ("setup.py", "setup.cfg", "pyproject.toml")
"""Where a build says how Cython is to read its sources."""


@dataclass(slots=True)
class SourceFacts:
    """What the sources of an sdist's extensions say."""

    headers: list[Seen] = field(default_factory=list)
    libraries: list[Seen] = field(default_factory=list)
    marks: list[Seen] = field(default_factory=list)
    languages: dict[str, set[str]] = field(default_factory=dict)
    """Languages by extension name, where a source's own comments say more than its ending."""


def read_sources(
    contents: Contents, target: Target, extensions: Iterable[Extension], texts: Iterable[tuple[Extension, str]], brought: frozenset[str]
) -> SourceFacts:
    """Read what the extensions list. ``brought`` are the distributions that the build requires, whose headers need no package."""
    reader = _Reader(contents, target, brought)
    for extension in extensions:
        if extension.certainty is Certainty.SWITCHED:
            continue
        for source in extension.sources:
            if source not in extension.perhaps:
                reader.source(extension, source)
        sure = len(reader.facts.headers)
        for source in extension.perhaps:
            reader.source(extension, source)
        reader.facts.headers[sure:] = (
            replace(seen, certainty=weaker(seen.certainty, Certainty.DECIDED_LATER)) for seen in reader.facts.headers[sure:]
        )
    for extension, text in texts:
        if extension.certainty is not Certainty.SWITCHED:
            reader.text(text.encode("utf-8", "replace"), extension, extension.seen_in, "")
    return reader.facts


def read_c_text(contents: Contents, target: Target, extension: Extension, text: str) -> SourceFacts:
    """What one text in C says."""
    reader = _Reader(contents, target, frozenset())
    reader.text(text.encode("utf-8", "replace"), extension, extension.seen_in, "")
    return reader.facts


def _in_every_image(name: str) -> bool:
    """Whether a header comes with musl, and glibc, the compiler or CPython."""
    stem = name.removesuffix(".h")
    return (
        (stem != name and (stem in _MUSL or stem in _COMPILER or stem in _OF_PYTHON or name in _CXX_WITH_H))
        or "." not in posixpath.basename(name)  # <vector>, <cstdint>
        or name.startswith(("internal/pycore_", "cpython/", "pycore_", "ext/", "experimental/", "bits/stdc++"))
    )


class _Reader:
    def __init__(self, contents: Contents, target: Target, brought: frozenset[str]) -> None:
        self.contents = contents
        self.target = target
        self.brought = brought
        self.facts = SourceFacts()
        self._read: dict[tuple[str, Certainty], None] = {}
        self._files = _FILES
        self._bytes = _BYTES
        self._by_base: dict[str, list[str]] | None = None
        self._preprocessor = Preprocessor(target)
        self._seen: set[tuple[str, Certainty]] = set()

    def source(self, extension: Extension, name: str) -> None:
        """One listed source."""
        member = posixpath.normpath(name)
        if member.startswith("../") and "chdir" not in (self.contents.text("setup.py") or ""):
            self._mark(f"outside:{member}", extension.seen_in, extension.certainty)
        if member not in self.contents.names and (translated := f"{member.rpartition('.')[0]}.pyx") in self.contents.kept:
            member = translated  # the project's own command makes the one out of the other
        if member not in self.contents.kept:
            return
        if member.endswith((".pyx", ".pxd", ".pxi")):
            self._cython(extension, member)
        else:
            self._member(member, extension, extension.certainty)

    def _member(self, member: str, extension: Extension, certainty: Certainty) -> None:
        data = self.contents.kept.get(member)
        if data is None or (member, certainty) in self._read or self._files <= 0 or self._bytes <= 0:
            return
        self._read[member, certainty] = None
        self._files -= 1
        self._bytes -= len(data)
        made = _CYTHON_MADE.match(data[:200])
        if made:
            self._mark(f"cython-{made[1].decode()}", self.contents.where(member, 1), certainty)
        self.text(data, extension, member, posixpath.dirname(member), generated=bool(made), keep=True)

    def text(self, data: bytes, extension: Extension, member: str, folder: str, *, generated: bool = False, keep: bool = False) -> None:
        """The text of a C or C++ file: includes outside of what the preprocessor surely leaves out, and telling names."""
        parsed: CText | None = self.contents.parsed.get(member) if keep else None
        if parsed is None:
            parsed = CText(data, names=not generated)
            if keep:
                self.contents.parsed[member] = parsed
        stack: list[Branch] = []
        for piece in parsed.pieces:
            arm = stack[-1].arm if stack else None
            if isinstance(piece, Use):
                self._name(piece, arm, extension, member, parsed)
                continue
            word, rest, start = piece
            if word in {b"include", b"include_next"}:
                found = _INCLUDE.match(rest)
                name = found[2].decode("utf-8", "replace").strip() if found else ""
                if not found or self._always_there(name, folder, extension, quoted=found[1] == b'"'):
                    continue
                if (state := arm.state if arm is not None else True) is not False:
                    certainty = extension.certainty if state else weaker(extension.certainty, Certainty.DECIDED_LATER)
                    asking = any(branch.asked_before for branch in stack)
                    where = self._where(member, parsed.line(start))
                    if self._include(name, found[1] == b'"', folder, extension, where, certainty, instead=asking):
                        for branch in stack:
                            branch.asks = True
            elif word == b"define":
                self._preprocessor.define(rest.decode("latin-1"), arm, member)
            elif word == b"undef":
                self._preprocessor.undefine(rest.decode("latin-1"), arm)
            else:
                self._branch(word, rest, stack)

    def _branch(self, word: bytes, rest: bytes, stack: list[Branch]) -> None:
        if word in {b"if", b"ifdef", b"ifndef"}:
            if stack and len(stack) % _NESTED == 0:
                _ = stack[-1].arm.state  # found out now: later there would be too many within each other
            outer = stack[-1].arm if stack else None
            stack.append(Branch(partial(self._truth, word, rest, self._preprocessor.now, outermost=not stack), outer))
        elif stack and word == b"elif":
            stack[-1].turn(partial(self._truth, b"if", rest, self._preprocessor.now))
        elif stack and word == b"else":
            stack[-1].turn(None)
        elif stack and word == b"endif":
            stack.pop()

    def _truth(self, word: bytes, rest: bytes, at: int, *, outermost: bool = False) -> bool | None:
        """The truth of a condition at the moment at which it was met."""
        text = rest.decode("latin-1").replace("\\\n", " ").partition("//")[0]
        if word == b"if" and (alone := _DEFINED.fullmatch(text)) is not None:
            word, text = (b"ifndef" if alone[1] else b"ifdef"), alone[2]
        if word == b"if":
            return self._preprocessor.truth(text, at)
        name = text.split()[0] if text.split() else ""
        if word == b"ifndef" and outermost and _GUARD.search(name) and not self._preprocessor.given(name):
            return True
        truth = self._preprocessor.defined(name, at)
        asked_for = _OF_PYTHON_VERSION.search(name) or _SWITCH.search(name)
        if truth is None and asked_for and not self._preprocessor.perhaps(name, at) and not self._defines(name, at):
            truth = False
        if word == b"ifdef":
            return truth
        return not truth if truth is not None else outermost or None  # outermost: a default that nobody set

    def _defines(self, name: str, at: int) -> bool:
        """Whether anything in the sdist may define a macro: a source or a header, outside of what is surely left out, or a setting."""
        word = name.encode()
        given, defined = re.compile(rb"\b" + word + rb"\b"), re.compile(rb"^[ \t]*#[ \t]*define[ \t]+" + word + rb"\b", re.MULTILINE)
        left_out = self._preprocessor.left_out(name, at)
        for member, data in self.contents.kept.items():
            if word in data and not member.endswith(_OF_OTHERS):
                in_c = _IN_C.search(member) is not None
                if not (in_c and member in left_out) and (defined if in_c else given).search(data):
                    return True
        return False

    def _name(self, use: Use, arm: Arm | None, extension: Extension, member: str, text: CText) -> None:
        mark = use.mark
        if mark.startswith(NARROWING):
            if member.endswith(".c") or "c++" not in extension.languages or self._lenient():
                return
        elif mark.startswith("gcc-") and (not member.endswith(".c") or "c++" in extension.languages):  # C++ has other rules
            if ":NULL " not in mark:
                return
            mark = f"nullptr:{mark.partition(':')[2]}"
        later = weaker(extension.certainty, Certainty.DECIDED_LATER)
        if (mark, extension.certainty) in self._seen and (mark, later) in self._seen:
            return
        state = arm.state if arm is not None else True
        if state is False or (mark.endswith("size of a PyTypeObject") and not self.target.python >= (3, 12)):
            return
        name = mark.removeprefix("capi:")
        if name != mark and self._preprocessor.value(name) is not None:
            return  # a macro of the project's own takes its place
        certainty = extension.certainty if state and not self._preprocessor.perhaps(name) else later
        self._mark(mark, self._where(member, text.line(use.start)), certainty)

    def _lenient(self) -> bool:
        """Whether the project asks its compiler to let such things pass, or for an older C++."""
        return any(b in data for name, data in self.contents.kept.items() if name.endswith((".py", ".toml", ".cfg")) for b in _LENIENT)

    def _always_there(self, name: str, folder: str, extension: Extension, *, quoted: bool) -> bool:
        """Whether a header comes with every compiler, C library or Python: nothing hangs on who includes it."""
        if not _in_every_image(name) or name in gone().headers or name.removesuffix(".h") in _OF_ONE_MACHINE:
            return False
        return self._find(name, folder, extension, quoted=quoted) is None

    def _include(
        self, name: str, quoted: bool, folder: str, extension: Extension, where: str, certainty: Certainty, *, instead: bool
    ) -> bool:
        """One include; whether it asks for a header from outside. ``instead``: of another that is asked for before an ``#elif``."""
        member = self._find(name, folder, extension, quoted=quoted)
        if member is not None:
            if len(self._read) < _FILES:
                self._nested(member, extension, certainty)
            return False
        if (left := gone().headers.get(name)) is not None and self.target.python >= left:
            self._mark(f"capi:{name}", where, certainty)
            return False
        if certainty is not Certainty.DECIDED_LATER and name.removesuffix(".h") in _OF_ONE_MACHINE:
            self._mark(f"machine:{name}", where, certainty)
        if self._at_hand(name) or (certainty is Certainty.DECIDED_LATER and _ELSEWHERE.match(name)):
            return False
        key = (name, certainty)
        if key not in self._seen and not instead:
            self._seen.add(key)
            self.facts.headers.append(Seen(name, where, certainty, extension.name))
        return True

    def _nested(self, member: str, extension: Extension, certainty: Certainty) -> None:
        try:
            self._member(member, extension if certainty is extension.certainty else replace(extension, certainty=certainty), certainty)
        except RecursionError:
            return

    def _find(self, name: str, folder: str, extension: Extension, *, quoted: bool) -> str | None:
        """The archive's own copy of a header, or None."""
        names = self.contents.names
        places = ([folder] if quoted else []) + [d for d in extension.include_dirs if not d.startswith("/")]
        for place in places:
            candidate = posixpath.normpath(posixpath.join(place, name))
            if candidate in names:
                return candidate
        if self._by_base is None:
            self._by_base = {}
            for member in names:
                if member.endswith((".h", ".hpp", ".hh", ".hxx", ".inc", ".c", ".cpp", ".ipp", ".tcc", ".def", ".cuh")):
                    self._by_base.setdefault(posixpath.basename(member), []).append(member)
        if not quoted and self._at_hand(name):
            return None
        plain = name.replace("../", "")
        if not quoted and extension.include_dirs and all(d.startswith("/") for d in extension.include_dirs):
            return None
        return next((m for m in self._by_base.get(posixpath.basename(name), ()) if m == plain or m.endswith(f"/{plain}")), None)

    def _at_hand(self, name: str) -> bool:
        """Whether a header comes with musl, the compiler, CPython or a build requirement."""
        if _in_every_image(name):
            return True
        top = name.partition("/")[0]
        if not self.target.is_musl and (top in _OF_GLIBC or name in _OF_GLIBC):
            return True
        known = brought().headers
        return any(top in known.get(project, ()) or name in known.get(project, ()) for project in self.brought)

    def _cython(self, extension: Extension, member: str) -> None:
        """A Cython source: its ``cdef extern from``, and the settings in its first comments."""
        if (member, extension.certainty) in self._read or self._files <= 0:
            return
        self._read[member, extension.certainty] = None
        self._files -= 1
        text = self.contents.text(member) or ""
        where = self.contents.where(member)
        for key, value in _PYX_SETTING.findall(text[:20_000]):
            if key == "language" and "c++" in value:
                self.facts.languages.setdefault(extension.name, set()).add("c++")
            elif key == "libraries":
                self.facts.libraries.extend(
                    Seen(library, where, extension.certainty, extension.name) for library in value.replace(",", " ").split()[:20]
                )
            elif key == "sources":
                for source in value.replace(",", " ").split()[:50]:
                    self.source(extension, source)
        for angled, name in _EXTERN.findall(text):
            self._include(name, not angled, posixpath.dirname(member), extension, where, extension.certainty, instead=False)
        stem = member.rsplit(".", 1)[0]
        folder = posixpath.dirname(member)
        nearby = [f"{stem}.pxd", *(n for n in self.contents.names if n.endswith((".pxd", ".pxi")) and posixpath.dirname(n) == folder)]
        if member.endswith(".pyx"):
            self._refused(extension, member, text)
            for other in nearby[:60]:
                if other in self.contents.kept:
                    self._cython(extension, other)

    def _refused(self, extension: Extension, member: str, text: str) -> None:
        """What newer Cythons refuse in a ``.pyx``."""
        found: list[Refused] | None = self.contents.parsed.get(f"cython:{member}")
        if found is None:
            others = (self.contents.text(name) or "" for name in self.contents.kept if name.endswith((".pxd", ".pxi")))
            settings = [said for name in _SETTINGS if "language_level" in (said := self.contents.text(name) or "")]
            second = any(map(second_level, settings))
            found = self.contents.parsed[f"cython:{member}"] = list(refused(text, others, levels=not settings, second=second))
        for what, since, line in found:
            self._mark(f"pyx:{since[0]}.{since[1]}:{what}", self.contents.where(member, line), extension.certainty)

    def _where(self, member: str, line: int) -> str:
        return member if "!/" in member else self.contents.where(member, line)

    def _mark(self, value: str, where: str, certainty: Certainty) -> None:
        if (value, certainty) not in self._seen and len(self.facts.marks) < 500:
            self._seen.add((value, certainty))
            self.facts.marks.append(Seen(value, where, certainty))


_OF_OTHERS = (".rst", ".md", ".yml", ".yaml", ".cmake", "CMakeLists.txt", "meson.build", "Makefile")
"""Files that give a compiler no macros which setuptools runs."""
_IN_C = re.compile(r"\.(?:c|cc|cpp|cxx|h|hh|hpp|hxx|inc|i)$")
_LENIENT = (b"-Wno-narrowing", b"-fpermissive", b"'-w'", b'"-w"', b"++98", b"++03")
_SWITCH = re.compile(r"(?:^|_)(?:ENABLE|USE|WITH)_[A-Z]")
"""Macros by which a project's own build asks for something: no header of the system defines one."""
_DEFINED = re.compile(r"\s*(!)?\s*defined\s*(?:\(\s*([A-Za-z_]\w*)\s*\))\s*")
_OF_PYTHON_VERSION = re.compile(r"(?:PY(?:THON)?|AT_?LEAST|VER(?:SION)?)_*[23](?:_?\d{1,2})?(?![0-9])", re.IGNORECASE)
"""Macros that are named for a version of Python: no library has them."""
_GUARD = re.compile(r"_(H|HH|HPP|HXX|h|hpp|INCLUDED|INC)_*$")
