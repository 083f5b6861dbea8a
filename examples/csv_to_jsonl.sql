-- Filter and convert: CSV in, JSON lines out. The sink is a pipeline of its own; the shell ends when it has read the whole file.
-- Result: ${OUT:-/tmp/laminar_delayed.jsonl}

CREATE SOURCE flights (date TIMESTAMP, delay INT, distance INT, origin TEXT, destination TEXT)
  FROM FILE (path = 'examples/data/flights.csv');

CREATE SINK delayed FROM (
    SELECT date, origin || '-' || destination AS route, delay, round(distance * 1.609344) AS km
    FROM flights WHERE delay > 360)
  INTO FILE (path = '${OUT:-/tmp/laminar_delayed.jsonl}') FORMAT JSON;
