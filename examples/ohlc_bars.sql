-- Bars of a market: open, high, low, close, volume per minute. first and last go by event time, not by arrival: rows out of order are fine.

CREATE SOURCE trades (symbol TEXT, price DECIMAL(10, 2), size INT, at TIMESTAMP, WATERMARK FOR at AS at - INTERVAL '5' SECOND);

INSERT INTO trades VALUES
  ('ACME', 10.00, 100, '2024-01-02 09:30:01'), ('ACME', 10.40, 50, '2024-01-02 09:30:30'), ('ZINC', 3.10, 10, '2024-01-02 09:30:31'),
  ('ACME', 10.20, 20, '2024-01-02 09:30:59'), ('ACME', 9.90, 70, '2024-01-02 09:30:45'),   -- the last one comes late, but in time
  ('ACME', 10.25, 30, '2024-01-02 09:31:02'), ('ZINC', 3.05, 500, '2024-01-02 09:31:40'), ('ACME', 10.10, 10, '2024-01-02 09:31:01');

SELECT symbol, TUMBLE_START(at, INTERVAL '1' MINUTE) AS minute, first(price) AS open, max(price) AS high, min(price) AS low,
       last(price) AS close, sum(size) AS volume, round(sum(price * size) / sum(size), 4) AS vwap, count(*) AS trades
  FROM trades GROUP BY symbol, TUMBLE(at, INTERVAL '1' MINUTE) ORDER BY symbol, minute;
