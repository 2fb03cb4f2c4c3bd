// SPDX-License-Identifier: Apache-2.0

import Standards

extension Meeting: Encodable {
    enum Member: String, CodingKey {
        case id, kind, title, place, zone, days, exercise, retrieved, order, lot, rooms, sessions, delegations, documents, unknown, origin
    }

    /// `order` is `name` or `lot`; `lot` are its words.
    public func encode(to encoder: any Encoder) throws {
        var members = encoder.container(keyedBy: Member.self)
        try members.encode(id, forKey: .id)
        try members.encode(kind, forKey: .kind)
        try members.encode(title, forKey: .title)
        try members.encode(place, forKey: .place)
        try members.encode(zone, forKey: .zone)
        try members.encode(days, forKey: .days)
        try members.encode(exercise, forKey: .exercise)
        try members.encode(retrieved, forKey: .retrieved)
        switch order {
        case .name: try members.encode("name", forKey: .order)
        case .lot(let words):
            try members.encode("lot", forKey: .order)
            try members.encode(words, forKey: .lot)
        }
        try members.encode(rooms, forKey: .rooms)
        try members.encode(sessions, forKey: .sessions)
        try members.encode(delegations, forKey: .delegations)
        try members.encode(documents, forKey: .documents)
        try members.encode(unknown, forKey: .unknown)
        try members.encode(origin, forKey: .origin)
    }
}

extension Course: Encodable {
    enum Member: String, CodingKey { case meeting, log, credentials, attendance }

    public func encode(to encoder: any Encoder) throws {
        var members = encoder.container(keyedBy: Member.self)
        try members.encode(meeting, forKey: .meeting)
        try members.encode(log, forKey: .log)
        try members.encode(
            Dictionary(credentials.map { ($0.key.description, $0.value) }, uniquingKeysWith: { first, _ in first }), forKey: .credentials)
        try members.encode(attendance, forKey: .attendance)
    }
}
