// SPDX-License-Identifier: Apache-2.0
#include "csha256.h"

#if defined(__x86_64__)
#include <cpuid.h>
#include <immintrin.h>

// AVX for its instructions with three operands: four lanes do not fit into sixteen registers without them.
#define SHA_TARGET __attribute__((target("sha,avx2")))


static const uint32_t K[64] __attribute__((aligned(16))) = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5, 0xd807aa98, 0x12835b01, 0x243185be,
    0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174, 0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa,
    0x5cb0a9dc, 0x76f988da, 0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967, 0x27b70a85,
    0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85, 0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3,
    0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070, 0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f,
    0x682e6ff3, 0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2};

int csha256_available(void) {
    unsigned int a, b, c, d;
    return __builtin_cpu_supports("avx2") && __get_cpuid_count(7, 0, &a, &b, &c, &d) && (b & bit_SHA) != 0;
}

/// The loops over lanes and rounds have constant bounds and are unrolled.
SHA_TARGET static inline __attribute__((always_inline)) void compress(
    uint32_t *const *states, const uint8_t *const *inputs, const int lanes, size_t blocks) {
    const __m128i order = _mm_set_epi64x(0x0c0d0e0f08090a0bLL, 0x0405060700010203LL);
    __m128i abef[CSHA256_LANES], cdgh[CSHA256_LANES];
    for (int l = 0; l < lanes; l++) {
        // Words a…h to the order of the instructions.
        __m128i low = _mm_shuffle_epi32(_mm_loadu_si128((const __m128i *)states[l]), 0xB1);
        __m128i high = _mm_shuffle_epi32(_mm_loadu_si128((const __m128i *)(states[l] + 4)), 0x1B);
        abef[l] = _mm_alignr_epi8(low, high, 8);
        cdgh[l] = _mm_blend_epi16(high, low, 0xF0);
    }
    for (size_t block = 0; block < blocks; block++) {
        __m128i first[CSHA256_LANES], second[CSHA256_LANES], words[CSHA256_LANES][4];
#pragma clang loop unroll(full)
        for (int l = 0; l < lanes; l++) {
            const __m128i *data = (const __m128i *)(inputs[l] + 64 * block);
            first[l] = abef[l];
            second[l] = cdgh[l];
            for (int w = 0; w < 4; w++) words[l][w] = _mm_shuffle_epi8(_mm_loadu_si128(data + w), order);
        }
#pragma clang loop unroll(full)
        for (int group = 0; group < 16; group++) {
            const __m128i constants = _mm_load_si128((const __m128i *)(K + 4 * group));
#pragma clang loop unroll(full)
            for (int l = 0; l < lanes; l++) {
                __m128i *w = words[l];
                __m128i sum = _mm_add_epi32(w[group & 3], constants);
                cdgh[l] = _mm_sha256rnds2_epu32(cdgh[l], abef[l], sum);
                abef[l] = _mm_sha256rnds2_epu32(abef[l], cdgh[l], _mm_shuffle_epi32(sum, 0x0E));
                if (group < 12) {
                    __m128i next = _mm_sha256msg1_epu32(w[group & 3], w[(group + 1) & 3]);
                    next = _mm_add_epi32(next, _mm_alignr_epi8(w[(group + 3) & 3], w[(group + 2) & 3], 4));
                    w[group & 3] = _mm_sha256msg2_epu32(next, w[(group + 3) & 3]);
                }
            }
        }
#pragma clang loop unroll(full)
        for (int l = 0; l < lanes; l++) {
            abef[l] = _mm_add_epi32(abef[l], first[l]);
            cdgh[l] = _mm_add_epi32(cdgh[l], second[l]);
        }
    }
    for (int l = 0; l < lanes; l++) {
        __m128i low = _mm_shuffle_epi32(abef[l], 0x1B);
        __m128i high = _mm_shuffle_epi32(cdgh[l], 0xB1);
        _mm_storeu_si128((__m128i *)states[l], _mm_blend_epi16(low, high, 0xF0));
        _mm_storeu_si128((__m128i *)(states[l] + 4), _mm_alignr_epi8(high, low, 8));
    }
}

SHA_TARGET static void one(uint32_t *const *s, const uint8_t *const *i, size_t b) { compress(s, i, 1, b); }
SHA_TARGET static void two(uint32_t *const *s, const uint8_t *const *i, size_t b) { compress(s, i, 2, b); }
SHA_TARGET static void three(uint32_t *const *s, const uint8_t *const *i, size_t b) { compress(s, i, 3, b); }
SHA_TARGET static void four(uint32_t *const *s, const uint8_t *const *i, size_t b) { compress(s, i, 4, b); }

void csha256_compress(uint32_t *const *states, const uint8_t *const *inputs, int lanes, size_t blocks) {
    switch (lanes) {
        case 1: one(states, inputs, blocks); break;
        case 2: two(states, inputs, blocks); break;
        case 3: three(states, inputs, blocks); break;
        case 4: four(states, inputs, blocks); break;
    }
}

static const uint32_t START[8] = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};

/// Hashes `prefix` followed by `size` bytes of each input (32 or 64): one or two blocks with their padding.
SHA_TARGET static inline __attribute__((always_inline)) void tree(
    const uint8_t *in, uint8_t *out, const int lanes, const uint8_t prefix, const size_t size) {
    uint8_t blocks[CSHA256_LANES][128];
    uint32_t states[CSHA256_LANES][8];
    uint32_t *state[CSHA256_LANES];
    const uint8_t *input[CSHA256_LANES];
    const size_t length = size < 55 ? 64 : 128;
    for (int l = 0; l < lanes; l++) {
        __builtin_memset(blocks[l], 0, length);
        blocks[l][0] = prefix;
        __builtin_memcpy(blocks[l] + 1, in + size * l, size);
        blocks[l][1 + size] = 0x80;
        blocks[l][length - 2] = (uint8_t)(((1 + size) * 8) >> 8);
        blocks[l][length - 1] = (uint8_t)((1 + size) * 8);
        __builtin_memcpy(states[l], START, 32);
        state[l] = states[l];
        input[l] = blocks[l];
    }
    compress(state, input, lanes, length / 64);
    for (int l = 0; l < lanes; l++)
        for (int w = 0; w < 8; w++) {
            uint32_t word = __builtin_bswap32(states[l][w]);
            __builtin_memcpy(out + 32 * l + 4 * w, &word, 4);
        }
}

SHA_TARGET void csha256_nodes(const uint8_t *pairs, uint8_t *hashes, size_t count) {
    for (; count >= 4; count -= 4, pairs += 256, hashes += 128) tree(pairs, hashes, 4, 1, 64);
    for (; count > 0; count--, pairs += 64, hashes += 32) tree(pairs, hashes, 1, 1, 64);
}

SHA_TARGET void csha256_leaves(const uint8_t *entries, uint8_t *hashes, size_t count) {
    for (; count >= 4; count -= 4, entries += 128, hashes += 128) tree(entries, hashes, 4, 0, 32);
    for (; count > 0; count--, entries += 32, hashes += 32) tree(entries, hashes, 1, 0, 32);
}

#else

int csha256_available(void) { return 0; }
void csha256_nodes(const uint8_t *pairs, uint8_t *hashes, size_t count) {}
void csha256_leaves(const uint8_t *entries, uint8_t *hashes, size_t count) {}
void csha256_compress(uint32_t *const *states, const uint8_t *const *inputs, int lanes, size_t blocks) {}

#endif
