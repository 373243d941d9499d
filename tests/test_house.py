"""The house keeps its own rules: names, floors, what may be loaded where, and what no file may hold."""

import ast
import pwd
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest

import muslcheck

ROOT = Path(__file__).parents[1]
HOUSE = Path(muslcheck.__file__).parent
MODULES = sorted(HOUSE.rglob("*.py"))
HEAVY = {
    "argparse",
    "asyncio",
    "email",
    "httpcore",
    "httpx",
    "importlib.metadata",
    "msgspec",
    "pip",
    "resolvelib",
    "rich",
    "tomli",
    "urllib.request",
}
OWNERS = {  # what only these rooms may import
    "h2": ("index/http2.py", "index/pools.py"),
    "httpcore": ("index/pools.py", "index/stream.py"),
    "httpx": ("index/client.py", "index/http2.py", "index/pools.py", "index/transport.py"),
    "msgspec": ("index",),
    "pip": ("index/pipconfig.py",),
    "pip_requirements_parser": ("manifests",),
    "poetry": ("manifests",),
    "platformdirs": ("asking.py", "index/pipconfig.py"),
    "resolvelib": ("resolver",),
    "yaml": ("manifests",),
}
ASYNC_ROOMS = ("index", "core.py", "judging.py", "asking.py", "loading.py", "stepping.py")
RUNS_CODE = {"code", "codeop", "imp", "marshal", "pickle", "runpy", "shelve", "subprocess"}
STARTS_ITSELF = "index/readers.py"  # another process of this very Python, which reads and runs nothing of what it reads
FORBIDDEN_NAMES = {"base", "common", "helpers", "misc", "models", "utils"}


def _inside(module, rooms):
    return module.relative_to(HOUSE).as_posix().startswith(rooms)


def _name(module):
    return module.relative_to(HOUSE).as_posix()


def _tree(module):
    return ast.parse(module.read_text("utf-8"))


