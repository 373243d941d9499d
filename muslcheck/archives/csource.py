# ruff: noqa: C901, FBT001, PLR0911, PLR0912, PLR0917, PLR2004, S105 -- a preprocessor: three-valued truths, tokens, one branch for each directive
"""C, C++ and Cython sources: the headers that they include and the sdist does not hold, and names that tell of age or of glibc.

Conditions of the preprocessor are answered as far as the target answers them: neither glibc, Windows nor Apple, its Python version, its
architecture. What hangs on an unknown macro is decided later.
"""

from __future__ import annotations

import posixpath
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from muslcheck.archives.facts import Certainty, Seen
from muslcheck.archives.interpreter.values import weaker

if TYPE_CHECKING:
    from collections.abc import Iterable

    from muslcheck.archives.container import Contents
    from muslcheck.archives.facts import Extension
    from muslcheck.words.target import Target

__all__ = ["SourceFacts", "condition", "read_c_text", "read_sources"]

_FILES = 600
"""Sources and headers read in one sdist."""
_BYTES = 16 * 1024**2


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
_PYTHON_GONE = {
    "longintrepr.h": (3, 11),
    "node.h": (3, 10),
    "parsetok.h": (3, 10),
    "graminit.h": (3, 10),
    "grammar.h": (3, 10),
    "token.h": (3, 10),
    "symtable.h": (3, 11),
    "asdl.h": (3, 10),
    "ast.h": (3, 10),
    "Python-ast.h": (3, 10),
    "pyarena.h": (3, 10),
    "bitset.h": (3, 9),
    "pyfpe.h": (3, 11),
    "pymactoolbox.h": (3, 7),
    "eval.h": (3, 12),
    "cStringIO.h": (3, 0),
    "intobject.h": (3, 0),
    "stringobject.h": (3, 0),
    "bufferobject.h": (3, 0),
    "cobject.h": (3, 0),
    "ucnhash.h": (3, 10),
    "structmember.h": (4, 0),
}
"""Headers that CPython had once, and the version that no longer has them at that place."""
_GONE_FROM_C_API = (
    "PyUnicode_GET_SIZE", "PyUnicode_GetSize", "PyUnicode_GET_DATA_SIZE", "PyUnicode_AS_UNICODE", "PyUnicode_AS_DATA",
    "PyUnicode_AsUnicode", "PyUnicode_AsUnicodeAndSize", "PyUnicode_FromUnicode", "PyUnicode_WSTR_LENGTH", "use_tracing",
    "curexc_traceback", "PyFrame_BlockSetup", "PyEval_AcquireLock", "PyEval_ReleaseLock", "PyEval_CallObject", "PyEval_CallFunction",
    "PyEval_CallMethod", "PyEval_CallObjectWithKeywords", "PyCFunction_Call", "PyUnicode_Encode", "PyUnicode_EncodeUTF8",
    "PyUnicode_EncodeDecimal", "PyUnicode_TransformDecimalToASCII", "PyUnicode_EncodeASCII", "PyUnicode_EncodeLatin1",
    "PyObject_AsCharBuffer", "PyObject_AsReadBuffer", "PyObject_AsWriteBuffer", "PyObject_CheckReadBuffer",
    "PyParser_SimpleParseString", "PyNode_Compile", "_Py_CheckRecursionLimit", "PyUnicode_GetMax", "PyOS_InitInterrupts",
)  # fmt: skip
"""Names that newer CPythons do not have; the judge knows since when."""
_ONLY_GLIBC = (
    "backtrace_symbols", "backtrace_symbols_fd", "fts_open", "argp_parse", "obstack_free", "gnu_get_libc_version", "makecontext",
    "swapcontext", "mallinfo", "mallinfo2", "malloc_trim", "malloc_info", "malloc_stats", "mallopt", "mtrace", "pvalloc", "rawmemchr",
    "canonicalize_file_name", "strerrordesc_np", "strerrorname_np", "sigabbrev_np", "fedisableexcept", "feenableexcept", "dlvsym",
    "dlmopen", "getaddrinfo_a", "register_printf_function", "register_printf_specifier", "res_ninit", "res_nsearch", "res_nquery",
    "random_r", "srandom_r", "initstate_r", "drand48_r", "lrand48_r", "srand48_r", "strndupa", "TEMP_FAILURE_RETRY", "__GLIBC_PREREQ",
    "fcloseall", "getdate_r", "rpmatch", "strfry", "envz_add", "argz_create", "argz_add", "parse_printf_format", "pthread_tryjoin_np",
    "pthread_mutexattr_setprioceiling", "error_at_line", "__register_atfork",
)  # fmt: skip
"""Functions and macros of glibc whose use is worth a mark; the judge knows which of them the target's libc lacks."""
_NAMES = re.compile(rb"(?<![\w.])(?:->|\.)?\b(" + b"|".join(n.encode() for n in (*_GONE_FROM_C_API, *_ONLY_GLIBC)) + rb")\b(\s*\()?")
_ELSEWHERE = re.compile(
    r"win[a-z]*32|windows?|winsock|ws2|wincrypt|wtypes|tchar|shlobj|shellapi|iphlp|psapi|pdh|tlhelp|ntsec|wtsapi|process\.h|io\.h|conio|direct\.h|intrin\.h|winternl|"
    r"mach|Carbon|CoreFoundation|CoreServices|CoreAudio|Availability|TargetConditionals|IOKit|Security/|libproc|Accelerate|sys/sysctl|sys/proc|sys/jail|jail|sys/cpuset|kvm|"
    r"devstat|vm/|kstat|sys/loadavg|libutil|sys/protosw|OpenCL/opencl|sys/mman\.h|sys/event|port\.h|sys/devpoll|sys/pset|procfs|unixio|descrip|starlet|utmpx32|"
    r"com_err/|\w+_win32|sdkddkver|crtdbg|mscoree|objbase|ole2|oleauto|comdef|atl|dbghelp|versionhelpers|synchapi|processthreadsapi|arpa/in6|bsd/unistd|netinet/in_var|net/if_dl|net/if_media",
    re.IGNORECASE,
)
"""Headers of other systems, which sources include behind a macro of their own."""
_DIRECTIVE = re.compile(
    rb"^[ \t]*#[ \t]*(include_next|include|ifdef|ifndef|if|elif|else|endif|define|undef|error)\b((?:\\\r?\n|[^\n])*)", re.MULTILINE
)
_BLOCK_COMMENT = re.compile(rb"/\*.*?\*/", re.DOTALL)
_INCLUDE = re.compile(rb"\s*([<\"])([^>\"\n]{1,200})[>\"]")
_CYTHON_MADE = re.compile(rb"/\* Generated by Cython ([\w.]+)")
_EXTERN = re.compile(r"cdef\s+extern\s+from\s+[\"'](<?)([^\"'>]{1,200})>?[\"']")
_PYX_SETTING = re.compile(r"^#\s*distutils:\s*(\w+)\s*=\s*(.+)$", re.MULTILINE)
_TOKEN = re.compile(
    r"\s*(defined\b|__has_include\b|[A-Za-z_]\w*|0[xX][0-9a-fA-F]+[uUlL]*|\d+[uUlL]*|&&|\|\||==|!=|<=|>=|<<|>>|[!()<>+\-*/%&|^~,?:]|\"[^\"]*\")"
)


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
            reader.source(extension, source)
    for extension, text in texts:
        if extension.certainty is not Certainty.SWITCHED:
            reader.text(text.encode("utf-8", "replace"), extension, extension.seen_in, "", Certainty.ALWAYS)
    return reader.facts


