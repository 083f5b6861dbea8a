CREATE SOURCE s FROM kafka (a = 'b') FORMAT json WITH (c = d) (x INT) WITH (e = f)
