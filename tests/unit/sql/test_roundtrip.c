/* SPDX-License-Identifier: Apache-2.0
 *
 * Property: parse(print(parse(x))) equals parse(x).  x comes from a random walk through a grammar of the whole dialect: each rule
 * has alternatives, <r> stands for rule r, and beyond a depth the first alternative is taken, which is the short one. */
#include "sql_test.h"

typedef struct Rule {
    const char *name, *text; /* alternatives are separated by newlines */
} Rule;

static const Rule rules[] = {
    {"stmt",
     "<query>\n<query> <tail>\n<create>\n<create>\n<create>\n<drop>\n<alter>\n<dml>\n<dml>\n<control>\n<control>\n<inspect>"},
    {"create",
     "CREATE<orr> STREAM <name> AS <query> <tail>\nCREATE STREAM<ine> <name> AS <query>\nCREATE MATERIALIZED VIEW<ine> <name> AS "
     "<query> <tail>\n"
     "CREATE<orr> VIEW <name> (<ident>, <ident>) AS <query>\nCREATE<orr> CONTINUOUS QUERY <name> AS <query> <tail>\n"
     "CREATE<orr> SOURCE <name> <source>\nCREATE SOURCE TABLE<ine> <name> <source>\nCREATE LOOKUP TABLE<ine> <name> <source>\n"
     "CREATE<orr> TABLE <name> <source>\nCREATE TABLE <name> AS <query>\nCREATE TABLE <name> WITH (<opts>) AS <query>\n"
     "CREATE<orr> SINK <name> FROM <name><where> <into> <tail>\nCREATE SINK<ine> <name> FROM (<query> <tail>)<where> <into> "
     "<tail>\n"
     "CREATE SINK <name> INTO <conn> AS <query> <tail>\n"
     "CREATE INDEX<ine> <ident> ON <name> (<ident>, <ident> DESC)\nCREATE UNIQUE INDEX ON <name> USING hash (<ident>)\nCREATE "
     "INDEX ON <name> (lower(a), (<expr>) DESC) INCLUDE (b) NULLS NOT DISTINCT WHERE <expr>\n"
     "CREATE SEQUENCE <name>\nCREATE TEMP SEQUENCE IF NOT EXISTS <name>\nCREATE OR REPLACE TEMP VIEW <name> AS <query>\n"
     "CREATE SEQUENCE IF NOT EXISTS <name> AS <type> INCREMENT BY 2 MINVALUE -5 MAXVALUE 7 START WITH 1 "
     "CACHE 1 NO CYCLE OWNED BY NONE\n"
     "CREATE SEQUENCE <name> OWNED BY <ident>.x\nALTER SEQUENCE <name> RESTART INCREMENT 3 OWNED BY NONE\nALTER SEQUENCE IF EXISTS "
     "<name> RESTART WITH 5 AS <type> NO CYCLE CACHE 9\nALTER SEQUENCE <name> RENAME TO <ident>\nALTER SEQUENCE <name> OWNER TO "
     "<ident>\nALTER <kind> <name> SET SCHEMA <ident>\nALTER FUNCTION <name> (<type>) OWNER TO <ident>\n"
     "ALTER TYPE <name> ADD VALUE 'a'\nALTER TYPE <name> ADD VALUE IF NOT EXISTS 'a' BEFORE 'b'\nALTER TYPE <name> RENAME VALUE "
     "'a' TO 'b'\n"
     "CREATE SCHEMA<ine> <name> AUTHORIZATION <ident>\nCREATE SCHEMA <name> CREATE TABLE <name> () CREATE VIEW <name> AS "
     "SELECT\nALTER "
     "SCHEMA <name> RENAME TO <ident>\nDROP SCHEMA<ife> <name>, <name> CASCADE\nALTER SCHEMA <name> OWNER TO "
     "<ident>\n"
     "REINDEX TABLE <name>\nREINDEX (VERBOSE) INDEX <name>\nREINDEX SCHEMA <name>\nREINDEX DATABASE <name>\nVACUUM VERBOSE\nVACUUM "
     "VERBOSE ANALYZE <name>\nANALYZE VERBOSE <name>\nCREATE TEMP TABLE <name> (a INT) ON COMMIT DROP\n"
     "CREATE TEMP TABLE <name> ON COMMIT DELETE ROWS AS SELECT 1\nCOMMENT ON CONSTRAINT <ident> ON DOMAIN <name> IS 'x'\n"
     "SET NAMES 'x'\nSET ROLE <ident>\nSET SESSION AUTHORIZATION 'x'\n"
     "CREATE SEQUENCE <name> NO MINVALUE NO MAXVALUE CYCLE\nDROP SEQUENCE IF EXISTS <name>\n"
     "CREATE DOMAIN <name> AS <type>\nCREATE DOMAIN <name> <type> COLLATE \"C\" DEFAULT 1 NOT NULL CONSTRAINT <ident> CHECK "
     "(<expr>) CHECK (<expr>)\nALTER DOMAIN <name> SET DEFAULT <expr>\nALTER DOMAIN <name> DROP DEFAULT\nALTER DOMAIN <name> SET "
     "NOT NULL\nALTER DOMAIN <name> ADD CONSTRAINT <ident> CHECK (<expr>) NOT VALID\nALTER DOMAIN <name> ADD CHECK (<expr>)\n"
     "ALTER DOMAIN <name> DROP CONSTRAINT IF EXISTS <ident>\nALTER DOMAIN <name> VALIDATE CONSTRAINT <ident>\nALTER DOMAIN <name> "
     "RENAME CONSTRAINT <ident> TO <ident>\nALTER DOMAIN <name> RENAME TO <ident>\nDROP DOMAIN<ife> <name> CASCADE\n"
     "CREATE TYPE <name> AS ENUM ('a', 'b')\nCREATE TYPE <name> AS ENUM ()\nCREATE TYPE <name> AS (<ident> <type>, b TEXT)\n"
     "CREATE<orr> FUNCTION <name> (<params>) RETURNS <type> AS <expr>\nCREATE FUNCTION f () RETURN <expr> LANGUAGE <ident> WITH "
     "(<opts>)\nCREATE FUNCTION f (INT[], DOUBLE PRECISION DEFAULT <expr>) RETURNS <type> IMMUTABLE STRICT RETURN <expr>\n"
     "CREATE FUNCTION <name> () RETURNS SETOF <type> AS 'SELECT 1'\nCREATE FUNCTION <name> () RETURNS TABLE (<ident> <type>, b "
     "INT) "
     "BEGIN ATOMIC <query>; END\nCREATE FUNCTION <name> () RETURNS <type> BEGIN ATOMIC RETURN <expr>; END\n"
     "COMMENT ON FUNCTION <name> (INT, a INT) IS 'x'"},
    {"params", "\n<ident> <type>\n<ident> <type> DEFAULT <expr>, <params2>\nOUT <ident> <type>, VARIADIC <ident> INT[]"},
    {"params2", "<ident> <type>\nINOUT <ident> <type>\nOUT INT"},
    {"source",
     "(<elems>)\n(<elems>) WITH (<opts>)\n(<elems>) FROM <conn> WITH (<opts>)\nFROM <conn>\nFROM <ident> (<elems>) WITH (<opts>)\n"
     "FROM <ident> <format> (<elems>)\nFROM <ident> (<opts>) (<elems>)\nFROM <ident> (<opts>) <format> SCHEMA (<elems>) WITH "
     "(<opts>)\n"
     "(<elems>) <format> WITH (<opts>)"},
    {"into", "\nINTO <conn>\nINTO <conn>\n<format>"},
    {"conn", "<ident>\n<ident> (<opts>)\n<ident> (<opts>) <format>\n<ident> <format>"},
    {"format", "FORMAT json\nFORMAT json WITH (<opts>)\nFORMAT <ident> WITH (<opts>)\nFORMAT <ident>"},
    {"elems", "<elem>\n<elem>, <elems>"},
    {"elem",
     "<ident> <type>\n<ident> <type> NOT NULL\n<ident> <type> NULL DEFAULT <b>\n<ident> <type> PRIMARY KEY\n<ident> <type> UNIQUE "
     "CHECK (<expr>)\n"
     "<ident> AS <expr>\n<ident> <type> GENERATED ALWAYS AS (<expr>)\n<ident> <type> GENERATED ALWAYS AS (<expr>) STORED\n<ident> "
     "<type> "
     "GENERATED ALWAYS AS IDENTITY\n<ident> <type> GENERATED BY DEFAULT AS IDENTITY (START WITH 5 INCREMENT 2) NOT NULL\n"
     "WATERMARK FOR <ident>\nWATERMARK FOR <ident> AS <expr>\n"
     "WATERMARK FOR <ident> AS ts - INTERVAL '5' SECOND PER KEY <ident>\nWATERMARK FOR ts PER KEY (<ident>, <ident>)\n*\n* PREFIX "
     "'p_'\n"
     "PRIMARY KEY (<ident>, <ident>)\nUNIQUE (<ident>)\nCHECK (<expr>)\nCONSTRAINT <ident> CHECK (<expr>)\nCONSTRAINT c PRIMARY "
     "KEY (<ident>)\n"
     "CONSTRAINT <ident> UNIQUE (a, b)\nUNIQUE (a) DEFERRABLE INITIALLY DEFERRED\nPRIMARY KEY (a) NOT DEFERRABLE\nFOREIGN KEY (a, "
     "b) REFERENCES <name> ON DELETE SET NULL (b) INITIALLY IMMEDIATE"},
    {"opts", "<opt>\n<opt>, <opts>\n<opt>,"},
    {"opt", "<key> = <val>"},
    {"key", "k\n'properties.bootstrap.servers'\nalignment.group\nformat\n\"Quoted\"\ntable.from.select\n'it''s'"},
    {"val", "'x'\nword\ntrue\n5\n-5\n1.5\n-2e3\nINTERVAL '5' MINUTE\nINTERVAL '5 minutes'\n30s\n''\n\"A b\"\nnull"},
    {"orr", "\n OR REPLACE"},
    {"ine", "\n IF NOT EXISTS"},
    {"ife", "\n IF EXISTS"},
    {"kind", "SOURCE\nTABLE\nLOOKUP TABLE\nSTREAM\nMATERIALIZED VIEW\nVIEW\nCONTINUOUS QUERY\nSINK\nFUNCTION\nTYPE\nSOURCE TABLE"},
    {"drop", "DROP <kind><ife> <name>\nDROP <kind> <name>, <name> CASCADE\nDROP <kind><ife> <name> RESTRICT"},
    {"alter",
     "ALTER <kind><ife> <name> RESUME\nALTER <kind> <name> ADD COLUMN<ine> <ident> <type> NOT NULL\nALTER <kind> <name> "
     "ADD <ident> <type>\n"
     "ALTER <kind> <name> SET (<opts>)\nALTER <kind> <name> RENAME TO <ident>\nALTER <kind> <name> PAUSE\nALTER <kind> "
     "<name> REPLAN\n"
     "ALTER <kind> <name> <part>, <part>\nALTER <kind> <name> RENAME COLUMN <ident> TO <ident>\nALTER <kind> <name> RENAME "
     "<ident> TO <ident>\nALTER <kind> <name> RENAME CONSTRAINT <ident> TO <ident>"},
    {"part",
     "DROP COLUMN<ife> <ident>\nDROP <ident> CASCADE\nADD CONSTRAINT <ident> CHECK (<expr>)\nADD PRIMARY KEY USING INDEX "
     "<ident>\nADD CONSTRAINT <ident> UNIQUE USING INDEX <ident> DEFERRABLE\nALTER CONSTRAINT <ident> DEFERRABLE\nADD PRIMARY KEY "
     "(a, b)\nADD UNIQUE "
     "(a)\nADD FOREIGN KEY (a, b) REFERENCES <name> (c, d) MATCH FULL ON DELETE CASCADE\nADD CONSTRAINT <ident> FOREIGN KEY (a) "
     "REFERENCES <name> ON "
     "UPDATE SET NULL ON DELETE RESTRICT\nADD COLUMN <ident> <type> REFERENCES <name> ON DELETE SET DEFAULT\nDROP CONSTRAINT<ife> "
     "<ident> RESTRICT\nALTER COLUMN <ident> SET DEFAULT <expr>\nALTER <ident> DROP DEFAULT\nALTER "
     "<ident> DROP EXPRESSION IF EXISTS\nALTER <ident> ADD GENERATED ALWAYS AS IDENTITY (SEQUENCE NAME <name> START 3)\nALTER "
     "<ident> SET GENERATED BY DEFAULT SET NO MAXVALUE SET INCREMENT 2 RESTART WITH 7\nALTER <ident> RESTART\nALTER <ident> DROP "
     "IDENTITY IF EXISTS\nVALIDATE CONSTRAINT <ident>\nALTER "
     "<ident> SET NOT NULL\nALTER <ident> DROP NOT NULL\nALTER <ident> TYPE <type>\nALTER <ident> SET DATA TYPE <type> USING "
     "<expr>\nADD COLUMN<ine> <ident> <type> NOT NULL"},
    {"dml",
     "INSERT INTO <name> VALUES (1, 'a'), (DEFAULT, <expr>)\n<with>INSERT INTO <name> (<ident>, <ident>) <query> <conflict><ret>\n"
     "INSERT INTO <name> AS <ident> (<ident>) VALUES (<expr>)<ret>\nINSERT INTO <name> DEFAULT VALUES <conflict>\n"
     "INSERT INTO <name> OVERRIDING USER VALUE <query>\nINSERT INTO <name> (<ident>) OVERRIDING SYSTEM VALUE <query><ret>\n"
     "<with>UPDATE <name> SET <sets><where><ret>\nUPDATE <name> <bare> SET <sets> FROM <from><where><ret>\n"
     "<with>DELETE FROM <name><where><ret>\nDELETE FROM <name> AS <ident> USING <from><where>\n"
     "<with>MERGE INTO <name> <bare> USING <from> ON <expr> WHEN MATCHED AND <expr> THEN UPDATE SET <sets> WHEN MATCHED THEN "
     "DELETE\n"
     "MERGE INTO <name> USING <name> ON <expr> WHEN NOT MATCHED THEN INSERT (<ident>) OVERRIDING USER VALUE VALUES (<expr>, "
     "DEFAULT)\n"
     "MERGE INTO <name> AS a USING (<query>) b ON a.x = b.x WHEN NOT MATCHED AND <expr> THEN INSERT DEFAULT VALUES WHEN MATCHED "
     "THEN "
     "DO NOTHING\n"
     "TRUNCATE <name>\nTRUNCATE TABLE <name>, <name> RESTART IDENTITY CASCADE\nCOPY <name> FROM 'f.csv'\nCOPY <name> (<ident>, "
     "<ident>) TO STDOUT "
     "WITH (FORMAT csv, HEADER)\n"
     "COPY (<query>) TO 'x' (<opts2>)\nCOPY <name> FROM STDIN"},
    {"opts2", "HEADER\nHEADER true, DELIMITER ';'\nFORMAT = parquet, a.b 5"},
    {"sets",
     "<ident> = <expr>\n<ident> = DEFAULT, <sets>\n(<ident>, <ident>) = (<expr>, 2)\n(<ident>, b) = (<query>)\n(a) = ROW(1)\n"
     "<ident>[<expr>] = <expr>\n<ident>.<ident>[1 : 2][:].f = DEFAULT\n(<ident>[1], <ident>.b) = (<query>)"},
    {"conflict", "\nON CONFLICT DO NOTHING\nON CONFLICT (lower(a), b) WHERE <expr> DO NOTHING\nON CONFLICT (<ident>) DO UPDATE SET "
                 "<sets><where>\nON CONFLICT ON CONSTRAINT <ident> DO NOTHING"},
    {"ret", "\n RETURNING *\n RETURNING <targets>"},
    {"control",
     "CHECKPOINT\nRESTORE FROM CHECKPOINT 5\nRESTORE FROM 'p'\nBACKUP TO 'p' WITH (<opts>)\nBACKUP TO 'p'\nCANCEL "
     "BACKFILL FOR <name>\n"
     "RESUME BACKFILL FOR <name>\nREFRESH TABLE <name>\nREFRESH LOOKUP TABLE <name>\nREFRESH MATERIALIZED VIEW <name>\nCANCEL "
     "QUERY 4\nKILL 4\nKILL QUERY $1\nCANCEL "
     "1\nPREPARE <ident> AS <query>\nPREPARE "
     "<ident> (<type>, <type>) AS <dml>\nEXECUTE <ident>\nCALL f(1, a => 2)\nCREATE PROCEDURE <name> (a INT) LANGUAGE <ident> AS "
     "'x'\n"
     "CREATE FUNCTION <name> () BEGIN ATOMIC <query>; DELETE FROM t; CALL f(); END\nCOPY (<dml>) TO STDOUT\n"
     "EXECUTE <ident> (<exprs>)\nDEALLOCATE <ident>\nDEALLOCATE PREPARE ALL\nBEGIN\nSTART TRANSACTION\nCOMMIT "
     "WORK\nROLLBACK\nABORT\nBEGIN ISOLATION LEVEL READ COMMITTED, READ ONLY DEFERRABLE\nSTART TRANSACTION ISOLATION LEVEL "
     "REPEATABLE READ NOT DEFERRABLE\nCOMMIT AND CHAIN\nROLLBACK WORK AND NO CHAIN\nSET TRANSACTION READ WRITE\nSET SESSION "
     "CHARACTERISTICS AS TRANSACTION ISOLATION LEVEL READ UNCOMMITTED\nDISCARD ALL\nDISCARD TEMPORARY\nDISCARD PLANS\n"
     "COMMENT ON <kind> <name> IS 'it''s'\nCOMMENT ON COLUMN <name> IS NULL\nCOMMENT ON CONSTRAINT <ident> ON <ident> IS NULL\nSET "
     "CONSTRAINTS ALL DEFERRED\nSET CONSTRAINTS a, b.c IMMEDIATE\nSET <name> = <val>\nSET <name> TO <val>, "
     "<val>\nSET LOCAL <ident> = 5\n"
     "SET SESSION a TO DEFAULT\nSET TIME ZONE 'UTC'\nRESET <name>\nRESET ALL\nDECLARE <ident> CURSOR FOR <query>\n"
     "DECLARE <ident> NO SCROLL CURSOR WITHOUT HOLD FOR SUBSCRIBE <name><where>\nDECLARE c SCROLL CURSOR WITH HOLD FOR "
     "SUBSCRIBE (<query>)\n"
     "FETCH 5 FROM <ident>\nFETCH ABSOLUTE -3 FROM c\nMOVE BACKWARD ALL IN <ident>\nFETCH PRIOR c\nFETCH LAST FROM c\nFETCH FIRST "
     "IN c\nMOVE RELATIVE 0 c\n"
     "FETCH FORWARD ALL IN <ident>\nFETCH NEXT FROM <ident>\nFETCH ALL <ident>\nFETCH "
     "<ident>\nCLOSE <ident>\nCLOSE ALL\n"
     "SUBSCRIBE <name><where>\nSUBSCRIBE <name><where> AS OF EPOCH 5 WITH (<opts>)\nSUBSCRIBE (<query> <tail>)"},
    {"inspect", "EXPLAIN <query>\nEXPLAIN ANALYZE <dml>\nEXPLAIN ANALYZE v\nEXPLAIN ANALYZE VERBOSE <query>\nEXPLAIN STREAMING "
                "<query>\nEXPLAIN VERBOSE "
                "<query>\nEXPLAIN (FORMAT "
                "JSON, analyze) <create>\nEXPLAIN (a = 'x', verbose true) <query>\n"
                "EXPLAIN DAG\nEXPLAIN ROW (<name>)\nEXPLAIN ROW (<name>, <exprs>)\nVERIFY VIEW <name>\nVERIFY MATERIALIZED VIEW "
                "<name>\nSHOW SOURCES\nSHOW TABLES LIKE 'a%'\n"
                "SHOW MATERIALIZED VIEWS\nSHOW LOOKUP TABLES\nSHOW ALL\nSHOW \"tables\"\nSHOW <name>\nSHOW DEPENDENCIES FOR "
                "<name>\nSHOW BACKFILL STATUS FOR <name>\n"
                "SHOW CREATE <kind> <name>\nSHOW COLUMNS FROM <name>\nSHOW QUERIES\nSHOW TIME ZONE\nDESCRIBE <name>\nDESC EXTENDED "
                "<name>\nDESCRIBE \"extended\""},
    {"tail", "\nEMIT CHANGES\nEMIT ON WINDOW CLOSE\nEMIT AFTER WATERMARK\nEMIT ON UPDATE ALLOW LATENESS INTERVAL '5' MINUTE\nEMIT "
             "FINAL\nEMIT EVERY <interval>\n"
             "LATE DATA TO <name> EMIT PERIODICALLY <interval>\nALLOW LATENESS <interval> LATE DATA TO late_rows\nWITH "
             "(<opts>)\nEMIT CHANGES WITH (<opts>)\nEMIT CHANGES IMMEDIATE ALLOW LATENESS <interval>\n"
             "WITH (<opts>) ALLOW LATENESS <expr>"},
    {"query", "SELECT 1\n<with><body>\n<body>\n<body>\n<body> ORDER BY <sorts>\n<with><body> ORDER BY <sorts> LIMIT <expr>\n<body> "
              "LIMIT 5 OFFSET <expr>\n"
              "<body> OFFSET 3 ROWS FETCH FIRST 5 ROWS ONLY\n<body> ORDER BY <sorts> FETCH NEXT (<expr>) ROW WITH "
              "TIES\n(<query>)\n(<query>) LIMIT 1\n<body> LIMIT ALL\n<body> FOR UPDATE\n<body> FOR NO KEY UPDATE OF <ident> SKIP "
              "LOCKED\n<body> LIMIT 3 FOR "
              "SHARE OF a, b FOR KEY SHARE NOWAIT"},
    {"with", "\nWITH <ident> AS (<query>) \nWITH RECURSIVE <ident> (<ident>, <ident>) AS NOT MATERIALIZED (<query>), x AS "
             "MATERIALIZED (<query>) \nWITH RECURSIVE <ident> AS (<query>) SEARCH BREADTH FIRST BY a, <ident> SET <ident> CYCLE a, "
             "b SET m TO "
             "'y' DEFAULT NULL USING <ident>, x AS (<query>) SEARCH DEPTH FIRST BY a SET b, y AS (<query>) CYCLE a SET b USING c "},
    {"body", "<select>\n<select>\n<select>\n<select>\n<body> UNION <body>\n<body> UNION ALL <body>\n<body> INTERSECT "
             "<body>\n<body> EXCEPT DISTINCT <body>\n(<query>)\n<body> UNION BY NAME <body>\n<body> UNION ALL BY NAME <body>\n"
             "VALUES (<exprs>), (<exprs>)\nTABLE <name>"},
    {"select",
     "SELECT <targets> FROM <from>\nSELECT <targets> FROM <from><where>\nSELECT DISTINCT <targets> FROM <from><where> GROUP BY "
     "<groups>\n"
     "FROM <from>\nFROM <from> SELECT <targets> WHERE <expr>\nFROM <from> SELECT DISTINCT <targets>\n"
     "SELECT ALL <targets> FROM <from> GROUP BY <groups> HAVING <expr>\nSELECT DISTINCT ON (<exprs>) <targets> FROM <from>\n"
     "SELECT <targets> FROM <from> WINDOW <ident> AS <win>, w2 AS <win>\nSELECT <targets> FROM <from> GROUP BY DISTINCT <groups>"},
    {"targets", "*\n<expr>\n<expr>, <targets>\n<expr> AS <label>\n<expr> <bare>, <targets>\n<ident>.*\n* EXCLUDE (<ident>, "
                "<ident>)\na.b.*\n(<expr>).*\n* REPLACE (<expr> AS a, <expr> AS b) RENAME (<ident> AS c)\nt.* EXCLUDE (a) REPLACE "
                "(<expr> AS b)"},
    {"groups",
     "<expr>\n<expr>, <groups>\n()\nROLLUP (<exprs>)\nCUBE (<exprs>)\nGROUPING SETS (<groups>, (), (<exprs>))\n(<expr>, <expr>)"},
    {"where", "\n WHERE <expr>"},
    {"from", "<table>\n<table>\n<table>, <from>\n<join>"},
    {"join", "<table> JOIN <table> ON <expr>\n<table> LEFT JOIN <table> USING (<ident>)\n<table> RIGHT OUTER JOIN <table> ON "
             "<expr>\n<table> FULL JOIN <table> ON <expr>\n"
             "<table> CROSS JOIN <table>\n<table> NATURAL JOIN <table>\n<table> NATURAL LEFT JOIN <table>\n<table> LEFT SEMI JOIN "
             "<table> ON <expr>\n<table> LEFT ANTI JOIN <table> USING (<ident>)\n"
             "<table> RIGHT SEMI JOIN <table> ON <expr>\n<table> RIGHT ANTI JOIN <table> ON <expr>\n<table> ASOF JOIN <table> "
             "MATCH_CONDITION (<expr>) TOLERANCE <interval> ON <expr>\n"
             "<table> ASOF LEFT JOIN <table> ON <expr> MATCH_CONDITION NEAREST TOLERANCE 5000\n<table> ASOF INNER JOIN <table> "
             "MATCH_CONDITION (NEAREST(t.ts, q.ts)) USING (<ident>)\n"
             "<table> ASOF JOIN <table> MATCH_CONDITION (<expr>)\n<table> ASOF JOIN <table> ON <expr> AND t.ts >= q.ts\n<join> "
             "JOIN <table> ON <expr>\n<table> JOIN (<join>) ON <expr>\n"
             "<table> JOIN <table> JOIN <table> ON <expr> ON <expr>\n(<join>) CROSS JOIN <table>\n"
             "<table> TEMPORAL PROBE JOIN <table> ON (<ident>) TIMESTAMPS (a, t.b) RANGE FROM 0s TO 30s STEP 5s AS p\n"
             "<table> TEMPORAL PROBE JOIN <table> ON (k, l) TIMESTAMPS (a, b) LIST (0s, -1s, INTERVAL '5' SECOND)"},
    {"table", "<name>\n<name>\n<name> <alias>\n<name> FOR SYSTEM_TIME AS OF <expr> <alias>\n<name> <alias> FOR SYSTEM_TIME AS OF "
              "o.ts\n<name> FOR SYSTEM_TIME AS OF o.ts VERSIONED ON <ident> AS p\n"
              "(<query>) <alias>\nLATERAL (<query>) <alias>\nTUMBLE(<name>, <ident>, <interval>) <alias>\nTABLE(TUMBLE(TABLE "
              "<name>, DESCRIPTOR(<ident>), <interval>)) <alias>\n"
              "HOP(DATA => TABLE <name>, TIMECOL => DESCRIPTOR(ts), SLIDE => <interval>, SIZE => <interval>)\nUNNEST(<expr>) WITH "
              "ORDINALITY <alias>\nLATERAL unnest(<expr>)\nROWS FROM (unnest(<expr>), generate_series(1, <expr>)) "
              "<alias>\ngenerate_series(1, <expr>) <alias>\n<match>"},
    {"match", "<name> MATCH_RECOGNIZE (PARTITION BY <exprs> ORDER BY <sorts> MEASURES <expr> AS <label>, b AS c ONE ROW PER MATCH "
              "AFTER MATCH SKIP <skip> PATTERN (<pat>) DEFINE <ident> AS <expr>, b AS <expr>) <alias>\n"
              "<name> MATCH_RECOGNIZE (ORDER BY ts ALL ROWS PER MATCH PATTERN (<pat>) WITHIN <interval> SUBSET u = (a, b) DEFINE a "
              "AS <expr>)\n<name> t MATCH_RECOGNIZE (PATTERN (<pat>))"},
    {"skip", "PAST LAST ROW\nTO NEXT ROW\nTO FIRST <ident>\nTO LAST a\nTO xx"},
    {"pat",
     "a\na\n<pat> <pat>\n<pat> | <pat>\n(<pat>)\n(<pat>)+\na*\nb+?\n(<pat>)?\nc{2,}\nc{1,3}?\n(<pat>){2}\nd{,4}\nPERMUTE(<pat>, "
     "<pat>)\n{- <pat> -}\n^ a $\n() b\n(<pat>)??"},
    {"alias", "\nAS <ident>\nAS <ident> (<ident>, <ident>)\n<bare>\n<bare> (x, y)"},
    {"sorts", "<expr>\n<expr> DESC\n<expr> ASC NULLS FIRST, <sorts>\n<expr> NULLS LAST"},
    {"win", "()\n(PARTITION BY <exprs>)\n(PARTITION BY <exprs> ORDER BY <sorts>)\n(<bare> ORDER BY <sorts> <frame>)\n(ORDER BY "
            "<sorts> <frame>)"},
    {"frame", "ROWS 5 PRECEDING\nROWS BETWEEN 5 PRECEDING AND CURRENT ROW\nRANGE BETWEEN UNBOUNDED PRECEDING AND <interval> "
              "FOLLOWING EXCLUDE TIES\nGROUPS CURRENT ROW EXCLUDE GROUP\n"
              "RANGE BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING EXCLUDE CURRENT ROW\nROWS UNBOUNDED PRECEDING EXCLUDE NO "
              "OTHERS\nROWS BETWEEN <expr> PRECEDING AND <expr> FOLLOWING"},
    {"exprs", "<expr>\n<expr>, <exprs>"},
    {"interval", "INTERVAL '5' MINUTE\nINTERVAL '5 minutes'\nINTERVAL 5 SECOND\nINTERVAL '1 2:03' DAY TO MINUTE\n100ms\nINTERVAL "
                 "'-1' WEEK\nINTERVAL 1.5 HOUR\nINTERVAL '1' QUARTER"},
    {"type", "BIGINT\nint\nVARCHAR(10)\nDECIMAL(10, 2)\nnumeric(5,-2)\nDOUBLE PRECISION\nDOUBLE\nCHARACTER "
             "VARYING(5)\nTIMESTAMP\nTIMESTAMP(3)\nTIMESTAMP WITH TIME ZONE\nTIMESTAMP(6) WITH TIME ZONE\n"
             "TIME\nTIME(3) WITHOUT TIME ZONE\nTIME WITH TIME ZONE\nINTERVAL\nTEXT[]\nINT[3][]\nARRAY<<type>>\nMAP<TEXT, "
             "<type>>\nMAP(INT, <type>)\nSTRUCT<a <type>, b: INT>\nROW<x TEXT>\nARRAY<ARRAY<INT>>\n"
             "STRUCT(a INT, \"B c\" TEXT)\nMAP<TEXT, ARRAY<MAP<INT, INT>>>\n\"interval\"\n\"Weird Type\"(3)"},
    {"b", "5\n-5\n'x'\n(<expr>)\nnow()\na + 1\nCURRENT_TIMESTAMP\nTRUE\nNULL"},
    {"expr", "<atom>\n<atom>\n<atom>\n<expr> + <expr>\n<expr> - <expr>\n<expr> * <expr>\n<expr> / <expr>\n<expr> % <expr>\n<expr> "
             "^ <expr>\n<expr> || <expr>\n<expr> & <expr>\n<expr> | <expr>\n<expr> # <expr>\n"
             "<expr> << <expr>\n<expr> >> <expr>\n<expr> -> <expr>\n<expr> ->> 'k'\n<expr> #> <expr>\n<expr> #>> <expr>\n<expr> @> "
             "<expr>\n<expr> <@ <expr>\n<expr> ? 'k'\n<expr> && <expr>\n"
             "<expr> ~ <expr>\n<expr> ~* 'a'\n<expr> !~ 'a'\n<expr> !~* 'a'\n(<expr>) = <atom>\n<atom> <> <atom>\n<atom> != "
             "(<expr>)\n<atom> < <atom>\n<atom> <= <atom>\n<atom> > <atom>\n(<expr>) >= (<expr>)\n"
             "<expr> AND <expr>\n<expr> OR <expr>\n<expr> AND <expr> AND <expr>\nNOT <expr>\nNOT NOT <atom>\n-<expr>\n- "
             "-<atom>\n+<atom>\n~<expr>\n<atom> IS NULL\n(<expr>) IS NOT NULL\n<atom> ISNULL\n<atom> NOTNULL\n<atom> IS TRUE\n"
             "<atom> IS NOT UNKNOWN\n(<expr>) IS FALSE\n<atom> IS DISTINCT FROM <atom>\n(<expr>) IS NOT DISTINCT FROM "
             "(<expr>)\n<atom> BETWEEN <atom> AND <atom>\n<atom> NOT BETWEEN SYMMETRIC <b> AND <atom> + 1\n"
             "(<expr>) BETWEEN (<expr>) AND (<expr>)\n<atom> BETWEEN a < b AND c\n<atom> IN (<exprs>)\n<atom> NOT IN "
             "(<query>)\n<atom> IN (<query>)\n<atom> NOT IN (<exprs>)\n<atom> LIKE <atom>\n(<expr>) NOT LIKE '%' ESCAPE '\\'\n"
             "<atom> ILIKE <atom>\n<atom> SIMILAR TO (<expr>)\n<atom> NOT SIMILAR TO 'x'\n<atom> = ANY (<query>)\n<atom> <> ALL "
             "(<expr>)\n<atom> < SOME (ARRAY[1, 2])\n<atom> ~ ANY (<expr>)\n<atom> || ALL (<query>)\n"
             "<expr> AT TIME ZONE 'UTC'\n<expr> COLLATE \"C\"\n<expr>::<type>\n(<expr>)"},
    {"atom",
     "a\n[<expr> FOR <ident> IN <expr>]\n[<expr> FOR x IN <expr> IF <expr>]\n{a: <expr>, 'b': <expr>}\nMAP {<expr>: "
     "<expr>}\nlist_transform(<expr>, x -> <expr>)\n<col>\n1\n<lit>\n<lit>\n<col>\n<call>\n<call>\n(<expr>)\n(<query>)\nEXISTS "
     "(<query>)\nCASE WHEN <expr> THEN "
     "<expr> END\nCASE <expr> WHEN 1 THEN <expr> WHEN 2 THEN 3 ELSE <expr> END\nCAST(<expr> AS <type>)\n"
     "TRY_CAST(<expr> AS <type>)\nARRAY[<exprs>]\nARRAY[]\nARRAY[[1, 2], [3, "
     "<expr>]]\nARRAY(<query>)\nROW(<exprs>)\nROW()\n(<expr>, <expr>)\nMAP['a', "
     "<expr>]\nMAP[]\n(<expr>).<label>\n<col>[<expr>]\n<col>[<expr>:<expr>]\n"
     "<col>[:2]\n<call>[1]\n(<expr>)[1][2:]\n(a[1]).b.c\na[1].b\n<interval>\n$1\n$12"},
    {"col", "a\n<ident>\n<ident>.<label>\na.b.c\n\"s\".t.c.\"F\"\n`back``tick`\ntimestamp\ninterval\n\"map\""},
    {"lit", "5\n0x1F\n1_000\n1.5\n.5\n1.\n1e5\n2.5E-3\n'str'\n'it''s'\nE'a\\n\\t\\u00e9'\nX'DEADbeef'\nTRUE\nFALSE\nNULL\n$$do ll "
            "ar$$\n$t$a $$ b$t$\nDATE '2024-01-01'\nTIMESTAMP '2024-01-01 00:00:00'\n"
            "TIMESTAMP(3) WITH TIME ZONE '2024-01-01'\nTIME '1:2'\nuuid 'x'\n99999999999999999999999999\n'\xc3\xa9'\n\"interval\" "
            "'x'\ntimestamptz 'now'"},
    {"call", "f()\nf(<exprs>)\ns.f(<expr>)\ncount(*)\ncount(DISTINCT <expr>)\nsum(ALL <expr>) FILTER (WHERE "
             "<expr>)\nstring_agg(<expr>, ',' ORDER BY <sorts>)\npercentile_cont(0.5) WITHIN GROUP (ORDER BY <sorts>)\n"
             "lag(<expr>, 1) IGNORE NULLS OVER <win>\nfirst_value(x) RESPECT NULLS OVER <ident>\nrow_number() OVER <win>\nsum(x) "
             "FILTER (WHERE <expr>) OVER <win>\nEXTRACT(hour FROM <expr>)\nEXTRACT('day' FROM <expr>)\nextract('x', <expr>)\n"
             "SUBSTRING(<expr> FROM <expr> FOR <expr>)\nSUBSTRING(<expr> FOR 2)\nSUBSTRING(<expr> FROM 'a')\nsubstring(<expr>, 1, "
             "2)\nPOSITION(<b> IN <b>)\nTRIM(<expr>)\nTRIM(BOTH FROM <expr>)\nTRIM(LEADING 'x' FROM <expr>)\n"
             "TRIM(TRAILING <expr> FROM <expr>)\nTRIM('x' FROM <expr>)\nOVERLAY(<expr> PLACING <expr> FROM 1 FOR 2)\nOVERLAY(a "
             "PLACING b FROM 1)\nCURRENT_DATE\nCURRENT_TIMESTAMP\nCURRENT_TIMESTAMP(3)\nLOCALTIMESTAMP\n"
             "left(<expr>, 2)\nright(s, 1)\nif(<expr>, 1, 2)\nreplace(a, b, c)\ncoalesce(<exprs>)\nf(x => <expr>, y := "
             "2)\n\"substring\"(DISTINCT a)\n\"descriptor\"(a)\n\"extract\"(a => 1)\n\"Left\"(1)\ngrouping(a, "
             "b)\nfilter(x)\nnearest(a, b)\nmap(1)\nmap()\nstruct(a, x => 1)"},
    {"ident", "a\nb\nc1\n_x\nsource\n\"Mixed\"\n\"with "
              "space\"\nemit\nday\n\"select\"\ntimestamp\nvalue\n\"q\"\"uote\"\nd\xc3\xa9j\xc3\xa0\nfirst\ninterval\npattern\nprepa"
              "re\nforward\nformat\nwatermark\nkey\nsession\nperiodically\nno\nnext\nrows\nrange\n\"\xe2\x82\xac\"\nx$1"},
    {"bare", "a\nb2\nsource\nkey\n\"Mixed\"\n\"emit\"\nview\nfirst"},
    {"label", "<ident>\nselect\nfrom\nleft\nend\ncase"},
    {"name", "t\nt\n<ident>\n<ident>.<label>\na.b.c"},
};

