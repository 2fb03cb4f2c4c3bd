# SPDX-License-Identifier: Apache-2.0
"""Looks at every screen of docs/screens.md with a browser, in a demonstration whose clock stands still.

    python3 screens.py WORLD [NAME...]      WORLD holds xa and xb; with names, only the walks of those names

On each page: its status, no violation of axe, no message in the console, no sideways scroll, also with text of twice the
size, nothing that moves when motion is reduced, and at most 100 KB at first view. At 1280 px light and 320 px dark; with
COMITY_LONG=1 at 1280, 390 and 320 px, light and dark. Two browsers share the work.
"""

import concurrent.futures
import os
import pathlib
import sys
import time

from browser import Look, Node, launch, sign_in, sync_playwright

PASSWORD = "seven quiet harbours"
SHORT = ((1280, "light"), (320, "dark"))
LONG = tuple((width, theme) for width in (1280, 390, 320) for theme in ("light", "dark"))
VIEWS = LONG if os.environ.get("COMITY_LONG") else SHORT


class Walker(Look):
    """An officer at a desk."""

    def __init__(self, page, node: Node):
        super().__init__(page)
        self.node, self.weights = node, {}

    def go(self, path: str):
        self.page.goto(self.node.base + path)

    def see(self, name: str, path: str = "", status: int = 200, problem: bool | None = None):
        if path:
            self.go(path)
        self.look(name, VIEWS, status, problem)
        self.weights[name] = self.bytes

    def all(self, pages: dict[str, str], status: int = 200):
        for name, path in pages.items():
            self.see(name, path, status)

    def press(self, name: str):
        self.page.locator("main").get_by_role("button", name=name).first.click()

    def follow(self, selector: str):
        self.page.locator(f"main {selector}").first.click()


def outside(walk: Walker):
    walk.page.context.clear_cookies()
    walk.all({"sign-in": "/sign-in", "set-up is over": "/set-up"})
    walk.see("enrol with a wrong code", "/enrol?code=WRONG", 403)
    walk.go("/sign-in")
    walk.page.fill("#officer", "XA-D1")
    walk.page.fill("#password", "a wrong password")
    walk.page.fill("#code", "123456")
    walk.press("Sign in")
    walk.see("sign-in refused", status=403)


def duty(walk: Walker):
    walk.all({
        "duty desk": "/", "shift": "/shift", "queue": "/queue?view=all", "queue, mine": "/queue?view=mine",
        "queue, drafts": "/queue?view=drafts", "queue, overdue": "/queue?view=overdue",
        "queue, filtered": "/queue?view=all&type=preservation&with=XB&side=requested",
        "queue, nothing found": "/queue?view=all&q=no+such+file", "queue, closed": "/queue?view=closed",
        "preservations": "/preservations", "preservations, ended": "/preservations?show=done", "triage": "/triage",
        "register": "/register", "register, of one file": "/register?ref=XB-2026-MLA-000003-X", "register entry": "/register/10",
        "handover": "/handover", "handovers": "/handovers", "roster": "/roster", "calls": "/calls",
        "calls, to call back": "/calls?ref=XB-2026-EMG-000002-1", "quarantine": "/quarantine", "quarantined": "/quarantine/1",
        "quarantined, emergency": "/quarantine/2", "keys": "/keys", "me": "/me",
    })
    walk.all({"not found": "/quarantine/99", "no such page": "/no-such-page"}, 404)
    walk.see("forbidden", "/admin", 403)
    walk.go("/handovers")
    walk.follow("a[href^='/handovers/']")
    walk.see("past handover")
    walk.go("/calls")
    walk.page.fill("#number", "no number")
    walk.page.fill("#person", "the night desk")
    walk.page.fill("#ref", "XA-1")
    walk.press("Log the call")
    walk.see("calls with an error", status=422)
    walk.go("/register")
    walk.page.locator("form[action='/register/check'] button").click()
    walk.see("register checked")
    # What was chosen stands on the next page, with a way back.
    walk.go("/queue?view=incoming")
    walk.page.locator("input[name=ref]").first.check()
    walk.press("Assign the chosen files")
    walk.see("queue, given to somebody")


