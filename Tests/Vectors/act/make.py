#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Makes the vectors of docs/formats/act.md and docs/formats/register.md: a signed act and the receipt for it.

PyPI's cryptography signs, joserfc checks, hashlib hashes: no code is shared with Comity. Everything is fixed, so running
it again gives the same bytes. Keys: the act is signed with the seed 07 x 32, the register with the seed 09 x 32.
"""
import base64
import hashlib
import json
import pathlib

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from joserfc import jws
from joserfc.jwk import OKPKey

HERE = pathlib.Path(__file__).parent


def b64url(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def compact(value):
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def public(key):
    return key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)


def write(name, text):
    (HERE / name).write_text(text)


# 1. The act: a complete request for expedited preservation. Everything in it is invented.
ACT = {
    "v": 1,
    "id": "01a20fdb-02e3-7000-8000-000000000001",
    "file": "01a20fdb-02e3-7000-8000-000000000002",
    "kind": "request",
    "from": {"state": "XA", "authority": "xa-247"},
    "to": [{"state": "XB", "authority": "xb-247"}],
    "after": [],
    "lamport": 1,
    "at": "2026-11-24T20:19:01.091-03:00",
    "by": {
        "role": "duty_officer",
        "officer": "XA-D1",
        "approvals": [{"role": "approver", "officer": "XA-D3", "at": "2026-11-24T20:19:00.966-03:00"}],
    },
    "tlp": "AMBER+STRICT",
    "lang": "en",
    "exercise": True,
    "law": {"house": "2026-11-22", "uncc": "2026-11-22"},
    "body": {
        "ref": "XA-2026-PRE-000001-6",
        "type": "preservation",
        "title": "Hospital ransomware, key host in Bresta",
        "links": [],
        "content": {
            "authority": {"id": "xa-247", "name": "National Cybercrime Contact Point of Alvania", "contact": "+999105550101"},
            "urgency": {"level": "urgent"},
            "offences": [{"article": "UNCC-10", "domestic": "Penal Code of Alvania (fictional), section 413"}],
            "facts": "Files on the servers of a hospital were encrypted; one key for each machine went to a rented server in Bresta.",
            "identifiers": [
                {"id": "I1", "kind": "ip_endpoint", "ip": "198.51.100.24", "port": 51514, "at": "2026-11-24T16:20:07-03:00"}
            ],
            "data_sought": [
                {
                    "id": "D1",
                    "category": "TRAFFIC",
                    "items": ["connection records of 203.0.113.77"],
                    "identifiers": ["I1"],
                    "from": "2026-11-10T00:00:00Z",
                    "to": "2026-11-24T23:00:00Z",
                }
            ],
            "custodian": {"provider": "Bresta Demo Hosting and Access"},
            "link_facts_to_data": "The server received the keys.",
            "necessity": "The server can be wiped by its customer at any time.",
            "intent_to_send_mla": {"stated": True, "by": "2026-12-04T00:00:00-03:00"},
            "confidentiality": {"requested": False},
        },
    },
}

signing = Ed25519PrivateKey.from_private_bytes(b"\x07" * 32)
jwk = {"crv": "Ed25519", "kty": "OKP", "x": b64url(public(signing))}
kid = b64url(hashlib.sha256(compact(jwk)).digest())  # RFC 7638: the compact form with sorted names
header = b64url(compact({"alg": "EdDSA", "kid": kid, "typ": "comity-act+jws"}))


def sign(payload):
    body = b64url(payload)
    signature = b64url(signing.sign(f"{header}.{body}".encode()))
    document = f'{{"payload":"{body}","signatures":[{{"protected":"{header}","signature":"{signature}"}}]}}'
    checked = jws.deserialize_json(json.loads(document), OKPKey.import_key(jwk), algorithms=["EdDSA"])
    assert checked.payload == payload
    return document


payload = compact(ACT)
# The same values in other bytes: another order of names, white space, an escape. The signature holds, the hash is another.
spaced = json.dumps(ACT, indent=1, ensure_ascii=True).replace("Bresta Demo", "\\u0042resta Demo").encode()
assert json.loads(spaced) == json.loads(payload)
write("act.json", sign(payload))
write("act-spaced.json", sign(spaced))
write("key.jwk", json.dumps(jwk, sort_keys=True) + "\n")
act_hash = hashlib.sha256(payload).digest()

# 2. The receipt: the act is entry 4 of the seven in a register of XB (RFC 6962 tree, C2SP checkpoint).
INDEX = 4
NAME = "comity/XB/xb-247"
entries = [hashlib.sha256(f"entry {number}".encode()).digest() for number in range(7)]
entries[INDEX] = act_hash


def tree(leaves):
    if len(leaves) == 1:
        return leaves[0]
    split = 1 << (len(leaves) - 1).bit_length() - 1
    return hashlib.sha256(b"\x01" + tree(leaves[:split]) + tree(leaves[split:])).digest()


def path(index, leaves):
    if len(leaves) == 1:
        return []
    split = 1 << (len(leaves) - 1).bit_length() - 1
    if index < split:
        return path(index, leaves[:split]) + [tree(leaves[split:])]
    return path(index - split, leaves[split:]) + [tree(leaves[:split])]


leaves = [hashlib.sha256(b"\x00" + entry).digest() for entry in entries]
register = Ed25519PrivateKey.from_private_bytes(b"\x09" * 32)
key_id = hashlib.sha256(NAME.encode() + b"\n\x01" + public(register)).digest()[:4]
text = f"{NAME}\n{len(leaves)}\n{base64.b64encode(tree(leaves)).decode()}\n"
line = base64.b64encode(key_id + register.sign(text.encode())).decode()
receipt = {
    "v": 1,
    "act": act_hash.hex(),
    "index": INDEX,
    "checkpoint": f"{text}\n\u2014 {NAME} {line}\n",
    "proof": [step.hex() for step in path(INDEX, leaves)],
}
write("receipt.json", compact(receipt).decode())
write("register.vkey", f"{NAME}+{key_id.hex()}+{base64.b64encode(bytes([1]) + public(register)).decode()}\n")
write(
    "expected.json",
    json.dumps(
        {
            "hash": act_hash.hex(),
            "spacedHash": hashlib.sha256(spaced).hexdigest(),
            "kid": kid,
            "payloadBytes": len(payload),
            "index": INDEX,
            "size": len(leaves),
            "root": tree(leaves).hex(),
        },
        indent=2,
    )
    + "\n",
)
