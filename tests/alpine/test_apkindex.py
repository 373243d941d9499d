"""Alpine's package index, read from its real format."""

import gzip

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.apkindex import apkindex_bytes

from muslcheck.alpine.apkindex import ApkIndex, ApkIndexFault, joined, parse_apkindex

RECORDS = [
    {"P": "libpq", "o": "postgresql18", "p": "so:libpq.so.5=5.18", "D": "so:libc.musl-x86_64.so.1"},
    {
        "P": "libpq-dev",
        "o": "postgresql18",
        "p": "pc:libpq=18.1 cmd:pg_config=18.1-r0",
        "D": "!postgresql-dev so:libpq.so.5 pc:libssl>=3 /bin/sh",
    },
    {"P": "openssl-dev", "o": "openssl", "p": "pc:libssl=3.5.4 pc:openssl=3.5.4", "D": "so:libssl.so.3 zlib-dev~1"},
    {"P": "libssl3", "o": "openssl", "p": "so:libssl.so.3=3.5.4"},
    {"P": "zlib-dev", "o": "zlib", "p": "pc:zlib=1.3.1", "D": "zlib=1.3.1-r2"},
    {"P": "zlib", "p": "so:libz.so.1=1.3.1"},
    {"P": "libjpeg-turbo-dev", "p": "jpeg-dev=9 pc:libjpeg=3", "k": "10"},
    {"P": "ijg-dev", "p": "jpeg-dev=8 pc:libjpeg=9", "k": "5"},
    {"P": "font-noto", "A": "noarch"},
]


@pytest.fixture(scope="module")
def index():
    return parse_apkindex(apkindex_bytes(RECORDS))


def test_names_and_what_provides_them(index):
    assert index.provider("pc:libpq") == "libpq-dev"
    assert index.provider("cmd:pg_config") == "libpq-dev"
    assert index.provider("so:libpq.so.5") == "libpq"
    assert index.provider("zlib-dev") == "zlib-dev"
    assert index.provider("pc:libpq=18.1") is None
    assert index.provider("of-no-such-name") is None
    assert index.architectures == {"x86_64"}


def test_of_several_providers_the_one_with_the_highest_priority(index):
    assert index.provider("jpeg-dev") == index.provider("pc:libjpeg") == "libjpeg-turbo-dev"


def test_what_a_dev_package_links_to_and_brings(index):
    assert index.runtime_of("libpq-dev") == ("libpq",)
    assert index.runtime_of("of-no-such-name") == ()
    assert index.brings("libpq-dev") == {"libpq", "openssl-dev", "libssl3", "zlib-dev", "zlib"}
    assert index.brings("zlib") == frozenset()


def test_the_dev_package_of_a_library(index):
    assert index.dev_of_library("pq") == "libpq-dev"
    assert index.dev_of_library("ssl") == "openssl-dev"
    assert index.dev_of_library("z") == "zlib-dev"
    assert index.dev_of_library("of_no_such_name") is None


def test_with_or_without_a_signature(index):
    assert parse_apkindex(apkindex_bytes(RECORDS, signed=False)).providers == index.providers


def test_of_several_repositories_the_first_counts(index):
    other = parse_apkindex(apkindex_bytes([{"P": "other-dev", "A": "aarch64", "p": "pc:libpq=1 pc:other=1"}]))
    both = joined([index, other])
    assert both.provider("pc:libpq") == "libpq-dev"
    assert both.provider("pc:other") == "other-dev"
    assert both.architectures == {"x86_64", "aarch64"}


def test_circles_end():
    index = parse_apkindex(apkindex_bytes([{"P": "a", "D": "b"}, {"P": "b", "D": "a"}]))
    assert index.brings("a") == {"b"}


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", "holds no APKINDEX"),
        (b"plain text", "not gzip"),
        (apkindex_bytes(RECORDS)[:-9], "cut short"),
        (gzip.compress(b"no tar"), "holds no APKINDEX"),
        (gzip.compress(b""), "holds no APKINDEX"),
    ],
)
def test_what_is_no_index(data, why):
    with pytest.raises(ApkIndexFault, match=why):
        parse_apkindex(data)


def test_what_follows_the_listing_is_not_looked_at(index):
    assert parse_apkindex(apkindex_bytes(RECORDS) + b"more").origins == index.origins


@given(st.binary(max_size=400), st.integers(0, 300))
def test_any_bytes_are_an_index_or_a_fault(noise, at):
    whole = apkindex_bytes(RECORDS)
    for data in (noise, whole[:at] + noise + whole[at + len(noise) :]):
        assert isinstance(_read(data), ApkIndex | ApkIndexFault)


def _read(data):
    try:
        return parse_apkindex(data)
    except ApkIndexFault as fault:
        return fault
