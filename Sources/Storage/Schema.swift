// SPDX-License-Identifier: Apache-2.0

internal import GRDB

/// The tables, as numbered migrations that are only ever added to.
enum Schema {
    static var migrator: DatabaseMigrator {
        var migrator = DatabaseMigrator()
        migrator.registerMigration("001 register, files, delivery") { db in try db.execute(sql: first) }
        migrator.registerMigration("002 former entries") { db in
            try db.execute(
                sql:
                    "CREATE TABLE former_entry (state TEXT NOT NULL, jws BLOB NOT NULL UNIQUE); CREATE INDEX outbox_ref ON outbox (kind, ref);"
            )
        }
        migrator.registerMigration("003 several recipients, steps for a second person, reminders") { db in
            try db.execute(sql: third)
        }
        migrator.registerMigration("004 review of drafts") { db in
            try db.execute(
                sql: "ALTER TABLE draft ADD COLUMN stage TEXT NOT NULL DEFAULT 'draft'; ALTER TABLE draft ADD COLUMN comment TEXT;")
        }
        migrator.registerMigration("005 worklist") { db in try db.execute(sql: worklist) }
        migrator.registerMigration("006 accounts and sessions") { db in try db.execute(sql: sixth) }
        migrator.registerMigration("007 rules that a draft sets aside") { db in
            try db.execute(sql: "ALTER TABLE draft ADD COLUMN overrides BLOB;")
        }
        migrator.registerMigration("010 uploads, tasks, records of packages") { db in try db.execute(sql: tenth) }
        migrator.registerMigration("011 tokens, idempotency, webhooks") { db in try db.execute(sql: eleventh) }
        migrator.registerMigration("008 drafts that are filled in section by section") { db in
            try db.execute(
                sql: """
                    ALTER TABLE draft ADD COLUMN version INTEGER NOT NULL DEFAULT 1;
                    ALTER TABLE draft ADD COLUMN saved_by TEXT;
                    ALTER TABLE draft ADD COLUMN saved_at TEXT;
                    -- Everybody who wrote in it, between spaces, which no pseudonym has.
                    ALTER TABLE draft ADD COLUMN writers TEXT NOT NULL DEFAULT '';
                    ALTER TABLE draft ADD COLUMN form BLOB;
                    """)
        }
        migrator.registerMigration("012 roster, shifts, calls, handovers") { db in try db.execute(sql: duty) }
        migrator.registerMigration("013 long lists") { db in try db.execute(sql: longLists) }
        // A package is named by the digest of what was signed, no longer by the hash of the sealed file.
        migrator.registerMigration("014 digests of packages") { db in
            try db.execute(sql: "ALTER TABLE package RENAME COLUMN sha256 TO digest")
        }
        migrator.registerMigration("015 time stamps") { db in try db.execute(sql: timeStamps) }
        migrator.registerMigration("016 couriers") { db in
            // Acts that came by courier: their receipts go back the same way.
            try db.execute(
                sql: """
                    CREATE TABLE courier (act TEXT PRIMARY KEY, peer TEXT NOT NULL, at INTEGER NOT NULL) WITHOUT ROWID;
                    CREATE INDEX courier_peer ON courier (peer, at);
                    """)
        }
        migrator.registerMigration("017 tiles") { db in try tiles(db) }
        migrator.registerMigration("018 witnesses") { db in try db.execute(sql: witnesses) }
        migrator.registerMigration("019 views, retention") { db in try db.execute(sql: retention) }
        migrator.registerMigration("020 directory") { db in try db.execute(sql: directory) }
        migrator.registerMigration("021 room in quarantine") { db in
            try db.execute(sql: "CREATE INDEX quarantine_peer ON quarantine (peer, at)")
        }
        migrator.registerMigration("022 peers that are owed") { db in
            try db.execute(sql: "CREATE INDEX outbox_owed ON outbox (stage, kind, peer)")
        }
        migrator.registerMigration("023 records of the treaty") { db in
            // Only ever added to; `bytes` hash to what the event says.
            try db.execute(
                sql: """
                    CREATE TABLE treaty_record (
                      idx INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, event TEXT NOT NULL UNIQUE, bytes BLOB NOT NULL);
                    CREATE TRIGGER treaty_record_stays BEFORE DELETE ON treaty_record BEGIN
                      SELECT RAISE(ABORT, 'records of the treaty are corrected, not deleted');
                    END;
                    CREATE TRIGGER treaty_record_holds BEFORE UPDATE ON treaty_record BEGIN
                      SELECT RAISE(ABORT, 'records of the treaty are corrected, not changed');
                    END;
                    """)
        }
        migrator.registerMigration("024 meetings") { db in
            // Only ever added to, like the records of the treaty.
            try db.execute(
                sql: """
                    CREATE TABLE meeting_change (
                      idx INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, meeting TEXT NOT NULL, event TEXT NOT NULL UNIQUE,
                      bytes BLOB NOT NULL);
                    CREATE INDEX meeting_change_meeting ON meeting_change (meeting, idx);
                    CREATE TRIGGER meeting_change_stays BEFORE DELETE ON meeting_change BEGIN
                      SELECT RAISE(ABORT, 'what was kept of a meeting is struck out, not deleted');
                    END;
                    CREATE TRIGGER meeting_change_holds BEFORE UPDATE ON meeting_change BEGIN
                      SELECT RAISE(ABORT, 'what was kept of a meeting is struck out, not changed');
                    END;
                    """)
        }
        return migrator
    }

