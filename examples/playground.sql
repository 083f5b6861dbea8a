-- SQL without any source: VALUES, WITH and expressions, to try things out.

VALUES (1, 'one'), (2, 'two'), (3, NULL);

WITH grades (name, subject, grade) AS (
    VALUES ('Ann', 'maths', 1.3), ('Bob', 'maths', 2.7), ('Ann', 'music', 2.0), ('Bob', 'music', 1.0)),
  means AS (SELECT name, avg(grade) AS mean FROM grades GROUP BY name)
SELECT name, mean, CASE WHEN mean < 1.7 THEN 'excellent' WHEN mean < 2.5 THEN 'good' ELSE 'fair' END AS word FROM means ORDER BY mean;

SELECT 0.1 + 0.2 AS exact, 0.1e0 + 0.2e0 AS floating, 7 / 2 AS whole, -7 / 2 AS to_zero, 7 % 3 AS rest, 2 ^ 10 AS power;

SELECT upper('stream') AS up, substring('LaminarDB' FROM 1 FOR 7) AS part, trim('  blanks  ') AS trimmed, 'a' || 1 || true AS joined,
       'LaminarDB' LIKE 'Lam%' AS is_like, length('Größe') AS chars;

SELECT DATE '2024-01-31' + INTERVAL '1' MONTH AS month_later, TIMESTAMP '2024-03-01' - TIMESTAMP '2024-02-28' AS apart,
       date_trunc('hour', TIMESTAMP '2024-02-29 13:37:42') AS hour, extract(dow FROM DATE '2024-02-29') AS weekday;

SELECT coalesce(NULL, 'second') AS first_known, NULL = NULL AS unknown, NULL IS NOT DISTINCT FROM NULL AS same, 3 IN (1, 2, NULL) AS maybe;
