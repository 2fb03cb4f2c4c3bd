# SPDX-License-Identifier: Apache-2.0
"""Makes court bundles without Comity, from the published formats alone, so that what reads them is tested against another hand.

    python3 court_bundle.py FOLDER [MEGABYTES of the largest exhibit]

State XB sealed the exhibits and supplied them; State XA received them and made the bundle.
"""

import base64
import hashlib
import json
import os
import pathlib
import shutil
import sys
import uuid

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

try:
    from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA65PrivateKey
except ImportError:  # an older library: bundles have no second signature
    MLDSA65PrivateKey = None

VERIFY = pathlib.Path(__file__).resolve().parents[3] / "Sources/comity/Court/verify.html"
NAME = "XB-2026-SUB-000103-I"
REF = "XA-2026-SUB-000103-I"


def b64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def unb64url(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def compact(value) -> bytes:
    return json.dumps(value, separators=(",", ":"), sort_keys=True, ensure_ascii=False).encode()


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def uuid7(seed: str) -> str:
    digest = bytearray(hashlib.sha256(seed.encode()).digest()[:16])
    digest[6], digest[8] = digest[6] & 0x0F | 0x70, digest[8] & 0x3F | 0x80
    return str(uuid.UUID(bytes=bytes(digest)))


class Key:
    """An Ed25519 key made from words, so that the same bundle comes out each time."""

    def __init__(self, words: str):
        self.private = Ed25519PrivateKey.from_private_bytes(hashlib.sha256(words.encode()).digest())
        self.raw = self.private.public_key().public_bytes_raw()
        self.jwk = {"crv": "Ed25519", "kty": "OKP", "x": b64url(self.raw)}
        self.kid = b64url(hashlib.sha256(compact(self.jwk)).digest())
        self.algorithm = "EdDSA"


class SecondKey:
    """An ML-DSA-65 key from a seed."""

    def __init__(self, words: str):
        self.private = MLDSA65PrivateKey.from_seed_bytes(hashlib.sha256(words.encode()).digest())
        self.jwk = {"alg": "ML-DSA-65", "kty": "AKP", "pub": b64url(self.private.public_key().public_bytes_raw())}
        self.kid = b64url(hashlib.sha256(compact(self.jwk)).digest())
        self.algorithm = "ML-DSA-65"


def jws(payload: bytes, kind: str, *keys) -> bytes:
    body, signatures = b64url(payload), []
    for key in keys:
        protected = b64url(compact({"alg": key.algorithm, "kid": key.kid, "typ": kind}))
        signatures.append({"protected": protected, "signature": b64url(key.private.sign(f"{protected}.{body}".encode()))})
    return compact({"payload": body, "signatures": signatures})


def payload_of(document: bytes) -> bytes:
    return unb64url(json.loads(document)["payload"])


# XB saw the register of XA that many entries before the bundle, at that time.
COSIGNED_BEFORE, COSIGNED_AT = 4, 1_796_119_200


class Register:
    """A log with the tree hashing of RFC 6962 and signed checkpoints."""

    def __init__(self, name: str, key: Key):
        self.name, self.key, self.entries, self.known = name, key, [], {}
        blob = b"\x01" + key.raw
        self.id = hashlib.sha256(name.encode() + b"\n" + blob).digest()[:4]
        self.text = f"{name}+{self.id.hex()}+{base64.b64encode(blob).decode()}"

    def append(self, entry: bytes) -> int:
        self.entries.append(entry)
        return len(self.entries) - 1

    def _root(self, start: int, end: int) -> bytes:
        if end - start == 0:
            return hashlib.sha256(b"").digest()
        if end - start == 1:
            return hashlib.sha256(b"\x00" + self.entries[start]).digest()
        if (start, end) not in self.known:  # entries are never changed
            middle = start + (1 << (end - start - 1).bit_length() - 1)
            self.known[start, end] = hashlib.sha256(b"\x01" + self._root(start, middle) + self._root(middle, end)).digest()
        return self.known[start, end]

    def proof(self, index: int, start: int = 0, end: int | None = None) -> list[str]:
        end = len(self.entries) if end is None else end
        if end - start == 1:
            return []
        middle = start + (1 << (end - start - 1).bit_length() - 1)
        if index < middle:
            return self.proof(index, start, middle) + [self._root(middle, end).hex()]
        return self.proof(index, middle, end) + [self._root(start, middle).hex()]

    def consistency(self, old: int, start: int = 0, end: int | None = None, whole: bool = True) -> list[str]:
        """RFC 6962 section 2.1.2."""
        end = len(self.entries) if end is None else end
        if old == end - start:
            return [] if whole else [self._root(start, end).hex()]
        middle = start + (1 << (end - start - 1).bit_length() - 1)
        if old <= middle - start:
            return self.consistency(old, start, middle, whole) + [self._root(middle, end).hex()]
        return self.consistency(old - (middle - start), middle, end, False) + [self._root(start, middle).hex()]

    def cosign(self, note: str, seconds: int) -> str:
        """Adds the line of this register as witness (C2SP cosignature/v1)."""
        text = note[: note.rindex("\n\n") + 1]
        key_id = hashlib.sha256(self.name.encode() + b"\n\x04" + self.key.raw).digest()[:4]
        signature = self.key.private.sign(f"cosignature/v1\ntime {seconds}\n{text}".encode())
        return f"{note}\u2014 {self.name} {base64.b64encode(key_id + seconds.to_bytes(8, 'big') + signature).decode()}\n"

    def checkpoint(self, size: int | None = None) -> str:
        size = len(self.entries) if size is None else size
        text = f"{self.name}\n{size}\n{base64.b64encode(self._root(0, size)).decode()}\n"
        signature = self.id + self.key.private.sign(text.encode())
        return f"{text}\n\u2014 {self.name} {base64.b64encode(signature).decode()}\n"


class Node:
    """A State with its keys and its register."""

    def __init__(self, state: str, name: str, words: str = "", second: bool = False):
        self.state, self.name = state, name
        self.root, self.signing = Key(f"{state} root {words}"), Key(f"{state} signing {words}")
        self.second = SecondKey(f"{state} statement {words}") if second and MLDSA65PrivateKey else None
        self.id = f"{state.lower()}-247"
        self.register = Register(f"comity/{state}/{self.id}", Key(f"{state} register {words}"))

    def entry(self) -> bytes:
        payload = {
            "authority": {"id": self.id, "languages": ["en"], "name": self.name, "phone": "+999105550101", "timeZone": "UTC"},
            "certificate": base64.b64encode(b"certificate").decode(), "endpoint": "https://127.0.0.1:7443", "exercise": False,
            "issuedAt": "2026-11-01T08:00:00Z", "register": self.register.text, "rootKey": self.root.jwk,
            "sealing": "age1zpxl3d07pfw952xyaza66ttlrcd4k00qvskqtal92hmd49v0vsts56mwt5", "signingKey": self.signing.jwk, "state": self.state, "v": 1,
        }
        if self.second:
            payload["statementKey"] = self.second.jwk
        return jws(compact(payload), "comity-directory+jws", self.root)


def fill(path: pathlib.Path, content) -> str:
    """Writes bytes, or as many bytes as a number says, piece by piece; gives the SHA-256."""
    path.parent.mkdir(parents=True, exist_ok=True)
    digest = hashlib.sha256()
    with open(path, "wb") as file:
        if isinstance(content, bytes):
            file.write(content)
            digest.update(content)
        else:
            block = hashlib.shake_256(path.name.encode()).digest(1 << 20)
            while content:
                piece = block[: min(content, len(block))]
                file.write(piece)
                digest.update(piece)
                content -= len(piece)
    return digest.hexdigest()


EXHIBITS = {
    "data/mail.mbox": b"From: somebody\n\nA letter.\n" * 300,
    "data/logins.csv": b"time,address\n2026-11-20T14:02:11Z,192.0.2.7\n" * 50,
    "data/path/hop 2.json": b'{"hop":2}\n',
}


class Bundle:
    """What a bundle is made of; tests change it before `write`, or change the files after it."""

    def __init__(self, exhibits=None, second: bool = True, words: str = "", exercise: bool = False, events: int = 0, collected: bool = True):
        self.exhibits = dict(EXHIBITS if exhibits is None else exhibits)
        self.xa, self.xb = Node("XA", "National Cybercrime Contact Point of Alvania", words), Node("XB", "24/7 point of Bresta", words, second)
        self.exercise, self.events, self.collected = exercise, events, collected
        self.flags, self.receipts_too, self.timestamp = {}, True, None

    # ---- the bag

    def _statement(self, hashes: dict[str, str], sizes: dict[str, int], manifest: bytes) -> dict:
        statement = {
            "v": 1, "id": uuid7("package"), "file": uuid7("file"), "ref": REF, "from": "XB", "to": "XA", "authority": self.xb.name,
            "authorisation": "Order 26/1187 of the District Court, 19 November 2026", "conditions": ["Only in case 26/1187."], "officer": "XB-K2",
            "sealedAt": "2026-11-22T06:14:00+02:00", "tool": "comity 1.0", "exercise": self.exercise, "manifest": sha256(manifest),
            "exhibits": [{"number": at + 1, "path": path, "sha256": hashes[path], "size": sizes[path], **({"flags": self.flags[path]} if path in self.flags else {})} for at, path in enumerate(self.exhibits)],
        }
        if self.collected:
            statement["collected"] = {"by": "Examiner T-11", "at": "2026-11-20T17:02:00+02:00", "place": "Northgate Hosting", "tool": "imager 4.2"}
        return statement

    def _bag(self, folder: pathlib.Path):
        bag = folder / "bag" / NAME
        hashes = {path: fill(bag / path, content) for path, content in self.exhibits.items()}
        sizes = {path: (bag / path).stat().st_size for path in self.exhibits}
        manifest = "".join(f"{hashes[path]}  {path.replace('%', '%25')}\n" for path in self.exhibits).encode()
        statement = self._statement(hashes, sizes, manifest)
        payload = compact(statement)
        self.digest = sha256(payload)
        offset, contents = 3072, []
        for at, path in enumerate(self.exhibits):
            contents.append({"number": at + 1, "offset": offset, "path": path, "size": sizes[path]})
            offset += 512 + (sizes[path] + 511) // 512 * 512
        tags = {
            "bagit.txt": b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n", "comity/contents.json": compact({"exhibits": contents, "v": 1}), "manifest-sha256.txt": manifest,
            "bag-info.txt": f"Source-Organization: {self.xb.name}\nExternal-Identifier: {statement['id']}\nBagging-Date: 2026-11-22\nPayload-Oxum: {sum(sizes.values())}.{len(sizes)}\n".encode(),
            "comity/statement.jws": jws(payload, "comity-package+jws", self.xb.signing, *([self.xb.second] if self.xb.second else [])),
            "comity/signer.jws": self.xb.entry(), "comity/VERIFY.txt": b"HOW TO CHECK THIS PACKAGE WITH ORDINARY PROGRAMS\n",
        }
        tags["tagmanifest-sha256.txt"] = "".join(f"{sha256(content)}  {path}\n" for path, content in sorted(tags.items())).encode()
        for path, content in tags.items():
            fill(bag / path, content)

    # ---- the register and what it proves

    def _act(self, node: Node, to: Node, kind: str, body: dict, at: str, officer: str) -> bytes:
        return jws(compact({
            "v": 1, "id": uuid7(kind), "file": uuid7("file"), "kind": kind, "from": {"state": node.state, "authority": node.id}, "to": [{"state": to.state, "authority": to.id}],
            "after": [uuid7("request")], "lamport": 4, "at": at, "by": {"role": "duty_officer", "officer": officer, "approvals": []}, "tlp": "AMBER", "lang": "en",
            "exercise": self.exercise, "law": {"uncc": "2026-11-22"}, "body": body,
        }), "comity-act+jws", node.signing)

    def _event(self, kind: str, at: str, by: str, detail: dict) -> bytes:
        return compact({"v": 1, "id": uuid7(f"{kind}{at}"), "event": kind, "file": uuid7("file"), "at": at, "by": by, "detail": {"package": self.digest, **detail}})

    def make_entries(self) -> list[tuple[str, bytes]]:
        package = {"name": f"{NAME}.bag.tar.age", "size": 123456, "digest": self.digest, "exhibits": len(self.exhibits)}
        self.supply = self._act(self.xb, self.xa, "supply", {"package": package, "conditions": []}, "2026-11-22T06:20:00+02:00", "XB-K2")
        self.receive = self._act(self.xa, self.xb, "receive", {"package": self.digest, "exhibits": len(self.exhibits)}, "2026-11-22T03:05:00-03:00", "XA-D17")
        more = [("event", self._event("previewed", f"2026-11-23T{8 + at // 3600:02}:{at // 60 % 60:02}:{at % 60:02}Z", "XA-R3", {"exhibit": 1 + at % len(self.exhibits), "sha256": "0" * 64, "as": "text"})) for at in range(self.events)]
        return [
            ("act", self.supply), ("event", self._event("arrived", "2026-11-22T01:40:00-03:00", "node", {})),
            ("event", self._event("verified", "2026-11-22T02:58:00-03:00", "XA-R3", {"valid": True, "sentence": "Valid."})), ("act", self.receive),
            ("event", self._event("opened", "2026-11-22T03:12:00-03:00", "XA-R3", {})), *more,
        ]

    def strip(self) -> list[dict]:
        steps = [
            {"kind": "sealed", "state": "done", "who": "XB-K2", "by": "XB", "at": "2026-11-22T06:14:00+02:00", "place": ""},
            {"kind": "supplied", "state": "done", "who": "XB-K2", "by": "XB", "at": "2026-11-22T06:20:00+02:00", "place": ""},
            {"kind": "arrived", "state": "done", "who": "node", "by": "XA", "at": "2026-11-22T01:40:00-03:00", "place": ""},
            {"kind": "verified", "state": "done", "who": "XA-R3", "by": "XA", "at": "2026-11-22T02:58:00-03:00", "place": ""},
            {"kind": "received", "state": "done", "who": "XA-D17", "by": "XA", "at": "2026-11-22T03:05:00-03:00", "place": ""},
            {"kind": "opened", "state": "done", "who": "XA-R3", "by": "XA", "at": "2026-11-22T03:12:00-03:00", "place": ""},
        ]
        gap = {"kind": "gap", "state": "missing", "who": "", "place": "", **({"minutes": 2232} if self.collected else {})}
        first = [{"kind": "collected", "state": "done", "who": "Examiner T-11", "by": "XB", "at": "2026-11-20T17:02:00+02:00", "place": "Northgate Hosting"}] if self.collected else []
        return [*first, gap, *steps]

    def cosigned(self) -> dict:
        """What XB saw of the register of XA some entries ago."""
        size = len(self.xa.register.entries) - COSIGNED_BEFORE
        note = self.xb.register.cosign(self.xa.register.checkpoint(size), COSIGNED_AT)
        return {"cosigned": note, "consistency": self.xa.register.consistency(size)}

    def make_custody(self) -> dict:
        entries = []
        for at, (kind, document) in enumerate(self.make_entries()):
            for other in range(3 + min(at, 5)):  # what the register holds of other files
                self.xa.register.append(hashlib.sha256(f"other {at} {other}".encode()).digest())
            content = hashlib.sha256(payload_of(document) if kind == "act" else document).digest()
            entries.append({"index": self.xa.register.append(content), "kind": kind, "hash": content.hex(), "bytes": b64url(document)})
        for _ in range(5):
            self.xa.register.append(os.urandom(32))
        for entry in entries:
            entry["proof"] = self.xa.register.proof(entry["index"])
        receipts = []
        if self.receipts_too:
            for other in range(6):
                self.xb.register.append(hashlib.sha256(f"there {other}".encode()).digest())
            act = hashlib.sha256(payload_of(self.receive)).digest()
            index = self.xb.register.append(act)
            receipts.append({"v": 1, "act": act.hex(), "index": index, "checkpoint": self.xb.register.checkpoint(), "proof": self.xb.register.proof(index)})
        return {
            "v": 1, "package": self.digest, "name": NAME, "ref": REF, "exercise": self.exercise, "at": "2026-12-01T09:00:00-03:00", "strip": self.strip(), "entries": entries,
            "register": {"origin": self.xa.register.name, "key": self.xa.register.text, "checkpoint": self.xa.register.checkpoint(), **self.cosigned()},
            "receipts": receipts, "directory": [b64url(self.xa.entry()), b64url(self.xb.entry())],
        }

    # ---- all of it

    def write(self, parent: pathlib.Path) -> pathlib.Path:
        folder = parent / f"{NAME}-court"
        shutil.rmtree(folder, ignore_errors=True)
        self._bag(folder)
        if self.timestamp:
            fill(folder / "timestamp.tsr", self.timestamp(self.digest))
        fill(folder / "VERIFY.txt", b"HOW TO CHECK THIS BUNDLE WITH ORDINARY PROGRAMS\n")
        shutil.copy(VERIFY, folder / "verify.html")
        fill(folder / "custody.json", compact(self.make_custody()))
        fill(folder / "custody.jsonld", b'{"@graph":[]}')
        fill(folder / "custody.html", b"<!doctype html><title>Custody</title><p>Custody\n")
        self.sign(folder)
        return folder

    def sign(self, folder: pathlib.Path, key: Key | None = None, **changes):
        """Lists the files as they are now and signs the list; a test that changes custody.json calls it again to get past the list."""
        paths = sorted(["VERIFY.txt", "custody.html", "custody.json", "custody.jsonld", "verify.html", f"bag/{NAME}/manifest-sha256.txt", f"bag/{NAME}/tagmanifest-sha256.txt"])
        files = [{"path": path, "size": (folder / path).stat().st_size, "sha256": sha256((folder / path).read_bytes())} for path in paths if (folder / path).exists()]
        listing = {"v": 1, "name": NAME, "digest": self.digest, "ref": REF, "state": "XA", "at": "2026-12-01T09:00:00-03:00", "by": "XA-X1", "exercise": self.exercise, "files": files, **changes}
        fill(folder / "bundle.jws", jws(compact(listing), "comity-court+jws", key or self.xa.signing))


def der(tag: int, *parts: bytes) -> bytes:
    body = b"".join(parts)
    length = bytes([len(body)]) if len(body) < 128 else bytes([0x82]) + len(body).to_bytes(2, "big")
    return bytes([tag]) + length + body


def timestamp_token(digest: str) -> bytes:
    """The part of an RFC 3161 token that says what it is about; nobody signed it."""
    imprint = der(0x30, der(0x30, bytes.fromhex("0609608648016503040201")), der(0x04, bytes.fromhex(digest)))
    info = der(0x30, der(0x02, b"\x01"), bytes.fromhex("06032a0304"), imprint, der(0x02, b"\x07"), der(0x18, b"20261122041420Z"))
    content = der(0x30, bytes.fromhex("060b2a864886f70d0109100104"), der(0xA0, der(0x04, info)))
    return der(0x30, bytes.fromhex("06092a864886f70d010702"), der(0xA0, der(0x30, der(0x02, b"\x03"), content)))


if __name__ == "__main__":
    target = pathlib.Path(sys.argv[1])
    target.mkdir(parents=True, exist_ok=True)
    megabytes = int(sys.argv[2]) if len(sys.argv) > 2 else 0
    print(Bundle({**EXHIBITS, **({"data/disk.img": megabytes * 1_000_000} if megabytes else {})}).write(target))
