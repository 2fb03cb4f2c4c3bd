# SPDX-License-Identifier: Apache-2.0
"""Plays the whole first act between two served nodes in Chromium, by keyboard alone and then without JavaScript.

    python3 story.py FOLDER [keyboard | plain]

From the draft that the quality check refuses to the opened package; at the end both audits are clean and both nodes have the
same acts. The only thing that is not typed is the name of a file: the dialog of the system is no page.
"""

import concurrent.futures
import json
import multiprocessing
import os
import pathlib
import sys
import time

from browser import Node, launch, sync_playwright
from hands import FOCUS, Keyboard, Mouse
from world import PASSWORD, enrol, make

EXHIBITS = pathlib.Path("Sources/comity/Demo/exhibits")


def moment(path: str, day: str, month: str, year: str, clock: str, zone: str = "") -> dict:
    fields = {f"{path}!day": day, f"{path}!month": month, f"{path}!year": year, f"{path}!time": clock}
    return fields | ({f"{path}!zone": ("select", zone)} if zone else {})


PICK = ("pick",)
ADD = ("add",)
ZONE = "XA, our time"
FROM = moment("data_sought.0.from", "10", "11", "2026", "00:00:00", ZONE)
TO = moment("data_sought.0.to", "24", "11", "2026", "20:00:00", ZONE)
SECTIONS = {
    "parties": {"tlp!AMBER": PICK},
    "offence": {
        "case.stage": ("select", "Investigation"), "case.prosecution_case_no": "XA-PPO-2026-4471",
        "case.conducted_by": "Public Prosecutor's Office of Alvania", "add:offences": ADD,
        "offences.0.article": ("select", "Article 10"), "offences.0.domestic.ref": ("select", "Penal Code of Alvania (fictional), section 413"),
        "offences.0.domestic.max_penalty_months": "120", "offence_texts_attached!yes": PICK,
    },
    "facts": {"facts": "On 24 November 2026 the files of a hospital were encrypted. One key file for each machine went to a rented server in Bresta."},
    "account": {
        "add:identifiers": ADD, "identifiers.0.ip": "198.51.100.24", "identifiers.0.port": "51514", "identifiers.0.protocol!tcp": PICK,
        **moment("identifiers.0.at", "24", "11", "2026", "16:20:07", ZONE),
        "custodian.provider": "Bresta Demo Hosting and Access", "custodian.location": "data centre, Bresta",
    },
    "data": {
        "add:data_sought": ADD, "data_sought.0.category!TRAFFIC": PICK, "data_sought.0.items": "connection records with ports and times",
        "data_sought.0.identifiers!I1": PICK, **FROM, **TO, "data_sought.0.why": "to find where the operator logs in from",
        "link_facts_to_data": "The server received the keys.",
    },
    "necessity": {"intent_to_send_mla.stated!yes": PICK, "purpose.text": "evidence in the investigation XA-PPO-2026-4471"},
    "deadline": {"urgency.level!normal": PICK},
    "safeguards": {
        "authorisation.type": "order of the prosecutor", "authorisation.number": "XA-PPO-2026-4471-P1",
        **moment("authorisation.date", "24", "11", "2026", "20:02", ZONE), "use_limits": "case XA-PPO-2026-4471",
        "data_protection.onward_transfer": "not without consent", "data_protection.delete_when": "final judgment plus one year",
        **{f"screen.{name}!no": PICK for name in ("political", "discrimination", "press", "death_penalty_or_torture")}, "screen.by": "XA-D3",
    },
}
NECESSITY = "The server is paid until 30 November and can be wiped by its customer at any time."