static Arena arena; /* of the test program */
static uint64_t rng_state;
static uint32_t rng(uint32_t n)
{
    rng_state ^= rng_state << 13;
    rng_state ^= rng_state >> 7;
    rng_state ^= rng_state << 17;
    return (uint32_t)((rng_state >> 16) % n);
}

static const Rule *rule_find(Str name)
{
    for (size_t i = 0; i < ARRAY_LEN(rules); i++)
        if (str_eq(name, str_of(rules[i].name)))
            return &rules[i];
    return NULL;
}

static Str alternative(const Rule *r, uint32_t depth, uint32_t limit)
{
    Str rest = str_of(r->text), head = rest;
    uint32_t n = 1;
    for (const char *c = r->text; *c; c++)
        n += *c == '\n';
    uint32_t k = depth >= limit ? 0 : rng(n);
    for (uint32_t i = 0; i <= k; i++)
        str_cut(rest, '\n', &head, &rest);
    return head;
}

static void generate(StrBuf *out, const Rule *r, uint32_t depth, uint32_t limit)
{
    Str text = alternative(r, depth, limit);
    for (size_t i = 0; i < text.n; i++) {
        const char *end = text.p[i] == '<' ? memchr(text.p + i, '>', text.n - i) : NULL;
        const Rule *inner = end ? rule_find((Str){text.p + i + 1, (size_t)(end - text.p) - i - 1}) : NULL;
        if (inner) {
            generate(out, inner, depth + 1, limit);
            i = (size_t)(end - text.p);
        } else {
            sb_putc(out, text.p[i]);
        }
    }
}

