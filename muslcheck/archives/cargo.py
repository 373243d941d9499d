"""Cargo trees: the Rust version that Cargo.toml asks for, and the crates of the lock that link C."""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING, Any

from muslcheck.archives.facts import Certainty, Seen, Tree
from muslcheck.archives.values import weaker

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


def read_cargo(contents: Contents, member: str, certainty: Certainty) -> Tree | None:
    """The tree of a Cargo.toml; None where it is missing or cannot be parsed."""
    manifest = _toml(contents, member)
    if manifest is None:
        return None
    folder = posixpath.dirname(member)
    lock, lock_member = _lock(contents, folder)
    needs: list[Seen] = []
    languages = {"rust"}
    packages = _packages(lock)
    where = contents.where(lock_member) if packages else contents.where(member)
    direct = _dependencies(manifest)
    features = {name: _features(value) for name, value in direct.items()}
    for name in packages or [_LINK_C.get(n, n) for n in direct]:
        if name.endswith("-sys") and name not in _NO_LIBRARY:
            parent = name.removesuffix("-sys")
            vendored = {"vendored", "bundled", "static", "vendored-openssl", "cmake-build"} & (
                features.get(name, set()) | features.get(parent, set())
            )
            needs.append(Seen(name, where, weaker(Certainty.ALWAYS if not vendored else Certainty.OPTIONAL), packages.get(name, "")))
        elif _TOOLS.get(name):
            needs.append(Seen(_TOOLS[name], where, Certainty.DECIDED_LATER, f"crate {name}"))
        if name in _COMPILE_C:
            languages.add("c")
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


def _packages(lock: dict[str, Any]) -> dict[str, str]:
    listed = lock.get("package")
    return {
        package["name"]: str(package.get("version", ""))
        for package in (listed if isinstance(listed, list) else ())
        if isinstance(package, dict) and isinstance(package.get("name"), str)
    }


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
