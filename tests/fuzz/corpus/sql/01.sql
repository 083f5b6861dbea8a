CREATE SOURCE TABLE s (id INT) WITH ('a.b' = 'c', d = 5,)
