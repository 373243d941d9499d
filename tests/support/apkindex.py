"""Alpine's package index as abuild and apk make it: a signature and a tar, each a gzip stream of its own, one after the other."""

import gzip
import io
import tarfile

__all__ = ["apkindex_bytes"]


def apkindex_bytes(records, *, signed=True):
    """APKINDEX.tar.gz of records that are given as dicts by letter; P, V and A are filled in."""
    listing = "".join(
        "".join(f"{letter}:{value}\n" for letter, value in {"C": "Q1aGVsbG8=", "V": "1.0-r0", "A": "x86_64", **record}.items()) + "\n"
        for record in records
    )
    signature = gzip.compress(_tar({".SIGN.RSA.somebody.rsa.pub": b"\0signed"}, ended=False), mtime=0) if signed else b""
    return signature + gzip.compress(_tar({"DESCRIPTION": b"v3.23.0", "APKINDEX": listing.encode()}, ended=True), mtime=0)


def _tar(files, *, ended):
    """A tar; the signature's has no end of its own, since another follows."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=tarfile.USTAR_FORMAT) as archive:
        for name, data in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(data)
            archive.addfile(member, io.BytesIO(data))
        size = archive.offset
    return buffer.getvalue() if ended else buffer.getvalue()[:size]