def read_c_text(contents: Contents, target: Target, extension: Extension, text: str) -> SourceFacts:
    """What one text in C says."""
    reader = _Reader(contents, target, frozenset())
    reader.text(text.encode("utf-8", "replace"), extension, extension.seen_in, "", Certainty.ALWAYS)
    return reader.facts


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
        self._known = _macros(target)
        self._seen: set[tuple[str, Certainty]] = set()
        self._defines: dict[str, str | None] = {}
        """What the files read so far surely define."""

    def source(self, extension: Extension, name: str) -> None:
        """One listed source."""
        member = posixpath.normpath(name)
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
        self.text(data, extension, member, posixpath.dirname(member), Certainty.ALWAYS, generated=bool(made))

    def text(self, data: bytes, extension: Extension, member: str, folder: str, _sure: Certainty, *, generated: bool = False) -> None:
        """The text of a C or C++ file: includes outside of what the preprocessor surely leaves out, and telling names."""
        plain = _BLOCK_COMMENT.sub(lambda m: b"\n" * m[0].count(b"\n"), data) if b"/*" in data else data
        line_of = _Lines(plain)
        own = self._defines
        stack: list[_Branch] = []
        at = 0
        for match in _DIRECTIVE.finditer(plain):
            state = stack[-1].state if stack else True
            if state is not False and not generated:
                self._names(plain, at, match.start(), state, extension, member, line_of)
            at = match.end()
            word = match[1]
            rest = match[2]
            if word in {b"include", b"include_next"}:
                found = _INCLUDE.match(rest)
                if found and state is not False:
                    certainty = extension.certainty if state else weaker(extension.certainty, Certainty.DECIDED_LATER)
                    name = found[2].decode("utf-8", "replace").strip()
                    self._include(name, found[1] == b'"', folder, extension, self._where(member, line_of(match.start())), certainty)
            elif word == b"define" and state is True:
                name, _, value = rest.decode("latin-1").strip().partition(" ")
                own[name.partition("(")[0]] = value.strip() or "1"
            elif word == b"undef" and state is True:
                own.pop(rest.decode("latin-1").strip(), None)
            else:
                self._branch(word, rest, stack, own)
        state = stack[-1].state if stack else True
        if state is not False and not generated:
            self._names(plain, at, len(plain), state, extension, member, line_of)

    def _branch(self, word: bytes, rest: bytes, stack: list[_Branch], own: dict[str, str | None]) -> None:
        if word in {b"if", b"ifdef", b"ifndef"}:
            outer = stack[-1].state if stack else True
            text = rest.decode("latin-1").replace("\\\n", " ").partition("//")[0]
            if word == b"if":
                truth = condition(text, self._known, own)
            else:
                name = text.split()[0] if text.split() else ""
                truth = _defined(name, self._known, own)
                if word == b"ifndef" and truth is not None:
                    truth = not truth
                if word == b"ifndef" and not stack and (truth is None or _GUARD.search(name)):
                    truth = True  # an include guard, or a default that nobody set
            stack.append(_Branch(outer, truth))
        elif stack and word == b"elif":
            stack[-1].turn(condition(rest.decode("latin-1").replace("\\\n", " ").partition("//")[0], self._known, own))
        elif stack and word == b"else":
            stack[-1].turn(truth=True)
        elif stack and word == b"endif":
            stack.pop()

    def _names(self, data: bytes, start: int, end: int, state: bool | None, extension: Extension, member: str, line_of: _Lines) -> None:
        for found in _NAMES.finditer(data, start, end):
            name = found[1].decode()
            line_start = data.rfind(b"\n", 0, found.start()) + 1
            if b"//" in data[line_start : found.start()] or data[line_start : found.start()].count(b'"') % 2:
                continue
            certainty = extension.certainty if state else weaker(extension.certainty, Certainty.DECIDED_LATER)
            where = self._where(member, line_of(found.start()))
            if name == "use_tracing" and data[line_start : found.start()].endswith(b"cframe->"):
                name = "cframe->use_tracing"  # CPython's own structure, whoever else has a member of that name
                self._mark(f"capi:{name}", where, certainty)
            elif name in _GONE_FROM_C_API:
                self._mark(f"capi:{name}", where, certainty)
            elif found[2] and not re.search(rb"[\w*]\s+\*?" + name.encode() + rb"\s*\([^;{}()]*\)\s*\{", data):
                self._mark(f"glibc:{name}", where, certainty)

    def _include(self, name: str, quoted: bool, folder: str, extension: Extension, where: str, certainty: Certainty) -> None:
        member = self._find(name, folder, extension, quoted=quoted)
        if member is not None:
            if len(self._read) < _FILES:
                self._nested(member, extension, certainty)
            return
        if name.endswith(".h") and name in _PYTHON_GONE and self.target.python >= _PYTHON_GONE[name]:
            self._mark(f"capi:{name}", where, certainty)
            return
        if not self._at_hand(name) and not (certainty is Certainty.DECIDED_LATER and _ELSEWHERE.match(name)):
            key = (name, certainty)
            if key not in self._seen:
                self._seen.add(key)
                self.facts.headers.append(Seen(name, where, certainty, extension.name))

    def _nested(self, member: str, extension: Extension, certainty: Certainty) -> None:
        from dataclasses import replace

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
        stem = name.removesuffix(".h")
        if stem != name and (stem in _MUSL or stem in _COMPILER or stem in _OF_PYTHON or name in _CXX_WITH_H):
            return True
        if "." not in posixpath.basename(name):
            return True  # <vector>, <cstdint>
        if name.startswith(("internal/pycore_", "cpython/", "pycore_", "ext/", "experimental/", "bits/stdc++")):
            return True
        top = name.partition("/")[0]
        if not self.target.is_musl and (top in _OF_GLIBC or name in _OF_GLIBC):
            return True
        return any(top in _HEADERS_OF.get(project, ()) or name in _HEADERS_OF.get(project, ()) for project in self.brought)

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
            self._include(name, not angled, posixpath.dirname(member), extension, where, extension.certainty)
        stem = member.rsplit(".", 1)[0]
        folder = posixpath.dirname(member)
        nearby = [f"{stem}.pxd", *(n for n in self.contents.names if n.endswith((".pxd", ".pxi")) and posixpath.dirname(n) == folder)]
        if member.endswith(".pyx"):
            for other in nearby[:60]:
                if other in self.contents.kept:
                    self._cython(extension, other)

    def _where(self, member: str, line: int) -> str:
        return member if "!/" in member else self.contents.where(member, line)

    def _mark(self, value: str, where: str, certainty: Certainty) -> None:
        if (value, certainty) not in self._seen and len(self.facts.marks) < 500:
            self._seen.add((value, certainty))
            self.facts.marks.append(Seen(value, where, certainty))


