#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Makes the files beside it with Python's hashlib and PyPI's cryptography: an implementation that shares no code with ours.

Seeds: the register of XA has 07 x 32 (Ed25519) and 08 x 32 (ML-DSA-65), the witness XB 09 x 32. The entries of the register are the
SHA-256 of "a", "b" and "c". Ed25519 is deterministic; ML-DSA is hedged, so running this again changes its signature in cosigned.txt
and proof.tlog-proof and nothing else.
"""
import base64
import hashlib
import json
import pathlib

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA65PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

ED25519, COSIGNATURE, ML_DSA_65 = b"\x01", b"\x04", b"\xffML-DSA-65"
NAME, WITNESS = "comity/XA/xa-247", "comity/XB/xb-247"
HERE = pathlib.Path(__file__).parent


def b64(data):
    return base64.b64encode(data).decode()


def raw(key):
    return key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)


def key_id(name, kind, public):
    return hashlib.sha256(name.encode() + b"\n" + kind + public).digest()[:4]


def vkey(name, kind, public):
    return f"{name}+{key_id(name, kind, public).hex()}+{b64(kind + public)}"


def line(name, kind, public, signature):
    return f"\u2014 {name} {b64(key_id(name, kind, public) + signature)}\n"


def leaf(entry):
    return hashlib.sha256(b"\x00" + entry).digest()


def node(left, right):
    return hashlib.sha256(b"\x01" + left + right).digest()


def split(count):
    half = 1
    while half * 2 < count:
        half *= 2
    return half


def root(leaves):
    """RFC 6962, 2.1."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return leaves[0]
    half = split(len(leaves))
    return node(root(leaves[:half]), root(leaves[half:]))


def subproof(old, leaves, whole):
    """RFC 6962, 2.1.2."""
    if old == len(leaves):
        return [] if whole else [root(leaves)]
    half = split(len(leaves))
    if old <= half:
        return subproof(old, leaves[:half], whole) + [root(leaves[half:])]
    return subproof(old - half, leaves[half:], False) + [root(leaves[:half])]


def inclusion(index, leaves):
    if len(leaves) == 1:
        return []
    half = split(len(leaves))
    if index < half:
        return inclusion(index, leaves[:half]) + [root(leaves[half:])]
    return inclusion(index - half, leaves[half:]) + [root(leaves[:half])]


key = Ed25519PrivateKey.from_private_bytes(b"\x07" * 32)
second = MLDSA65PrivateKey.from_seed_bytes(b"\x08" * 32)
witness = Ed25519PrivateKey.from_private_bytes(b"\x09" * 32)

leaves = [leaf(hashlib.sha256(x).digest()) for x in (b"a", b"b", b"c")]
text = f"{NAME}\n3\n{b64(root(leaves))}\n"
first = line(NAME, ED25519, raw(key), key.sign(text.encode()))
note = f"{text}\n{first}"
(HERE / "checkpoint.txt").write_text(vkey(NAME, ED25519, raw(key)) + "\n===\n" + note)

when = 1_900_000_000
message = f"cosignature/v1\ntime {when}\n{text}".encode()
note += line(NAME, ML_DSA_65, raw(second), second.sign(text.encode()))
note += line(WITNESS, COSIGNATURE, raw(witness), when.to_bytes(8, "big") + witness.sign(message))
keys = [vkey(NAME, ED25519, raw(key)), vkey(NAME, ML_DSA_65, raw(second)), vkey(WITNESS, COSIGNATURE, raw(witness))]
(HERE / "cosigned.txt").write_text("\n".join(keys) + "\n===\n" + note)
hashes = "".join(b64(x) + "\n" for x in inclusion(1, leaves))
(HERE / "proof.tlog-proof").write_text(f"c2sp.org/tlog-proof@v1\nextra {b64(b'b')}\nindex 1\n{hashes}\n{note}")

MOST = 24
tree = [leaf(f"entry {n}".encode()) for n in range(MOST)]
vectors = []
for old in range(1, MOST + 1):
    for new in range(old, MOST + 1):
        name = f"{old} to {new}"
        sound = {
            "size1": old, "size2": new, "root1": b64(root(tree[:old])), "root2": b64(root(tree[:new])),
            "proof": [b64(x) for x in subproof(old, tree[:new], True)], "desc": f"{name}, sound", "wantErr": False,
        }
        vectors.append(sound)
        if old < new and (old * 7 + new) % 3 == 0:
            for change, what in [
                ({"root1": b64(root(tree[: old - 1]))}, "another old root"),
                ({"proof": sound["proof"][:-1]}, "the last hash is missing"),
                ({"proof": sound["proof"] + [sound["root2"]]}, "one hash too many"),
            ]:
                vectors.append({**sound, **change, "desc": f"{name}, {what}", "wantErr": True})
(HERE / "merkle").mkdir(exist_ok=True)
(HERE / "merkle" / "consistency.json").write_text("[\n" + ",\n".join(json.dumps(v) for v in vectors) + "\n]\n")
print(len(vectors), "consistency vectors")
