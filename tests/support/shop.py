"""A small index of made-up projects, one for each outcome, that the pages' offline examples ask."""

from contextlib import contextmanager

from support.archives import sdist_bytes, wheel_bytes, wheel_name
from support.elf import module_bytes
from support.server import IndexServer

__all__ = ["open_shop"]

GLIBC = "cp312-cp312-manylinux_2_28_x86_64"
MUSL = "cp312-cp312-musllinux_1_2_x86_64"
C_EXTENSION = 'from setuptools import Extension, setup\n\nsetup(ext_modules=[Extension("{name}._{name}", ["{name}.c"]{more})])\n'
BUILD_SYSTEM = '[build-system]\nrequires = ["setuptools"]\nbuild-backend = "setuptools.build_meta"\n'


@contextmanager
def open_shop():
    """Serve ``tidy`` (fits any target), ``quick`` (both), ``swift`` (C), ``thrifty`` (C, optional), ``seer`` (glibc only) and
    ``brisk`` (both, but its beta is C); ``boastful`` and ``needy`` (musl by their tags, one with a name of glibc's, one needs libpq).
    """
    with IndexServer() as shop:
        _wheel(shop, "setuptools", "82.0.0", "py3-none-any")
        _wheel(shop, "tidy", "1.2.0", "py3-none-any", ["swift>=2"])
        _wheel(shop, "quick", "3.1.0", MUSL)
        _wheel(shop, "quick", "3.1.0", GLIBC)
        _wheel(shop, "swift", "2.0.1", GLIBC)
        _sdist(shop, "swift", "2.0.1")
        _wheel(shop, "thrifty", "0.4.0", GLIBC)
        _sdist(shop, "thrifty", "0.4.0", ", optional=True")
        _wheel(shop, "seer", "5.0.0", GLIBC)
        _wheel(shop, "brisk", "1.0.0", MUSL)
        _wheel(shop, "brisk", "1.0.0", GLIBC)
        _sdist(shop, "brisk", "1.1.0b2")
        _native(shop, "boastful", wants=("PyModule_Create2", "__cxa_thread_atexit_impl"))
        _native(shop, "needy", needed=("libpq.so.5", "libc.musl-x86_64.so.1"), wants=("PQconnectdb",))
        yield shop


def _wheel(shop, name, version, tags, requires=()):
    shop.add(name, wheel_name(name, version, tags), wheel_bytes(name, version, tags, requires))


def _native(shop, name, **elf):
    """A wheel for musl with one extension module, which its package imports."""
    module = f"{name}/_{name}.cpython-312-x86_64-linux-musl.so"
    files = {f"{name}/__init__.py": f"from {name} import _{name}\n", module: module_bytes(f"_{name}", **elf)}
    shop.add(name, wheel_name(name, "1.0.0", MUSL), wheel_bytes(name, "1.0.0", MUSL, files=files))


def _sdist(shop, name, version, more=""):
    files = {
        "pyproject.toml": BUILD_SYSTEM,
        "setup.py": C_EXTENSION.format(name=name, more=more),
        f"{name}.c": "#include <Python.h>\n",
        f"{name}/__init__.py": "",
    }
    shop.add(name, f"{name}-{version}.tar.gz", sdist_bytes(name, version, files))
