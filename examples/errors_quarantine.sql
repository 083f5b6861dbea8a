-- Rows that cannot be evaluated do not stop a continuous query: they go to its error relation, <name>$errors, with the reason.

CREATE SOURCE orders (id INT, amount INT, people INT);
CREATE STREAM shares AS SELECT id, amount / people AS share FROM orders;

INSERT INTO orders VALUES (1, 100, 4), (2, 50, 0), (3, NULL, 2), (4, 9, 0);

SELECT row_json, sqlstate, message FROM "shares$errors";

\echo Guarded, the query has no errors:
SELECT id, amount / nullif(people, 0) AS share FROM orders ORDER BY id;

\echo Records of a file that cannot be read are quarantined too:
CREATE SOURCE notes (id INT, author TEXT) FROM FILE (path = 'examples/data/notes.csv');
SELECT * FROM notes;
SELECT line, text, reason FROM "notes$errors";