class Desk:
    """One officer at one desk."""

    def __init__(self, story, state: str, officer: str):
        self.story, self.node, self.officer = story, story.nodes[state], f"{state}-{officer}"
        options = {"java_script_enabled": story.way is Keyboard, "locale": "en-US", "viewport": {"width": 1280, "height": 900}}
        self.context = story.browser.new_context(**options)
        self.context.set_default_timeout(15_000)
        self.page = self.context.new_page()
        self.hands = story.way(self.page)
        self.sign_in()

    def sign_in(self):
        self.page.goto(self.node.base + "/sign-in")
        self.hands.write(self.at("officer"), self.officer)
        self.hands.write(self.at("password"), PASSWORD)
        # A code works once; the other way must not take the same.
        with self.story.lock:
            self.hands.write(self.at("code"), self.node.code(self.officer))
            self.press("Sign in")

    def at(self, name: str):
        return self.page.locator(f'[id="{name}"]')

    def main(self, selector: str):
        return self.page.locator(f"main {selector}").first

    def press(self, name: str, role: str = "button"):
        self.hands.press(self.page.locator("main").get_by_role(role, name=name).first)

    def follow(self, name: str):
        self.press(name, "link")

    def rail(self, name: str):
        self.hands.press(self.page.locator("nav.rail").get_by_role("link", name=name).first)

    def open(self, ref: str):
        self.hands.open(self.node.base, f"/files/{ref}")

    def fill(self, fields: dict):
        for name, value in fields.items():
            if isinstance(value, str):
                self.hands.write(self.at(name), value)
            elif value[0] == "pick":
                self.hands.pick(self.at(name))
            elif value[0] == "add":
                self.hands.press(self.page.locator(f'button[value="{name}"]'))
            elif value[0] == "select":
                self.hands.select(self.at(name), value[1])

    def heading(self) -> str:
        return self.page.locator("h1").inner_text()

    def until(self, selector: str, path: str = ""):
        """Waits for something that comes from the other node: loads the page again, as a person does."""
        for _ in range(120):
            if self.page.locator(selector).count():
                return
            time.sleep(0.25)
            self.page.reload()
        raise AssertionError(f"{self.page.url}: {selector} does not come")


