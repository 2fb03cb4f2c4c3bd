# SPDX-License-Identifier: Apache-2.0
"""Takes the pictures of docs/screens from the demonstration whose clock stands still.

    python3 pictures.py WORLD FOLDER

Windows of 1280 by 900 or 390 by 844 pixels, in at most 256 colours. The same program draws the same picture on every machine
with the same fonts, but for keys and hashes, which are new in each demonstration.
"""

import base64
import pathlib
import struct
import sys
import zlib

from browser import Node, launch, sign_in, sync_playwright

PASSWORD = "seven quiet harbours"
LARGEST = 150 * 1024
# Name, officer, path, what is pressed or followed there; widths and themes.
DESK, BOTH, PHONE = ((1280, "light"),), ((1280, "light"), (1280, "dark")), ((1280, "light"), (390, "light"))
ALL = ((1280, "light"), (1280, "dark"), (390, "light"))
PICTURES = [
    ("sign-in", "", "/sign-in", "", DESK),
    ("duty-desk", "XA-D1", "/", "", ALL),
    ("queue", "XA-D1", "/queue?view=all", "", ALL),
    ("file", "XA-D1", "/files/XA-2026-MLA-000001-I", "", ALL),
    ("file-audit", "XA-D1", "/files/XA-2026-MLA-000001-I?part=audit", "", DESK),
    ("act", "XA-D1", "/files/XB-2026-MLA-000002-Z/acts/offer-conditions", "", DESK),
    ("triage", "XA-D1", "/files/XB-2026-MLA-000003-X/triage", "", PHONE),
    ("preservations", "XA-D1", "/preservations", "", DESK),
    ("handover", "XA-D1", "/handover", "", DESK),
    ("calls", "XA-D1", "/calls?ref=XB-2026-EMG-000002-1", "", DESK),
    ("directory", "XA-D1", "/directory", "", DESK),
    ("quarantine", "XA-D1", "/quarantine/2", "", DESK),
    ("register", "XA-D1", "/register", "", DESK),
    ("new-request", "XA-W1", "/requests/new", "", DESK),
    ("request", "XA-W1", "/requests/XA-2026-RTT-000001-B", "", DESK),
    ("request-section", "XA-W1", "/requests/XA-2026-RTT-000001-B/data?data_sought=1", "", DESK),
    ("request-check", "XA-W1", "/requests/XA-2026-MLA-000002-G/check", "", DESK),
    ("request-review", "XA-D3", "/requests/XA-2026-TPR-000001-8/answers", "", DESK),
    ("evidence-package", "XA-X1", "/evidence", "main a[href*='/evidence/']", DESK),
    ("accounts", "XA-S1", "/admin/users", "", DESK),
]

COLOURS = """async (address) => {
    const image = new Image();
    image.src = address;
    await image.decode();
    const canvas = new OffscreenCanvas(image.width, image.height), brush = canvas.getContext('2d');
    brush.drawImage(image, 0, 0);
    const { data } = brush.getImageData(0, 0, image.width, image.height), counts = new Map();
    const at = index => data[index] << 16 | data[index + 1] << 8 | data[index + 2];
    for (let index = 0; index < data.length; index += 4) counts.set(at(index), (counts.get(at(index)) || 0) + 1);
    const distance = (left, right) => [16, 8, 0].reduce((sum, shift) => sum + ((left >> shift & 255) - (right >> shift & 255)) ** 2, 0);
    const all = [...counts].sort((left, right) => right[1] - left[1] || left[0] - right[0]);
    // Half of the palette are the colours that are used most; the rest those that differ most from all others.
    const palette = all.slice(0, 128).map(entry => entry[0]);
    const rest = all.slice(128, 2048).map(([colour, count]) => ({ colour, count, far: Math.min(...palette.map(one => distance(one, colour))) }));
    while (palette.length < 256 && rest.length) {
        const next = rest.reduce((best, one) => (one.far * Math.sqrt(one.count) > best.far * Math.sqrt(best.count) ? one : best));
        if (!next.far) break;
        palette.push(next.colour);
        rest.forEach(one => { one.far = Math.min(one.far, distance(one.colour, next.colour)); });
    }
    const nearest = new Map(palette.map((colour, index) => [colour, index]));
    const pixels = new Uint8Array(data.length / 4);
    for (let index = 0; index < data.length; index += 4) {
        const colour = at(index);
        if (!nearest.has(colour)) {
            let best = 0;
            palette.forEach((one, place) => { if (distance(one, colour) < distance(palette[best], colour)) best = place; });
            nearest.set(colour, best);
        }
        pixels[index / 4] = nearest.get(colour);
    }
    let text = '';
    for (let index = 0; index < pixels.length; index += 32768) text += String.fromCharCode(...pixels.subarray(index, index + 32768));
    return [image.width, image.height, palette, btoa(text)];
}"""


def small(painter, picture: bytes) -> bytes:
    """The same picture with a palette (PNG, colour type 3)."""
    width, height, palette, pixels = painter.evaluate(COLOURS, "data:image/png;base64," + base64.b64encode(picture).decode())
    rows = base64.b64decode(pixels)
    lines = b"".join(b"\0" + rows[row * width:(row + 1) * width] for row in range(height))

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    colours = b"".join(struct.pack(">I", colour)[1:] for colour in palette)
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 3, 0, 0, 0)) + chunk(b"PLTE", colours)
            + chunk(b"IDAT", zlib.compress(lines, 9)) + chunk(b"IEND", b""))


def main() -> int:
    if len(sys.argv) != 3:
        print("usage: pictures.py WORLD FOLDER")
        return 2
    world, folder = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.glob("*.png"):
        old.unlink()
    node, sizes = Node(world / "xa"), []
    try:
        node.serve()
        with sync_playwright() as playwright:
            browser = launch(playwright)
            painter, pages = browser.new_page(), {}
            for name, officer, path, follow, views in PICTURES:
                if officer not in pages:
                    pages[officer] = browser.new_context(reduced_motion="reduce").new_page()
                    if officer:
                        sign_in(pages[officer], node, officer, PASSWORD)
                page = pages[officer]
                for width, theme in views:
                    page.set_viewport_size({"width": width, "height": 900 if width > 400 else 844})
                    page.emulate_media(color_scheme=theme)
                    page.goto(node.base + path)
                    if follow:
                        page.locator(follow).first.click()
                        page.wait_for_load_state("load")
                    picture = small(painter, page.screenshot())
                    file = folder / f"{name}-{width}{'-dark' if theme == 'dark' else ''}.png"
                    file.write_bytes(picture)
                    sizes.append((len(picture), file.name))
            browser.close()
    finally:
        node.stop()
    print(f"{len(sizes)} pictures in {folder}, the largest {max(sizes)[1]} with {max(sizes)[0]} bytes")
    return 1 if max(sizes)[0] > LARGEST else 0


if __name__ == "__main__":
    sys.exit(main())