    /// Who looked at which file in which hour; files whose content was removed, with a stub for each entry; removals that wait for a
    /// second officer; files that are held. `detail` is JSON.
    private static let retention = """
        CREATE TABLE viewed (officer TEXT NOT NULL, ref TEXT NOT NULL, hour INTEGER NOT NULL, PRIMARY KEY (officer, ref, hour)) WITHOUT ROWID;
        CREATE TABLE removed_file (id TEXT PRIMARY KEY, ref TEXT NOT NULL UNIQUE, detail BLOB NOT NULL) WITHOUT ROWID;
        CREATE TABLE proof_stub (idx INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, file TEXT NOT NULL, detail BLOB NOT NULL);
        CREATE INDEX proof_stub_file ON proof_stub (file, idx);
        CREATE TABLE removal (ref TEXT PRIMARY KEY, detail BLOB NOT NULL) WITHOUT ROWID;
        CREATE TABLE legal_hold (ref TEXT PRIMARY KEY, detail BLOB NOT NULL) WITHOUT ROWID;
        """

    /// Time stamps of packages: owed while there are no bytes.
    private static let timeStamps = """
        CREATE TABLE time_stamp (
          package TEXT PRIMARY KEY, attempts INTEGER NOT NULL DEFAULT 0, next INTEGER NOT NULL, says TEXT,
          bytes BLOB, time TEXT, authority TEXT, service TEXT) WITHOUT ROWID;
        CREATE INDEX time_stamp_due ON time_stamp (next) WHERE bytes IS NULL;
        """

    /// What pages ask for that would otherwise be looked for in every file or act.
    private static let longLists = """
        -- Requests that a State made before a moment. julianday also compares times that are written in different offsets.
        CREATE INDEX file_from ON file (side, counterpart, julianday(opened));
        -- The register by kind, and counts of what came since a moment, without reading the acts themselves.
        CREATE INDEX act_kind ON act (kind, idx);
        CREATE INDEX act_log ON act (idx, kind, outgoing);
        CREATE INDEX event_log ON event (idx, kind);
        CREATE INDEX package_created ON package (created DESC, sha256);
        -- When what is kept ends; the largest number for what does not end.
        ALTER TABLE work ADD COLUMN ends INTEGER NOT NULL DEFAULT 9223372036854775807;
        CREATE INDEX work_by_ends ON work (type, ends, ref, views, side, state, withheld);
        -- The acts of a file without their bytes.
        CREATE INDEX act_filed ON act (file, idx, id, hash, outgoing);
        -- How many rows of the worklist have each combination of bits: every page shows it.
        CREATE TABLE work_count (views INTEGER PRIMARY KEY, many INTEGER NOT NULL) WITHOUT ROWID;
        INSERT INTO work_count SELECT views, COUNT(*) FROM work GROUP BY views;
        CREATE TRIGGER work_added AFTER INSERT ON work BEGIN
          INSERT INTO work_count VALUES (NEW.views, 1) ON CONFLICT (views) DO UPDATE SET many = many + 1;
        END;
        CREATE TRIGGER work_removed AFTER DELETE ON work BEGIN
          UPDATE work_count SET many = many - 1 WHERE views = OLD.views;
        END;
        CREATE TRIGGER work_moved AFTER UPDATE OF views ON work WHEN OLD.views <> NEW.views BEGIN
          UPDATE work_count SET many = many - 1 WHERE views = OLD.views;
          INSERT INTO work_count VALUES (NEW.views, 1) ON CONFLICT (views) DO UPDATE SET many = many + 1;
        END;
        """

