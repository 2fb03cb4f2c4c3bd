# SPDX-License-Identifier: Apache-2.0
"""The page that a court bundle carries, in Chromium, opened from the disk: every change must be noticed and named.

    .venv/bin/python Tests/DeskTests/Browser/court.py [FOLDER for pictures]

COMITY_LONG=1 also reads a file of 3 GB and watches the memory, and changes ten times as many single bytes.
"""

import base64
import copy
import hashlib
import json
import os
import pathlib
import random
import re
import shutil
import sys
import tempfile
import time
import traceback

from browser import Look, launch, sync_playwright
from court_bundle import EXHIBITS, NAME, VERIFY, Bundle, Key, MLDSA65PrivateKey, Node, Register, b64url, compact, fill, jws, payload_of, timestamp_token, unb64url
from hands import Keyboard

LONG = bool(os.environ.get("COMITY_LONG"))
VALID = "Valid: all 3 exhibits are as 24/7 point of Bresta (XB) sealed on 2026-11-22, and the chain of custody holds."
BAG = f"bag/{NAME}"


class Court:
    """The page, what it says, and what was found wrong with it."""

    def __init__(self, page):
        self.page, self.passed, self.faults = page, 0, []
        self.messages, self.requests = [], []
        page.on("console", lambda message: self.messages.append(message.text))
        page.on("pageerror", lambda error: self.messages.append(f"{error.message} {error.stack}"))
        page.on("request", lambda request: self.requests.append(request.url))
        page.goto(VERIFY.as_uri())
        page.evaluate("page.ready")

    def expect(self, name: str, holds: bool, says: object = ""):
        if holds:
            self.passed += 1
        else:
            self.faults.append(f"{name}: {says}")

    def check(self, folder: pathlib.Path | list, seconds: float = 60):
        """Chooses a folder, or files, and waits for the verdict or a notice."""
        self.page.set_input_files("#files" if isinstance(folder, list) else "#folder", folder)
        self.wait(seconds)

    def wait(self, seconds: float = 60):
        self.until("document.getElementById('work').hidden && Boolean(document.querySelector('#verdict, #notices .notice'))", seconds)

    def until(self, holds: str, seconds: float = 60):
        """Asks again and again from outside: the policy of the page lets nobody wait inside it."""
        end = time.monotonic() + seconds
        while not self.page.evaluate(holds):
            if time.monotonic() > end:
                raise TimeoutError(f"{holds}: {self.text('main')[:500]}")
            time.sleep(0.02)

    def text(self, selector: str) -> str:
        found = self.page.locator(selector)
        return re.sub(r"\s+", " ", found.first.inner_text()).strip() if found.count() else ""

    @property
    def sentence(self) -> str:
        return self.text(".says")

    @property
    def findings(self) -> list[str]:
        return [re.sub(r"\s+", " ", one).strip() for one in self.page.locator(".findings > li").all_text_contents()]

    @property
    def codes(self) -> set[str]:
        return {one.split(":")[0] for one in self.findings}

    def rows(self, panel: str) -> list[str]:
        return [re.sub(r"\s+", " ", one).strip() for one in self.page.locator(f"section[aria-labelledby={panel}] tbody tr").all_inner_texts()]

    def row(self, words: str) -> tuple[str, str]:
        """State and text of a row of the list of signatures."""
        found = self.page.locator("ul.checks > li").filter(has_text=words).first
        return (found.get_attribute("class"), re.sub(r"\s+", " ", found.inner_text())) if found.count() else ("", "")

    def says(self, name: str, folder, title: str, sentence: str, codes: set[str] = frozenset(), within: str = ""):
        """One check and what must come out: title, sentence, at least these codes, and these words in a finding or a row."""
        self.check(folder)
        said = self.sentence
        self.expect(f"{name}: title", self.text("#verdict") == title, f"{self.text('#verdict')}; {self.text('#notices')}")
        self.expect(f"{name}: sentence", said == sentence, said)
        if title == "Valid":
            self.expect(f"{name}: no findings", not self.findings, self.findings)
        else:
            self.expect(f"{name}: codes {sorted(codes)}", set(codes) <= self.codes, sorted(self.codes))
        if within:
            everything = " ".join(self.findings + self.rows("exhibits") + self.rows("custody")) + self.text("ol.custody")
            self.expect(f"{name}: names “{within}”", within in everything, self.findings[:4])


# ---- changes -------------------------------------------------------------------------------------------------------

def flip(path: pathlib.Path, at: int = 20, bit: int = 1):
    data = bytearray(path.read_bytes())
    data[at] ^= bit
    path.write_bytes(data)


def custody(bundle: Bundle, folder: pathlib.Path, change, sign: bool = True):
    """Changes custody.json; with `sign` the list of the bundle is signed again, so that only the custody itself can tell."""
    path = folder / "custody.json"
    content = json.loads(path.read_text())
    change(content)
    path.write_bytes(compact(content))
    if sign:
        bundle.sign(folder)


def event(entry: dict, change, is_rehashed: bool = False):
    content = json.loads(unb64url(entry["bytes"]))
    change(content)
    entry["bytes"] = b64url(compact(content))
    if is_rehashed:
        entry["hash"] = hashlib.sha256(compact(content)).hexdigest()


def act(entry: dict, change, key: Key | None = None):
    """Changes the payload of an act; without a key its old signature stays."""
    document = json.loads(unb64url(entry["bytes"]))
    content = json.loads(unb64url(document["payload"]))
    change(content)
    if key:
        document = json.loads(jws(compact(content), "comity-act+jws", key))
        entry["hash"] = hashlib.sha256(compact(content)).hexdigest()
    else:
        document["payload"] = b64url(compact(content))
    entry["bytes"] = b64url(compact(document))


def broken_signature(document: bytes, at: int = 0) -> bytes:
    content = json.loads(document)
    signature = bytearray(unb64url(content["signatures"][at]["signature"]))
    signature[7] ^= 4
    content["signatures"][at]["signature"] = b64url(signature)
    return compact(content)


def flipped(text: str) -> str:
    return ("1" if text[0] == "0" else "0") + text[1:]


def rename(folder, bundle):
    (folder / BAG / "data/logins.csv").rename(folder / BAG / "data/logins-old.csv")


def swap(folder, bundle):
    one, other = folder / BAG / "data/mail.mbox", folder / BAG / "data/logins.csv"
    bytes_ = one.read_bytes()
    one.write_bytes(other.read_bytes())
    other.write_bytes(bytes_)


def statement(folder, bundle, change=lambda content: None, *keys):
    path = folder / BAG / "comity/statement.jws"
    content = json.loads(payload_of(path.read_bytes()))
    change(content)
    path.write_bytes(jws(compact(content), "comity-package+jws", *keys))


