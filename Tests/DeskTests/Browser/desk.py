# SPDX-License-Identifier: Apache-2.0
"""Looks at the desk with a browser.

    python3 desk.py http://127.0.0.1:8080 FOLDER /queue /files/XA-2026-PRE-000042-L ...

For each path, at 1280, 390 and 320 px, light and dark: no violation of axe, no message in the console, no sideways scroll.
JavaScript is off for the pictures, which go to FOLDER; axe needs it and runs in a window of its own.
"""

import pathlib
import re
import sys

try:
    from axe_playwright_python.sync_playwright import Axe
    from playwright.sync_api import sync_playwright
except ImportError:
    print("skipped: playwright is not installed")
    sys.exit(0)

CHROMIUM = "/usr/bin/chromium"
WIDTHS = (1280, 390, 320)
THEMES = ("light", "dark")


def name_of(path: str, width: int, theme: str) -> str:
    stem = re.sub(r"[^A-Za-z0-9]+", "-", path).strip("-") or "root"
    return f"{stem}-{width}{'-dark' if theme == 'dark' else ''}.png"


def look(browser, base: str, folder: pathlib.Path, path: str, width: int, theme: str) -> list[str]:
    """The faults of one page at one width in one theme."""
    faults = []
    size = {"width": width, "height": 900}
    # The policy of the desk forbids scripts; only the window that runs axe lets them through.
    with browser.new_context(viewport=size, color_scheme=theme, bypass_csp=True) as context:
        page = context.new_page()
        response = page.goto(base + path)
        expected = 404 if "missing" in path else 200
        if response is None or response.status != expected:
            faults.append(f"status {response.status if response else 'none'}")
        page.evaluate("document.querySelectorAll('details').forEach(details => details.open = true)")
        for violation in Axe().run(page).response["violations"]:
            targets = [" ".join(map(str, node["target"])) for node in violation["nodes"]]
            faults.append(f"axe {violation['id']}: {', '.join(targets[:3])}")
        wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        if wide > 0:
            faults.append(f"scrolls {wide} px sideways when everything is unfolded")
    with browser.new_context(viewport=size, color_scheme=theme, java_script_enabled=False) as context:
        page = context.new_page()
        messages = []
        page.on("console", lambda message: messages.append(message.text))
        page.on("pageerror", lambda error: messages.append(str(error)))
        page.on("requestfailed", lambda request: messages.append(f"{request.url} failed"))
        page.goto(base + path)
        # A page that answers 404 is itself a message in the console.
        faults += [f"console: {text}" for text in messages if "missing" not in path or "404" not in text]
        page.screenshot(path=folder / name_of(path, width, theme), full_page=True)
    return faults


def main() -> int:
    if len(sys.argv) < 4:
        print("usage: desk.py BASE FOLDER PATH...")
        return 2
    if not pathlib.Path(CHROMIUM).exists():
        print("skipped: playwright is not installed")
        return 0
    base, folder, paths = sys.argv[1].rstrip("/"), pathlib.Path(sys.argv[2]), sys.argv[3:]
    folder.mkdir(parents=True, exist_ok=True)
    passed = failed = 0
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        for path in paths:
            for width in WIDTHS:
                for theme in THEMES:
                    faults = look(browser, base, folder, path, width, theme)
                    if faults:
                        failed += 1
                        for fault in faults:
                            print(f"{path} at {width} px {theme}: {fault}", file=sys.stderr)
                    else:
                        passed += 1
        browser.close()
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
