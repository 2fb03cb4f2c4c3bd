// SPDX-License-Identifier: Apache-2.0

public import Standards

/// Told the bytes done and in all, from time to time; throws to stop, and nothing half-done is left then.
public typealias SealingProgress = (Int64, Int64) throws(ComityError) -> Void