    /// What programs need: tokens, of which only hashes are kept; keys of requests with their answers; webhooks with what is owed to
    /// them.
    private static let eleventh = """
        CREATE TABLE api_token (
          id TEXT PRIMARY KEY, hash BLOB NOT NULL UNIQUE, officer TEXT NOT NULL, label TEXT NOT NULL, scopes TEXT NOT NULL,
          created INTEGER NOT NULL, expires INTEGER NOT NULL, used INTEGER, revoked INTEGER) WITHOUT ROWID;
        CREATE INDEX api_token_officer ON api_token (officer);
        CREATE TABLE reservation (
          officer TEXT NOT NULL, key TEXT NOT NULL, request BLOB NOT NULL, holder BLOB NOT NULL, until INTEGER NOT NULL,
          created INTEGER NOT NULL, status INTEGER, headers BLOB, body BLOB, PRIMARY KEY (officer, key)) WITHOUT ROWID;
        CREATE INDEX reservation_created ON reservation (created);
        CREATE TABLE webhook (
          id TEXT PRIMARY KEY, officer TEXT NOT NULL, url TEXT NOT NULL, label TEXT NOT NULL, events TEXT NOT NULL,
          created INTEGER NOT NULL, position INTEGER NOT NULL, disabled TEXT) WITHOUT ROWID;
        CREATE TABLE webhook_delivery (
          id INTEGER PRIMARY KEY AUTOINCREMENT, webhook TEXT NOT NULL, event TEXT NOT NULL, body BLOB NOT NULL,
          created INTEGER NOT NULL, attempts INTEGER NOT NULL DEFAULT 0, next INTEGER NOT NULL,
          stage TEXT NOT NULL DEFAULT 'waiting', status INTEGER, says TEXT, last INTEGER);
        CREATE INDEX webhook_delivery_of ON webhook_delivery (webhook, id);
        CREATE INDEX webhook_delivery_due ON webhook_delivery (stage, next);
        CREATE INDEX webhook_delivery_created ON webhook_delivery (created);
        """

    /// Who is on duty when, who was, what was handed over, and who was called. Times that are compared are milliseconds since 1970.
    private static let duty = """
        CREATE TABLE roster (
          id TEXT PRIMARY KEY, layer TEXT NOT NULL, officer TEXT NOT NULL, start INTEGER NOT NULL, finish INTEGER NOT NULL,
          override INTEGER NOT NULL, made_by TEXT NOT NULL, made TEXT NOT NULL) WITHOUT ROWID;
        CREATE INDEX roster_finish ON roster (finish, start);
        -- One shift is open at a time: the one without an end. entry: the size of the register when it began.
        CREATE TABLE shift (
          id TEXT PRIMARY KEY, officer TEXT NOT NULL, began TEXT NOT NULL, entry INTEGER NOT NULL, ended TEXT) WITHOUT ROWID;
        CREATE UNIQUE INDEX shift_open ON shift (ended IS NULL) WHERE ended IS NULL;
        -- notes: what the officer is writing; bytes: what was signed, exactly as it was hashed.
        CREATE TABLE handover (
          shift TEXT PRIMARY KEY, officer TEXT NOT NULL, notes BLOB, saved TEXT, bytes BLOB, hash TEXT, signed TEXT,
          taker TEXT, taken TEXT, event TEXT, began INTEGER NOT NULL) WITHOUT ROWID;
        CREATE INDEX handover_began ON handover (began);
        CREATE TABLE call (
          event TEXT PRIMARY KEY, at INTEGER NOT NULL, ref TEXT, quarantine INTEGER) WITHOUT ROWID;
        CREATE INDEX call_at ON call (at, event);
        CREATE INDEX call_ref ON call (ref);
        CREATE INDEX call_quarantine ON call (quarantine);
        -- When a peer last gave a receipt, or an act of it was taken, in the time of the node.
        CREATE TABLE contact (state TEXT PRIMARY KEY, at INTEGER NOT NULL) WITHOUT ROWID;
        INSERT INTO contact SELECT peer, MAX(CAST(strftime('%s', at) AS INTEGER)) * 1000 FROM receipt GROUP BY peer;
        """

