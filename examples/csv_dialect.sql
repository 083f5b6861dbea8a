-- CSV: quotes, line breaks inside fields, empty text and NULL, blanks, numbers in any form. "" is the empty text, nothing is NULL, and the
-- option null names one more spelling of it.

CREATE SOURCE notes (id INT, author TEXT, note TEXT, score DOUBLE)
  FROM FILE (path = 'examples/data/notes.csv') FORMAT CSV WITH (header = true, null = 'NULL');

SELECT id, author, replace(note, chr(10), '\n') AS note, length(note) AS chars, score FROM notes;

SELECT count(*) AS "rows", count(author) AS authors, count(note) AS notes, count(score) AS scores FROM notes;