def other_register(folder, bundle):
    """Who holds no register key of the State makes a register of their own for the same entries."""
    def change(content):
        register = Register("comity/XA/xa-247", Key("forged register"))
        for entry in content["entries"]:
            entry["index"] = register.append(bytes.fromhex(entry["hash"]))
        for entry in content["entries"]:
            entry["proof"] = register.proof(entry["index"])
        content["register"] = {"origin": register.name, "key": register.text, "checkpoint": register.checkpoint()}
    custody(bundle, folder, change)


def other_state(folder, bundle, state="XB"):
    """A directory entry with other keys, well signed by its own root key."""
    node = Node(state, "24/7 point of Bresta", "forged", bool(MLDSA65PrivateKey))
    custody(bundle, folder, lambda content: content["directory"].__setitem__(0 if state == "XA" else 1, b64url(node.entry())))


def entry_of_directory(folder, bundle, change):
    def within(content):
        document = json.loads(unb64url(content["directory"][1]))
        payload = json.loads(unb64url(document["payload"]))
        change(payload)
        document["payload"] = b64url(compact(payload))
        content["directory"][1] = b64url(compact(document))
    custody(bundle, folder, within)


def checkpoint(folder, bundle, change):
    custody(bundle, folder, lambda content: content["register"].__setitem__("checkpoint", change(content["register"]["checkpoint"])))


def cosigned(change):
    return lambda folder, bundle: custody(bundle, folder, lambda content: change(content["register"]))


def other_time(register):
    """The line of the witness with another time than the one it signed."""
    head, line = register["cosigned"][:-1].rsplit("\n", 1)
    *words, blob = line.split(" ")
    blob = bytearray(base64.b64decode(blob))
    blob[11] ^= 1
    register["cosigned"] = head + "\n" + " ".join([*words, base64.b64encode(bytes(blob)).decode()]) + "\n"


def entries(change):
    return lambda folder, bundle: custody(bundle, folder, lambda content: change(content["entries"]))


def strip(change):
    return lambda folder, bundle: custody(bundle, folder, lambda content: change(content["strip"]))


def receipts(change):
    return lambda folder, bundle: custody(bundle, folder, lambda content: change(content["receipts"][0]))


def appended(folder, bundle):
    with open(folder / BAG / "data/mail.mbox", "ab") as file:
        file.write(b"!")


def write(path: str, content: bytes):
    return lambda folder, bundle: fill(folder / path, content)


def replace(path: str, old: bytes, new: bytes):
    return lambda folder, bundle: (folder / path).write_bytes((folder / path).read_bytes().replace(old, new, 1))


LINK = "link {n} of the chain of custody ({kind}, 2026-11-22)"
SUPPLIED, OPENED = LINK.format(n=1, kind="supplied"), LINK.format(n=5, kind="opened")
CHANGED_LIST = "Not valid: {path} is not what bundle.jws lists: expected "

