CREATE SOURCE s (x INT) FROM kafka FORMAT json WITH (c = d) WITH (e = f)
