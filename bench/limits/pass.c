/* SPDX-License-Identifier: Apache-2.0
 *
 * Queries that keep nothing: pass through, currency, selection, side input, calculation, channel id, parts of URLs. */
#include "limits.h"

#ifdef __AVX512BW__
#include <immintrin.h>
#endif

#define EURO 908 /* thousandths */

static void q0_bids(const Bids *of)
{
    const Bids own = *of, *b = &own;
    out_all(b->n);
    out_whole(0, b->auction);
    out_whole(1, b->bidder);
    out_whole(2, b->price);
    out_whole(3, b->time);
    out_whole_texts(4, b->extra);
    out_deliver();
}
const Kernel kernel_q0 = {.query = "q0", .types = "iiiwt", .bids = q0_bids};

static void q1_bids(const Bids *of)
{
    const Bids own = *of, *b = &own;
    i128 *euro = OUT(i128, 2);
    for (uint32_t i = 0; i < b->n; i++)
        euro[i] = (i128)b->price[i] * EURO;
    out_all(b->n);
    out_whole(0, b->auction);
    out_whole(1, b->bidder);
    out_whole(3, b->time);
    out_whole_texts(4, b->extra);
    out_deliver();
}
const Kernel kernel_q1 = {.query = "q1", .reads = OF_PRICE, .types = "iiewt", .bids = q1_bids};

/* ---- q2 ---- */

static void q2_bids(const Bids *of)
{
    const Bids own = *of, *b = &own;
    static uint8_t hit[BATCH] __attribute__((aligned(64)));
    const uint64_t inverse = UINT64_C(0x2fdeb2fdeb2fdeb3), most = INT64_MAX / 123; /* of 123, modulo 2^64 */
    /* x is a multiple of 123 when x times the inverse is one of the quotients that there are. */
    for (uint32_t i = 0; i < b->n; i++)
        hit[i] = (uint64_t)b->auction[i] * inverse + most <= 2 * most;
    memset(hit + b->n, 0, sizeof(hit) - b->n);
    for (uint32_t i = 0; i < b->n; i += 8) {
        uint64_t some;
        memcpy(&some, hit + i, 8);
        for (; some; some &= some - 1) {
            uint32_t at = i + (uint32_t)__builtin_ctzll(some) / 8, row = out_row(1);
            OUT(int64_t, 0)[row] = b->auction[at];
            OUT(int64_t, 1)[row] = b->price[at];
        }
    }
    out_deliver();
}
const Kernel kernel_q2 = {.query = "q2", .reads = OF_AUCTION, .some = OF_PRICE, .types = "ii", .bids = q2_bids};

/* ---- q13 ---- */

static View side[10000];

static void q13_start(void)
{
    for (int i = 0; i < 10000; i++) {
        char text[16] = "value-", digits[8];
        uint32_t n = 0;
        for (int rest = i; n == 0 || rest; rest /= 10)
            digits[n++] = (char)('0' + rest % 10);
        for (uint32_t d = 0; d < n; d++)
            text[6 + d] = digits[n - 1 - d];
        side[i] = view_of(text, 6 + n);
    }
}

static void q13_leave_out(const Bids *b, const uint32_t *key)
{
    uint32_t n = 0;
    for (uint32_t i = 0; i < b->n; i++) {
        OUT(int64_t, 0)[n] = b->auction[i];
        OUT(int64_t, 1)[n] = b->bidder[i];
        OUT(int64_t, 2)[n] = b->price[i];
        OUT(int64_t, 3)[n] = b->time[i];
        OUT(View, 4)[n] = OUT(View, 4)[i];
        n += key[i] < 10000;
    }
    for (uint32_t c = 0; c < 4; c++)
        out_whole(c, NULL);
    out_all(n);
}

static void q13_bids(const Bids *of)
{
    const Bids own = *of, *b = &own;
    static uint32_t key[BATCH];
    uint64_t any = 0;
    for (uint32_t i = 0; i < b->n; i++)
        any |= (uint64_t)b->auction[i];
    if (any >> 32 == 0) /* which has vector instructions */
        for (uint32_t i = 0; i < b->n; i++)
            key[i] = (uint32_t)b->auction[i] % 10000;
    else
        for (uint32_t i = 0; i < b->n; i++)
            key[i] = (uint32_t)(b->auction[i] % 10000);
    uint32_t missing = 0;
    View *value = OUT(View, 4);
    for (uint32_t i = 0; i < b->n; i++) { /* that of a negative key has no match */
        missing += key[i] >= 10000;
        value[i] = side[key[i] < 10000 ? key[i] : 0];
    }
    out.buffer[4] = NULL;
    out_whole(0, b->auction);
    out_whole(1, b->bidder);
    out_whole(2, b->price);
    out_whole(3, b->time);
    out_all(b->n);
    if (missing)
        q13_leave_out(b, key);
    out_deliver();
}
const Kernel kernel_q13 = {.query = "q13", .reads = OF_AUCTION, .types = "iiiwt", .start = q13_start, .bids = q13_bids};