# name, change(folder, bundle), sentence (its beginning when it ends in …), codes, words that must stand in a finding or row
CHANGES = [
    ("flip in an exhibit", lambda f, b: flip(f / BAG / "data/logins.csv"), "Not valid: exhibit 2, data/logins.csv, was changed.", {"exhibit-changed"}, "2 Changed logins.csv"),
    ("exhibit one byte longer", appended, "Not valid: exhibit 1, data/mail.mbox, was changed.", {"exhibit-changed"}, "7801 bytes instead of 7800"),
    ("exhibit renamed", rename, "Not valid: exhibit 2, data/logins.csv, is missing; so with 1 more, see the list.", {"exhibit-missing", "exhibit-unexpected"}, "Was added logins-old.csv"),
    ("exhibits swapped", swap, "Not valid: exhibit 1, data/mail.mbox, was changed; so with 1 more, see the list.", {"exhibit-changed"}, "2 Changed logins.csv"),
    ("exhibit dropped", lambda f, b: (f / BAG / "data/path/hop 2.json").unlink(), "Not valid: exhibit 3, data/path/hop 2.json, is missing.", {"exhibit-missing"}, "3 Missing path/hop 2.json"),
    ("file added to the exhibits", write(f"{BAG}/data/more.txt", b"more"), "Not valid: data/more.txt, was added.", {"exhibit-unexpected"}, "Was added more.txt"),
    ("manifest changed", lambda f, b: flip(f / BAG / "manifest-sha256.txt", 0, 3), "Not valid: manifest-sha256.txt…", {"tag-changed", "manifest-differs", "bundle-changed"}, "another hash for exhibit 1"),
    ("tag file changed", replace(f"{BAG}/bag-info.txt", b"Oxum: 1", b"Oxum: 2"), "Not valid: bag-info.txt: expected…", {"tag-changed", "information-differs"}, "Payload-Oxum"),
    ("tag file dropped", lambda f, b: (f / BAG / "comity/VERIFY.txt").unlink(), "Not valid: comity/VERIFY.txt is missing.", {"tag-missing"}, "comity/VERIFY.txt"),
    ("tag file added", write(f"{BAG}/notes.txt", b"x"), "Not valid: notes.txt is not listed in tagmanifest-sha256.txt.", {"tag-unlisted"}, "notes.txt"),
    ("list of contents changed", replace(f"{BAG}/comity/contents.json", b'"size":10', b'"size":11'), "Not valid: comity/contents.json…", {"contents-differ", "tag-changed"}, "exhibit 3"),
    ("statement changed under its old signature", lambda f, b: (f / BAG / "comity/statement.jws").write_bytes((lambda d: compact({**d, "payload": b64url(unb64url(d["payload"]).replace(b"XB-K2", b"XB-K3"))}))(json.loads((f / BAG / "comity/statement.jws").read_text()))),
     "Not valid: The signature of the statement by the key…", {"signature-bad", "tag-changed", "custody-other-package"}, "signature-bad"),
    ("statement signed by somebody else", lambda f, b: statement(f, b, lambda c: None, Key("somebody")), "Not valid: The statement is signed by the key…", {"signer-unknown"}, "which is not known here"),
    ("statement cut", replace(f"{BAG}/comity/statement.jws", b'"payload"', b'"pay'), "Not valid: The signed statement cannot be read: it…", {"statement-malformed"}, "cannot be read"),
    ("event changed", entries(lambda e: event(e[4], lambda c: c.__setitem__("by", "XA-R9"))), f"Not valid: {OPENED} was changed.", {"custody-entry-changed"}, "link 5 (entry 29, opened) was changed"),
    ("event changed, list not signed again", lambda f, b: custody(b, f, lambda c: event(c["entries"][4], lambda e: e.__setitem__("by", "XA-R9")), False), f"Not valid: {OPENED} was changed.", {"custody-entry-changed", "bundle-changed"}, "custody.json is not what bundle.jws lists"),
    ("event changed with its hash", entries(lambda e: event(e[4], lambda c: c.__setitem__("by", "XA-R9"), True)), f"Not valid: {OPENED} is not proven by the register.", {"custody-entry-unproven"}, "5 opened XA-R9"),
    ("act changed", entries(lambda e: act(e[0], lambda c: c["by"].__setitem__("officer", "XB-K9"))), f"Not valid: {SUPPLIED} was changed.", {"custody-entry-changed", "custody-signature-bad"}, "link 1 (entry 3, supplied) was changed"),
    ("signature of an act changed", entries(lambda e: e[0].__setitem__("bytes", b64url(broken_signature(unb64url(e[0]["bytes"]))))), f"Not valid: {SUPPLIED} does not bear a valid signature.", {"custody-signature-bad"}, "Signature bad"),
    ("act signed by another State", entries(lambda e: act(e[0], lambda c: None, Key("XA signing "))), f"Not valid: {SUPPLIED} does not bear a valid signature.", {"custody-signature-bad"}, "not signed by the signing key of XB"),
    ("proof changed", entries(lambda e: e[1]["proof"].__setitem__(1, flipped(e[1]["proof"][1]))), f"Not valid: {LINK.format(n=2, kind='arrived')} is not proven by the register.", {"custody-entry-unproven"}, "2 arrived the node 22 Nov 2026, 04:40 8 Not proven"),
    ("proof cut", entries(lambda e: e[2]["proof"].pop()), f"Not valid: {LINK.format(n=3, kind='verified')} is not proven by the register.", {"custody-entry-unproven"}, "link 3"),
    ("index changed", entries(lambda e: e[4].__setitem__("index", 30)), f"Not valid: {OPENED} is not proven by the register.", {"custody-entry-unproven"}, "entry 30"),
    ("index beyond the register", entries(lambda e: e[4].__setitem__("index", 2**53 - 1)), f"Not valid: {OPENED} is not proven by the register.", {"custody-entry-unproven"}, "link 5"),
    ("entry twice", entries(lambda e: e.insert(1, copy.deepcopy(e[0]))), f"Not valid: {LINK.format(n=2, kind='supplied')} is not proven by the register.", {"custody-entry-unproven"}, "order of the register"),
    ("checkpoint changed", lambda f, b: checkpoint(f, b, lambda t: t.replace("\n35\n", "\n36\n", 1)), "Not valid: The checkpoint is not signed by comity/XA/xa-247.", {"checkpoint-bad"}, "5 opened XA-R3 22 Nov 2026, 06:12 29 Not checked"),
    ("root of the checkpoint changed", lambda f, b: checkpoint(f, b, lambda t: "\n".join([*t.split("\n")[:2], base64.b64encode(bytes(32)).decode(), *t.split("\n")[3:]])), "Not valid: The checkpoint is not signed by comity/XA/xa-247.", {"checkpoint-bad"}, ""),
    ("checkpoint of another time cosigned", cosigned(lambda r: other_time(r)), "Not valid: The cosignature of XB does not hold.", {"checkpoint-bad"}, ""),
    ("another checkpoint cosigned", cosigned(lambda r: r.__setitem__("consistency", r["consistency"][:-1])), "Not valid: The checkpoint does not extend the one that other States have cosigned.", {"checkpoint-bad"}, ""),
    ("consistency changed", cosigned(lambda r: r["consistency"].__setitem__(0, flipped(r["consistency"][0]))), "Not valid: The checkpoint does not extend the one that other States have cosigned.", {"checkpoint-bad"}, ""),
    ("what was cosigned is no note", cosigned(lambda r: r.__setitem__("cosigned", "x")), "Not valid: The checkpoint cannot be read: the text is not a signed note.", {"checkpoint-bad"}, ""),
    ("checkpoint is no note", lambda f, b: checkpoint(f, b, lambda t: "comity/XA/xa-247"), "Not valid: The checkpoint cannot be read: the text is not a signed note.", {"checkpoint-bad"}, ""),
    ("another register", other_register, "Not valid: The key of the register is not the one in the directory entry of XA.", {"checkpoint-bad"}, ""),
    ("entry dropped", entries(lambda e: e.pop()), "Not valid: Link 8 of the chain of custody (opened, 2026-11-22) stands on no entry of the register and no statement.", {"custody-dropped"}, "Opened XA-R3 22 Nov 2026, 06:12 XA no record supports this"),
    ("step of the chain dropped", strip(lambda s: s.pop()), "Not valid: Entry 29 of the register (opened, 2026-11-22) is not in the chain of custody.", {"custody-dropped"}, "Entry 29"),
    ("time in the chain changed", strip(lambda s: s[4].__setitem__("at", "2026-11-22T01:41:00-03:00")), "Not valid: Link 5 of the chain of custody (arrived, 2026-11-22) stands on no entry of the register and no statement.", {"custody-dropped"}, "no record supports this"),
    ("officer in the chain changed", strip(lambda s: s[2].__setitem__("who", "XB-K9")), "Not valid: Link 3 of the chain of custody (sealed, 2026-11-22) stands on no entry of the register and no statement.", {"custody-dropped"}, "no record supports this"),
    ("failed verification shown as done", entries(lambda e: event(e[2], lambda c: c["detail"].__setitem__("valid", False))), f"Not valid: {LINK.format(n=3, kind='verified')} was changed.", {"custody-entry-changed", "custody-dropped"}, "(verified, 2026-11-22)"),
    ("custody.html changed", replace("custody.html", b"Custody", b"Custodi"), CHANGED_LIST.format(path="custody.html") + "…", {"bundle-changed"}, "custody.html"),
    ("custody.html dropped", lambda f, b: (f / "custody.html").unlink(), "Not valid: custody.html is missing.", {"bundle-missing"}, "custody.html"),
    ("custody.json dropped", lambda f, b: (f / "custody.json").unlink(), "Not valid: There is no directory entry of XA.", {"bundle-missing", "directory-bad"}, "custody.json is missing"),
    ("file added to the bundle", write("more.txt", b"more"), "Not valid: more.txt is in the bundle and not listed in bundle.jws.", {"bundle-changed"}, "more.txt"),
    ("second bag", write("bag/OTHER/bagit.txt", b"x"), "Not valid: bag/OTHER/bagit.txt is in the bundle and not listed in bundle.jws.", {"bundle-changed"}, "bag/OTHER"),
    ("this page changed", replace("verify.html", b"Check evidence", b"Check evidenze"), CHANGED_LIST.format(path="verify.html") + "…", {"bundle-changed"}, "verify.html"),
    ("signature of the bundle changed", lambda f, b: (f / "bundle.jws").write_bytes(broken_signature((f / "bundle.jws").read_bytes())), "Not valid: bundle.jws is not signed by the signing key of XA.", {"bundle-unsigned"}, ""),
    ("bundle signed by somebody else", lambda f, b: b.sign(f, Key("somebody")), "Not valid: bundle.jws is not signed by the signing key of XA.", {"bundle-unsigned"}, ""),
    ("bundle signed by the other State", lambda f, b: b.sign(f, b.xb.signing), "Not valid: bundle.jws is not signed by the signing key of XA.", {"bundle-unsigned"}, ""),
    ("bundle.jws dropped", lambda f, b: (f / "bundle.jws").unlink(), "Not valid: bundle.jws is missing.", {"bundle-unsigned"}, ""),
    ("bundle.jws is no JSON", write("bundle.jws", b"\x00\x01"), "Not valid: bundle.jws cannot be read: it is not JSON.", {"bundle-unsigned"}, ""),
    ("bundle about another package", lambda f, b: b.sign(f, digest="0" * 64), "Not valid: bundle.jws is about another package: 00000…", {"custody-other-package"}, "bundle.jws"),
    ("custody about another package", lambda f, b: custody(b, f, lambda c: c.__setitem__("package", "0" * 64)), "Not valid: custody.json is about another package: 00000…", {"custody-other-package"}, "custody.json"),
    ("list without custody.json", lambda f, b: b.sign(f, files=[]), "Not valid: …", {"bundle-changed"}, "bundle.jws does not list custody.json"),
    ("directory entry changed", lambda f, b: entry_of_directory(f, b, lambda p: p["authority"].__setitem__("name", "Another point")), "Not valid: Directory entry 2 is not signed by the root key it names.", {"directory-bad"}, ""),
    ("key in a directory entry changed", lambda f, b: entry_of_directory(f, b, lambda p: p.__setitem__("signingKey", Key("somebody").jwk)), "Not valid: Directory entry 2 is not signed by the root key it names.", {"directory-bad"}, ""),
    ("directory entry dropped", lambda f, b: custody(b, f, lambda c: c["directory"].pop()), "Not valid: There is no directory entry of XB.", {"directory-bad", "custody-signature-bad"}, ""),
    ("directory entry is rubbish", lambda f, b: custody(b, f, lambda c: c["directory"].__setitem__(1, "rubbish")), "Not valid: Directory entry 2 cannot be read: …", {"directory-bad"}, ""),
    ("other keys for the sender", other_state, "Not valid: The statement is signed by the key…", {"signer-unknown", "custody-signature-bad", "receipt-bad"}, ""),
    ("other keys for this State", lambda f, b: other_state(f, b, "XA"), "Not valid: The key of the register is not the one in the directory entry of XA.", {"bundle-unsigned", "checkpoint-bad", "custody-signature-bad"}, ""),
    ("proof of a receipt changed", receipts(lambda r: r["proof"].__setitem__(0, flipped(r["proof"][0]))), "Not valid: Receipt 1: its proof does not lead to the checkpoint.", {"receipt-bad"}, ""),
    ("checkpoint of a receipt changed", receipts(lambda r: r.__setitem__("checkpoint", r["checkpoint"].replace("\n7\n", "\n8\n", 1))), "Not valid: Receipt 1: its checkpoint is not signed by the register of the other State.", {"receipt-bad"}, ""),
    ("receipt for another act", receipts(lambda r: r.__setitem__("act", "0" * 64)), "Not valid: Receipt 1 is about an act that is not among the entries.", {"receipt-bad"}, ""),
    ("receipt is rubbish", receipts(lambda r: r.__setitem__("proof", [17])), "Not valid: Receipt 1 cannot be read: …", {"receipt-bad"}, ""),
]
if MLDSA65PrivateKey:
    from court_bundle import SecondKey

    CHANGES += [
        ("second signature changed", lambda f, b: (f / BAG / "comity/statement.jws").write_bytes(broken_signature((f / BAG / "comity/statement.jws").read_bytes(), 1)), "Not valid: The ML-DSA-65 signature of the statement is not valid by the key of XB.", {"signature-bad"}, ""),
        ("second signature by another key", lambda f, b: statement(f, b, lambda c: None, b.xb.signing, SecondKey("somebody")), "Not valid: The ML-DSA-65 signature of the statement is not valid by the key of XB.", {"signature-bad"}, ""),
        ("first signature changed, second holds", lambda f, b: (f / BAG / "comity/statement.jws").write_bytes(broken_signature((f / BAG / "comity/statement.jws").read_bytes(), 0)), "Not valid: The signature of the statement by the key…", {"signature-bad"}, ""),
    ]


