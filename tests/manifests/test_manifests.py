import subprocess
import sys

from muslcheck import manifests
from muslcheck.manifests import FORMATS, UNREAD


def loaded(code):
    program = f"import sys\n{code}\nprint(*sys.modules)"
    return set(subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout.split())


def test_readers_are_loaded_when_they_are_needed(tmp_path):
    assert not {"tomli", "pip_requirements_parser"} & loaded("import muslcheck.manifests")
    path = tmp_path / "pyproject.toml"
    path.write_text('[project]\ndependencies = ["flask"]\n')
    modules = loaded(f"from muslcheck.manifests import read; read([{str(path)!r}])")
    assert "tomli" in modules
    assert "pip_requirements_parser" not in modules


def test_reading_loads_nothing_heavy(tmp_path):
    path = tmp_path / "requirements.txt"
    path.write_text("flask==2.0 ; python_version < '3.13' --hash=sha256:00\n-i https://index.example/simple\n")
    modules = loaded(f"from muslcheck.manifests import read; read([{str(path)!r}])")
    assert "pip_requirements_parser" in modules
    assert not {"httpx", "rich", "asyncio", "argparse", "resolvelib", "tomli", "difflib", "pip", "muslcheck.manifests.wording"} & modules


def test_every_format_has_a_reader():
    for _, module in FORMATS:
        __import__(module)
        assert callable(sys.modules[module].read)
    assert FORMATS[-1][0] == "*"
    assert not {pattern for pattern, _ in FORMATS} & {pattern for pattern, _ in UNREAD}


def test_public_names():
    assert manifests.__all__ == sorted(manifests.__all__)
    assert all(hasattr(manifests, name) for name in manifests.__all__)
