// SPDX-License-Identifier: Apache-2.0

public import Register
public import Sealing
public import Standards

/// All that a node gives to a court: the opened bag lies in the unfinished folder already, the rest is written around it.
public struct CourtBundle: Sendable {
    /// Folder of the bag below `bag/`.
    public let name: String
    public let digest: String
    public let ref: String
    public let state: StateCode
    public let at: Instant
    /// Pseudonym of the officer who has it made.
    public let by: String
    public let exercise: Bool
    /// What has happened, in order.
    public let strip: [CustodyStep]
    /// By index.
    public let entries: [CustodyEntry]
    /// Key of the register of this State, and its signed checkpoint.
    public let register: (key: NoteVerifier, checkpoint: String)
    public let receipts: [Receipt]
    /// Signed directory entries, this State's own first.
    public let directory: [[UInt8]]
    /// The same chain for other programs and for reading.
    public let export: CustodyExport
    /// `verify.html`.
    public let verifier: [UInt8]
    /// The largest checkpoint that other States have cosigned, with their lines, and the consistency proof from it to `register`; nil
    /// when there is none.
    public var cosigned: (note: String, consistency: [Hash])?
    /// RFC 3161 token over the statement, where there is one.
    public var timeStamp: [UInt8]?

    public init(
        name: String, digest: String, ref: String, state: StateCode, at: Instant, by: String, exercise: Bool, strip: [CustodyStep],
        entries: [CustodyEntry], register: (key: NoteVerifier, checkpoint: String), receipts: [Receipt], directory: [[UInt8]],
        export: CustodyExport, verifier: [UInt8]
    ) {
        self.name = name
        self.digest = digest
        self.ref = ref
        self.state = state
        self.at = at
        self.by = by
        self.exercise = exercise
        self.strip = strip
        self.entries = entries
        self.register = register
        self.receipts = receipts
        self.directory = directory
        self.export = export
        self.verifier = verifier
    }

    /// The name of the bundle's folder for a bag of this name.
    public static func folder(bag name: String) -> String { name + CourtLayout.suffix }

    /// Writes everything around the bag, signs the list of files, makes it durable and gives it its name.
    /// - Parameter folder: holds `bag/NAME` already.
    /// - Returns: the path of the bundle.
    /// - Throws: `.tooLarge` when readers would refuse it, `.alreadyExists`, `.storage`.
    public func write(to folder: UnfinishedFolder, signedBy key: SigningKey) throws(ComityError) -> String {
        let document = CustodyDocument(
            v: 1, package: digest, name: name, ref: ref, exercise: exercise, at: at, strip: strip, entries: entries,
            register: .init(
                origin: register.key.name, key: register.key.description, checkpoint: register.checkpoint, cosigned: cosigned?.note,
                consistency: cosigned?.consistency), receipts: receipts, directory: directory.map { Base64.urlEncode($0) })
        let custody = try IJSON.encode(document)
        guard custody.count <= CourtLayout.maximumFile else {
            throw ComityError(.tooLarge, "The chain of custody of this package is too long for one file.")
        }
        var files: [(path: String, bytes: [UInt8])] = [
            (CourtLayout.custody, custody), (CourtLayout.graph, Array(try IJSON.pretty(export.caseGraph).utf8)),
            (CourtLayout.page, Array(export.html.utf8)), (CourtLayout.verifier, verifier),
            (CourtLayout.instructions, Array(CourtInstructions.text(manifest([])).utf8)),
        ]
        if let timeStamp { files.append((CourtLayout.timeStamp, timeStamp)) }
        var items: [CourtManifest.Item] = []
        for file in files {
            try folder.write(file.bytes, to: file.path)
            items.append(.init(path: file.path, size: Int64(file.bytes.count), sha256: Hash.of(file.bytes).description))
        }
        for manifest in CourtLayout.manifests {
            let path = "\(CourtLayout.bag)/\(name)/\(manifest)"
            let found = try FileMeasure.of("\(folder.path)/\(path)")
            items.append(.init(path: path, size: found.size, sha256: found.sha256))
        }
        let listed = manifest(items.sorted { $0.path.utf8.lexicographicallyPrecedes($1.path.utf8) })
        let signed = try JWS.sign(payload: try IJSON.encode(listed), type: CourtLayout.type, key: key)
        try folder.write(signed, to: CourtLayout.signature)
        return try folder.publish(as: Self.folder(bag: name))
    }

    private func manifest(_ files: [CourtManifest.Item]) -> CourtManifest {
        CourtManifest(v: 1, name: name, digest: digest, ref: ref, state: state, at: at, by: by, exercise: exercise, files: files)
    }
}
