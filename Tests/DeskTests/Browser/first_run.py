# SPDX-License-Identifier: Apache-2.0
"""Sets a new node up with a browser, as its first administrator does, and looks at every page on the way.

    python3 first_run.py http://127.0.0.1:7480 SET-UP-CODE FOLDER

On each page: no violation of axe, no message in the console, no sideways scroll, at 1280, 390 and 320 px, light and dark.
Pictures go to FOLDER.
"""

import base64
import hashlib
import hmac
import pathlib
import re
import struct
import sys
import time

try:
    from axe_playwright_python.sync_playwright import Axe
    from playwright.sync_api import sync_playwright
except ImportError:
    print("skipped: playwright is not installed")
    sys.exit(0)

CHROMIUM = "/usr/bin/chromium"
PASSWORD = "seven rusty lamps at noon"
used: dict[str, int] = {}


def totp(secret: str) -> str:
    """The next code of a generator (RFC 6238) that was not used yet; waits for it."""
    while int(time.time()) // 30 <= used.get(secret, 0):
        time.sleep(0.5)
    step = used[secret] = int(time.time()) // 30
    mac = hmac.new(base64.b32decode(secret), struct.pack(">Q", step), hashlib.sha1).digest()
    offset = mac[19] & 15
    return f"{(struct.unpack('>I', mac[offset:offset + 4])[0] & 0x7FFFFFFF) % 1_000_000:06}"


class Walk:
    def __init__(self, page, folder: pathlib.Path):
        self.page, self.folder, self.count, self.faults, self.messages = page, folder, 0, [], []
        page.on("console", lambda message: self.messages.append(message.text))
        self.status = 0
        page.on("response", self.answered)
        page.on("pageerror", lambda error: self.messages.append(str(error)))

    def answered(self, response):
        if response.request.is_navigation_request():
            self.status = response.status

    def look(self, name: str, status: int = 200):
        """Looks at the page that is open, at every width, in both themes."""
        # An answer that is no success is itself a message in the console.
        self.faults += [f"{name}: console: {text}" for text in self.messages if "the server responded with a status of" not in text]
        self.messages.clear()
        if self.status != status:
            self.faults.append(f"{name}: status {self.status}")
        if self.page.locator("h1").count() != 1:
            self.faults.append(f"{name}: not one heading of the first level")
        if (status >= 400) != self.page.title().removeprefix("Exercise: ").startswith("Problem:"):
            self.faults.append(f"{name}: the title is “{self.page.title()}”")
        for width in (1280, 390, 320):
            for theme in ("light", "dark"):
                self.page.set_viewport_size({"width": width, "height": 900})
                self.page.emulate_media(color_scheme=theme)
                for violation in Axe().run(self.page).response["violations"]:
                    targets = [" ".join(map(str, node["target"])) for node in violation["nodes"]]
                    self.faults.append(f"{name} at {width} px {theme}: axe {violation['id']}: {', '.join(targets[:3])}")
                wide = self.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
                if wide > 0:
                    self.faults.append(f"{name} at {width} px {theme}: scrolls {wide} px sideways")
                if width != 320:
                    self.page.screenshot(path=self.folder / f"{name}-{width}-{theme}.png", full_page=True)
                self.count += 1
        self.page.set_viewport_size({"width": 1280, "height": 900})
        self.page.emulate_media(color_scheme="light")

    def press(self, name: str):
        self.page.get_by_role("button", name=name, exact=True).click()

    def follow(self, name: str):
        self.page.get_by_role("link", name=name, exact=True).first.click()

    def enrol(self) -> str:
        """Fills in the page of enrolment; the secret of the generator."""
        secret = "".join(self.page.locator(".sign-form .words span").all_inner_texts())
        self.page.fill("#digits", totp(secret))
        self.page.fill("#password", PASSWORD)
        self.page.fill("#again", PASSWORD)
        self.press("Take the account into use")
        return secret

    def sign_in(self, officer: str, secret: str):
        self.page.fill("#officer", officer)
        self.page.fill("#password", PASSWORD)
        self.page.fill("#code", totp(secret))
        self.press("Sign in")


def first_run(walk: Walk, base: str, code: str) -> str:
    page = walk.page
    page.goto(base + "/sign-in")
    walk.look("01-sign-in-new")
    walk.follow("Set up this node")
    page.fill("#code", "WRONG-WRONG-WRONG-WRONG")
    walk.press("Go on")
    walk.look("02-set-up-wrong", 403)
    page.fill("#code", code.lower())
    walk.press("Go on")
    walk.look("03-enrol")
    page.fill("#digits", "000000")
    page.fill("#password", PASSWORD)
    page.fill("#again", PASSWORD + "!")
    walk.press("Take the account into use")
    walk.look("04-enrol-differ", 400)
    secret = walk.enrol()
    walk.look("05-recovery-codes")
    page.emulate_media(media="print")
    page.screenshot(path=walk.folder / "05-recovery-codes-print.png", full_page=True)
    page.emulate_media(media="screen")
    walk.follow("I have printed them; sign in")
    walk.look("06-sign-in")
    walk.sign_in("ADMIN", "AAAAAAAAAAAAAAAA")
    walk.look("07-sign-in-wrong", 403)
    walk.sign_in("ADMIN", secret)
    walk.look("08-authority")
    page.fill("#phone", "0123")
    walk.press("Save and go on")
    walk.look("09-authority-wrong", 400)
    page.fill("#phone", "+598 2 123 45 67")
    page.fill("#email", "desk@alvania.example")
    walk.press("Save and go on")
    walk.look("10-officers")
    page.fill("#officer", "XA-D9")
    page.fill("#pseudonym", "Officer Nine")
    walk.press("Invite, and show the one-time code")
    walk.look("11-slip")
    page.emulate_media(media="print")
    page.screenshot(path=walk.folder / "11-slip-print.png", full_page=True)
    page.emulate_media(media="screen")
    walk.follow("Go on")
    walk.look("12-peer")
    walk.follow("Go on")
    walk.look("13-backup")
    page.fill("#place", "disk 2 in the safe")
    walk.press("Note this backup")
    walk.look("14-getting-started")
    return secret


