CREATE SINK s FROM t WHERE a > 1 INTO kafka (t = 'x') FORMAT json WITH (a = b) EMIT CHANGES WITH (c = d)
