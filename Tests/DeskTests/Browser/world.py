# SPDX-License-Identifier: Apache-2.0
"""Two nodes of fictional States that trust each other, with officers who can sign in."""

import pathlib
import random
import time

from browser import COMITY, Node

import base64
import hashlib
import hmac
import struct
import subprocess

PASSWORD = "seven quiet harbours"
AUTHORITIES = {
    "XA": ("National Cybercrime Contact Point of Alvania", "America/Montevideo", "es,en", "+999105550101"),
    "XB": ("Bresta National 24/7 Point, Police Cyber Directorate", "Europe/Helsinki", "ar,en", "+999205550201"),
}
OFFICERS = {"D1": "duty_officer", "D3": "approver", "X1": "examiner"}
MOMENT = "2026-11-24T23:19:00Z"


def totp(secret: str) -> str:
    """What a code generator shows now (RFC 6238)."""
    mac = hmac.new(base64.b32decode(secret), struct.pack(">Q", int(time.time()) // 30), hashlib.sha1).digest()
    offset = mac[19] & 15
    return f"{(struct.unpack('>I', mac[offset:offset + 4])[0] & 0x7FFFFFFF) % 1_000_000:06}"


def make(folder: pathlib.Path) -> dict[str, Node]:
    nodes = {}
    for state, (name, zone, languages, phone) in AUTHORITIES.items():
        data, port = folder / state.lower(), random.randrange(20_000, 30_000, 2)
        subprocess.run(
            [COMITY, "init", "--data", str(data), "--state", state, "--exercise", "--authority", name, "--zone", zone, "--lang", languages,
             "--phone", phone, "--desk", f"127.0.0.1:{port}", "--exchange", f"127.0.0.1:{port + 1}"]
            + [word for officer, role in OFFICERS.items() for word in ("--officer", f"{state}-{officer}={role}")],
            check=True, capture_output=True)
        nodes[state] = Node(data)
        nodes[state].run("clock", "set", MOMENT)
    for state, other in (("XA", "XB"), ("XB", "XA")):
        entry = folder / f"{other}.jws"
        entry.write_text(nodes[other].run("directory", "export"))
        fingerprint = nodes[state].run("trust", "add", str(entry), "--json").split('"fingerprint"')[1].split('"')[1]
        nodes[state].run("trust", "confirm", other, "--fingerprint", fingerprint, "--by", "person", "--called", f"{other}-D1",
                         "--as", f"{state}-D1")
    return nodes


def enrol(browser, node: Node, officer: str):
    """As the officer does it on the first day."""
    code = node.run("account", "reset", officer, "--json").split('"code"')[1].split('"')[1]
    with browser.new_context() as context:
        page = context.new_page()
        page.goto(f"{node.base}/enrol?code={code}")
        page.fill("#digits", totp("".join(page.locator(".sign-form .words span").all_inner_texts())))
        page.fill("#password", PASSWORD)
        page.fill("#again", PASSWORD)
        page.locator("main form .btn--primary").click()
        page.locator(".codes").wait_for()