def rest(walk: Walk, base: str, secret: str):
    page = walk.page
    page.goto(base + "/")
    walk.look("20-health")
    for name in ("users", "backups", "retention", "node", "audit"):
        page.goto(f"{base}/admin/{name}")
        walk.look(f"21-{name}")
    page.goto(base + "/admin/users/XA-D9")
    walk.look("22-user")
    walk.press("Disable the account")
    walk.look("23-user-disabled")
    walk.press("Enable the account")
    page.goto(base + "/admin/users")
    page.fill("#officer", "XA-D9")
    walk.press("Invite, and show the one-time code")
    walk.look("24-invite-twice", 409)
    page.goto(base + "/me")
    walk.look("30-me")
    page.check("#theme-dark")
    page.check("#density-compact")
    walk.press("Save")
    walk.look("31-me-saved")
    if page.locator("html").get_attribute("data-theme") != "dark":
        walk.faults.append("the theme is not kept")
    page.fill("#proof", totp(secret))
    walk.press("Make new recovery codes")
    walk.look("32-new-codes")
    page.goto(base + "/me")
    page.fill("#old", PASSWORD)
    page.fill("#new", "password")
    page.fill("#again", "password")
    page.fill("#code", totp(secret))
    walk.press("Change the password")
    walk.look("33-password-short", 400)
    kept(walk, base, secret)
    time_out(walk, base)


def time_out(walk: Walk, base: str):
    """The warning before the session ends: it can be put off, and it says when it was too late."""
    page = walk.page
    page.clock.install()
    page.goto(base + "/me")
    banner = page.locator("#timeout")
    page.clock.fast_forward("27:00")
    if banner.is_visible():
        walk.faults.append("the warning comes too early")
    page.clock.fast_forward("01:10")
    walk.look("35-time-out")
    with page.expect_response("**/session/renew") as answer:
        walk.press("Stay signed in")
    banner.wait_for(state="hidden")
    if answer.value.status != 200:
        walk.faults.append(f"staying signed in: status {answer.value.status}")
    page.clock.fast_forward("28:30")
    page.context.clear_cookies()
    walk.press("Stay signed in")
    page.get_by_text("Your session has ended").wait_for()
    walk.look("36-timed-out")


def kept(walk: Walk, base: str, secret: str):
    """The session ends while somebody writes; the text must survive."""
    page = walk.page
    text = "Line one\n\tline two, می‌خواهم, “quotes” & <tags>\n" + "x" * 500
    page.goto(base + "/admin/backups")
    page.evaluate("text => { const area = document.createElement('textarea'); area.name = 'place'; area.value = text;"
                  " document.querySelector('#place').replaceWith(area); }", text)
    page.context.clear_cookies()
    walk.press("Note this backup")
    walk.look("40-kept")
    walk.sign_in("ADMIN", secret)
    page.get_by_text("Look at what is kept").click()
    walk.look("41-kept-back")
    sent = []
    page.on("request", lambda request: sent.append(request.post_data) if request.method == "POST" else None)
    walk.press("Send it now")
    from urllib.parse import parse_qs
    fields = parse_qs(sent[-1])
    if fields["place"][0].replace("\r\n", "\n") != text:
        walk.faults.append(f"the kept text changed: {fields['place'][0][:80]!r}")
    walk.look("42-kept-sent", 400)


def main() -> int:
    if len(sys.argv) != 4:
        print("usage: first_run.py BASE CODE FOLDER")
        return 2
    if not pathlib.Path(CHROMIUM).exists():
        print("skipped: playwright is not installed")
        return 0
    base, code, folder = sys.argv[1].rstrip("/"), sys.argv[2], pathlib.Path(sys.argv[3])
    folder.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        # The policy of the desk forbids foreign scripts; axe is one.
        context = browser.new_context(bypass_csp=True, ignore_https_errors=True)
        walk = Walk(context.new_page(), folder)
        try:
            secret = first_run(walk, base, code)
            rest(walk, base, secret)
        except Exception as error:  # noqa: BLE001: what went wrong is shown with the page it went wrong on
            walk.faults.append(f"stopped at {walk.page.url}: {str(error)[:400]}")
            walk.page.screenshot(path=folder / "stopped.png", full_page=True)
        browser.close()
    for fault in walk.faults:
        print(fault, file=sys.stderr)
    print(f"{walk.count - len(walk.faults)} passed, {len(walk.faults)} failed")
    return 1 if walk.faults else 0


if __name__ == "__main__":
    sys.exit(main())
