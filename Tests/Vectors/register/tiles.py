# SPDX-License-Identifier: Apache-2.0
"""Audits a folder in the layout of C2SP tlog-tiles with the standard library alone: prints the size and the root of its checkpoint when
entries, tiles of every level and the root agree. It shares no code with the product."""
import base64
import hashlib
import pathlib
import sys

folder = pathlib.Path(sys.argv[1])
lines = (folder / "checkpoint").read_text().split("\n")
size, root = int(lines[1]), base64.b64decode(lines[2])


def sha(data):
    return hashlib.sha256(data).digest()


def path(number):
    parts = [f"{number % 1000:03d}"]
    while number >= 1000:
        number //= 1000
        parts.append(f"x{number % 1000:03d}")
    return "/".join(reversed(parts))


def read(kind, number, width):
    return (folder / "tile" / kind / (path(number) + ("" if width == 256 else f".p/{width}"))).read_bytes()


def tree(hashes):
    if not hashes:
        return sha(b"")
    if len(hashes) == 1:
        return hashes[0]
    half = 1
    while half * 2 < len(hashes):
        half *= 2
    return sha(b"\x01" + tree(hashes[:half]) + tree(hashes[half:]))


def tiles(level, hashes):
    """The hashes of a level, read back from its tiles; they must be these."""
    for number in range((len(hashes) + 255) // 256):
        expected = hashes[number * 256:number * 256 + 256]
        assert read(str(level), number, len(expected)) == b"".join(expected), (level, number)


leaves = []
for number in range((size + 255) // 256):
    width = min(256, size - 256 * number)
    data = read("entries", number, width)
    while data:
        length = int.from_bytes(data[:2], "big")
        assert length == 32
        leaves.append(sha(b"\x00" + data[2:2 + length]))
        data = data[2 + length:]
assert len(leaves) == size
level, hashes = 0, leaves
while hashes:
    tiles(level, hashes)
    hashes = [tree(hashes[i:i + 256]) for i in range(0, len(hashes) - 255, 256)]
    level += 1
assert tree(leaves) == root
print(size, root.hex())
