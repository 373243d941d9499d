"""Facts that are kept are those of the readers of today."""

import os
import shutil
from pathlib import Path

from muslcheck import archives
from muslcheck.index import reading


def test_readers_that_were_changed_are_others(tmp_path, monkeypatch):
    copied = shutil.copytree(Path(archives.__file__).parent, tmp_path / "archives", ignore=shutil.ignore_patterns("__pycache__"))
    monkeypatch.setattr(archives, "__file__", str(copied / "__init__.py"))
    before = reading._readers()
    assert reading._readers() == before
    reader = copied / "interpreter" / "world.py"
    os.utime(reader, ns=(0, reader.stat().st_mtime_ns + 1))
    assert reading._readers() != before
