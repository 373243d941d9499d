"""Wheels of the index, looked into: what installing and importing them in Alpine 3.23 really came to on 23 November 2026.

On that day 76 wheels with compiled files were installed there with pip, and imported: regopy failed, pyodbc and wasmtime lacked a library,
all others could be imported.
"""

import pytest

import muslcheck

pytestmark = pytest.mark.live

SOUND = (
    *("aiohttp==3.14.5", "bcrypt==5.0.0", "cffi==2.1.1", "cryptography==50.0.2", "greenlet==3.5.6", "grpcio==1.85.1", "lxml==6.1.3"),
    *("markupsafe==3.0.4", "numpy==2.5.5", "orjson==3.13.0", "pillow==13.0.0", "psycopg2-binary==2.9.13", "pynacl==1.6.2", "pyyaml==6.0.3"),
    *("regex==2026.11.15", "ujson==6.1.0", "uvloop==0.23.0", "zstandard==0.25.0"),
)


def inspected(tmp_path, *requirements):
    (tmp_path / "requirements.txt").write_text("\n".join(requirements))
    selection = muslcheck.Selection(no_deps=True)
    return muslcheck.check(
        tmp_path / "requirements.txt", image="python:3.12-alpine3.23", arch="x86_64", selection=selection, inspect_wheels=True, cache=False
    )


def test_what_could_be_imported_is_in_order(tmp_path):
    report = inspected(tmp_path, *SOUND)
    assert {verdict.name for verdict in report if verdict.outcome != "wheel" or verdict.marks} == set()
    assert all("MC130" in {evidence.code for evidence in verdict.evidence} for verdict in report)
    assert len(report) == len(SOUND)


def test_a_name_that_only_glibc_has(tmp_path):
    report = inspected(tmp_path, "regopy==1.4.0")
    assert report["regopy"].outcome == "fail"
    assert "asks for __cxa_thread_atexit_impl, which is neither in musl 1.2.5" in report["regopy"].evidence[0].claim


def test_a_library_that_the_image_lacks(tmp_path):
    report = inspected(tmp_path, "pyodbc==5.5.0", "wasmtime==50.0.1")
    assert {verdict.name: verdict.apk.runtime for verdict in report} == {"pyodbc": ("unixodbc",), "wasmtime": ("libgcc",)}
    assert all(verdict.outcome == "wheel" and verdict.marks == {"lacking"} for verdict in report)


def test_a_wheel_for_any_platform_with_a_library_for_windows(tmp_path):
    report = inspected(tmp_path, "wasmtime==1.0.1")
    assert report["wasmtime"].outcome == "unknown"
    assert "for Windows only" in report["wasmtime"].evidence[0].claim
