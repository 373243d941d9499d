"""Cargo trees: the Rust version that Cargo.toml asks for, and the crates of the lock that link C."""

from __future__ import annotations

import posixpath
import re
from typing import TYPE_CHECKING, Any

from muslcheck.archives.facts import Certainty, Seen, Tree
from muslcheck.archives.interpreter.values import weaker

if TYPE_CHECKING:
    from muslcheck.archives.container import Contents

__all__ = ["read_cargo"]

_LINK_C = {
    "openssl": "openssl-sys",
    "rdkafka": "rdkafka-sys",
    "zmq": "zmq-sys",
    "git2": "libgit2-sys",
    "rusqlite": "libsqlite3-sys",
    "hdf5": "hdf5-sys",
    "rocksdb": "librocksdb-sys",
}
"""Crates that bring one that links C, where no lock says so."""
_TOOLS = {"bindgen": "clang", "cmake": "cmake", "prost-build": "protoc", "protobuf-src": "cmake", "nasm-rs": "nasm", "autocfg": ""}
"""Build dependencies that run a program."""
_COMPILE_C = frozenset({"cc", "cxx-build", "autotools"})
_MINIMUM_OF_EDITION = {"2015": "1.0", "2018": "1.31", "2021": "1.56", "2024": "1.85"}
"""First Rust that reads an edition (the edition guide)."""


def read_cargo(contents: Contents, member: str, certainty: Certainty, features: tuple[str, ...] = ()) -> Tree | None:
    """The tree of a Cargo.toml, built with some of its features; None where it is missing or cannot be parsed."""
    manifest = _toml(contents, member)
    if manifest is None:
        return None
    folder = posixpath.dirname(member)
    lock, lock_member = _lock(contents, folder)
    needs: list[Seen] = []
    languages = {"rust"}
    packages = _built(lock, manifest, features)
    where = contents.where(lock_member) if packages else contents.where(member)
    direct = _dependencies(manifest)
    chosen = {name: _features(value) for name, value in direct.items()}
    for name in packages or [_LINK_C.get(n, n) for n in direct]:
        if name.endswith("-sys") and name not in _NO_LIBRARY:
            parent = name.removesuffix("-sys")
            vendored = {"vendored", "bundled", "static", "vendored-openssl", "cmake-build"} & (
                chosen.get(name, set()) | chosen.get(parent, set())
            )
            needs.append(Seen(name, where, weaker(Certainty.ALWAYS if not vendored else Certainty.OPTIONAL), packages.get(name, "")))
        elif _TOOLS.get(name):
            needs.append(Seen(_TOOLS[name], where, Certainty.DECIDED_LATER, f"crate {name}"))
        if name in _COMPILE_C:
            languages.add("c")
    if bindings := _bindings(contents, folder, packages, direct):
        needs.append(Seen("pyo3-ffi", where, certainty, bindings))
    rust = {name for name in contents.names if name.endswith(".rs")}
    prefix = f"{folder}/" if folder else ""
    mine = sum(1 for name in rust if name.startswith(prefix))
    return Tree(
        "cargo",
        contents.where(member),
        certainty,
        tuple(sorted(languages)),
        tuple(dict.fromkeys(needs))[:300],
        _minimum(contents, manifest, folder),
        mine + len(packages),
    )


_NO_LIBRARY = frozenset(
    {
        "windows-sys", "js-sys", "web-sys", "linux-raw-sys", "core-foundation-sys", "security-framework-sys",
        "winapi-x86_64-pc-windows-gnu", "mach2-sys", "ndk-sys", "fsevent-sys", "inotify-sys", "objc-sys", "system-configuration-sys",
        "schannel-sys", "rustls-native-certs-sys", "tikv-jemalloc-sys", "jemalloc-sys", "mimalloc-sys", "libmimalloc-sys",
        "android-properties-sys", "redox-sys", "wasi-sys", "dirs-sys", "home-sys", "psm-sys", "ring-sys", "aws-lc-sys",
        "aws-lc-fips-sys", "lzma-rs-sys", "blake3-sys", "zstd-sys", "bzip2-sys", "lz4-sys", "snappy-sys", "onig-sys", "core-text-sys",
        "io-surface-sys", "kqueue-sys", "khronos-sys",
    }
)  # fmt: skip
"""``-sys`` crates that look for no library of the system: of another system, or with their C inside."""


def _bindings(contents: Contents, folder: str, packages: dict[str, str], direct: dict[str, Any]) -> str:
    """The version of PyO3 that looks for the Python it builds for, if any; those for the stable ABI of a fixed Python ask for no other."""
    version = packages.get("pyo3-ffi") or packages.get("pyo3")
    if version is None and not packages:
        stated = direct.get("pyo3", direct.get("pyo3-ffi"))
        stated = stated.get("version") if isinstance(stated, dict) else stated
        found = _CARET.fullmatch(stated) if isinstance(stated, str) else None
        version = {"0.20": "0.20.3"}.get(found[1], found[1]) if found else None  # the last of a minor version that asks
    if version is None:
        return ""
    manifests = {posixpath.join(*folder.split("/")[:depth], "Cargo.toml") for depth in range(folder.count("/") + 2)}
    texts = (contents.text(name) or "" for name in sorted({*manifests, *_MAY_SAY_ABI3} & contents.kept.keys()))
    return "" if any(word in text for text in texts for word in ("abi3-py3", "PYO3_USE_ABI3", "SKIP_VERSION")) else version


