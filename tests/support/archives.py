"""Real wheels and sdists, small ones, made by the test that needs them. Every byte is the same on every run."""

import base64
import gzip
import hashlib
import io
import tarfile
import zipfile

__all__ = ["metadata_text", "sdist_bytes", "wheel_bytes", "wheel_name"]

_LONG_AGO = (2020, 1, 1, 0, 0, 0)


def metadata_text(name, version, requires_dist=(), *, requires_python=None, extras=(), metadata_version="2.2", dynamic=(), body=""):
    """Core metadata, as in METADATA and PKG-INFO."""
    lines = [f"Metadata-Version: {metadata_version}", f"Name: {name}", f"Version: {version}"]
    if requires_python is not None:
        lines.append(f"Requires-Python: {requires_python}")
    lines += [f"Requires-Dist: {requirement}" for requirement in requires_dist]
    lines += [f"Provides-Extra: {extra}" for extra in extras]
    lines += [f"Dynamic: {field}" for field in dynamic]
    return "\n".join(lines) + "\n" + (f"\n{body}\n" if body else "")


def wheel_name(name, version, tags="py3-none-any", build=None):
    """The wheel's file name (binary distribution format)."""
    return "-".join([name.replace("-", "_"), str(version), *([build] if build else []), tags]) + ".whl"


def wheel_bytes(
    name, version, tags="py3-none-any", requires_dist=(), *, requires_python=None, extras=(), files=None, metadata=None, packed=True
):
    """A wheel. ``files`` maps a path inside it to text or bytes; ``metadata`` replaces the METADATA text; not ``packed``: stored."""
    stem = f"{name.replace('-', '_')}-{version}"
    info = f"{stem}.dist-info"
    if metadata is None:
        metadata = metadata_text(name, version, requires_dist, requires_python=requires_python, extras=extras)
    interpreters, abis, platforms = (part.split(".") for part in tags.split("-"))
    every_tag = [f"Tag: {i}-{a}-{p}" for i in interpreters for a in abis for p in platforms]
    purelib = "true" if tags.endswith("-any") else "false"
    members = {f"{name.replace('-', '_')}/__init__.py": b"", **(files or {})}
    members[f"{info}/METADATA"] = metadata
    members[f"{info}/WHEEL"] = "\n".join(["Wheel-Version: 1.0", "Generator: test", f"Root-Is-Purelib: {purelib}", *every_tag, ""])
    record = [f"{path},sha256={_record_hash(_bytes(data))},{len(_bytes(data))}" for path, data in members.items()]
    members[f"{info}/RECORD"] = "\n".join([*record, f"{info}/RECORD,,", ""])
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED if packed else zipfile.ZIP_STORED) as archive:
        for path, data in members.items():
            entry = zipfile.ZipInfo(path, _LONG_AGO)
            entry.compress_type = zipfile.ZIP_DEFLATED if packed else zipfile.ZIP_STORED
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, _bytes(data))
    return out.getvalue()


def sdist_bytes(
    name, version, files=None, *, requires_dist=(), metadata_version="2.2", dynamic=(), pkg_info=None, folder=None, kind="tar.gz"
):
    """An sdist. ``files`` maps a path below its folder to text or bytes; PKG-INFO is made unless ``pkg_info`` is given (False: none).

    ``kind`` is the file name's extension: ``tar.gz``, ``tar.bz2``, ``tar.xz``, ``tar`` or ``zip``.
    """
    folder = folder or f"{name.replace('-', '_')}-{version}"
    members = dict(files or {})
    if pkg_info is not False:
        made = metadata_text(name, version, requires_dist, metadata_version=metadata_version, dynamic=dynamic)
        members.setdefault("PKG-INFO", pkg_info or made)
    out = io.BytesIO()
    if kind == "zip":
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
            for path, data in members.items():
                archive.writestr(zipfile.ZipInfo(f"{folder}/{path}", _LONG_AGO), _bytes(data), zipfile.ZIP_DEFLATED)
        return out.getvalue()
    plain = io.BytesIO()
    with tarfile.open(fileobj=plain, mode="w", format=tarfile.PAX_FORMAT) as archive:
        for path, data in members.items():
            entry = tarfile.TarInfo(f"{folder}/{path}")
            entry.size = len(_bytes(data))
            entry.mtime = 1_577_836_800
            archive.addfile(entry, io.BytesIO(_bytes(data)))
    if kind == "tar.gz":
        return gzip.compress(plain.getvalue(), mtime=0)
    if kind == "tar.bz2":
        import bz2

        return bz2.compress(plain.getvalue())
    if kind == "tar.xz":
        import lzma

        return lzma.compress(plain.getvalue())
    return plain.getvalue()


def _bytes(data):
    return data.encode() if isinstance(data, str) else data


def _record_hash(data):
    return base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()
