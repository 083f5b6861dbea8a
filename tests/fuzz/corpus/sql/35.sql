SELECT DISTINCT ON (a) a, b c, * EXCLUDE (d), t.* FROM t