class OtherPackage(Bundle):
    """One of the records names another package, and everything else is in order."""

    def make_entries(self):
        found = super().make_entries()
        kind, document = found[1]
        content = json.loads(document)
        content["detail"]["package"] = "f" * 64
        found[1] = (kind, compact(content))
        return found


# ---- the tests -----------------------------------------------------------------------------------------------------

def valid(court: Court, home: pathlib.Path):
    bundle = Bundle()
    folder = bundle.write(home)
    court.says("whole bundle", folder, "Valid", VALID)
    state, text = court.row("The list of exhibits is signed")
    court.expect("whole bundle: both signatures", state == "yes" and (not bundle.xb.second or "Ed25519 and ML-DSA-65" in text), text)
    state, text = court.row("XB had seen that register")
    court.expect("whole bundle: cosigned", state == "yes" and "31 entries" in text and "2026" in text, text)
    court.expect("whole bundle: exhibits", [row.split(" ")[1] for row in court.rows("exhibits")] == ["Unchanged"] * 3, court.rows("exhibits"))
    court.expect("whole bundle: links", [row[-6:] for row in court.rows("custody")] == ["Proven"] * 5, court.rows("custody"))
    court.expect("whole bundle: gap", court.page.locator("ol.custody .gap").count() == 1 and "37 h 12 min" in court.text("ol.custody .gap"), court.text("ol.custody"))
    court.expect("whole bundle: digest", bundle.digest in court.page.locator("details").inner_text() if court.page.evaluate("document.querySelector('details').open = true") else False)
    court.expect("whole bundle: no row is bad", not court.page.locator("ul.checks > .no, ul.checks > .open").count(), court.text("ul.checks"))
    for node in (bundle.xa, bundle.xb):
        digest = hashlib.sha256(node.root.raw).digest()
        groups = " ".join(f"{int.from_bytes(digest[at:at + 2], 'big'):05}" for at in range(0, 16, 2))
        shown = [re.sub(r"\s+", " ", one).strip() for one in court.page.locator(".fingerprint").all_inner_texts()]
        court.expect(f"fingerprint of {node.state}", groups in shown, shown)
    court.expect("the focus is on the verdict", court.page.evaluate("document.activeElement.id") == "verdict")
    court.expect("the verdict is spoken", court.text("#live") == VALID, court.text("#live"))
    court.expect("the title tells", court.page.title() == "Valid · Check evidence · Comity", court.page.title())
    court.says("the folder around it", home, "Valid", VALID)

    court.says("without a second key", Bundle(second=False).write(home), "Valid", VALID)
    court.expect("without a second key: one signature", "Ed25519" in court.row("The list of exhibits")[1] and "ML-DSA" not in court.row("The list of exhibits")[1], court.row("The list of exhibits"))
    one = Bundle({"data/only.txt": b"only"}, collected=False, exercise=True)
    one.receipts_too = False
    court.says("one exhibit", one.write(home), "Valid", "Valid: the exhibit is as 24/7 point of Bresta (XB) sealed on 2026-11-22, and the chain of custody holds.")
    court.expect("an exercise says so", court.text("#exercise").startswith("EXERCISE"), court.text("#exercise"))
    court.expect("a gap without length", "for a time that is not known" in court.text("ol.custody .gap"), court.text("ol.custody"))
    stamped = Bundle()
    for name, token, words in (("right", timestamp_token, "states 22 Nov 2026, 04:14 UTC"), ("foreign", lambda _: timestamp_token("0" * 64), "is about something else"), ("rubbish", lambda _: os.urandom(200), "cannot be read")):
        stamped.timestamp = token
        court.says(f"time stamp, {name}", stamped.write(home), "Valid", VALID)
        court.expect(f"time stamp, {name}: row", words in court.row("Time stamp")[1] and court.row("Time stamp")[0] == "open", court.row("Time stamp"))
    if bundle.xb.second:  # the directory does not know the second key: the statement is as good as one with one signature
        unknown, second = Bundle(), None
        write_bag = unknown._bag

        def without_key(folder):
            nonlocal second
            write_bag(folder)
            second, unknown.xb.second = unknown.xb.second, None
        unknown._bag = without_key
        court.says("second key not in the directory", unknown.write(home), "Valid", VALID)
        court.expect("second key not in the directory: row", "whose key is not in the directory" in court.row("The list of exhibits")[1], court.row("The list of exhibits"))