def _imported(tree):
    """Top-level names of the packages that a module imports anywhere, and the modules as written."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module


def _called(tree):
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            yield node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")


def _tracked():
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False)
    if listed.returncode != 0:
        pytest.skip("not a checkout: there are no tracked files to look at")
    return [ROOT / name for name in listed.stdout.split("\0") if name and (ROOT / name).is_file()]


def test_the_public_names_are_sorted_and_all_there():
    assert muslcheck.__all__ == sorted(muslcheck.__all__)
    assert dir(muslcheck) == muslcheck.__all__
    assert [name for name in muslcheck.__all__ if getattr(muslcheck, name, None) is None] == []


def test_the_names_for_type_checkers_are_those_fetched_on_use():
    tree = _tree(HOUSE / "__init__.py")
    typed = {
        (node.module, alias.name)
        for guard in tree.body
        if isinstance(guard, ast.If)
        for node in guard.body
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }
    fetched = {(getattr(muslcheck, name).__module__, name) for name in muslcheck.__all__ if name != "__version__"}
    assert {name for _, name in typed} == {name for _, name in fetched}
    assert {*typed} == {(room, name) for room, names in muslcheck._ROOMS.items() for name in names}


def test_an_unknown_public_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match="no_such_name"):
        muslcheck.no_such_name  # noqa: B018


def test_importing_the_package_loads_nothing_heavy():
    code = "import sys; before = set(sys.modules); import muslcheck; print(*set(sys.modules) - before)"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = run.stdout.split()
    assert "muslcheck" in loaded
    assert {name for name in loaded if name in HEAVY or name.split(".")[0] in HEAVY} == set()


@pytest.mark.parametrize("module", MODULES, ids=_name)
def test_every_module_says_what_it_exports(module):
    tree = _tree(module)
    assert ast.get_docstring(tree), "a module begins with what it is for"
    dotted = ".".join(module.relative_to(HOUSE.parent).with_suffix("").parts).removesuffix(".__init__")
    if module.name == "__main__.py":
        return
    loaded = import_module(dotted)
    assert [name for name in loaded.__all__ if not hasattr(loaded, name)] == []


@pytest.mark.parametrize("module", MODULES, ids=_name)
def test_no_module_is_a_drawer_for_leftovers(module):
    assert module.stem not in FORBIDDEN_NAMES


@pytest.mark.parametrize("module", MODULES, ids=_name)
def test_each_dependency_is_used_in_its_own_room(module):
    imported = {name.split(".")[0] for name in _imported(_tree(module))}
    strayed = {name for name, rooms in OWNERS.items() if name in imported and not _inside(module, rooms)}
    assert strayed == set()


@pytest.mark.parametrize("module", MODULES, ids=_name)
def test_only_the_face_prints(module):
    assert module.name == "cli.py" or "print" not in _called(_tree(module))


@pytest.mark.parametrize("module", MODULES, ids=_name)
def test_only_the_wires_and_the_story_wait(module):
    waits = [
        node.lineno for node in ast.walk(_tree(module)) if isinstance(node, ast.Await | ast.AsyncFunctionDef | ast.AsyncFor | ast.AsyncWith)
    ]
    assert _inside(module, ASYNC_ROOMS) or waits == []


@pytest.mark.parametrize("module", MODULES, ids=_name)
def test_nothing_can_run_or_unpack_what_was_downloaded(module):
    tree = _tree(module)
    runs = {name.split(".")[0] for name in _imported(tree)} & RUNS_CODE
    assert runs == ({"subprocess"} if _name(module) == STARTS_ITSELF else set())
    assert {"eval", "exec", "extract", "extractall", "system", "popen", "execv", "spawnv", "unpack_archive"}.isdisjoint(_called(tree))


def test_what_is_started_is_this_python_with_a_program_of_ours():
    """And nothing of a stranger's on its command line, nor a shell."""
    (module,) = [module for module in MODULES if _name(module) == STARTS_ITSELF]
    tree = _tree(module)
    used = [node for node in ast.walk(tree) if isinstance(node, ast.Attribute) and ast.unparse(node.value) == "subprocess"]
    assert {node.attr for node in used} == {"Popen", "PIPE", "DEVNULL", "TimeoutExpired"}
    (started,) = [node for node in ast.walk(tree) if isinstance(node, ast.Call) and ast.unparse(node.func) == "subprocess.Popen"]
    assert [ast.unparse(argument) for argument in started.args] == ["[sys.executable, *options, '-c', _BEGIN]"]
    assert {keyword.arg for keyword in started.keywords} == {"stdin", "stdout", "stderr"}
    (program,) = [node.value for node in tree.body if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "_BEGIN"]
    assert isinstance(program, ast.Constant)


@pytest.mark.parametrize("module", MODULES, ids=_name)
def test_nothing_is_a_stub(module):
    """Methods that a protocol of the language asks for, and nobody calls, may say so."""
    functions = [node for node in ast.walk(_tree(module)) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
    unfinished = [
        function.name
        for function in functions
        if not function.name.startswith("__")
        for node in ast.walk(function)
        if isinstance(node, ast.Raise) and node.exc is not None and "NotImplementedError" in ast.unparse(node.exc)
    ]
    assert unfinished == []


def test_imports_go_down_only():
    if not (ROOT / "pyproject.toml").is_file():
        pytest.skip("no pyproject.toml beside the tests: no contract to hold")
    run = subprocess.run(
        [sys.executable, "-c", "from importlinter.cli import lint_imports_command as c; c()", "--no-cache"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stdout + run.stderr
    assert "0 broken" in run.stdout


def test_no_tracked_file_names_a_registry_or_a_place_on_this_machine():
    from pip._internal.models.index import PyPI

    homes = {f"{pwd.getpwuid(file.stat().st_uid).pw_dir.rstrip('/')}/." for file in [ROOT]}
    words = [PyPI.netloc, PyPI.file_storage_domain, f"{ROOT}/", *(home for home in homes if len(home) > len("/."))]
    found = [f"{file.relative_to(ROOT)}: {word}" for file in _tracked() for word in words if word.encode() in file.read_bytes()]
    assert found == []