_CARET = re.compile(r"\^?\s*(0\.\d+)(?:\.\d+)?")
_MAY_SAY_ABI3 = frozenset({"Cargo.toml", "pyproject.toml", "setup.py", ".cargo/config.toml"})


def _toml(contents: Contents, member: str) -> dict[str, Any] | None:
    text = contents.text(member)
    if text is None or member in contents.cut:
        return None
    import tomli

    try:
        return tomli.loads(text.replace("\r\n", "\n"))
    except (tomli.TOMLDecodeError, RecursionError, ValueError):
        return None


def _lock(contents: Contents, folder: str) -> tuple[dict[str, Any], str]:
    """Cargo.lock beside the manifest, or in a folder above (a workspace has one)."""
    while True:
        member = posixpath.join(folder, "Cargo.lock") if folder else "Cargo.lock"
        if member in contents.names:
            return _toml(contents, member) or {}, member
        if not folder:
            return {}, ""
        folder = posixpath.dirname(folder)


def _built(lock: dict[str, Any], manifest: dict[str, Any], features: tuple[str, ...]) -> dict[str, str]:
    """The crates of the lock, with their versions, that a build of the manifest's own crate comes to.

    A lock holds every crate that any feature, test or member of the workspace may need. Those are left out that only
    tests or features which nobody asked for lead to. All of them, where the lock does not hold the crate itself.
    """
    listed = lock.get("package")
    rows = [row for row in (listed if isinstance(listed, list) else ()) if isinstance(row, dict) and isinstance(row.get("name"), str)]
    versions = {row["name"]: str(row.get("version", "")) for row in rows}
    package = manifest.get("package")
    own = package.get("name") if isinstance(package, dict) else None
    if not isinstance(own, str) or own not in versions:
        return versions
    leads: dict[str, set[str]] = {}
    for row in rows:
        into = row.get("dependencies")
        leads.setdefault(row["name"], set()).update(
            text.partition(" ")[0] for text in (into if isinstance(into, list) else ()) if isinstance(text, str)
        )
    left_out = _left_out(manifest, features)
    reached, ahead = {own}, [own]
    while ahead:
        for name in leads.get(ahead.pop(), set()) - reached - left_out:
            reached.add(name)
            ahead.append(name)
    return {name: version for name, version in versions.items() if name in reached}


def _left_out(manifest: dict[str, Any], asked: tuple[str, ...]) -> set[str]:
    """Crates that only tests need, or only features that are neither default nor asked for (Cargo Book: Features)."""
    needed, tests, optional = set[str](), set[str](), set[str]()
    targets = manifest.get("target")
    for part in (manifest, *(targets.values() if isinstance(targets, dict) else ())):
        for key, into in (("dependencies", needed), ("build-dependencies", needed), ("dev-dependencies", tests)):
            listed = part.get(key) if isinstance(part, dict) else None
            for name, value in listed.items() if isinstance(listed, dict) else ():
                stated = value if isinstance(value, dict) else {}
                crate = str(stated.get("package", name))
                (optional if stated.get("optional") is True else into).add(crate)
    table = manifest.get("features")
    features = {
        name: [item for item in items if isinstance(item, str)]
        for name, items in (table.items() if isinstance(table, dict) else ())
        if isinstance(items, list)
    }
    on, ahead = set[str](), ["default", *asked]
    while ahead:
        name = ahead.pop()
        if name not in on:
            on.add(name)
            ahead.extend(features.get(name, ()))
    wanted = {crate for item in on for crate in _named(item)}
    off = {crate for name, items in features.items() if name not in on for item in items for crate in _named(item)}
    return ((off | optional) - wanted - needed) | (tests - needed - wanted - optional)


def _named(item: str) -> tuple[str, ...]:
    """The crates that an entry of a feature may name: ``dep:x``, ``x``, ``x/y`` (where ``y`` is often a crate of its own), ``x?/y``."""
    crate, _, feature = item.removeprefix("dep:").partition("/")
    if crate.endswith("?"):
        return (feature,)
    return (crate, feature) if feature else (crate,)


def _dependencies(manifest: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    workspace = manifest.get("workspace")
    for table in (manifest, workspace if isinstance(workspace, dict) else {}):
        for key in ("dependencies", "build-dependencies"):
            listed = table.get(key)
            if isinstance(listed, dict):
                found.update(listed)
    return found


def _features(value: object) -> set[str]:
    listed = value.get("features") if isinstance(value, dict) else None
    return {item for item in listed if isinstance(item, str)} if isinstance(listed, list) else set()


def _minimum(contents: Contents, manifest: dict[str, Any], folder: str) -> str | None:
    """``rust-version``, or what the edition asks for; a workspace may state both for its members."""
    tables = [
        manifest.get("package"),
        (manifest.get("workspace") or {}).get("package") if isinstance(manifest.get("workspace"), dict) else None,
    ]
    while folder:
        folder = posixpath.dirname(folder)
        above = _toml(contents, posixpath.join(folder, "Cargo.toml") if folder else "Cargo.toml") or {}
        workspace = above.get("workspace")
        if isinstance(workspace, dict):
            tables.append(workspace.get("package"))
    editions: list[str] = []
    for table in tables:
        if isinstance(table, dict):
            if isinstance(table.get("rust-version"), str):
                return str(table["rust-version"])
            if isinstance(table.get("edition"), str):
                editions.append(str(table["edition"]))
    return next((_MINIMUM_OF_EDITION[e] for e in editions if e in _MINIMUM_OF_EDITION and e != "2015"), None)
