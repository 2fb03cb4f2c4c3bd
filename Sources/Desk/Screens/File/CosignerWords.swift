// SPDX-License-Identifier: Apache-2.0

import Node
import Standards
import Web

/// Which States have cosigned a checkpoint that covers an entry of the register, and when.
struct CosignerWords {
    let scene: Scene

    /// The first of them; the last line says how many more there are.
    func lines(_ cosigners: [CosignerLine], most: Int) -> [Fields] {
        cosigners.prefix(most).enumerated().map { place, line in
            let more = place == most - 1 ? cosigners.count - most : 0
            return [
                "state": scene.names.fields(line.state), "at": scene.times.fields(line.at, theirs: nil, exact: true), "hasMore": more > 0,
                "more": more > 0 ? scene.strings.count("cosigned.more", more, scene.figures) : "",
            ]
        }
    }
}