def changes(court: Court, home: pathlib.Path):
    for name, change, sentence, codes, within in CHANGES:
        bundle = Bundle()
        folder = bundle.write(home)
        change(folder, bundle)
        court.check(folder)
        said = court.sentence
        is_right = said == sentence if not sentence.endswith("…") else said.startswith(sentence[:-1])
        court.expect(f"{name}: not valid", court.text("#verdict") == "Not valid", f"{court.text('#verdict')} {court.text('#notices')}")
        court.expect(f"{name}: sentence", is_right, said)
        court.expect(f"{name}: codes", codes <= court.codes, f"{sorted(codes - court.codes)} not among {court.findings}")
        everything = " ".join(court.findings + court.rows("exhibits") + court.rows("custody")) + court.text("ol.custody")
        court.expect(f"{name}: names it", within in everything, everything[:600])
        link = court.page.locator("a[href='#findings']")
        link.click()
        court.expect(f"{name}: leads to the findings", court.page.evaluate("document.activeElement.id") == "findings")
        court.expect(f"{name}: spoken", court.text("#live") == said, court.text("#live"))
    bundle = OtherPackage()
    court.says("record of another package", bundle.write(home), "Not valid", f"Not valid: {LINK.format(n=2, kind='arrived')} is about another package.", {"custody-other-package"}, "Another package")


def single_bytes(court: Court, home: pathlib.Path):
    """Any byte anywhere may be changed, and any file cut: it is always noticed, and nothing is thrown."""
    seed = random.randrange(1 << 32)
    chance = random.Random(seed)
    bundle = Bundle({"data/a.txt": b"letter", "data/b.txt": b"other"})
    whole = bundle.write(home)
    files = [path for path in sorted(whole.rglob("*")) if path.is_file()]
    names = [path.relative_to(whole) for path in files]
    target = home / "changed" / whole.name
    for turn in range(600 if LONG else 60):
        shutil.rmtree(target.parent, ignore_errors=True)
        shutil.copytree(whole, target)
        name = names[turn % len(names)]
        data = bytearray((target / name).read_bytes())
        at = chance.randrange(len(data))
        if turn % 5 == 4:
            data = data[:at]
        else:
            data[at] ^= 1 << chance.randrange(8)
        (target / name).write_bytes(data)
        court.check(target)
        court.expect(f"byte {at} of {name} (seed {seed}, turn {turn})", court.text("#verdict") == "Not valid" and court.findings, f"{court.text('#verdict')} {court.sentence} {court.text('#notices')}")
    shutil.rmtree(target.parent, ignore_errors=True)


HOSTILE = [None, True, 0, -1, 1e308, 2**63, "", "\u202e<b>x</b>", "a" * 100_000, [], [None], {}, {"__proto__": 1}, [[[[]]]]]


def hostile(court: Court, home: pathlib.Path):
    """Each member of custody.json and of its parts is replaced by what does not belong there; the list is signed again."""
    bundle = Bundle()
    folder = bundle.write(home)
    original = json.loads((folder / "custody.json").read_text())
    places = [(name,) for name in original] + [("entries", 0, name) for name in original["entries"][0]] + [("strip", 1, name) for name in ("kind", "state", "who", "at", "minutes")]
    places += [("register", name) for name in original["register"]] + [("receipts", 0, name) for name in original["receipts"][0]] + [("entries", 0), ("strip", 0), ("directory", 0), ("receipts", 0)]
    for turn, place in enumerate(places):
        for value in HOSTILE[turn % 3::3] if not LONG else HOSTILE:
            content = copy.deepcopy(original)
            inner = content
            for step in place[:-1]:
                inner = inner[step]
            inner[place[-1]] = value
            fill(folder / "custody.json", json.dumps(content).encode())
            bundle.sign(folder)
            court.check(folder)
            court.expect(f"{place} = {str(value)[:20]}", court.text("#verdict") in ("Valid", "Not valid") and not court.text("#notices"), court.text("#notices"))
    for name, text in (("twice", b'{"v":1,"v":1}'), ("deep", b"[" * 100_000), ("cut", b'{"v":'), ("bom", b"\xef\xbb\xbf{}"), ("latin", b'{"v":"\xe9"}'), ("escaped name", b'{"\\u0076":1}'), ("array", b"[]"), ("text", b'"x"'), ("empty", b"")):
        fill(folder / "custody.json", text)
        bundle.sign(folder)
        court.check(folder)
        court.expect(f"custody.json {name}", court.text("#verdict") == "Not valid" and "custody-dropped" in court.codes, f"{court.text('#verdict')} {court.findings} {court.text('#notices')}")

    marked = Bundle({"data/<img src=x onerror=alert(1)>.txt": b"1", "data/a&amp;b’.txt": b"2", "data/%41.txt": b"3"})
    marked.flags = {"data/a&amp;b’.txt": ["abuse", "<script>x</script>"]}
    marked.xb.name = "<b>Bresta</b> & sons"
    court.says("markup in names", marked.write(home), "Valid", "Valid: all 3 exhibits are as <b>Bresta</b> & sons (XB) sealed on 2026-11-22, and the chain of custody holds.")
    court.expect("markup is text", not court.page.locator("#report img, #report script, #report b:not(ol.custody b)").count() and "<img src=x onerror=alert(1)>.txt" in " ".join(court.rows("exhibits")), court.rows("exhibits"))
    turned = Bundle()
    folder = turned.write(home)
    fill(folder / BAG / "data/gpj.\u202eexe", b"x")
    court.check(folder)
    court.expect("a name that turns text", "entry-refused" in court.codes and "\u202e" not in court.page.inner_text("main"), court.findings)
    many = Bundle({f"data/{at:04}.txt": str(at).encode() for at in range(1201)}, events=700)
    folder = many.write(home)
    fill(folder / BAG / "data/1100.txt", b"changed")
    court.says("1201 exhibits", folder, "Not valid", "Not valid: exhibit 1101, data/1100.txt, was changed.", {"exhibit-changed"})
    court.expect("1201 exhibits: what fails comes first", court.rows("exhibits")[0].startswith("1101 Changed") and len(court.rows("exhibits")) == 500, court.rows("exhibits")[0])
    court.page.get_by_role("button", name="Show 500 more").click()
    court.expect("1201 exhibits: more", len(court.rows("exhibits")) == 1000, len(court.rows("exhibits")))


