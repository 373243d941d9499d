"""Small ELF files, written byte by byte: libraries and programs with the tables that a loader reads, and no code."""

import struct

__all__ = ["MACHINES", "elf_bytes", "module_bytes"]

MACHINES = {
    "i686": (3, 32, "<"),
    "ppc64le": (21, 64, "<"),
    "s390x": (22, 64, ">"),
    "arm": (40, 32, "<"),
    "x86_64": (62, 64, "<"),
    "aarch64": (183, 64, "<"),
    "riscv64": (243, 64, "<"),
    "loongarch64": (258, 64, "<"),
}
TPOFF = {"i686": 14, "ppc64le": 73, "s390x": 56, "arm": 19, "x86_64": 18, "aarch64": 1030, "riscv64": 11, "loongarch64": 11}
NEEDED, HASH, STRTAB, SYMTAB, RELA, RELASZ, STRSZ, SONAME, REL, RELSZ = 1, 4, 5, 6, 7, 8, 10, 14, 17, 18
RUNPATH, RELR, GNU_HASH, VERSYM, VERNEED, VERNEEDNUM = 29, 36, 0x6FFFFEF5, 0x6FFFFFF0, 0x6FFFFFFE, 0x6FFFFFFF
GLOBAL, WEAK = 1, 2


def module_bytes(name, wants=("PyModule_Create2", "malloc"), **more):
    """An extension module: it has ``PyInit_NAME``."""
    return elf_bytes(wants=wants, defines=(f"PyInit_{name}", *more.pop("defines", ())), **more)


def elf_bytes(
    machine="x86_64",
    *,
    needed=("libc.musl-x86_64.so.1",),
    soname="",
    runpath="",
    wants=(),
    weak=(),
    unused=(),
    defines=(),
    versions=None,
    interpreter="",
    own_tls=False,
    relr=False,
    gnu_hash=False,
    kind=3,
):
    """An ELF file. ``wants`` are undefined symbols that a relocation asks for, ``weak`` those that may be missing, ``unused`` those
    of no relocation; ``versions`` maps some of them to ``(library, version)``. ``own_tls``: an initial-exec variable of its own.
    """
    number, bits, order = MACHINES[machine]
    wide = bits == 64
    word = "Q" if wide else "I"
    texts = bytearray(b"\0")

    def text(value):
        texts.extend(value.encode() + b"\0")
        return len(texts) - len(value.encode()) - 1

    undefined = [(name, GLOBAL) for name in wants] + [(name, WEAK) for name in weak] + [(name, GLOBAL) for name in unused]
    symbols = [symbol(order, wide, 0, 0, 0)]
    symbols += [symbol(order, wide, text(name), bind, 0) for name, bind in undefined]
    symbols += [symbol(order, wide, text(name), GLOBAL, 1) for name in defines]
    relocations = [(number + 1, 6) for number in range(len(wants) + len(weak))]
    relocations += [(0, TPOFF[machine])] if own_tls else []
    rela = b"".join(
        struct.pack(order + "3Q", 0, at << 32 | how, 0) if wide else struct.pack(order + "2I", 0, at << 8 | how) for at, how in relocations
    )
    tags = [(NEEDED, text(name)) for name in needed]
    tags += [(SONAME, text(soname))] if soname else []
    tags += [(RUNPATH, text(runpath))] if runpath else []
    parts = {"symbols": b"".join(symbols), "relocations": rela, "interpreter": interpreter.encode() + b"\0"}
    if gnu_hash:
        parts["hash"] = gnu_table(order, word, len(undefined) + 1, len(defines))
    else:
        parts["hash"] = struct.pack(order + ("2Q" if machine == "s390x" else "2I"), 1, len(symbols))
    versions = versions or {}
    if versions:
        parts["versym"], parts["verneed"], count = version_tables(order, undefined, len(defines), versions, text)
    header, segment = (64, 56) if wide else (52, 32)
    segments = 2 + bool(interpreter) + own_tls
    places, at = {}, header + segments * segment
    for name, data in parts.items():
        places[name] = at
        at += len(data) + -len(data) % 8
    places["texts"] = at
    at += len(texts) + -len(texts) % 8
    tags += [(SYMTAB, places["symbols"]), (STRTAB, places["texts"]), (STRSZ, len(texts))]
    tags += [(GNU_HASH if gnu_hash else HASH, places["hash"])]
    tags += [(RELA if wide else REL, places["relocations"]), (RELASZ if wide else RELSZ, len(rela))]
    tags += [(VERSYM, places["versym"]), (VERNEED, places["verneed"]), (VERNEEDNUM, count)] if versions else []
    tags += [(RELR, at)] if relr else []
    dynamic = b"".join(struct.pack(f"{order}2{word}", tag, value) for tag, value in (*tags, (0, 0)))
    end = at + len(dynamic)
    rows = [(1, 0, end), (2, at, len(dynamic))]
    rows += [(3, places["interpreter"], len(parts["interpreter"]))] if interpreter else []
    rows += [(7, 0, 0)] if own_tls else []
    if wide:
        table = b"".join(struct.pack(order + "2I6Q", what, 5, offset, offset, offset, size, size, 8) for what, offset, size in rows)
        numbers = struct.pack(order + "2HI3QI6H", kind, number, 1, 0, header, 0, 0, header, segment, segments, 0, 0, 0)
    else:
        table = b"".join(struct.pack(order + "8I", what, offset, offset, offset, size, size, 5, 8) for what, offset, size in rows)
        numbers = struct.pack(order + "2HI3II6H", kind, number, 1, 0, header, 0, 0, header, segment, segments, 0, 0, 0)
    magic = b"\x7fELF" + bytes([2 if wide else 1, 1 if order == "<" else 2, 1]) + bytes(9)
    body = b"".join(data + bytes(-len(data) % 8) for data in (*parts.values(), bytes(texts)))
    return magic + numbers + table + body + dynamic


def symbol(order, wide, name, bind, section):
    if wide:
        return struct.pack(order + "IBBHQQ", name, bind << 4, 0, section, 0, 0)
    return struct.pack(order + "IIIBBH", name, 0, 0, bind << 4, 0, section)


def gnu_table(order, word, first, count):
    """One bucket, one word of the filter, and a chain that ends with the last symbol."""
    chain = [0] * max(count - 1, 0) + ([1] if count else [])
    return struct.pack(f"{order}4I{word}I{len(chain)}I", 1, first, 1, 0, 0, first if count else 0, *chain)


def version_tables(order, undefined, defined, versions, text):
    libraries = {}
    for library, version in dict.fromkeys(versions.values()):
        libraries.setdefault(library, []).append(version)
    numbers, rows = {}, []
    for place, (library, known) in enumerate(libraries.items()):
        inner = b""
        for at, version in enumerate(known):
            numbers[library, version] = len(numbers) + 2
            step = 16 if at + 1 < len(known) else 0
            inner += struct.pack(order + "IHHII", 0, 0, numbers[library, version], text(version), step)
        following = 16 + len(inner) if place + 1 < len(libraries) else 0
        rows.append(struct.pack(order + "HHIII", 1, len(known), text(library), 16, following) + inner)
    asked = [numbers.get(versions.get(name), 1) for name, _ in undefined]
    table = struct.pack(f"{order}{1 + len(asked) + defined}H", 0, *asked, *[1] * defined)
    return table, b"".join(rows), len(libraries)
