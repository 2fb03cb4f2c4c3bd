#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Round trips of AS2 (RFC 4130) with pyas2lib, both sides in one process and without a network.

    as2.py SECONDS BYTES        prints: round trips per second

One round trip: sign (RSA-2048, SHA-256) and encrypt (AES-256-CBC) a message, open and verify it at the other side, sign the
receipt (MDN), verify that. Nothing is stored. Needs pyas2lib and cryptography from PyPI.
"""

import datetime
import re
import sys
import time

# oscrypto does not know that the last part of OpenSSL's version can have two digits.
_search = re.search
re.search = lambda pattern, text, flags=0: _search(
    pattern.replace(r"\d\.\d\.\d[a-z]*", r"\d+\.\d+\.\d+[a-z]*") if isinstance(pattern, str) else pattern, text, flags
)
import pyas2lib  # noqa: E402

re.search = _search
from cryptography import x509  # noqa: E402
from cryptography.hazmat.primitives import hashes, serialization  # noqa: E402
from cryptography.hazmat.primitives.asymmetric import rsa  # noqa: E402


def identity(name):
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    now = datetime.datetime.now(datetime.timezone.utc)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=30))
        .sign(key, hashes.SHA256())
    )
    public = certificate.public_bytes(serialization.Encoding.PEM)
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.BestAvailableEncryption(b"test")
    )
    return private + public, public


def main():
    seconds, size = float(sys.argv[1]), int(sys.argv[2])
    (a_key, a_public), (b_key, b_public) = identity("a"), identity("b")

    def organisation(name, key):
        return pyas2lib.Organization(
            as2_name=name, sign_key=key, sign_key_pass="test", decrypt_key=key, decrypt_key_pass="test"
        )

    def partner(name, public):
        return pyas2lib.Partner(
            as2_name=name, verify_cert=public, encrypt_cert=public, validate_certs=False, sign=True, digest_alg="sha256",
            encrypt=True, enc_alg="aes_256_cbc", mdn_mode=pyas2lib.constants.SYNCHRONOUS_MDN, mdn_digest_alg="sha256",
        )

    here, there = organisation("a", a_key), organisation("b", b_key)
    to_there, to_here = partner("b", b_public), partner("a", a_public)
    body = bytes(65 + i % 26 for i in range(size))
    done, started = 0, time.perf_counter()
    while time.perf_counter() - started < seconds:
        out = pyas2lib.Message(here, to_there)
        out.build(body)
        headers = "\r\n".join(f"{name}: {value}" for name, value in out.headers.items())
        raw = headers.encode() + b"\r\n\r\n" + out.content
        came = pyas2lib.Message()
        status, (error, detail), mdn = came.parse(raw, lambda _: there, lambda _: to_here, lambda *_: False)
        if status != "processed" or came.content.replace(b"\r\n", b"\n").strip() != body.replace(b"\r\n", b"\n").strip():
            sys.exit(f"as2: the message was not taken: {status} {error} {detail}")
        answer = "\r\n".join(f"{name}: {value}" for name, value in mdn.headers.items()).encode() + b"\r\n\r\n" + mdn.content
        receipt = pyas2lib.Mdn()
        status, detail = receipt.parse(answer, lambda *_: out)
        if status != "processed":
            sys.exit(f"as2: the receipt does not hold: {status} {detail}")
        done += 1
    print(f"{done / (time.perf_counter() - started):.2f}")


main()
