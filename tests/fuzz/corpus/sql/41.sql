SELECT (a).b[1:2].c, a[1], ROW(1), (1, 2), MAP['a', 1], ARRAY[[1], [2]], CASE a WHEN 1 THEN 2 ELSE 3 END