    /// Officers get an account each; nothing secret is stored readable: hashes, and keys sealed under `access.key`.
    private static let sixth = """
        CREATE TABLE account (
          officer TEXT PRIMARY KEY, name TEXT NOT NULL, language TEXT NOT NULL, state TEXT NOT NULL, password TEXT, totp BLOB,
          step INTEGER NOT NULL DEFAULT 0, issuer TEXT, subject TEXT, preferences BLOB NOT NULL, created TEXT NOT NULL,
          signed_in TEXT, UNIQUE (issuer, subject)) WITHOUT ROWID;
        INSERT INTO account (officer, name, language, state, preferences, created)
          SELECT id, id, 'en', 'invited', CAST('{}' AS BLOB), strftime('%Y-%m-%dT%H:%M:%SZ', 'now') FROM officer;
        CREATE TABLE enrolment (officer TEXT PRIMARY KEY, hash BLOB NOT NULL UNIQUE, totp BLOB NOT NULL, expires INTEGER NOT NULL) WITHOUT ROWID;
        CREATE TABLE recovery (officer TEXT NOT NULL, hash BLOB NOT NULL, used INTEGER, PRIMARY KEY (officer, hash)) WITHOUT ROWID;
        CREATE TABLE session (
          token BLOB PRIMARY KEY, officer TEXT NOT NULL, via TEXT NOT NULL, started INTEGER NOT NULL, seen INTEGER NOT NULL) WITHOUT ROWID;
        CREATE INDEX session_officer ON session (officer);
        -- Failed attempts by account and by address (hashed names); until: no further attempt before.
        CREATE TABLE throttle (
          key TEXT PRIMARY KEY, failures INTEGER NOT NULL, until INTEGER NOT NULL, last INTEGER NOT NULL,
          told INTEGER NOT NULL DEFAULT 0) WITHOUT ROWID;
        CREATE INDEX throttle_last ON throttle (last);
        -- Hashed addresses from which an officer signed in: failures from elsewhere do not lock the officer out there.
        CREATE TABLE known_address (officer TEXT NOT NULL, key TEXT NOT NULL, at INTEGER NOT NULL, PRIMARY KEY (officer, key)) WITHOUT ROWID;
        CREATE TABLE oidc_attempt (
          state BLOB PRIMARY KEY, nonce TEXT NOT NULL, verifier TEXT NOT NULL, redirect TEXT NOT NULL, expires INTEGER NOT NULL) WITHOUT ROWID;
        CREATE TABLE broken_glass (officer TEXT NOT NULL, ref TEXT NOT NULL, until INTEGER NOT NULL, PRIMARY KEY (officer, ref)) WITHOUT ROWID;
        """

