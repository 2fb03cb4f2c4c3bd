// SPDX-License-Identifier: Apache-2.0
//
// The compression function of SHA-256 (FIPS 180-4 section 6.2.2) over several independent states at once. One stream is bound by
// the latency of the processor's SHA instructions, not by their throughput: interleaved streams go on in that time.
#ifndef CSHA256_H
#define CSHA256_H

#include <stddef.h>
#include <stdint.h>

/// Most streams at once.
#define CSHA256_LANES 4

/// Whether this processor has the instructions; without them nothing else here may be called.
int csha256_available(void);

/// Takes `blocks` blocks of 64 bytes from each of `inputs` into the state beside it.
/// - states: `lanes` pointers to eight words each, all different.
/// - lanes: 1 to CSHA256_LANES.
void csha256_compress(uint32_t *const *states, const uint8_t *const *inputs, int lanes, size_t blocks);

/// Interior nodes of a Merkle tree (RFC 6962 section 2.1): `SHA-256(0x01 ‖ left ‖ right)` of each pair. Four at a time.
/// - pairs: 64 bytes each. hashes: 32 bytes each; may begin where `pairs` does.
void csha256_nodes(const uint8_t *pairs, uint8_t *hashes, size_t count);

/// Leaves of entries of 32 bytes: `SHA-256(0x00 ‖ entry)`.
void csha256_leaves(const uint8_t *entries, uint8_t *hashes, size_t count);

#endif