def bags_and_files(court: Court, home: pathlib.Path):
    bundle = Bundle()
    folder = bundle.write(home)
    court.page.reload()
    court.check([folder / BAG / "data/mail.mbox"])
    rows = court.rows("exhibits")
    court.expect("a file alone", rows[0].startswith("Not compared mail.mbox") and hashlib.sha256(EXHIBITS["data/mail.mbox"]).hexdigest() in rows[0], rows)
    bag = folder / BAG
    unknown = f"Valid: all 3 exhibits are as 24/7 point of Bresta (XB) sealed on 2026-11-22. The signer's key {bundle.xb.signing.kid} is not known here: compare it by a second channel."
    court.says("bag alone", bag, "Valid", unknown)
    court.expect("bag alone: fingerprint of the sender", court.page.locator(".fingerprint").count() == 1, court.text("section[aria-labelledby=fingerprints]"))
    changed = home / "changed.mbox"
    changed.write_bytes(EXHIBITS["data/mail.mbox"] + b"!")
    (home / "logins.csv").write_bytes(b"other")
    court.check([bag / "data/mail.mbox", home / "logins.csv", changed])
    rows = court.rows("exhibits")
    court.expect("files beside a bag: title", court.text("#verdict") == "1 of 3 unchanged" and court.page.locator(".verdict--not").count() == 1, court.text("#verdict"))
    court.expect("files beside a bag", [row.split(" mail")[0].split(" logins")[0].split(" changed")[0] for row in rows] == ["Unchanged", "Changed", "Not an exhibit"] and "exhibit 1, data/mail.mbox, byte for byte" in rows[0] and "name of exhibit 2" in rows[1], rows)
    flip(bag / "data/mail.mbox")
    court.says("bag with a changed exhibit", bag, "Not valid", "Not valid: exhibit 1, data/mail.mbox, was changed.", {"exhibit-changed"})
    flip(bag / "data/mail.mbox")
    (bag / "comity/statement.jws").write_bytes(broken_signature((bag / "comity/statement.jws").read_bytes()))
    court.says("bag with a bad signature", bag, "Not valid", "Not valid: The signature of the statement by the key " + bundle.xb.signing.kid + " is not valid.", {"signature-bad", "tag-changed"})
    court.check([bag / "data/mail.mbox"])
    court.expect("a bad signature is nothing to compare with", court.rows("exhibits")[0].startswith("Not compared"), court.rows("exhibits"))
    two = home / "two"
    for name in ("one", "other"):
        shutil.copytree(folder, two / name / folder.name)
    court.check(two)
    court.expect("two bundles", "more than one bundle" in court.text("#notices"), court.text("#notices"))
    empty = home / "empty"
    empty.mkdir()
    court.check([home / "logins.csv"])

    sizes = [0, 1, 55, 56, 63, 64, 65, 119, 120, (4 << 20) - 1, 4 << 20, (4 << 20) + 1, (8 << 20) + 57]
    files = [home / f"size-{size}" for size in sizes]
    for path, size in zip(files, sizes):
        path.write_bytes(random.Random(size).randbytes(size))
    court.check(files)
    shown = court.page.locator("section[aria-labelledby=exhibits] tbody .code").all_inner_texts()
    court.expect("SHA-256 at every edge", shown == [hashlib.sha256(path.read_bytes()).hexdigest() for path in files], shown)
    for path in files:
        path.unlink()


def dropping(court: Court, home: pathlib.Path):
    folder = Bundle().write(home)
    wire = court.page.context.new_cdp_session(court.page)

    def drop(*paths):
        for kind in ("dragEnter", "dragOver", "drop"):
            wire.send("Input.dispatchDragEvent", {"type": kind, "x": 200, "y": 300, "data": {"items": [], "files": [str(path) for path in paths], "dragOperationsMask": 1}})
        court.page.wait_for_timeout(50)
        court.wait()
    court.page.reload()
    drop(folder)
    court.expect("dropped folder", court.sentence == VALID, court.text("main")[:300])
    drop(*sorted(folder.iterdir()))
    court.expect("dropped content of the folder", court.sentence == VALID, court.text("main")[:300])
    drop(folder / BAG / "data/mail.mbox")
    court.expect("dropped file", court.rows("exhibits")[0].startswith("Unchanged"), court.text("main")[:300])
    court.page.evaluate("delete DataTransferItem.prototype.getAsFileSystemHandle")
    drop(folder)
    refused = "does not let a page from the disk read a dropped folder" in court.text("#notices")
    court.expect("dropped folder without handles", court.sentence == VALID or refused, court.text("main")[:300])
    court.page.reload()