def files(walk: Walker):
    walk.all({
        "file, not delivered": "/files/XA-2026-PRE-000003-2", "file, overdue": "/files/XB-2026-MLA-000003-X",
        "file, emergency": "/files/XB-2026-EMG-000002-1", "file, prepared": "/files/XA-2026-EMG-000001-M",
        "file, paused": "/files/XA-2026-SUB-000001-U", "file, returned": "/files/XA-2026-MLA-000001-I",
        "file, refused": "/files/XB-2026-MLA-000001-2", "file, preserved": "/files/XA-2026-PRE-000002-4",
        "file, arrested": "/files/XA-2026-PAR-000001-A", "file, joint": "/files/XB-2026-JIT-000001-5",
        "file, closed": "/files/XA-2026-TRA-000001-7", "file, draft": "/files/XA-2026-RTT-000001-B",
        "file, information": "/files/XB-2026-SPO-000001-E", "file, frozen": "/files/XA-2026-FRZ-000001-G",
        "correspondence": "/files/XA-2026-SUB-000001-U?part=correspondence",
        "evidence of a file": "/files/XA-2026-MLA-000001-I?part=evidence", "audit of a file": "/files/XA-2026-MLA-000001-I?part=audit",
        "act, acknowledge": "/files/XB-2026-MLA-000003-X/acts/acknowledge", "act, refuse": "/files/XB-2026-MLA-000002-Z/acts/refuse", "act, ask": "/files/XB-2026-MLA-000002-Z/acts/ask",
        "act, freeze": "/files/XB-2026-RET-000001-1/acts/report", "act, not now": "/files/XB-2026-MLA-000003-X/acts/preserve",
        "act, extend": "/files/XA-2026-PRE-000002-4/acts/extend",
        "triage of one": "/files/XB-2026-MLA-000003-X/triage", "triage, sensitive": "/files/XB-2026-MLA-000002-Z/triage",
        "triage, emergency": "/files/XB-2026-EMG-000002-1/triage",
    })
    walk.go("/files/XB-2026-MLA-000002-Z/acts/offer-conditions")
    walk.page.locator("main form .btn--primary").click()
    walk.see("act with an error", status=422)
    walk.go("/files/XB-2026-MLA-000001-2")
    walk.follow("a[href*='/acts/']:not([href$='refuse'])")
    walk.see("signed act")
    for part in (1, 2, 3, 4):
        walk.go("/files/XB-2026-MLA-000003-X/triage")
        form = walk.page.locator(f"form.ask:has(input[name=part][value='{part}'])").first
        if form.count():
            form.locator("input[type=radio]").first.check()
            form.locator("button[type=submit]").first.click()
            walk.see(f"triage, step {part} answered")


