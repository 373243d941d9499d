"""pip itself as the oracle: asked the same, it has to choose the same versions and files."""

import json
import os
import subprocess
import sys

import pytest

pytestmark = pytest.mark.live

THAT_DAY = "2026-11-20T00:00:00Z"
MINOR = sys.version_info.minor
MUSL = [f"musllinux_1_{minor}_x86_64" for minor in (2, 1, 0)]
"""pip does not widen musllinux by itself: every version has to be said."""

MANIFESTS = {
    "web": "fastapi[standard]\nuvicorn[standard]\nsqlalchemy[asyncio]>=2\nalembic\nhttpx[http2]<1\n",
    "science": "numpy\nscipy\npandas>=2.2\nmatplotlib<3.11\n",
    "constrained": "django~=5.1\npsycopg[binary]\npillow!=12.*\ncryptography<47\n",
    "tools": "black\nmypy>=1.10,<2\npytest>=8,<9\ncoverage[toml]\nruff\n",
    "markers": 'tomli; python_version < "3.11"\ncolorama; sys_platform == "win32"\nuvloop; sys_platform == "linux"\naiohttp[speedups]\n',
}


def _pip(folder, platforms):
    """What pip would install: file names by project. Markers are this interpreter's, whose version is asked about."""
    done = subprocess.run(
        [
            *(sys.executable, "-m", "pip", "install", "--quiet", "--dry-run", "--ignore-installed", "--report", "-"),
            *("--uploaded-prior-to", THAT_DAY, "--only-binary", ":all:", "--target", folder / "nowhere"),
            *("--implementation", "cp", "--python-version", f"3.{MINOR}"),
            *(word for platform in platforms for word in ("--platform", platform)),
            *("-r", folder / "requirements.txt"),
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    installed = json.loads(done.stdout)["install"]
    return sorted(item["download_info"]["url"].rpartition("/")[2] for item in installed)


def _muslcheck(folder, image):
    done = subprocess.run(
        [
            *(sys.executable, "-m", "muslcheck", folder / "requirements.txt", "--image", image, "--arch", "x86_64"),
            *("--uploaded-prior-to", THAT_DAY, "--only-binary", ":all:", "--fail-on", "never", "-f", "json"),
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return sorted(package["file"]["filename"] if package["file"] else package["name"] for package in json.loads(done.stdout)["packages"])


@pytest.mark.parametrize("name", MANIFESTS)
def test_pip_chooses_the_same_files_for_musl(name, tmp_path):
    if sys.platform != "linux" or os.uname().machine != "x86_64":
        pytest.skip("pip evaluates markers for the machine it runs on: this is not Linux on x86_64")
    (tmp_path / "requirements.txt").write_text(MANIFESTS[name], "utf-8")
    assert _muslcheck(tmp_path, f"python:3.{MINOR}-alpine") == _pip(tmp_path, MUSL)
