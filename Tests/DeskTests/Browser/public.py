# SPDX-License-Identifier: Apache-2.0
"""The public pages in Chromium: of a real node and of an exercise, wide and narrow, light and dark, by keyboard, and without JavaScript.

    .venv/bin/python Tests/DeskTests/Browser/public.py
"""

import json
import pathlib
import socket
import sys
import tempfile

from browser import Look, Node, launch, sync_playwright

VIEWS = ((1280, "light"), (1280, "dark"), (320, "light"), (320, "dark"))
DAY = "as-of=2026-11-21&known-by=2026-11-21"
PAGES = {
    "status": f"/treaty?{DAY}",
    "status of another day": "/treaty?as-of=2027-01-01&known-by=2026-11-21&show=signed",
    "nobody found": f"/treaty?{DAY}&find=Atlantis",
    "a State": f"/treaty/VN?{DAY}",
    "an organisation": f"/treaty/EU?{DAY}",
    "meetings": "/meetings",
    "the ceremony of Hanoi": "/meetings/hanoi-2025",
    "a pair": f"/treaty/pair?one=VN&other=AT&{DAY}",
}


def port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


class Public(Node):
    """A node of which only the public pages are looked at."""

    def __init__(self, folder: pathlib.Path, state: str, *more: str):
        self.folder, self.process = folder, None
        ports = [port() for _ in range(3)]
        self.run(
            "init", "--state", state, "--authority", "Central authority", "--zone", "Europe/Vienna", "--officer", "A-1=duty_officer",
            "--exchange", f"127.0.0.1:{ports[0]}", "--desk", f"127.0.0.1:{ports[1]}", "--public", f"127.0.0.1:{ports[2]}", *more)
        named = json.loads((folder / "node.json").read_text())["publicPages"]
        self.base = f"http://{named['host']}:{named['port']}"


def walk(browser, node: Public, pages: dict[str, str], faults: list[str]) -> int:
    with browser.new_context(bypass_csp=True) as context:
        look = Look(context.new_page())
        for name, path in pages.items():
            look.page.goto(node.base + path)
            look.look(name, VIEWS)
        look.page.goto(node.base + "/treaty/Atlantis")
        look.look("no such State", VIEWS, 404)
        faults += look.faults
        return look.count


def keyboard(browser, node: Public) -> None:
    """The map by Tab: from tile to tile in reading order, each with a name, and Enter opens it. Nothing runs in the page."""
    with browser.new_context(java_script_enabled=False) as context:
        page = context.new_page()
        page.goto(f"{node.base}/treaty?{DAY}")
        tiles = page.locator("svg.map a")
        count = tiles.count()
        assert count == 196, f"{count} tiles"
        tiles.first.focus()
        for index in range(3):
            page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        page.wait_for_url("**/treaty/*")
        assert page.locator("h1").inner_text().strip() != "", "the page of a State has a name"
        page.goto(f"{node.base}/treaty?{DAY}")
        page.locator("#find").fill("nam")
        page.keyboard.press("Enter")
        page.wait_for_url("**find=nam**")
        names = page.locator("table.standings th[scope=row] a").all_inner_texts()
        assert names == ["Namibia", "Panama", "Suriname", "Viet Nam"], names
        page.get_by_role("link", name="1 January 2027").click()
        page.wait_for_url("**as-of=2027-01-01**")
        assert "over" in page.locator(".trio").inner_text()
        page.select_option("#one", "VN")
        page.select_option("#other", "AT")
        page.get_by_role("button", name="Is it in force between them?").click()
        page.wait_for_url("**/treaty/pair**")
        assert "as-of=2027-01-01" in page.url, page.url
        assert not context.cookies(), "a cookie"


def main() -> int:
    faults, count = [], 0
    with tempfile.TemporaryDirectory() as world:
        folder = pathlib.Path(world)
        nodes = [Public(folder / "at", "AT"), Public(folder / "xa", "XA", "--exercise")]
        try:
            for node in nodes:
                node.serve()
            with sync_playwright() as playwright:
                browser = launch(playwright)
                count += walk(browser, nodes[0], PAGES, faults)
                count += walk(browser, nodes[1], {"exercise": "/treaty", "a fictional State": "/treaty/XA", "a fictional meeting": "/meetings/exercise-2026"}, faults)
                try:
                    keyboard(browser, nodes[0])
                    count += 1
                except Exception as error:  # noqa: BLE001: said with the others
                    faults.append(f"keyboard and no JavaScript: {str(error)[:600]}")
                browser.close()
        finally:
            for node in nodes:
                node.stop()
    for fault in faults:
        print(fault, file=sys.stderr)
    print(f"{count} passed, {len(faults)} failed")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