    /// The worklist: a row for each file and each open draft, computed in the transaction of whatever changes it. The three
    /// indexes in the orders of a list carry every column that a filter reads.
    private static let worklist = """
        CREATE TABLE work (
          id INTEGER PRIMARY KEY, ref TEXT NOT NULL UNIQUE, file TEXT UNIQUE, type TEXT NOT NULL, side TEXT NOT NULL,
          counterpart TEXT NOT NULL, state TEXT NOT NULL, step TEXT NOT NULL, whose TEXT NOT NULL, press INTEGER NOT NULL, due INTEGER,
          lapses INTEGER, remind INTEGER, since INTEGER NOT NULL, until INTEGER NOT NULL, opened TEXT NOT NULL, changed INTEGER NOT NULL,
          changed_at TEXT NOT NULL, unanswered INTEGER NOT NULL, urgency INTEGER NOT NULL, assigned TEXT, author TEXT, pending TEXT,
          views INTEGER NOT NULL, withheld INTEGER NOT NULL DEFAULT 0, zero INTEGER NOT NULL DEFAULT 0, title TEXT NOT NULL, clock BLOB);
        CREATE INDEX work_by_due ON work
          (press, ref, views, type, side, counterpart, state, due, lapses, assigned, author, withheld);
        CREATE INDEX work_by_changed ON work
          (changed, ref, views, type, side, counterpart, state, due, lapses, assigned, author, withheld);
        CREATE INDEX work_by_ref ON work
          (zero, ref, views, type, side, counterpart, state, due, lapses, assigned, author, withheld);
        CREATE INDEX work_by_views ON work (views, withheld);
        CREATE INDEX work_by_end ON work (due, withheld);
        CREATE INDEX work_by_lapse ON work (lapses, withheld);
        CREATE INDEX work_by_assigned ON work (assigned, views, withheld);
        CREATE INDEX work_by_author ON work (author, assigned, views, withheld);
        CREATE INDEX work_by_remind ON work (remind, file);
        CREATE INDEX work_by_until ON work (until, ref, file);
        CREATE INDEX work_by_since ON work (since, ref, file);
        CREATE VIRTUAL TABLE work_text USING fts5 (ref, title, tokenize = 'unicode61 remove_diacritics 2');
        CREATE TABLE assignment (ref TEXT PRIMARY KEY, officer TEXT NOT NULL) WITHOUT ROWID;
        ALTER TABLE draft ADD COLUMN changed TEXT;
        """

    /// Exhibits waiting to be sealed, work that runs beside the pages, and what is known of the inside of a package.
    private static let tenth = """
        CREATE TABLE upload (id TEXT PRIMARY KEY, ref TEXT NOT NULL, officer TEXT NOT NULL, created INTEGER NOT NULL, detail BLOB NOT NULL) WITHOUT ROWID;
        CREATE TABLE task (
          id TEXT PRIMARY KEY, kind TEXT NOT NULL, officer TEXT NOT NULL, ref TEXT, subject TEXT, state TEXT NOT NULL,
          started INTEGER NOT NULL, ended INTEGER, result BLOB) WITHOUT ROWID;
        CREATE INDEX task_subject ON task (subject);
        CREATE TABLE package_record (package TEXT PRIMARY KEY, record BLOB NOT NULL) WITHOUT ROWID;
        CREATE INDEX event_kind ON event (kind, idx);
        """

    private static let third = """
        CREATE TABLE receipt_of (act TEXT NOT NULL, peer TEXT NOT NULL, json BLOB NOT NULL, at TEXT NOT NULL, PRIMARY KEY (act, peer)) WITHOUT ROWID;
        INSERT INTO receipt_of SELECT receipt.act, file.counterpart, receipt.json, receipt.at
          FROM receipt JOIN act ON act.id = receipt.act JOIN file ON file.id = act.file;
        DROP TABLE receipt;
        ALTER TABLE receipt_of RENAME TO receipt;
        CREATE TABLE pending (
          file TEXT PRIMARY KEY, kind TEXT NOT NULL, officer TEXT NOT NULL, role TEXT NOT NULL, created TEXT NOT NULL,
          body BLOB NOT NULL) WITHOUT ROWID;
        CREATE TABLE reminder (id TEXT PRIMARY KEY, file TEXT NOT NULL, at TEXT NOT NULL) WITHOUT ROWID;
        """