def directory(walk: Walker):
    # XB says all that an entry can say, and was tried with two test calls.
    xa, xb = walk.node, Node(walk.node.folder.parent / "xb")
    xb.run("directory", "propose", "authority.hours=24/7", "authority.purposes=network-24-7,police-cooperation", "authority.names.fi=Bresta",
           "authority.channels.telephone=+999 205 550 222", "authority.channels.telephone.hours=mon-fri 08:00-16:00",
           "authorities.xb-moj.name=Ministry of Justice of the Republic of Bresta, Department for International Cooperation",
           "authorities.xb-moj.languages=en,fr", "authorities.xb-moj.timeZone=Asia/Tashkent", "authorities.xb-moj.hours=mon-fri 08:00-16:30",
           "authorities.xb-moj.purposes=mutual-legal-assistance,extradition", "authorities.xb-moj.email=cooperation@ministry-of-justice.example.org",
           "requirements.double-criminality=Needed for coercive measures.", "requirements.double-criminality.source=Penal Code, section 12",
           "--as", "XB-D1")
    xb.run("directory", "approve", "--as", "XB-D3")
    entry = walk.node.folder.parent / "xb.jws"
    xb.run("directory", "publish", "--to", str(entry), "--as", "XB-D1")
    xa.run("directory", "import", str(entry))
    xa.run("directory", "ring", "XB", "--wait", "0", "--as", "XA-D3")
    xa.run("directory", "ring", "XB", "--by-telephone", "--number", "+999 205 550 222", "--answered-after", "PT2M", "--by", "Ms Ilves",
           "--as", "XA-D3")
    walk.all({
        "directory, found": "/directory?q=ministry", "directory, nothing found": "/directory?q=nowhere",
        "directory": "/directory", "peer": "/directory/XB", "peer, revoked": "/directory/XD", "peer, not confirmed": "/directory/XE",
        "peer, confirm": "/directory/XE/confirm", "peer, revoke": "/directory/XB/revoke", "add a peer": "/directory/add",
    })
    walk.go("/directory/XE/confirm")
    walk.page.locator("main form .btn--primary").click()
    walk.see("peer, confirm with an error", status=422)
    walk.go("/directory/XB/revoke")
    walk.page.locator("main form .btn--grave").click()
    walk.see("peer, revoke with an error", status=422)
    walk.go("/directory/XB/revoke")
    walk.page.fill("#reason", "Their duty room reports that the keys were copied.")
    walk.page.fill("#typed", "XB")
    walk.page.locator("main form .btn--grave").click()
    walk.see("peer, revoke, second look")
    walk.go("/directory/add")
    walk.page.fill("#entry", "this is no entry")
    walk.page.locator("main form .btn--primary").click()
    walk.see("add a peer with an error", status=422)


def chooser(walk: Walker):
    walk.all({
        "new request": "/requests/new", "new request, need": "/requests/new?need=content", "new request, keep": "/requests/new?need=keep",
        "new request, State": "/requests/new?type=stored-data", "new request, States": "/requests/new?type=joint-investigation",
        "new request, follows": "/requests/new?follows=XA-2026-PRE-000002-4",
    })
    walk.go("/requests/new?type=preservation")
    walk.page.locator("main form .btn--primary").click()
    walk.see("new request without a State", status=422)


DRAFT = "/requests/XA-2026-RTT-000001-B"


def drafting(walk: Walker):
    page = walk.page
    walk.all({
        "draft": DRAFT, "draft that came back": "/requests/XA-2026-MLA-000002-G", "draft in review": "/requests/XA-2026-TPR-000001-8",
        "draft in translation": "/requests/XA-2026-GEN-000001-2/answers", "check": f"{DRAFT}/check", "answers": f"{DRAFT}/answers",
        "discard": f"{DRAFT}/discard",
    })
    walk.go(DRAFT)
    sections = page.locator("ol.tasks a").evaluate_all("all => all.map(one => one.getAttribute('href'))")
    for path in sections:
        if path.startswith(f"{DRAFT}/") and "answers" not in path:
            walk.see(f"section {path.rsplit('/', 1)[1]}", path)
    walk.go(f"{DRAFT}/facts")
    page.locator(".request-form textarea").first.fill("")
    walk.press("Save and continue")
    walk.go(f"{DRAFT}/check")
    walk.see("check with findings", problem=True)
    walk.go(f"{DRAFT}/facts")
    walk.see("section with findings")
    walk.go(f"{DRAFT}/safeguards")
    page.locator(".request-form input[id$='!day']").first.fill("41")
    walk.press("Save and continue")
    walk.see("section with an error", status=422)
    # The same section in two windows; the later one must not overwrite the earlier one.
    path = next(one for one in sections if one.endswith("/facts"))
    walk.go(path)
    other = page.context.new_page()
    other.goto(walk.node.base + path)
    for window, text in ((other, "What the other window says."), (page, "What this window says.")):
        window.locator(".request-form textarea").first.fill(text)
        window.locator(".request-form .actions .btn").last.click()
        window.wait_for_load_state("load")
    other.close()
    walk.see("conflict", status=409)