def poorer_browsers(court: Court, home: pathlib.Path, context):
    folder = Bundle().write(home)
    for name, script in (("Ed25519", "crypto.subtle.importKey = () => Promise.reject(new DOMException('', 'NotSupportedError'))"), ("workers", "delete window.Worker"), ("workers from a page of the disk", "window.Worker = class { constructor() { throw new Error('refused'); } }"), ("workers that start", "window.Worker = class { constructor() { setTimeout(() => this.onerror?.(new Event('error', {cancelable: true})), 20); } postMessage() {} terminate() {} }")):
        page = context.new_page()
        page.add_init_script(script)
        poor = Court(page)
        if name == "Ed25519":
            court.expect("without Ed25519: said at once", "cannot check Ed25519" in poor.text("#notices"), poor.text("#notices"))
        poor.check(folder)
        title, said = ("No verdict", "No verdict: this browser cannot check Ed25519 signatures.") if name == "Ed25519" else ("Valid", VALID)
        court.expect(f"without {name}", poor.text("#verdict") == title and poor.sentence.startswith(said), f"{poor.text('#verdict')} {poor.sentence} {poor.text('#notices')} {poor.findings}")
        if name == "Ed25519":
            court.expect("without Ed25519: nothing is proven", "holds" not in poor.row("The list of exhibits")[1] and poor.row("The list of exhibits")[0] == "open", poor.row("The list of exhibits"))
            changed = home / "poor" / folder.name
            shutil.copytree(folder, changed)
            flip(changed / BAG / "data/mail.mbox")
            poor.check(changed)
            court.expect("without Ed25519: a change is still a change", poor.sentence == "Not valid: exhibit 1, data/mail.mbox, was changed.", poor.sentence)
        court.messages += poor.messages
        page.close()


def signatures(court: Court):
    """ML-DSA-65 against another library: good ones hold, changed ones do not."""
    if not MLDSA65PrivateKey:
        print("skipped: this version of cryptography has no ML-DSA-65")
        return
    run = "([key, signature, message]) => mldsa65(...[key, signature, message].map(text => base64(text)))"
    for turn in range(100 if LONG else 20):
        private = MLDSA65PrivateKey.generate()
        key, message = private.public_key().public_bytes_raw(), os.urandom(turn * 37)
        signature = private.sign(message)
        court.expect("ML-DSA-65 holds", court.page.evaluate(run, [b64url(key), b64url(signature), b64url(message)]) is True)
        at = random.randrange(len(signature))
        wrong = bytes([*signature[:at], signature[at] ^ 1 << turn % 8, *signature[at + 1:]])
        for name, values in (("signature", (key, wrong, message)), ("message", (key, signature, message + b"!")), ("key", (bytes([key[0] ^ 1]) + key[1:], signature, message)), ("length", (key, signature[:-1], message))):
            court.expect(f"ML-DSA-65, changed {name} at {at}", court.page.evaluate(run, [b64url(value) for value in values]) is False)
    court.expect("ML-DSA-65 with a context is another signature", court.page.evaluate(run, [b64url(key), b64url(private.sign(message, b"context")), b64url(message)]) is False)


def large(court: Court, home: pathlib.Path):
    bundle = Bundle({**EXHIBITS, "data/disk.img": 100_000_000})
    folder = bundle.write(home)
    since = time.monotonic()
    court.says("100 MB", folder, "Valid", VALID.replace("all 3", "all 4"))
    seconds = time.monotonic() - since
    if LONG:
        print(f"court: 100 MB read and checked in {seconds:.2f} s, everything around it too")
    flip(folder / BAG / "data/disk.img", 77_777_777)
    court.says("one bit of 100 MB", folder, "Not valid", "Not valid: exhibit 4, data/disk.img, was changed.", {"exhibit-changed"})

    big = home / "big.img"
    with open(big, "wb") as file:
        file.truncate(1_000_000_000)
    court.page.set_input_files("#files", big)
    court.until("Number(document.getElementById('bar').value) > 0")
    os.truncate(big, 1000)
    court.wait()
    court.expect("a file that changes while it is read", court.rows("exhibits")[0].startswith("Cannot be read big.img"), court.rows("exhibits"))
    with open(big, "wb") as file:
        file.truncate(3_000_000_000)
    court.page.set_input_files("#files", big)
    court.until("/each second, about/.test(document.getElementById('work-says').textContent)")
    court.expect("the focus is on the work", court.page.evaluate("document.activeElement.id") == "work-title")
    court.expect("rate and time left", re.search(r"^[\d.]+ [kMG]B of 3.00 GB read, [\d.]+ MB each second, about .* left$", court.text("#work-says")) is not None, court.text("#work-says"))
    if LONG:
        most = 0
        while court.page.locator("#work").is_visible():
            most = max(most, memory())
            time.sleep(0.2)
        print(f"court: {court.text('.again .sub')}; at most {most / 1e6:.0f} MB of memory in one process")
        court.expect("the memory stays flat", most < 500e6, most)
        court.expect("3 GB", court.rows("exhibits")[0].startswith("Not an exhibit big.img"), court.rows("exhibits"))
        os.truncate(folder / BAG / "bag-info.txt", (256 << 20) + 1)
        court.says("tag file of 256 MiB", folder, "Not valid", "Not valid: exhibit 4, data/disk.img, was changed.", {"tag-too-large", "tag-changed"})
    else:
        court.page.locator("#stop").click()
        court.wait()
        court.expect("stopped", court.text("#notices") == "Stopped. Nothing was concluded." and not court.page.locator("#verdict").count(), court.text("#notices"))
        court.expect("the focus is on the choice", court.page.evaluate("document.activeElement.id") == "choose-title")
    big.unlink()


def memory() -> int:
    """Bytes in memory of the largest renderer of this browser."""
    most = 0
    for status in pathlib.Path("/proc").glob("[0-9]*/status"):
        try:
            if b"--type=renderer" in (status.parent / "cmdline").read_bytes():
                most = max(most, int(re.search(r"VmRSS:\s+(\d+)", status.read_text()).group(1)) * 1024)
        except OSError:
            continue
    return most


def by_keyboard(court: Court, home: pathlib.Path):
    """The whole of it without a mouse: choose, read, compare, look into the details, choose again."""
    folder = Bundle().write(home)
    page, choosers = court.page, []
    # For all of it: one that is asked for only now may come too late for the key.
    page.on("filechooser", lambda chooser: choosers.append(chooser))
    page.reload()
    hands = Keyboard(page)

    def choose(key: str, what):
        hands.key(key)
        for _ in range(500):
            if choosers:
                break
            page.wait_for_timeout(20)
        choosers.pop().set_files(what)
        court.wait()
    hands.reach(page.locator("#choose-folder"))
    choose("Enter", folder)
    court.expect("keyboard: verdict", court.sentence == VALID and page.evaluate("document.activeElement.id") == "verdict", court.sentence)
    hands.reach(page.get_by_role("link", name="Compare the fingerprints"))
    hands.key("Enter")
    court.expect("keyboard: fingerprints", page.evaluate("document.activeElement.id") == "fingerprints", page.evaluate("document.activeElement.outerHTML"))
    hands.reach(page.locator("summary"))
    hands.key("Enter")
    court.expect("keyboard: details", page.locator("details").get_attribute("open") is not None)
    hands.reach(page.locator("#choose-files"))
    choose("Space", [folder / BAG / "data/mail.mbox"])
    court.expect("the table keeps its rows", page.locator("[role=table] [role=row] [role=rowheader]").count() == 1)
    court.expect("keyboard: file", court.rows("exhibits")[0].startswith("Unchanged"), court.rows("exhibits"))
    stops = hands.round()
    court.expect("keyboard: no trap", 2 <= stops < 30, stops)
    court.expect("keyboard: the focus always shows", not hands.faults, hands.faults)