/* ---- q14 ---- */

static uint32_t count_c(const char *text, uint32_t n)
{
    uint32_t count = 0;
#ifdef __AVX512BW__
    for (uint32_t i = 0; i < n; i += 64) {
        __mmask64 there = n - i >= 64 ? ~UINT64_C(0) : (UINT64_C(1) << (n - i)) - 1;
        count += (uint32_t)__builtin_popcountll(
            _mm512_mask_cmpeq_epi8_mask(there, _mm512_maskz_loadu_epi8(there, text + i), _mm512_set1_epi8('c')));
    }
#else
    for (uint32_t i = 0; i < n; i++)
        count += text[i] == 'c';
#endif
    return count;
}

static void q14_bids(const Bids *of)
{
    const Bids own = *of, *b = &own;
    const View day = view_of("dayTime", 7), night = view_of("nightTime", 9), other = view_of("otherTime", 9);
    View kind[24];
    for (int h = 0; h < 24; h++)
        kind[h] = h >= 8 && h <= 18 ? day : h <= 6 || h >= 20 ? night : other;
    static uint16_t at[BATCH + 1];
    uint32_t n = 0;
    for (uint32_t i = 0; i < b->n; i++) { /* 0.908 * price > 1000000 and < 50000000 */
        at[n] = (uint16_t)i;
        n += (uint64_t)b->price[i] - 1101322 < 55066080 - 1101322;
    }
    for (uint32_t i = 0; i < n; i++) {
        uint32_t from = at[i];
        if (i + AHEAD < n)
            announce_text(b->extra, at[i + AHEAD]);
        const View *extra = &b->extra.view[from];
        uint64_t hour = (uint64_t)(b->time[from] / (3600 * SECOND)) % 24;
        OUT(int64_t, 0)[i] = b->auction[from];
        OUT(int64_t, 1)[i] = b->bidder[from];
        OUT(i128, 2)[i] = (i128)b->price[from] * EURO;
        OUT(View, 3)[i] = kind[hour];
        OUT(int64_t, 4)[i] = b->time[from];
        OUT(View, 5)[i] = *extra;
        OUT(int64_t, 6)[i] = count_c(view_text(extra, b->extra.buffer), extra->n);
    }
    out.buffer[5] = b->extra.buffer;
    out_all(n);
    out_deliver();
}
const Kernel kernel_q14 = {
    .query = "q14", .reads = OF_PRICE, .some = OF_AUCTION | OF_BIDDER | OF_EXTRA, .types = "iietwti", .bids = q14_bids};

/* ---- q21 ---- */

/* At most 12 bytes of a text, however little of it is left. */
static inline View short_view(const char *text, uint32_t n)
{
#ifdef __AVX512BW__
    View v;
    __m128i bytes = _mm_maskz_loadu_epi8((__mmask16)((1u << n) - 1), text);
    _mm_storeu_si128((__m128i *)(void *)&v, _mm_insert_epi32(_mm_bslli_si128(bytes, 4), (int)n, 0));
    return v;
#else
    return view_of(text, n);
#endif
}

static inline View part_view(const View *whole, const char *text, uint32_t from, uint32_t end)
{
    View v;
    uint32_t n = end - from;
    if (n <= sizeof(v.inlined))
        return short_view(text + from, n);
    v = (View){.length = n};
    memcpy(v.prefix, text + from, 4);
    v.buffer = whole->buffer;
    v.offset = whole->offset + from;
    return v;
}

/* Where the next byte c stands from `from` on; n = nowhere. */
static inline uint32_t find_byte(const char *text, uint32_t from, uint32_t n, char c)
{
#ifdef __AVX512BW__
    for (uint32_t i = from; i < n; i += 64) {
        __mmask64 there = n - i >= 64 ? ~UINT64_C(0) : (UINT64_C(1) << (n - i)) - 1;
        uint64_t found = _mm512_mask_cmpeq_epi8_mask(there, _mm512_maskz_loadu_epi8(there, text + i), _mm512_set1_epi8(c));
        if (found)
            return i + (uint32_t)__builtin_ctzll(found);
    }
    return n;
#else
    const char *found = from < n ? memchr(text + from, c, n - from) : NULL;
    return found ? (uint32_t)(found - text) : n;
#endif
}

