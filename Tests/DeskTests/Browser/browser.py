# SPDX-License-Identifier: Apache-2.0
"""What the tests with a browser share: a served node, an officer who signs in, and what must hold on every page."""

import json
import os
import pathlib
import subprocess
import sys
import time
import urllib.error
import urllib.request

try:
    from axe_playwright_python.sync_playwright import Axe
    from playwright.sync_api import sync_playwright  # noqa: F401: for those who import this
except ImportError:
    print("skipped: playwright is not installed")
    sys.exit(0)

CHROMIUM = "/usr/bin/chromium"
COMITY = os.environ.get("COMITY", ".build/debug/comity")
HEAVIEST = 100 * 1024  # bytes on the wire of a first view
if not pathlib.Path(CHROMIUM).exists():
    print("skipped: playwright is not installed")
    sys.exit(0)


def launch(playwright):
    # Text is drawn the same on every machine: grey, without hints.
    return playwright.chromium.launch(
        executable_path=CHROMIUM, args=["--no-sandbox", "--font-render-hinting=none", "--disable-lcd-text", "--hide-scrollbars"])


class Node:
    """A data folder, and its desk while it is served."""

    def __init__(self, folder: pathlib.Path):
        self.folder = folder
        desk = json.loads((folder / "node.json").read_text())["desk"]
        self.base = f"http://{desk['host']}:{desk['port']}"
        self.process = None

    def run(self, *arguments: str, expecting: int = 0) -> str:
        done = subprocess.run([COMITY, *arguments, "--data", str(self.folder)], capture_output=True, text=True, check=False)
        if done.returncode != expecting:
            raise RuntimeError(f"comity {' '.join(arguments)}: {done.stderr or done.stdout}")
        return done.stdout

    def serve(self):
        log = open(self.folder.parent / f"{self.folder.name}.log", "a")  # noqa: SIM115: open as long as the node
        self.process = subprocess.Popen([COMITY, "serve", "--data", str(self.folder)], stdout=log, stderr=subprocess.STDOUT)
        for _ in range(600):
            if self.process.poll() is not None:
                break
            try:
                urllib.request.urlopen(self.base + "/health")
                return
            except urllib.error.HTTPError:
                return
            except OSError:
                time.sleep(0.1)
        raise RuntimeError(f"{self.folder.name} is not served; see its log")

    def stop(self):
        if self.process:
            self.process.terminate()
            self.process.wait()

    def code(self, officer: str) -> str:
        return self.run("account", "code", officer).strip()