def reviewing(walk: Walker):
    walk.see("review", "/requests/XA-2026-TPR-000001-8/answers")
    walk.page.get_by_role("button", name="Approve", exact=False).first.click()
    walk.see("review with an error", status=422)
    walk.see("approver’s desk", "/")


def sending(walk: Walker):
    walk.see("approved, to send", "/requests/XB-2026-EXT-000002-I/answers")
    walk.page.locator("form[action$='/send'] button").click()
    walk.see("request sent")
    walk.see("triage of XB", "/triage")
    walk.see("triage, consultation", "/files/XC-2026-MLA-000001-9/triage")


def examining(walk: Walker):
    walk.all({"evidence": "/evidence", "packages of a file": "/files/XA-2026-MLA-000001-I/evidence"})
    walk.go("/evidence")
    links = walk.page.locator("main a[href*='/evidence/']").evaluate_all("all => [...new Set(all.map(one => one.getAttribute('href')))]")
    for number, path in enumerate(links, 1):
        walk.see(f"package {number}", path)
    for path in links:
        walk.go(path)
        if not walk.page.locator("#accept").count():
            continue
        walk.press("Open")
        walk.see("package, conditions not accepted", status=422)
        walk.page.check("#accept")
        walk.page.locator("form[action$='/open'] .btn--primary").click()
        walk.see("package, opened")
        for preview in walk.page.locator("main a[href*='/preview']").evaluate_all("all => all.map(one => one.getAttribute('href'))"):
            walk.see("preview", preview)


def sealing(walk: Walker):
    page = walk.page
    path = "/files/XA-2026-POL-000001-Q/evidence"
    walk.all({"evidence of XB": "/evidence", "choose exhibits": f"{path}/new"})
    exhibits = sorted(pathlib.Path("Sources/comity/Demo/exhibits").iterdir())
    page.set_input_files("#files", [str(one) for one in exhibits])
    walk.press("Upload")
    page.wait_for_url("**/evidence/new/*")
    walk.see("seal")
    page.locator("#order .btn--primary").click()
    walk.see("seal with an error", status=422)
    for name, text in {"authorisation": "Order XB-NU-2026-77 (fictional)", "by": "XB-X1", "date": "2026-11-24", "time": "22:10",
                       "place": "Bresta", "conditions": "case XA-PPO-2026-4107 only"}.items():
        page.fill(f"#{name}", text)
    page.locator("#order .btn--primary").click()
    page.wait_for_url("**/tasks/*")
    for _ in range(100):
        if not page.locator("progress").count():
            break
        time.sleep(0.2)
        page.reload()
    walk.see("task done")
    page.goto(walk.node.base + path)
    walk.follow("a[href*='/evidence/']:not([href$='/new'])")
    walk.see("package, sealed")
    walk.follow("a[href$='/supply']")
    walk.see("supply")


def screening(walk: Walker):
    walk.see("panel’s desk", "/")
    walk.see("triage, for the panel", "/files/XB-2026-MLA-000002-Z/triage")


def auditing(walk: Walker):
    walk.all({
        "auditor’s desk": "/", "auditor’s shift": "/shift", "auditor’s queue": "/queue?view=all", "glass": "/files/XB-2026-MLA-000003-X",
        "auditor’s audit": "/files/XB-2026-MLA-000003-X?part=audit", "auditor’s evidence": "/evidence", "auditor’s register": "/register",
        "auditor’s preservations": "/preservations", "auditor’s quarantine": "/quarantine",
    })
    walk.go("/evidence")
    walk.follow("a[href*='/evidence/']")
    walk.see("auditor’s package")
    walk.go("/files/XB-2026-MLA-000003-X")
    walk.page.locator("form[action$='/glass'] button").click()
    walk.see("glass without a reason", status=400)
    walk.page.fill("#reason", "Complaint 2026-14 about the delay of this request.")
    walk.page.locator("form[action$='/glass'] button").click()
    walk.see("glass broken")