/* (&|^)channel_id=([^&]*), what is in the second brackets; false = no match. */
static bool channel_of(const View *url, const char *text, View *ret)
{
    static const char name[] = "channel_id=";
    const uint32_t length = sizeof(name) - 1, n = url->n;
    for (uint32_t at = 0; at + length <= n;) {
        if (memcmp(text + at, name, length) == 0) {
            *ret = part_view(url, text, at + length, find_byte(text, at + length, n, '&'));
            return true;
        }
        at = find_byte(text, at, n, '&') + 1;
    }
    return false;
}

static uint64_t hot_letters[4];
static const uint32_t hot_length[4] = {5, 6, 8, 5};

static void q21_start(void)
{
    static const char *const hot[] = {"apple", "google", "facebook", "baidu"};
    for (uint32_t i = 0; i < 4; i++) {
        memset(&hot_letters[i], ' ', 8);
        memcpy(&hot_letters[i], hot[i], hot_length[i]);
    }
}

/* The id of one of the four channels in any case, 4 = of none: 'a' | ' ' and 'A' | ' ' are 'a', and nothing else is. */
static inline uint32_t hot_channel(const View *channel)
{
    uint64_t letters;
    memcpy(&letters, channel->inlined, 8);
    letters |= UINT64_C(0x2020202020202020);
    for (uint32_t i = 0; i < 4; i++)
        if (letters == hot_letters[i] && channel->n == hot_length[i])
            return i;
    return 4;
}

static void q21_bids(const Bids *of)
{
    const Bids own = *of, *b = &own;
    uint32_t n = 0;
    for (uint32_t i = 0; i < b->n; i++) {
        uint32_t hot = hot_channel(&b->channel.view[i]);
        View id;
        if (i + AHEAD < b->n)
            announce_text(b->url, i + AHEAD);
        if (hot < 4) {
            char digit = (char)('0' + hot);
            id = view_of(&digit, 1);
        } else if (!channel_of(&b->url.view[i], view_text(&b->url.view[i], b->url.buffer), &id)) {
            continue;
        }
        OUT(int64_t, 0)[n] = b->auction[i];
        OUT(int64_t, 1)[n] = b->bidder[i];
        OUT(int64_t, 2)[n] = b->price[i];
        OUT(View, 3)[n] = b->channel.view[i];
        OUT(View, 4)[n] = id;
        n++;
    }
    out.buffer[3] = b->channel.buffer;
    out.buffer[4] = b->url.buffer;
    out_all(n);
    out_deliver();
}
const Kernel kernel_q21 = {.query = "q21",
                           .reads = OF_AUCTION | OF_BIDDER | OF_PRICE | OF_CHANNEL | OF_URL,
                           .types = "iiitt",
                           .start = q21_start,
                           .bids = q21_bids};

/* ---- q22 ---- */

/* Where the first six slashes of the URL are; n for those that are not there. */
static inline void find_slashes(const char *text, uint32_t n, uint32_t at[6])
{
    uint32_t k = 0;
#ifdef __AVX512BW__
    for (uint32_t i = 0; i < n && k < 6; i += 64) {
        __mmask64 there = n - i >= 64 ? ~UINT64_C(0) : (UINT64_C(1) << (n - i)) - 1;
        uint64_t found = _mm512_mask_cmpeq_epi8_mask(there, _mm512_maskz_loadu_epi8(there, text + i), _mm512_set1_epi8('/'));
        for (; found && k < 6; found &= found - 1)
            at[k++] = i + (uint32_t)__builtin_ctzll(found);
    }
#else
    for (uint32_t i = 0; i < n && k < 6; i++)
        if (text[i] == '/')
            at[k++] = i;
#endif
    while (k < 6)
        at[k++] = n;
}

static void q22_bids(const Bids *of)
{
    const Bids own = *of, *b = &own;
    out_all(b->n);
    out_whole(0, b->auction);
    out_whole(1, b->bidder);
    out_whole(2, b->price);
    out_whole_texts(3, b->channel);
    for (uint32_t i = 0; i < b->n; i++) {
        const View *url = &b->url.view[i];
        const char *text = view_text(url, b->url.buffer);
        uint32_t at[6];
        if (i + AHEAD < b->n)
            announce_text(b->url, i + AHEAD);
        find_slashes(text, url->n, at);
        for (uint32_t k = 0; k < 3; k++) {
            uint32_t from = at[k + 2] + 1 < url->n ? at[k + 2] + 1 : url->n;
            OUT(View, 4 + k)[i] = part_view(url, text, from, at[k + 3]);
        }
    }
    for (uint32_t k = 4; k < 7; k++)
        out.buffer[k] = b->url.buffer;
    out_deliver();
}
const Kernel kernel_q22 = {.query = "q22", .reads = OF_URL, .types = "iiitttt", .bids = q22_bids};