_HEADERS_OF = {
    "numpy": ("numpy",),
    "oldest-supported-numpy": ("numpy",),
    "pybind11": ("pybind11",),
    "nanobind": ("nanobind",),
    "greenlet": ("greenlet",),
    "cppy": ("cppy",),
    "scipy": ("numpy",),
    "lxml": ("libxml", "libxslt", "etree_defs.h", "lxml-version.h", "libxml2", "etree.h", "lxml.etree.h", "lxml.etree_api.h"),
    "pygame": ("pygame",),
    "torch": ("torch", "ATen", "c10"),
    "xxhash": (),
    "mpi4py": ("mpi4py",),
    "cffi": ("ffi_platypus.h",),
    "cython": (),
    "pyarrow": ("arrow",),
    "pythonnet": (),
    "blosc2": (),
    "nlohmann-json": ("nlohmann",),
}
"""First folders, or names, of headers that a build requirement brings."""


_GUARD = re.compile(r"_(H|HH|HPP|HXX|h|hpp|INCLUDED|INC)_*$")


class _Branch:
    """One ``#if`` that is open: whether its current branch is compiled (None: not known)."""

    __slots__ = ("_outer", "_taken", "state")

    def __init__(self, outer: bool | None, truth: bool | None) -> None:
        self._outer = outer
        self._taken: bool | None = truth
        self.state: bool | None = _both(outer, truth)

    def turn(self, truth: bool | None) -> None:
        """Go on to the next branch (``#elif``, ``#else``)."""
        if self._taken is True:
            self.state = False
            return
        mine = truth if self._taken is False else (None if truth is not False else False)
        self.state = _both(self._outer, mine)
        self._taken = True if truth is True and self._taken is False else (False if truth is False and self._taken is False else None)


