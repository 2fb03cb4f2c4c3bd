// SPDX-License-Identifier: Apache-2.0

/// What the header of a part of `multipart/form-data` says: the name of the field, and of the file if it is one.
struct MultipartHeader: Equatable {
    let name: String
    /// As the sender gave it; nil for a field that is not a file. Never a path to be used as it is.
    let fileName: String?

    init(name: String, fileName: String?) {
        self.name = name
        self.fileName = fileName
    }

    /// Reads the lines of a header; nil when there is no disposition with a name, when it comes twice, or when the content is encoded
    /// in a way that browsers never use.
    init?(_ bytes: [UInt8]) {
        guard let text = String(validating: bytes, as: UTF8.self) else { return nil }
        var found: MultipartHeader?
        for line in text.split(separator: "\r\n", omittingEmptySubsequences: true) {
            guard let colon = line.firstIndex(of: ":") else { return nil }
            let value = line[line.index(after: colon)...]
            switch line[..<colon].lowercased() {
            case "content-disposition":
                guard found == nil, let disposition = Self.disposition(value) else { return nil }
                found = disposition
            case "content-transfer-encoding":
                guard ["7bit", "8bit", "binary"].contains(Self.trimmed(value).lowercased()) else { return nil }
            default: continue
            }
        }
        guard let found else { return nil }
        self = found
    }

    private static func disposition(_ value: Substring) -> MultipartHeader? {
        guard let (kind, parameters) = parameters(value), kind == "form-data" else { return nil }
        // `filename*` is not used here (RFC 7578, section 4.2).
        guard let name = parameters["name"] else { return nil }
        return MultipartHeader(name: unescaped(name), fileName: parameters["filename"].map(unescaped))
    }

    /// The boundary of `multipart/form-data`; nil for another type, or one that cannot be.
    static func boundary(_ contentType: String) -> String? {
        guard let (kind, parameters) = parameters(contentType[...]), kind == "multipart/form-data",
            let boundary = parameters["boundary"], (1...70).contains(boundary.utf8.count), boundary.last != " ",
            boundary.unicodeScalars.allSatisfy({
                $0.isASCII && ($0.properties.isAlphabetic || ("0"..."9").contains($0) || "'()+_,-./:=? ".unicodeScalars.contains($0))
            })
        else { return nil }
        return boundary
    }

    /// `kind; name=value; name="quoted"`, names in small letters; nil when a name comes twice or a quotation does not end.
    private static func parameters(_ value: Substring) -> (kind: String, parameters: [String: String])? {
        let scalars = Array(value.unicodeScalars)
        var position = scalars.firstIndex(of: ";") ?? scalars.count
        let kind = trimmed(text(scalars[..<position])).lowercased()
        var found: [String: String] = [:]
        while position < scalars.count {
            position += 1
            guard let equals = scalars[position...].firstIndex(where: { $0 == "=" || $0 == ";" }) else {
                return trimmed(text(scalars[position...])).isEmpty ? (kind, found) : nil
            }
            guard scalars[equals] == "=" else { return nil }
            let name = trimmed(text(scalars[position..<equals])).lowercased()
            guard !name.isEmpty, found[name] == nil else { return nil }
            position = equals + 1
            var value = String.UnicodeScalarView()
            if position < scalars.count, scalars[position] == "\"" {
                position += 1
                while position < scalars.count, scalars[position] != "\"" {
                    // A backslash guards a quotation mark; elsewhere it is one (paths of some systems).
                    if scalars[position] == "\\", position + 1 < scalars.count, scalars[position + 1] == "\"" { position += 1 }
                    value.append(scalars[position])
                    position += 1
                }
                guard position < scalars.count else { return nil }
                position += 1
                while position < scalars.count, scalars[position] == " " || scalars[position] == "\t" { position += 1 }
                guard position == scalars.count || scalars[position] == ";" else { return nil }
            } else {
                let end = scalars[position...].firstIndex(of: ";") ?? scalars.count
                value = trimmed(text(scalars[position..<end])).unicodeScalars
                position = end
            }
            found[name] = String(value)
        }
        return (kind, found)
    }

    /// Browsers write a quotation mark and line ends in a name as `%22`, `%0D` and `%0A` (HTML, multipart/form-data encoding).
    private static func unescaped(_ text: String) -> String {
        text.replacing("%22", with: "\"").replacing("%0D", with: "\r").replacing("%0A", with: "\n")
    }

    private static func text(_ scalars: ArraySlice<Unicode.Scalar>) -> String {
        var view = String.UnicodeScalarView()
        view.append(contentsOf: scalars)
        return String(view)
    }

    private static func trimmed(_ text: some StringProtocol) -> String {
        let trimmed = text.drop { $0 == " " || $0 == "\t" }
        guard let last = trimmed.lastIndex(where: { $0 != " " && $0 != "\t" }) else { return "" }
        return String(trimmed[...last])
    }
}