def administering(walk: Walker):
    walk.all({
        "administrator’s desk": "/", "getting started": "/getting-started", "health": "/admin", "accounts": "/admin/users",
        "account": "/admin/users/XA-D2", "backups": "/admin/backups", "retention": "/admin/retention", "node": "/admin/node",
        "sign-ins": "/admin/audit", "set-up, authority": "/set-up/authority", "set-up, officers": "/set-up/officers",
        "set-up, peer": "/set-up/peer", "set-up, backup": "/set-up/backup", "administrator’s roster": "/roster",
    })
    walk.go("/roster")
    walk.page.fill("#from", "2026-11-26T08:00")
    walk.page.fill("#to", "2026-11-26T07:00")
    walk.page.locator("form[action='/roster'] .btn--primary").click()
    walk.see("roster with an error", status=422)


# Node, officer, walk. The long ones come first, so that both browsers end at about the same time.
WALKS = [
    ("xa", "XA-D1", files), ("xa", "XA-D1", duty), ("xa", "XA-W1", drafting), ("xa", "XA-S1", administering), ("xa", "XA-U1", auditing),
    ("xa", "XA-D3", directory), ("xb", "XB-X1", sealing), ("xa", "XA-W1", chooser), ("xa", "XA-X1", examining), ("xa", "XA-D3", reviewing),
    ("xb", "XB-D1", sending), ("xa", "XA-L3", screening), ("xa", "", outside),
]


def share(world: str, queue) -> tuple[int, list[str], dict[str, int]]:
    """Takes walks as long as there are some."""
    nodes = {state: Node(pathlib.Path(world) / state) for state in ("xa", "xb")}
    sessions, count, faults, weights = {}, 0, [], {}
    with sync_playwright() as playwright:
        browser = launch(playwright)
        while True:
            with queue[1]:
                if not queue[0]:
                    break
                state, officer, walk = WALKS[queue[0].pop(0)]
            node = nodes[state]
            started = time.monotonic()
            # The policy of the desk forbids foreign scripts; axe is one.
            with browser.new_context(bypass_csp=True, storage_state=sessions.get(officer)) as context:
                context.set_default_timeout(10_000)
                walker = Walker(context.new_page(), node)
                try:
                    if officer and officer not in sessions:
                        with queue[1]:
                            sign_in(walker.page, node, officer, PASSWORD)
                        sessions[officer] = context.storage_state()
                    walk(walker)
                except Exception as error:  # noqa: BLE001: what went wrong is shown with the page it went wrong on
                    walker.fault(walk.__name__, f"stopped: {str(error)[:600]}")
                if "SLOW" in os.environ:
                    print(f"{walk.__name__} {time.monotonic() - started:.1f} s {walker.count}", file=sys.stderr)
            count += walker.count
            faults += walker.faults
            weights |= walker.weights
        browser.close()
    return count, faults, weights


def main() -> int:
    if len(sys.argv) < 2:
        print("usage: screens.py WORLD [NAME...]")
        return 2
    world, names = sys.argv[1], sys.argv[2:]
    import multiprocessing

    nodes = [Node(pathlib.Path(world) / state) for state in ("xa", "xb")]
    try:
        for node in nodes:
            node.serve()
        with multiprocessing.Manager() as manager, concurrent.futures.ProcessPoolExecutor(2) as pool:
            queue = (manager.list([index for index, walk in enumerate(WALKS) if not names or walk[2].__name__ in names]), manager.Lock())
            shares = [future.result() for future in [pool.submit(share, world, queue) for _ in range(2)]]
    finally:
        for node in nodes:
            node.stop()
    count, faults = sum(one[0] for one in shares), [fault for one in shares for fault in one[1]]
    for fault in faults:
        print(fault, file=sys.stderr)
    weights = sorted(((size, name) for one in shares for name, size in one[2].items()), reverse=True)
    if weights:
        print(f"{len(weights)} screens; the heaviest at first view: {weights[0][1]}, {weights[0][0]} bytes; the lightest {weights[-1][0]}")
    print(f"{count} passed, {len(faults)} failed")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