def _both(first: bool | None, second: bool | None) -> bool | None:
    if first is False or second is False:
        return False
    return True if first and second else None


class _Lines:
    """Line numbers of offsets, asked in rising order."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0
        self._line = 1

    def __call__(self, offset: int) -> int:
        if offset < self._at:
            self._at, self._line = 0, 1
        self._line += self._data.count(b"\n", self._at, offset)
        self._at = offset
        return self._line


_MACHINES = {
    "x86_64": ("__x86_64__", "__x86_64", "__amd64__", "__amd64", "__LP64__", "_LP64"),
    "aarch64": ("__aarch64__", "__ARM_NEON", "__LP64__", "_LP64", "__ARM_ARCH"),
    "i686": ("__i386__", "__i386", "i386", "__i686__"),
    "armv7l": ("__arm__", "__ARM_ARCH", "__ARM_ARCH_7A__", "__ARM_EABI__"),
    "armv6l": ("__arm__", "__ARM_ARCH", "__ARM_ARCH_6__", "__ARM_EABI__"),
    "ppc64le": ("__powerpc64__", "__powerpc__", "__PPC64__", "__PPC__", "__LP64__", "_LP64"),
    "s390x": ("__s390x__", "__s390__", "__LP64__", "_LP64"),
    "riscv64": ("__riscv", "__LP64__", "_LP64"),
}
_NEVER = (
    "_WIN32", "WIN32", "_WIN64", "WIN64", "__WIN32__", "_WINDOWS", "_MSC_VER", "MS_WINDOWS", "MS_WIN32", "MS_WIN64", "__MINGW32__",
    "__MINGW64__", "__CYGWIN__", "__APPLE__", "__MACH__", "__MACOSX__", "__MACOS__", "MACOSX", "__DARWIN__", "TARGET_OS_MAC",
    "TARGET_OS_IPHONE", "__FreeBSD__", "__OpenBSD__", "__NetBSD__", "__DragonFly__", "BSD", "__sun", "sun", "__sun__", "__SVR4",
    "__svr4__", "_AIX", "__hpux", "__osf__", "__sgi", "__QNX__", "__QNXNTO__", "__VMS", "VMS", "__OS2__", "__HAIKU__", "__BEOS__",
    "__GNU__", "__ANDROID__", "ANDROID", "__EMSCRIPTEN__", "__wasm__", "__wasi__", "__BORLANDC__", "__WATCOMC__", "__INTEL_COMPILER",
    "__ICC", "__clang__", "__TINYC__", "__SUNPRO_C", "__SUNPRO_CC", "__IBMC__", "__IBMCPP__", "__xlC__", "__PGI", "__HP_cc",
    "__HP_aCC", "__UCLIBC__", "__BIONIC__", "PYPY_VERSION", "PYPY_VERSION_NUM", "GRAALVM_PYTHON", "__CUDACC__", "__HIPCC__",
    "Py_DEBUG", "Py_TRACE_REFS", "__NVCC__", "FREEBSD", "__FreeBSD_kernel__", "OS_WIN", "SOLARIS", "PSUTIL_WINDOWS_", "UNDER_CE",
    "__MSDOS__", "MSDOS", "__DJGPP__", "macintosh", "__riscos__", "__MVS__", "CYTHON_COMPILING_IN_PYPY", "__OBJC__",
)  # fmt: skip
_ALWAYS = (
    "__linux__", "__linux", "linux", "__gnu_linux__", "__unix__", "__unix", "unix", "__ELF__", "__STDC__", "__GNUC_MINOR__",
    "__CHAR_BIT__", "__SIZEOF_INT128__", "HAVE_STDINT_H", "HAVE_UNISTD_H", "HAVE_SYS_TYPES_H", "HAVE_SYS_STAT_H", "HAVE_STDLIB_H",
    "HAVE_STRING_H", "HAVE_INTTYPES_H", "HAVE_FCNTL_H", "HAVE_ERRNO_H", "Py_PYTHON_H", "WITH_THREAD", "__OPTIMIZE__",
    "CYTHON_COMPILING_IN_CPYTHON",
)  # fmt: skip


def _macros(target: Target) -> dict[str, str | None]:
    """Macros with the value that they have on the target; None where it surely does not define them."""
    major, minor = target.python
    known: dict[str, str | None] = dict.fromkeys(_NEVER)
    known.update(dict.fromkeys(_ALWAYS, "1"))
    for arch, names in _MACHINES.items():
        if arch != target.arch:
            known.update(dict.fromkeys(names))
    known.update(dict.fromkeys(_MACHINES.get(target.arch, ()), "1"))
    known.update(
        {
            "PY_VERSION_HEX": str(major << 24 | minor << 16 | 0x00F0),
            "PY_MAJOR_VERSION": str(major),
            "PY_MINOR_VERSION": str(minor),
            "Py_VERSION_HEX": str(major << 24 | minor << 16 | 0x00F0),
            "__GNUC__": "14",
            "__STDC_VERSION__": "201710",
            "Py_GIL_DISABLED": "1" if target.free_threaded else None,
            "PY3": "1",
            "IS_PY3K": "1",
            "__GLIBC__": None if target.is_musl else str(target.libc.major),
            "__GLIBC_MINOR__": None if target.is_musl else str(target.libc.minor),
        }
    )
    if target.is_musl:
        known["__GLIBC_PREREQ"] = None
    return known


def _defined(name: str, known: dict[str, str | None], own: dict[str, str | None]) -> bool | None:
    if name in own:
        return True
    if name in known:
        return known[name] is not None
    return None


def condition(text: str, known: dict[str, str | None], own: dict[str, str | None]) -> bool | None:
    """The truth of an ``#if`` expression; None where it hangs on a macro that is not known."""
    tokens = _tokens(text)
    if tokens is None:
        return None
    value = _Expression(tokens, known, own).whole()
    return None if value is None else bool(value)


