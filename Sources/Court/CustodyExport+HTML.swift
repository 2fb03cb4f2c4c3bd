// SPDX-License-Identifier: Apache-2.0

import Standards

extension CustodyExport {
    /// A page for reading and printing: no script, nothing from a network. Whatever was written by others is shown as text.
    public var html: String {
        """
        <!DOCTYPE html>
        <html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
        <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
        <title>Chain of custody, \(Self.escaped(ref))</title><style>\(Self.style)</style></head><body>
        \(exercise ? "<p class=\"exercise\">EXERCISE: not a real case</p>" : "")
        <h1>Chain of custody</h1>
        <dl>
        <dt>File</dt><dd><bdi>\(Self.escaped(ref))</bdi></dd>
        <dt>Package</dt><dd><bdi>\(Self.escaped(name))</bdi></dd>
        <dt>Digest of its statement</dt><dd><code>\(Self.escaped(digest))</code></dd>
        <dt>As of</dt><dd>\(at)</dd>
        </dl>
        <h2>Who held the exhibits</h2>
        <table><thead><tr><th scope="col">Link</th><th scope="col">What</th><th scope="col">When</th><th scope="col">Who</th>\
        <th scope="col">Where and why</th><th scope="col">With what</th></tr></thead><tbody>
        \(steps.enumerated().map(Self.row).joined(separator: "\n"))
        </tbody></table>
        <h2>Exhibits</h2>
        <table><thead><tr><th scope="col">No.</th><th scope="col">Name</th><th scope="col">Bytes</th><th scope="col">SHA-256</th>\
        <th scope="col">State</th></tr></thead><tbody>
        \(exhibits.map(Self.row).joined(separator: "\n"))
        </tbody></table>
        \(rest.map { "<p>\($0)</p>" } ?? "")
        <h2>What this says</h2>
        <p>Who answered for the exhibits, and when, as the registers of the two authorities record it. A gap is a time for which \
        nobody is recorded.</p>
        <h2>What it does not say</h2>
        <p>That the content of the exhibits is true; that nothing happened before they were sealed; that nobody copied them. This page \
        alone proves nothing: it can be checked with verify.html or VERIFY.txt beside it.</p>
        </body></html>

        """
    }

    private static func row(_ number: Int, _ step: CustodyStep) -> String {
        let isGap = step.kind == .gap
        let when =
            step.at.map { "<time datetime=\"\($0)\">\($0)</time>" }
            ?? (isGap
                ? step.length.map { "\($0 / 60_000) minutes" } ?? "a time that is not known"
                : step.state == .waiting ? "not yet" : "not recorded")
        let who = [step.by?.description ?? "", step.who == "node" ? "the node" : step.who].filter { !$0.isEmpty }.joined(separator: " ")
        let remarks = [step.place, step.why, about(step)].filter { !$0.isEmpty }.map(bdi).joined(separator: "<br>")
        let with = [step.tool, step.seal.isEmpty ? "" : "seal \(step.seal)", measured(step)].filter { !$0.isEmpty }.map(bdi)
        let what = "\(isGap ? "gap: nobody is recorded" : step.kind.rawValue)\(step.state == .failed ? ", NOT VALID" : "")"
        let look = isGap ? " class=\"gap\"" : step.state == .failed ? " class=\"failed\"" : ""
        return
            "<tr\(look)><td>\(number + 1)</td><th scope=\"row\">\(what)</th><td>\(when)</td><td>\(who.isEmpty ? "nobody" : bdi(who))</td>"
            + "<td>\(remarks)</td><td>\(with.joined(separator: "<br>"))</td></tr>"
    }

    private static func row(_ exhibit: Exhibit) -> String {
        "<tr\(exhibit.state == "intact" ? "" : " class=\"failed\"")><td>\(exhibit.number)</td><th scope=\"row\">\(bdi(exhibit.name))</th>"
            + "<td>\(exhibit.size)</td><td><code>\(escaped(exhibit.sha256))</code></td><td>\(escaped(exhibit.state))</td></tr>"
    }

    private static func bdi(_ text: String) -> String { "<bdi>\(escaped(text))</bdi>" }

    /// Text from outside as text of a page.
    static func escaped(_ text: String) -> String {
        var out = ""
        for character in Text.safe(text, limit: 1024) {
            switch character {
            case "&": out += "&amp;"
            case "<": out += "&lt;"
            case ">": out += "&gt;"
            case "\"": out += "&quot;"
            case "'": out += "&#39;"
            default: out.append(character)
            }
        }
        return out
    }

    private static let style = """
        :root{color-scheme:light dark}body{font:1rem/1.5 system-ui,sans-serif;margin:2rem auto;max-width:70rem;padding:0 1rem}\
        h1{font-size:1.6rem}h2{font-size:1.2rem;margin-top:2rem}dl{display:grid;grid-template-columns:max-content 1fr;gap:.25rem 1rem}\
        dt{font-weight:600}dd{margin:0;overflow-wrap:anywhere}table{border-collapse:collapse;width:100%}\
        th,td{border:1px solid #888;padding:.35rem .5rem;text-align:start;vertical-align:top;overflow-wrap:anywhere}\
        code{font:0.85em ui-monospace,monospace;overflow-wrap:anywhere}.gap>*{border-style:dashed;font-style:italic}\
        .failed>*{border-width:2px;font-weight:600}.exercise{border:2px solid;padding:.5rem 1rem;font-weight:700}\
        @media print{body{margin:0;max-width:none;font-size:9pt}tr{break-inside:avoid}thead{display:table-header-group}}
        """
}
