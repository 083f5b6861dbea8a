COPY t (a, b) FROM 'x.csv' (FORMAT csv, HEADER)
