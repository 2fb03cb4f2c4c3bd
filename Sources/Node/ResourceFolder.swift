// SPDX-License-Identifier: Apache-2.0

import Foundation
public import Standards

/// Finds the resource folders that ship beside the program: rule files, pages, the demo.
///
/// They lie next to the executable as SwiftPM places them (`comity_<Room>.resources`). The lookup of `Bundle.module` is
/// not used: it ends the process when a folder is missing, and a missing folder is something to tell a person.
public enum ResourceFolder {
    /// - Throws: `.failure` naming the folder that was looked for.
    public static func locate(_ name: String, room: String) throws(ComityError) -> String {
        let program = URL(fileURLWithPath: CommandLine.arguments.first ?? "").deletingLastPathComponent()
        let executable = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")).map {
            URL(fileURLWithPath: $0).deletingLastPathComponent()
        }
        // Under `swift test` the executable is the test runner, and the tests tell where the build is.
        let test = ProcessInfo.processInfo.environment["COMITY_RESOURCES"].map { URL(fileURLWithPath: $0) }
        let bundles = Bundle.allBundles.map { $0.bundleURL.deletingLastPathComponent() }
        for base in [test, executable, program].compactMap({ $0 }) + bundles {
            let folder = base.appendingPathComponent("comity_\(room).resources").appendingPathComponent(name).path
            if FileManager.default.fileExists(atPath: folder) { return folder }
        }
        throw ComityError(
            .failure, "The resource folder comity_\(room).resources/\(name) was not found beside the program.",
            why: "The program was moved without its resource folders.", next: "Copy the comity_*.resources folders to where the program is."
        )
    }
}
