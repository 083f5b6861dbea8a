SELECT E'a\n\u00e9', X'ff', $$a$$, $t$b$t$, 'it''s', 1_000, 0x1F, .5e3, 1., "q""", `b`, ${HOST:-x}
