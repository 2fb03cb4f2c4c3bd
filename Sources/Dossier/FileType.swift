// SPDX-License-Identifier: Apache-2.0

/// Types of files, with the life cycle of each.
public enum FileType: String, Sendable, Codable, CaseIterable {
    case preservation
    case storedData = "stored-data"

    /// The three letters in its references. `Law` carries the same code with the article; a test compares them.
    public var code: String {
        switch self {
        case .preservation: "PRE"
        case .storedData: "MLA"
        }
    }

    public var lifeCycle: LifeCycle {
        switch self {
        case .preservation: .preservation
        case .storedData: .storedData
        }
    }
}
