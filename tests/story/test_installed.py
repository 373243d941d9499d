"""What is installed here: would it install on the target?"""

import json

from support.archives import metadata_text
from support.story import MUSL


def test_an_environment_judged_beside_a_manifest(place):
    place.native("native", "2.0")
    place.native("native", "1.0")
    place.wheel("quick", "1.0", MUSL)
    packages = "venv/lib/python3.12/site-packages"
    place.write("venv/pyvenv.cfg", "home = /nowhere\n")
    place.write(f"{packages}/native-1.0.dist-info/METADATA", metadata_text("native", "1.0"))
    place.write(f"{packages}/pip-26.3.dist-info/METADATA", metadata_text("pip", "26.3"))
    place.write(f"{packages}/mine-1.0.dist-info/METADATA", metadata_text("mine", "1.0", ["quick"]))
    said = json.dumps({"url": "file:///elsewhere/mine", "dir_info": {"editable": True}})
    place.write(f"{packages}/mine-1.0.dist-info/direct_url.json", said)
    place.write("r.txt", "fine\n")
    ended, report = place.both("r.txt", installed="venv")
    outcomes = {verdict.name: verdict.outcome.value for verdict in report}
    assert outcomes == {"fine": "wheel", "native": "compile", "mine": "unknown", "quick": "wheel"}
    assert report.manifests == ("r.txt", "venv")
    assert report["native"].version == "1.0"
    assert report["native"].chain == (f"{packages}/native-1.0.dist-info/METADATA", "native")
    assert report["quick"].chain == (f"{packages}/mine-1.0.dist-info/METADATA", "mine", "quick")
    assert ended.says("-e /elsewhere/mine: its own build is not judged")


def test_an_environment_alone_is_asked_for_its_own_python(place):
    place.write("venv/lib/python3.13/site-packages/fine-1.0.dist-info/METADATA", metadata_text("fine", "1.0"))
    place.write("requirements.txt", "nowhere\n")
    report = place.check(image=(), arch="x86_64", installed=[place.folder / "venv"])
    assert [verdict.name for verdict in report] == ["fine"]
    assert [target.image for target in report.targets] == ["python:3.13-alpine"]


def test_the_option_takes_the_word_after_it(place):
    """Said in the hint: the word after it is its value."""
    place.write("r.txt", "fine\n")
    ended = place.run("--installed", "r.txt")
    assert ended.status == 2
    assert "error: r.txt: neither a virtual environment nor a Python" in ended.err
    assert "--installed=" in ended.err


def test_the_environment_of_this_interpreter(monkeypatch, place):
    monkeypatch.delenv("VIRTUAL_ENV", raising=False)
    report = place.check(installed=True, offline=True)
    assert "packaging" in {verdict.name for verdict in report}
