// SPDX-License-Identifier: Apache-2.0

import Dossier
import Web

/// The state of a file as a tag: a word first, then a shape, then a colour.
struct StateTag {
    let fields: Fields

    init(_ state: FileState, _ strings: Strings) {
        let (look, icon): (String, String) =
            switch state {
            case .authorised: ("tag--here", "pen")
            case .sent: ("tag--soon", "dots")
            case .preserved, .received, .extended, .executed, .granted, .surrendered, .active, .signed: ("tag--ok", "check")
            case .held, .clarification, .postponed, .consultation, .acceptedWithConditions: ("tag--paused", "pause")
            case .lapsed, .refused, .notExecutable: ("tag--urgent", "alert")
            case .returned: ("tag--here", "seal")
            default: ("", "")
            }
        fields = ["word": strings("state.\(state.rawValue)"), "look": look, "icon": icon, "hasIcon": !icon.isEmpty]
    }
}
