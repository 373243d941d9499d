"""What wheels hold that is compiled, out of real wheels with small ELF files in them."""

import io
import struct
import zipfile
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.archives import wheel_bytes, wheel_name
from support.elf import elf_bytes, module_bytes

from muslcheck.archives.facts import NativeFile, WheelFacts
from muslcheck.archives.wheel_inside import installed_path, may_be_native, read_names, read_wheel
from muslcheck.errors import CorruptArchive

MUSL = "cp312-cp312-musllinux_1_2_x86_64"
MUSL_SUFFIX = "cpython-312-x86_64-linux-musl"


def read(files, tags=MUSL, **more):
    return read_wheel(io.BytesIO(wheel_bytes("spam", "1.0", tags, files=files, **more)), wheel_name("spam", "1.0", tags))


def test_modules_libraries_and_programs():
    facts = read(
        {
            f"spam/_fast.{MUSL_SUFFIX}.so": module_bytes("_fast", needed=("libeggs-12ab.so.1", "libc.musl-x86_64.so.1")),
            "spam/_fast.py": "",
            "spam/stable.abi3.so": module_bytes("stable"),
            "spam/plain.so": module_bytes("plain"),
            "spam.libs/libeggs-12ab.so.1": elf_bytes(soname="libeggs-12ab.so.1", relr=True),
            "spam-1.0.data/scripts/spam": elf_bytes(interpreter="/lib/ld-musl-x86_64.so.1"),
            "spam-1.0.data/platlib/other/data.so": elf_bytes(),
        }
    )
    assert [(native.path, native.module, native.suffix, native.executable) for native in facts.natives] == [
        ("bin/spam", "", "", True),
        ("other/data.so", "", "", False),
        ("spam.libs/libeggs-12ab.so.1", "", "", False),
        (f"spam/_fast.{MUSL_SUFFIX}.so", "spam._fast", MUSL_SUFFIX, False),
        ("spam/plain.so", "spam.plain", "", False),
        ("spam/stable.abi3.so", "spam.stable", "abi3", False),
    ]
    by_path = {native.path: native for native in facts.natives}
    assert by_path[f"spam/_fast.{MUSL_SUFFIX}.so"].twin
    assert not by_path["spam/plain.so"].twin
    assert by_path["spam.libs/libeggs-12ab.so.1"].relr
    assert (facts.pure, facts.roots, facts.unread, facts.imported) == (False, ("spam",), (), None)


def test_what_the_wheel_itself_or_another_library_has_is_not_wanted():
    facts = read(
        {
            "spam/_fast.abi3.so": module_bytes(
                "_fast",
                ("PyObject_Call", "_Py_Dealloc", "eggs_open", "strlen", "deflate", "zapped"),
                weak=("__gmon_start__",),
                unused=("never",),
                versions={"strlen": ("libc.so.6", "GLIBC_2.2.5"), "deflate": ("libz.so.1", "ZLIB_1.2")},
            ),
            "spam.libs/libeggs.so": elf_bytes(defines=("eggs_open",)),
            "spam/other.so": elf_bytes("aarch64", defines=("zapped",)),
        }
    )
    module = next(native for native in facts.natives if native.module)
    assert module.wants == ("strlen", "zapped")
    assert module.glibc == ("libc.so.6 GLIBC_2.2.5",)


def test_a_wheel_for_any_platform_with_files_of_three_systems():
    pe = b"MZ" + bytes(200)
    mach = struct.pack("<I", 0xFEEDFACF) + bytes(200)
    facts = read({"spam/a.dll": pe, "spam/a.dylib": mach, "spam/a.so": elf_bytes("aarch64")}, "py3-none-any")
    assert [(native.form, native.machine) for native in facts.natives] == [("pe", ""), ("mach-o", ""), ("elf", "aarch64")]
    assert facts.pure


def test_what_only_looks_compiled_is_none():
    object_file = bytearray(elf_bytes())
    object_file[16:18] = b"\1\0"
    facts = read({"spam/a.so": "no ELF", "spam/LICENSE": "", "spam/b.so": bytes(object_file), "spam/data.bin": elf_bytes()})
    assert facts.natives == ()
    assert facts.unread == ()


def test_a_damaged_file_is_told_and_the_others_are_read():
    facts = read({"spam/a.so": elf_bytes()[:90], "spam/b.so": elf_bytes()})
    assert [native.path for native in facts.natives] == ["spam/b.so"]
    assert [(seen.value, seen.where) for seen in facts.unread] == [("cut short", f"{wheel_name('spam', '1.0', MUSL)}!/spam/a.so")]


def test_a_large_file_is_read_on_disk():
    facts = read({"spam/a.so": elf_bytes(wants=("far",)) + bytes(5 << 20)})
    assert facts.natives[0].wants == ("far",)


def test_names():
    data = wheel_bytes("spam", "1.0", files={"spam/a.so": "x"})
    assert "spam/a.so" in read_names(io.BytesIO(data), "spam-1.0-py3-none-any.whl")


@pytest.mark.parametrize(
    ("name", "answer"),
    [
        ("a/b.so", True),
        ("a/b.so.1.2", True),
        ("a/b.cpython-312-x86_64-linux-gnu.so", True),
        ("a/b.dylib", True),
        ("a/program", True),
        ("a-1.data/scripts/a.sh", True),
        ("a/b.py", False),
        ("a-1.dist-info/RECORD", False),
        ("a/NOTICE", False),
        ("a/b.sofa", False),
        ("a/b/", False),
    ],
)
def test_names_of_compiled_files(name, answer):
    assert may_be_native(name) is answer


def test_where_members_are_installed():
    assert installed_path("spam-1.data/purelib/spam/a.py") == "spam/a.py"
    assert installed_path("spam-1.data/scripts/spam") == "bin/spam"
    assert installed_path("spam/a.py") == "spam/a.py"


WHOLE = wheel_bytes("spam", "1.0", MUSL, files={"spam/a.abi3.so": module_bytes("a"), "spam/b.so": elf_bytes(wants=("x",))})


@settings(max_examples=150, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 10_000), st.integers(0, 255)), max_size=8), st.integers(0, len(WHOLE)))
def test_damaged_wheels_are_read_or_refused(changes, end):
    data = bytearray(WHOLE)
    for at, byte in changes:
        data[at % len(data)] = byte
    with suppress(CorruptArchive):
        assert isinstance(read_wheel(io.BytesIO(bytes(data[:end])), "spam-1.0-py3-none-any.whl"), WheelFacts)


def test_an_encrypted_member_is_told():
    data = bytearray(WHOLE)
    with zipfile.ZipFile(io.BytesIO(WHOLE)) as archive:
        start = archive.start_dir
    at = data.find(b"PK\1\2", start)
    assert data.find(b"spam/a.abi3.so", at) > 0
    second = data.find(b"PK\1\2", at + 4)
    data[second + 8] |= 1
    facts = read_wheel(io.BytesIO(bytes(data)), "spam-1.0-py3-none-any.whl")
    assert [seen.where for seen in facts.unread] == ["spam-1.0-py3-none-any.whl!/spam/a.abi3.so"]
    assert facts.natives == (NativeFile("spam/b.so", "elf", "x86_64", needed=("libc.musl-x86_64.so.1",), wants=("x",)),)
