-- Compressed input: .gz and .zst files are read as they are, by their ending or with compression = gzip. Columns need not be declared:
-- they are found out from the first records.

CREATE SOURCE quakes FROM FILE (path = 'examples/data/earthquakes_200.jsonl.gz');

DESCRIBE quakes;

SELECT net, count(*) AS quakes, round(avg(mag)::numeric, 2) AS avg_mag, max(mag) AS max_mag
  FROM quakes GROUP BY net ORDER BY quakes DESC, net LIMIT 6;
