// SPDX-License-Identifier: Apache-2.0

import Conference
import Hummingbird
import Law
import Node
import Standards
import Treaty
import Web

extension PortalPages {
    /// The ceremonies and meetings that are known here.
    func meetings(_ asked: Asked) throws(ComityError) -> Response {
        let courses = try node.courses().courses
        let fields: Fields = [
            "meetings": courses.map { course -> Fields in
                [
                    "link": "/meetings/\(course.meeting.id)", "title": course.meeting.title, "place": course.meeting.place,
                    "days": course.meeting.days.map(DayWords.words).joined(separator: ", "),
                    "signatures": course.log.count { $0.struck == nil && $0.record != nil },
                ]
            }, "isNothing": courses.isEmpty,
        ]
        return try page("meetings", title: "Ceremonies and meetings", fields)
    }

    /// One meeting. Lines of the log that nobody confirmed, and those struck out, are for the desk of the secretariat and not shown.
    func meeting(_ id: String, _ asked: Asked) throws(ComityError) -> Response {
        let (treaty, courses) = try node.courses()
        guard let course = courses.first(where: { $0.meeting.id == id }) else { throw Self.noPage }
        let meeting = course.meeting
        let languages = try MeetingRules(treaty.law, instrument: treaty.rules.instrument).languageCodes
        let signed = course.log.filter { $0.struck == nil && $0.record != nil }
        let documents = meeting.documents
        let fields: Fields = [
            "title": meeting.title, "place": meeting.place, "zone": meeting.zone,
            "days": meeting.days.map(DayWords.words).joined(separator: " and "),
            "source": meeting.origin.source.title, "retrieved": DayWords.words(meeting.retrieved),
            "programme": meeting.days.map { day -> Fields in
                let sessions = meeting.sessions.filter { $0.day == day }
                return ["day": DayWords.words(day), "sessions": sessions.map { session($0, course) }, "isNothing": sessions.isEmpty]
            },
            "log": signed.map { line -> Fields in
                [
                    "code": line.participant.description, "name": treaty.participants.name(line.participant),
                    "link": "/treaty/\(line.participant)",
                    "when": DayWords.words(line.day) + (line.at == nil ? "" : ", \(course.clock(line.at))"),
                    "who": line.name.map { "\($0), \(line.function ?? "")" } ?? "not known",
                    "source": line.origin?.source.title ?? "signing log",
                ]
            }, "signatures": signed.count, "hasLog": !signed.isEmpty,
            "documents": documents.map { document -> Fields in
                [
                    "symbol": document.symbol, "title": document.title, "day": DayWords.words(document.day),
                    "languages": languages.map { ["code": $0, "isThere": document.languages[$0] != nil] as Fields },
                ]
            }, "hasDocuments": !documents.isEmpty, "codes": languages, "unknown": meeting.unknown, "hasUnknown": !meeting.unknown.isEmpty,
        ]
        return try page("meeting", title: meeting.title, fields)
    }

    private func session(_ session: Meeting.Session, _ course: Course) -> Fields {
        let present = course.attendance[session.id]
        return [
            "hours": session.start.map { course.clock($0) + (session.end.map { "–" + course.clock($0) } ?? "") } ?? "hours not known",
            "kind": session.kind.rawValue.split(separator: "-").joined(separator: " "), "title": session.title,
            "room": course.meeting.room(session.room)?.name ?? "", "languages": session.languages.joined(separator: " "),
            "hasLanguages": !session.languages.isEmpty,
            "present": present.map { "\($0.count): \($0.map(\.description).joined(separator: " "))" } ?? "", "hasPresent": present != nil,
            "isUnverified": session.origin.tag.isUnverified, "note": session.origin.note ?? "", "hasNote": session.origin.note != nil,
        ]
    }
}