def languages(court: Court):
    page = court.page
    page.reload()
    court.expect("one language, no switch", not page.locator("#language").is_visible())
    page.evaluate("TEXT.ar = {'title': 'تحقق من الأدلة'}; setLanguage('en')")
    court.expect("two languages, a switch", page.locator("#language option").all_inner_texts() == ["العربية", "English"], page.locator("#language option").all_inner_texts())
    page.locator("#language").select_option("ar")
    court.expect("from right to left", page.evaluate("[document.documentElement.dir, document.documentElement.lang]") == ["rtl", "ar"] and court.text("h1") == "تحقق من الأدلة", court.text("h1"))
    court.expect("a text that is missing is English", court.text("#choose-folder") == "Choose the folder", court.text("#choose-folder"))
    keys = page.evaluate("[...new Set([...document.documentElement.outerHTML.matchAll(/\\bt\\('([a-z.0-9-]+)'[,)]/g), ...document.documentElement.outerHTML.matchAll(/data-text=\"([^\"]+)\"/g)].map(match => match[1]))].filter(key => !has(key))")
    court.expect("every text is there", not keys, keys)
    findings = page.evaluate("[...document.documentElement.outerHTML.matchAll(/findings\\.add\\('([a-z-]+)'(?:, \\{[^}]*\\}+(?:, '([a-z0-9]*)')?)?/g)].map(match => `finding.${match[1]}${match[2] ? `.${match[2]}` : ''}`).filter(key => !has(key))")
    court.expect("every finding has its sentence", not findings, findings)


def looks(court: Court, home: pathlib.Path, pictures: pathlib.Path | None):
    """axe, both themes, 320 to 1280 px, text of 200 %, and a window of half the width, on each state of the page."""
    page = court.page
    page.reload()
    look = Look(page)
    views = [(width, theme) for width in (1280, 320) for theme in ("light", "dark")]

    def see(name: str):
        look.status, look.bytes = 200, 0
        look.look(name, views)
        if pictures:
            for width, theme in views:
                page.set_viewport_size({"width": width, "height": 900})
                page.emulate_media(color_scheme=theme)
                page.evaluate("scrollTo(0, 0)")
                page.screenshot(path=pictures / f"{name}-{width}-{theme}.png", full_page=True)
            page.emulate_media(color_scheme="light", media="print")
            page.screenshot(path=pictures / f"{name}-print.png", full_page=True)
            page.emulate_media(media="screen")
        page.set_viewport_size({"width": 1280, "height": 900})
    see("start")
    bundle = Bundle({**EXHIBITS, "data/a-very-long-name-without-any-place-to-break-it-as-programs-like-to-make-them-20261122.tar.gz": b"x"})
    bundle.flags = {"data/mail.mbox": ["privileged", "minors"]}
    bundle.timestamp = timestamp_token
    folder = bundle.write(home)
    court.check(folder)
    see("valid")
    page.evaluate("TEXT.ar = {}; setLanguage('ar')")
    see("right-to-left")
    page.evaluate("TEXT.ar = null; setLanguage('en')")
    flip(folder / BAG / "data/logins.csv")
    (folder / BAG / "data/path/hop 2.json").unlink()
    custody(bundle, folder, lambda c: (event(c["entries"][4], lambda e: e.__setitem__("by", "XA-R9")), c["strip"].append({"kind": "received", "state": "waiting", "who": "", "by": "XA", "place": ""})), False)
    court.check(folder)
    see("not-valid")
    court.check([folder / BAG / "data/mail.mbox", folder / BAG / "data/logins.csv"])
    see("files")
    big = home / "big.img"
    with open(big, "wb") as file:
        file.truncate(60_000_000_000)
    page.set_input_files("#files", big)
    court.until("/each second, about/.test(document.getElementById('work-says').textContent)")
    see("work")
    page.locator("#stop").click()
    court.wait()
    see("stopped")
    big.unlink()
    for fault in look.faults:
        court.expect("look", False, fault)
    court.passed += look.count


def sealed_off(court: Court, context):
    """No request but for the page itself, nothing in the console, and what tries to leave is stopped."""
    foreign = {url for url in court.requests if not url.startswith((VERIFY.as_uri(), "blob:null/"))}
    court.expect("no request leaves", not foreign, foreign)
    court.expect("nothing in the console", not court.messages, court.messages[:5])
    page = context.new_page()
    page.goto(VERIFY.as_uri())
    for name, script in (("fetch", "fetch('https://example.org/').then(() => 'left', () => 'stopped')"), ("a picture", "new Promise(done => { const one = new Image(); one.onload = () => done('left'); one.onerror = () => done('stopped'); one.src = 'https://example.org/x.png'; })"), ("eval", "new Promise(done => setTimeout(() => { try { done(new Function('return \"left\"')()); } catch { done('stopped'); } }))")):
        court.expect(f"{name} is stopped", page.evaluate(script) == "stopped")
    page.close()
    source = VERIFY.read_text()
    court.expect("no address of anybody in the page", not re.findall(r"(?:src|href)=\"(?!#)[^\"]", source) and "http://www.w3.org/2000/svg" in source and len(re.findall(r"https?://", source)) == len(re.findall(r"http://www\.w3\.org/2000/svg", source)), re.findall(r"https?://\S+", source))


def main() -> int:
    pictures = pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else None
    if pictures:
        pictures.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        home = pathlib.Path(folder)
        browser = launch(playwright)
        context = browser.new_context(offline=True)
        context.set_default_timeout(30000)
        court = Court(context.new_page())
        tests = [
            lambda at: valid(court, at), lambda at: changes(court, at), lambda at: single_bytes(court, at), lambda at: hostile(court, at), lambda at: bags_and_files(court, at),
            lambda at: dropping(court, at), lambda at: poorer_browsers(court, at, context), lambda at: signatures(court), lambda at: large(court, at), lambda at: by_keyboard(court, at),
            lambda at: languages(court), lambda at: looks(court, at, pictures), lambda at: sealed_off(court, context),
        ]
        for number, test in enumerate(tests):
            at = home / str(number)
            at.mkdir()
            since = time.monotonic()
            try:
                test(at)
            except Exception:  # the other tests still tell what they find
                court.faults.append(traceback.format_exc(limit=-3))
            if LONG:
                print(f"court: part {number} took {time.monotonic() - since:.1f} s")
            shutil.rmtree(at, ignore_errors=True)
        browser.close()
    for fault in court.faults:
        print(f"FAILED {fault}")
    print(f"{court.passed} passed, {len(court.faults)} failed")
    return 1 if court.faults else 0


if __name__ == "__main__":
    sys.exit(main())
