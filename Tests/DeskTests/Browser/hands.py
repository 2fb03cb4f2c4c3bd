# SPDX-License-Identifier: Apache-2.0
"""Two ways to use a page: by keyboard alone, and with a mouse without JavaScript. Both have the same moves."""

SKIP = "body > a.skip"

# What a person sees of the focus, and whether anything lies over it.
FOCUS = """() => {
    const one = document.activeElement;
    if (!one || one === document.body) return 'nothing has the focus';
    const seen = one.closest('.pick')?.querySelector('label') && one.matches('[type=radio], [type=checkbox]') ? [one] : [one];
    const shows = seen.some(part => {
        const style = getComputedStyle(part);
        const outline = style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) > 0 && !/rgba\\(.*, 0\\)|transparent/.test(style.outlineColor);
        return outline || style.boxShadow !== 'none';
    });
    if (!shows) return 'shows no focus';
    const box = one.getBoundingClientRect();
    if (box.width < 4 || box.height < 4) return `has the focus and is ${box.width} by ${box.height} px`;
    const middle = box.top + box.height / 2, hit = document.elementFromPoint(box.left + Math.min(box.width / 2, 8), Math.min(Math.max(middle, 1), innerHeight - 1));
    if (box.bottom < 0 || box.top > innerHeight) return 'has the focus out of sight';
    if (hit && !one.contains(hit) && !hit.contains(one) && !hit.closest('label')) return `has the focus under ${hit.tagName} ${hit.className}`;
    return '';
}"""


class Mouse:
    """Clicks and fills in. Works without JavaScript."""

    def __init__(self, page):
        self.page, self.faults = page, []

    def press(self, target):
        target.click()
        self.page.wait_for_load_state("load")

    def write(self, target, text: str):
        target.fill(text)

    def pick(self, target):
        target.check()

    def select(self, target, label: str):
        """The option whose words begin so."""
        target.select_option(index=target.evaluate("(one, label) => [...one.options].findIndex(option => option.label.startsWith(label))", label))

    def date(self, target, day: str, month: str, year: str):
        target.fill(f"{year}-{month}-{day}")

    def time(self, target, hours: int, minutes: int):
        target.fill(f"{hours:02}:{minutes:02}")

    def open(self, base: str, path: str):
        self.page.goto(base + path)


class Keyboard:
    """Only keys: Tab, Enter, Space, arrows and what is typed. Whatever has the focus must show it."""

    limit = 260

    def __init__(self, page):
        self.page, self.faults, self.tabs = page, [], 0

    def key(self, name: str):
        self.page.keyboard.press(name)

    def tab(self, backwards: bool = False):
        self.key("Shift+Tab" if backwards else "Tab")
        self.tabs += 1
        fault = self.page.evaluate(FOCUS)
        if fault and fault != "nothing has the focus":
            said = self.page.evaluate("`${document.activeElement.tagName}.${document.activeElement.className} “${(document.activeElement.textContent || document.activeElement.name || '').trim().slice(0, 40)}”`")
            self.faults.append(f"{self.page.url}: {said} {fault}")

    def has(self, target) -> bool:
        return target.evaluate("one => one === document.activeElement")

    def reach(self, target, same=None):
        """Tabs until the element has the focus; `same` says when another one is as good, as in a group of radio buttons."""
        target.wait_for(state="attached")
        there = same or (lambda: self.has(target))
        if there():
            return
        inside = target.evaluate("one => Boolean(one.closest('main'))")
        for _ in range(self.limit):
            self.tab()
            if there():
                return
            if inside and self.page.evaluate(f"document.activeElement === document.querySelector('{SKIP}')"):
                self.key("Enter")  # past the bar and the views, as the link promises
        raise AssertionError(f"{self.page.url}: {self.limit} tabs do not lead to {target}")

    def press(self, target):
        self.reach(target)
        with self.page.expect_navigation():
            self.key("Enter")

    def write(self, target, text: str):
        self.reach(target)
        self.key("Control+A")
        self.page.keyboard.type(text)

    def pick(self, target):
        if target.is_checked():
            return
        if target.get_attribute("type") == "checkbox":
            self.reach(target)
            self.key("Space")
        else:
            group = "one => document.activeElement.type === 'radio' && document.activeElement.name === one.name && document.activeElement.form === one.form"
            self.reach(target, lambda: target.evaluate(group))
            for _ in range(20):
                if self.has(target):
                    break
                self.key("ArrowDown")
            self.key("Space")
        if not target.is_checked():
            raise AssertionError(f"{self.page.url}: {target} cannot be chosen by keyboard")

    def select(self, target, label: str):
        self.reach(target)
        for _ in range(400):
            if target.evaluate("one => one.selectedOptions[0].label").startswith(label):
                return
            self.key("ArrowDown")
        raise AssertionError(f"{self.page.url}: {label} cannot be chosen by keyboard")

    def date(self, target, day: str, month: str, year: str):
        self.reach(target)
        self.page.keyboard.type(month + day + year)

    def time(self, target, hours: int, minutes: int):
        self.reach(target)
        self.page.keyboard.type(f"{(hours - 1) % 12 + 1:02}{minutes:02}{'PM' if hours >= 12 else 'AM'}")

    def open(self, base: str, path: str):
        """By the palette, which knows references."""
        self.key("Control+K")
        self.page.locator("dialog.palette input").wait_for()
        self.page.keyboard.type(path.removeprefix("/files/"))
        self.key("Enter")
        self.page.wait_for_url("**" + path)

    def round(self) -> int:
        """Tabs once around the page and back a little; the number of stops. A trap would never end."""
        stops = 0
        for _ in range(1000):
            self.tab()
            if self.page.evaluate(f"document.activeElement === document.querySelector('{SKIP}')"):
                if stops:
                    break
            stops += 1
        else:
            raise AssertionError(f"{self.page.url}: a thousand tabs do not lead around the page")
        for _ in range(3):
            self.tab(backwards=True)
        return stops