class Story:
    def __init__(self, way, nodes, browser, lock):
        self.way, self.nodes, self.browser, self.lock, self.desks = way, nodes, browser, lock, {}
        self.refs, self.steps = {}, 0

    def desk(self, state: str, officer: str) -> Desk:
        key = (state, officer)
        if key not in self.desks:
            self.desks[key] = Desk(self, state, officer)
        return self.desks[key]

    def told(self, what: str):
        self.steps += 1
        if os.environ.get("SLOW"):
            print(f"{self.way.__name__} {time.monotonic() - self.started:6.1f} s {what}", file=sys.stderr)

    def play(self):
        self.started = time.monotonic()
        self.draft("preservation", "need=keep", SECTIONS)
        self.refused()
        self.approve("preservation")
        self.send("preservation")
        self.acknowledge("preservation")
        self.preserve()
        self.draft("stored-data", None, SECTIONS | {"necessity": SECTIONS["necessity"] | {"necessity": NECESSITY}})
        self.approve("stored-data")
        self.send("stored-data")
        self.acknowledge("stored-data")
        self.seal()
        self.supply()
        self.receive()
        self.look()
        self.audit()
        if self.way is Keyboard:
            self.keys()
            self.rounds()
            self.time_out()

    # MARK: The steps

    def draft(self, kind: str, need: str | None, sections: dict):
        desk = self.desk("XA", "D1")
        if need:
            desk.rail("New request")
            desk.hands.press(desk.main(f"a[href*='{need}']"))
        else:
            desk.open(self.refs["preservation"])
            desk.hands.press(desk.main("a[href*='follows=']"))
        desk.hands.press(desk.main(f"a.btn[href*='type={kind}']"))
        desk.hands.pick(desk.at("to-XB"))
        desk.hands.write(desk.at("title"), f"Hospital ransomware, {kind}")
        desk.press("Begin the draft")
        ref = self.refs[kind] = desk.page.url.split("?")[0].rsplit("/", 1)[1]
        desk.hands.press(desk.main("ol.tasks a"))
        for name, fields in sections.items():
            if not desk.page.url.split("?")[0].endswith(f"{ref}/{name}"):
                raise AssertionError(f"“Save and continue” leads to {desk.page.url}, not to {name}")
            present = {field: value for field, value in fields.items() if value == ADD or field.split(".")[0] in ("offences", "identifiers", "data_sought")
                       or desk.at(field).count()}
            desk.fill(present)
            desk.press("Save and continue")
        self.told(f"{kind} is drafted as {ref}")

    def refused(self):
        """The quality check names what is missing, and leads there."""
        desk = self.desk("XA", "D1")
        if not desk.page.url.split("?")[0].endswith("/necessity"):
            raise AssertionError(f"after the last section comes {desk.page.url}, not the one that is not complete")
        desk.hands.press(desk.main("a[href$='/check']"))
        text = desk.page.locator("main").inner_text()
        if "42(3)(e)" not in text or "Problem:" not in desk.page.title():
            raise AssertionError(f"the check does not say what is missing: {text[:2000]}")
        desk.hands.press(desk.main("a[href$='#necessity']"))
        desk.hands.write(desk.at("necessity"), NECESSITY)
        desk.press("Save and go to the task list")
        self.told("an incomplete draft is refused with article and field, and completed")

    def approve(self, kind: str):
        desk, ref = self.desk("XA", "D1"), self.refs[kind]
        if not desk.page.url.endswith("/answers"):
            desk.page.locator("main").wait_for()
            desk.hands.press(desk.main(f"a[href='/requests/{ref}/answers']"))
        if desk.main("a[href$='/check']").count() and not desk.main("form[action$='/submit']").count():
            desk.hands.press(desk.main("a[href$='/check']"))
            raise AssertionError(f"{ref} cannot be submitted: {desk.page.locator('main').inner_text()}")
        desk.press("Submit for review")
        second = self.desk("XA", "D3")
        second.rail("Drafts")
        second.hands.press(second.main(f"a[href$='{ref}']"))
        second.hands.press(second.main(f"a[href^='/requests/{ref}']"))
        if not second.page.url.endswith("/answers"):
            second.hands.press(second.main(f"a[href='/requests/{ref}/answers']"))
        second.hands.pick(second.at("read"))
        second.press("Approve and sign")
        self.told(f"a second person approves {ref}")

    def send(self, kind: str):
        desk, ref = self.desk("XA", "D1"), self.refs[kind]
        desk.rail("Drafts")
        desk.hands.press(desk.main(f"a[href$='{ref}']"))
        if not desk.page.url.endswith("/answers"):
            desk.hands.press(desk.main(f"a[href^='/requests/{ref}']"))
        if not desk.page.url.endswith("/answers"):
            desk.hands.press(desk.main(f"a[href='/requests/{ref}/answers']"))
        desk.hands.press(desk.main("form[action$='/send'] button"))
        self.told(f"{ref} is sent")

    def acknowledge(self, kind: str):
        desk, ref = self.desk("XB", "D1"), self.refs[kind]
        desk.rail("Incoming")
        desk.until(f"main a[href$='/files/{ref}']")
        desk.hands.press(desk.main(f"a[href$='/files/{ref}']"))
        desk.press("Acknowledge")
        desk.page.locator(".done").wait_for()
        self.told(f"XB acknowledges {ref}")

    def preserve(self):
        desk = self.desk("XB", "D1")
        desk.open(self.refs["preservation"])
        desk.hands.press(desk.main(".possible a[href$='/acts/preserve']"))
        desk.hands.pick(desk.page.locator("main input[name=outcome][value=full]"))
        for part, text in {"day": "25", "month": "11", "year": "2026", "time": "01:10"}.items():
            desk.hands.write(desk.main(f"[name='effective.{part}']"), text)
        desk.hands.write(desk.main("[name=note]"), "snapshot taken, customer not told")
        desk.hands.press(desk.main("form .btn--primary"))
        desk.page.locator(".done").wait_for()
        asking = self.desk("XA", "D1")
        asking.open(self.refs["preservation"])
        asking.until("main a[href*='follows=']")
        self.told("XB preserves the data")

    def seal(self):
        desk, ref = self.desk("XB", "X1"), self.refs["stored-data"]
        desk.open(ref)
        desk.hands.press(desk.main("a[href$='part=evidence']"))
        desk.hands.press(desk.main(".panel-foot a[href*='evidence']"))
        desk.hands.press(desk.main(f"a[href='/files/{ref}/evidence/new']"))
        files = desk.at("files")
        if self.way is Keyboard:
            desk.hands.reach(files)
        files.set_input_files([str(one) for one in sorted(EXHIBITS.iterdir())])
        desk.press("Upload")
        desk.page.wait_for_url("**/evidence/new/*")
        desk.fill({"authorisation": "Order XB-NU-2026-77 (fictional)", "by": "XB-X1", "place": "Bresta", "conditions": "case XA-PPO-2026-4471 only"})
        desk.hands.date(desk.at("date"), "25", "11", "2026")
        desk.hands.time(desk.at("time"), 1, 12)
        desk.hands.press(desk.main("#order .btn--primary"))
        desk.page.wait_for_url("**/tasks/*")
        desk.until("main .notice--ok")
        self.told("XB seals the exhibits")

    def supply(self):
        desk, ref = self.desk("XB", "X1"), self.refs["stored-data"]
        desk.hands.press(desk.main("a.btn--primary[href$='/supply']"))
        desk.hands.press(desk.main("form .btn--primary"))
        second = self.desk("XB", "D3")
        second.open(ref)
        second.hands.press(second.main("form[action$='/prepared/approve'] button"))
        second.page.locator(".done").wait_for()
        self.told("XB supplies the package, a second person agreeing")

    def receive(self):
        desk, ref = self.desk("XA", "X1"), self.refs["stored-data"]
        desk.open(ref)
        desk.hands.press(desk.main("a[href$='part=evidence']"))
        desk.until("main a[href*='/evidence/']:not([href$='/new'])")
        desk.hands.press(desk.main("a[href*='/evidence/']:not([href$='/new'])"))
        desk.until("form[action$='/receive'] button")
        desk.hands.press(desk.main("form[action$='/receive'] button"))
        desk.until("main a.btn--primary, main #accept")
        self.told("XA verifies and receives the package")

    def look(self):
        desk, ref = self.desk("XA", "X1"), self.refs["stored-data"]
        if "/tasks/" in desk.page.url:
            desk.hands.press(desk.main("a.btn--primary"))
        desk.hands.pick(desk.at("accept"))
        desk.hands.press(desk.main("form[action$='/open'] .btn--primary"))
        desk.until("main a[href*='/preview']")
        desk.hands.press(desk.main("a[href*='/preview']"))
        self.told("XA opens it and looks at an exhibit")

    def audit(self):
        for state in ("XA", "XB"):
            desk = self.desk(state, "D1")
            desk.rail("Register and audit")
            desk.hands.press(desk.main("form[action='/register/check'] button"))
            desk.until("main .notice--ok, main .mark--yes")
            for _ in range(60):
                report = json.loads(self.nodes[state].run("audit", "check", "--json"))
                if not report["unreceipted"]:
                    break
                time.sleep(0.5)  # acts of the other way are under way
            if not report["ok"] or report["unreceipted"]:
                raise AssertionError(f"{state}: the audit is not clean: {report}")
        for ref in self.refs.values():
            left, right = ([act["hash"] for act in json.loads(node.run("file", "show", ref, "--json"))["acts"]] for node in self.nodes.values())
            if left != right or not left:
                raise AssertionError(f"the acts of {ref} differ: {left} and {right}")
        self.told("both audits are clean, with the same acts")

    # MARK: What the keyboard can do besides

    def expect(self, holds: bool, says: str):
        if not holds:
            raise AssertionError(says)

    def keys(self):
        """The single keys, their list, and that they can be switched off."""
        desk = self.desk("XA", "D1")
        page, hands = desk.page, desk.hands

        def typed(*keys: str, path: str):
            page.evaluate("document.activeElement.blur()")
            with page.expect_navigation():
                for key in keys:
                    hands.key(key)
            self.expect(page.url.split("?")[0] == desk.node.base + path, f"{' '.join(keys)} leads to {page.url}, not to {path}")

        typed("?", path="/keys")
        listed = page.locator("main kbd").all_inner_texts()
        for key in ("j", "k", "Enter", "a", "c", "r", "/", "?", "g q", "g d", "Ctrl K", "Esc"):
            self.expect(key in listed, f"/keys does not list {key}")
        typed("g", "d", path="/")
        typed("g", "q", path="/queue")
        rows = page.locator(".queue tr.item a.title")
        for key, row in (("j", 0), ("j", 1), ("k", 0)):
            hands.key(key)
            self.expect(hands.has(rows.nth(row)), f"{key} does not lead to row {row}")
        self.expect(not page.evaluate(FOCUS), "a row that was reached with j shows no focus")
        with page.expect_navigation():
            hands.key("Enter")
        self.expect("/files/" in page.url or "/requests/" in page.url, f"Enter on a row leads to {page.url}")
        hands.key("/")
        self.expect(page.evaluate("document.activeElement.name") == "q", "/ does not lead to the search")
        hands.key("a")
        self.expect(page.locator(".find input").input_value() == "a", "a key acts while somebody types")
        # The keys of a file press what the page shows.
        theirs = self.desk("XB", "D1")
        theirs.open(self.refs["preservation"])
        for button in theirs.page.locator("[data-key]").all()[:3]:
            key, path = button.get_attribute("data-key"), button.get_attribute("href")
            if path:
                with theirs.page.expect_navigation():
                    theirs.hands.key(key)
                self.expect(theirs.page.url.endswith(path), f"{key} leads to {theirs.page.url}, not to {path}")
                theirs.open(self.refs["preservation"])
        # The palette closes with Esc and gives the focus back.
        hands.key("Control+K")
        hands.key("Escape")
        self.expect(not page.locator("dialog[open]").count(), "Esc does not close the palette")
        for state, wanted in (("off", "/me"), ("on", "/queue")):
            page.goto(desk.node.base + "/me")
            hands.pick(desk.at(f"shortcuts-{state}"))
            hands.press(page.locator("form[action='/me/preferences'] button"))
            page.evaluate("document.activeElement.blur()")
            hands.key("g")
            hands.key("q")
            if state == "on":
                page.wait_for_url("**/queue")
            else:
                page.wait_for_timeout(300)
            self.expect(page.url.split("?")[0].endswith(wanted), f"with single keys {state}, g q leads to {page.url}")
        self.told("the single keys do what their list says, and can be switched off")

    def rounds(self):
        """Nothing holds the focus back."""
        desk = self.desk("XA", "D1")
        for path in ("/", "/queue?view=all", f"/files/{self.refs['preservation']}", "/calls", "/register", "/directory/add", "/handover"):
            desk.page.goto(desk.node.base + path)
            desk.hands.round()
        self.told("the focus goes around seven pages and shows everywhere")

    def time_out(self):
        """The session ends while a section is written; the text is there after signing in again."""
        desk = self.desk("XA", "D1")
        desk.rail("New request")
        desk.hands.press(desk.main("a[href*='need=keep']"))
        desk.hands.press(desk.main("a.btn[href*='type=preservation']"))
        desk.hands.pick(desk.at("to-XB"))
        desk.press("Begin the draft")
        draft = desk.page.url.split("?")[0]
        desk.page.goto(draft + "/facts")
        text = "What nobody wants to write twice, “quoted” & <marked>."
        desk.hands.write(desk.at("facts"), text)
        desk.context.clear_cookies()
        desk.press("Save and continue")
        self.expect("/sign-in" in desk.page.url or desk.page.locator("#password").count() > 0, f"without a session the form leads to {desk.page.url}")
        desk.hands.write(desk.at("officer"), desk.officer)
        desk.hands.write(desk.at("password"), PASSWORD)
        with self.lock:
            desk.hands.write(desk.at("code"), desk.node.code(desk.officer))
            desk.press("Sign in")
        desk.press("Send it now")
        desk.page.goto(draft + "/facts")
        self.expect(desk.at("facts").input_value() == text, "the text is lost with the session")
        self.told("a session that ends while somebody writes keeps the text")


