"""What importing a wheel surely loads: followed through its files, and held against what CPython really imports."""

import io
import subprocess
import sys
import zipfile

import pytest
from support.archives import wheel_bytes, wheel_name
from support.elf import elf_bytes, module_bytes

from muslcheck.archives.wheel_imports import surely_imported
from muslcheck.archives.wheel_inside import read_wheel

NAME = wheel_name("spam", "1.0", "cp312-cp312-musllinux_1_2_x86_64")
FAST = {"spam/_fast.abi3.so": module_bytes("_fast")}

SURE = {
    "by-name": {"spam/__init__.py": "import spam._fast"},
    "relative": {"spam/__init__.py": "from ._fast import work"},
    "module-of-the-package": {"spam/__init__.py": "from . import _fast"},
    "by-the-name-of-the-package": {"spam/__init__.py": "from spam import _fast"},
    "star": {"spam/__init__.py": "from spam._fast import *"},
    "at-one-remove": {"spam/__init__.py": "from .core import x", "spam/core.py": "from ._fast import x"},
    "two-dots": {"spam/__init__.py": "from .sub import x", "spam/sub/__init__.py": "from .._fast import x"},
    "package-above": {"spam/__init__.py": "import spam.sub.leaf", "spam/sub/__init__.py": "import spam._fast", "spam/sub/leaf.py": ""},
    "in-a-class": {"spam/__init__.py": "class A:\n    from ._fast import x"},
    "in-finally": {"spam/__init__.py": "try:\n    pass\nfinally:\n    import spam._fast"},
    "no-handlers": {"spam/__init__.py": "try:\n    import spam._fast\nfinally:\n    pass"},
    "warnings-caught": {"spam/__init__.py": "import warnings\nwith warnings.catch_warnings():\n    from . import _fast"},
}
UNSURE = {
    "tried": {"spam/__init__.py": "try:\n    from . import _fast\nexcept ImportError:\n    pass"},
    "conditional": {"spam/__init__.py": "import os\nif os.environ.get('SPAM_FAST'):\n    from . import _fast"},
    "suppressed": {"spam/__init__.py": "from contextlib import suppress\nwith suppress(ImportError):\n    from . import _fast"},
    "in-a-function": {"spam/__init__.py": "def work():\n    from . import _fast"},
    "lazy": {"spam/__init__.py": "from .sub import _fast", "spam/sub/__init__.py": "def __getattr__(name):\n    return 1"},
    "a-name-of-the-package": {"spam/__init__.py": "_fast = None\nfrom . import other", "spam/other.py": "from . import _fast"},
    "another-module": {"spam/__init__.py": "from ._slow import work", "spam/_slow.py": "work = 1"},
    "a-package-of-that-name": {"spam/__init__.py": "import spam._fast", "spam/_fast/__init__.py": ""},
}


def loaded(files, name=NAME):
    file = io.BytesIO(wheel_bytes("spam", "1.0", name.removesuffix(".whl").split("-", 2)[2], files=files))
    return surely_imported(file, read_wheel(file, name))


@pytest.mark.parametrize("files", SURE.values(), ids=SURE)
def test_surely_imported(files, tmp_path):
    assert [seen.value for seen in loaded(files | FAST)] == ["spam/_fast.abi3.so"]
    assert really_imported(files, tmp_path)


@pytest.mark.parametrize("files", UNSURE.values(), ids=UNSURE)
def test_not_surely_imported(files, tmp_path):
    assert loaded(files | FAST) == ()
    assert not really_imported(files, tmp_path)


def really_imported(files, folder):
    """Whether ``import spam`` stops where ``spam._fast`` is a module that cannot be loaded."""
    data = wheel_bytes("spam", "1.0", files={**files, "spam/_fast.py": "raise SystemExit(77)"})
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        archive.extractall(folder)
    code = "import sys; sys.modules['spam.nothing'] = None; import spam"
    if "suppress(ImportError)" in files["spam/__init__.py"] or "except ImportError" in files["spam/__init__.py"]:
        (folder / "spam/_fast.py").write_text("raise ImportError")
    ended = subprocess.run([sys.executable, "-c", code], cwd=folder, capture_output=True, text=True, check=False)
    assert ended.returncode in {0, 77}, ended.stderr
    return ended.returncode == 77


def test_the_line_and_the_root_are_told():
    (seen,) = loaded({"spam/__init__.py": "\n\nfrom .core import x", "spam/core.py": "# x\nfrom ._fast import x"} | FAST)
    assert (seen.where, seen.detail) == (f"{NAME}!/spam/core.py:2", "spam")


def test_a_module_at_the_top_is_loaded_by_its_name():
    (seen,) = loaded({"_top.abi3.so": module_bytes("_top")})
    assert (seen.value, seen.where, seen.detail) == ("_top.abi3.so", f"{NAME}!/_top", "_top")


LIBRARY = {"spam/libeggs.so": elf_bytes(defines=("eggs",))}
OPENS = "import ctypes, os\npath = os.path.join(os.path.dirname(__file__), 'libeggs.so')\n"


@pytest.mark.parametrize("call", ["eggs = ctypes.CDLL(path)", "eggs = ctypes.cdll.LoadLibrary(path)", "ctypes.PyDLL(path)"])
def test_a_library_that_is_opened_with_ctypes(call):
    (seen,) = loaded({"spam/__init__.py": f"{OPENS}{call}"} | LIBRARY)
    assert (seen.value, seen.where) == ("spam/libeggs.so", f"{NAME}!/spam/__init__.py:3")


@pytest.mark.parametrize(
    "text", [f"{OPENS}def f():\n    ctypes.CDLL(path)", "import ctypes\nctypes.CDLL('libother.so')", "x = 'libeggs.so'"]
)
def test_a_library_that_is_not_surely_opened(text):
    assert loaded({"spam/__init__.py": text} | LIBRARY) == ()


def test_two_libraries_that_may_be_meant_are_none():
    text = f"{OPENS}other = 'libham.so'\nctypes.CDLL(path)"
    assert loaded({"spam/__init__.py": text, "spam/libham.so": elf_bytes()} | LIBRARY) == ()


@pytest.mark.parametrize("text", ["def broken(:", "\0", "x = " + "(" * 5000, b"\xff\xfe"])
def test_what_is_no_python_is_followed_no_further(text):
    assert loaded({"spam/__init__.py": text} | FAST) == ()
