"""The reader of ELF files: what it finds in small ones of every machine, and that no bytes get the better of it."""

from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.elf import MACHINES, elf_bytes, module_bytes

from muslcheck.archives.elf import Elf, ElfFault, read_elf


@pytest.mark.parametrize("machine", MACHINES)
@pytest.mark.parametrize("gnu_hash", [False, True])
def test_what_a_loader_is_told_on_every_machine(machine, gnu_hash):
    data = elf_bytes(
        machine,
        needed=("libspam.so.1", "libc.so.6"),
        soname="libeggs.so.2",
        runpath="$ORIGIN/../libs:/opt/lib",
        wants=("spam_open", "strlen"),
        weak=("maybe",),
        unused=("never_asked",),
        defines=("eggs_open", "eggs_close"),
        versions={"strlen": ("libc.so.6", "GLIBC_2.17"), "spam_open": ("libspam.so.1", "SPAM_1")},
        gnu_hash=gnu_hash,
    )
    assert read_elf(data) == Elf(
        machine,
        soname="libeggs.so.2",
        needed=("libspam.so.1", "libc.so.6"),
        runpath=("$ORIGIN/../libs", "/opt/lib"),
        defines=frozenset({"eggs_open", "eggs_close"}),
        wants={"spam_open": ("libspam.so.1", "SPAM_1"), "strlen": ("libc.so.6", "GLIBC_2.17")},
        versions=(("libc.so.6", "GLIBC_2.17"), ("libspam.so.1", "SPAM_1")),
    )


@pytest.mark.parametrize("machine", MACHINES)
def test_thread_local_storage_in_the_static_block(machine):
    assert read_elf(elf_bytes(machine, own_tls=True)).initial_exec
    assert not read_elf(elf_bytes(machine)).initial_exec


def test_packed_relocations():
    assert read_elf(elf_bytes(relr=True)).relr
    assert not read_elf(elf_bytes()).relr


def test_a_program_has_an_interpreter():
    program = read_elf(elf_bytes(interpreter="/lib64/ld-linux-x86-64.so.2"))
    assert (program.executable, program.interpreter) == (True, "/lib64/ld-linux-x86-64.so.2")
    assert read_elf(elf_bytes(kind=2)).executable
    assert not read_elf(elf_bytes()).executable


def test_an_unknown_machine_is_named_by_its_number():
    data = bytearray(elf_bytes())
    data[18:20] = (999).to_bytes(2, "little")
    assert read_elf(bytes(data)).machine == "999"


@pytest.mark.parametrize("data", [b"", b"\x7fELF", b"MZ" + bytes(100), b"\x7fELF" + bytes(100), elf_bytes()[:60], elf_bytes()[:200]])
def test_what_is_no_elf_file_is_refused(data):
    with pytest.raises(ElfFault):
        read_elf(data)


WHOLE = (
    module_bytes("spam", versions={"malloc": ("libc.so.6", "GLIBC_2.2.5")}),
    elf_bytes("s390x", wants=("a",), defines=("b",), gnu_hash=True, own_tls=True),
    elf_bytes("arm", wants=("a",), weak=("c",), interpreter="/lib/ld-musl-armhf.so.1"),
)


@settings(max_examples=400, deadline=None)
@given(st.sampled_from(WHOLE), st.lists(st.tuples(st.integers(0, 2000), st.integers(0, 255)), max_size=12), st.integers(0, 3000))
def test_damaged_files_are_read_or_refused(whole, changes, end):
    data = bytearray(whole)
    for at, byte in changes:
        data[at % len(data)] = byte
    _read_or_refused(bytes(data[: max(end, 20)]))


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(WHOLE), st.integers(0, 3000), st.sampled_from([0, 1, 0x7FFFFFFF, 0xFFFFFFFF, 1 << 63, (1 << 64) - 1]))
def test_numbers_beyond_all_bounds_are_read_or_refused(whole, at, number):
    data = bytearray(whole)
    at %= len(data) - 8
    data[at : at + 8] = number.to_bytes(8, "little")
    _read_or_refused(bytes(data))


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_refused(data):
    _read_or_refused(b"\x7fELF\x02\x01\x01" + data)


def _read_or_refused(data):
    with suppress(ElfFault):
        assert isinstance(read_elf(data), Elf)
