"""Reports made by hand, as a run would make them: one target, several, all well, and the worst of weathers."""

import re

from muslcheck.words.release import DistFile, Fits, Kind, Misfit, Miss, Placed, Shelf
from muslcheck.words.report import Problem, Report
from muslcheck.words.target import Libc, Target
from muslcheck.words.verdict import (
    Action,
    Advice,
    ApkNames,
    BuildRequirement,
    Evidence,
    Mark,
    Outcome,
    Strength,
    Verdict,
)

__all__ = ["ALPINE", "ARM", "DEBIAN", "bad_weather", "several", "story", "well"]

ALPINE = Target("python:3.11-alpine", (3, 11), "3.11.14", "x86_64", Libc("musl", 1, 2), "alpine", "3.23")
ARM = Target("python:3.11-alpine", (3, 11), "3.11.14", "armv7l", Libc("musl", 1, 2), "alpine", "3.23")
DEBIAN = Target("python:3.11-slim-bookworm", (3, 11), "3.11.14", "x86_64", Libc("glibc", 2, 36), "debian", "12")
CREATED = "2026-11-23T07:00:00Z"
PLAIN = ("anyio", "certifi", "click", "fastapi", "firebase-admin", "google-cloud-storage", "h11", "httpx", "idna", "pydantic", "uvicorn")


def file(filename, version="1.0", **fields):
    kind = Kind.WHEEL if filename.endswith(".whl") else Kind.SDIST
    return DistFile(
        name=re.split(r"-\d", filename)[0].replace("_", "-"),
        filename=filename,
        url=f"https://files.example/{filename}",
        kind=kind,
        version=version,
        size=36_104,
        hashes=("sha256:" + "a1" * 32,),
        index="https://index.example/simple",
        **fields,
    )


def wheel(target, name, version="1.0", **fields):
    there = file(f"{name.replace('-', '_')}-{version}-py3-none-any.whl", version)
    shelf = Shelf((Placed(there, Fits("py3-none-any", 90)),))
    return Verdict(
        target,
        name,
        version,
        Outcome.WHEEL,
        file=there,
        chain=("requirements.txt:3", name),
        required_by=("fastapi",),
        shelf=shelf,
        **{"installed": 100_000, **fields},
    )


def crc32c(target):
    sdist = file("google_crc32c-1.9.0.tar.gz", "1.9.0")
    wheels = [
        (
            "google_crc32c-1.9.0-cp311-cp311-manylinux_2_17_x86_64.manylinux2014_x86_64.whl",
            Miss.LIBC,
            "glibc wheel (manylinux_2_17_x86_64)",
        ),
        ("google_crc32c-1.9.0-cp312-cp312-manylinux_2_17_x86_64.manylinux2014_x86_64.whl", Miss.PYTHON, "for Python 3.12"),
        ("google_crc32c-1.9.0-cp311-cp311-manylinux_2_17_aarch64.manylinux2014_aarch64.whl", Miss.ARCH, "for aarch64"),
        ("google_crc32c-1.9.0-cp311-cp311-macosx_12_0_arm64.whl", Miss.OS, "for macOS"),
        ("google_crc32c-1.9.0-cp312-cp312-macosx_12_0_arm64.whl", Miss.OS, "for macOS"),
        ("google_crc32c-1.9.0-cp311-cp311-win_amd64.whl", Miss.OS, "for Windows"),
    ]
    return Verdict(
        target,
        "google-crc32c",
        "1.9.0",
        Outcome.BUILD,
        marks=frozenset({Mark.SLOWER}),
        file=sdist,
        required_by=("google-cloud-storage", "google-resumable-media"),
        chain=("requirements.txt:18", "firebase-admin", "google-cloud-storage", "google-crc32c"),
        languages=("c",),
        build_requires=(BuildRequirement("setuptools", "80.9.0", Outcome.WHEEL),),
        apk=ApkNames(("crc32c-dev", "gcc", "musl-dev"), ("crc32c",)),
        evidence=(
            Evidence(
                "MC210",
                "the C extension is optional: skipped without a word where it does not compile, for a slower twin in pure Python",
                "google_crc32c-1.9.0.tar.gz!/setup.py:41",
                Strength.PROOF,
                Outcome.BUILD,
                frozenset({Mark.SLOWER}),
            ),
            Evidence(
                "MC201",
                "links the library crc32c",
                "google_crc32c-1.9.0.tar.gz!/setup.py:67",
                Strength.STRONG,
            ),
        ),
        advice=(Advice(Action.ADD_APK, "apk add crc32c-dev gcc musl-dev", "the extension is built and pip installs the fast version"),),
        shelf=Shelf(
            (Placed(sdist, Fits("sdist", 9999)), *(Placed(file(name, "1.9.0"), Misfit(miss, detail)) for name, miss, detail in wheels))
        ),
        notes=(("requires", "google-crc32c<2.0.0,>=1.1.3 (google-cloud-storage)"), ("metadata", "PKG-INFO of google_crc32c-1.9.0.tar.gz")),
    )


