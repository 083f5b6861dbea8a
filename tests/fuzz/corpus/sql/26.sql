DELETE FROM t USING a, b WHERE t.x = a.x