def tell(way, folder: str, lock) -> tuple[int, list[str], str]:
    """The whole story one way, in a browser of its own."""
    nodes = {state: Node(pathlib.Path(folder) / state.lower()) for state in ("XA", "XB")}
    name = "keyboard" if way is Keyboard else "without JavaScript"
    faults = []
    with sync_playwright() as playwright:
        browser = launch(playwright)
        story = Story(way, nodes, browser, lock)
        try:
            story.play()
        except Exception as error:  # noqa: BLE001: what went wrong is shown with where it was
            faults.append(f"{name}: stopped after {story.steps} steps: {str(error)[:2500]}")
            for (state, officer), desk in story.desks.items():
                faults.append(f"{name}: {state}-{officer} was at {desk.page.url} “{desk.page.title()}”")
                if picture := os.environ.get("PICTURES"):
                    desk.page.screenshot(path=f"{picture}/{way.__name__}-{state}-{officer}.png")
        faults += [f"{name}: {fault}" for desk in story.desks.values() for fault in dict.fromkeys(desk.hands.faults)]
        summary = f"{name}: {story.steps} steps in {time.monotonic() - story.started:.0f} s"
        if way is Keyboard:
            summary += f", {sum(desk.hands.tabs for desk in story.desks.values())} tabs"
        browser.close()
    return story.steps, faults, summary


def main() -> int:
    if len(sys.argv) < 2:
        print("usage: story.py FOLDER [keyboard | plain]")
        return 2
    folder, only = pathlib.Path(sys.argv[1]), sys.argv[2] if len(sys.argv) > 2 else ""
    ways = [way for way, name in ((Keyboard, "keyboard"), (Mouse, "plain")) if only in ("", name)]
    nodes = make(folder)
    try:
        for node in nodes.values():
            node.serve()
        with sync_playwright() as playwright:
            browser = launch(playwright)
            for state, node in nodes.items():
                for officer in ("D1", "D3", "X1"):
                    enrol(browser, node, f"{state}-{officer}")
            browser.close()
        with multiprocessing.Manager() as manager, concurrent.futures.ProcessPoolExecutor(2) as pool:
            lock = manager.Lock()
            told = [future.result() for future in [pool.submit(tell, way, str(folder), lock) for way in ways]]
    finally:
        for node in nodes.values():
            node.stop()
    faults = [fault for one in told for fault in one[1]]
    for fault in faults:
        print(fault, file=sys.stderr)
    for one in told:
        print(one[2])
    print(f"{sum(one[0] for one in told)} passed, {len(faults)} failed")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