def mediapipe(target):
    nearest = file("mediapipe-0.10.35-cp311-cp311-manylinux_2_28_x86_64.whl", "0.10.35")
    return Verdict(
        target,
        "mediapipe",
        "0.10.35",
        Outcome.FAIL,
        requested=True,
        chain=("requirements.txt:31", "mediapipe"),
        evidence=(
            Evidence(
                "MC101",
                "no wheel fits musl and there is no sdist; the nearest wheel is for glibc",
                "the index's page of mediapipe",
                Strength.PROOF,
                Outcome.FAIL,
            ),
        ),
        advice=(Advice(Action.CHANGE_IMAGE, "python:3.11-slim-bookworm", "its wheels are for glibc only"),),
        shelf=Shelf(
            (
                Placed(nearest, Misfit(Miss.LIBC, "glibc wheel (manylinux_2_17_x86_64)")),
                Placed(file("mediapipe-0.10.35-cp311-cp311-win_amd64.whl", "0.10.35"), Misfit(Miss.OS, "for Windows")),
            )
        ),
    )


def opencv(target):
    sdist = file("opencv_python_headless-4.12.0.88.tar.gz", "4.12.0.88")
    return Verdict(
        target,
        "opencv-python-headless",
        "4.12.0.88",
        Outcome.COMPILE,
        marks=frozenset({Mark.HEAVY}),
        file=sdist,
        requested=True,
        chain=("requirements.txt:32", "opencv-python-headless"),
        languages=("c", "c++"),
        build_requires=(
            BuildRequirement("cmake", "4.1.0", Outcome.WHEEL),
            BuildRequirement("numpy", "2.2.6", Outcome.WHEEL),
            BuildRequirement("scikit-build", "0.18.1", Outcome.WHEEL),
        ),
        apk=ApkNames(("cmake", "g++", "gcc", "linux-headers", "make", "musl-dev", "ninja-build", "openblas-dev"), ("libstdc++",)),
        evidence=(
            Evidence(
                "MC210",
                "scikit-build builds C++ sources",
                "opencv_python_headless-4.12.0.88.tar.gz!/setup.py:12",
                Strength.STRONG,
                Outcome.COMPILE,
            ),
            Evidence(
                "MC220",
                "cmake builds 3,482 source files",
                "opencv_python_headless-4.12.0.88.tar.gz!/opencv/CMakeLists.txt",
                Strength.STRONG,
                None,
                frozenset({Mark.HEAVY}),
            ),
        ),
        advice=(Advice(Action.BUILD_ELSEWHERE, "", "build the wheel once, in an earlier stage of the Dockerfile, and install that"),),
        shelf=Shelf((Placed(sdist, Fits("sdist", 9999)),)),
    )


def older(target):
    there = file("grpcio-1.62.0-cp311-cp311-musllinux_1_1_x86_64.whl", "1.62.0")
    return Verdict(
        target,
        "grpcio",
        "1.62.0",
        Outcome.WHEEL,
        marks=frozenset({Mark.OLDER}),
        file=there,
        chain=("requirements.txt:14", "google-generativeai", "grpcio"),
        required_by=("google-generativeai",),
        evidence=(
            Evidence(
                "MC120", "glibc would get 1.76.0", "the index's page of grpcio", Strength.PROOF, Outcome.WHEEL, frozenset({Mark.OLDER})
            ),
        ),
        shelf=Shelf((Placed(there, Fits("cp311-cp311-musllinux_1_1_x86_64", 3)),)),
    )


def private(target):
    return Verdict(target, "acme-core", None, Outcome.UNKNOWN, requested=True, chain=("requirements.txt:9", "acme-core"))


def report(targets, verdicts, problems=(), manifests=("requirements.txt",)):
    order = {target: number for number, target in enumerate(targets)}
    return Report(
        "0.1.0", CREATED, manifests, tuple(targets), tuple(sorted(verdicts, key=lambda v: (order[v.target], v.name))), tuple(problems)
    )


def well():
    """All wheels."""
    return report([ALPINE], [wheel(ALPINE, name) for name in PLAIN])


def story():
    """One of each outcome, on one target."""
    verdicts = [crc32c(ALPINE), mediapipe(ALPINE), opencv(ALPINE), older(ALPINE), private(ALPINE), *(wheel(ALPINE, name) for name in PLAIN)]
    problem = Problem(
        "git+https://git.example/acme/core.git",
        "its own build, not judged",
        "Give muslcheck a wheel or an sdist of it to have it judged.",
        "local",
    )
    return report([ALPINE], verdicts, [problem])


def several():
    """The same project on three targets."""
    verdicts = [make(target) for target in (ALPINE, ARM) for make in (crc32c, mediapipe, opencv)]
    verdicts += [wheel(DEBIAN, name) for name in ("google-crc32c", "mediapipe", "opencv-python-headless")]
    verdicts += [wheel(target, name) for target in (ALPINE, ARM, DEBIAN) for name in PLAIN]
    return report([ALPINE, ARM, DEBIAN], [*verdicts, older(ALPINE)])


def bad_weather():
    """The index did not answer, and an archive tries to speak to the terminal."""
    hostile = Verdict(
        ALPINE,
        "evil",
        "1.0",
        Outcome.FAIL,
        chain=("requirements.txt:1", "evil"),
        evidence=(
            Evidence(
                "MC310",
                "setup.py stops: \x1b]0;owned\x07\x1b[2Jall is \u202ewell\n\nreally",
                "evil-1.0.tar.gz!/setup.py:1",
                Strength.PROOF,
                Outcome.FAIL,
            ),
        ),
    )
    problem = Problem("acme-core", "the index did not answer within 15 s", "Run it again, or with --timeout 60.", "index")
    return report([ALPINE], [hostile, private(ALPINE)], [problem])
