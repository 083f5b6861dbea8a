/* SPDX-License-Identifier: Apache-2.0
 *
 * One scanner per instruction set.  The including file defines
 *   SCAN_NAME    name of the function
 *   SCAN_TARGET  its target attribute, may be empty
 *   SCAN_MASKS(p, delimiter, quote, &delims, &lines, &quotes, &high)   bit masks of 64 bytes at p
 *   SCAN_PUT(out, base, mask)  writes base + the index of every bit of the mask to out (which has 64 places)
 * The loop is the same for all: classify, resolve quotes only in blocks that have any, write the positions. */
SCAN_TARGET static void SCAN_NAME(CsvScan *s, const CsvDialect *d, const char *p, uint32_t n, uint32_t max_rows)
{
    const char delimiter = d->delimiter, quote = d->quote;
    uint32_t pos = s->pos, n_sep = s->n_sep, n_rows = s->n_rows;
    CsvState state = s->state;
    uint64_t high = 0;
    while (pos < n && n_rows < max_rows && n_sep + CSV_BLOCK < s->cap_sep) {
        uint64_t delims, lines, quotes, high_here;
        SCAN_MASKS(p + pos, delimiter, quote, &delims, &lines, &quotes, &high_here);
        if (unlikely(n - pos < CSV_BLOCK)) {
            uint64_t inside = (UINT64_C(1) << (n - pos)) - 1;
            delims &= inside;
            lines &= inside;
            quotes &= inside;
            high_here &= inside;
        }
        high |= high_here;
        if (unlikely((quotes != 0) | (state == CSV_QUOTED))) {
            s->quotes = true;
            scan_quotes(d, &state, p + pos, MIN(n - pos, CSV_BLOCK), quotes, &delims, &lines);
        } else {
            uint64_t last = UINT64_C(1) << (MIN(n - pos, CSV_BLOCK) - 1);
            state = lines & last ? CSV_RECORD : (delims & last ? CSV_FIELD : CSV_PLAIN);
        }
        uint64_t seps = delims | lines;
        SCAN_PUT(s->sep + n_sep, pos, seps);
        for (uint64_t rest = lines; rest; rest &= rest - 1)
            s->row_end[n_rows++] = n_sep + (uint32_t)__builtin_popcountll(seps & ((rest & -rest) - 1));
        n_sep += (uint32_t)__builtin_popcountll(seps);
        pos += CSV_BLOCK;
    }
    s->pos = MIN(pos, n);
    s->n_sep = n_sep;
    s->n_rows = n_rows;
    s->state = state;
    s->high |= high != 0;
}
#undef SCAN_NAME
#undef SCAN_TARGET
#undef SCAN_MASKS
#undef SCAN_PUT