    /// Times are milliseconds since 1970 (INTEGER) where they are compared, RFC 3339 text where they are shown.
    private static let first = """
        -- The register: content hash of each entry, full subtrees, signed heads.
        CREATE TABLE entry (idx INTEGER PRIMARY KEY, content BLOB NOT NULL, kind TEXT NOT NULL, ref TEXT NOT NULL);
        CREATE TABLE node (level INTEGER NOT NULL, idx INTEGER NOT NULL, hash BLOB NOT NULL, PRIMARY KEY (level, idx)) WITHOUT ROWID;
        CREATE TABLE checkpoint (size INTEGER PRIMARY KEY, note TEXT NOT NULL);
        -- What the entries are of.
        CREATE TABLE act (
          id TEXT PRIMARY KEY, file TEXT NOT NULL, kind TEXT NOT NULL, hash BLOB NOT NULL, jws BLOB NOT NULL,
          outgoing INTEGER NOT NULL, idx INTEGER NOT NULL UNIQUE, registered TEXT NOT NULL) WITHOUT ROWID;
        CREATE INDEX act_file ON act (file);
        CREATE TABLE event (
          id TEXT PRIMARY KEY, kind TEXT NOT NULL, file TEXT, bytes BLOB NOT NULL, idx INTEGER NOT NULL UNIQUE) WITHOUT ROWID;
        CREATE INDEX event_file ON event (file);
        CREATE TABLE receipt (act TEXT PRIMARY KEY, json BLOB NOT NULL, at TEXT NOT NULL) WITHOUT ROWID;
        -- Views, computed from acts.
        CREATE TABLE file (
          id TEXT PRIMARY KEY, ref TEXT NOT NULL UNIQUE, type TEXT NOT NULL, side TEXT NOT NULL, counterpart TEXT NOT NULL,
          title TEXT NOT NULL, opened TEXT NOT NULL) WITHOUT ROWID;
        CREATE TABLE link (file TEXT NOT NULL, target TEXT NOT NULL, relation TEXT NOT NULL, PRIMARY KEY (file, target, relation)) WITHOUT ROWID;
        CREATE INDEX link_target ON link (target);
        -- Work in hand.
        CREATE TABLE draft (
          ref TEXT PRIMARY KEY, type TEXT NOT NULL, recipient TEXT NOT NULL, officer TEXT NOT NULL, role TEXT NOT NULL,
          created TEXT NOT NULL, content BLOB NOT NULL, approval BLOB, sent TEXT) WITHOUT ROWID;
        CREATE TABLE number (state TEXT NOT NULL, year INTEGER NOT NULL, type TEXT NOT NULL, last INTEGER NOT NULL,
          PRIMARY KEY (state, year, type)) WITHOUT ROWID;
        CREATE TABLE package (
          sha256 TEXT PRIMARY KEY, file TEXT NOT NULL, name TEXT NOT NULL, size INTEGER NOT NULL, exhibits INTEGER NOT NULL,
          outgoing INTEGER NOT NULL, stage TEXT NOT NULL, conditions BLOB NOT NULL, created TEXT NOT NULL) WITHOUT ROWID;
        CREATE INDEX package_file ON package (file);
        CREATE TABLE part (package TEXT NOT NULL, number INTEGER NOT NULL, PRIMARY KEY (package, number)) WITHOUT ROWID;
        -- Delivery.
        CREATE TABLE outbox (
          id INTEGER PRIMARY KEY AUTOINCREMENT, peer TEXT NOT NULL, kind TEXT NOT NULL, ref TEXT NOT NULL,
          attempts INTEGER NOT NULL DEFAULT 0, next INTEGER NOT NULL, claimed INTEGER NOT NULL DEFAULT 0,
          stage TEXT NOT NULL DEFAULT 'waiting', code TEXT, says TEXT, UNIQUE (peer, kind, ref));
        CREATE INDEX outbox_stage ON outbox (stage, next);
        CREATE TABLE quarantine (
          id INTEGER PRIMARY KEY AUTOINCREMENT, code TEXT NOT NULL, says TEXT NOT NULL, peer TEXT NOT NULL, at TEXT NOT NULL,
          sha256 TEXT NOT NULL, bytes BLOB NOT NULL, UNIQUE (sha256, code));
        CREATE TABLE peer (
          state TEXT PRIMARY KEY, jws BLOB NOT NULL, trust TEXT NOT NULL, added TEXT NOT NULL, confirmed TEXT, confirmed_by TEXT) WITHOUT ROWID;
        CREATE TABLE officer (id TEXT PRIMARY KEY, role TEXT NOT NULL) WITHOUT ROWID;
        CREATE TABLE setting (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
        """
}
