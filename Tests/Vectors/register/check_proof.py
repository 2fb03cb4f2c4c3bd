#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Checks a C2SP tlog-proof with Python's hashlib and PyPI's cryptography, and with no code of ours.

    check_proof.py PROOF HASH KEY [KEY …]

HASH: the 32 bytes that the register holds, in hexadecimal. KEY: keys of the register and of witnesses as text; the first must have signed.
Prints who signed, and exits with 1 when something does not hold.
"""
import base64
import hashlib
import sys

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

text, content, vkeys = open(sys.argv[1]).read(), bytes.fromhex(sys.argv[2]), sys.argv[3:]
head, note = text.split("\n\n", 1)
lines = head.split("\n")
assert lines.pop(0) == "c2sp.org/tlog-proof@v1"
if lines[0].startswith("extra "):
    lines.pop(0)
index = int(lines.pop(0).removeprefix("index "))
body, signatures = note.rsplit("\n\n", 1)
body += "\n"
origin, size, root = body.split("\n")[:3]

node = lambda left, right: hashlib.sha256(b"\x01" + left + right).digest()
first, last, found = index, int(size) - 1, hashlib.sha256(b"\x00" + content).digest()
assert 0 <= first <= last
for step in map(base64.b64decode, lines):
    assert last > 0
    if first & 1 or first == last:
        found = node(step, found)
        while not first & 1 and first:
            first, last = first >> 1, last >> 1
    else:
        found = node(found, step)
    first, last = first >> 1, last >> 1
if last or found != base64.b64decode(root):
    sys.exit("the proof does not lead to the root")

signed = []
for number, vkey in enumerate(vkeys):
    name, key_id, blob = vkey.split("+", 2)
    blob = base64.b64decode(blob)
    assert hashlib.sha256(name.encode() + b"\n" + blob).hexdigest()[:8] == key_id, "the key is damaged"
    for line in signatures.splitlines():
        dash, who, data = line.split(" ")
        data = base64.b64decode(data)
        if dash != "\u2014" or who != name or data[:4].hex() != key_id:
            continue
        data = data[4:]
        try:
            if blob[0] == 1:
                Ed25519PublicKey.from_public_bytes(blob[1:]).verify(data, body.encode())
                signed.append(f"signed by {name}")
            elif blob[0] == 4:
                seconds = int.from_bytes(data[:8], "big")
                message = f"cosignature/v1\ntime {seconds}\n{body}".encode()
                Ed25519PublicKey.from_public_bytes(blob[1:]).verify(data[8:], message)
                signed.append(f"cosigned by {name} at {seconds}")
            elif blob.startswith(b"\xffML-DSA-65"):
                from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA65PublicKey

                MLDSA65PublicKey.from_public_bytes(blob[10:]).verify(data, body.encode())
                signed.append(f"signed by {name} with ML-DSA-65")
        except InvalidSignature:
            sys.exit(f"a signature of {name} does not hold")
    if number == 0 and not signed:
        sys.exit(f"{name} has not signed")
print(f"entry {index} of {size} in {origin}")
print("\n".join(signed))