class Look:
    """One page of a browser, and what was found wrong on the pages it showed."""

    def __init__(self, page):
        self.page, self.count, self.faults, self.messages = page, 0, [], []
        self.status, self.bytes = 0, 0
        page.on("console", lambda message: self.messages.append(message.text))
        page.on("pageerror", lambda error: self.messages.append(str(error)))
        page.on("response", self.answered)
        wire = self.wire = page.context.new_cdp_session(page)
        wire.send("Network.enable")
        # Every page is weighed as a first view: nothing comes from the cache.
        wire.send("Network.setCacheDisabled", {"cacheDisabled": True})
        wire.on("Network.loadingFinished", self.finished)

    def answered(self, response):
        if response.request.is_navigation_request():
            self.status = response.status
            self.bytes = 0

    def finished(self, event):
        self.bytes += event["encodedDataLength"]

    def fault(self, name: str, says: str):
        self.faults.append(f"{name} ({self.page.url}): {says}")

    def look(self, name: str, views, status: int = 200, problem: bool | None = None):
        """Looks at the page that is open.

        `views` are pairs of a width in pixels and a theme. Whatever can be unfolded is unfolded. The title of a page that
        tells a problem says so; that is every page that answers 400 or more, and those with `problem`.
        """
        page = self.page
        page.wait_for_load_state("load")
        # An answer that is no success is itself a message in the console.
        for text in self.messages:
            if "the server responded with a status of" not in text:
                self.fault(name, f"console: {text}")
        self.messages.clear()
        if self.status != status:
            self.fault(name, f"status {self.status}, not {status}")
        if page.locator("h1").count() != 1:
            self.fault(name, "not one heading of the first level")
        if (status >= 400 if problem is None else problem) != page.title().removeprefix("Exercise: ").startswith("Problem:"):
            self.fault(name, f"the title is “{page.title()}”")
        shown = page.locator("[hidden]").evaluate_all("all => all.filter(one => one.checkVisibility()).map(one => one.id || one.className)")
        if shown:
            self.fault(name, f"hidden and yet shown: {', '.join(shown)}")
        if self.bytes > HEAVIEST:
            self.fault(name, f"{self.bytes} bytes at first view")
        page.evaluate("document.querySelectorAll('details').forEach(details => details.open = true)")
        page.evaluate(Axe().axe_script)
        for width, theme in views:
            page.set_viewport_size({"width": width, "height": 900})
            page.emulate_media(color_scheme=theme)
            where = f"at {width} px {theme}"
            violations = page.evaluate(
                "axe.run(document, {resultTypes: ['violations']}).then(found => found.violations.map(one =>"
                " [one.id, one.nodes.map(node => node.target.join(' '))]))")
            for rule, targets in violations:
                self.fault(name, f"{where}: axe {rule}: {', '.join(targets[:3])}")
            self.narrow(name, where)
            self.count += 1
        self.reflow(name)
        self.still(name)

    def narrow(self, name: str, where: str):
        wide = self.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        if wide > 0:
            self.fault(name, f"{where}: scrolls {wide} px sideways, {self.widest()}")

    def widest(self) -> str:
        return self.page.evaluate(
            """() => {
                const right = one => one.getBoundingClientRect().right;
                const all = [...document.querySelectorAll('body *')].filter(one => one.checkVisibility() && !one.closest('.vh, .rail *, .tabs *'));
                const far = Math.max(...all.map(right));
                const path = one => one === document.body ? '' : `${path(one.parentElement)} ${one.tagName}.${one.className}`;
                const one = all.filter(one => right(one) > far - 1).pop();
                return `${path(one)}: ${one.textContent.slice(0, 40)}`;
            }""")

    def reflow(self, name: str):
        """The page must fit the windows in between, and text of twice the size, as a person sets it in the browser.

        Setting it changes the size of an em in media queries too, unlike a style of the root.
        """
        page = self.page
        page.emulate_media(color_scheme="light")
        for width in (1024, 800, 640):
            page.set_viewport_size({"width": width, "height": 900})
            self.narrow(name, f"at {width} px")
        page.set_viewport_size({"width": 1280, "height": 900})
        self.wire.send("Page.setFontSizes", {"fontSizes": {"standard": 32, "fixed": 26}})
        if not page.evaluate("matchMedia('(max-width: 41rem)').matches && getComputedStyle(document.documentElement).fontSize === '32px'"):
            self.fault(name, "text did not grow")
        self.narrow(name, "with text of 200 %")
        self.wire.send("Page.setFontSizes", {"fontSizes": {"standard": 16, "fixed": 13}})
        self.count += 1

    def still(self, name: str):
        """Nothing moves for those who asked for that."""
        page = self.page
        page.emulate_media(reduced_motion="reduce")
        moving = page.evaluate(
            "document.getAnimations().filter(one => one.playState === 'running' && one.effect.getComputedTiming().duration > 1).length")
        if moving:
            self.fault(name, f"{moving} animations though motion is reduced")
        page.emulate_media(reduced_motion="no-preference")
        self.count += 1


def sign_in(page, node: Node, officer: str, password: str):
    page.goto(node.base + "/sign-in")
    page.fill("#officer", officer)
    page.fill("#password", password)
    page.fill("#code", node.code(officer))
    page.get_by_role("button", name="Sign in", exact=True).click()
    if page.url.startswith(node.base + "/sign-in"):
        raise RuntimeError(f"{officer} could not sign in: {page.locator('main').inner_text()[:400]}")
