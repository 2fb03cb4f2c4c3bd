// SPDX-License-Identifier: Apache-2.0
#include <sqlite3.h>

/// SQLite counts no memory: the count has one lock for all connections, on which side by side reading waits
/// (https://www.sqlite.org/malloc.html, section 3.6). Nothing here asks for that count.
/// Returns SQLITE_OK, or SQLITE_MISUSE when SQLite is in use already; it counts on then, which only costs time.
static inline int comity_sqlite_counts_no_memory(void) { return sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0); }
