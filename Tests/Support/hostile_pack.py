"""Writes a pack that lies, for tests, to standard output.

    hostile_pack.py KIND [COMMIT]

Each is a well-formed pack but for the one thing that its kind names.
"""

import hashlib
import struct
import sys
import zlib

BLOB, OFS_DELTA, REF_DELTA = 3, 6, 7


def header(kind, size):
    first, size = kind << 4 | size & 15, size >> 4
    out = bytearray()
    while size:
        out.append(first | 0x80)
        first, size = size & 0x7F, size >> 7
    out.append(first)
    return bytes(out)


def number(value):
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)


def offset(value):
    out = [value & 0x7F]
    value >>= 7
    while value:
        value -= 1
        out.insert(0, value & 0x7F | 0x80)
        value >>= 7
    return bytes(out)


def pack(objects, count=None):
    body = bytearray(b"PACK" + struct.pack(">II", 2, len(objects) if count is None else count))
    for made in objects:
        body += made(len(body)) if callable(made) else made
    return bytes(body) + hashlib.sha1(body).digest()


def blob(data, size=None):
    return header(BLOB, len(data) if size is None else size) + zlib.compress(data, 9)


def zeros(count, size=None):
    """A blob of so many mebibytes of zeros; each is the same few bytes, squeezed."""
    squeeze = zlib.compressobj(9, zlib.DEFLATED, -15)
    block = squeeze.compress(bytes(1 << 20)) + squeeze.flush(zlib.Z_FULL_FLUSH)
    total = count << 20
    check = struct.pack(">I", total % 65521 << 16 | 1)
    start = header(BLOB, total if size is None else size)
    return start + b"\x78\xda" + block * count + b"\x03\x00" + check


def copies(base, count):
    """A delta that copies the whole base, of at most 65,536 bytes, so often."""
    copy = b"\xb0" + struct.pack("<H", base & 0xFFFF) if base < 0x10000 else b"\x80"
    return number(base) + number(base * count) + copy * count


def on_offset(delta, base_at, size=None):
    def make(here):
        start = header(OFS_DELTA, len(delta) if size is None else size)
        return start + offset(here - base_at) + zlib.compress(delta, 9)

    return make


def on_name(delta, name):
    return header(REF_DELTA, len(delta)) + bytes.fromhex(name) + zlib.compress(delta, 9)


def chain(depth):
    """Each object a delta on the one before."""
    objects, at, before = [blob(b"x" * 20)], 12, 12
    at += len(objects[0])
    for index in range(depth):
        delta = number(20) + number(20) + b"\x90\x0c" + b"\x08" + b"%08d" % index
        made = on_offset(delta, before)(at)
        objects.append(made)
        before, at = at, at + len(made)
    return objects


def bomb(levels):
    """A kilobyte or two whose last object has 65,536 * 1,000 ** levels bytes."""
    objects, size, before = [blob(bytes(0x10000))], 0x10000, 12
    at = 12 + len(objects[0])
    for _ in range(levels):
        # A copy takes at most 0xffffff bytes.
        step = min(size, 0xFFFFFF)
        copy = b"\xf0" + struct.pack("<I", step)[:3]
        delta = number(size) + number(step * 1000) + copy * 1000
        made = on_offset(delta, before)(at)
        objects.append(made)
        before, at, size = at, at + len(made), step * 1000
    return objects


def make(kind):
    if kind == "empty":
        return pack([])
    if kind == "checksum":
        return pack([blob(b"hello")])[:-20] + bytes(20)
    if kind == "missing":
        return pack([blob(b"hello")], count=5)
    if kind == "surplus":
        return pack([blob(b"hello"), blob(b"world")], count=1)
    if kind == "trailing":
        return pack([blob(b"hello")]) + bytes(5000)
    if kind == "zlib-longer":
        return pack([zeros(1 << 10, size=10)])
    if kind == "zlib-shorter":
        return pack([blob(b"hello", size=1 << 40)])
    if kind == "zlib-bomb":
        return pack([zeros(16 << 10)])
    if kind == "delta-bomb":
        return pack(bomb(2))
    if kind == "delta-many":
        base = blob(bytes(0x10000))
        delta = copies(0x10000, 1500)
        objects, at = [base], 12 + len(base)
        for _ in range(2000):
            made = on_offset(delta, 12)(at)
            objects.append(made)
            at += len(made)
        return pack(objects)
    if kind == "delta-size":
        delta = number(5) + number(1 << 40) + b"\x91\x00\x05"
        return pack([blob(b"hello"), on_offset(delta, 12)])
    if kind == "delta-outside":
        delta = number(5) + number(5) + b"\x91\xff\x05"
        return pack([blob(b"hello"), on_offset(delta, 12)])
    if kind == "delta-before":
        return pack([on_offset(number(5) + number(5) + b"\x90\x05", 0)])
    if kind == "delta-unknown":
        return pack([on_name(number(5) + number(5) + b"\x90\x05", "ab" * 20)])
    if kind == "delta-chain":
        return pack(chain(60000))
    if kind == "claims":
        return b"PACK" + struct.pack(">II", 2, 0xFFFFFFFF)
    if kind == "claims-less":
        return b"PACK" + struct.pack(">II", 2, 9_999_999)
    if kind == "huge-object":
        return pack([header(BLOB, 1 << 60) + zlib.compress(b"x")])
    if kind == "version":
        return b"PACK" + struct.pack(">II", 9, 1)
    if kind == "types":
        return pack([header(0, 5) + zlib.compress(b"hello")])
    if kind == "type-five":
        return pack([header(5, 5) + zlib.compress(b"hello")])
    if kind == "zeros":
        return bytes(4000)
    if kind == "cut":
        return pack([blob(b"hello")])[:-7]
    raise SystemExit("unknown kind")


sys.stdout.buffer.write(make(sys.argv[1]))
