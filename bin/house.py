#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Checks what the compiler does not: which room may import which, what the pure rooms may not touch, how long a file may
be, and whether the links in the documents lead somewhere. Standard library only."""
import pathlib
import re
import sys
import tempfile

# Which room may import which (docs/architecture.md, section 4).
ROOMS = {
    "Standards": set(),
    "Law": {"Standards"},
    "Register": {"Standards"},
    "Dossier": {"Standards", "Law"},
    "Treaty": {"Standards", "Law"},
    "Conference": {"Standards", "Law", "Register", "Treaty"},
    "Sealing": {"Standards"},
    "Exchange": {"Standards", "Law", "Dossier", "Register", "Sealing"},
    "Court": {"Standards", "Register", "Dossier", "Exchange", "Sealing"},
    "Storage": {"Standards", "Register", "Dossier", "Exchange"},
    "Transport": {"Standards", "Register", "Exchange"},
    "Node": {"Standards", "Law", "Register", "Dossier", "Sealing", "Exchange", "Court", "Treaty", "Conference", "Storage", "Transport"},
    "Web": {"Standards"},
    "Portal": {"Standards", "Law", "Exchange", "Treaty", "Conference", "Node", "Web"},
    "Desk": {"Standards", "Law", "Dossier", "Exchange", "Court", "Node", "Web"},
    "Simulation": {"Standards", "Law", "Register", "Dossier", "Sealing", "Exchange"},
    "comity": {
        "Standards", "Law", "Register", "Dossier", "Sealing", "Exchange", "Court", "Storage", "Transport", "Node", "Desk", "Portal", "Simulation",
        "Treaty", "Conference",
    },
    "comity-conformance": {"Standards", "Register", "Sealing"},
}
# Floors 0 and 1 and the court bundle build without networking, databases and event loops, so that a third party can take just them.
CORE = {"Standards", "Law", "Register", "Dossier", "Sealing", "Exchange", "Court", "Simulation", "Treaty", "Conference"}
OUTSIDE_CORE = re.compile(r"^(NIO\w*|GRDB|Hummingbird\w*|AsyncHTTPClient|FoundationNetworking|ServiceLifecycle|ArgumentParser|Mustache|Logging|JWTKit)$")
# Pure rooms read no clock, draw no randomness and do no input or output: time, ids and randomness are passed in.
PURE = {"Standards", "Law", "Register", "Dossier", "Exchange", "Simulation", "Treaty"}
# What models signatures may be reached by the simulated world only.
MODEL = re.compile(r"@_spi\(Simulation\)\s*(?:public |internal )?import")
IMPURE = re.compile(
    r"\b(Date\(\)|Date\.now|ContinuousClock|SystemRandomNumberGenerator|FileManager|FileHandle|ProcessInfo|contentsOfFile|contentsOf:|"
    r"UUID\(\)|\.random\(|\.shuffled\(\)|\.randomElement\(\)|print\()")
# Making a new private key is what randomness is for; it happens in one named place.
IMPURE_ALLOWED = {("Register", "NoteSigner.swift")}
MAXIMUM_LINES = 400

IMPORT = re.compile(r"^\s*(?:@\w+(?:\([^)]*\))?\s+)*(?:public |internal |private |fileprivate )?import (?:struct |class |enum |func )?(\w+)", re.M)
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")


def faults(root):
    found = []
    for path in sorted((root / "Sources").rglob("*.swift")):
        room = path.relative_to(root / "Sources").parts[0]
        name = path.relative_to(root)
        text = path.read_text()
        if room not in ROOMS:
            found.append(f"{name}: {room} is not a room of the house")
            continue
        code = re.sub(r"//.*", "", text)
        for module in IMPORT.findall(code):
            if module in ROOMS and module not in ROOMS[room]:
                found.append(f"{name}: {room} may not import {module}")
            if room in CORE and OUTSIDE_CORE.match(module):
                found.append(f"{name}: {room} is a core room and may not import {module}")
        if room != "Simulation" and MODEL.search(code):
            found.append(f"{name}: only Simulation may import the model of signatures")
        if room in PURE and (room, path.name) not in IMPURE_ALLOWED:
            for match in IMPURE.finditer(code):
                found.append(f"{name}: {room} is pure and may not use {match.group(0)}")
    for path in sorted([*(root / "Sources").rglob("*.swift"), *(root / "Tests").rglob("*.swift")]):
        lines = path.read_text().count("\n")
        if lines > MAXIMUM_LINES:
            found.append(f"{path.relative_to(root)}: {lines} lines; at most {MAXIMUM_LINES}")
        if not path.read_text().startswith("// SPDX-License-Identifier: Apache-2.0"):
            found.append(f"{path.relative_to(root)}: the licence line is missing")
    for path in sorted([*root.glob("*.md"), *(root / "docs").rglob("*.md"), *(root / "Tests").rglob("*.md")]):
        for target in LINK.findall(re.sub(r"```.*?```", "", path.read_text(), flags=re.S)):
            if "://" in target or target.startswith("#") or target.startswith("mailto:"):
                continue
            if not (path.parent / target.split("#")[0]).exists():
                found.append(f"{path.relative_to(root)}: the link {target} leads nowhere")
    return found


def self_test():
    """Each rule, broken once in a small tree, must be reported."""
    licence = "// SPDX-License-Identifier: Apache-2.0\n"
    broken = {
        "Sources/Standards/A.swift": (licence + "public import Node\n", "may not import Node"),
        "Sources/Law/B.swift": (licence + "import GRDB\n", "core room"),
        "Sources/Dossier/C.swift": (licence + "let now = Date()\n", "is pure"),
        "Sources/Desk/D.swift": (licence + "@preconcurrency import Storage\n", "may not import Storage"),
        "Sources/Node/H.swift": (licence + "@_spi(Simulation) import Exchange\n", "only Simulation"),
        "Sources/Attic/E.swift": (licence, "not a room"),
        "Sources/Node/F.swift": (licence + "//\n" * 401, "at most 400"),
        "Sources/Node/G.swift": ("import Standards\n", "licence line"),
        "docs/a.md": ("[x](nowhere.md)", "leads nowhere"),
    }
    with tempfile.TemporaryDirectory() as folder:
        root = pathlib.Path(folder)
        (root / "Tests").mkdir()
        for name, (text, _) in broken.items():
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            (root / name).write_text(text)
        found = faults(root)
        for name, (_, words) in broken.items():
            assert any(fault.startswith(name) and words in fault for fault in found), f"not caught: {name}: {found}"
        assert len(found) == len(broken), found


if __name__ == "__main__":
    if "--self-test" in sys.argv:
        self_test()
    else:
        problems = faults(pathlib.Path(__file__).resolve().parent.parent)
        for problem in problems:
            print(problem)
        sys.exit(1 if problems else 0)
