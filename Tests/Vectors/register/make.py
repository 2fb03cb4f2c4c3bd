#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Makes checkpoint.txt with Python's hashlib and PyPI's cryptography: an implementation that shares no code with ours.

Seed 07 x 32; entries are the SHA-256 of "a", "b" and "c".
"""
import base64
import hashlib
import pathlib

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

ALGORITHM = b"\x01"
NAME = "comity/XA/xa-247"
key = Ed25519PrivateKey.from_private_bytes(b"\x07" * 32)
public = key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
key_id = hashlib.sha256(NAME.encode() + b"\n" + ALGORITHM + public).digest()[:4]
vkey = f"{NAME}+{key_id.hex()}+{base64.b64encode(ALGORITHM + public).decode()}"


def leaf(entry):
    return hashlib.sha256(b"\x00" + entry).digest()


def node(left, right):
    return hashlib.sha256(b"\x01" + left + right).digest()


a, b, c = (leaf(hashlib.sha256(x).digest()) for x in (b"a", b"b", b"c"))
text = f"{NAME}\n3\n{base64.b64encode(node(node(a, b), c)).decode()}\n"
line = base64.b64encode(key_id + key.sign(text.encode())).decode()
note = f"{text}\n\u2014 {NAME} {line}\n"
pathlib.Path(__file__).with_name("checkpoint.txt").write_text(vkey + "\n===\n" + note)