def _tokens(text: str) -> list[str] | None:
    tokens: list[str] = []
    at = 0
    text = text.strip()
    while at < len(text):
        match = _TOKEN.match(text, at)
        if match is None or len(tokens) > 400:
            return None
        tokens.append(match[1])
        at = match.end()
    return tokens


_BINDING = {
    "||": 1,
    "&&": 2,
    "|": 3,
    "^": 4,
    "&": 5,
    "==": 6,
    "!=": 6,
    "<": 7,
    ">": 7,
    "<=": 7,
    ">=": 7,
    "<<": 8,
    ">>": 8,
    "+": 9,
    "-": 9,
    "*": 10,
    "/": 10,
    "%": 10,
}
"""Binary operators of the preprocessor by how tightly they bind."""


class _Expression:
    """A preprocessor expression over integers and None (not known), by precedence climbing."""

    def __init__(self, tokens: list[str], known: dict[str, str | None], own: dict[str, str | None], depth: int = 0) -> None:
        self._tokens = tokens
        self._at = 0
        self._known = known
        self._own = own
        self._depth = depth

    def whole(self) -> int | None:
        value = self._binary(1, 0)
        return value if self._at >= len(self._tokens) else None

    def _peek(self) -> str:
        return self._tokens[self._at] if self._at < len(self._tokens) else ""

    def _next(self) -> str:
        token = self._peek()
        self._at += 1
        return token

    def _binary(self, least: int, depth: int) -> int | None:
        left = self._unary(depth)
        while (binding := _BINDING.get(self._peek(), 0)) >= least:
            operator = self._next()
            right = self._binary(binding + 1, depth)
            left = _apply(operator, left, right)
        return left

    def _unary(self, depth: int) -> int | None:
        token = self._next()
        if depth > 60:
            self._at = len(self._tokens) + 1
            return None
        if token == "!":
            value = self._unary(depth + 1)
            return None if value is None else int(not value)
        if token in {"-", "+", "~"}:
            value = self._unary(depth + 1)
            return None if value is None else -value if token == "-" else value if token == "+" else ~value
        if token == "(":
            value = self._binary(1, depth + 1)
            if self._peek() == ")":
                self._at += 1
            return value
        if token == "defined":
            return self._defined()
        if token[:1].isdigit():
            digits = token.rstrip("uUlL")
            return None if len(digits) > 20 else int(digits, 16) if digits[:2].lower() == "0x" else int(digits)
        if token[:1].isalpha() or token[:1] == "_":
            return self._macro(token)
        return None

    def _defined(self) -> int | None:
        name = self._next()
        if name == "(":
            name = self._next()
            if self._peek() == ")":
                self._at += 1
        truth = _defined(name, self._known, self._own)
        return None if truth is None else int(truth)

    def _macro(self, name: str) -> int | None:
        if self._peek() == "(":
            depth = 0
            while self._at < len(self._tokens):
                token = self._next()
                depth += (token == "(") - (token == ")")
                if depth == 0:
                    break
            return 0 if name in self._known and self._known[name] is None else None
        value = self._own.get(name, self._known.get(name, ""))
        if value is None:
            return 0
        digits = value.strip().rstrip("uUlL()").lstrip("(")
        if digits.isdecimal():
            return int(digits) if len(digits) < 20 else None
        if digits[:2].lower() == "0x" and len(digits) < 20:
            try:
                return int(digits, 16)
            except ValueError:
                return None
        if self._depth < 8 and value.strip() and value.strip() != name and (tokens := _tokens(value.partition("//")[0])):
            return _Expression(tokens, self._known, self._own, self._depth + 1).whole()
        return None


def _apply(operator: str, left: int | None, right: int | None) -> int | None:
    if operator == "&&":
        if left == 0 or right == 0:
            return 0
        return None if left is None or right is None else 1
    if operator == "||":
        if left or right:
            return 1
        return None if left is None or right is None else 0
    if left is None or right is None or max(abs(left), abs(right)) > 2**64:
        return None
    match operator:
        case "==":
            return int(left == right)
        case "!=":
            return int(left != right)
        case "<":
            return int(left < right)
        case ">":
            return int(left > right)
        case "<=":
            return int(left <= right)
        case ">=":
            return int(left >= right)
        case "+":
            return left + right
        case "-":
            return left - right
        case "*":
            return left * right
        case "&":
            return left & right
        case "|":
            return left | right
        case "^":
            return left ^ right
        case "<<" | ">>":
            if not 0 <= right <= 64:
                return None
            return left << right if operator == "<<" else left >> right
        case "/" | "%":
            if not right:
                return None
            return left // right if operator == "/" else left % right
        case _:
            return None