/* Comparisons do not associate, so a few walks give text with an error; most must parse. */
#ifdef __SANITIZE_ADDRESS__ /* ten times as slow */
#define N_WALKS 12000
#else
#define N_WALKS 32000
#endif
#define N_PARSED_MIN (N_WALKS * 3 / 4)
static void walk(const char *prefix, const char *rule, uint64_t seed)
{
    uint32_t n_parsed = 0;
    StrBuf text;
    sb_init(&text, NULL);
    for (uint32_t i = 0; i < N_WALKS; i++) {
        rng_state = seed * (i + 1);
        sb_clear(&text);
        sb_puts(&text, prefix);
        generate(&text, rule_find(str_of(rule)), 0, 2 + i % 7);
        n_parsed += round_trip(sb_cstr(&text), NULL, true);
    }
    sb_done(&text);
    assert_true(n_parsed >= N_PARSED_MIN);
}

static void test_random_statements(void **state)
{
    (void)state;
    walk("", "stmt", 0x9E3779B97F4A7C15u);
}

static void test_random_expressions(void **state)
{
    (void)state;
    walk("SELECT ", "expr", 0xD1B54A32D192ED03u);
}

/* Every alternative by itself, with the shortest text for the rules it names: each must parse. */
static void test_every_alternative(void **state)
{
    (void)state;
    static const struct {
        const char *rule, *before, *after;
    } frames[] = {
        {"create", "", ""},
        {"drop", "", ""},
        {"alter", "", ""},
        {"dml", "", ""},
        {"control", "", ""},
        {"inspect", "", ""},
        {"query", "", ""},
        {"body", "", ""},
        {"select", "", ""},
        {"with", "", "SELECT 1"},
        {"tail", "SELECT 1 ", ""},
        {"targets", "SELECT ", ""},
        {"groups", "SELECT a FROM t GROUP BY ", ""},
        {"from", "SELECT * FROM ", ""},
        {"join", "SELECT * FROM ", ""},
        {"table", "SELECT * FROM ", ""},
        {"match", "SELECT * FROM ", ""},
        {"pat", "SELECT * FROM t MATCH_RECOGNIZE (PATTERN (", "))"},
        {"sorts", "SELECT 1 ORDER BY ", ""},
        {"win", "SELECT f(x) OVER ", ""},
        {"frame", "SELECT f(x) OVER (ORDER BY a ", ")"},
        {"interval", "SELECT ", ""},
        {"type", "SELECT CAST(a AS ", ")"},
        {"expr", "SELECT ", ""},
        {"atom", "SELECT ", ""},
        {"col", "SELECT ", ""},
        {"lit", "SELECT ", ""},
        {"call", "SELECT ", ""},
        {"ident", "DROP TABLE ", ""},
        {"bare", "SELECT 1 ", ""},
        {"label", "SELECT 1 AS ", ""},
        {"name", "SELECT * FROM ", ""},
        {"elem", "CREATE TABLE t (", ")"},
        {"source", "CREATE SOURCE s ", ""},
        {"opt", "CREATE TABLE t (a INT) WITH (", ")"},
        {"key", "CREATE TABLE t (a INT) WITH (", " = 1)"},
        {"val", "CREATE TABLE t (a INT) WITH (k = ", ")"},
        {"b", "SELECT 1 BETWEEN ", " AND 2"},
        {"sets", "UPDATE t SET ", ""},
        {"conflict", "INSERT INTO t VALUES (1) ", ""},
        {"into", "CREATE SINK s FROM t ", ""},
        {"conn", "CREATE SOURCE s FROM ", ""},
        {"alias", "SELECT * FROM t ", ""},
    };
    StrBuf text;
    sb_init(&text, NULL);
    for (size_t f = 0; f < ARRAY_LEN(frames); f++) {
        Str rest = str_of(rule_find(str_of(frames[f].rule))->text), one;
        for (bool more = true; more;) {
            more = str_cut(rest, '\n', &one, &rest);
            const Rule alone = {"", arena_strndup(&arena, one.p, one.n)};
            sb_clear(&text);
            sb_puts(&text, frames[f].before);
            generate(&text, &alone, 0, 0);
            sb_puts(&text, frames[f].after);
            check_round_trip(sb_cstr(&text), NULL);
        }
    }
    sb_done(&text);
}

static int set_up(void **state)
{
    (void)state;
    arena_init(&arena, NULL, 0);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    arena_done(&arena);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_alternative),
        cmocka_unit_test(test_random_statements),
        cmocka_unit_test(test_random_expressions),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
