// SPDX-License-Identifier: Apache-2.0

/// The version of the program, in one place.
public enum Version {
    public static let number = "0.1.0"
    /// As packages and acts name it.
    public static let tool = "Comity \(number)"
}
