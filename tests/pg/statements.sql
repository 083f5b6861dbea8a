-- Functions, operators and literals of every family, one statement a line; PostgreSQL gives the answers.
SELECT sind(30), cosd(60), tand(45), cotd(45), asind(0.5), acosd(0.5), atand(1), atan2d(1,1)
SELECT sind(0), sind(90), sind(180), cosd(0), cosd(90), cosd(180), tand(0), tand(180), sind(-30), cosd(-60)
SELECT sind(10), cosd(33), tand(77), cotd(12), asind(0.3), acosd(0.7), atand(2), atan2d(3,4)
SELECT tand(90)
SELECT cotd(0)
SELECT asind(2)
SELECT acosd('NaN')
SELECT sind('Infinity')
SELECT log(2.0, 64.0)
SELECT log(2, 64)
SELECT log(100.0)
SELECT ln(2.0)
SELECT exp(1.0)
SELECT sqrt(2.0)
SELECT power(9.0, 3.0)
SELECT power(2, 0.5)
SELECT 2 ^ 3 ^ 3
SELECT round(42.4382, 2), round(1234.56, -1), trunc(42.4382, 2)
SELECT scale(8.4100), min_scale(8.4100), trim_scale(8.4100)
SELECT width_bucket(5, ARRAY[1,3,6,9]), width_bucket(0, ARRAY[1,3]), width_bucket(10, ARRAY[1,3])
SELECT gcd(1071, 462), lcm(1071, 462), gcd(0,0), lcm(0,5)
SELECT gcd(1.5, 0.5)
SELECT factorial(5), factorial(0), factorial(20)
SELECT factorial(-1)
SELECT div(9,4), mod(9,4), div(9.5, 2)
SELECT sign(-8.4), sign(0), ceil(42.2), ceiling(95.3), floor(-42.8)
SELECT 5 % 0
SELECT cbrt(27), degrees(0.5), radians(45.0)
SELECT normalize(U&'\0061\0308bc', NFC)
SELECT normalize('é', NFD) = 'é'
SELECT U&'d\0061t\+000061'
SELECT U&'d!0061t!+000061' UESCAPE '!'
SELECT U&'\D83D\DE00'
SELECT U&'\00'
SELECT unistr('d\0061t\+000061'), unistr('d\u0061t\U00000061')
SELECT unistr('\zz')
SELECT parse_ident('"SomeSchema".someTable')
SELECT bit_length('jose'), octet_length('jose'), char_length('josé')
SELECT overlay('Txxxxas' placing 'hom' from 2 for 4), position('om' in 'Thomas'), substring('Thomas' from 2 for 3)
SELECT trim(both 'xyz' from 'yxTomxx'), trim(both from 'yxTomxx', 'xyz'), trim(leading 'x' from 'xxa'), trim(trailing from 'a  ')
SELECT ascii('x'), ascii(''), ascii('é'), chr(65), chr(233), ascii('😀')
SELECT concat('abcde', 2, NULL, 22), concat_ws(',', 'abcde', 2, NULL, 22), concat(), concat_ws(NULL, 'a')
SELECT concat(true, 1.5, DATE '2024-01-01', NULL)
SELECT concat_ws(',')
SELECT format('Hello %s, %1$s', 'World'), format('%-10s|', 'foo'), format('|%10s|', 'foo'), format('|%*s|', 10, 'foo'), format('|%*2$s|', 'foo', 10, 'bar'), format('|%-*s|', 10, 'foo')
SELECT format('INSERT INTO %I VALUES(%L)', 'foo bar', E'O''Reilly\\'), format('%I', 'select'), format('%3$s %2$s %1$s', 'a','b','c')
SELECT format('Testing %3$s, %2$s, %s', 'one', 'two', 'three')
SELECT format('%s', ARRAY[1,2]), format('%s', NULL), format('%L', NULL)
SELECT initcap('hi THOMAS'), initcap('a-b_c d1e'), left('abcde', 2), left('abcde', -2), right('abcde', 2), right('abcde', -2)
SELECT length('jose'), lpad('hi', 5, 'xy'), ltrim('zzzytest', 'xyz'), md5('abc')
SELECT quote_ident('Foo bar'), quote_literal(E'O\'Reilly'), quote_literal(42.5), quote_nullable(NULL), quote_nullable(42.5)
SELECT regexp_count('123456789012', '\d\d\d', 2), regexp_count('ABCABCAXYaxy', 'A.', 1, 'i')
SELECT regexp_instr('abcabc', 'b'), regexp_instr('abcabc', 'b', 3), regexp_instr('abcabc', 'b', 1, 2, 1), regexp_instr('abc', 'x'), regexp_instr('abcabc','(b)(c)',1,2,0,'',2)
SELECT regexp_like('Hello World', 'world$', 'i')
SELECT regexp_substr('number of your street, town zip, FR', '[^,]+', 1, 2), regexp_substr('ABCDEFGHI', '(c..)(...)', 1, 1, 'i', 2), regexp_substr('foobar', 'o(.)b'), regexp_substr('abc','x')
SELECT regexp_substr('abcabc', 'b', 3), regexp_substr('abcabc','b',0)
SELECT regexp_count('abc','b',0)
SELECT regexp_replace('Thomas', '.[mN]a.', 'M'), regexp_replace('Thomas', '.', 'X', 3, 2), regexp_replace('foobarbaz', 'b..', 'X', 'g'), regexp_replace('foobarbaz', 'b(..)', 'X\1Y', 'g')
SELECT regexp_replace('A PostgreSQL function', 'a|e|i|o|u', 'X', 1, 0, 'i'), regexp_replace('A PostgreSQL function', 'a|e|i|o|u', 'X', 1, 3, 'i')
SELECT regexp_replace('abc', 'b', '[\&]'), regexp_replace('abc','','-','g'), regexp_replace('hello','l','L',1)
SELECT regexp_split_to_array('hello world', '\s+'), regexp_split_to_array('the quick', '\s*')
SELECT repeat('Pg', 4), repeat('x', -1), replace('abcdefabcdef', 'cd', 'XX'), reverse('abcde'), rpad('hi', 5, 'xy'), rtrim('testxxzx', 'xyz')
SELECT split_part('abc~@~def~@~ghi', '~@~', 2), split_part('abc,def,ghi,jkl', ',', -2), split_part('a,b', ',', 5)
SELECT split_part('a,b', ',', 0)
SELECT starts_with('alphabet', 'alph'), strpos('high', 'ig'), substr('alphabet', 3), substr('alphabet', 3, 2)
SELECT 'alphabet' ^@ 'alph'
SELECT to_hex(2147483647), to_hex(-1), to_hex(255::bigint), translate('12345', '143', 'ax')
SELECT string_to_table('xx~^~yy~^~zz', '~^~', 'yy')
SELECT '\x123456'::bytea || '\x789a00bcde'::bytea
SELECT bit_length('\x123456'::bytea), octet_length('\x123456'::bytea), overlay('\x1234567890'::bytea placing '\002\003'::bytea from 2 for 3), position('\x5678'::bytea in '\x1234567890'::bytea), substring('\x1234567890'::bytea from 3 for 2)
SELECT trim('\x9012'::bytea from '\x1234567890'::bytea), btrim('\x1234567890'::bytea, '\x9012'::bytea), ltrim('\x1234567890'::bytea, '\x9012'::bytea), rtrim('\x1234567890'::bytea, '\x9012'::bytea)
SELECT bit_count('\x1234567890'::bytea), get_bit('\x1234567890'::bytea, 30), get_byte('\x1234567890'::bytea, 4), length('\x1234567890'::bytea)
SELECT set_bit('\x1234567890'::bytea, 30, 0), set_byte('\x1234567890'::bytea, 4, 64)
SELECT get_bit('\x12'::bytea, 8)
SELECT set_byte('\x12'::bytea, 1, 0)
SELECT set_bit('\x12'::bytea, 0, 2)
SELECT sha224('abc'::bytea), sha256('abc'::bytea)
SELECT sha384('abc'::bytea), sha512('abc'::bytea)
SELECT convert_from('\x746578745f696e5f75746638'::bytea, 'UTF8'), convert_to('some_text', 'UTF8'), convert('\x746578'::bytea, 'UTF8', 'LATIN1')
SELECT convert_from('\xe9'::bytea, 'LATIN1'), convert_to('é', 'LATIN1')
SELECT convert_from('\xff'::bytea, 'UTF8')
SELECT convert_to('日', 'LATIN1')
SELECT convert_from('\x00'::bytea, 'NOSUCH')
SELECT encode('123\000\001', 'base64'), decode('MTIzAAE=', 'base64'), encode('\x00ff5c'::bytea, 'escape'), decode('a\\000b','escape')
SELECT length('\xe697a5'::bytea, 'UTF8'), md5('\x616263'::bytea)
SELECT string_agg(x, '\x2c'::bytea ORDER BY x) FROM (VALUES ('\x01'::bytea), ('\x02')) t(x)
SELECT to_number('12,454.8-', '99G999D9S'), to_number('1,234', '9,999'), to_number('-12.5', 'S99.9'), to_number('$1.5','L9.9')
SELECT to_number('abc', '999')
SELECT to_char(125, '999'), to_char(125.8::real, '999D9'), to_char(-125.8, '999D99S'), to_char(interval '15h 2m 12s', 'HH24:MI:SS')
SELECT to_date('05 Dec 2000', 'DD Mon YYYY'), to_timestamp('05 Dec 2000', 'DD Mon YYYY'), to_timestamp(1284352323)
SELECT age(timestamp '2001-04-10', timestamp '1957-06-13'), age(date '2024-03-01', date '2024-02-01'), age(timestamptz '2024-01-01 00:00+00', timestamptz '2023-01-01 00:00+00')
SELECT date_bin('15 minutes', timestamp '2001-02-16 20:38:40', timestamp '2001-02-16 20:05:00')
SELECT date_part('hour', timestamp '2001-02-16 20:38:40'), date_part('month', interval '2 years 3 months'), date_part('epoch', date '2024-01-01')
SELECT date_trunc('hour', timestamp '2001-02-16 20:38:40'), date_trunc('day', timestamptz '2001-02-16 20:38:40+00', 'Australia/Sydney'), date_trunc('hour', interval '2 days 3 hours 40 minutes')
SELECT extract(hour from timestamp '2001-02-16 20:38:40'), extract(month from interval '2 years 3 months'), extract(timezone from timestamptz '2024-01-01 00:00+00'), extract(timezone_hour from timestamptz '2024-01-01 00:00+00')
SELECT extract(hour from date '2024-01-01')
SELECT extract(epoch from time '10:00'), extract(minute from time '10:20:30'), extract(second from time '10:20:30.5')
SELECT extract(day from time '10:00')
SELECT extract(week from date '2021-01-03'), extract(isoyear from date '2006-01-01'), extract(dow from timestamp '2001-02-16'), extract(julian from date '2006-01-01'), extract(century from timestamp '2000-12-16'), extract(millennium from timestamp '2001-02-16')
SELECT extract(century from interval '200 years'), extract(decade from interval '25 years'), extract(quarter from interval '5 months'), extract(epoch from interval '5 days 3 hours'), extract(millisecond from interval '1.5 s'), extract(year from interval '-14 months')
SELECT isfinite(date '2001-02-16'), isfinite(timestamp 'infinity'), isfinite(interval '4 hours')
SELECT justify_days(interval '1 year 65 days'), justify_hours(interval '50 hours 10 minutes'), justify_interval(interval '1 mon -1 hour')
SELECT make_date(2013, 7, 15), make_interval(days => 10), make_time(8, 15, 23.5), make_timestamp(2013, 7, 15, 8, 15, 23.5), make_timestamptz(2013, 7, 15, 8, 15, 23.5), make_timestamptz(2013, 7, 15, 8, 15, 23.5, 'America/New_York')
SELECT make_date(2013, 13, 1)
SELECT make_date(-44, 3, 15)
SELECT make_date(0, 3, 15)
SELECT make_time(25, 0, 0)
SELECT (DATE '2001-02-16', DATE '2001-12-21') OVERLAPS (DATE '2001-10-30', DATE '2002-10-30'), (DATE '2001-02-16', INTERVAL '100 days') OVERLAPS (DATE '2001-10-30', DATE '2002-10-30')
SELECT timestamp '2001-02-16 20:38:40' AT TIME ZONE 'America/Denver', timestamptz '2001-02-16 20:38:40-05' AT TIME ZONE 'America/Denver'
SELECT timestamp '2001-02-16 20:38:40' AT TIME ZONE INTERVAL '-5 hours', timestamptz '2001-02-16 20:38:40-05' AT TIME ZONE 'EST'
SELECT timestamp '2001-02-16 20:38:40' AT TIME ZONE 'No/Where'
SELECT timezone('UTC', timestamp '2001-02-16 20:38:40')
SELECT date '2001-09-28' + 7, date '2001-09-28' + interval '1 hour', date '2001-09-28' + time '03:00', interval '1 day' + interval '1 hour', timestamp '2001-09-28 01:00' + interval '23 hours', time '01:00' + interval '3 hours'
SELECT - interval '23 hours', date '2001-10-01' - date '2001-09-28', date '2001-10-01' - 7, date '2001-09-28' - interval '1 hour', time '05:00' - time '03:00', time '05:00' - interval '2 hours', timestamp '2001-09-28 23:00' - interval '23 hours', interval '1 day' - interval '1 hour', timestamp '2001-09-29 03:00' - timestamp '2001-07-27 12:00'
SELECT 900 * interval '1 second', 21 * interval '1 day', double precision '3.5' * interval '1 hour', interval '1 hour' / double precision '1.5'
SELECT clock_timestamp() >= now(), statement_timestamp() >= now(), transaction_timestamp() = now(), length(timeofday()) > 10
SELECT current_date = now()::date, localtimestamp = now()::timestamp, current_timestamp = now()
SELECT current_user IS NOT NULL, session_user IS NOT NULL, user IS NOT NULL, current_role IS NOT NULL, current_catalog IS NOT NULL, current_schema IS NOT NULL, current_database() IS NOT NULL
SELECT version() IS NOT NULL, current_schema() IS NOT NULL, pg_client_encoding()
SELECT num_nonnulls(1, NULL, 2), num_nulls(1, NULL, 2), num_nulls(NULL)
SELECT coalesce(NULL, 1), coalesce(NULL, NULL), nullif(1, 1), greatest(1, NULL, 3), least(NULL, NULL::int)
SELECT bool_and(x), bool_or(x), every(x) FROM (VALUES (true),(false),(NULL)) t(x)
SELECT 'abc' LIKE 'a%', 'abc' LIKE '_b_', 'abc' NOT LIKE 'c', 'abc' SIMILAR TO '%(b|d)%', 'abc' SIMILAR TO '(b|c)%', 'abc' ~ 'a.c', 'ABC' ~* 'a.c'
SELECT 'a%c' LIKE 'a\%c', 'abc' LIKE 'a\', 'x'
SELECT 'abc' LIKE 'a!%' ESCAPE '!', 'a%' LIKE 'a!%' ESCAPE '!', 'ab' LIKE 'ab' ESCAPE ''
SELECT 1 BETWEEN 0 AND 2, 1 NOT BETWEEN SYMMETRIC 2 AND 0, 1 IS DISTINCT FROM NULL, NULL IS NOT DISTINCT FROM NULL
SELECT '5'::int4, '5'::int8, '5'::int2, '5.5'::float4, '5.5'::float8, 't'::bool
SELECT cast('abc' as character varying(2)), cast('abc' as character(2)), cast(12345 as varchar(3)), cast(true as varchar(2))
SELECT 123.456::numeric(5,2), 123.455::numeric(5,2), 0.005::numeric(3,2), (-123.455)::numeric(5,2)
SELECT 1234.5::numeric(5,2)
SELECT 1234::numeric(3)
SELECT 99.995::numeric(4,2)
SELECT 1.5::int, 2.5::int, -1.5::int, 2.5::float8::int, 0.5::int, 1.49999::int
SELECT 40000::smallint
SELECT 3000000000::int
SELECT 1e20::bigint
SELECT 'NaN'::float8::int
SELECT int '5', date '2024-01-01', text 'a', bool 'true', numeric '1.5', interval '1 day', float8 '1e3', bigint '7'
SELECT $$a'b$$, $x$a$$b$x$, E'a\tb\x41\u00e9\U0001F600\101', 'a' 'b'
SELECT 1.e3, .5, 5., 1e-3
SELECT 2147483648, 9223372036854775807, 9223372036854775808, 1.0, 1e10
SELECT 1/3, 1.0/3, 1/3.0, 7/2, -7/2, 7%3, -7%3, 7.5/2.5, 2^10, 5.0 % 3
SELECT CASE WHEN true THEN '1' ELSE 2 END
SELECT CASE WHEN true THEN 'a' ELSE 2 END
SELECT 1 UNION SELECT 2.5
SELECT '1' UNION SELECT 2
SELECT 'a' UNION SELECT 2
SELECT NULL UNION SELECT 2
SELECT NULL UNION SELECT NULL UNION SELECT 2
SELECT 1 = '1', 1 = 1.0, '1' = 1, 1.5 > 1, 'a' < 'b', true > false, date '2024-01-01' = timestamp '2024-01-01', date '2024-01-01' < '2024-01-02'
SELECT 1 = 'x'
SELECT 1 + '2', '3' * 4, '1' || 2, 1 || '2', 1 || 2
SELECT '1' + '2'
SELECT 'a' || NULL, NULL || 'a', 'a' || 1.5 || true
SELECT true + 1
SELECT 10 / 0.0
SELECT 10 / 0::float8
SELECT 2147483647 + 1
SELECT 9223372036854775807 + 1
SELECT 32767::smallint + 1::smallint
SELECT abs(-2147483648)
SELECT 1e308::float8 * 10
SELECT 1e-308::float8 * 1e-308
SELECT ROW(1,2) = ROW(1,2), (1,2) < (1,3), (1,NULL) = (1,NULL), (1,NULL) < (2,1), (1,2) IN ((1,2),(3,4)), ROW(1,NULL) IS NULL, ROW(NULL,NULL) IS NULL, ROW(1,NULL) IS NOT NULL
SELECT trim_scale(1.500), trim_scale(100), min_scale(0.0)
SELECT string_agg(x, ', ') FROM (VALUES ('a')) t(x)
SELECT 'infinity'::float8, '-inf'::float8, 'nan'::float8 = 'nan'::float8, 'nan'::float8 > 1e308
SELECT 'yes'::bool, 'off'::bool, '1'::bool, ' t '::bool, 'tr'::bool
SELECT 'maybe'::bool
SELECT ''::int
SELECT ' 12 '::int, '+5'::int, '-0'::int
SELECT '12abc'::int
SELECT '1.5'::int
SELECT 'a'::date
SELECT '2024-02-30'::date
SELECT '2024-13-01'::date
SELECT 'Jan 5, 2024'::date, '20240105'::date, '2024/01/05'::date, 'January 5 2024'::date, '5-Jan-2024'::date, '1/5/2024'::date
SELECT 'now'::timestamp = now()::timestamp, 'today'::date = current_date, 'epoch'::timestamp, 'yesterday'::date = current_date - 1, 'tomorrow'::date = current_date + 1
SELECT '10:30 PM'::time, '22:30:15.123456789'::time, '24:00:00'::time, '103015'::time
SELECT '1 year 2 months 3 days 4 hours'::interval, 'P1Y2M3DT4H5M6S'::interval, '1-2'::interval, '3 4:05:06'::interval, '1.5 hours'::interval, '-1 day'::interval, '1 day ago'::interval, '2 weeks'::interval, '1 decade'::interval, '@ 1 minute'::interval
SELECT interval '1' year, interval '1-2' year to month, interval '1 2:03' day to minute, interval '5' second
SELECT 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'::uuid, '{A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11}'::uuid
SELECT 'xyz'::uuid
SELECT upper('ß'), lower('ÀÉ'), upper('éa'), initcap('élan')
SELECT substring('abc', 0), substring('abc', -1, 3), substring('abc', 2, -1)
SELECT substring('abc' from 0 for 2), substr('abc', -5), left(NULL, 1), substring('日本語' from 2)
SELECT lower(NULL), length(NULL)
SELECT random() < 1, random() >= 0
SELECT gen_random_uuid() IS NOT NULL
SELECT to_char(now(), 'YYYY') IS NOT NULL
SELECT (1,2) < (1,3), (1,NULL) < (2,1), (1,NULL) = (1,NULL), (1,2) <> (1,3), (2,1) >= (2,1), ROW(1) = ROW(1)
SELECT (1,2) IN ((1,2),(3,4)), (1,2) NOT IN ((1,3)), ROW(1,NULL) IS NULL, ROW(NULL,NULL) IS NULL, ROW(1,NULL) IS NOT NULL, ROW(1,2) IS NOT NULL, (1,2) IS DISTINCT FROM (1,NULL)
SELECT (1,2) = (1,2,3)
SELECT count(*) FROM (VALUES (1,'a'),(2,'b')) t(x,y) WHERE (x,y) > (1,'a')
SELECT (TIME '10:00', TIME '11:00') OVERLAPS (TIME '10:30', TIME '12:00')
SELECT (DATE '2001-02-16', DATE '2001-12-21') OVERLAPS (DATE '2001-10-30', DATE '2002-10-30')
SELECT (DATE '2001-02-16', INTERVAL '100 days') OVERLAPS (DATE '2001-10-30', DATE '2002-10-30')
SELECT (TIMESTAMP '2001-10-29', INTERVAL '1 s') OVERLAPS (TIMESTAMP '2001-10-30', INTERVAL '1 s')
SELECT (TIMESTAMP '2000-11-27', TIMESTAMP '2000-11-28') OVERLAPS (TIMESTAMP '2000-11-27 12:00', TIMESTAMP '2000-11-30'), (TIMESTAMP '2000-11-27', TIMESTAMP '2000-11-28') OVERLAPS (TIMESTAMP '2000-11-28', TIMESTAMP '2000-11-30'), (TIME '00:00', TIME '01:00') OVERLAPS (TIME '00:30', NULL::time), (TIME '00:00', NULL::time) OVERLAPS (TIME '00:30', TIME '01:00')
SELECT normalize('é', NFD) = 'é', normalize('é') = 'é', length(normalize('é', NFD)), normalize('ﬁ', NFKC)
SELECT date_trunc('day', timestamptz '2001-02-16 20:38:40+00', 'Australia/Sydney')
SELECT make_timestamptz(2013, 7, 15, 8, 15, 23.5), make_timestamptz(2013, 7, 15, 8, 15, 23.5, 'America/New_York')
SELECT trim(both from 'yxTomxx', 'xyz'), trim(leading from '  a')
SELECT double precision '3.5' * 2
SELECT to_number('12,454.8-', '99G999D9S'), to_number('1,234', '9,999'), to_number('-12.5', 'S99.9')
SELECT to_number('$1.5', 'L9.9')
SELECT to_number('485', '999'), to_number('-34,338,492', '99G999G999'), to_number('<564646.654564>', '999999.999999PR'), to_number('0.00001-', '9.999999S'), to_number('5.01-', 'FM9.999999MI'), to_number('42nd', '99th'), to_number('  12', '9999')
SELECT position('\x5678'::bytea in '\x1234567890'::bytea)
SELECT U&'\0441\043B\043E\043D', U&"\0061" FROM (VALUES (1)) t(a)
SELECT 'a' ~~ 'a%', 'A' ~~* 'a%', 'b' !~~ 'a%', 'b' !~~* 'A%'
SELECT 'abc' LIKE ALL(ARRAY['a%','%c']), 'abc' NOT LIKE ANY(ARRAY['a%','x%']), 'x' LIKE ANY('{}'::text[])
SELECT array_positions(ARRAY[1,2,1], 1)
SELECT array_positions(ARRAY['a',NULL,'b',NULL], NULL)
SELECT array_positions(ARRAY[1,2], 9)
SELECT array_positions(NULL::int[], 9)
SELECT trim_array(ARRAY[1,2,3,4], 2)
SELECT trim_array(ARRAY[1,2], 3)
SELECT trim_array(ARRAY[1,2], -1)
SELECT trim_array(ARRAY[1,2], 0)
SELECT array_dims(ARRAY[1,2,3])
SELECT array_dims('{}'::int[])
SELECT array_fill(7, ARRAY[3])
SELECT array_fill(NULL::int, ARRAY[2])
SELECT array_fill('x'::text, ARRAY[0])
SELECT array_fill(1, ARRAY[-1])
SELECT array_fill(1, NULL)
SELECT (ARRAY[1,2,3])[1]
SELECT (ARRAY[1,2,3])[0]
SELECT (ARRAY[1,2,3])[9]
SELECT (ARRAY[1,2,3])[-1]
SELECT (ARRAY[1,2,3])[NULL]
SELECT (ARRAY[1,2,3])[2:3]
SELECT (ARRAY[1,2,3])[:2]
SELECT (ARRAY[1,2,3])[2:]
SELECT (ARRAY[1,2,3])[:]
SELECT (ARRAY[1,2,3])[3:1]
SELECT (ARRAY[1,2,3])[0:1]
SELECT (ARRAY[1,2,3])[NULL:1]
SELECT '{1,2,3}'::int[]
SELECT '{ 1 , 2 }'::int[]
SELECT '{"a b",c,NULL,"NULL",""}'::text[]
SELECT '{a\"b,"c\\d"}'::text[]
SELECT '{1,2'::int[]
SELECT '{1,,2}'::int[]
SELECT '1,2'::int[]
SELECT '{a}'::int[]
SELECT '{}'::int[]
SELECT '{1}x'::int[]
SELECT '{t,f,NULL}'::bool[]
SELECT '{2024-01-01,NULL}'::date[]
SELECT '{1,2}'::int[]::text[]
SELECT '{1,2}'::int[]::bigint[]
SELECT '{1,2}'::int[]::text
SELECT ARRAY[1,2]::text[]
SELECT ARRAY['1','2']::int[]
SELECT ARRAY['1','x']::int[]
SELECT ARRAY[1.5,2.5]::int[]
SELECT ARRAY[1,NULL]
SELECT ARRAY['a',1]
SELECT ARRAY[1,'2']
SELECT ARRAY[]::int[]
SELECT ARRAY[]
SELECT ARRAY[NULL]
SELECT ARRAY[1,2] = ARRAY[1,2]
SELECT ARRAY[1,2] = ARRAY[1,3]
SELECT ARRAY[1,2] < ARRAY[1,3]
SELECT ARRAY[1,2] < ARRAY[1]
SELECT ARRAY[1,2] > ARRAY[1,NULL]
SELECT ARRAY[1,2] <> ARRAY[1,2,3]
SELECT ARRAY[1,NULL] = ARRAY[1,NULL]
SELECT ARRAY['a'] = '{a}'
SELECT ARRAY[1,2] = '{1,2}'
SELECT ARRAY[1,2] = ARRAY['a']
SELECT ARRAY[1,2] || ARRAY[3]
SELECT ARRAY[1,2] || 3
SELECT 0 || ARRAY[1,2]
SELECT ARRAY[1,2] || NULL
SELECT NULL || ARRAY[1,2]
SELECT ARRAY[1,2] || '{3,4}'
SELECT ARRAY[1] || NULL::int
SELECT ARRAY[1] || NULL::int[]
SELECT ARRAY['a'] || 'b'
SELECT ARRAY['a'] || 'b'::text
SELECT ARRAY[1] || 'x'::text
SELECT array_append(NULL, 1)
SELECT array_append(NULL::int[], 1)
SELECT array_append(ARRAY[1], NULL)
SELECT array_prepend(NULL, ARRAY[1])
SELECT array_cat(ARRAY[1], NULL)
SELECT array_cat(NULL::int[], NULL)
SELECT array_remove(ARRAY[1,NULL,2], NULL)
SELECT array_remove(ARRAY[1,2,1], 1)
SELECT array_remove(NULL::int[], 1)
SELECT array_replace(ARRAY[1,NULL,2], NULL, 9)
SELECT array_replace(ARRAY[1,2], 2, NULL)
SELECT array_position(ARRAY['a','b'], 'b')
SELECT array_position(ARRAY[1,NULL], NULL)
SELECT array_position(ARRAY[1,2,1], 1, 2)
SELECT array_length(ARRAY[1,2], 1)
SELECT array_length(ARRAY[1,2], 2)
SELECT array_length(ARRAY[1,2], 0)
SELECT array_length('{}'::int[], 1)
SELECT array_upper(ARRAY[1,2], 1), array_lower(ARRAY[1,2], 1), array_ndims(ARRAY[1])
SELECT cardinality('{}'::int[]), cardinality(NULL::int[])
SELECT array_to_string(ARRAY[1,NULL,3], ',')
SELECT array_to_string(ARRAY[1,NULL,3], ',', 'x')
SELECT array_to_string(ARRAY[1,2], NULL)
SELECT array_to_string('{}'::int[], ',')
SELECT array_to_string(ARRAY[true,false], ',')
SELECT string_to_array('a,b,c', ',')
SELECT string_to_array('a,b,,c', ',')
SELECT string_to_array('abc', NULL)
SELECT string_to_array('abc', '')
SELECT string_to_array('', ',')
SELECT string_to_array(NULL, ',')
SELECT string_to_array('a,b,c', ',', 'b')
SELECT string_to_array('xx~^~yy~^~zz', '~^~', 'yy')
SELECT string_to_array('日本', NULL)
SELECT 1 = ANY(ARRAY[1,2])
SELECT 3 = ANY(ARRAY[1,2])
SELECT 3 = ANY(ARRAY[1,NULL])
SELECT 1 = ANY('{1,2}')
SELECT NULL = ANY(ARRAY[1])
SELECT 1 = ANY(NULL::int[])
SELECT 1 = ANY('{}'::int[])
SELECT 1 = ALL('{}'::int[])
SELECT 1 <> ALL(ARRAY[2,3])
SELECT 1 < ALL(ARRAY[2,3])
SELECT 5 > ALL(ARRAY[2,NULL])
SELECT 'a' LIKE ANY(ARRAY['a%','b%'])
SELECT 'c' LIKE ANY(ARRAY['a%','b%'])
SELECT 'ab' NOT LIKE ALL(ARRAY['a%','b%'])
SELECT 'AB' ILIKE ANY('{a%}')
SELECT 'ab' ~ ANY(ARRAY['^a','z'])
SELECT 1.5 = ANY(ARRAY[1,2])
SELECT 'x' = ANY(ARRAY[1])
SELECT ARRAY[1,2,3] @> ARRAY[1]
SELECT ARRAY[1] <@ ARRAY[1,2]
SELECT ARRAY[1,2] && ARRAY[2,3]
SELECT ARRAY[1,NULL] @> ARRAY[NULL]::int[]
SELECT ARRAY[1,2] @> '{}'::int[]
SELECT '{}'::int[] && '{}'::int[]
SELECT ARRAY[1,2] @> '{1}'
SELECT array_agg(x) FROM (VALUES (1),(2),(NULL)) t(x)
SELECT array_agg(x ORDER BY x DESC) FROM (VALUES (1),(2),(3)) t(x)
SELECT array_agg(DISTINCT x) FROM (VALUES (2),(1),(2)) t(x)
SELECT array_agg(DISTINCT x ORDER BY x DESC) FROM (VALUES (2),(1),(2)) t(x)
SELECT array_agg(x) FILTER (WHERE x > 1) FROM (VALUES (1),(2)) t(x)
SELECT array_agg(x) FROM (VALUES (1)) t(x) WHERE false
SELECT array_agg(x::text ORDER BY x) FROM (VALUES (1),(2)) t(x)
SELECT unnest(ARRAY[1,2])
SELECT * FROM unnest(ARRAY['a','b']) AS t(x)
SELECT generate_subscripts(ARRAY['a','b'], 1)
SELECT generate_subscripts(ARRAY['a','b'], 2)
SELECT * FROM generate_subscripts('{4,5}'::int[], 1) AS s
SELECT ARRAY[1,2,3] IS NULL
SELECT greatest(ARRAY[1,2], ARRAY[1,3])
SELECT coalesce(NULL, ARRAY[1])
SELECT CASE WHEN true THEN ARRAY[1] ELSE '{2}' END
SELECT ARRAY[1] UNION SELECT ARRAY[2]
SELECT ARRAY[1,2]::int[3]
SELECT int '5', ARRAY[DATE '2024-01-01']
SELECT (array_agg(x ORDER BY x))[1] FROM (VALUES (1),(2)) t(x)
SELECT ('{1,2,3}'::int[])[2]
SELECT array_sample(ARRAY[1,2],1)
SELECT array_shuffle(ARRAY[1])
SELECT ARRAY[1,2] @> 1
SELECT cardinality(1)
SELECT array_length(1,1)
SELECT x[1] FROM (VALUES (ARRAY[5,6])) t(x)
SELECT 1 IN (1,2), 1 NOT IN (2,NULL)
SELECT min(x), max(x) FROM (VALUES (ARRAY[1,2]),(ARRAY[1])) t(x)
SELECT x, count(*) FROM (VALUES (ARRAY[1,2]),(ARRAY[1,2])) t(x) GROUP BY x
SELECT string_agg(x, ',' ORDER BY x) FROM unnest(ARRAY['b','a']) x
SELECT array_to_string(array_agg(x ORDER BY x), '|') FROM unnest(ARRAY[3,1,2]) x
SELECT regexp_split_to_array('a1b22c', '[0-9]+')
SELECT regexp_split_to_array('abc', '')
SELECT regexp_split_to_array('aXbxc', 'x', 'i')
SELECT regexp_split_to_table('a b  c', '\s+')
SELECT regexp_match('foobarbequebaz', '(bar)(beque)')
SELECT regexp_match('abc', 'x')
SELECT regexp_match('abc', 'b')
SELECT regexp_match('ABC', 'b', 'i')
SELECT regexp_match('abc', '(x)?b')
SELECT regexp_match('abc', 'b', 'g')
SELECT parse_ident('a.b."C d"')
SELECT parse_ident('Foo.bar')
SELECT parse_ident('1x')
SELECT parse_ident('a b')
SELECT parse_ident('a b', false)
SELECT jsonb_insert('[{"a":1},{"a":2}]', '{4,a}', 'null')
SELECT jsonb_set_lax('[1,2,2,3]', '{a,1}', NULL)
SELECT jsonb_insert('{"b":2,"a":1,"aa":3,"b":4}', '{a,-1}', 'null')
SELECT '{"a":1,}'::json -> 0
SELECT '"a"'::jsonb - 'b'
SELECT json_strip_nulls('1')
SELECT jsonb_set('{"é":"日本\u00e9\n"}', '{4,a}', '{"z":1}', false)
SELECT jsonb_path_match('"abc"', '$.a.size()')
SELECT jsonb_set_lax('[{"a":1},{"a":2}]', '{a,b,x}', NULL, true, 'use_json_null')
SELECT '[{"a":1},{"a":2}]'::jsonb #> '{1,0}'
SELECT jsonb_set_lax('{"é":"日本\u00e9\n"}', '{}', NULL, true, 'raise_exception')
SELECT jsonb_path_exists('[1,"2",true,null,[5,6]]', '$.d[*].e.double()')
SELECT '1e3'::json::text
SELECT '{"a":null}'::jsonb = '1e3'::jsonb
SELECT jsonb_set('[]', '{4,a}', '{"z":1}', false)
SELECT jsonb_set_lax('{"":1}', '{new}', NULL, true, 'x')
SELECT jsonb_set_lax('{"a":1.0}', '{-1}', NULL, true, 'use_json_null')
SELECT jsonb_set_lax('{}', '{NULL}', NULL, true, 'x')
SELECT jsonb_insert('[]', '{-9}', 'null', true)
SELECT '{"a": {"b": [1, 2, {"c": null}]}, "d": "x"}'::jsonb #- '{a,1}'
SELECT '"\u0041\t"'::json #>> '{a,b,2,c}'
SELECT '{"a":1}}'::json #> '{NULL}'
SELECT 'tru'::json ->> 'a'
SELECT jsonb_path_exists('[1,"2",true,null,[5,6]]', '$.a == ')
SELECT ' { "x" : [ ] } '::json ->> 0
SELECT jsonb_insert('{"a":null}', '{}', '{"z":1}', true)
SELECT '"\x"'::json #>> '{}'
SELECT jsonb_insert('1.50', '{new}', '9')
SELECT jsonb_set('null', '{NULL}', '{"z":1}')
SELECT jsonb_insert('{"a":1}', '{}', 'null')
SELECT jsonb_insert('{"a":1.0}', '{0}', '{"z":1}', true)
SELECT '{'::jsonb::int
SELECT jsonb_set_lax('{"b":2,"a":1,"aa":3,"b":4}', '{new}', NULL, true, 'raise_exception')
SELECT 'true'::jsonb ? 'x'
SELECT jsonb_set(' { "x" : [ ] } ', '{}', 'null', false)
SELECT '1.50'::jsonb || '1e3'::jsonb
SELECT '"\u0041\t"'::jsonb <> '1e3'::jsonb
SELECT '1e3'::jsonb #> '{NULL}'
SELECT jsonb_set_lax('null', '{a}', NULL, true, 'return_target')
SELECT '[]'::jsonb #> '{a,b,2,c}'
SELECT jsonb_set_lax('[3,1,2]', '{1,0}', NULL, true, 'x')
SELECT json_extract_path_text('{"a":[1,2,3],"b":{"a":"x"}}', 'a', '1')
SELECT '{"a":null}'::jsonb || '1.50'::jsonb
SELECT jsonb_path_exists('"abc"', '$.track.segments[*] ? (@.HR > 130)."loc"')
SELECT '{"a":1,}'::json #> '{1,0}'
SELECT jsonb_typeof('{"a": {"b": [1, 2, {"c": null}]}, "d": "x"}')
SELECT jsonb_set_lax('{"a": {"b": [1, 2, {"c": null}]}, "d": "x"}', '{0}', NULL, true, 'return_target')
SELECT jsonb_set('{"a":1.0}', '{-9}', 'null', false)
SELECT '{"a":1}}'::jsonb ->> ''
SELECT '[]'::json #> '{a,b,2,c}'
SELECT '+1'::jsonb -> ''
SELECT jsonb_path_query_array('5', '$[*] ? (@ != 1)', '{}', true)
SELECT 'null'::jsonb <@ '""'::jsonb
SELECT jsonb_set_lax('null', '{1,0}', NULL, true, 'x')
SELECT '{"é":"日本\u00e9\n"}'::jsonb <> '[1,2,2,3]'::jsonb
SELECT '1'::jsonb ->> -2
SELECT ''::jsonb -> ''
SELECT 'tru'::json #>> '{1,0}'
SELECT '{}'::jsonb @? '$'
SELECT 'true'::jsonb -> 5
SELECT jsonb_path_exists('"abc"', '$.a.')
SELECT ''::json::jsonb
SELECT jsonb_path_match('[]', '$[*] ? (@ == null)')
SELECT jsonb_path_query_array('{"a":[1,2,3,4,5]}', '$.abs()')
SELECT jsonb_path_match('[1,"2",true,null,[5,6]]', 'exists($.a)')
SELECT 'null'::jsonb - 'x'
SELECT jsonb_insert('{"a":1.0}', '{a,b}', 'null')
SELECT jsonb_pretty('[3,1,2]')
SELECT jsonb_set(' { "x" : [ ] } ', '{1,0}', '{"z":1}', false)
SELECT jsonb_set_lax('"a"', '{9}', NULL)
SELECT '[1,]'::jsonb #> '{a,1}'
SELECT jsonb_path_query_first('[{"a":1,"b":2},{"a":3}]', 'exists($.zz)')
SELECT 'NaN'::json #> '{0}'
SELECT '1'::jsonb = '-0'::jsonb
SELECT '1e3'::json -> 5
SELECT '{"a":[1,2,3],"b":{"a":"x"}}'::json #> '{}'
SELECT '[[1,2],[3]]'::jsonb <@ '[{"a":1},{"a":2}]'::jsonb
SELECT jsonb_path_query_array('[{"a":1,"b":2},{"a":3}]', 'true', '{"min":2}')
SELECT '{}'::jsonb <@ '[3,1,2]'::jsonb
SELECT '[[1,2],[3]]'::jsonb <@ '[1, "x", null, true, {"a": 2}]'::jsonb
SELECT jsonb_path_query_array('{"a":[1,2,3,4,5]}', '$[*] ? (@.b == 2).a')
SELECT jsonb_extract_path_text('[[1,2],[3]]', '0')
SELECT '+1'::jsonb ->> 0
SELECT jsonb_insert(' { "x" : [ ] } ', '{new}', 'null')
SELECT jsonb_set_lax('{"a": {"b": [1, 2, {"c": null}]}, "d": "x"}', '{0}', NULL, true, 'raise_exception')
SELECT '[]'::jsonb = '[{"a":1},{"a":2}]'::jsonb
SELECT jsonb_path_match('{"track":{"segments":[{"HR":73,"loc":[47.7,13.4]},{"HR":135,"loc":[48.1,13.2]}]}}', '$[*]')
SELECT '1e3'::jsonb #> '{0}'
SELECT '[1,2,2,3]'::jsonb @> '[1, "x", null, true, {"a": 2}]'::jsonb
SELECT jsonb_path_exists('{"a":{"b":"x","c":null},"d":[{"e":1},{"e":2.5},{"e":"s"}]}', '$.d[*] ? (@.e == "s").e')
SELECT * FROM jsonb_path_query('5', '$.a[*] ? (@ > $min)')
SELECT '{'::jsonb ->> 0
SELECT jsonb_set('"\u0041\t"', '{-1}', '{"z":1}')
SELECT '"\u0000"'::json::jsonb
SELECT '[1,2,2,3]'::jsonb || '1'::jsonb
SELECT jsonb_set_lax('{"":1}', '{a,b,x}', NULL, true, 'delete_key')
SELECT 'true'::jsonb - '0'
SELECT jsonb_set(' { "x" : [ ] } ', '{new}', '{"z":1}')
SELECT 'null'::jsonb ?& '{}'::text[]
SELECT '{"track":{"segments":[{"HR":73,"loc":[47.7,13.4]},{"HR":135,"loc":[48.1,13.2]}]}}'::jsonb @@ '"x"'
SELECT 'true'::jsonb #>> '{a,x}'
SELECT '{"a":null}'::jsonb <@ '1e3'::jsonb
SELECT '{"é":"日本\u00e9\n"}'::jsonb @> '"a"'::jsonb
SELECT '{}'::json ->> ''
SELECT jsonb_set('""', '{}', 'null')
SELECT '{"a":1}}'::jsonb -> -1
SELECT jsonb_insert('true', '{0}', 'null')
SELECT '{"a":1}'::jsonb - 0
SELECT jsonb_insert('{"":1}', '{a}', '9')
SELECT '[[1,2],[3]]'::jsonb <> '[3,1,2]'::jsonb
SELECT jsonb_insert('1.5e-3', '{9}', 'null', true)
SELECT '{"a"}'::json #> '{-1}'
SELECT '1e3'::jsonb - '{}'::text[]
SELECT jsonb_set('1.50', '{a,b,2,c}', '{"z":1}', false)
SELECT '"\x"'::jsonb #>> '{}'
SELECT '"abc"'::jsonb @@ 'strict $.a[9]'
SELECT '{"a":[1,2,3],"b":{"a":"x"}}'::jsonb -> -2
SELECT '[1, "x", null, true, {"a": 2}]'::json -> 1
SELECT '{"a":null}'::jsonb ?| '{}'::text[]
SELECT '{"a":{"b":"x","c":null},"d":[{"e":1},{"e":2.5},{"e":"s"}]}'::jsonb @? '$.a[*] ? (@ % 2 == 0)'
SELECT '""'::jsonb <> 'null'::jsonb
SELECT * FROM jsonb_path_query('5', '$.a == ')
SELECT jsonb_insert('"\u0041\t"', '{}', '{"z":1}')
SELECT jsonb_insert('[1, "x", null, true, {"a": 2}]', '{a,b,2,c}', 'null')
SELECT jsonb_path_query_array('{"a":[1,2,3,4,5]}', '$.a[*] ? (@ > 2)', '{}', true)
SELECT '[3,1,2]'::json -> 1
SELECT '{"a":1.0}'::jsonb #- '{NULL}'
SELECT '{"a": {"b": [1, 2, {"c": null}]}, "d": "x"}'::jsonb <@ '[]'::jsonb
SELECT jsonb_typeof('nul')
SELECT jsonb_set(' { "x" : [ ] } ', '{4,a}', '9')
SELECT '5'::jsonb @@ '$.d[*] ? (@.e > 1)'
SELECT jsonb_set('[1,2,2,3]', '{a,1}', '9', false)
SELECT '{}'::jsonb @@ '$.a[*] ? (@ % 2 == 0)'
SELECT jsonb_set_lax('[1,2,2,3]', '{a}', NULL, true, 'raise_exception')
SELECT jsonb_insert('1.50', '{4,a}', 'null', true)
SELECT jsonb_insert('[]', '{a,-1}', '9')
SELECT jsonb_insert('{"b":2,"a":1,"aa":3,"b":4}', '{a}', '{"z":1}', true)
SELECT '{"b":2,"a":1,"aa":3,"b":4}'::json #>> '{}'
SELECT '"\u0041\t"'::json -> 'b'
SELECT '1'::jsonb <> '1e3'::jsonb
SELECT jsonb_insert('{"b":2,"a":1,"aa":3,"b":4}', '{a,1}', '{"z":1}')
SELECT jsonb_set('[]', '{a,b,2,c}', '{"z":1}', false)
SELECT '+1'::json #> '{-1}'
SELECT '{}'::jsonb <> '-0'::jsonb
SELECT '"a"'::jsonb #>> '{a,b,2,c}'
SELECT '{"é":"日本\u00e9\n"}'::jsonb -> 1
SELECT '{"a":null}'::json #>> '{1,0}'
SELECT jsonb_insert('{"":1}', '{4,a}', '9', true)
SELECT 'true'::jsonb <> '[1, "x", null, true, {"a": 2}]'::jsonb
SELECT jsonb_insert('{"a":null}', '{a,b,x}', '{"z":1}', true)
SELECT '-0'::jsonb @> '{"a":1.0}'::jsonb
SELECT 'null'::jsonb #> '{-1}'
SELECT '{"a":[1,2,3],"b":{"a":"x"}}'::jsonb <@ '{"é":"日本\u00e9\n"}'::jsonb
SELECT jsonb_set('1.50', '{a,b,2,c}', 'null', false)
SELECT '{"a":1,}'::jsonb #> '{NULL}'
SELECT x FROM json_array_elements('{}') AS x
SELECT jsonb_path_query_array('[{"a":1,"b":2},{"a":3}]', '')
SELECT jsonb_set('[[1,2],[3]]', '{4,a}', '{"z":1}')
SELECT '[1 2]'::jsonb #> '{}'
SELECT '{'::jsonb -> -2
SELECT jsonb_path_query_array('[]', '$.a[5 to 9]')
SELECT jsonb_insert('-0', '{a}', '{"z":1}', true)
SELECT '{''a'':1}'::jsonb -> 0
SELECT jsonb_extract_path(' { "x" : [ ] } ', 'a', 'b')
SELECT jsonb_set('{"a":1.0}', '{a,b}', '{"z":1}')
SELECT jsonb_set_lax('{"":1}', '{a,b,x}', NULL, true, 'raise_exception')
SELECT '-'::json #>> '{}'
SELECT jsonb_set('{"a":null}', '{a,b,2,c}', '{"z":1}', false)
SELECT jsonb_set_lax('[]', '{NULL}', NULL, true, 'delete_key')
SELECT jsonb_set('[[1,2],[3]]', '{-1}', '9', false)
SELECT jsonb_path_query_first('[]', '- - 1')
SELECT jsonb_insert('"\u0041\t"', '{9}', '9')
SELECT '01'::jsonb -> ''
SELECT '{"é":"日本\u00e9\n"}'::json #>> '{4,a}'
SELECT jsonb_set_lax('[[1,2],[3]]', '{-9}', NULL, true, 'delete_key')
SELECT '{}'::jsonb @? '$.a[1 to 2]'
SELECT '1.'::jsonb #>> '{a,1}'
SELECT '1'::jsonb = '[1,2,2,3]'::jsonb
SELECT ''::jsonb #>> '{-1}'
SELECT '[]'::jsonb ? '-1'
SELECT jsonb_set('{"a":1}', '{a}', '{"z":1}', false)
SELECT 'null'::json ->> 'b'
SELECT jsonb_set_lax('null', '{1,0}', NULL)
SELECT jsonb_insert('1', '{a,b}', 'null', true)
SELECT jsonb_build_object('é"\'::text, 1, 'x')
SELECT jsonb_set_lax('[{"a":1},{"a":2}]', '{a}', NULL, true, 'delete_key')
SELECT jsonb_path_match('"abc"', '$.track.segments[*] ? (@.HR > 130)."loc"')
SELECT jsonb_path_match('"abc"', '$.a ? (@.c == null)')
SELECT jsonb_insert('{"a":null}', '{4,a}', '{"z":1}', true)
SELECT jsonb_typeof('')
SELECT '1'::jsonb <> '{"é":"日本\u00e9\n"}'::jsonb
SELECT jsonb_path_query_array('5', '$.a[-1]')
SELECT * FROM jsonb_each('{}') WITH ORDINALITY
SELECT jsonb_set('{"b":2,"a":1,"aa":3,"b":4}', '{1,0}', 'null')
SELECT '5'::jsonb @? 'strict $.**'
SELECT '[3,1,2]'::json ->> -2
SELECT '{"b":2,"a":1,"aa":3,"b":4}'::json ->> 0
SELECT jsonb_insert('""', '{a,1}', '9', true)
SELECT jsonb_path_exists('{"x y":1,"$":2}', '@')
SELECT jsonb_insert('1e3', '{a,b,2,c}', '{"z":1}', true)
SELECT * FROM jsonb_path_query('[{"a":1,"b":2},{"a":3}]', '$.foo()')
SELECT jsonb_path_match('[1,"2",true,null,[5,6]]', '$.a[last - 1 to last]')
SELECT jsonb_path_query_array('{"x y":1,"$":2}', '$[*].a', '{}', true)
SELECT ' { "x" : [ ] } '::jsonb #>> '{4,a}'
SELECT * FROM jsonb_path_query('{"x y":1,"$":2}', '$.foo()')
SELECT jsonb_path_query_array('[{"a":1,"b":2},{"a":3}]', '$.a ? (@.c == null)', '{"min":2}')
SELECT jsonb_set_lax('-0', '{a,1}', NULL, true, 'use_json_null')
SELECT ' { "x" : [ ] } '::jsonb::text
SELECT '[1 2]'::jsonb #> '{a,x}'
SELECT '"\x"'::jsonb #>> '{a,1}'
SELECT '01'::jsonb #> '{0}'
SELECT '{"track":{"segments":[{"HR":73,"loc":[47.7,13.4]},{"HR":135,"loc":[48.1,13.2]}]}}'::jsonb @? '$.a[*].type()'
SELECT '[{"a":1},{"a":2}]'::jsonb @> '1e3'::jsonb
SELECT '{"a":null}'::json #> '{a,b,2,c}'
SELECT '"abc"'::jsonb @@ '$.**{1 to 2}'
SELECT '"\u0041\t"'::jsonb #>> '{NULL}'
SELECT '{"b":2,"a":1,"aa":3,"b":4}'::json #> '{a,x}'
SELECT jsonb_insert('[1,2,2,3]', '{a,1}', '{"z":1}', true)
SELECT '[1, "x", null, true, {"a": 2}]'::jsonb || '{"a": {"b": [1, 2, {"c": null}]}, "d": "x"}'::jsonb
SELECT jsonb_set('[{"a":1},{"a":2}]', '{0}', '9')
SELECT '{"a": {"b": [1, 2, {"c": null}]}, "d": "x"}'::jsonb <@ 'true'::jsonb
SELECT jsonb_set('[1,2,2,3]', '{0}', '9', false)
SELECT jsonb_path_query_array('{"x y":1,"$":2}', 'strict $.x', '{}', true)
SELECT jsonb_path_query_first('5', '$[*] ? (@ == "2")')
SELECT '[1, "x", null, true, {"a": 2}]'::jsonb @> '"a"'::jsonb
SELECT '1.50'::jsonb
SELECT ''::jsonb::numeric(20,3)
SELECT '1.5e-3'::jsonb::numeric(20,3)
SELECT jsonb_set('[3,1,2]', '{0}', 'null', false)
SELECT '[3,1,2]'::jsonb - 1
SELECT '[3,1,2]'::jsonb::float8
SELECT '[{"a":1},{"a":2}]'::jsonb #> '{}'
SELECT jsonb_insert('"a"', '{}', '{"z":1}', true)
SELECT '[[1,2],[3]]'::jsonb #>> '{NULL}'
SELECT jsonb_set('1', '{4,a}', '9')
SELECT ''::jsonb #>> '{4,a}'
SELECT ' { "x" : [ ] } '::jsonb ->> 5
SELECT '{"b":2,"a":1,"aa":3,"b":4}'::jsonb -> 'a'
SELECT '{"a":[1,2,3],"b":{"a":"x"}}'::jsonb <> '"\u0041\t"'::jsonb
SELECT jsonb_build_object(TIMESTAMPTZ '2024-01-02 03:04:05+00', 1, 'x')
SELECT '{"track":{"segments":[{"HR":73,"loc":[47.7,13.4]},{"HR":135,"loc":[48.1,13.2]}]}}'::jsonb @@ '$.a.size()'
SELECT jsonb_path_query_array('{}', '"x"', '{}', true)
SELECT jsonb_build_object(TIME '10:00', 1, 'x')
SELECT '[1, "x", null, true, {"a": 2}]'::json #> '{1,0}'
SELECT '""'::jsonb::boolean
SELECT jsonb_set('{"é":"日本\u00e9\n"}', '{}', 'null', false)
SELECT ''::jsonb::bigint
SELECT jsonb_set('1.5e-3', '{}', '9')
SELECT '1'::jsonb #> '{a,1}'
SELECT jsonb_set('[{"a":1},{"a":2}]', '{new}', '9')
SELECT '{"":1}'::jsonb #- '{-9}'
SELECT '{}'::jsonb || '1.5e-3'::jsonb
SELECT jsonb_insert('{"a":null}', '{a,1}', 'null', true)
SELECT jsonb_object('{a,1,b,2}')
SELECT jsonb_extract_path('[1 2]', 'a', 'b')
SELECT '\u0000'::jsonb #>> '{0}'
SELECT '"\u0041\t"'::jsonb #- '{9}'
SELECT '{"a": {"b": [1, 2, {"c": null}]}, "d": "x"}'::jsonb = '{"a": {"b": [1, 2, {"c": null}]}, "d": "x"}'::jsonb
SELECT jsonb_set('{"":1}', '{new}', '9')
SELECT '"\ud800"'::json ->> -1
SELECT '{"a":1}'::jsonb ? 'a'
SELECT '"\u0000"'::jsonb ->> 1
SELECT '{"a":1}}'::json ->> 5
SELECT '"\u0041\t"'::jsonb #>> '{a,b}'
SELECT '+1'::json #> '{a}'
SELECT '""'::jsonb #> '{NULL}'
SELECT ''::json #> '{1,0}'
SELECT jsonb_insert('[1,2,2,3]', '{1,0}', '9')
SELECT '"\x"'::jsonb::smallint
SELECT '{"a": {"b": [1, 2, {"c": null}]}, "d": "x"}'::jsonb::text
SELECT json_build_object('k', 1.5::float8)
SELECT jsonb_path_query_first('[{"a":1,"b":2},{"a":3}]', '$.a == ')
SELECT jsonb_set_lax('null', '{a,b,2,c}', NULL, true, 'use_json_null')
SELECT jsonb_set('[1,2,2,3]', '{a,b}', '9', false)
SELECT '[{"a":1},{"a":2}]'::jsonb #>> '{-1}'
SELECT jsonb_set_lax('{"a": {"b": [1, 2, {"c": null}]}, "d": "x"}', '{}', NULL, true, 'return_target')
SELECT '[]'::jsonb #> '{NULL}'
SELECT '{"b":2,"a":1,"aa":3,"b":4}'::jsonb <> '1.50'::jsonb
SELECT jsonb_path_query_array('{"a":[1,2,3,4,5]}', 'strict $.x', '{}', true)
SELECT 'null'::jsonb <@ '[1,2,2,3]'::jsonb
SELECT 'null'::jsonb::numeric(20,3)
SELECT jsonb_set('""', '{new}', '{"z":1}')
SELECT jsonb_insert('[1, "x", null, true, {"a": 2}]', '{4,a}', '9')
SELECT '{"a": {"b": [1, 2, {"c": null}]}, "d": "x"}'::json -> 0
SELECT '"\x"'::jsonb #>> '{NULL}'
SELECT jsonb_path_query_array('{}', '$.a[*] > 2', '{}', true)
SELECT '{"a":1.0}'::jsonb = '{"é":"日本\u00e9\n"}'::jsonb
SELECT '[1,2,2,3]'::json #>> '{a,x}'
SELECT jsonb_set_lax('[1, "x", null, true, {"a": 2}]', '{a,1}', NULL)
SELECT jsonb_build_object(1e300::float8, 1)
SELECT jsonb_insert('1e3', '{new}', '{"z":1}')
SELECT '{"a":1}'::jsonb @> '{"a":1.0}'::jsonb
SELECT '[1,2,2,3]'::jsonb ->> ''
SELECT jsonb_set_lax('[[1,2],[3]]', '{1,0}', NULL, true, 'raise_exception')
SELECT 'tru'::json -> 'b'
SELECT jsonb_insert('-0', '{a,1}', 'null')
SELECT '-0'::json #>> '{1,0}'
SELECT '"a"'::jsonb - 7
SELECT '{"a":[1,2,3],"b":{"a":"x"}}'::jsonb @> '{"a": {"b": [1, 2, {"c": null}]}, "d": "x"}'::jsonb
SELECT '[3,1,2]'::jsonb <@ '{}'::jsonb
SELECT '1'::json #> '{4,a}'
SELECT '-0'::jsonb #- '{a,b,x}'
SELECT json_array_length('nul')
SELECT '{"b":2,"a":1,"aa":3,"b":4}'::json #>> '{1,0}'
SELECT '1.5e-3'::jsonb = '"\u0041\t"'::jsonb
SELECT jsonb_insert('""', '{new}', '{"z":1}')
SELECT jsonb_set_lax('[1, "x", null, true, {"a": 2}]', '{a}', NULL)
SELECT '{"a":1.0}'::jsonb <> '[[1,2],[3]]'::jsonb
SELECT jsonb_set('1.5e-3', '{}', 'null', false)
SELECT '{"a":[1,2,3,4,5]}'::jsonb @? 'last'
SELECT jsonb_set_lax('"\u0041\t"', '{0}', NULL, true, 'use_json_null')
SELECT jsonb_set_lax(' { "x" : [ ] } ', '{a,1}', NULL, true, 'x')
SELECT '""'::jsonb <@ '{"a":1.0}'::jsonb
SELECT 'true'::jsonb @> '1.50'::jsonb
SELECT '{"":1}'::json::int
SELECT jsonb_set_lax('[[1,2],[3]]', '{9}', NULL, true, 'x')
SELECT jsonb_set_lax('-0', '{9}', NULL, true, 'use_json_null')
SELECT jsonb_insert('[{"a":1},{"a":2}]', '{-9}', '{"z":1}', true)
SELECT json_build_object(true, 1, 'x')
SELECT jsonb_path_query_array('{}', 'a')
SELECT '[{"a":1},{"a":2}]'::jsonb ?| '{a,b}'::text[]
SELECT jsonb_insert('""', '{a,-1}', '{"z":1}', true)
SELECT jsonb_set_lax('{"a":null}', '{-1}', NULL, true, 'return_target')
SELECT '"a"'::jsonb - ''
SELECT '{"é":"日本\u00e9\n"}'::jsonb @> '1.50'::jsonb
SELECT '[1,2,2,3]'::jsonb #> '{a,x}'
SELECT jsonb_insert('1.5e-3', '{-9}', '9')
SELECT '[1,]'::json #> '{a}'
SELECT jsonb_set('[]', '{new}', '{"z":1}', false)
SELECT '1.5e-3'::jsonb = '1.5e-3'::jsonb
SELECT '[]'::jsonb @? '$[*].a'
SELECT '[1, "x", null, true, {"a": 2}]'::jsonb -> -2
SELECT jsonb_set('"a"', '{a,b,2,c}', 'null')
SELECT jsonb_insert('true', '{a}', 'null')
SELECT jsonb_set_lax('{"a":[1,2,3],"b":{"a":"x"}}', '{new}', NULL, true, 'delete_key')
SELECT '[1 2]'::jsonb #>> '{0}'
SELECT '{'::json #>> '{a,b,2,c}'
SELECT jsonb_set('{"é":"日本\u00e9\n"}', '{NULL}', 'null')
SELECT jsonb_insert('{"":1}', '{-1}', '{"z":1}', true)
SELECT jsonb_set('{"a":null}', '{-1}', 'null', false)
SELECT jsonb_set_lax('true', '{a}', NULL, true, 'return_target')
SELECT jsonb_path_exists('{"track":{"segments":[{"HR":73,"loc":[47.7,13.4]},{"HR":135,"loc":[48.1,13.2]}]}}', '$.a[5 to 9]')
SELECT jsonb_insert('{"é":"日本\u00e9\n"}', '{1,0}', '9', true)
SELECT '{"":1}'::json ->> 'a'
SELECT '{"a":1}'::json -> 1
SELECT jsonb_path_query_array('{"track":{"segments":[{"HR":73,"loc":[47.7,13.4]},{"HR":135,"loc":[48.1,13.2]}]}}', 'exists($.a)', '{}', true)
SELECT jsonb_set('{"a":1.0}', '{0}', 'null', false)
SELECT json_object_agg(x, 1) FROM (VALUES (INTERVAL '1 day')) AS t(x)
SELECT jsonb_set_lax('{"a":1}', '{9}', NULL, true, 'use_json_null')
SELECT jsonb_set_lax('1.5e-3', '{1,0}', NULL, true, 'use_json_null')
SELECT jsonb_path_query_array('{}', '$.a[*] ? (@ > $min)', '{"min":2}')
SELECT jsonb_path_query_array('[1,"2",true,null,[5,6]]', '(2 + 3) * 4', '{}', true)
SELECT '01'::jsonb -> 1
SELECT '[{"a":1},{"a":2}]'::jsonb #- '{a,b,x}'
SELECT '[]'::json::text
SELECT jsonb_set_lax('1.50', '{a,b}', NULL, true, 'raise_exception')
SELECT jsonb_path_query_array('[{"a":1,"b":2},{"a":3}]', 'last', '{"min":2}')
SELECT jsonb_set('null', '{NULL}', 'null', false)
SELECT '{"a":1.0}'::jsonb #> '{a,1}'
SELECT jsonb_insert('{"a":1}', '{a,b,2,c}', 'null', true)
SELECT json_extract_path_text('"a"', 'a', '1')
SELECT jsonb_insert('1e3', '{a,b,x}', 'null')
SELECT '1e3'::json #>> '{-1}'
SELECT '[1,]'::json -> -2
SELECT '{}'::jsonb @> '[1,2,2,3]'::jsonb
SELECT '{"é":"日本\u00e9\n"}'::jsonb @> '[]'::jsonb
SELECT jsonb_set_lax('[]', '{a}', NULL, true, 'delete_key')
SELECT 'nul'::jsonb -> 5
SELECT '[]'::jsonb @@ '$.a[*] ? (@ % 2 == 0)'
SELECT '[3,1,2]'::jsonb <> 'true'::jsonb
SELECT jsonb_set_lax(' { "x" : [ ] } ', '{a,b}', NULL)
SELECT jsonb_insert('{"a":null}', '{new}', '{"z":1}')
SELECT jsonb_path_query_array('{}', 'strict $[0].b')
SELECT jsonb_pretty('tru')
SELECT jsonb_path_exists('{}', '$.b ? (@ like_regex "[")')
SELECT jsonb_set('{"a":[1,2,3],"b":{"a":"x"}}', '{a,b}', '{"z":1}', false)
SELECT jsonb_set('{"a":[1,2,3],"b":{"a":"x"}}', '{0}', '9')
SELECT '[[1,2],[3]]'::jsonb = '""'::jsonb
SELECT jsonb_set('null', '{-1}', '9', false)
SELECT jsonb_set('1.5e-3', '{a,b}', '{"z":1}')
SELECT jsonb_set_lax('{"a":null}', '{-1}', NULL, true, 'use_json_null')
SELECT '{"track":{"segments":[{"HR":73,"loc":[47.7,13.4]},{"HR":135,"loc":[48.1,13.2]}]}}'::jsonb @? '$.a'
SELECT jsonb_set_lax('1', '{a,b,x}', NULL, true, 'x')
SELECT jsonb_insert('1', '{-1}', 'null')
SELECT jsonb_path_exists('{"a":[1,2,3,4,5]}', '$.a == $.a')
SELECT '1'::jsonb @> '[]'::jsonb
SELECT '"a"'::json
SELECT '1e3'::jsonb <@ '{"":1}'::jsonb
SELECT '{"a":1}'::json #>> '{NULL}'
SELECT jsonb_insert('[[1,2],[3]]', '{a,b,x}', 'null', true)
SELECT '{"a":1}'::jsonb -> NULL
SELECT * FROM jsonb_path_query('{"a":[1,2,3,4,5]}', 'true')
SELECT jsonb_set_lax('{"a":1.0}', '{new}', NULL)
SELECT '[1,]'::jsonb #>> '{1,0}'
SELECT jsonb_set_lax('[[1,2],[3]]', '{a,b,2,c}', NULL, true, 'return_target')
SELECT jsonb_insert('1.50', '{a,b,2,c}', '{"z":1}', true)
SELECT '-'::jsonb #> '{a,1}'
SELECT jsonb_path_query_first('[]', '$.a ? (@ > 1) ? (@ < 4)')
SELECT NULL::jsonb -> 'a'
SELECT '{"a": {"b": [1, 2, {"c": null}]}, "d": "x"}'::jsonb = '[1,2,2,3]'::jsonb
SELECT jsonb_insert('1', '{a,1}', '9', true)
SELECT '{"é":"日本\u00e9\n"}'::jsonb - '0'
SELECT 'NaN'::jsonb #> '{a,b}'
SELECT jsonb_set('"\u0041\t"', '{1,0}', '9')
SELECT '"\u0041\t"'::json ->> -2
SELECT jsonb_path_exists('"abc"', '$.a')
SELECT jsonb_set_lax('[[1,2],[3]]', '{a,b,x}', NULL, true, 'delete_key')
SELECT jsonb_set('"\u0041\t"', '{a}', '{"z":1}', false)
SELECT '[1, "x", null, true, {"a": 2}]'::json #>> '{}'
SELECT jsonb_path_query_array('[{"a":1,"b":2},{"a":3}]', '7.5 - 10')
SELECT '"a"'::jsonb ? '1'
SELECT '{"a":{"b":"x","c":null},"d":[{"e":1},{"e":2.5},{"e":"s"}]}'::jsonb @@ '$[*] ? (@ == 1)'
SELECT 'nul'::jsonb #> '{a,1}'
SELECT '[{"a":1},{"a":2}]'::jsonb || '-0'::jsonb
SELECT 'tru'::jsonb #>> '{0}'
SELECT '"\u0041\t"'::jsonb <> '"a"'::jsonb
SELECT jsonb_set('true', '{a}', '9')
SELECT jsonb_path_query_array('[]', '7.5 - 10')
SELECT 'tru'::jsonb #> '{NULL}'
SELECT jsonb_insert('{"a":1.0}', '{1,0}', '9')
SELECT 'true'::jsonb #- '{NULL}'
SELECT * FROM jsonb_path_query('[]', 'strict $.a[*]')
SELECT jsonb_set('null', '{1,0}', 'null', false)
SELECT jsonb_path_exists('{"track":{"segments":[{"HR":73,"loc":[47.7,13.4]},{"HR":135,"loc":[48.1,13.2]}]}}', '$.a')
SELECT jsonb_set_lax('{"a":1.0}', '{1,0}', NULL, true, 'delete_key')
SELECT '"a"'::json ->> 5
SELECT jsonb_path_query_array('{"x y":1,"$":2}', 'a', '{"min":2}')
SELECT '{"é":"日本\u00e9\n"}'::jsonb #> '{-1}'
SELECT '{"a":[1,2,3],"b":{"a":"x"}}'::jsonb <@ '{"a":[1,2,3],"b":{"a":"x"}}'::jsonb
SELECT '[{"a":1,"b":2},{"a":3}]'::jsonb @@ '7 % 4'
SELECT jsonb_insert('[1,2,2,3]', '{-1}', 'null')
SELECT jsonb_set('[1,2,2,3]', '{1,0}', '9', false)
SELECT ' { "x" : [ ] } '::jsonb #- '{a,1}'
SELECT jsonb_insert('[{"a":1},{"a":2}]', '{a,b,x}', 'null', true)
SELECT jsonb_set('""', '{NULL}', '9')
SELECT jsonb_insert('"a"', '{1,0}', '9', true)
SELECT jsonb_path_query_first('{}', '$.a.b')
SELECT '01'::json #>> '{4,a}'
SELECT jsonb_set('[]', '{-1}', 'null', false)
SELECT '{'::json
SELECT '{"a":[1,2,3],"b":{"a":"x"}}'::jsonb <> '{"é":"日本\u00e9\n"}'::jsonb
SELECT jsonb_insert('{"b":2,"a":1,"aa":3,"b":4}', '{a,b,2,c}', 'null', true)
SELECT jsonb_insert('[1, "x", null, true, {"a": 2}]', '{a}', 'null')
SELECT json_agg(x) FROM (VALUES (TIMESTAMP '2024-01-02 03:04:05.678'), (NULL)) AS t(x)
SELECT '[{"a":1,"b":2},{"a":3}]'::jsonb @@ '$.track.segments[*].HR ? (@ > 130)'
SELECT jsonb_path_query_array('{}', '$.d[*].e', '{}', true)
SELECT '"a"'::jsonb #>> '{a,1}'
SELECT jsonb_path_match('[{"a":1,"b":2},{"a":3}]', '$.a[last - 1 to last]')
SELECT jsonb_insert('{"é":"日本\u00e9\n"}', '{1,0}', '{"z":1}')
SELECT jsonb_set('{"a":1}', '{a,b}', '{"z":1}')
SELECT '1'::jsonb || '[1,2,2,3]'::jsonb
SELECT '[1, "x", null, true, {"a": 2}]'::jsonb::float8
SELECT '{"a":[1,2,3],"b":{"a":"x"}}'::jsonb::json
SELECT jsonb_set('null', '{a,b,2,c}', '{"z":1}', false)
SELECT jsonb_set('{"é":"日本\u00e9\n"}', '{a,b,x}', '9', false)
SELECT '1.50'::jsonb - '{a,NULL}'::text[]
SELECT '"\ud800"'::json #> '{a,x}'
SELECT '{"é":"日本\u00e9\n"}'::jsonb @> '{"a":null}'::jsonb
SELECT jsonb_set('-0', '{}', '{"z":1}')
SELECT jsonb_set_lax(' { "x" : [ ] } ', '{a,b}', NULL, true, 'raise_exception')
SELECT jsonb_typeof('1.50')
SELECT '{"":1}'::json #> '{NULL}'
SELECT '[3,1,2]'::jsonb <@ '[3,1,2]'::jsonb
SELECT '[1, "x", null, true, {"a": 2}]'::jsonb <> '[3,1,2]'::jsonb
SELECT '[{"a":1},{"a":2}]'::jsonb <@ '"\u0041\t"'::jsonb
SELECT jsonb_set_lax('[{"a":1},{"a":2}]', '{new}', NULL, true, 'use_json_null')
SELECT '1e3'::json #>> '{a,b,2,c}'
SELECT jsonb_set('1e3', '{a,b,x}', '9', false)
SELECT '1'::jsonb @> '"\u0041\t"'::jsonb
SELECT '-'::jsonb #> '{4,a}'
SELECT jsonb_set('null', '{a,b}', '9', false)
SELECT jsonb_path_exists('[]', '$.a[*] ? (@ > 1 && @ < 4).type()')
SELECT '{"a":null}'::jsonb ?& '{}'::text[]
SELECT jsonb_path_query_first('5', '1e2')
SELECT jsonb_insert('{}', '{a,b,2,c}', '9', true)
SELECT '{"a":null}'::jsonb <@ '"\u0041\t"'::jsonb
SELECT '[[1,2],[3]]'::jsonb -> 0
SELECT ' { "x" : [ ] } '::jsonb #- '{0}'
SELECT '{"a":1,}'::jsonb ->> 'b'
SELECT jsonb_insert('1.50', '{}', '{"z":1}', true)
SELECT x FROM jsonb_array_elements_text('{}') AS x
SELECT jsonb_set('1', '{NULL}', '{"z":1}', false)
SELECT 'nul'::json -> 1
SELECT '{"x y":1,"$":2}'::jsonb @? '2 + 3 * 4 - 5'
SELECT jsonb_path_query_array('{"track":{"segments":[{"HR":73,"loc":[47.7,13.4]},{"HR":135,"loc":[48.1,13.2]}]}}', '$.a[*]', '{"min":2}')
SELECT jsonb_path_query_first('{"x y":1,"$":2}', '$.**.e')
SELECT '{"b":2,"a":1,"aa":3,"b":4}'::jsonb #- '{0}'
SELECT jsonb_set_lax('[1, "x", null, true, {"a": 2}]', '{4,a}', NULL, true, 'x')
SELECT jsonb_insert('[1,2,2,3]', '{9}', 'null')
SELECT jsonb_set_lax('"\u0041\t"', '{0}', NULL)
SELECT jsonb_path_match('[1,"2",true,null,[5,6]]', '$.a[5 to 9]')
SELECT json_extract_path_text('null', 'a', '1')
SELECT '[1,2,2,3]'::jsonb #> '{a}'
SELECT jsonb_path_query_array('{"a":[1,2,3,4,5]}', '$.track.segments[*].HR', '{"min":2}')
SELECT jsonb_insert('[{"a":1},{"a":2}]', '{a,b,x}', '{"z":1}')
SELECT jsonb_set('1e3', '{a,1}', '9', false)
SELECT jsonb_insert('null', '{a,b,x}', '{"z":1}', true)
SELECT 'null'::jsonb #>> '{0}'
SELECT 'null'::jsonb ? 'b'
SELECT jsonb_insert('[{"a":1},{"a":2}]', '{a,-1}', '{"z":1}', true)
SELECT '.5'::json #> '{0}'
SELECT jsonb_set_lax('[1, "x", null, true, {"a": 2}]', '{new}', NULL)
SELECT jsonb_set('1e3', '{-1}', '{"z":1}', false)
SELECT '-0'::jsonb - -9
SELECT jsonb_set_lax('{"a":1}', '{-1}', NULL)
SELECT '"a"'::jsonb #> '{}'
SELECT jsonb_insert('1', '{-1}', 'null', true)
SELECT jsonb_set_lax('[3,1,2]', '{a,b,x}', NULL, true, 'x')
SELECT jsonb_insert('[[1,2],[3]]', '{a,b}', '9')
SELECT jsonb_insert('[1,2,2,3]', '{a,b,2,c}', '9')
SELECT jsonb_set('"\u0041\t"', '{a,1}', '9')
SELECT jsonb_set_lax('1.5e-3', '{-1}', NULL, true, 'raise_exception')
SELECT '[{"a":1,"b":2},{"a":3}]'::jsonb @@ '$.a[*] ? (@ % 2 == 0)'
SELECT '[]'::jsonb || '{"é":"日本\u00e9\n"}'::jsonb
SELECT jsonb_path_query_array('{}', 'lax $.a', '{"min":2}')
SELECT '{"b":2,"a":1,"aa":3,"b":4}'::json #>> '{a}'
SELECT 'tru'::json #>> '{}'
SELECT '{"a"}'::json #>> '{a,b,2,c}'
SELECT '1.5e-3'::jsonb::bigint
SELECT 'true'::jsonb - '{x,0}'::text[]
SELECT '{"a":1}'::json ->> 1
SELECT '{"b":2,"a":1,"aa":3,"b":4}'::jsonb ?& '{a,b}'::text[]
SELECT jsonb_set('""', '{a,b,x}', '{"z":1}')
SELECT jsonb_insert('{"a":[1,2,3],"b":{"a":"x"}}', '{a,b,2,c}', '{"z":1}', true)
SELECT '{"a":[1,2,3],"b":{"a":"x"}}'::jsonb <@ '1'::jsonb
SELECT '{"a":[1,2,3,4,5]}'::jsonb @@ '$.a ? (@ > 2)'
SELECT '{"":1}'::json::text
SELECT jsonb_extract_path_text('[1,]', 'a', '1')
SELECT jsonb_set_lax('[3,1,2]', '{a,b}', NULL, true, 'use_json_null')
SELECT jsonb_insert('{"a":1.0}', '{a,b,x}', '9')
SELECT jsonb_set('1', '{a,b,2,c}', 'null', false)
SELECT '[1,2,2,3]'::jsonb #>> '{-1}'
SELECT jsonb_insert('{"a": {"b": [1, 2, {"c": null}]}, "d": "x"}', '{a,-1}', '{"z":1}')
SELECT jsonb_path_query_array('{"x y":1,"$":2}', '$.a[*].double()', '{}', true)
SELECT jsonb_set_lax('{}', '{a,1}', NULL, true, 'use_json_null')
SELECT jsonb_path_exists('[{"a":1,"b":2},{"a":3}]', 'null')
SELECT jsonb_path_query_array('"abc"', '$.a.keyvalue()', '{}', true)
SELECT jsonb_set_lax('{"a":[1,2,3],"b":{"a":"x"}}', '{a,b,x}', NULL, true, 'use_json_null')
SELECT jsonb_set_lax('"a"', '{9}', NULL, true, 'raise_exception')
SELECT jsonb_path_query_array('{"x y":1,"$":2}', '$.a[-1]')
SELECT jsonb_path_query_array('{"a":[1,2,3,4,5]}', '10 / 4', '{"min":2}')
SELECT jsonb_set_lax('[3,1,2]', '{a,b,2,c}', NULL, true, 'delete_key')
SELECT '[[1,2],[3]]'::jsonb #>> '{4,a}'
SELECT '[]'::jsonb <@ ' { "x" : [ ] } '::jsonb
SELECT '5'::jsonb @? '$.size()'
SELECT jsonb_set_lax('1e3', '{-9}', NULL, true, 'delete_key')
SELECT jsonb_insert('[[1,2],[3]]', '{-9}', 'null', true)
SELECT jsonb_set_lax('[{"a":1},{"a":2}]', '{a,b}', NULL, true, 'return_target')
SELECT jsonb_set('1.50', '{a,b,x}', '9')
SELECT jsonb_set('1.50', '{a,1}', '9')
SELECT jsonb_set_lax('""', '{a,1}', NULL, true, 'x')
SELECT jsonb_path_query_array('[]', '$.**.type()', '{"min":2}')
SELECT jsonb_set_lax('{"a":1.0}', '{a,1}', NULL, true, 'x')
SELECT json_array_length('\u0000')
SELECT '[1,2,2,3]'::json -> ''
SELECT jsonb_set_lax('{"a":[1,2,3],"b":{"a":"x"}}', '{}', NULL, true, 'raise_exception')
SELECT '{"a":1}'::jsonb #- '{a,b}'
SELECT jsonb_set_lax('[3,1,2]', '{-9}', NULL, true, 'return_target')
SELECT jsonb_insert('{"b":2,"a":1,"aa":3,"b":4}', '{a,b}', 'null', true)
SELECT jsonb_set('{"a":[1,2,3],"b":{"a":"x"}}', '{a,-1}', '{"z":1}')
SELECT '{"":1}'::jsonb #- '{a,-1}'
SELECT jsonb_insert('[1,2,2,3]', '{-9}', 'null', true)
SELECT ' { "x" : [ ] } '::jsonb #> '{1,0}'
SELECT jsonb_insert('[3,1,2]', '{a,b}', '9')
SELECT jsonb_path_match('{}', '$.a +')
SELECT jsonb_set_lax('1', '{new}', NULL, true, 'return_target')
SELECT ' { "x" : [ ] } '::json #>> '{a,b}'
SELECT '{''a'':1}'::jsonb ->> 0
SELECT jsonb_set_lax('1.5e-3', '{0}', NULL, true, 'use_json_null')
SELECT jsonb_path_match('{"a":{"b":"x","c":null},"d":[{"e":1},{"e":2.5},{"e":"s"}]}', '$.keyvalue()')
SELECT jsonb_set_lax('1e3', '{a,b,2,c}', NULL, true, 'use_json_null')
SELECT jsonb_set_lax('""', '{1,0}', NULL, true, 'delete_key')
SELECT '[{"a":1},{"a":2}]'::json -> 0
SELECT jsonb_insert('{"a":null}', '{a,-1}', 'null')
SELECT jsonb_insert('{"b":2,"a":1,"aa":3,"b":4}', '{a}', '9', true)
SELECT jsonb_set_lax('"a"', '{new}', NULL, true, 'use_json_null')
SELECT json_build_object('\x00ff'::bytea, 1, 'x')
SELECT jsonb_insert('[]', '{NULL}', '{"z":1}', true)
SELECT json_extract_path_text('{"b":2,"a":1,"aa":3,"b":4}', '0')
SELECT '{"a": {"b": [1, 2, {"c": null}]}, "d": "x"}'::jsonb #- '{a,-1}'
SELECT jsonb_set_lax('1.50', '{a,-1}', NULL)
SELECT '1'::jsonb -> 0
SELECT jsonb_path_query_array('{"x y":1,"$":2}', 'strict $.a.b', '{}', true)
SELECT '{''a'':1}'::jsonb #>> '{-1}'
SELECT '[{"a":1,"b":2},{"a":3}]'::jsonb @? '$.a[0] + 3'
SELECT '[]'::jsonb #>> '{NULL}'
SELECT jsonb_set('null', '{}', '{"z":1}')
SELECT '{"":1}'::jsonb @> 'null'::jsonb
SELECT jsonb_typeof('"\x"')
SELECT '{"a":null}'::jsonb - 'a'
SELECT jsonb_set_lax('[[1,2],[3]]', '{0}', NULL, true, 'x')
SELECT '"a"'::jsonb - 'x'
SELECT '""'::jsonb -> 0
SELECT '5'::jsonb @@ '(2 + 3) * 4'
SELECT jsonb_path_exists('[1,"2",true,null,[5,6]]', '$.**')
SELECT jsonb_insert('1e3', '{a,b}', '9')
SELECT '-'::jsonb #>> '{-1}'
SELECT jsonb_set('{"a":1.0}', '{}', '{"z":1}')
SELECT jsonb_set_lax('1', '{4,a}', NULL, true, 'delete_key')
SELECT 'null'::jsonb - 'c'
SELECT '1e3'::jsonb || '{"é":"日本\u00e9\n"}'::jsonb
SELECT to_json('{"b":1,"a":2}'::jsonb)
SELECT jsonb_set('1.50', '{a,b}', '9', false)
SELECT jsonb_object_agg(k, x ORDER BY k) FROM (VALUES ('a', TIME '10:00'), ('b', NULL)) AS t(k, x)
SELECT jsonb_path_exists('[1,"2",true,null,[5,6]]', 'last')
SELECT jsonb_set('1e3', '{4,a}', 'null')
SELECT '{"a":{"b":"x","c":null},"d":[{"e":1},{"e":2.5},{"e":"s"}]}'::jsonb @? '$.a[5 to 9]'
SELECT jsonb_set('[{"a":1},{"a":2}]', '{a,b,x}', '{"z":1}')
SELECT '[1,2,2,3]'::jsonb ->> 0
SELECT jsonb_path_query_array('5', '10 / 4', '{}', true)
SELECT json_agg(x) FROM (VALUES (1e-7::float8), (NULL)) AS t(x)
SELECT '[{"a":1},{"a":2}]'::jsonb::float8
SELECT jsonb_set_lax('[3,1,2]', '{a}', NULL, true, 'x')
SELECT jsonb_set('{"é":"日本\u00e9\n"}', '{-9}', '{"z":1}', false)
SELECT '""'::jsonb ->> 1
SELECT json_agg(DISTINCT x) FROM (VALUES (1),(1),(2)) t(x)
SELECT '[]'::jsonb - '{}'::text[]
SELECT jsonb_path_match('{"x y":1,"$":2}', '($[*] > "a") is unknown')
SELECT '{}'::jsonb - 'a'
SELECT jsonb_path_query_array('[{"a":1,"b":2},{"a":3}]', '$.track.segments[*] ? (@.HR > 130)."loc"', '{}', true)
SELECT jsonb_set('[3,1,2]', '{NULL}', '9')
SELECT '"abc"'::jsonb @? '$.a[*] ? (!(@ == 3))'
SELECT '"abc"'::jsonb @@ '$.a[0]'
SELECT '{''a'':1}'::json -> 'a'
SELECT * FROM jsonb_path_query('[1,"2",true,null,[5,6]]', '$.a[last - 1 to last]')
SELECT '[1,"2",true,null,[5,6]]'::jsonb @@ '$.d.e'
SELECT '"a"'::jsonb::bigint
SELECT jsonb_set('1.50', '{a,b,2,c}', '{"z":1}')
SELECT jsonb_set('""', '{4,a}', '9')
SELECT '[{"a":1},{"a":2}]'::json #>> '{a,1}'
SELECT jsonb_path_query_array('{"track":{"segments":[{"HR":73,"loc":[47.7,13.4]},{"HR":135,"loc":[48.1,13.2]}]}}', 'strict $.x', '{}', true)
SELECT jsonb_set('{"b":2,"a":1,"aa":3,"b":4}', '{NULL}', '{"z":1}', false)
SELECT '[]'::jsonb @? '($[*] > "a") is unknown'
SELECT jsonb_insert('[]', '{a,b,x}', '9')
SELECT jsonb_insert('[[1,2],[3]]', '{a,1}', '{"z":1}', true)
SELECT '1'::json ->> 0
SELECT '{"é":"日本\u00e9\n"}'::jsonb = '1e3'::jsonb
SELECT '{"a":[1,2,3,4,5]}'::jsonb @? '$.a[0] + $.a[1] * 2'
SELECT '{"":1}'::jsonb = '{"é":"日本\u00e9\n"}'::jsonb
SELECT * FROM jsonb_path_query('{}', '$.*')
SELECT jsonb_set('[1,2,2,3]', '{1,0}', '{"z":1}', false)
SELECT jsonb_set('1.5e-3', '{a,1}', 'null', false)
SELECT jsonb_insert('1', '{a,b}', '{"z":1}', true)
SELECT '[]'::jsonb ? 'c'
SELECT '1.5e-3'::jsonb <@ '1.50'::jsonb
SELECT '1.5e-3'::jsonb = '[{"a":1},{"a":2}]'::jsonb
SELECT '{"é":"日本\u00e9\n"}'::jsonb ? ''
SELECT jsonb_agg(x) FROM (VALUES (1e-7::float8), (NULL)) AS t(x)
SELECT ''::json -> 1
SELECT jsonb_insert('1.5e-3', '{NULL}', '9')
SELECT jsonb_path_query_array('5', '$.a.c')
SELECT '{"b":2,"a":1,"aa":3,"b":4}'::jsonb = '"a"'::jsonb
SELECT jsonb_set_lax('-0', '{a,1}', NULL, true, 'x')
SELECT '{"a":null}'::json -> 0
SELECT ' { "x" : [ ] } '::jsonb ? 'c'
SELECT jsonb_agg(x) FROM (VALUES ('é"\'::text), (NULL)) AS t(x)
SELECT '{"a":1.0}'::json -> 5
SELECT '1e3'::jsonb <@ ' { "x" : [ ] } '::jsonb
SELECT jsonb_set('[3,1,2]', '{NULL}', '9', false)
SELECT '{"a": {"b": [1, 2, {"c": null}]}, "d": "x"}'::jsonb = '{"":1}'::jsonb
SELECT jsonb_insert('{"":1}', '{new}', '9')
SELECT '-0'::jsonb <> '[3,1,2]'::jsonb
SELECT jsonb_set('[1,2,2,3]', '{new}', '9')
SELECT '{"x y":1,"$":2}'::jsonb @@ '$.track.segments[*].HR'
SELECT '1e3'::json #>> '{1,0}'
SELECT 'true'::jsonb = '1.5e-3'::jsonb
SELECT jsonb_set('[]', '{a,b,2,c}', 'null', false)
SELECT jsonb_path_query_array('{}', '10 / 4')
SELECT '[3,1,2]'::jsonb::int
SELECT '[1,]'::jsonb #>> '{a}'
SELECT jsonb_insert('1.50', '{1,0}', '9', true)
SELECT '1'::jsonb #>> '{a,1}'
SELECT * FROM jsonb_object_keys('{}')
SELECT jsonb_set('1.50', '{a,b,x}', '{"z":1}', false)
SELECT '{"a":[1,2,3],"b":{"a":"x"}}'::json::text
SELECT jsonb_set('{"":1}', '{-1}', '9', false)
SELECT jsonb_set_lax('[]', '{new}', NULL, true, 'use_json_null')
SELECT jsonb_set('{}', '{a,-1}', '9', false)
SELECT '{'::jsonb #> '{0}'
SELECT '{"b":2,"a":1,"aa":3,"b":4}'::jsonb #- '{new}'
SELECT 'nul'::jsonb #> '{a}'
SELECT '+1'::json #>> '{-1}'
SELECT jsonb_set_lax('{}', '{new}', NULL, true, 'return_target')
SELECT jsonb_set_lax('[1, "x", null, true, {"a": 2}]', '{1,0}', NULL, true, 'raise_exception')
SELECT jsonb_set_lax('[1,2,2,3]', '{-1}', NULL, true, 'delete_key')
SELECT jsonb_set('{"b":2,"a":1,"aa":3,"b":4}', '{a,b,2,c}', '{"z":1}', false)
SELECT jsonb_set_lax('null', '{a,b}', NULL, true, 'x')
SELECT 'null'::jsonb <> '{}'::jsonb
SELECT jsonb_path_query_array('[{"a":1,"b":2},{"a":3}]', '$.size()', '{}', true)
SELECT jsonb_path_query_array('{"a":{"b":"x","c":null},"d":[{"e":1},{"e":2.5},{"e":"s"}]}', '$.a[*] ? (@ > 1 && @ < 4).type()')
SELECT jsonb_path_query_array('{}', '$[*].a')
SELECT jsonb_set_lax('"a"', '{4,a}', NULL, true, 'delete_key')
SELECT jsonb_set('[3,1,2]', '{a,b}', 'null')
SELECT '[[1,2],[3]]'::jsonb @> '[1,2,2,3]'::jsonb
SELECT to_jsonb(true)
SELECT '[1, "x", null, true, {"a": 2}]'::jsonb @> '{"a":1.0}'::jsonb
SELECT '[3,1,2]'::jsonb <@ '"a"'::jsonb
SELECT '{"a"}'::json -> 'a'
SELECT jsonb_set('[1, "x", null, true, {"a": 2}]', '{a,-1}', '9')
SELECT jsonb_set_lax('{"b":2,"a":1,"aa":3,"b":4}', '{new}', NULL, true, 'x')
SELECT jsonb_set('{}', '{a,b}', '9', false)
SELECT '"a"'::jsonb @> '{"a":1}'::jsonb
SELECT '{"a":1}'::jsonb #>> '{}'
SELECT '{"a":null}'::jsonb ?& '{a,NULL}'::text[]
SELECT 'tru'::jsonb ->> 5
SELECT '[{"a":1},{"a":2}]'::jsonb - 'b'
SELECT jsonb_path_query_array('{"x y":1,"$":2}', '$.track.segments[*].HR ? (@ > 130)')
SELECT '+1'::jsonb::boolean
SELECT '\u0000'::jsonb ->> 1
SELECT jsonb_set('{"a":null}', '{4,a}', '9')
SELECT ' { "x" : [ ] } '::jsonb ?& '{a,NULL}'::text[]
SELECT jsonb_path_query_array('{"track":{"segments":[{"HR":73,"loc":[47.7,13.4]},{"HR":135,"loc":[48.1,13.2]}]}}', '$.**{1}', '{}', true)
SELECT jsonb_set_lax('{"é":"日本\u00e9\n"}', '{a}', NULL, true, 'return_target')
SELECT 'tru'::jsonb #>> '{NULL}'
SELECT '{"a":1}'::jsonb || '{"a":1.0}'::jsonb
SELECT jsonb_insert('{"é":"日本\u00e9\n"}', '{a,1}', '9', true)
SELECT jsonb_set_lax('{"a": {"b": [1, 2, {"c": null}]}, "d": "x"}', '{}', NULL, true, 'x')
SELECT jsonb_set('{"a":[1,2,3],"b":{"a":"x"}}', '{a,b,2,c}', 'null', false)
SELECT * FROM jsonb_path_query('{"x y":1,"$":2}', 'a')
SELECT ''::jsonb #> '{a,1}'
SELECT json_typeof('{')
SELECT '{}'::json ->> -2
SELECT jsonb_set('{"a":[1,2,3],"b":{"a":"x"}}', '{4,a}', '{"z":1}', false)
SELECT jsonb_path_query_array('"abc"', 'true', '{"min":2}')
SELECT jsonb_insert('[{"a":1},{"a":2}]', '{new}', '{"z":1}', true)
SELECT '[1,2,2,3]'::jsonb <> '[3,1,2]'::jsonb
SELECT '{"a":1}'::jsonb @> '"\u0041\t"'::jsonb
SELECT jsonb_set_lax('{"":1}', '{1,0}', NULL, true, 'delete_key')
SELECT jsonb_path_query_array('{}', '- - 1')
SELECT '1'::json -> -1
SELECT '[{"a":1},{"a":2}]'::jsonb <@ '1'::jsonb
SELECT '{"b":2,"a":1,"aa":3,"b":4}'::jsonb || '1e3'::jsonb
SELECT jsonb_set('{"é":"日本\u00e9\n"}', '{a,-1}', '{"z":1}', false)
SELECT jsonb_set('{}', '{4,a}', 'null', false)
SELECT '[1,2,2,3]'::jsonb - '0'
SELECT '{"a":null}'::json::jsonb
SELECT '-0'::jsonb <> '1e3'::jsonb
SELECT 'null'::jsonb #- '{new}'
SELECT jsonb_insert('{"b":2,"a":1,"aa":3,"b":4}', '{a,-1}', '{"z":1}')
SELECT '[]'::jsonb <> '"\u0041\t"'::jsonb
SELECT '[3,1,2]'::jsonb @> '1.5e-3'::jsonb
SELECT '+1'::jsonb::real
SELECT '[1, "x", null, true, {"a": 2}]'::json #>> '{a,x}'
SELECT jsonb_insert('{"a": {"b": [1, 2, {"c": null}]}, "d": "x"}', '{0}', '{"z":1}', true)
SELECT jsonb_path_query_first('{}', 'strict $.a[9]')
SELECT jsonb_set('{}', '{a,b}', 'null', false)
SELECT 'true'::jsonb -> 0
SELECT jsonb_set('1', '{NULL}', 'null')
SELECT jsonb_extract_path_text('{"a":1.0}', '0')
SELECT jsonb_set_lax(' { "x" : [ ] } ', '{new}', NULL, true, 'use_json_null')
SELECT '1.'::jsonb #>> '{4,a}'
SELECT '{"a":1.0}'::jsonb - '{}'::text[]
SELECT '1.50'::jsonb @> '1.50'::jsonb
SELECT '{"a":1}'::jsonb || 'x'
SELECT '""'::jsonb ->> 'b'
SELECT jsonb_set_lax('[3,1,2]', '{a,-1}', NULL, true, 'delete_key')
SELECT '{}'::jsonb <> '{"é":"日本\u00e9\n"}'::jsonb
SELECT '"\u0000"'::json #> '{a}'
SELECT jsonb_path_exists('{"x y":1,"$":2}', '+$.a[0]')
SELECT '{}'::jsonb - '{x,0}'::text[]
SELECT '-'::json #> '{0}'
SELECT '"abc"'::jsonb @? '.5'
SELECT '1'::json #>> '{1,0}'
SELECT '[1,2,2,3]'::jsonb <> '[{"a":1},{"a":2}]'::jsonb
SELECT '01'::json -> ''
SELECT jsonb_path_exists('5', '$.a[0]')
SELECT jsonb_path_query_first('[1,"2",true,null,[5,6]]', '$.a[*] ? (!(@ == 3))')
SELECT '1.50'::jsonb <> '{"a":1.0}'::jsonb
SELECT '{''a'':1}'::jsonb -> 'a'
SELECT '{}'::jsonb
SELECT jsonb_set('{"a":1}', '{new}', '9', false)
SELECT * FROM jsonb_object_keys('{"a":1,"b":"x","c":null,"d":[1,2]}') WITH ORDINALITY
SELECT jsonb_path_match('5', '$.**.e')
SELECT jsonb_set_lax('[]', '{}', NULL, true, 'return_target')
SELECT jsonb_path_query_array('[]', '$.**{1 to 2}', '{}', true)
SELECT '{"a":[1,2,3],"b":{"a":"x"}}'::jsonb <> '1'::jsonb
SELECT 'null'::jsonb ?| '{a,NULL}'::text[]
SELECT jsonb_insert('[]', '{a,b,2,c}', '9')
SELECT jsonb_set_lax('{"é":"日本\u00e9\n"}', '{-9}', NULL, true, 'x')
SELECT 'true'::jsonb #>> '{a,b,2,c}'
SELECT jsonb_set('{"a": {"b": [1, 2, {"c": null}]}, "d": "x"}', '{a,b,2,c}', '9')
SELECT ''::json #> '{a,1}'
SELECT jsonb_set('"a"', '{a,1}', 'null')
SELECT '1'::jsonb #>> '{a}'
SELECT jsonb_insert(' { "x" : [ ] } ', '{-9}', '9', true)
SELECT '[]'::jsonb::smallint
SELECT * FROM jsonb_each_text('{"a":1,"b":"x","c":null,"d":[1,2]}') WITH ORDINALITY
SELECT '{"a":1}'::jsonb ->> 0
SELECT '"\u0041\t"'::jsonb ->> 0
SELECT jsonb_insert('"a"', '{-1}', '9', true)
SELECT jsonb_set('-0', '{a,1}', '9')
SELECT jsonb_set_lax('-0', '{new}', NULL, true, 'use_json_null')
SELECT jsonb_path_query_array('{"a":[1,2,3,4,5]}', '$.track.segments[*] ? (@.HR > 130)."loc"', '{}', true)
SELECT '{"a":1.0}'::jsonb::numeric(20,3)
SELECT jsonb_set_lax('""', '{a,1}', NULL)
SELECT jsonb_path_query_first('{}', '$.a.size()')
SELECT 'true'::jsonb - ''
SELECT jsonb_path_query_array('{"a":[1,2,3,4,5]}', '$."$"')
SELECT 'null'::jsonb #- '{NULL}'
SELECT '[1,]'::jsonb -> 0
SELECT '[1,]'::jsonb::int
SELECT jsonb_extract_path_text('[{"a":1},{"a":2}]', 'a', '1')
SELECT jsonb_insert('true', '{9}', 'null', true)
SELECT '1.5e-3'::jsonb - '1'
SELECT '1.50'::jsonb #>> '{NULL}'
SELECT jsonb_insert('[{"a":1},{"a":2}]', '{-1}', 'null')
SELECT '"a"'::jsonb <@ '{"é":"日本\u00e9\n"}'::jsonb
SELECT jsonb_path_query_array('[{"a":1,"b":2},{"a":3}]', '$.a.size()', '{"min":2}')
SELECT jsonb_insert('[[1,2],[3]]', '{-1}', '{"z":1}', true)
SELECT jsonb_set('{"a":[1,2,3],"b":{"a":"x"}}', '{}', '9', false)
SELECT '01'::json #>> '{a}'
SELECT jsonb_path_query_array('"abc"', '$.a["x"]', '{"min":2}')
SELECT jsonb_insert('{"b":2,"a":1,"aa":3,"b":4}', '{a,-1}', 'null', true)
SELECT '{"b":2,"a":1,"aa":3,"b":4}'::jsonb @> '[3,1,2]'::jsonb
SELECT '-'::jsonb #> '{}'
SELECT '[1,2,2,3]'::jsonb -> 5
SELECT '-0'::json::jsonb
SELECT jsonb_set_lax('{"a":[1,2,3],"b":{"a":"x"}}', '{new}', NULL, true, 'raise_exception')
SELECT '{"":1}'::json::jsonb
SELECT '-'::jsonb::json
SELECT 'true'::json #>> '{a,1}'
SELECT jsonb_set('{"b":2,"a":1,"aa":3,"b":4}', '{9}', '9', false)
SELECT * FROM jsonb_path_query('{"x y":1,"$":2}', '$.a[*]')
SELECT jsonb_insert('{"a": {"b": [1, 2, {"c": null}]}, "d": "x"}', '{1,0}', '9', true)
SELECT jsonb_set('1', '{0}', '9')
SELECT '[1, "x", null, true, {"a": 2}]'::json ->> -2
SELECT jsonb_path_query_array('5', '$.abs()', '{}', true)
SELECT jsonb_extract_path('"\u0041\t"', 'a', 'b')
SELECT jsonb_insert('{"a":1.0}', '{new}', '{"z":1}', true)
SELECT '[]'::jsonb -> ''
SELECT jsonb_insert('"\u0041\t"', '{9}', '9', true)
SELECT '""'::json -> -1
SELECT '"\ud800"'::jsonb #> '{1,0}'
SELECT jsonb_set_lax('"a"', '{NULL}', NULL, true, 'x')
SELECT '-'::json #> '{4,a}'
SELECT jsonb_path_exists('[{"a":1,"b":2},{"a":3}]', '1.5 * 2.25')
SELECT jsonb_insert('[{"a":1},{"a":2}]', '{0}', '{"z":1}')
SELECT jsonb_set('[{"a":1},{"a":2}]', '{NULL}', '{"z":1}', false)
SELECT '1.5e-3'::jsonb = '[1,2,2,3]'::jsonb
SELECT jsonb_insert('{"":1}', '{1,0}', '9', true)
SELECT '5'::jsonb @? ''
SELECT jsonb_set_lax('{"a":1}', '{}', NULL)
SELECT 'null'::jsonb <@ '{"a": {"b": [1, 2, {"c": null}]}, "d": "x"}'::jsonb
SELECT jsonb_build_object('k', TIMESTAMPTZ '2024-01-02 03:04:05+00')
SELECT jsonb_insert('[[1,2],[3]]', '{a}', '{"z":1}', true)
SELECT '{"":1}'::jsonb @> '""'::jsonb
SELECT '{"a":null}'::jsonb -> -1
SELECT jsonb_build_object('\x00ff'::bytea, 1, 'x')
SELECT jsonb_path_query_array('5', '($[*] > "a") is unknown')
SELECT 'true'::jsonb = '{}'::jsonb
SELECT '-'::json -> 'b'
SELECT jsonb_set_lax('{"":1}', '{1,0}', NULL, true, 'x')
SELECT jsonb_set('{}', '{a,-1}', 'null')
SELECT jsonb_object_agg(k, x ORDER BY k) FROM (VALUES ('a', INTERVAL '1 day'), ('b', NULL)) AS t(k, x)
SELECT '{"a":1}}'::jsonb::json
SELECT jsonb_insert('{"a":1.0}', '{NULL}', '9')
SELECT jsonb_set_lax('[1,2,2,3]', '{9}', NULL, true, 'delete_key')
SELECT '"a"'::jsonb ?| '{a,NULL}'::text[]
SELECT jsonb_set('{"é":"日本\u00e9\n"}', '{-1}', 'null', false)
SELECT jsonb_set_lax('[{"a":1},{"a":2}]', '{a,-1}', NULL, true, 'return_target')
SELECT 'nul'::json #> '{a,b,2,c}'
SELECT json_typeof('[1 2]')
SELECT ' { "x" : [ ] } '::jsonb #>> '{1,0}'
SELECT '[1,2,2,3]'::jsonb <> '{"a":[1,2,3],"b":{"a":"x"}}'::jsonb
SELECT '{"a":1.0}'::json #> '{NULL}'
SELECT '{"b":2,"a":1,"aa":3,"b":4}'::jsonb ? 'a'
SELECT jsonb_path_query_array('{"a":{"b":"x","c":null},"d":[{"e":1},{"e":2.5},{"e":"s"}]}', '7 % 4', '{}', true)
SELECT '{"b":2,"a":1,"aa":3,"b":4}'::jsonb ? '-1'
SELECT '{''a'':1}'::jsonb::int
SELECT jsonb_path_match('{"a":[1,2,3,4,5]}', '7.5 - 10')
SELECT jsonb_set('[[1,2],[3]]', '{9}', '9')
SELECT '{"":1}'::jsonb @> '{"a":1}'::jsonb
SELECT jsonb_set_lax('true', '{}', NULL, true, 'use_json_null')
SELECT jsonb_set_lax(' { "x" : [ ] } ', '{0}', NULL, true, 'delete_key')
SELECT jsonb_set('true', '{a,b,x}', '9', false)
SELECT '-0'::jsonb = 'true'::jsonb
SELECT jsonb_set(' { "x" : [ ] } ', '{a,b}', 'null', false)
SELECT jsonb_path_match('{"track":{"segments":[{"HR":73,"loc":[47.7,13.4]},{"HR":135,"loc":[48.1,13.2]}]}}', '$ ? (@ like_regex "B" flag "i")')
SELECT jsonb_insert('1e3', '{a,b,x}', '{"z":1}', true)
SELECT jsonb_set('"\u0041\t"', '{a,-1}', 'null')
SELECT jsonb_set_lax('{}', '{a,b,2,c}', NULL)
SELECT 'null'::jsonb - '{x,0}'::text[]
SELECT '{"a":1.0}'::json #> '{a}'
SELECT '1.5e-3'::json ->> ''
SELECT '{"é":"日本\u00e9\n"}'::json #> '{0}'
SELECT '[3,1,2]'::json #>> '{a,x}'
SELECT '[{"a":1},{"a":2}]'::jsonb <@ '1e3'::jsonb
SELECT '[3,1,2]'::jsonb #- '{new}'
SELECT jsonb_insert('{"a":[1,2,3],"b":{"a":"x"}}', '{-9}', 'null', true)
SELECT 'true'::jsonb::int
SELECT jsonb_set('{"é":"日本\u00e9\n"}', '{0}', 'null')
SELECT '1'::jsonb #- '{new}'
SELECT '{"":1}'::jsonb <@ '{"a":1.0}'::jsonb
SELECT jsonb_set('[1, "x", null, true, {"a": 2}]', '{a,-1}', '9', false)
SELECT '{"a":[1,2,3],"b":{"a":"x"}}'::jsonb ->> -2
SELECT '{"é":"日本\u00e9\n"}'::json #> '{a,1}'
SELECT jsonb_set_lax('{"b":2,"a":1,"aa":3,"b":4}', '{-9}', NULL, true, 'delete_key')
SELECT jsonb_set('[{"a":1},{"a":2}]', '{a,b}', '9')
SELECT jsonb_set_lax('{"a": {"b": [1, 2, {"c": null}]}, "d": "x"}', '{a}', NULL)
SELECT '[[1,2],[3]]'::jsonb <@ '{"b":2,"a":1,"aa":3,"b":4}'::jsonb
SELECT jsonb_set_lax(' { "x" : [ ] } ', '{0}', NULL, true, 'x')
SELECT '"\u0041\t"'::json #> '{-1}'
SELECT 'true'::jsonb || '[]'::jsonb
SELECT '""'::jsonb || '[1, "x", null, true, {"a": 2}]'::jsonb
SELECT '\u0000'::json #>> '{}'
SELECT jsonb_insert('1.5e-3', '{9}', '9', true)
SELECT '{"a":[1,2,3],"b":{"a":"x"}}'::jsonb #> '{NULL}'
SELECT '[3,1,2]'::jsonb = '{"a":null}'::jsonb
SELECT '{"a":1}}'::json #>> '{a}'
SELECT jsonb_insert('{"a":1.0}', '{a,b,2,c}', '9', true)
SELECT '[{"a":1},{"a":2}]'::json #> '{a}'
SELECT jsonb_path_query_array('{"a":{"b":"x","c":null},"d":[{"e":1},{"e":2.5},{"e":"s"}]}', '$.d.e')
SELECT '-0'::jsonb = '{"a":null}'::jsonb
SELECT jsonb_insert('"\u0041\t"', '{a}', 'null')
SELECT jsonb_set('[1, "x", null, true, {"a": 2}]', '{a,b}', 'null')
SELECT '{"a":1}'::json -> 0
SELECT json_build_object(E'a\nb\x01', 1)
SELECT jsonb_insert('{}', '{4,a}', 'null')
SELECT jsonb_insert('[3,1,2]', '{-9}', 'null', true)
SELECT jsonb_insert('1', '{-9}', '{"z":1}', true)
SELECT '{"é":"日本\u00e9\n"}'::jsonb #> '{a,x}'
SELECT jsonb_set_lax('{"a":[1,2,3],"b":{"a":"x"}}', '{new}', NULL, true, 'use_json_null')
SELECT '""'::jsonb = 'null'::jsonb
SELECT jsonb_set(' { "x" : [ ] } ', '{0}', 'null')
SELECT jsonb_set('{"a":[1,2,3],"b":{"a":"x"}}', '{a}', 'null', false)
SELECT '-0'::jsonb <@ '[[1,2],[3]]'::jsonb
SELECT jsonb_path_exists('5', '$.a ? (@ > 1) ? (@ < 4)')
SELECT jsonb_path_query_array('{"a":[1,2,3,4,5]}', '$.ceiling()')
SELECT '[1, "x", null, true, {"a": 2}]'::jsonb #> '{0}'
SELECT '"\u0041\t"'::jsonb = '{"a": {"b": [1, 2, {"c": null}]}, "d": "x"}'::jsonb
SELECT * FROM json_object_keys('[]') WITH ORDINALITY
SELECT 'null'::json::jsonb
SELECT jsonb_set_lax('1e3', '{4,a}', NULL, true, 'delete_key')
SELECT jsonb_insert('"a"', '{a,b}', 'null')
SELECT '{"a": {"b": [1, 2, {"c": null}]}, "d": "x"}'::jsonb #- '{a,b,2,c}'
SELECT '+1'::jsonb #> '{0}'
SELECT '{"a":[1,2,3],"b":{"a":"x"}}'::jsonb @> '{"b":2,"a":1,"aa":3,"b":4}'::jsonb
SELECT jsonb_set_lax('{"a":null}', '{a,b,x}', NULL, true, 'raise_exception')
SELECT json_array_length(' { "x" : [ ] } ')
SELECT jsonb_insert('"\u0041\t"', '{1,0}', '{"z":1}')
SELECT jsonb_set('{"a":1.0}', '{0}', '9')
SELECT * FROM json_each('[1,"a",null,{"x":1}]') WITH ORDINALITY
SELECT jsonb_insert('"a"', '{4,a}', 'null', true)
SELECT '[1,2,2,3]'::jsonb ?& '{a,b}'::text[]
SELECT '[1, "x", null, true, {"a": 2}]'::jsonb <@ '[3,1,2]'::jsonb
SELECT jsonb_path_exists('{"a":[1,2,3,4,5]}', '$[*] ? (@ == "2")')
SELECT '[1,2,2,3]'::jsonb = '1.5e-3'::jsonb
SELECT json_extract_path_text('1 2', 'a', '1')
SELECT jsonb_set('1.50', '{NULL}', '{"z":1}')
SELECT json_extract_path_text('[3,1,2]', 'a', '1')
SELECT jsonb_set('{"a":1.0}', '{-9}', '9')
SELECT jsonb_set_lax('1e3', '{a,b,2,c}', NULL, true, 'raise_exception')
SELECT jsonb_set('1e3', '{}', '9', false)
SELECT jsonb_insert('[{"a":1},{"a":2}]', '{a,b,x}', 'null')
SELECT jsonb_path_query_array('[1,"2",true,null,[5,6]]', '$ > 3')
SELECT jsonb_set_lax('"a"', '{a}', NULL, true, 'raise_exception')
SELECT jsonb_set('{"a":null}', '{NULL}', 'null')
SELECT jsonb_set('null', '{4,a}', '{"z":1}')
SELECT jsonb_path_query_first('[{"a":1,"b":2},{"a":3}]', 'strict $.x')
SELECT jsonb_set_lax('1.5e-3', '{1,0}', NULL, true, 'return_target')
SELECT '""'::jsonb <@ '{"":1}'::jsonb
SELECT jsonb_insert('[1,2,2,3]', '{a,b,2,c}', '{"z":1}')
SELECT jsonb_path_exists('{"a":{"b":"x","c":null},"d":[{"e":1},{"e":2.5},{"e":"s"}]}', 'last')
SELECT '"\u0041\t"'::jsonb @> '{"b":2,"a":1,"aa":3,"b":4}'::jsonb
SELECT jsonb_set_lax('1', '{4,a}', NULL, true, 'use_json_null')
SELECT '[1,2,2,3]'::jsonb::numeric(20,3)
SELECT '{"":1}'::json ->> -1
SELECT '[1,2,2,3]'::jsonb::text
SELECT jsonb_insert('{"":1}', '{0}', '{"z":1}')
SELECT jsonb_insert('{"é":"日本\u00e9\n"}', '{4,a}', '{"z":1}')
SELECT jsonb_set_lax('null', '{a}', NULL, true, 'use_json_null')
SELECT '"\x"'::json #> '{}'
SELECT '{"a":1}'::jsonb - 'b'
SELECT jsonb_path_query_array('{}', '($[*] > "a") is unknown', '{}', true)
SELECT '[1 2]'::jsonb::numeric(20,3)
SELECT jsonb_set('"\u0041\t"', '{a,b}', '9')
SELECT jsonb_insert('{"a": {"b": [1, 2, {"c": null}]}, "d": "x"}', '{a,b,2,c}', 'null')
SELECT jsonb_path_query_array('[1,"2",true,null,[5,6]]', '$.a[*] * 2')
SELECT jsonb_set('"\u0041\t"', '{a}', '{"z":1}')
SELECT '[1,2,2,3]'::jsonb ->> 'b'
SELECT jsonb_set('[]', '{9}', 'null', false)
SELECT '-0'::jsonb - '1'
SELECT jsonb_extract_path_text('+1', '0')
SELECT jsonb_path_query_array('{"a":{"b":"x","c":null},"d":[{"e":1},{"e":2.5},{"e":"s"}]}', '$.a[1.7]', '{"min":2}')
SELECT '1.'::jsonb #>> '{a,b,2,c}'
SELECT 'null'::json::text
SELECT 'true'::jsonb @> '""'::jsonb
SELECT '{"a":{"b":"x","c":null},"d":[{"e":1},{"e":2.5},{"e":"s"}]}'::jsonb @? '$.a[*] ? (1)'
SELECT '{"a": {"b": [1, 2, {"c": null}]}, "d": "x"}'::jsonb <@ '1.5e-3'::jsonb
SELECT ' { "x" : [ ] } '::jsonb <@ ' { "x" : [ ] } '::jsonb
SELECT '{"a":1}'::jsonb - 'aa'
SELECT '{"a":null}'::jsonb -> 'b'
SELECT jsonb_set('1e3', '{a}', '{"z":1}')
SELECT '01'::jsonb #>> '{4,a}'
SELECT jsonb_set('{"a":null}', '{0}', '{"z":1}')
SELECT '"\u0041\t"'::jsonb #>> '{-1}'
SELECT '[[1,2],[3]]'::jsonb - '1'
SELECT jsonb_set('{"a": {"b": [1, 2, {"c": null}]}, "d": "x"}', '{4,a}', '{"z":1}')
SELECT '5'::jsonb @@ '$.a[*] ? (@ < 2 || @ > 4)'
SELECT jsonb_set_lax('{"":1}', '{-1}', NULL, true, 'use_json_null')
SELECT '{"a":1}'::jsonb #- '{a,1}'
SELECT jsonb_set_lax('1', '{a,b,x}', NULL, true, 'return_target')
SELECT jsonb_set('{"a":[1,2,3],"b":{"a":"x"}}', '{4,a}', 'null')
SELECT '1.50'::jsonb @> '{"b":2,"a":1,"aa":3,"b":4}'::jsonb
SELECT '1.5e-3'::jsonb::real
SELECT '{}'::jsonb ->> -1
SELECT '1.5e-3'::jsonb #- '{-1}'
SELECT '1e3'::jsonb <@ '{"é":"日本\u00e9\n"}'::jsonb
SELECT '[{"a":1},{"a":2}]'::jsonb #> '{a,b}'
SELECT '{}'::jsonb::numeric(20,3)
SELECT '{"a":1}}'::jsonb #>> '{a,1}'
SELECT '01'::json::jsonb
SELECT jsonb_set('[]', '{NULL}', '9', false)
SELECT jsonb_insert('1e3', '{1,0}', '{"z":1}', true)
SELECT jsonb_set_lax('true', '{a,-1}', NULL, true, 'delete_key')
SELECT jsonb_path_query_first('{"a":[1,2,3,4,5]}', '$.keyvalue()')
SELECT '{"b":2,"a":1,"aa":3,"b":4}'::jsonb #>> '{a,b}'
SELECT json_agg(x) FROM (VALUES ('a'::text), (NULL)) AS t(x)
SELECT jsonb_set_lax('{"a":[1,2,3],"b":{"a":"x"}}', '{9}', NULL, true, 'x')
SELECT jsonb_set('[{"a":1},{"a":2}]', '{a}', '9')
SELECT '\u0000'::json -> 0
SELECT jsonb_set_lax('{"a":null}', '{a,b,2,c}', NULL)
SELECT '[1, "x", null, true, {"a": 2}]'::jsonb ?| '{a,NULL}'::text[]
SELECT '{}'::jsonb <@ '1e3'::jsonb
SELECT jsonb_path_query_array('[1,"2",true,null,[5,6]]', '$.track.segments[*] ? (@.HR > 130)."loc"')
SELECT jsonb_path_match('5', '@')
SELECT '1.5e-3'::jsonb || '1'::jsonb
SELECT 'null'::json #>> '{a,1}'
SELECT jsonb_path_query_array('[1,"2",true,null,[5,6]]', '$.a +')
SELECT json_extract_path('""', 'a', 'b')
SELECT '"\u0041\t"'::json #> '{a,b}'
SELECT '{}'::jsonb @@ '1e2'
SELECT '[]'::jsonb ->> -2
SELECT '{"é":"日本\u00e9\n"}'::jsonb
SELECT '\u0000'::json::int
SELECT '"\u0041\t"'::jsonb = '"a"'::jsonb
SELECT '[{"a":1},{"a":2}]'::jsonb::json
SELECT '{"é":"日本\u00e9\n"}'::jsonb - '1'
SELECT '1.5e-3'::jsonb #>> '{1,0}'
SELECT '{''a'':1}'::json ->> ''
SELECT '"\u0041\t"'::jsonb -> 1
SELECT '[]'::jsonb - 'x'
SELECT jsonb_path_query_array('5', '$ > 3')
SELECT '{"a":[1,2,3],"b":{"a":"x"}}'::jsonb #>> '{-1}'
SELECT ' { "x" : [ ] } '::jsonb - 'b'
SELECT jsonb_set_lax('true', '{4,a}', NULL, true, 'delete_key')
SELECT jsonb_insert('{"b":2,"a":1,"aa":3,"b":4}', '{4,a}', '{"z":1}')
SELECT jsonb_path_match('{}', '$[*] ? (@ == "2")')
SELECT '{}'::jsonb #> '{a}'
SELECT jsonb_insert('{"a": {"b": [1, 2, {"c": null}]}, "d": "x"}', '{-9}', '{"z":1}', true)
SELECT '{"a":[1,2,3],"b":{"a":"x"}}'::json #> '{4,a}'
SELECT jsonb_set_lax('[]', '{new}', NULL, true, 'raise_exception')
SELECT jsonb_set('{"a": {"b": [1, 2, {"c": null}]}, "d": "x"}', '{-1}', '{"z":1}', false)
SELECT jsonb_set('"a"', '{a,1}', '9', false)
SELECT jsonb_set_lax('{"":1}', '{new}', NULL, true, 'raise_exception')
SELECT '{'::json #>> '{-1}'
SELECT * FROM jsonb_path_query('5', 'strict $.a[*]')
SELECT '[1, "x", null, true, {"a": 2}]'::json #>> '{1,0}'
SELECT jsonb_insert('null', '{4,a}', 'null')
SELECT jsonb_path_query_first('[]', '$.**.e')
SELECT jsonb_path_query_array('[1,"2",true,null,[5,6]]', '$.a[1.7]', '{}', true)
SELECT jsonb_set_lax('""', '{a,1}', NULL, true, 'use_json_null')
SELECT ''::json ->> ''
SELECT '{"a": {"b": [1, 2, {"c": null}]}, "d": "x"}'::jsonb #> '{1,0}'
SELECT '1.50'::jsonb ?& '{}'::text[]
SELECT '[1,]'::json -> 1
SELECT '[1, "x", null, true, {"a": 2}]'::json #> '{NULL}'
SELECT 'null'::jsonb ->> -2
SELECT jsonb_array_length('{"a"}')
SELECT jsonb_set_lax('[1, "x", null, true, {"a": 2}]', '{a,1}', NULL, true, 'return_target')
SELECT jsonb_insert('1e3', '{a,-1}', '{"z":1}', true)
SELECT '{"a":{"b":"x","c":null},"d":[{"e":1},{"e":2.5},{"e":"s"}]}'::jsonb @? '$[*] ? (@ == "2")'
SELECT jsonb_set('{"a":null}', '{9}', '9', false)
SELECT '[1, "x", null, true, {"a": 2}]'::jsonb - '0'
SELECT '{"a":null}'::jsonb #- '{}'
SELECT '{"a":1.0}'::jsonb ->> ''
SELECT 'true'::jsonb ->> 1
SELECT '{''a'':1}'::json #> '{a,x}'
SELECT jsonb_set('[1,2,2,3]', '{new}', '9', false)
SELECT '+1'::jsonb ->> 1
SELECT '01'::json ->> -2
SELECT '[]'::jsonb <@ '[1, "x", null, true, {"a": 2}]'::jsonb
SELECT ' { "x" : [ ] } '::jsonb #>> '{-1}'
SELECT '[1, "x", null, true, {"a": 2}]'::jsonb = 'true'::jsonb
SELECT '{"é":"日本\u00e9\n"}'::json #>> '{NULL}'
SELECT '{"é":"日本\u00e9\n"}'::jsonb <@ '{}'::jsonb
SELECT '""'::jsonb #> '{a,1}'
SELECT jsonb_set('"a"', '{NULL}', '{"z":1}', false)
SELECT json_object_agg(x, 1) FROM (VALUES (ARRAY[1,2])) AS t(x)
SELECT '1'::jsonb -> 5
SELECT jsonb_insert('true', '{1,0}', '{"z":1}', true)
SELECT '{}'::jsonb @? '$ ? (@ like_regex "^a")'
SELECT jsonb_set('"\u0041\t"', '{-9}', '{"z":1}', false)
SELECT jsonb_set('-0', '{a,b,x}', 'null')
SELECT jsonb_set('{"é":"日本\u00e9\n"}', '{a,b}', 'null')
SELECT '5'::jsonb @@ '$.a == $.a'
SELECT '{"a":1.0}'::jsonb ? 'a'
SELECT jsonb_set('{"a":[1,2,3],"b":{"a":"x"}}', '{a,1}', '9', false)
SELECT jsonb_extract_path_text('{"a"}', 'a', '1')
SELECT jsonb_set('"\u0041\t"', '{-1}', '9')
SELECT '\u0000'::jsonb #>> '{a,x}'
SELECT '{"é":"日本\u00e9\n"}'::jsonb ?& '{}'::text[]
SELECT jsonb_set('{"a":[1,2,3],"b":{"a":"x"}}', '{-1}', 'null')
SELECT '"a"'::jsonb @> '{"é":"日本\u00e9\n"}'::jsonb
SELECT jsonb_insert('-0', '{9}', '{"z":1}')
SELECT '"\ud800"'::jsonb -> -1
SELECT jsonb_insert('[{"a":1},{"a":2}]', '{}', 'null', true)
SELECT jsonb_set_lax('{}', '{1,0}', NULL, true, 'use_json_null')
SELECT '"abc"'::jsonb @? 'strict $.a[9]'
SELECT '[{"a":1},{"a":2}]'::jsonb <> '{"a":null}'::jsonb
SELECT jsonb_path_match('5', '$.d[*] ? (exists(@.e))')
SELECT jsonb_set_lax('"\u0041\t"', '{a}', NULL)
SELECT jsonb_set('true', '{9}', '9')
SELECT jsonb_insert('{}', '{a,b}', '{"z":1}', true)
SELECT '{"":1}'::jsonb #> '{0}'
SELECT jsonb_set('{"b":2,"a":1,"aa":3,"b":4}', '{1,0}', '{"z":1}', false)
SELECT jsonb_path_match('[{"a":1,"b":2},{"a":3}]', '$.type()')
SELECT '{"a":1}'::jsonb -> -1
SELECT jsonb_insert('{}', '{4,a}', '{"z":1}')
SELECT jsonb_path_exists('[1,"2",true,null,[5,6]]', '$.a[*] ? (!(@ == 3))')
SELECT '01'::json ->> 5
SELECT jsonb_set('[1,2,2,3]', '{4,a}', 'null')
SELECT '{"b":2,"a":1,"aa":3,"b":4}'::jsonb -> 1
SELECT '""'::jsonb <@ '"a"'::jsonb
SELECT '""'::jsonb #>> '{a,x}'
SELECT '{"a": {"b": [1, 2, {"c": null}]}, "d": "x"}'::jsonb #- '{new}'
SELECT jsonb_set_lax('true', '{9}', NULL, true, 'use_json_null')
SELECT jsonb_path_exists('5', '$.a[1] / 2')
SELECT '[1,]'::json #> '{a,x}'
SELECT jsonb_set_lax('true', '{-1}', NULL, true, 'use_json_null')
SELECT jsonb_set_lax('[{"a":1},{"a":2}]', '{a,b,2,c}', NULL, true, 'raise_exception')
SELECT jsonb_insert('[3,1,2]', '{4,a}', 'null')
SELECT '1.50'::json ->> -2
SELECT 'null'::jsonb #> '{4,a}'
SELECT '5'::jsonb @? '$.a[1] / 2'
SELECT '-0'::jsonb || '[3,1,2]'::jsonb
SELECT '1.5e-3'::jsonb <> '"\u0041\t"'::jsonb
SELECT 'NaN'::jsonb::boolean
SELECT '1.5e-3'::jsonb -> -2
SELECT ' { "x" : [ ] } '::json -> 5
SELECT * FROM jsonb_path_query('{"track":{"segments":[{"HR":73,"loc":[47.7,13.4]},{"HR":135,"loc":[48.1,13.2]}]}}', '1 / 3')
SELECT * FROM jsonb_path_query('[]', '$.a["x"]')
SELECT jsonb_insert('""', '{a,1}', 'null')
SELECT jsonb_path_query_array('{"track":{"segments":[{"HR":73,"loc":[47.7,13.4]},{"HR":135,"loc":[48.1,13.2]}]}}', '!$.a', '{"min":2}')
SELECT jsonb_insert('[1,2,2,3]', '{}', '9', true)
SELECT jsonb_agg(x) FROM (VALUES ('{"b":1,"a":2}'::jsonb), (NULL)) AS t(x)
SELECT * FROM jsonb_path_query('{}', '2 + 3 * 4 - 5')
SELECT '{"a":[1,2,3],"b":{"a":"x"}}'::jsonb - 'c'
SELECT jsonb_insert('-0', '{a,b,x}', '9')
SELECT jsonb_path_query_array('"abc"', 'exists($.zz)', '{}', true)
SELECT 'tru'::json #> '{}'
SELECT * FROM jsonb_path_query('{"track":{"segments":[{"HR":73,"loc":[47.7,13.4]},{"HR":135,"loc":[48.1,13.2]}]}}', '-$.a[*]')
SELECT jsonb_path_query_array('[{"a":1,"b":2},{"a":3}]', 'strict $[*].a', '{"min":2}')
SELECT jsonb_set_lax('[{"a":1},{"a":2}]', '{a,-1}', NULL, true, 'delete_key')
SELECT 'NaN'::jsonb
SELECT jsonb_path_exists('"abc"', '$.x')
SELECT jsonb_set('[3,1,2]', '{1,0}', '{"z":1}')
SELECT '-0'::json ->> 'a'
SELECT '[3,1,2]'::json -> -2
SELECT jsonb_set('{}', '{4,a}', '{"z":1}')
SELECT jsonb_set('{}', '{}', '9')
SELECT '{"a": {"b": [1, 2, {"c": null}]}, "d": "x"}'::jsonb::json
SELECT '[{"a":1},{"a":2}]'::jsonb #- '{-9}'
SELECT jsonb_insert('{"a":1}', '{-1}', 'null')
SELECT '{}'::jsonb <@ '{"a":1}'::jsonb
SELECT '{}'::jsonb || '-0'::jsonb
SELECT jsonb_insert('[[1,2],[3]]', '{a}', '{"z":1}')
SELECT jsonb_path_query_array('"abc"', '$.a[*].type()', '{"min":2}')
SELECT jsonb_path_exists('[{"a":1,"b":2},{"a":3}]', '$.a')
SELECT '[]'::jsonb #>> '{a,b,2,c}'
SELECT jsonb_path_query_array('{"a":[1,2,3,4,5]}', '$."x y"', '{}', true)
SELECT jsonb_set_lax('{"a":1.0}', '{a,b,x}', NULL)
SELECT '1'::jsonb - 0
SELECT jsonb_set_lax('{}', '{a}', NULL, true, 'return_target')
SELECT jsonb_set_lax('{"a":1.0}', '{4,a}', NULL, true, 'raise_exception')
SELECT jsonb_set('{"a": {"b": [1, 2, {"c": null}]}, "d": "x"}', '{}', '{"z":1}')
SELECT jsonb_set('[3,1,2]', '{-9}', 'null', false)
SELECT '[1,"2",true,null,[5,6]]'::jsonb @? 'last'
SELECT jsonb_path_exists('[]', '$.**.type()')
SELECT jsonb_path_query_array('{"a":{"b":"x","c":null},"d":[{"e":1},{"e":2.5},{"e":"s"}]}', '$.a ? (@ > 1) ? (@ < 4)', '{}', true)
SELECT '{"é":"日本\u00e9\n"}'::jsonb #>> '{4,a}'
SELECT '1'::jsonb -> 'a'
SELECT jsonb_extract_path_text('"\x"', 'a', '1')
SELECT jsonb_set('{"é":"日本\u00e9\n"}', '{0}', 'null', false)
SELECT jsonb_path_query_first('5', '$.a[0] + 3')
SELECT jsonb_set_lax('{"":1}', '{a,-1}', NULL, true, 'x')
SELECT '[[1,2],[3]]'::jsonb::int
SELECT '[[1,2],[3]]'::jsonb::text
SELECT '[1, "x", null, true, {"a": 2}]'::jsonb - '1'
SELECT jsonb_set_lax('{}', '{-1}', NULL)
SELECT '"\x"'::jsonb #>> '{1,0}'
SELECT jsonb_insert('-0', '{}', '9')
SELECT jsonb_typeof('""')
SELECT jsonb_set_lax(' { "x" : [ ] } ', '{a,b,x}', NULL, true, 'x')
SELECT jsonb_set_lax('1e3', '{0}', NULL, true, 'raise_exception')
SELECT '1'::jsonb -> ''
SELECT '""'::json #>> '{-1}'
SELECT jsonb_set('{"a":[1,2,3],"b":{"a":"x"}}', '{1,0}', '{"z":1}', false)
SELECT json_typeof('[1,]')
SELECT '{"a":null}'::jsonb || '{"a":null}'::jsonb
SELECT '[1, "x", null, true, {"a": 2}]'::jsonb || '-0'::jsonb
SELECT jsonb_set_lax('[1,2,2,3]', '{a,b,x}', NULL, true, 'delete_key')
SELECT jsonb_set('"a"', '{0}', '{"z":1}')
SELECT jsonb_insert('1.5e-3', '{0}', '{"z":1}')
SELECT '.5'::jsonb ->> 'b'
SELECT jsonb_path_query_array('[{"a":1,"b":2},{"a":3}]', '$ ? (@ like_regex "^a")', '{"min":2}')
SELECT jsonb_set('{"":1}', '{9}', '{"z":1}', false)
SELECT jsonb_set('"\u0041\t"', '{0}', '9')
SELECT jsonb_insert('""', '{}', '9')
SELECT jsonb_set('{"é":"日本\u00e9\n"}', '{a,-1}', '9', false)
SELECT '[{"a":1,"b":2},{"a":3}]'::jsonb @? '$.size()'
SELECT * FROM jsonb_path_query('[{"a":1,"b":2},{"a":3}]', '$.a[*] ? (@ >= 2 && @ <= 4)')
SELECT '{"a":[1,2,3],"b":{"a":"x"}}'::jsonb || 'true'::jsonb
SELECT '[3,1,2]'::jsonb <> '[1,2,2,3]'::jsonb
SELECT '{}'::jsonb @? '$.a[0] / 0'
SELECT jsonb_path_query_array('"abc"', '$.floor()')
SELECT jsonb_set_lax('{"a":1}', '{a,b}', NULL)
SELECT '{"é":"日本\u00e9\n"}'::jsonb <> '{"b":2,"a":1,"aa":3,"b":4}'::jsonb
SELECT jsonb_set('[[1,2],[3]]', '{a}', '{"z":1}')
SELECT 'NaN'::json #>> '{a,b}'
SELECT jsonb_set_lax('{"a":1.0}', '{a,b,2,c}', NULL, true, 'delete_key')
SELECT jsonb_path_query_first('{"x y":1,"$":2}', '$.floor()')
SELECT '1'::jsonb ?| '{a,NULL}'::text[]
SELECT '[{"a":1},{"a":2}]'::jsonb - 'a'
SELECT jsonb_set_lax('[[1,2],[3]]', '{1,0}', NULL, true, 'return_target')
SELECT '[1,]'::jsonb #>> '{a,x}'
SELECT '[[1,2],[3]]'::jsonb::json
SELECT jsonb_insert(' { "x" : [ ] } ', '{a,b,2,c}', '9', true)
SELECT 'now'::timestamp = now()::timestamp, 'today'::date = current_date, 'yesterday'::date = current_date - 1, DATE 'tomorrow' = current_date + 1, TIMESTAMP 'today' = current_date
SELECT jsonb_set('[]', '{new}', 'null', false)
SELECT jsonb_path_match('{"a":[1,2,3,4,5]}', 'true')
SELECT '[1,"2",true,null,[5,6]]'::jsonb @? 'exists($.a)'
SELECT jsonb_set_lax('{"é":"日本\u00e9\n"}', '{9}', NULL, true, 'use_json_null')
SELECT '{"a":[1,2,3],"b":{"a":"x"}}'::jsonb || '[1, "x", null, true, {"a": 2}]'::jsonb
SELECT 'true'::json #> '{a,b,2,c}'
SELECT jsonb_insert('[[1,2],[3]]', '{0}', 'null')
SELECT '[1,]'::jsonb -> 5
SELECT '{}'::jsonb - 1
SELECT jsonb_insert('[{"a":1},{"a":2}]', '{0}', '{"z":1}', true)
SELECT '{"track":{"segments":[{"HR":73,"loc":[47.7,13.4]},{"HR":135,"loc":[48.1,13.2]}]}}'::jsonb @@ '$.a[1 to 2]'
SELECT jsonb_insert('""', '{NULL}', '9', true)
SELECT 'true'::jsonb #- '{4,a}'
SELECT '1.5e-3'::json -> 'a'
SELECT jsonb_set_lax('""', '{a,1}', NULL, true, 'return_target')
SELECT '[1, "x", null, true, {"a": 2}]'::jsonb <> '1.50'::jsonb
SELECT '[{"a":1},{"a":2}]'::jsonb #- '{a,b,2,c}'
SELECT to_jsonb(1)
SELECT jsonb_set('{"a": {"b": [1, 2, {"c": null}]}, "d": "x"}', '{a}', 'null', false)
SELECT '"\ud800"'::json::jsonb
SELECT '[1, "x", null, true, {"a": 2}]'::jsonb - '{}'::text[]
SELECT '{"a":[1,2,3],"b":{"a":"x"}}'::jsonb = '{"a":[1,2,3],"b":{"a":"x"}}'::jsonb
SELECT jsonb_insert('[{"a":1},{"a":2}]', '{9}', '9')
SELECT jsonb_set_lax('{"a":1}', '{a,b}', NULL, true, 'x')
SELECT '{"a":1.0}'::jsonb -> -1
SELECT jsonb_insert('[]', '{a,b,x}', '{"z":1}', true)
SELECT jsonb_insert('{"é":"日本\u00e9\n"}', '{-9}', 'null')
SELECT jsonb_insert('{"a":1.0}', '{9}', '{"z":1}')
SELECT '[3,1,2]'::jsonb ? 'a'
SELECT '[{"a":1,"b":2},{"a":3}]'::jsonb @@ ''
SELECT jsonb_insert(' { "x" : [ ] } ', '{NULL}', 'null')
SELECT jsonb_path_match('{"a":{"b":"x","c":null},"d":[{"e":1},{"e":2.5},{"e":"s"}]}', '$[*] ? (@ == "2")')
SELECT '[3,1,2]'::jsonb <@ '"\u0041\t"'::jsonb
SELECT jsonb_insert(' { "x" : [ ] } ', '{a}', '9', true)
SELECT jsonb_insert('{"":1}', '{9}', '{"z":1}', true)
SELECT '{"a"}'::json ->> -2
SELECT jsonb_path_query_first('[{"a":1,"b":2},{"a":3}]', '.5')
SELECT jsonb_set('1.50', '{-9}', '{"z":1}', false)
SELECT '{"a":[1,2,3,4,5]}'::jsonb @@ 'exists($.zz)'
SELECT jsonb_set_lax('""', '{a,-1}', NULL, true, 'x')
SELECT jsonb_insert('1', '{a,-1}', 'null')
SELECT '-0'::json #> '{a}'
SELECT '[3,1,2]'::json ->> -1
SELECT jsonb_path_query_array('5', '($.a[*] > 2) is unknown')
SELECT jsonb_insert('[]', '{0}', '{"z":1}')
SELECT jsonb_insert('"a"', '{new}', '9', true)
SELECT jsonb_insert('""', '{-9}', '9', true)
SELECT jsonb_path_exists('[]', 'null')
SELECT jsonb_path_match('[1,"2",true,null,[5,6]]', '.5')
SELECT jsonb_set_lax('{"a":[1,2,3],"b":{"a":"x"}}', '{4,a}', NULL, true, 'delete_key')
SELECT '[1, "x", null, true, {"a": 2}]'::json -> -1
SELECT '{"é":"日本\u00e9\n"}'::jsonb = '1.50'::jsonb
SELECT jsonb_set_lax('"a"', '{a}', NULL)
SELECT '{''a'':1}'::jsonb ->> 1
SELECT ' { "x" : [ ] } '::jsonb || ' { "x" : [ ] } '::jsonb
SELECT jsonb_set_lax('{"a": {"b": [1, 2, {"c": null}]}, "d": "x"}', '{a,b,2,c}', NULL, true, 'return_target')
SELECT jsonb_insert('-0', '{a,-1}', '{"z":1}', true)
SELECT '1.5e-3'::json #>> '{a,b}'
SELECT jsonb_set_lax('{"a":1}', '{9}', NULL, true, 'delete_key')
SELECT '"\x"'::jsonb::numeric(20,3)
SELECT jsonb_set('{"":1}', '{NULL}', '9')
SELECT '"abc"'::jsonb @@ '$.a[$.a[0]]'
SELECT jsonb_set('[{"a":1},{"a":2}]', '{-9}', '{"z":1}', false)
SELECT jsonb_insert(' { "x" : [ ] } ', '{a,1}', 'null')
SELECT '""'::jsonb ?& '{a,NULL}'::text[]
SELECT '[]'::jsonb @@ 'strict $[*].a'
SELECT jsonb_insert('null', '{9}', 'null', true)
SELECT jsonb_set_lax('"\u0041\t"', '{9}', NULL, true, 'return_target')
SELECT jsonb_set('[[1,2],[3]]', '{-9}', '{"z":1}')
SELECT '"a"'::json #>> '{a,b,2,c}'
SELECT jsonb_path_query_first('"abc"', '"x"')
SELECT jsonb_set('{"":1}', '{9}', '9', false)
SELECT '{"a":null}'::jsonb::bigint
SELECT '1 2'::json::text
SELECT jsonb_insert('[1,2,2,3]', '{a,1}', '{"z":1}')
SELECT '{"b":2,"a":1,"aa":3,"b":4}'::jsonb <> '{"b":2,"a":1,"aa":3,"b":4}'::jsonb
SELECT 'true'::jsonb = '[]'::jsonb
SELECT '{"a":1}'::jsonb <@ '{"":1}'::jsonb
SELECT jsonb_set_lax('{"a":1.0}', '{a,b}', NULL, true, 'delete_key')
SELECT '\u0000'::jsonb #>> '{4,a}'
SELECT jsonb_path_query_array('5', '$[*] ? (@ == "2")', '{}', true)
SELECT jsonb_path_query_array('5', '$."$"', '{}', true)
SELECT * FROM jsonb_path_query('[]', '$.**.type()')
SELECT 'null'::jsonb <@ '1'::jsonb
SELECT jsonb_set('[1, "x", null, true, {"a": 2}]', '{NULL}', '9')
SELECT jsonb_set('""', '{1,0}', 'null')
SELECT '-0'::jsonb #>> '{a,b,2,c}'
SELECT '1.5e-3'::jsonb ? 'x'
SELECT '{"é":"日本\u00e9\n"}'::jsonb::float8
SELECT * FROM json_each_text(NULL)
SELECT jsonb_path_exists('{"a":{"b":"x","c":null},"d":[{"e":1},{"e":2.5},{"e":"s"}]}', '$.a[*] ? (@ < 2 || @ > 4)')
SELECT jsonb_set('{"é":"日本\u00e9\n"}', '{9}', 'null', false)
SELECT jsonb_set('{"é":"日本\u00e9\n"}', '{a}', '9', false)
SELECT ' { "x" : [ ] } '::json #>> '{a,1}'
SELECT '[1,]'::jsonb #> '{1,0}'
SELECT jsonb_insert('{"a":1.0}', '{-9}', 'null', true)
SELECT 'NaN'::json #> '{a}'
SELECT '1.50'::json #>> '{a,b}'
SELECT jsonb_set_lax('[3,1,2]', '{a,b,2,c}', NULL)
SELECT jsonb_insert('-0', '{new}', '{"z":1}')
SELECT jsonb_array_length('1 2')
SELECT jsonb_insert('1.5e-3', '{a,b,2,c}', '9', true)
SELECT jsonb_path_query_first('{"a":[1,2,3,4,5]}', '$.a[*]')
SELECT jsonb_set('{"a":1.0}', '{a}', '9')
SELECT '{"b":2,"a":1,"aa":3,"b":4}'::jsonb #>> '{NULL}'
SELECT jsonb_insert('"a"', '{9}', '{"z":1}', true)
SELECT jsonb_set('{"a": {"b": [1, 2, {"c": null}]}, "d": "x"}', '{9}', 'null')
SELECT '[3,1,2]'::jsonb || '1e3'::jsonb
SELECT jsonb_insert('{"a":1.0}', '{a}', 'null')
SELECT ' { "x" : [ ] } '::jsonb ->> 'b'
SELECT jsonb_insert(' { "x" : [ ] } ', '{a,1}', 'null', true)
SELECT '{}'::jsonb @@ '$.track.segments[*] ? (@.HR > 130)."loc"'
SELECT jsonb_set('{"a":null}', '{a,-1}', '{"z":1}', false)
SELECT jsonb_set('{"b":2,"a":1,"aa":3,"b":4}', '{}', 'null')
SELECT jsonb_path_query_array('[1,"2",true,null,[5,6]]', '(2 + 3) * 4', '{"min":2}')
SELECT '[3,1,2]'::json ->> 'a'
SELECT jsonb_set('{"a": {"b": [1, 2, {"c": null}]}, "d": "x"}', '{a,-1}', 'null')
SELECT ' { "x" : [ ] } '::jsonb - 'c'
SELECT jsonb_path_query_array('[]', '$.size()', '{"min":2}')
SELECT jsonb_set('{"a": {"b": [1, 2, {"c": null}]}, "d": "x"}', '{4,a}', 'null')
SELECT jsonb_path_match('{"x y":1,"$":2}', '$.a +')
SELECT jsonb_set_lax('-0', '{4,a}', NULL, true, 'use_json_null')
SELECT jsonb_insert('{"a":1.0}', '{a,-1}', 'null')
SELECT '"\x"'::json #>> '{a,1}'
SELECT '{"a"}'::json -> ''
SELECT jsonb_insert('"a"', '{}', '9', true)
SELECT jsonb_insert('1.50', '{4,a}', '9', true)
SELECT jsonb_insert('""', '{0}', '9')
SELECT jsonb_path_exists('{}', '$."x y"')
SELECT jsonb_set('{"a":null}', '{a,b,x}', '{"z":1}', false)
SELECT ' { "x" : [ ] } '::jsonb - 'x'
SELECT '{"a":[1,2,3],"b":{"a":"x"}}'::json ->> ''
SELECT '[]'::jsonb @> '[1, "x", null, true, {"a": 2}]'::jsonb
SELECT jsonb_set_lax('{"a": {"b": [1, 2, {"c": null}]}, "d": "x"}', '{NULL}', NULL, true, 'return_target')
SELECT json_strip_nulls('\u0000')
SELECT jsonb_insert('-0', '{-9}', 'null', true)
SELECT ' { "x" : [ ] } '::jsonb = '[]'::jsonb
SELECT json_object_agg(k, x ORDER BY k) FROM (VALUES ('a', 1.5::float8), ('b', NULL)) AS t(k, x)
SELECT jsonb_set_lax('{"":1}', '{a,b}', NULL, true, 'raise_exception')
SELECT json_build_object(ARRAY['a',NULL], 1, 'x')
SELECT jsonb_path_query_first('5', '$ ? (@ like_regex "^a")')
SELECT '[[1,2],[3]]'::json #>> '{}'
SELECT '1e3'::json #>> '{a,1}'
SELECT jsonb_insert('{"a":null}', '{a}', 'null', true)
SELECT '[]'::jsonb ?& '{a,b}'::text[]
SELECT '1.50'::jsonb = '{"a":[1,2,3],"b":{"a":"x"}}'::jsonb
SELECT jsonb_path_query_array('{}', '$.**{1 to 2}', '{}', true)
SELECT '{"a":[1,2,3,4,5]}'::jsonb @? 'a'
SELECT '[[1,2],[3]]'::jsonb #> '{a}'
SELECT jsonb_set_lax('""', '{1,0}', NULL, true, 'x')
SELECT '{"b":2,"a":1,"aa":3,"b":4}'::jsonb ->> -2
SELECT jsonb_set_lax('[3,1,2]', '{9}', NULL)
SELECT jsonb_object_agg(k, x ORDER BY k) FROM (VALUES ('a', '{"b":1,"a":2}'::json), ('b', NULL)) AS t(k, x)
SELECT jsonb_insert('{"a":1}', '{a,b,x}', '{"z":1}')
SELECT '1 2'::jsonb #>> '{1,0}'
SELECT '{"é":"日本\u00e9\n"}'::jsonb -> 5
SELECT jsonb_insert('[[1,2],[3]]', '{a,b}', '{"z":1}')
SELECT jsonb_insert('1e3', '{a,1}', '9')
SELECT jsonb_set_lax('{"a": {"b": [1, 2, {"c": null}]}, "d": "x"}', '{-9}', NULL, true, 'return_target')
SELECT '1.50'::jsonb::text
SELECT '{"a":[1,2,3,4,5]}'::jsonb @@ '7 % 4'
SELECT * FROM jsonb_path_query('[1,"2",true,null,[5,6]]', '$.a[$.a[0]]')
SELECT '"\ud800"'::json #>> '{a,1}'
SELECT jsonb_path_query_array('"abc"', '$ ? (@ starts with "ab")')
SELECT '1e3'::jsonb @> '""'::jsonb
SELECT '1.5e-3'::json #> '{1,0}'
SELECT jsonb_set_lax('[1,2,2,3]', '{4,a}', NULL)
SELECT jsonb_set_lax('{"a":1.0}', '{9}', NULL)
SELECT '{"a":1}'::jsonb - '{a,b}'::text[]
SELECT '"a"'::jsonb = '[3,1,2]'::jsonb
SELECT jsonb_set(' { "x" : [ ] } ', '{a,b}', '9')
SELECT jsonb_insert('{"b":2,"a":1,"aa":3,"b":4}', '{NULL}', '9')
SELECT '[1,2,2,3]'::jsonb::boolean
SELECT '1.50'::jsonb ?& '{x,0}'::text[]
SELECT '{"é":"日本\u00e9\n"}'::json #> '{a,x}'
SELECT '{''a'':1}'::jsonb #>> '{a,b}'
SELECT '5'::jsonb @? '$.keyvalue()'
SELECT * FROM jsonb_path_query('[{"a":1,"b":2},{"a":3}]', '$.a ? (@ > 1) ? (@ < 4)')
SELECT jsonb_set('{}', '{-1}', 'null', false)
SELECT jsonb_set('[1, "x", null, true, {"a": 2}]', '{-1}', 'null', false)
SELECT '"\u0041\t"'::json ->> ''
SELECT jsonb_set('{"":1}', '{a,b,x}', '9', false)
SELECT '1.50'::jsonb = '[]'::jsonb
SELECT jsonb_set_lax('{"a": {"b": [1, 2, {"c": null}]}, "d": "x"}', '{-1}', NULL, true, 'x')
SELECT jsonb_set('1', '{1,0}', '{"z":1}', false)
SELECT json_array_length('+1')
SELECT jsonb_insert('[1,2,2,3]', '{9}', '{"z":1}')
SELECT '{"":1}'::jsonb <@ '[]'::jsonb
SELECT jsonb_path_query_first('[1,"2",true,null,[5,6]]', '2 + 3 * 4 - 5')
SELECT jsonb_path_query_array('{"a":{"b":"x","c":null},"d":[{"e":1},{"e":2.5},{"e":"s"}]}', '$.a[*] ? (@ >= 2 && @ <= 4)')
SELECT jsonb_path_query_first('{}', 'strict $.x')
SELECT jsonb_set(' { "x" : [ ] } ', '{1,0}', '{"z":1}')
SELECT '1.5e-3'::jsonb ->> ''
SELECT jsonb_extract_path_text('{''a'':1}', 'a', '1')
SELECT '"\ud800"'::jsonb #> '{4,a}'
SELECT k, v FROM json_each_text('{}') AS x(k, v)
SELECT '{"a":[1,2,3],"b":{"a":"x"}}'::jsonb || '1e3'::jsonb
SELECT jsonb_set_lax('1.5e-3', '{}', NULL, true, 'delete_key')
SELECT jsonb_set('null', '{}', 'null', false)
SELECT '{'::jsonb::json
SELECT jsonb_set('{"a":[1,2,3],"b":{"a":"x"}}', '{-1}', 'null', false)
SELECT jsonb_build_object('k', 1.5::float8)
SELECT '01'::jsonb ->> -2
SELECT jsonb_set('{"a": {"b": [1, 2, {"c": null}]}, "d": "x"}', '{0}', 'null', false)
SELECT '01'::json #>> '{}'
SELECT '{"":1}'::jsonb #> '{a,1}'
SELECT jsonb_insert('[3,1,2]', '{a,b,x}', '{"z":1}')
SELECT jsonb_path_query_array('[{"a":1,"b":2},{"a":3}]', '- - 1', '{}', true)
SELECT jsonb_insert('{"a":null}', '{9}', '9', true)
SELECT '{"b":2,"a":1,"aa":3,"b":4}'::jsonb @> '"a"'::jsonb
SELECT '1'::jsonb || '{"é":"日本\u00e9\n"}'::jsonb
SELECT jsonb_path_query_array('{"a":[1,2,3,4,5]}', '$[*] ? (@ == null)')
SELECT jsonb_insert('{"":1}', '{a}', '{"z":1}')
SELECT '+1'::json #>> '{a,x}'
SELECT jsonb_insert('[1, "x", null, true, {"a": 2}]', '{}', 'null')
SELECT '1.'::json #>> '{1,0}'
SELECT json_object_agg(x, 1) FROM (VALUES ('\x00ff'::bytea)) AS t(x)
SELECT '{"a":[1,2,3],"b":{"a":"x"}}'::jsonb ->> 'a'
SELECT jsonb_path_query_array('[1,"2",true,null,[5,6]]', '- - 1', '{"min":2}')
SELECT json_strip_nulls('{"a"}')
SELECT '{"é":"日本\u00e9\n"}'::jsonb #- '{}'
SELECT jsonb_set_lax('{"":1}', '{0}', NULL, true, 'use_json_null')
SELECT jsonb_insert('[[1,2],[3]]', '{9}', '9', true)
SELECT jsonb_object_agg(k,v) FROM (VALUES ('a',1),(NULL,2)) t(k,v)
SELECT jsonb_path_query_first('{"x y":1,"$":2}', '$.type()')
SELECT jsonb_set_lax(' { "x" : [ ] } ', '{a,b,x}', NULL, true, 'use_json_null')
SELECT * FROM jsonb_path_query('{"a":{"b":"x","c":null},"d":[{"e":1},{"e":2.5},{"e":"s"}]}', '$.a[-1]')
SELECT '"a"'::jsonb || '{"a":[1,2,3],"b":{"a":"x"}}'::jsonb
SELECT jsonb_insert(' { "x" : [ ] } ', '{a,-1}', '{"z":1}')
SELECT '[1, "x", null, true, {"a": 2}]'::jsonb ? '0'
SELECT jsonb_set('[[1,2],[3]]', '{9}', '{"z":1}', false)
SELECT '1'::jsonb ? ''
SELECT '[1, "x", null, true, {"a": 2}]'::jsonb ? '-1'
SELECT to_jsonb(ARRAY['a',NULL])
SELECT jsonb_insert('1e3', '{0}', '9', true)
SELECT json_extract_path_text('null', '0')
SELECT jsonb_set('true', '{1,0}', '{"z":1}')
SELECT '01'::json #> '{1,0}'
SELECT jsonb_set('[1,2,2,3]', '{9}', '{"z":1}')
SELECT jsonb_insert('{"a": {"b": [1, 2, {"c": null}]}, "d": "x"}', '{a,b,2,c}', '9')
SELECT jsonb_set_lax('[1,2,2,3]', '{a}', NULL, true, 'use_json_null')
SELECT jsonb_path_query_array('{"a":{"b":"x","c":null},"d":[{"e":1},{"e":2.5},{"e":"s"}]}', '')
SELECT * FROM json_array_elements(NULL)
SELECT 'true'::json #> '{NULL}'
SELECT jsonb_insert('1', '{a,b,2,c}', '9')
SELECT jsonb_path_exists('[1,"2",true,null,[5,6]]', '$.*')
SELECT '{"a":1,}'::json::jsonb
SELECT jsonb_set('[{"a":1},{"a":2}]', '{4,a}', 'null', false)
SELECT jsonb_set_lax('{"é":"日本\u00e9\n"}', '{a,-1}', NULL, true, 'x')
SELECT jsonb_insert('{"a":null}', '{9}', 'null', true)
SELECT '{}'::jsonb #- '{new}'
SELECT jsonb_build_object('a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'::uuid, 1, 'x')
SELECT '1e3'::jsonb <> '1.50'::jsonb
SELECT jsonb_set('{"b":2,"a":1,"aa":3,"b":4}', '{a,b,x}', '9')
SELECT jsonb_path_query_array('{"x y":1,"$":2}', 'last', '{"min":2}')
SELECT '{"":1}'::jsonb #>> '{a,1}'
SELECT jsonb_build_object(TIMESTAMPTZ '2024-01-02 03:04:05+00', 1)
SELECT jsonb_insert('{"":1}', '{a,b,2,c}', 'null')
SELECT jsonb_set_lax('[1,2,2,3]', '{NULL}', NULL, true, 'raise_exception')
SELECT jsonb_insert('{"a":null}', '{a,b,2,c}', '9', true)
SELECT jsonb_set('"\u0041\t"', '{0}', '{"z":1}')
SELECT jsonb_set_lax('{"a":1}', '{a}', NULL, true, 'x')
SELECT '[1,2,2,3]'::jsonb ->> 'a'
SELECT jsonb_set('""', '{}', '{"z":1}', false)
SELECT jsonb_set('{"a":[1,2,3],"b":{"a":"x"}}', '{9}', 'null')
SELECT jsonb_object_agg(x, 1) FROM (VALUES (TIMESTAMP '2024-01-02 03:04:05')) AS t(x)
SELECT '[{"a":1},{"a":2}]'::jsonb::smallint
SELECT json_typeof('null')
SELECT '[1,"2",true,null,[5,6]]'::jsonb @@ 'lax $.a'
SELECT '[[1,2],[3]]'::jsonb = '{"a":1.0}'::jsonb
SELECT jsonb_set('{}', '{-1}', '{"z":1}', false)
SELECT '[[1,2],[3]]'::jsonb <@ '[3,1,2]'::jsonb
SELECT '"a"'::jsonb -> -1
SELECT '.5'::json ->> -2
SELECT '{"é":"日本\u00e9\n"}'::json ->> ''
SELECT jsonb_set_lax('{"a":null}', '{a,-1}', NULL, true, 'use_json_null')
SELECT '{"a"}'::json ->> -1
SELECT jsonb_insert('[1, "x", null, true, {"a": 2}]', '{a,b}', 'null', true)
SELECT jsonb_set('1', '{0}', '9', false)
SELECT 'null'::jsonb || '{}'::jsonb
SELECT '{"é":"日本\u00e9\n"}'::jsonb @> '{"b":2,"a":1,"aa":3,"b":4}'::jsonb
SELECT '{"é":"日本\u00e9\n"}'::jsonb - 0
SELECT 'null'::jsonb = '{"a":1}'::jsonb
SELECT jsonb_path_query_array('{"x y":1,"$":2}', '$.**', '{}', true)
SELECT jsonb_path_match('{"a":[1,2,3,4,5]}', '$.a ? (@ > 2)')
SELECT '01'::json::int
SELECT jsonb_set('{"a": {"b": [1, 2, {"c": null}]}, "d": "x"}', '{a,1}', 'null', false)
SELECT '{''a'':1}'::json ->> -1
SELECT jsonb_set_lax('[1,2,2,3]', '{new}', NULL, true, 'use_json_null')
SELECT '{"a"}'::json #>> '{}'
SELECT jsonb_set('1.5e-3', '{1,0}', '9')
SELECT jsonb_insert('{}', '{a,-1}', '{"z":1}', true)
SELECT jsonb_insert(' { "x" : [ ] } ', '{a,b,x}', '{"z":1}')
SELECT jsonb_path_query_array('{"track":{"segments":[{"HR":73,"loc":[47.7,13.4]},{"HR":135,"loc":[48.1,13.2]}]}}', '1 / 3', '{"min":2}')
SELECT jsonb_set_lax('1', '{a,b}', NULL)
SELECT jsonb_path_query_first('{"a":{"b":"x","c":null},"d":[{"e":1},{"e":2.5},{"e":"s"}]}', '$.a[1] / 2')
SELECT jsonb_strip_nulls('"\x"')
SELECT jsonb_set_lax('{"a":1}', '{a}', NULL)
SELECT jsonb_set_lax('"\u0041\t"', '{new}', NULL, true, 'delete_key')
SELECT '[[1,2],[3]]'::jsonb - 1
SELECT jsonb_insert('1.5e-3', '{}', '{"z":1}')
SELECT '"\u0041\t"'::jsonb::bigint
SELECT jsonb_set_lax('[[1,2],[3]]', '{a,-1}', NULL, true, 'x')
SELECT jsonb_path_query_array('{"x y":1,"$":2}', '$.a[*] * 2', '{}', true)
SELECT jsonb_path_exists('[]', 'strict $.a.b')
SELECT '1.50'::jsonb #- '{new}'
SELECT jsonb_path_query_array('[{"a":1,"b":2},{"a":3}]', '$."x y"', '{}', true)
SELECT jsonb_path_query_array('{"a":{"b":"x","c":null},"d":[{"e":1},{"e":2.5},{"e":"s"}]}', '- - 1')
SELECT jsonb_path_match('[1,"2",true,null,[5,6]]', 'lax $.a')
SELECT jsonb_set_lax('"\u0041\t"', '{a,-1}', NULL, true, 'delete_key')
SELECT '[3,1,2]'::jsonb ?| '{a,b}'::text[]
SELECT jsonb_set('{}', '{a}', 'null', false)
SELECT jsonb_set_lax('""', '{new}', NULL, true, 'delete_key')
SELECT jsonb_insert('"\u0041\t"', '{a}', '9', true)
SELECT '[1,"2",true,null,[5,6]]'::jsonb @@ '$[*] ? (@ == null)'
SELECT jsonb_path_query_array('[1,"2",true,null,[5,6]]', '$.a')
SELECT jsonb_insert('[]', '{a}', 'null')
SELECT 'null'::jsonb - -9
SELECT json_array_length('-')
SELECT jsonb_insert('{"b":2,"a":1,"aa":3,"b":4}', '{new}', '{"z":1}')
SELECT '1.50'::json #> '{a,1}'
SELECT jsonb_path_query_first('5', '- - 1')
SELECT jsonb_path_query_array('{}', '$ ? @ > 1', '{}', true)
SELECT jsonb_set_lax('1e3', '{a,-1}', NULL, true, 'return_target')
SELECT jsonb_set_lax('{}', '{0}', NULL)
SELECT jsonb_set('{}', '{a}', '9', false)
SELECT '{"a":1}'::jsonb <@ '"\u0041\t"'::jsonb
SELECT '1.50'::jsonb #> '{a}'
SELECT '"\u0041\t"'::jsonb || '[1, "x", null, true, {"a": 2}]'::jsonb
SELECT ''::json #>> '{a,x}'
SELECT jsonb_path_query_array('{}', '$.ceiling()')
SELECT '{"":1}'::jsonb -> -1
SELECT '{"a": {"b": [1, 2, {"c": null}]}, "d": "x"}'::jsonb <> '{"a":1.0}'::jsonb
SELECT jsonb_set_lax('true', '{a,b,2,c}', NULL, true, 'return_target')
SELECT json_extract_path_text('"\x"', '0')
SELECT '"a"'::jsonb -> 0
SELECT jsonb_set_lax('[1, "x", null, true, {"a": 2}]', '{a,-1}', NULL, true, 'delete_key')
SELECT jsonb_insert('{"a":1}', '{4,a}', '{"z":1}')
SELECT '[1,2,2,3]'::jsonb ? 'aa'
SELECT '{''a'':1}'::json #> '{0}'
SELECT jsonb_array_length('\u0000')
SELECT '1e3'::jsonb ?| '{}'::text[]
SELECT jsonb_path_query_array('[{"a":1,"b":2},{"a":3}]', '$.track.segments[*] ? (@.HR > 130)."loc"')
SELECT 'null'::jsonb #>> '{a,x}'
SELECT jsonb_build_object('k', '{"b":1,"a":2}'::json)
SELECT jsonb_insert('{"a":[1,2,3],"b":{"a":"x"}}', '{new}', '{"z":1}')
SELECT '{"a":1}}'::json -> 'a'
SELECT jsonb_insert('1e3', '{4,a}', 'null', true)
SELECT jsonb_set_lax('"\u0041\t"', '{}', NULL, true, 'use_json_null')
SELECT jsonb_set_lax('[1,2,2,3]', '{1,0}', NULL, true, 'raise_exception')
SELECT jsonb_object(ARRAY['a','x y'])
SELECT jsonb_set('{"a":1}', '{a,-1}', '9')
SELECT '[1,]'::json ->> 'b'
SELECT * FROM jsonb_each('[]') WITH ORDINALITY
SELECT '{"a":1}}'::json #> '{1,0}'
SELECT '[[1,2],[3]]'::jsonb @> 'null'::jsonb
SELECT jsonb_set('[[1,2],[3]]', '{}', 'null', false)
SELECT jsonb_set('[1,2,2,3]', '{a,b,x}', 'null')
SELECT jsonb_object_agg(k, x ORDER BY k) FROM (VALUES ('a', 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'::uuid), ('b', NULL)) AS t(k, x)
SELECT '{"x y":1,"$":2}'::jsonb @@ '$.a ? (@ > 1) ? (@ < 4)'
SELECT jsonb_set('{"a":[1,2,3],"b":{"a":"x"}}', '{a,-1}', '{"z":1}', false)
SELECT '"\u0041\t"'::jsonb <> '{"a": {"b": [1, 2, {"c": null}]}, "d": "x"}'::jsonb
SELECT jsonb_set_lax('""', '{9}', NULL, true, 'delete_key')
SELECT '[1 2]'::jsonb -> 'a'
SELECT jsonb_set('true', '{a,1}', '9')
SELECT '{"track":{"segments":[{"HR":73,"loc":[47.7,13.4]},{"HR":135,"loc":[48.1,13.2]}]}}'::jsonb @? '$[*] ? (@ == null)'
SELECT jsonb_insert('{"é":"日本\u00e9\n"}', '{a}', '{"z":1}', true)
SELECT jsonb_extract_path_text('', '0')
SELECT jsonb_insert('1e3', '{a,b,2,c}', '9')
SELECT 'null'::jsonb::bigint
SELECT jsonb_path_query_array('"abc"', '$.floor()', '{}', true)
SELECT jsonb_path_query_array('{"track":{"segments":[{"HR":73,"loc":[47.7,13.4]},{"HR":135,"loc":[48.1,13.2]}]}}', '$[*] ? (@ == 1)')
SELECT jsonb_insert('{"a":[1,2,3],"b":{"a":"x"}}', '{a,-1}', '9')
SELECT jsonb_path_query_first('5', '$.keyvalue()')
SELECT jsonb_insert('1', '{}', '{"z":1}')
SELECT jsonb_set_lax('{"a":[1,2,3],"b":{"a":"x"}}', '{NULL}', NULL, true, 'use_json_null')
SELECT jsonb_path_query_array('{"x y":1,"$":2}', '7.5 - 10', '{}', true)
SELECT jsonb_set_lax('1e3', '{NULL}', NULL, true, 'raise_exception')
SELECT jsonb_insert('[[1,2],[3]]', '{1,0}', '{"z":1}')
SELECT jsonb_path_query_array('{"a":{"b":"x","c":null},"d":[{"e":1},{"e":2.5},{"e":"s"}]}', 'strict $.**')
SELECT '"\u0041\t"'::jsonb <@ '""'::jsonb
SELECT '[]'::json #>> '{4,a}'
SELECT jsonb_agg(x) FROM (VALUES ('{"b":1,"a":2}'::json), (NULL)) AS t(x)
SELECT jsonb_path_query_array('{"track":{"segments":[{"HR":73,"loc":[47.7,13.4]},{"HR":135,"loc":[48.1,13.2]}]}}', '1e2')
SELECT jsonb_array_length('1.50')
SELECT jsonb_path_query_array('"abc"', '$ ? (@ starts with "ab")', '{"min":2}')
SELECT 'nul'::json ->> 0
SELECT jsonb_set_lax('"a"', '{-1}', NULL, true, 'x')
SELECT jsonb_set('{"a":1}', '{a,b,x}', '{"z":1}')
SELECT '{"a":1.0}'::json #>> '{4,a}'
SELECT jsonb_insert('{}', '{a,b,x}', 'null')
SELECT jsonb_insert('1e3', '{}', '9', true)
SELECT '{"track":{"segments":[{"HR":73,"loc":[47.7,13.4]},{"HR":135,"loc":[48.1,13.2]}]}}'::jsonb @@ '$.a[*] ? (@ > $min)'
SELECT * FROM jsonb_path_query('5', '$.a["x"]')
SELECT jsonb_extract_path_text(' { "x" : [ ] } ', 'a', '1')
SELECT jsonb_set('"a"', '{a}', 'null', false)
SELECT jsonb_path_query_array('{"a":[1,2,3,4,5]}', '$.*', '{"min":2}')
SELECT jsonb_set_lax('1.50', '{a,b}', NULL, true, 'x')
SELECT jsonb_path_query_first('[{"a":1,"b":2},{"a":3}]', '(2 + 3) * 4')
SELECT jsonb_insert('1e3', '{a,b,2,c}', 'null')
SELECT '[{"a":1},{"a":2}]'::jsonb = '{"é":"日本\u00e9\n"}'::jsonb
SELECT jsonb_insert('"a"', '{a,b}', '9')
SELECT jsonb_insert('[]', '{a,b}', 'null')
SELECT jsonb_set('""', '{0}', '9', false)
SELECT '{"a":[1,2,3],"b":{"a":"x"}}'::jsonb || '[1,2,2,3]'::jsonb
SELECT jsonb_set('"a"', '{-1}', '9')
SELECT t.i, e.* FROM (VALUES (1, '{"a":1,"b":"x","c":null,"d":[1,2]}'::json)) t(i, j), json_array_elements_text(j) e
SELECT jsonb_build_object('k', 'a'::text)
SELECT '[]'::jsonb ? 'b'
SELECT * FROM jsonb_path_query('{"track":{"segments":[{"HR":73,"loc":[47.7,13.4]},{"HR":135,"loc":[48.1,13.2]}]}}', '$.a[*] ? (@ >= 2 && @ <= 4)')
SELECT jsonb_set('{"a": {"b": [1, 2, {"c": null}]}, "d": "x"}', '{1,0}', '9', false)
SELECT jsonb_insert('[1, "x", null, true, {"a": 2}]', '{a,b,2,c}', '{"z":1}')
SELECT jsonb_path_query_array('{"a":{"b":"x","c":null},"d":[{"e":1},{"e":2.5},{"e":"s"}]}', '$[*]', '{}', true)
SELECT '{"b":2,"a":1,"aa":3,"b":4}'::jsonb::json
SELECT jsonb_set_lax('"a"', '{a}', NULL, true, 'return_target')
SELECT jsonb_set('{}', '{new}', '{"z":1}', false)
SELECT * FROM jsonb_each_text('1') WITH ORDINALITY
SELECT '[]'::jsonb @@ '$.a[0] / 0'
SELECT '""'::jsonb #- '{4,a}'
SELECT jsonb_set('{"a":null}', '{0}', 'null', false)
SELECT jsonb_insert('{"é":"日本\u00e9\n"}', '{new}', '{"z":1}')
SELECT 'NaN'::jsonb #> '{1,0}'
SELECT '{"a": {"b": [1, 2, {"c": null}]}, "d": "x"}'::jsonb @> '{"b":2,"a":1,"aa":3,"b":4}'::jsonb
SELECT jsonb_insert('[[1,2],[3]]', '{a,b,x}', '9')
SELECT '[1, "x", null, true, {"a": 2}]'::json #> '{}'
SELECT '"\u0000"'::json #> '{0}'
SELECT '[{"a":1},{"a":2}]'::jsonb ->> -1
SELECT jsonb_set_lax('[1, "x", null, true, {"a": 2}]', '{9}', NULL)
SELECT jsonb_path_match('5', '$[*] ? (@ != 1)')
SELECT '[1 2]'::json ->> 5
SELECT 'nul'::jsonb -> -2
SELECT '[1,2,2,3]'::jsonb #> '{-1}'
SELECT 'true'::json #> '{}'
SELECT jsonb_path_query_array('{}', '7.5 - 10', '{}', true)
SELECT jsonb_insert('{"a":[1,2,3],"b":{"a":"x"}}', '{new}', '9', true)
SELECT jsonb_set_lax('{"a":1.0}', '{4,a}', NULL, true, 'x')
SELECT jsonb_path_query_array('{}', '$.a[*] ? (@ % 2 == 0)', '{}', true)
SELECT jsonb_set('{"b":2,"a":1,"aa":3,"b":4}', '{4,a}', '{"z":1}', false)
SELECT jsonb_strip_nulls('tru')
SELECT jsonb_insert('null', '{0}', 'null')
SELECT jsonb_path_query_array('{"a":[1,2,3,4,5]}', '$.a.c', '{}', true)
SELECT * FROM json_object_keys('{}') WITH ORDINALITY
SELECT '{"":1}'::jsonb - -9
SELECT jsonb_set('{"é":"日本\u00e9\n"}', '{a,b,x}', '{"z":1}', false)
SELECT '1.50'::jsonb <> '{"a": {"b": [1, 2, {"c": null}]}, "d": "x"}'::jsonb
SELECT '[1,2,2,3]'::jsonb <@ '[1, "x", null, true, {"a": 2}]'::jsonb
SELECT '[1, "x", null, true, {"a": 2}]'::jsonb || '[{"a":1},{"a":2}]'::jsonb
SELECT jsonb_path_query_array('{"a":{"b":"x","c":null},"d":[{"e":1},{"e":2.5},{"e":"s"}]}', '$ ? (@ like_regex "^a")', '{}', true)
SELECT jsonb_insert(' { "x" : [ ] } ', '{1,0}', '{"z":1}')
SELECT '[[1,2],[3]]'::jsonb::boolean
SELECT jsonb_insert('{"a":null}', '{1,0}', '{"z":1}')
SELECT jsonb_insert(' { "x" : [ ] } ', '{0}', '{"z":1}', true)
SELECT jsonb_set('{"é":"日本\u00e9\n"}', '{NULL}', '{"z":1}', false)
SELECT jsonb_set('{"é":"日本\u00e9\n"}', '{-9}', '9', false)
SELECT jsonb_set_lax('true', '{a,b,2,c}', NULL, true, 'use_json_null')
SELECT jsonb_set_lax('{"a":[1,2,3],"b":{"a":"x"}}', '{a,b,2,c}', NULL, true, 'delete_key')
SELECT '"abc"'::jsonb @? '$.d[*].e.double()'
SELECT '-0'::jsonb <@ '1'::jsonb
SELECT jsonb_set_lax('"a"', '{1,0}', NULL, true, 'use_json_null')
SELECT jsonb_set_lax('-0', '{-1}', NULL, true, 'delete_key')
SELECT '[1, "x", null, true, {"a": 2}]'::jsonb::json
SELECT jsonb_insert('null', '{a,1}', 'null', true)
SELECT '[{"a":1},{"a":2}]'::jsonb <> '1.5e-3'::jsonb
SELECT jsonb_set_lax('[]', '{4,a}', NULL, true, 'raise_exception')
SELECT jsonb_set_lax('{"a":1}', '{a,b,2,c}', NULL, true, 'x')
SELECT jsonb_path_match('[1,"2",true,null,[5,6]]', 'strict $.a.b')
SELECT jsonb_insert('[{"a":1},{"a":2}]', '{a}', 'null')
SELECT jsonb_insert('{"a":1.0}', '{a}', '9')
SELECT jsonb_extract_path('[[1,2],[3]]', 'a', 'b')
SELECT '1e3'::jsonb - '0'
SELECT jsonb_set_lax('{"a":1.0}', '{a}', NULL, true, 'use_json_null')
SELECT '{"a":1.0}'::json ->> 'b'
SELECT 'true'::json #>> '{0}'
SELECT jsonb_path_query_array('{"a":[1,2,3,4,5]}', '$.a[0] + $.a[1] * 2', '{}', true)
SELECT '{"a":1}'::jsonb - '1'
SELECT '1'::jsonb <> '1.5e-3'::jsonb
SELECT '{"a":[1,2,3],"b":{"a":"x"}}'::jsonb = '1.50'::jsonb
SELECT jsonb_path_match('5', '$.a == ')
SELECT json_extract_path_text('1 2', '0')
SELECT jsonb_set_lax('[1,2,2,3]', '{0}', NULL)
SELECT jsonb_set('-0', '{4,a}', '9')
SELECT '{"a":[1,2,3],"b":{"a":"x"}}'::jsonb #- '{a,b,2,c}'
SELECT t.i, e.* FROM (VALUES (1, '{}'::json)) t(i, j), json_object_keys(j) e
SELECT jsonb_path_exists('[]', '"x"')
SELECT '{}'::jsonb ->> 'a'
SELECT jsonb_build_object(true, 1)
SELECT '[1,2,2,3]'::json #> '{a}'
SELECT jsonb_insert(' { "x" : [ ] } ', '{a}', 'null', true)
SELECT '{"":1}'::jsonb @> '1'::jsonb
SELECT '[{"a":1},{"a":2}]'::jsonb @> '[3,1,2]'::jsonb
SELECT json_object_agg(x, 1) FROM (VALUES ('a'::text)) AS t(x)
SELECT jsonb_set('true', '{a,1}', '9', false)
SELECT '{"a":null}'::jsonb ?& '{a,b}'::text[]
SELECT jsonb_path_query_first('{"track":{"segments":[{"HR":73,"loc":[47.7,13.4]},{"HR":135,"loc":[48.1,13.2]}]}}', '+$.a[0]')
SELECT * FROM jsonb_each_text(NULL)
SELECT '{"a":1.0}'::jsonb - ''
SELECT '1.5e-3'::jsonb || '[1,2,2,3]'::jsonb
SELECT '[[1,2],[3]]'::jsonb - 7
SELECT ''::json -> 'a'
SELECT '1.5e-3'::jsonb ? ''
SELECT * FROM jsonb_path_query('[1,"2",true,null,[5,6]]', '$[*] ? (@ == 1)')
SELECT jsonb_set_lax('1', '{a}', NULL, true, 'use_json_null')
SELECT '[3,1,2]'::jsonb || '{"é":"日本\u00e9\n"}'::jsonb
SELECT json_build_object('k', 'x')
SELECT t.i, e.* FROM (VALUES (1, '{"a":1,"b":"x","c":null,"d":[1,2]}'::jsonb)) t(i, j), jsonb_each(j) e
SELECT jsonb_path_query_array('[]', '$')
SELECT '{"b":2,"a":1,"aa":3,"b":4}'::jsonb::text
SELECT '"a"'::json #>> '{a}'
SELECT '"\ud800"'::jsonb::boolean
SELECT jsonb_set_lax('{"a":1}', '{a,1}', NULL, true, 'raise_exception')
SELECT jsonb_set_lax('1e3', '{a}', NULL, true, 'use_json_null')
SELECT '{"a": {"b": [1, 2, {"c": null}]}, "d": "x"}'::jsonb || '{"é":"日本\u00e9\n"}'::jsonb
SELECT jsonb_set('1e3', '{-1}', 'null', false)
SELECT jsonb_set_lax('[]', '{}', NULL, true, 'use_json_null')
SELECT jsonb_set_lax('[3,1,2]', '{-9}', NULL)
SELECT jsonb_set('[{"a":1},{"a":2}]', '{-9}', '{"z":1}')
SELECT jsonb_set('[[1,2],[3]]', '{1,0}', '{"z":1}', false)
SELECT jsonb_insert('{}', '{-9}', 'null', true)
SELECT 'NaN'::jsonb -> -1
SELECT jsonb_set('[]', '{a,1}', '{"z":1}', false)
SELECT jsonb_path_exists('"abc"', '$.a == ')
SELECT jsonb_set('1e3', '{0}', '9', false)
SELECT '1.'::jsonb::int
SELECT jsonb_set('"a"', '{a,b,2,c}', 'null', false)
SELECT jsonb_insert('""', '{}', '{"z":1}', true)
SELECT '"a"'::jsonb::int
SELECT '-0'::jsonb #>> '{a}'
SELECT '{"track":{"segments":[{"HR":73,"loc":[47.7,13.4]},{"HR":135,"loc":[48.1,13.2]}]}}'::jsonb @? '$.a ? (@ > 2)'
SELECT jsonb_set_lax('1.50', '{-1}', NULL, true, 'raise_exception')
SELECT '{"a":1}'::jsonb #- '{a,b,x}'
SELECT sum((e->>'x')::int) FROM jsonb_array_elements('[{"x":1},{"x":2}]') e
SELECT jsonb_set('[{"a":1},{"a":2}]', '{1,0}', 'null')
SELECT jsonb_insert('[]', '{-1}', '9', true)
SELECT jsonb_set_lax('[3,1,2]', '{4,a}', NULL, true, 'return_target')
SELECT jsonb_set_lax('{}', '{new}', NULL, true, 'raise_exception')
SELECT jsonb_insert('""', '{NULL}', '{"z":1}', true)
SELECT 'nul'::jsonb ->> -1
SELECT '{"a":null}'::jsonb @> '1'::jsonb
SELECT jsonb_insert('1.5e-3', '{a,b,x}', '{"z":1}', true)
SELECT jsonb_set_lax('{"":1}', '{4,a}', NULL, true, 'delete_key')
SELECT 'true'::jsonb = '[1, "x", null, true, {"a": 2}]'::jsonb
SELECT jsonb_insert('1.5e-3', '{1,0}', '9')
SELECT json_build_object(DATE '2024-01-02', 1, 'x')
SELECT jsonb_build_object('{"b":1,"a":2}'::jsonb, 1, 'x')
SELECT '{"a":1}'::jsonb #>> '{a,b}'
SELECT jsonb_set('"\u0041\t"', '{a,-1}', '{"z":1}')
SELECT '"\u0041\t"'::jsonb - 'x'
SELECT '{''a'':1}'::json ->> 'a'
SELECT jsonb_set_lax('-0', '{NULL}', NULL, true, 'raise_exception')
SELECT '[1, "x", null, true, {"a": 2}]'::jsonb ?| '{a,b}'::text[]
SELECT jsonb_set_lax('[[1,2],[3]]', '{new}', NULL, true, 'delete_key')
SELECT '""'::json -> 1
SELECT jsonb_set_lax('{"a":null}', '{a,-1}', NULL, true, 'return_target')
SELECT jsonb_path_query_first('{}', 'null')
SELECT jsonb_path_query_array('{"a":{"b":"x","c":null},"d":[{"e":1},{"e":2.5},{"e":"s"}]}', '$.a ? (@ > 1) ? (@ < 4)')
SELECT '{"a":1}'::jsonb ?| '{x,0}'::text[]
SELECT '{"a": {"b": [1, 2, {"c": null}]}, "d": "x"}'::jsonb <> '1.5e-3'::jsonb
SELECT jsonb_set('[1,2,2,3]', '{9}', '9')
SELECT '-0'::jsonb ?| '{a,NULL}'::text[]
SELECT jsonb_insert('1e3', '{NULL}', 'null', true)
SELECT '\u0000'::jsonb -> -2
SELECT '{"a"}'::jsonb #> '{NULL}'
SELECT jsonb_insert('{"a":1.0}', '{a,b,2,c}', '{"z":1}')
SELECT '{"a":null}'::jsonb = '[3,1,2]'::jsonb
SELECT '{"a":null}'::jsonb <@ ' { "x" : [ ] } '::jsonb
SELECT jsonb_set('[1,2,2,3]', '{4,a}', '{"z":1}')
SELECT jsonb_insert('1.50', '{a}', 'null')
SELECT jsonb_set('[{"a":1},{"a":2}]', '{new}', 'null')
SELECT jsonb_insert('true', '{a,-1}', 'null')
SELECT jsonb_array_length('1e3')
SELECT '1.5e-3'::jsonb <> ' { "x" : [ ] } '::jsonb
SELECT '.5'::jsonb::boolean
SELECT jsonb_path_query_array('5', '$.a[*] == 9')
SELECT '1.'::json ->> -2
SELECT jsonb_path_query_first('{"x y":1,"$":2}', '$.a[0] / 0')
SELECT 'NaN'::json -> 1
SELECT jsonb_set('{"a":[1,2,3],"b":{"a":"x"}}', '{}', '9')
SELECT jsonb_set(' { "x" : [ ] } ', '{a,b,x}', '{"z":1}', false)
SELECT '1.'::json #> '{a,1}'
SELECT '{"a": {"b": [1, 2, {"c": null}]}, "d": "x"}'::jsonb || '"\u0041\t"'::jsonb
SELECT jsonb_path_query_array('{"track":{"segments":[{"HR":73,"loc":[47.7,13.4]},{"HR":135,"loc":[48.1,13.2]}]}}', '1e2', '{}', true)
SELECT '"\u0041\t"'::jsonb #- '{4,a}'
SELECT json_object_agg(k, x ORDER BY k) FROM (VALUES ('a', 1), ('b', NULL)) AS t(k, x)
SELECT jsonb_path_query_first('"abc"', 'lax $.a')
SELECT jsonb_path_query_array('5', '$.a[0] / 0')
SELECT jsonb_path_query_first('[1,"2",true,null,[5,6]]', '$.a.keyvalue()')
SELECT '"\u0041\t"'::jsonb ?| '{x,0}'::text[]
SELECT '{"a":{"b":"x","c":null},"d":[{"e":1},{"e":2.5},{"e":"s"}]}'::jsonb @? '1e2'
SELECT '"a"'::jsonb = ' { "x" : [ ] } '::jsonb
SELECT '1.5e-3'::jsonb - -1
SELECT jsonb_set_lax('"\u0041\t"', '{a,b,x}', NULL)
SELECT '{"a":[1,2,3],"b":{"a":"x"}}'::jsonb - '1'
SELECT '[1,2,2,3]'::jsonb - 7
SELECT * FROM jsonb_path_query('{"track":{"segments":[{"HR":73,"loc":[47.7,13.4]},{"HR":135,"loc":[48.1,13.2]}]}}', '$.**.type()')
SELECT '{"a":1}'::jsonb #>> '{a,x}'
SELECT jsonb_set('"a"', '{a,b}', '9', false)
SELECT '[]'::jsonb @@ '1e2'
SELECT * FROM jsonb_array_elements(NULL)
SELECT jsonb_insert('{"":1}', '{a,-1}', '9', true)
SELECT '"a"'::jsonb #> '{NULL}'
SELECT jsonb_insert('{"a":1.0}', '{a,b}', '9', true)
SELECT '""'::jsonb::smallint
SELECT '[1,2,2,3]'::json ->> 1
SELECT jsonb_set('"a"', '{0}', '{"z":1}', false)
SELECT jsonb_set_lax('{"b":2,"a":1,"aa":3,"b":4}', '{}', NULL, true, 'raise_exception')
SELECT '[1,2,2,3]'::jsonb -> ''
SELECT jsonb_set('[]', '{1,0}', 'null')
SELECT '{"":1}'::jsonb #- '{-1}'
SELECT '""'::json #>> '{a,b,2,c}'
SELECT jsonb_set_lax('{"a":1.0}', '{4,a}', NULL)
SELECT jsonb_path_query_array('{"x y":1,"$":2}', '$.track.segments[*].HR')
SELECT jsonb_path_query_array('{"a":{"b":"x","c":null},"d":[{"e":1},{"e":2.5},{"e":"s"}]}', '$.abs()', '{"min":2}')
SELECT '5'::jsonb @? 'null'
SELECT '{"é":"日本\u00e9\n"}'::jsonb -> 0
SELECT jsonb_path_query_array('[1,"2",true,null,[5,6]]', '$.a ? (@.c == null)', '{}', true)
SELECT jsonb_insert('[3,1,2]', '{a,-1}', '9')
SELECT t.i, e.* FROM (VALUES (1, '[1,"a",null,{"x":1}]'::jsonb)) t(i, j), jsonb_each_text(j) e
SELECT '"a"'::jsonb ->> ''
SELECT jsonb_path_query_array('5', '.5', '{}', true)
SELECT jsonb_path_query_array('{"track":{"segments":[{"HR":73,"loc":[47.7,13.4]},{"HR":135,"loc":[48.1,13.2]}]}}', '$.a ? (@ > 1) ? (@ < 4)', '{"min":2}')
SELECT jsonb_insert('1', '{-1}', '{"z":1}')
SELECT * FROM jsonb_path_query('{"track":{"segments":[{"HR":73,"loc":[47.7,13.4]},{"HR":135,"loc":[48.1,13.2]}]}}', '$.a[last]')
SELECT '1.'::json -> -1
SELECT '"\u0041\t"'::jsonb || '""'::jsonb
SELECT '{"b":2,"a":1,"aa":3,"b":4}'::jsonb ->> 1
SELECT ' { "x" : [ ] } '::jsonb || '[]'::jsonb
SELECT jsonb_set('[1, "x", null, true, {"a": 2}]', '{a,b,x}', '9')
SELECT jsonb_path_query_array('[]', '$.a == ')
SELECT '{"":1}'::jsonb #- '{1,0}'
SELECT jsonb_insert('{"a":1.0}', '{}', '{"z":1}', true)
SELECT jsonb_path_match('[]', '$ > 3')
SELECT json_typeof('{"a":[1,2,3],"b":{"a":"x"}}')
SELECT jsonb_insert('[]', '{a,-1}', '9', true)
SELECT '{"a":[1,2,3],"b":{"a":"x"}}'::json
SELECT jsonb_set('{"a": {"b": [1, 2, {"c": null}]}, "d": "x"}', '{a,b}', '9')
SELECT to_json('é"\'::text)
SELECT jsonb_set_lax('{"é":"日本\u00e9\n"}', '{4,a}', NULL, true, 'use_json_null')
SELECT jsonb_set_lax('true', '{a,b}', NULL, true, 'return_target')
SELECT 'true'::jsonb #- '{a,b,x}'
SELECT '{"a":[1,2,3,4,5]}'::jsonb @@ '$.a["x"]'
SELECT jsonb_insert('1.50', '{a}', '{"z":1}')
SELECT jsonb_set_lax('null', '{}', NULL)
SELECT '{'::jsonb ->> 1
SELECT '[3,1,2]'::jsonb #> '{4,a}'
SELECT jsonb_path_exists('{"x y":1,"$":2}', '$.track.segments[*].HR')
SELECT jsonb_set('"\u0041\t"', '{-1}', '9', false)
SELECT '[[1,2],[3]]'::jsonb <> '[1,2,2,3]'::jsonb
SELECT jsonb_path_query_array('[1,"2",true,null,[5,6]]', '$.a ? (@ > 1) ? (@ < 4)', '{"min":2}')
SELECT '{"a":1.0}'::jsonb <> '{"a":null}'::jsonb
SELECT '{"a":1}'::jsonb @> 'null'::jsonb
SELECT jsonb_path_query_array('{"track":{"segments":[{"HR":73,"loc":[47.7,13.4]},{"HR":135,"loc":[48.1,13.2]}]}}', '$.d.e')
SELECT jsonb_set_lax('"a"', '{1,0}', NULL, true, 'x')
SELECT '"\u0041\t"'::jsonb <> '[]'::jsonb
SELECT jsonb_path_query_array('{"a":[1,2,3,4,5]}', '$.a[')
SELECT '{"a":[1,2,3],"b":{"a":"x"}}'::jsonb || '{"a":[1,2,3],"b":{"a":"x"}}'::jsonb
SELECT '1.50'::jsonb = '[1, "x", null, true, {"a": 2}]'::jsonb
SELECT '[1 2]'::json ->> 'a'
SELECT jsonb_insert('1', '{NULL}', 'null')
SELECT '1.5e-3'::jsonb <> 'true'::jsonb
SELECT jsonb_set_lax('{"a":[1,2,3],"b":{"a":"x"}}', '{a}', NULL)
SELECT jsonb_set_lax('[{"a":1},{"a":2}]', '{-9}', NULL, true, 'x')
SELECT jsonb_insert('{"":1}', '{1,0}', 'null', true)
SELECT '[3,1,2]'::jsonb ? 'b'
SELECT '-0'::jsonb #> '{0}'
SELECT jsonb_path_exists('{}', 'strict $[*].a')
SELECT '{"a":1}}'::jsonb -> 'b'
SELECT jsonb_path_match('{"a":{"b":"x","c":null},"d":[{"e":1},{"e":2.5},{"e":"s"}]}', '$[*].a')
SELECT jsonb_set('1e3', '{a,b,x}', 'null')
SELECT '1e3'::jsonb #- '{a,b}'
SELECT jsonb_set('[{"a":1},{"a":2}]', '{a,b,x}', 'null', false)
SELECT ' { "x" : [ ] } '::jsonb - 'a'
SELECT '{"a":[1,2,3],"b":{"a":"x"}}'::jsonb -> 5
SELECT jsonb_set_lax('{"b":2,"a":1,"aa":3,"b":4}', '{}', NULL, true, 'use_json_null')
SELECT '{"a":1,}'::jsonb::bigint
SELECT '{"a":[1,2,3,4,5]}'::jsonb @@ '$.d[*] ? (exists(@.e))'
SELECT jsonb_insert('{"a":[1,2,3],"b":{"a":"x"}}', '{9}', 'null')
SELECT * FROM jsonb_path_query('{"a":[1,2,3,4,5]}', '$[*]')
SELECT jsonb_insert('{"é":"日本\u00e9\n"}', '{}', '9', true)
SELECT jsonb_insert('-0', '{a,-1}', 'null', true)
SELECT jsonb_insert('[3,1,2]', '{0}', '9')
SELECT '[3,1,2]'::jsonb <> '{}'::jsonb
SELECT * FROM jsonb_array_elements('{"a":1,"b":"x","c":null,"d":[1,2]}')
SELECT jsonb_set_lax('[{"a":1},{"a":2}]', '{}', NULL, true, 'x')
SELECT '{"b":2,"a":1,"aa":3,"b":4}'::jsonb - '1'
SELECT jsonb_path_exists('{"a":[1,2,3,4,5]}', 'exists($.zz)')
SELECT jsonb_set('[1, "x", null, true, {"a": 2}]', '{}', '{"z":1}')
SELECT t.i, e.* FROM (VALUES (1, '{}'::jsonb)) t(i, j), jsonb_each(j) e
SELECT jsonb_set_lax('"\u0041\t"', '{a,b,x}', NULL, true, 'use_json_null')
SELECT '{"a":null}'::json::text
SELECT jsonb_set_lax('[{"a":1},{"a":2}]', '{9}', NULL, true, 'delete_key')
SELECT jsonb_set_lax('{"a":1}', '{a,1}', NULL, true, 'use_json_null')
SELECT json_strip_nulls('[1,2,2,3]')
SELECT json_strip_nulls('tru')
SELECT '{'::json -> -2
SELECT jsonb_path_query_first('[{"a":1,"b":2},{"a":3}]', '$.a[0] + 3')
SELECT '[[1,2],[3]]'::json ->> 'b'
SELECT jsonb_set_lax('1', '{NULL}', NULL, true, 'x')
SELECT jsonb_insert('[3,1,2]', '{a,b,x}', 'null')
SELECT jsonb_set('{"b":2,"a":1,"aa":3,"b":4}', '{a}', 'null')
SELECT '{"a":[1,2,3],"b":{"a":"x"}}'::jsonb <@ ' { "x" : [ ] } '::jsonb
SELECT x FROM jsonb_object_keys('1') AS x
SELECT jsonb_path_query_array('{}', '$.a[*] == 9')
SELECT * FROM jsonb_path_query('"abc"', '$.a[*] ? (@ > $min)')
SELECT '1.5e-3'::jsonb @> '-0'::jsonb
SELECT jsonb_path_query_array('{"a":[1,2,3,4,5]}', '-$.a[*]', '{"min":2}')
SELECT jsonb_insert('true', '{a,b}', '{"z":1}', true)
SELECT jsonb_path_match('5', '"x"')
SELECT jsonb_set_lax('{"":1}', '{-9}', NULL, true, 'use_json_null')
SELECT * FROM jsonb_path_query('{"track":{"segments":[{"HR":73,"loc":[47.7,13.4]},{"HR":135,"loc":[48.1,13.2]}]}}', '1 / 0')
SELECT * FROM jsonb_path_query('[1,"2",true,null,[5,6]]', '$.a[*] ? (@ > $min)')
SELECT jsonb_set_lax('""', '{4,a}', NULL, true, 'raise_exception')
SELECT jsonb_insert('{"a":1.0}', '{a,-1}', '{"z":1}', true)
SELECT '{'::json ->> 'b'
SELECT '{''a'':1}'::jsonb #> '{0}'
SELECT jsonb_set_lax('{"a": {"b": [1, 2, {"c": null}]}, "d": "x"}', '{-9}', NULL, true, 'raise_exception')
SELECT jsonb_path_query_array('[{"a":1,"b":2},{"a":3}]', '$.x')
SELECT '1 2'::json #> '{4,a}'
SELECT '"\u0041\t"'::jsonb ? 'b'
SELECT jsonb_insert('{"é":"日本\u00e9\n"}', '{a}', '{"z":1}')
SELECT jsonb_set('1e3', '{a,1}', 'null')
SELECT json_extract_path_text('"\u0000"', 'a', '1')
SELECT '1.5e-3'::jsonb #>> '{a}'
SELECT jsonb_set('1.50', '{-9}', '{"z":1}')
SELECT '{"a":null}'::jsonb #> '{1,0}'
SELECT jsonb_set_lax('-0', '{a,-1}', NULL, true, 'return_target')
SELECT jsonb_set_lax('{"":1}', '{-1}', NULL)
SELECT jsonb_set('"\u0041\t"', '{NULL}', 'null', false)
SELECT jsonb_set('{"a":[1,2,3],"b":{"a":"x"}}', '{a,b,x}', '9')
SELECT json_strip_nulls('+1')
SELECT '[1, "x", null, true, {"a": 2}]'::jsonb = '{"a":null}'::jsonb
SELECT '[1,]'::jsonb #> '{a,b}'
SELECT jsonb_insert('{"b":2,"a":1,"aa":3,"b":4}', '{a,-1}', '9')
SELECT jsonb_set_lax('-0', '{}', NULL)
SELECT '"a"'::jsonb ?& '{x,0}'::text[]
SELECT '1'::jsonb #> '{NULL}'
SELECT '[1,2,2,3]'::json #>> '{NULL}'
SELECT '"\u0041\t"'::json #>> '{-1}'
SELECT '{"a":[1,2,3],"b":{"a":"x"}}'::jsonb @> ' { "x" : [ ] } '::jsonb
SELECT '{"a": {"b": [1, 2, {"c": null}]}, "d": "x"}'::json #> '{a,1}'
SELECT jsonb_path_match('[1,"2",true,null,[5,6]]', '$.type()')
SELECT '+1'::jsonb #> '{1,0}'
SELECT jsonb_insert('1.50', '{0}', '{"z":1}')
SELECT jsonb_set_lax('[1, "x", null, true, {"a": 2}]', '{a}', NULL, true, 'return_target')
SELECT '{"a":[1,2,3],"b":{"a":"x"}}'::jsonb #- '{a,-1}'
SELECT jsonb_set('1', '{a,b,2,c}', '9', false)
SELECT jsonb_set('"\u0041\t"', '{a,b}', 'null', false)
SELECT jsonb_path_query_array('{"track":{"segments":[{"HR":73,"loc":[47.7,13.4]},{"HR":135,"loc":[48.1,13.2]}]}}', '$.a == ', '{}', true)
SELECT '1'::jsonb @> '[[1,2],[3]]'::jsonb
SELECT jsonb_set_lax('null', '{a,b,x}', NULL, true, 'use_json_null')
SELECT * FROM jsonb_path_query('{}', 'exists($.a)')
SELECT jsonb_insert('[1, "x", null, true, {"a": 2}]', '{a,b,x}', 'null', true)
SELECT jsonb_insert('{"a":null}', '{}', '9')
SELECT jsonb_extract_path_text('[3,1,2]', '0')
SELECT 'null'::json -> 5
SELECT jsonb_path_match('{"a":{"b":"x","c":null},"d":[{"e":1},{"e":2.5},{"e":"s"}]}', '!$.a')
SELECT 'NaN'::jsonb #> '{a,b,2,c}'
SELECT ' { "x" : [ ] } '::jsonb @> '[]'::jsonb
SELECT '[3,1,2]'::json #> '{a,b}'
SELECT jsonb_path_exists('{"a":[1,2,3,4,5]}', '$.a[*] > 2')
SELECT x FROM jsonb_object_keys('{"a":1,"b":"x","c":null,"d":[1,2]}') AS x
SELECT '{"a":null}'::jsonb ? 'x'
SELECT '1e3'::jsonb ->> 'b'
SELECT jsonb_set('-0', '{1,0}', '9')
SELECT jsonb_insert('{"a":[1,2,3],"b":{"a":"x"}}', '{-1}', '{"z":1}')
SELECT jsonb_array_length('{"é":"日本\u00e9\n"}')
SELECT jsonb_set('{"a":[1,2,3],"b":{"a":"x"}}', '{9}', 'null', false)
SELECT '{"x y":1,"$":2}'::jsonb @@ '$.a == $.a'
SELECT jsonb_set_lax('{"a":1}', '{4,a}', NULL, true, 'raise_exception')
SELECT jsonb_path_exists('5', '$.foo()')
SELECT '{"a":[1,2,3,4,5]}'::jsonb @@ '+$.a[0]'
SELECT json_object_agg(k, x ORDER BY k) FROM (VALUES ('a', 'é"\'::text), ('b', NULL)) AS t(k, x)
SELECT '[{"a":1},{"a":2}]'::jsonb #- '{new}'
SELECT jsonb_build_array(1.5::float8, 1, 1.5::float8)
SELECT '1 2'::jsonb ->> 'b'
SELECT '[1, "x", null, true, {"a": 2}]'::jsonb #- '{1,0}'
SELECT '{"a"}'::jsonb #>> '{a,b}'
SELECT '[]'::jsonb #> '{-1}'
SELECT * FROM jsonb_array_elements_text('[1,"a",null,{"x":1}]')
SELECT 'null'::jsonb - ''
SELECT '{"é":"日本\u00e9\n"}'::jsonb <> '[]'::jsonb
SELECT '{"a":[1,2,3],"b":{"a":"x"}}'::jsonb <> '{"a":1}'::jsonb
SELECT * FROM jsonb_path_query('5', '$.a[0] / 0')
SELECT 'null'::jsonb || 'null'::jsonb
SELECT '[[1,2],[3]]'::jsonb #- '{}'
SELECT ''::json::int
SELECT '"\u0041\t"'::jsonb ->> -1
SELECT '[{"a":1},{"a":2}]'::jsonb || '{"a":1.0}'::jsonb
SELECT '{"a": {"b": [1, 2, {"c": null}]}, "d": "x"}'::json #> '{a,b,2,c}'
SELECT jsonb_set(' { "x" : [ ] } ', '{-9}', '9')
SELECT jsonb_path_query_array('[]', '1 / 0')
SELECT jsonb_set_lax('{"":1}', '{a,-1}', NULL)
SELECT '"\x"'::json -> -2
SELECT t.i, e.* FROM (VALUES (1, '{}'::json)) t(i, j), json_each_text(j) e
SELECT * FROM jsonb_path_query('{"a":{"b":"x","c":null},"d":[{"e":1},{"e":2.5},{"e":"s"}]}', '1 / 3')
SELECT 'NaN'::json -> 'a'
SELECT jsonb_set('[1, "x", null, true, {"a": 2}]', '{a,b}', '{"z":1}', false)
SELECT jsonb_path_query_array('[1,"2",true,null,[5,6]]', '7.5 - 10')
SELECT jsonb_set('-0', '{9}', '9')
SELECT '[3,1,2]'::jsonb #- '{a}'
SELECT '1.'::json -> 0
SELECT jsonb_path_match('5', '$.track.segments[*].HR')
SELECT '[1, "x", null, true, {"a": 2}]'::jsonb <@ '{"a":[1,2,3],"b":{"a":"x"}}'::jsonb
SELECT jsonb_insert('true', '{-9}', '{"z":1}', true)
SELECT 'tru'::json #> '{-1}'
SELECT jsonb_set('[[1,2],[3]]', '{a,-1}', '9')
SELECT jsonb_path_query_array('{}', '$.a[0] + $.a[1] * 2', '{}', true)
SELECT '{}'::jsonb @@ '$.a.'
SELECT jsonb_set('{"":1}', '{a,b,x}', 'null', false)
SELECT jsonb_set('[1, "x", null, true, {"a": 2}]', '{a,b,x}', 'null', false)
SELECT '{"a":null}'::jsonb #- '{a,b,x}'
SELECT jsonb_path_match('[{"a":1,"b":2},{"a":3}]', '($.a[*] > 2) is unknown')
SELECT jsonb_set('{"b":2,"a":1,"aa":3,"b":4}', '{a}', '{"z":1}', false)
SELECT jsonb_path_exists('{"a":[1,2,3,4,5]}', '(2 + 3) * 4')
SELECT '{''a'':1}'::json ->> 5
SELECT jsonb_set('1.50', '{4,a}', 'null', false)
SELECT jsonb_insert(' { "x" : [ ] } ', '{}', 'null', true)
SELECT jsonb_set_lax('1', '{a,b,x}', NULL, true, 'raise_exception')
SELECT '1'::json #> '{a}'
SELECT ' { "x" : [ ] } '::json ->> ''
SELECT jsonb_path_query_array('[{"a":1,"b":2},{"a":3}]', '$[*] ? (@ == 1)', '{}', true)
SELECT jsonb_path_exists('[1,"2",true,null,[5,6]]', '$.a.c')
SELECT '{''a'':1}'::json #> '{}'
SELECT jsonb_insert('""', '{-1}', '{"z":1}')
SELECT jsonb_path_match('5', '$.a[*] ? (!(@ == 3))')
SELECT * FROM jsonb_path_query('[{"a":1,"b":2},{"a":3}]', '$.a[*]')
SELECT jsonb_set('1.50', '{a}', 'null')
SELECT jsonb_path_query_array('{}', '$.a[1 to 2]', '{}', true)
SELECT jsonb_set_lax('{"a":null}', '{0}', NULL, true, 'use_json_null')
SELECT jsonb_set_lax('[{"a":1},{"a":2}]', '{}', NULL, true, 'raise_exception')
SELECT jsonb_path_query_array('[1,"2",true,null,[5,6]]', '$."$"', '{}', true)
SELECT '.5'::json #>> '{a,b,2,c}'
SELECT 'Sat Feb 16 20:38:40 2001'::timestamp, '16 February 2001 8:05 PM'::timestamp, 'Feb 30 2001'::date
SELECT jsonb_path_query_array('[1,"2",true,null,[5,6]]', '$ ? (@ starts with "ab")', '{}', true)
SELECT jsonb_set_lax('[3,1,2]', '{4,a}', NULL, true, 'use_json_null')
SELECT jsonb_path_query_array('{"track":{"segments":[{"HR":73,"loc":[47.7,13.4]},{"HR":135,"loc":[48.1,13.2]}]}}', '$[*] ? (@.b == 2).a')
SELECT jsonb_build_object(1.5::float8, 1)
SELECT jsonb_array_length('1.5e-3')
SELECT '[1,2,2,3]'::jsonb -> 0
SELECT jsonb_set_lax(' { "x" : [ ] } ', '{a}', NULL)
SELECT jsonb_set_lax('1.5e-3', '{}', NULL, true, 'use_json_null')
SELECT '01'::json -> 'a'
SELECT '"a"'::jsonb <> '{"":1}'::jsonb
SELECT jsonb_path_query_array('[{"a":1,"b":2},{"a":3}]', '$.d[*].e.double()', '{}', true)
SELECT json_typeof('1.50')
SELECT '""'::jsonb ? ''
SELECT jsonb_insert('[3,1,2]', '{-1}', 'null')
SELECT jsonb_path_match('{"track":{"segments":[{"HR":73,"loc":[47.7,13.4]},{"HR":135,"loc":[48.1,13.2]}]}}', '$.floor()')
SELECT '1'::jsonb @> '[1,2,2,3]'::jsonb
SELECT jsonb_path_query_first('{"x y":1,"$":2}', '$.a[*].type()')
SELECT jsonb_set('1.50', '{0}', '{"z":1}')
SELECT jsonb_set_lax('1', '{a,1}', NULL, true, 'x')
SELECT '{"a": {"b": [1, 2, {"c": null}]}, "d": "x"}'::jsonb - '0'
SELECT jsonb_set_lax('[1, "x", null, true, {"a": 2}]', '{1,0}', NULL, true, 'use_json_null')
SELECT '[1, "x", null, true, {"a": 2}]'::jsonb - ''
SELECT jsonb_set('{"":1}', '{a,b,2,c}', 'null', false)
SELECT 'nul'::jsonb::boolean
SELECT '1.5e-3'::json ->> 5
SELECT '{}'::json ->> 1
SELECT '{"a":1}'::jsonb #> '{NULL}'
SELECT jsonb_set_lax('[]', '{4,a}', NULL)
SELECT jsonb_typeof('{"a":1,}')
SELECT '[]'::jsonb - '{x,0}'::text[]
SELECT jsonb_set('-0', '{0}', 'null')
SELECT '[]'::jsonb - 7
SELECT 'null'::jsonb #> '{a,x}'
SELECT '{"a":null}'::jsonb <> '1'::jsonb
SELECT jsonb_insert('"a"', '{NULL}', 'null', true)
SELECT jsonb_insert('1', '{-9}', 'null')
SELECT json_agg(x) FROM (VALUES ('é"\'::text), (NULL)) AS t(x)
SELECT json_agg(x) FROM (VALUES (true), (NULL)) AS t(x)
SELECT jsonb_set_lax('1e3', '{0}', NULL, true, 'return_target')
SELECT '"\u0041\t"'::jsonb - '{a,b}'::text[]
SELECT jsonb_set_lax('[]', '{a}', NULL, true, 'return_target')
SELECT '-0'::jsonb ?| '{x,0}'::text[]
SELECT '"\u0041\t"'::jsonb || '{"a": {"b": [1, 2, {"c": null}]}, "d": "x"}'::jsonb
SELECT * FROM jsonb_path_query('{"a":[1,2,3,4,5]}', '$.a[*] ? (@ > 1 && @ < 4).type()')
SELECT '{"a":[1,2,3,4,5]}'::jsonb @@ '$.a[*]'
SELECT jsonb_insert('""', '{NULL}', '9')
SELECT json_build_object(DATE '2024-01-02', 1)
SELECT jsonb_set('1.50', '{-1}', '9', false)
SELECT ' { "x" : [ ] } '::jsonb <> '{"":1}'::jsonb
SELECT json_array_length('')
SELECT '{}'::jsonb <@ '1.5e-3'::jsonb
SELECT '"\x"'::json #> '{1,0}'
SELECT jsonb_set_lax('{"a":1.0}', '{a,-1}', NULL, true, 'return_target')
SELECT * FROM jsonb_path_query('"abc"', '$.a[*] * 2')
SELECT '{"é":"日本\u00e9\n"}'::jsonb #>> '{NULL}'
SELECT jsonb_set('[1,2,2,3]', '{a}', 'null', false)
SELECT jsonb_path_query_array('[{"a":1,"b":2},{"a":3}]', '$.b ? (@ like_regex "[")', '{"min":2}')
SELECT '"a"'::jsonb <@ '[3,1,2]'::jsonb
SELECT jsonb_insert(' { "x" : [ ] } ', '{}', '9')
SELECT jsonb_insert('[1,2,2,3]', '{}', '{"z":1}', true)
SELECT 'true'::jsonb #- '{0}'
SELECT '{''a'':1}'::jsonb #> '{NULL}'
SELECT jsonb_insert(' { "x" : [ ] } ', '{1,0}', '9')
SELECT '{"a": {"b": [1, 2, {"c": null}]}, "d": "x"}'::jsonb <> '{"":1}'::jsonb
SELECT '{"a":1}}'::jsonb #> '{-1}'
SELECT '{"":1}'::jsonb #>> '{-1}'
SELECT 'true'::jsonb <> '[]'::jsonb
SELECT jsonb_set('1', '{-1}', '9', false)
SELECT '{"a":{"b":"x","c":null},"d":[{"e":1},{"e":2.5},{"e":"s"}]}'::jsonb @? '$.b ? (@ like_regex "[")'
SELECT jsonb_array_length('[1,]')
SELECT '{"a":1}}'::jsonb #> '{a,b,2,c}'
SELECT ''::jsonb ->> 'a'
SELECT jsonb_set('{"a":1.0}', '{a,-1}', '9')
SELECT '{"a":null}'::jsonb <@ '{"a":null}'::jsonb
SELECT jsonb_insert('{"a":1}', '{a,b,x}', 'null')
SELECT jsonb_path_query_array('5', '$.track.segments[*].HR ? (@ > 130)', '{"min":2}')
SELECT jsonb_set_lax('1.50', '{9}', NULL, true, 'raise_exception')
SELECT json_extract_path_text(' { "x" : [ ] } ', '0')
SELECT jsonb_insert('[[1,2],[3]]', '{a,b,x}', '{"z":1}')
SELECT '1.50'::jsonb @> 'true'::jsonb
SELECT '+1'::jsonb #>> '{0}'
SELECT '1.50'::json #>> '{NULL}'
SELECT '{"a":[1,2,3],"b":{"a":"x"}}'::jsonb #> '{a}'
SELECT '{}'::jsonb - 'b'
SELECT '{"x y":1,"$":2}'::jsonb @@ '$.a[*] ? (@ > $min)'
SELECT '1e3'::jsonb = '""'::jsonb
SELECT jsonb_set_lax('[{"a":1},{"a":2}]', '{NULL}', NULL, true, 'raise_exception')
SELECT jsonb_path_match('{"a":[1,2,3,4,5]}', '$.a +')
SELECT jsonb_set_lax('{"a": {"b": [1, 2, {"c": null}]}, "d": "x"}', '{4,a}', NULL, true, 'use_json_null')
SELECT json_array_length('1e3')
SELECT jsonb_set('[1, "x", null, true, {"a": 2}]', '{-9}', 'null', false)
SELECT jsonb_insert('-0', '{NULL}', 'null', true)
SELECT '{"a":[1,2,3,4,5]}'::jsonb @? '$ ? @ > 1'
SELECT jsonb_array_length('[3,1,2]')
SELECT jsonb_insert('[[1,2],[3]]', '{4,a}', '9', true)
SELECT * FROM jsonb_path_query('"abc"', '$.d[*] ? (@.e > 1)')
SELECT jsonb_insert('{"a":1.0}', '{9}', '9', true)
SELECT jsonb_insert('{"é":"日本\u00e9\n"}', '{-9}', '9', true)
SELECT jsonb_set('null', '{-9}', '9', false)
SELECT jsonb_set('""', '{new}', '9')
SELECT 'nul'::jsonb #> '{a,b,2,c}'
SELECT jsonb_set('[]', '{}', '{"z":1}')
SELECT '{"":1}'::jsonb <> '1.50'::jsonb
SELECT jsonb_set_lax('{"a":[1,2,3],"b":{"a":"x"}}', '{a}', NULL, true, 'use_json_null')
SELECT jsonb_set_lax('1.50', '{NULL}', NULL, true, 'x')
SELECT jsonb_set('[]', '{1,0}', '{"z":1}', false)
SELECT jsonb_insert('{"b":2,"a":1,"aa":3,"b":4}', '{a,b,2,c}', '{"z":1}', true)
SELECT jsonb_insert('[1, "x", null, true, {"a": 2}]', '{0}', '{"z":1}')
SELECT '-0'::jsonb #>> '{NULL}'
SELECT jsonb_set_lax('"\u0041\t"', '{a,-1}', NULL, true, 'raise_exception')
SELECT jsonb_set('[1, "x", null, true, {"a": 2}]', '{}', '{"z":1}', false)
SELECT '1.50'::jsonb || '[]'::jsonb
SELECT jsonb_set_lax('{"a":null}', '{1,0}', NULL, true, 'x')
SELECT jsonb_path_query_first('[{"a":1,"b":2},{"a":3}]', '10 / 4')
SELECT '1'::jsonb = '1e3'::jsonb
SELECT jsonb_path_query_array('[1,"2",true,null,[5,6]]', '1e2', '{}', true)
SELECT '5'::jsonb @@ 'strict $.a.b'
SELECT jsonb_set('[]', '{4,a}', 'null')
SELECT '\u0000'::json #>> '{a}'
SELECT '{'::jsonb::smallint
SELECT '{"a":1.0}'::json #> '{a,b,2,c}'
SELECT '[]'::jsonb #>> '{a,b}'
SELECT jsonb_insert('"a"', '{-1}', '{"z":1}')
SELECT '\u0000'::json -> 'a'
SELECT '""'::jsonb <> '1'::jsonb
SELECT jsonb_set_lax('[3,1,2]', '{a}', NULL, true, 'raise_exception')
SELECT '{"":1}'::jsonb <> '[[1,2],[3]]'::jsonb
SELECT '[1, "x", null, true, {"a": 2}]'::jsonb
SELECT '1e3'::jsonb #> '{4,a}'
SELECT jsonb_path_query_array('{"a":[1,2,3,4,5]}', '$.a == ', '{}', true)
SELECT '1.5e-3'::jsonb #- '{9}'
SELECT '{}'::json #>> '{a,b,2,c}'
SELECT '[3,1,2]'::json #>> '{}'
SELECT jsonb_set_lax('{"a":1.0}', '{a}', NULL, true, 'x')
SELECT '{"a": {"b": [1, 2, {"c": null}]}, "d": "x"}'::jsonb = '1.5e-3'::jsonb
SELECT jsonb_set('[{"a":1},{"a":2}]', '{-1}', '{"z":1}', false)
SELECT jsonb_set('{"":1}', '{a,-1}', 'null', false)
SELECT '{"b":2,"a":1,"aa":3,"b":4}'::jsonb #- '{a,1}'
SELECT jsonb_insert('[3,1,2]', '{9}', '{"z":1}', true)
SELECT * FROM jsonb_each_text('[1,"a",null,{"x":1}]') WITH ORDINALITY
SELECT jsonb_insert('{"a":null}', '{-9}', 'null')
SELECT '{"a":null}'::jsonb #> '{a,1}'
SELECT '{"a": {"b": [1, 2, {"c": null}]}, "d": "x"}'::json ->> -1
SELECT '[{"a":1,"b":2},{"a":3}]'::jsonb @? '$'
SELECT jsonb_set_lax('[{"a":1},{"a":2}]', '{-9}', NULL, true, 'delete_key')
SELECT * FROM jsonb_path_query('{"a":[1,2,3,4,5]}', '$.**{1}')
SELECT '1.50'::jsonb #>> '{a,x}'
SELECT '[1,]'::json #>> '{a,b,2,c}'
SELECT '""'::jsonb = '"a"'::jsonb
SELECT '[3,1,2]'::jsonb -> 5
SELECT jsonb_set('1.5e-3', '{-9}', '9', false)
SELECT jsonb_set(' { "x" : [ ] } ', '{a,-1}', '{"z":1}')
SELECT '{"a":1}'::jsonb = '[1, "x", null, true, {"a": 2}]'::jsonb
SELECT jsonb_insert('""', '{new}', 'null', true)
SELECT '{"a":1}'::jsonb ?| '{}'::text[]
SELECT ' { "x" : [ ] } '::jsonb ? 'x'
SELECT '1.5e-3'::jsonb @> '[1,2,2,3]'::jsonb
SELECT '"\ud800"'::json #> '{a,b}'
SELECT jsonb_path_query_array('[1,"2",true,null,[5,6]]', '$.a.', '{"min":2}')
SELECT jsonb_set_lax('true', '{a,1}', NULL, true, 'return_target')
SELECT jsonb_insert('{}', '{a,b}', '{"z":1}')
SELECT * FROM jsonb_path_query('{}', '$.a[*].double()')
SELECT jsonb_set_lax('1', '{4,a}', NULL, true, 'x')
SELECT '"\x"'::jsonb #> '{}'
SELECT jsonb_set_lax('1', '{a,b,x}', NULL, true, 'use_json_null')
SELECT 'Foo 5 2024'::date
SELECT 'nul'::jsonb -> -1
SELECT '+1'::json -> 'b'
SELECT '5'::jsonb @? '$.a +'
SELECT '.5'::json #>> '{-1}'
SELECT '"abc"'::jsonb @? 'exists($.zz)'
SELECT '[]'::jsonb @@ 'last'
SELECT jsonb_insert('{"a": {"b": [1, 2, {"c": null}]}, "d": "x"}', '{a,-1}', 'null')
SELECT '1.50'::jsonb = '"\u0041\t"'::jsonb
SELECT '1e3'::jsonb ?| '{a,NULL}'::text[]
SELECT '[3,1,2]'::jsonb #> '{1,0}'
SELECT jsonb_build_object(DATE 'infinity', 1, 'x')
SELECT json_build_object('a'::text, 1, 'x')
SELECT '{"a":null}'::json #> '{a,b}'
SELECT ' { "x" : [ ] } '::jsonb || 'true'::jsonb
SELECT '[3,1,2]'::jsonb #- '{a,b}'
SELECT jsonb_insert('[3,1,2]', '{a,b,2,c}', '9', true)
SELECT jsonb_set('[{"a":1},{"a":2}]', '{a,-1}', 'null')
SELECT jsonb_set('{}', '{new}', '9', false)
SELECT '[{"a":1,"b":2},{"a":3}]'::jsonb @@ '$.*'
SELECT jsonb_path_exists('[{"a":1,"b":2},{"a":3}]', '$.x')
SELECT jsonb_path_query_array('[1,"2",true,null,[5,6]]', '$.a[-1]', '{}', true)
SELECT '[1,2,2,3]'::jsonb @> 'null'::jsonb
SELECT '{'::jsonb::bigint
SELECT jsonb_set('{"":1}', '{1,0}', '{"z":1}')
SELECT '{"a": {"b": [1, 2, {"c": null}]}, "d": "x"}'::jsonb || '[{"a":1},{"a":2}]'::jsonb
SELECT jsonb_set('1.50', '{a,b}', '9')
SELECT jsonb_set_lax('{"é":"日本\u00e9\n"}', '{9}', NULL)
SELECT '{"a":1.0}'::json -> -1
SELECT t.i, e.* FROM (VALUES (1, '{"a":1,"b":"x","c":null,"d":[1,2]}'::jsonb)) t(i, j), jsonb_object_keys(j) e
SELECT jsonb_path_query_first('[]', '$.size()')
SELECT '[1 2]'::jsonb #>> '{a,b}'
SELECT jsonb_set_lax('{"a":null}', '{1,0}', NULL, true, 'delete_key')
SELECT jsonb_set_lax('[]', '{a,b,x}', NULL, true, 'use_json_null')
SELECT jsonb_path_query_first('{}', '$.x')
SELECT '01'::json #>> '{a,1}'
SELECT '""'::jsonb <@ '1.5e-3'::jsonb
SELECT jsonb_insert('{"a":null}', '{-9}', '9', true)
SELECT '{"a":1}'::jsonb::bigint
SELECT 'NaN'::json -> 5
SELECT '{}'::jsonb @? '$[*] ? (@.b == 2).a'
SELECT jsonb_insert('1.50', '{a,-1}', 'null', true)
SELECT jsonb_insert('[3,1,2]', '{a,b}', '{"z":1}')
SELECT '1.50'::jsonb -> 5
SELECT k, v FROM jsonb_each_text('[]') AS x(k, v)
SELECT '{"a": {"b": [1, 2, {"c": null}]}, "d": "x"}'::json ->> 1
SELECT '{"a":1.0}'::json #>> '{a,b}'
SELECT jsonb_insert('1.50', '{1,0}', '{"z":1}', true)
SELECT '{"b":2,"a":1,"aa":3,"b":4}'::jsonb <> '1e3'::jsonb
SELECT jsonb_path_exists('{"a":{"b":"x","c":null},"d":[{"e":1},{"e":2.5},{"e":"s"}]}', '1 / 3')
SELECT '-0'::json ->> ''
SELECT json_object_agg(x, 1) FROM (VALUES ('NaN'::float8)) AS t(x)
SELECT jsonb_set('{"é":"日本\u00e9\n"}', '{}', 'null')
SELECT '[]'::jsonb <@ '[1,2,2,3]'::jsonb
SELECT jsonb_insert('{"a":1.0}', '{9}', '9')
SELECT jsonb_set('{"a":1.0}', '{a}', 'null')
SELECT jsonb_set_lax('-0', '{new}', NULL, true, 'return_target')
SELECT '{"track":{"segments":[{"HR":73,"loc":[47.7,13.4]},{"HR":135,"loc":[48.1,13.2]}]}}'::jsonb @? '@'
SELECT '{"a": {"b": [1, 2, {"c": null}]}, "d": "x"}'::jsonb #> '{a,b}'
SELECT '[1 2]'::jsonb #> '{a,1}'
SELECT '""'::jsonb <@ '[]'::jsonb
SELECT '1'::json -> 'a'
SELECT jsonb_insert('-0', '{}', '{"z":1}', true)
SELECT '{"a":1.0}'::jsonb #> '{a,b,2,c}'
SELECT jsonb_set_lax('"\u0041\t"', '{a,b}', NULL, true, 'return_target')
SELECT '{"a":null}'::jsonb #- '{9}'
SELECT jsonb_insert('-0', '{9}', '9')
SELECT '1'::jsonb - -9
SELECT jsonb_insert('1.50', '{-1}', '{"z":1}')
SELECT '"\ud800"'::json -> 5
SELECT jsonb_path_query_array('{"a":{"b":"x","c":null},"d":[{"e":1},{"e":2.5},{"e":"s"}]}', 'true', '{"min":2}')
SELECT jsonb_insert('1.5e-3', '{new}', 'null')
SELECT jsonb_insert('[{"a":1},{"a":2}]', '{a}', '{"z":1}')
SELECT jsonb_path_query_array('{"a":{"b":"x","c":null},"d":[{"e":1},{"e":2.5},{"e":"s"}]}', '$.a == ')
SELECT jsonb_path_query_array('{"track":{"segments":[{"HR":73,"loc":[47.7,13.4]},{"HR":135,"loc":[48.1,13.2]}]}}', '$.d[*].e ? (@.type() == "number")')
SELECT jsonb_insert('[]', '{-9}', '{"z":1}', true)
SELECT '{"a":null}'::jsonb <@ '{"a":1.0}'::jsonb
SELECT '{"":1}'::jsonb <> '"\u0041\t"'::jsonb
SELECT '{"":1}'::jsonb <> '""'::jsonb
SELECT jsonb_set('true', '{a,b,x}', '9')
SELECT '[{"a":1},{"a":2}]'::json -> -2
SELECT '{"a":[1,2,3],"b":{"a":"x"}}'::jsonb ?& '{a,NULL}'::text[]
SELECT jsonb_set_lax('1', '{-9}', NULL, true, 'raise_exception')
SELECT jsonb_path_exists('{"a":{"b":"x","c":null},"d":[{"e":1},{"e":2.5},{"e":"s"}]}', '$.a[*] ? (@ % 2 == 0)')
SELECT jsonb_insert('1e3', '{a,b}', 'null')
SELECT '[1, "x", null, true, {"a": 2}]'::jsonb ->> -1
SELECT jsonb_insert('{"a":null}', '{-9}', '{"z":1}', true)
SELECT 'true'::jsonb <@ '1.50'::jsonb
SELECT '{"a": {"b": [1, 2, {"c": null}]}, "d": "x"}'::jsonb -> 5
SELECT '{"a":{"b":"x","c":null},"d":[{"e":1},{"e":2.5},{"e":"s"}]}'::jsonb @@ '"x"'
SELECT '01'::json ->> 'b'
SELECT jsonb_set_lax('1e3', '{a,b,x}', NULL, true, 'delete_key')
SELECT jsonb_set('"a"', '{a,1}', 'null', false)
SELECT jsonb_path_query_array('{"track":{"segments":[{"HR":73,"loc":[47.7,13.4]},{"HR":135,"loc":[48.1,13.2]}]}}', '$.d[*].e ? (@.type() == "number")', '{"min":2}')
SELECT jsonb_path_query_array('5', '$.a[0]')
SELECT '"a"'::jsonb #>> '{NULL}'
SELECT jsonb_set_lax('[]', '{0}', NULL, true, 'raise_exception')
SELECT jsonb_path_query_array('[1,"2",true,null,[5,6]]', '$.a[1 to 2]', '{}', true)
SELECT jsonb_typeof('-0')
SELECT '+1'::json #> '{a,b}'
SELECT jsonb_set_lax('1.5e-3', '{a,b,2,c}', NULL, true, 'raise_exception')
SELECT jsonb_insert('"\u0041\t"', '{NULL}', 'null')
SELECT '{"a":null}'::jsonb <> '[[1,2],[3]]'::jsonb
SELECT jsonb_path_query_first('"abc"', '$.track.segments[*].HR')
SELECT jsonb_insert('1', '{a,b,2,c}', 'null', true)
SELECT jsonb_set_lax('1.50', '{a}', NULL, true, 'use_json_null')
SELECT jsonb_set('[1, "x", null, true, {"a": 2}]', '{9}', 'null', false)
SELECT jsonb_set_lax('{"é":"日本\u00e9\n"}', '{a,1}', NULL, true, 'x')
SELECT 'null'::jsonb || '{"a":1}'::jsonb
SELECT '"abc"'::jsonb @@ '$.a["x"]'
SELECT '{"a":[1,2,3],"b":{"a":"x"}}'::jsonb @> '[]'::jsonb
SELECT json_build_object(1e300::float8, 1)
SELECT '[1,2,2,3]'::jsonb <@ ' { "x" : [ ] } '::jsonb
SELECT '{"b":2,"a":1,"aa":3,"b":4}'::json::text
SELECT '{"a":null}'::jsonb || '[1,2,2,3]'::jsonb
SELECT jsonb_set_lax('-0', '{-1}', NULL)
SELECT jsonb_strip_nulls('1 2')
SELECT jsonb_set('{"":1}', '{-1}', 'null')
SELECT '{"a":null}'::jsonb - 7
SELECT * FROM jsonb_path_query('[1,"2",true,null,[5,6]]', '$ ? (@ like_regex "B" flag "i")')
SELECT 'NaN'::jsonb::bigint
SELECT jsonb_set('""', '{a,b,x}', '9')
SELECT '"a"'::json #> '{a}'
SELECT jsonb_path_query_array('{}', '$.a[1 to 2]', '{"min":2}')
SELECT jsonb_insert('{"a": {"b": [1, 2, {"c": null}]}, "d": "x"}', '{a}', '9', true)
SELECT ''::jsonb #> '{1,0}'
SELECT jsonb_insert('-0', '{1,0}', 'null')
SELECT '{"a": {"b": [1, 2, {"c": null}]}, "d": "x"}'::jsonb ? '0'
SELECT jsonb_set('{"a":null}', '{a,b,x}', 'null', false)
SELECT jsonb_path_query_array('{"x y":1,"$":2}', 'exists($.a)', '{}', true)
SELECT jsonb_agg(x) FROM (VALUES (INTERVAL '1 day'), (NULL)) AS t(x)
SELECT '1.50'::jsonb = '{"a": {"b": [1, 2, {"c": null}]}, "d": "x"}'::jsonb
SELECT '[{"a":1,"b":2},{"a":3}]'::jsonb @@ '$.d[*] ? (@.e == "s").e'
SELECT '{"a":1,}'::jsonb -> 5
SELECT jsonb_path_match('5', '$."x y"')
SELECT '{''a'':1}'::jsonb -> ''
SELECT '{"track":{"segments":[{"HR":73,"loc":[47.7,13.4]},{"HR":135,"loc":[48.1,13.2]}]}}'::jsonb @@ ''
SELECT '1.5e-3'::jsonb - 'aa'
SELECT jsonb_set('{"a":1}', '{}', '{"z":1}', false)
SELECT jsonb_set_lax('"\u0041\t"', '{9}', NULL, true, 'delete_key')
SELECT '[1,"2",true,null,[5,6]]'::jsonb @? '7.5 - 10'
SELECT jsonb_path_query_array('[]', '$.a', '{}', true)
SELECT '[1, "x", null, true, {"a": 2}]'::jsonb <> '[[1,2],[3]]'::jsonb
SELECT '"a"'::jsonb = '[{"a":1},{"a":2}]'::jsonb
SELECT '[]'::jsonb @? '$.a[*] ? (@ > 2)'
SELECT jsonb_insert('{}', '{}', '9')
SELECT jsonb_set('[]', '{a,-1}', 'null')
SELECT '[1,2,2,3]'::jsonb = '{"é":"日本\u00e9\n"}'::jsonb
SELECT jsonb_path_query_array('5', '$.a.b', '{}', true)
SELECT jsonb_insert('[1,2,2,3]', '{9}', '{"z":1}', true)
SELECT jsonb_path_exists('[{"a":1,"b":2},{"a":3}]', '$.**')
SELECT jsonb_path_query_first('"abc"', 'strict $[*].a')
SELECT jsonb_set_lax('{"a":null}', '{new}', NULL, true, 'x')
SELECT jsonb_set_lax('{"a":1.0}', '{-1}', NULL)
SELECT '.5'::json
SELECT '5'::jsonb @? '$'
SELECT json_build_array(INTERVAL '1 day', 1, INTERVAL '1 day')
SELECT jsonb_set('1e3', '{1,0}', 'null', false)
SELECT '"\u0041\t"'::jsonb ?| '{a,b}'::text[]
SELECT 'NaN'::json #> '{1,0}'
SELECT '""'::jsonb -> -2
SELECT jsonb_insert('[[1,2],[3]]', '{new}', 'null')
SELECT jsonb_path_exists('[{"a":1,"b":2},{"a":3}]', '$.a[*] ? (@ > 1 && @ < 4).type()')
SELECT '{"track":{"segments":[{"HR":73,"loc":[47.7,13.4]},{"HR":135,"loc":[48.1,13.2]}]}}'::jsonb @? '$ ? (@ starts with "ab")'
SELECT x FROM jsonb_array_elements('1') AS x
SELECT jsonb_insert('{"":1}', '{new}', 'null')
SELECT jsonb_insert('{"a": {"b": [1, 2, {"c": null}]}, "d": "x"}', '{-1}', '9', true)
SELECT jsonb_insert('"a"', '{-1}', 'null', true)
SELECT jsonb_insert('{"b":2,"a":1,"aa":3,"b":4}', '{9}', '{"z":1}', true)
SELECT '[{"a":1},{"a":2}]'::jsonb #>> '{NULL}'
SELECT '[{"a":1,"b":2},{"a":3}]'::jsonb @@ '$.**'
SELECT 'true'::jsonb::text
SELECT jsonb_typeof('.5')
SELECT jsonb_path_match('{"track":{"segments":[{"HR":73,"loc":[47.7,13.4]},{"HR":135,"loc":[48.1,13.2]}]}}', '$ ? (@ starts with "ab")')
SELECT jsonb_path_match('{"x y":1,"$":2}', '1 / 0')
SELECT jsonb_object_agg(k, x ORDER BY k) FROM (VALUES ('a', NULL::int), ('b', NULL)) AS t(k, x)
SELECT jsonb_insert('[1,2,2,3]', '{a,-1}', 'null')
SELECT jsonb_insert('[[1,2],[3]]', '{a,b}', '9', true)
SELECT '"a"'::jsonb ? 'b'
SELECT '1.50'::json::text
SELECT jsonb_set('{"a": {"b": [1, 2, {"c": null}]}, "d": "x"}', '{a,1}', '{"z":1}', false)
SELECT jsonb_set('"a"', '{-1}', '{"z":1}', false)
SELECT '{"b":2,"a":1,"aa":3,"b":4}'::jsonb || '1'::jsonb
SELECT '[[1,2],[3]]'::json -> ''
SELECT jsonb_set_lax('[]', '{a,-1}', NULL, true, 'use_json_null')
SELECT '{"a":1}}'::json #>> '{a,x}'
SELECT jsonb_strip_nulls('[1,2,2,3]')
SELECT jsonb_path_query_first('"abc"', '$.d[*] ? (@.e > 1)')
SELECT 'true'::jsonb - 'c'
SELECT jsonb_insert('[[1,2],[3]]', '{-9}', '{"z":1}', true)
SELECT jsonb_insert('1.50', '{a,-1}', '9', true)
SELECT '5'::jsonb @@ 'null'
SELECT '[3,1,2]'::jsonb
SELECT '{}'::jsonb #> '{4,a}'
SELECT jsonb_set('"a"', '{1,0}', '{"z":1}', false)
SELECT jsonb_path_match('{"a":{"b":"x","c":null},"d":[{"e":1},{"e":2.5},{"e":"s"}]}', '(2 + 3) * 4')
SELECT '"\u0000"'::json #>> '{a,x}'
SELECT jsonb_set_lax('[1, "x", null, true, {"a": 2}]', '{1,0}', NULL, true, 'x')
SELECT '{"":1}'::jsonb ?| '{a,b}'::text[]
SELECT '{"é":"日本\u00e9\n"}'::jsonb - '{a,b}'::text[]
SELECT '[{"a":1},{"a":2}]'::jsonb #- '{-1}'
SELECT '1.5e-3'::jsonb <> '[1,2,2,3]'::jsonb
SELECT jsonb_path_match('{"track":{"segments":[{"HR":73,"loc":[47.7,13.4]},{"HR":135,"loc":[48.1,13.2]}]}}', 'true')
SELECT jsonb_set_lax('[]', '{a,1}', NULL, true, 'use_json_null')
SELECT jsonb_set('1', '{a,b,2,c}', '{"z":1}', false)
SELECT jsonb_insert('{"a": {"b": [1, 2, {"c": null}]}, "d": "x"}', '{0}', 'null')
SELECT 'nul'::jsonb::bigint
SELECT '"\u0000"'::jsonb #>> '{1,0}'
SELECT '[{"a":1},{"a":2}]'::jsonb #> '{a}'
SELECT 'null'::jsonb <@ '{"":1}'::jsonb
SELECT jsonb_insert('1.5e-3', '{a,b,x}', '9', true)
SELECT jsonb_path_query_array('{"x y":1,"$":2}', 'strict $[*].a', '{"min":2}')
SELECT jsonb_path_query_array('[]', '$.a[-1]', '{"min":2}')
SELECT jsonb_path_exists('{}', '$.a.')
SELECT '{"a":1}'::jsonb ? '-1'
SELECT * FROM jsonb_array_elements_text(NULL)
SELECT jsonb_path_query_first('{"a":{"b":"x","c":null},"d":[{"e":1},{"e":2.5},{"e":"s"}]}', '$.a[*] ? (@ > 1 && @ < 4).type()')
SELECT * FROM json_array_elements_text('[1,"a",null,{"x":1}]')
SELECT jsonb_path_query_array('{"track":{"segments":[{"HR":73,"loc":[47.7,13.4]},{"HR":135,"loc":[48.1,13.2]}]}}', '$.d[*] ? (exists(@.e))')
SELECT ' { "x" : [ ] } '::json #> '{a,b,2,c}'
SELECT '[1,2,2,3]'::jsonb #- '{1,0}'
SELECT jsonb_set('{"a":[1,2,3],"b":{"a":"x"}}', '{4,a}', '9', false)
SELECT jsonb_set('{"a": {"b": [1, 2, {"c": null}]}, "d": "x"}', '{a}', '{"z":1}')
SELECT ''::jsonb #>> '{a,x}'
SELECT jsonb_set('-0', '{a,-1}', '9', false)
SELECT jsonb_path_query_first('[{"a":1,"b":2},{"a":3}]', 'strict $.**')
SELECT jsonb_set_lax('[[1,2],[3]]', '{new}', NULL, true, 'x')
SELECT '{"a":[1,2,3,4,5]}'::jsonb @? '$.a[*] ? (1)'
SELECT jsonb_set('1', '{-9}', '{"z":1}', false)
SELECT jsonb_insert('true', '{9}', '{"z":1}')
SELECT jsonb_set('[[1,2],[3]]', '{a,b,2,c}', '9')
SELECT '{"a": {"b": [1, 2, {"c": null}]}, "d": "x"}'::json ->> ''
SELECT jsonb_set_lax('{"a":1.0}', '{0}', NULL)
SELECT jsonb_insert('{"é":"日本\u00e9\n"}', '{1,0}', 'null')
SELECT '"a"'::jsonb || '-0'::jsonb
SELECT jsonb_insert('[3,1,2]', '{9}', '9', true)
SELECT jsonb_set('{"":1}', '{a,b,x}', 'null')
SELECT * FROM jsonb_path_query('[{"a":1,"b":2},{"a":3}]', 'a')
SELECT jsonb_set_lax('{"é":"日本\u00e9\n"}', '{-1}', NULL, true, 'delete_key')
SELECT '"a"'::jsonb || '{"a": {"b": [1, 2, {"c": null}]}, "d": "x"}'::jsonb
SELECT jsonb_insert('{"b":2,"a":1,"aa":3,"b":4}', '{9}', 'null', true)
SELECT jsonb_set_lax('{"a":null}', '{new}', NULL, true, 'use_json_null')
SELECT '[]'::json #> '{a,b}'
SELECT '[{"a":1},{"a":2}]'::jsonb - '1'
SELECT jsonb_set_lax('{}', '{a,b,2,c}', NULL, true, 'raise_exception')
SELECT ' { "x" : [ ] } '::jsonb::bigint
SELECT jsonb_path_query_array('{"x y":1,"$":2}', '$', '{}', true)
SELECT json_extract_path_text('1.', 'a', '1')
SELECT '1e3'::jsonb = '[3,1,2]'::jsonb
SELECT '1.5e-3'::json -> 1
SELECT jsonb_set_lax('1.5e-3', '{a,-1}', NULL, true, 'return_target')
SELECT '01'::json #>> '{NULL}'
SELECT jsonb_set('{"é":"日本\u00e9\n"}', '{1,0}', '9', false)
SELECT jsonb_set('{"a": {"b": [1, 2, {"c": null}]}, "d": "x"}', '{a,b}', 'null')
SELECT to_json(1.50)
SELECT '""'::json #> '{-1}'
SELECT '{''a'':1}'::jsonb::real
SELECT '"a"'::json ->> ''
SELECT jsonb_insert('{}', '{9}', '9')
SELECT jsonb_array_length('"\ud800"')
SELECT jsonb_set('[3,1,2]', '{a}', '9', false)
SELECT jsonb_path_query_array('{}', '$.ceiling()', '{}', true)
SELECT jsonb_set('1.50', '{4,a}', '{"z":1}', false)
SELECT jsonb_set('{"":1}', '{a,b,2,c}', 'null')
SELECT '1.'::json -> 'a'
SELECT '[{"a":1,"b":2},{"a":3}]'::jsonb @? '($[*] > "a") is unknown'
SELECT jsonb_set('{"b":2,"a":1,"aa":3,"b":4}', '{1,0}', '9', false)
SELECT '{"a": {"b": [1, 2, {"c": null}]}, "d": "x"}'::jsonb <@ '{"a":1.0}'::jsonb
SELECT jsonb_insert('""', '{a,b,x}', 'null', true)
SELECT jsonb_insert('true', '{0}', '9', true)
SELECT '{"a":null}'::jsonb - '{x,0}'::text[]
SELECT jsonb_pretty('"\x"')
SELECT 'true'::json ->> 5
SELECT ' { "x" : [ ] } '::json #> '{4,a}'
SELECT '{"a": {"b": [1, 2, {"c": null}]}, "d": "x"}'::json -> -2
SELECT jsonb_set_lax('-0', '{NULL}', NULL, true, 'use_json_null')
SELECT '[1,2,2,3]'::json #>> '{1,0}'
SELECT jsonb_set('{"a":[1,2,3],"b":{"a":"x"}}', '{a,b,2,c}', 'null')
SELECT jsonb_path_query_array('{"a":[1,2,3,4,5]}', '$.b ? (@ like_regex "[")', '{"min":2}')
SELECT jsonb_set_lax('null', '{new}', NULL, true, 'use_json_null')
SELECT '{"a":1}'::jsonb #>> '{0}'
SELECT * FROM jsonb_array_elements_text('[1,"a",null,{"x":1}]') WITH ORDINALITY
SELECT jsonb_path_query_array('{"x y":1,"$":2}', '$.a["x"]')
SELECT '{"é":"日本\u00e9\n"}'::json #>> '{a,b,2,c}'
SELECT '01'::json #> '{a,b}'
SELECT * FROM jsonb_array_elements('[1,"a",null,{"x":1}]')
SELECT jsonb_insert('1e3', '{a,1}', '{"z":1}', true)
SELECT '"a"'::jsonb ?& '{a,NULL}'::text[]
SELECT t.i, e.* FROM (VALUES (1, '{}'::json)) t(i, j), json_array_elements_text(j) e
SELECT jsonb_set_lax('""', '{-1}', NULL, true, 'raise_exception')
SELECT jsonb_insert('{"a":null}', '{new}', 'null', true)
SELECT jsonb_path_query_array('[1,"2",true,null,[5,6]]', '($[*] > "a") is unknown', '{"min":2}')
SELECT '{"a":1.0}'::jsonb - -9
SELECT '{"b":2,"a":1,"aa":3,"b":4}'::jsonb = '1e3'::jsonb
SELECT jsonb_path_match('{"a":[1,2,3,4,5]}', '$.foo()')
SELECT jsonb_set_lax('{"b":2,"a":1,"aa":3,"b":4}', '{a,1}', NULL, true, 'return_target')
SELECT '{}'::jsonb @? '$.a[last - 1 to last]'
SELECT jsonb_set('{"a":[1,2,3],"b":{"a":"x"}}', '{4,a}', 'null', false)
SELECT jsonb_path_exists('{"x y":1,"$":2}', '$.a ? (@ > 1) ? (@ < 4)')
SELECT jsonb_set_lax('{"a":[1,2,3],"b":{"a":"x"}}', '{1,0}', NULL)
SELECT '[[1,2],[3]]'::jsonb -> 1
SELECT jsonb_path_query_array('{"track":{"segments":[{"HR":73,"loc":[47.7,13.4]},{"HR":135,"loc":[48.1,13.2]}]}}', '$.a["x"]', '{}', true)
SELECT jsonb_set('[[1,2],[3]]', '{NULL}', '{"z":1}', false)
SELECT '[1, "x", null, true, {"a": 2}]'::jsonb ->> 5
SELECT jsonb_set('1.5e-3', '{0}', 'null')
SELECT jsonb_set('-0', '{a,-1}', '9')
SELECT 'true'::json ->> 0
SELECT jsonb_insert('-0', '{4,a}', 'null')
SELECT '[[1,2],[3]]'::jsonb #- '{a}'
SELECT jsonb_set('1.5e-3', '{a,1}', '{"z":1}')
SELECT '[]'::jsonb - '{a,NULL}'::text[]
SELECT '1'::jsonb ? 'a'
SELECT jsonb_path_match('[1,"2",true,null,[5,6]]', '$.*')
SELECT jsonb_path_match('{"x y":1,"$":2}', '$[*] ? (@ == "2")')
SELECT 'tru'::jsonb::real
SELECT '[1,"2",true,null,[5,6]]'::jsonb @? '$ ? @ > 1'
SELECT jsonb_set_lax('1', '{a,1}', NULL, true, 'use_json_null')
SELECT jsonb_insert('1.50', '{a,b}', '{"z":1}', true)
SELECT '01'::jsonb::int
SELECT jsonb_set_lax('1.5e-3', '{9}', NULL)
SELECT jsonb_set_lax('{"a":[1,2,3],"b":{"a":"x"}}', '{NULL}', NULL, true, 'delete_key')
SELECT '{"":1}'::jsonb @> 'true'::jsonb
SELECT '1.5e-3'::jsonb ?& '{a,NULL}'::text[]
SELECT '1'::json ->> 'b'
SELECT '[]'::jsonb @? '$.a[$.a[0]]'
SELECT '{}'::jsonb #>> '{a,b,2,c}'
SELECT '01'::json #> '{0}'
SELECT '[1,"2",true,null,[5,6]]'::jsonb @@ '$[*] ? (@ == 1)'
SELECT jsonb_insert('{}', '{a,b,x}', '{"z":1}', true)
SELECT * FROM jsonb_path_query('[{"a":1,"b":2},{"a":3}]', '$.d.e')
SELECT '1.50'::json ->> 5
SELECT jsonb_insert('{"b":2,"a":1,"aa":3,"b":4}', '{a,b,x}', '9', true)
SELECT jsonb_set_lax('[[1,2],[3]]', '{a}', NULL, true, 'raise_exception')
SELECT '{"x y":1,"$":2}'::jsonb @@ '1.5 * 2.25'
SELECT jsonb_set('[{"a":1},{"a":2}]', '{-1}', '9', false)
SELECT jsonb_set('{"a":[1,2,3],"b":{"a":"x"}}', '{a,b}', 'null')
SELECT jsonb_set_lax('1.50', '{NULL}', NULL, true, 'raise_exception')
SELECT jsonb_insert('-0', '{9}', '9', true)
SELECT jsonb_set_lax('true', '{1,0}', NULL, true, 'return_target')
SELECT jsonb_insert('[1,2,2,3]', '{new}', 'null', true)
SELECT '1e3'::jsonb @> '[3,1,2]'::jsonb
SELECT jsonb_set_lax('1e3', '{a,1}', NULL, true, 'delete_key')
SELECT jsonb_set('{"é":"日本\u00e9\n"}', '{0}', '9', false)
SELECT jsonb_insert('{"a":1.0}', '{1,0}', '{"z":1}')
SELECT '{'::json -> 0
SELECT jsonb_path_query_array('{"a":[1,2,3,4,5]}', '$."$"', '{"min":2}')
SELECT '"\u0041\t"'::json #> '{a,1}'
SELECT '1.5e-3'::jsonb::float8
SELECT jsonb_set_lax('{}', '{4,a}', NULL)
SELECT jsonb_insert('"\u0041\t"', '{4,a}', 'null', true)
SELECT jsonb_path_query_array('5', '$[*] ? (@ == null)')
SELECT jsonb_set_lax('1e3', '{4,a}', NULL)
SELECT jsonb_path_exists('{"a":[1,2,3,4,5]}', '- - 1')
SELECT jsonb_path_exists('5', '$.a[*].type()')
SELECT 'true'::json::int
SELECT '1e3'::jsonb || ' { "x" : [ ] } '::jsonb
SELECT '[1,2,2,3]'::jsonb || '{"é":"日本\u00e9\n"}'::jsonb
SELECT '1e3'::jsonb ->> 0
SELECT jsonb_set_lax('[3,1,2]', '{4,a}', NULL, true, 'delete_key')
SELECT '1.5e-3'::jsonb -> 1
SELECT jsonb_insert('1.5e-3', '{new}', '9', true)
SELECT jsonb_set('{"a":1.0}', '{a,b}', '{"z":1}', false)
SELECT jsonb_path_match('5', '$.floor()')
SELECT jsonb_set('[1, "x", null, true, {"a": 2}]', '{new}', 'null')
SELECT jsonb_insert('{"a":[1,2,3],"b":{"a":"x"}}', '{4,a}', '9')
SELECT '{}'::jsonb - '0'
SELECT '"abc"'::jsonb @? '@'
SELECT '"\x"'::json ->> -2
SELECT '{"a": {"b": [1, 2, {"c": null}]}, "d": "x"}'::jsonb #>> '{a,b,2,c}'
SELECT '"abc"'::jsonb @@ '$.ceiling()'
SELECT '{"a":[1,2,3],"b":{"a":"x"}}'::json #> '{1,0}'
SELECT '"a"'::json ->> 1
SELECT '[{"a":1},{"a":2}]'::jsonb || '1'::jsonb
SELECT jsonb_insert('true', '{-1}', '9', true)
SELECT '{"x y":1,"$":2}'::jsonb @@ '$.a == '
SELECT jsonb_path_exists('{"a":{"b":"x","c":null},"d":[{"e":1},{"e":2.5},{"e":"s"}]}', 'exists($.zz)')
SELECT '{"a":null}'::json #> '{1,0}'
SELECT '.5'::json #> '{a,x}'
SELECT jsonb_set_lax('{"a": {"b": [1, 2, {"c": null}]}, "d": "x"}', '{a,b}', NULL, true, 'return_target')
SELECT jsonb_insert('{"a": {"b": [1, 2, {"c": null}]}, "d": "x"}', '{a}', '9')
SELECT jsonb_path_query_array('"abc"', '$[*] ? (@ == "2")')
SELECT '1 2'::json #>> '{1,0}'
SELECT jsonb_set_lax('{"é":"日本\u00e9\n"}', '{new}', NULL, true, 'x')
SELECT '"\u0041\t"'::jsonb - 'b'
SELECT '{"a":1}'::jsonb #> '{a,b}'
SELECT '[1 2]'::jsonb::int
SELECT jsonb_set_lax('1e3', '{-1}', NULL, true, 'use_json_null')
SELECT jsonb_set_lax('{"b":2,"a":1,"aa":3,"b":4}', '{a,-1}', NULL)
SELECT jsonb_set('{"":1}', '{a,1}', '{"z":1}', false)
SELECT '"a"'::jsonb <@ '"\u0041\t"'::jsonb
SELECT ' { "x" : [ ] } '::jsonb || '{"a": {"b": [1, 2, {"c": null}]}, "d": "x"}'::jsonb
SELECT '{"a":{"b":"x","c":null},"d":[{"e":1},{"e":2.5},{"e":"s"}]}'::jsonb @@ '$.ceiling()'
SELECT * FROM jsonb_path_query('{"a":{"b":"x","c":null},"d":[{"e":1},{"e":2.5},{"e":"s"}]}', 'strict $.a.b')
SELECT '1.'::json ->> 5
SELECT jsonb_set_lax('{"b":2,"a":1,"aa":3,"b":4}', '{4,a}', NULL, true, 'use_json_null')
SELECT jsonb_set('[1, "x", null, true, {"a": 2}]', '{a,-1}', '{"z":1}', false)
SELECT jsonb_path_query_array('{"a":{"b":"x","c":null},"d":[{"e":1},{"e":2.5},{"e":"s"}]}', '1.5 * 2.25', '{}', true)
SELECT '{}'::jsonb @? '$.a[*] ? (@ > 1 && @ < 4).type()'
SELECT jsonb_set(' { "x" : [ ] } ', '{-1}', '9')
SELECT * FROM jsonb_path_query('[{"a":1,"b":2},{"a":3}]', '$.track.segments[*].HR ? (@ > 130)')
SELECT jsonb_set('[[1,2],[3]]', '{1,0}', '{"z":1}')
SELECT jsonb_insert('{}', '{-1}', '{"z":1}', true)
SELECT jsonb_insert('[{"a":1},{"a":2}]', '{a,b,2,c}', '9', true)
SELECT jsonb_set_lax('{}', '{a,1}', NULL, true, 'x')
SELECT '"a"'::jsonb ? 'c'
SELECT jsonb_insert('{"":1}', '{1,0}', '{"z":1}')
SELECT '[3,1,2]'::jsonb::json
SELECT jsonb_insert('-0', '{NULL}', '{"z":1}', true)
SELECT '[1 2]'::jsonb #>> '{a,b,2,c}'
SELECT jsonb_insert('1e3', '{new}', '{"z":1}', true)
SELECT '{"":1}'::jsonb @> '1e3'::jsonb
SELECT '.5'::jsonb
SELECT '{"a": {"b": [1, 2, {"c": null}]}, "d": "x"}'::jsonb - '-1'
SELECT '[{"a":1},{"a":2}]'::json #> '{a,1}'
SELECT jsonb_insert('{"a":[1,2,3],"b":{"a":"x"}}', '{1,0}', 'null', true)
SELECT jsonb_set_lax(' { "x" : [ ] } ', '{NULL}', NULL)
SELECT '"a"'::jsonb #- '{4,a}'
SELECT jsonb_extract_path_text('1e3', '0')
SELECT '[3,1,2]'::jsonb = '[1,2,2,3]'::jsonb
SELECT '[3,1,2]'::jsonb = '{"a": {"b": [1, 2, {"c": null}]}, "d": "x"}'::jsonb
SELECT 'NaN'::jsonb #> '{a}'
SELECT jsonb_path_query_array('{"track":{"segments":[{"HR":73,"loc":[47.7,13.4]},{"HR":135,"loc":[48.1,13.2]}]}}', '$.a ? (@ > 2)', '{}', true)
SELECT '{}'::json -> 'a'
SELECT jsonb_insert('{"a":[1,2,3],"b":{"a":"x"}}', '{0}', '{"z":1}')
SELECT json_extract_path('null', 'a', 'b')
SELECT '[{"a":1,"b":2},{"a":3}]'::jsonb @@ '7.5 - 10'
SELECT 'NaN'::json #> '{}'
SELECT jsonb_insert('[{"a":1},{"a":2}]', '{a,b}', 'null', true)
SELECT jsonb_set_lax('true', '{1,0}', NULL, true, 'raise_exception')
SELECT '[1,]'::json #>> '{a,b}'
SELECT jsonb_set_lax('1.5e-3', '{a}', NULL, true, 'delete_key')
SELECT '""'::json #> '{a,1}'
SELECT 'NaN'::jsonb #>> '{a,1}'
SELECT jsonb_set('{"a":1}', '{a,b}', '9', false)
SELECT jsonb_path_exists('[]', '1 / 3')
SELECT '[1 2]'::json #> '{NULL}'
SELECT '1.5e-3'::jsonb - 1
SELECT '[]'::jsonb <@ '1'::jsonb
SELECT '[1,2,2,3]'::jsonb || '[3,1,2]'::jsonb
SELECT jsonb_path_query_array('{"x y":1,"$":2}', '$.a[0]', '{}', true)
SELECT jsonb_insert('1.50', '{0}', '9')
SELECT '{"a":1}'::jsonb - '0'
SELECT t.i, e.* FROM (VALUES (1, '1'::json)) t(i, j), json_array_elements(j) e
SELECT '.5'::jsonb::int
SELECT '.5'::jsonb ->> 'a'
SELECT jsonb_extract_path('1 2', 'a', 'b')
SELECT jsonb_path_match('{}', '$ ? @ > 1')
SELECT '[]'::jsonb @@ '$.x'
SELECT '{"a":null}'::jsonb @> '{"b":2,"a":1,"aa":3,"b":4}'::jsonb
SELECT jsonb_set('1.5e-3', '{-1}', 'null')
SELECT '[1, "x", null, true, {"a": 2}]'::jsonb ? '1'
SELECT jsonb_set('1e3', '{9}', '{"z":1}', false)
SELECT t.i, e.* FROM (VALUES (1, '[]'::jsonb)) t(i, j), jsonb_each_text(j) e
SELECT '1.50'::json -> 0
SELECT jsonb_insert('1e3', '{0}', 'null')
SELECT '1e3'::jsonb #> '{a,x}'
SELECT '[{"a":1},{"a":2}]'::jsonb #>> '{a,b,2,c}'
SELECT x FROM json_array_elements_text('{}') AS x
SELECT jsonb_insert('[3,1,2]', '{a,-1}', 'null', true)
SELECT '{"a":null}'::jsonb #- '{0}'
SELECT jsonb_path_exists('[]', 'strict $.a[*]')
SELECT '{"b":2,"a":1,"aa":3,"b":4}'::jsonb - '-1'
SELECT '[]'::json #> '{NULL}'
SELECT '"\u0000"'::jsonb #>> '{a,1}'
SELECT '"a"'::json ->> -1
SELECT jsonb_set_lax('1', '{new}', NULL)
SELECT '{}'::json #>> '{a,x}'
SELECT jsonb_array_length('{"a":1,}')
SELECT 'true'::jsonb || '1.5e-3'::jsonb
SELECT jsonb_set_lax('{"a": {"b": [1, 2, {"c": null}]}, "d": "x"}', '{a,b,x}', NULL, true, 'x')
SELECT '"\u0041\t"'::jsonb || 'null'::jsonb
SELECT jsonb_path_query_first('[1,"2",true,null,[5,6]]', '1.5 * 2.25')
SELECT '[1,2,2,3]'::jsonb #> '{0}'
SELECT '{"a":1}}'::json ->> 0
SELECT jsonb_path_query_array('{"x y":1,"$":2}', '$.a[*].type()', '{}', true)
SELECT jsonb_set('[1, "x", null, true, {"a": 2}]', '{-9}', '9', false)
SELECT '1e3'::jsonb::boolean
SELECT jsonb_set_lax(' { "x" : [ ] } ', '{a,b,x}', NULL, true, 'return_target')
SELECT '"a"'::jsonb <> '{"a":[1,2,3],"b":{"a":"x"}}'::jsonb
SELECT jsonb_set_lax('[[1,2],[3]]', '{}', NULL)
SELECT '[{"a":1},{"a":2}]'::jsonb <> '{"":1}'::jsonb
SELECT '{"a":[1,2,3],"b":{"a":"x"}}'::jsonb #>> '{a,1}'
SELECT '{"a":null}'::jsonb #- '{1,0}'
SELECT '{"a":1.0}'::jsonb || '[1, "x", null, true, {"a": 2}]'::jsonb
SELECT jsonb_insert('"a"', '{-1}', '{"z":1}', true)
SELECT '[1,2,2,3]'::jsonb = '-0'::jsonb
SELECT '[{"a":1},{"a":2}]'::jsonb ?& '{a,b}'::text[]
SELECT jsonb_extract_path_text('{"b":2,"a":1,"aa":3,"b":4}', 'a', '1')
SELECT '"abc"'::jsonb @? '$.a[*] ? (@ > 1 && @ < 4).type()'
SELECT jsonb_path_query_array('{"track":{"segments":[{"HR":73,"loc":[47.7,13.4]},{"HR":135,"loc":[48.1,13.2]}]}}', '$.**{1 to 2}', '{"min":2}')
SELECT '{"":1}'::jsonb #- '{0}'
SELECT t.i, e.* FROM (VALUES (1, NULL::json)) t(i, j), json_object_keys(j) e
SELECT '""'::jsonb = '{"":1}'::jsonb
SELECT '{"":1}'::jsonb || '[[1,2],[3]]'::jsonb
SELECT jsonb_insert('[3,1,2]', '{a,1}', '{"z":1}', true)
SELECT '[3,1,2]'::jsonb <> '[{"a":1},{"a":2}]'::jsonb
SELECT '"\u0041\t"'::jsonb = 'null'::jsonb
SELECT jsonb_insert('1', '{9}', '{"z":1}')
SELECT '[[1,2],[3]]'::json #>> '{a,1}'
SELECT jsonb_insert('{"a": {"b": [1, 2, {"c": null}]}, "d": "x"}', '{9}', '9', true)
SELECT '{"a":{"b":"x","c":null},"d":[{"e":1},{"e":2.5},{"e":"s"}]}'::jsonb @@ '$.a[5 to 9]'
SELECT jsonb_insert('{"a": {"b": [1, 2, {"c": null}]}, "d": "x"}', '{a,b,x}', '9', true)
SELECT 'tru'::json -> 5
SELECT jsonb_set_lax('[1,2,2,3]', '{new}', NULL)
SELECT ' { "x" : [ ] } '::jsonb::float8
SELECT jsonb_insert('{"é":"日本\u00e9\n"}', '{4,a}', 'null')
SELECT jsonb_set(' { "x" : [ ] } ', '{a,-1}', '9', false)
SELECT '-'::json #>> '{-1}'
SELECT jsonb_path_query_first('[{"a":1,"b":2},{"a":3}]', '$.**')
SELECT jsonb_path_exists('"abc"', 'strict $.a[*]')
SELECT jsonb_insert('""', '{a,b,2,c}', '{"z":1}', true)
SELECT jsonb_path_exists('{"a":[1,2,3,4,5]}', 'strict $.a[*]')
SELECT '{"a":1}}'::jsonb ->> 'b'
SELECT jsonb_set('[]', '{-9}', '{"z":1}')
SELECT jsonb_set('{"a":[1,2,3],"b":{"a":"x"}}', '{a}', 'null')
SELECT jsonb_set('{"":1}', '{a,-1}', '9', false)
SELECT 'true'::json -> 5
SELECT jsonb_set('[1,2,2,3]', '{a,b,2,c}', '{"z":1}')
SELECT '1.5e-3'::jsonb <> '1.5e-3'::jsonb
SELECT jsonb_extract_path('.5', 'a', 'b')
SELECT jsonb_set('[1, "x", null, true, {"a": 2}]', '{NULL}', 'null')
SELECT jsonb_set_lax('{"é":"日本\u00e9\n"}', '{a,b}', NULL, true, 'return_target')
SELECT '{"é":"日本\u00e9\n"}'::jsonb ? '-1'
SELECT ''::jsonb #>> '{a,b}'
SELECT '{"b":2,"a":1,"aa":3,"b":4}'::json #> '{a}'
SELECT jsonb_path_query_array('5', '$.a[1] / 2', '{"min":2}')
SELECT '1 2'::json #> '{a,b}'
SELECT '[1,2,2,3]'::jsonb <@ '1'::jsonb
SELECT '"\ud800"'::jsonb #>> '{a,x}'
SELECT json_extract_path('"\u0041\t"', 'a', 'b')
SELECT '[1, "x", null, true, {"a": 2}]'::jsonb = '1.50'::jsonb
SELECT jsonb_set('{"a":1}', '{a,-1}', 'null', false)
SELECT jsonb_set_lax('1', '{9}', NULL)
SELECT jsonb_set(' { "x" : [ ] } ', '{a,b,x}', '9', false)
SELECT '{"a":1}}'::jsonb #> '{1,0}'
SELECT '1e3'::jsonb - 'b'
SELECT jsonb_set('1e3', '{a,b}', '9')
SELECT jsonb_path_match('{}', '$.ceiling()')
SELECT 'null'::jsonb || '"a"'::jsonb
SELECT jsonb_set('{"a":1}', '{9}', 'null', false)
SELECT jsonb_insert('{"":1}', '{a,1}', 'null')
SELECT jsonb_set_lax('[3,1,2]', '{9}', NULL, true, 'return_target')
SELECT '1'::jsonb = '[[1,2],[3]]'::jsonb
SELECT jsonb_typeof('[]')
SELECT 'nul'::jsonb #> '{a,x}'
SELECT jsonb_path_query_first('{"x y":1,"$":2}', '$ > 3')
SELECT '[1,2,2,3]'::jsonb @> '{}'::jsonb
SELECT '[1, "x", null, true, {"a": 2}]'::jsonb = '-0'::jsonb
SELECT '[1,2,2,3]'::jsonb = '[[1,2],[3]]'::jsonb
SELECT '{"":1}'::jsonb <@ '{"é":"日本\u00e9\n"}'::jsonb
SELECT '1.5e-3'::jsonb ->> 1
SELECT '[1,"2",true,null,[5,6]]'::jsonb @@ '$ > 3'
SELECT '{''a'':1}'::json ->> 'b'
SELECT jsonb_insert('null', '{NULL}', '9')
SELECT * FROM jsonb_path_query('[1,"2",true,null,[5,6]]', '$.a[*] ? (@ > 1 && @ < 4).type()')
SELECT jsonb_path_exists('[1,"2",true,null,[5,6]]', '$.a[$.a[0]]')
SELECT jsonb_insert('null', '{-1}', '{"z":1}')
SELECT jsonb_set_lax('{"a":null}', '{new}', NULL, true, 'return_target')
SELECT '[1,2,2,3]'::jsonb @> '1'::jsonb
SELECT jsonb_set_lax('[3,1,2]', '{-1}', NULL, true, 'use_json_null')
SELECT jsonb_insert('{"a":[1,2,3],"b":{"a":"x"}}', '{a,b,x}', '9', true)
SELECT jsonb_insert('[1,2,2,3]', '{}', 'null')
SELECT jsonb_set('1', '{NULL}', 'null', false)
SELECT jsonb_path_query_first('{"a":[1,2,3,4,5]}', '$[*] ? (@ == "2")')
SELECT jsonb_insert('1.5e-3', '{}', 'null', true)
SELECT jsonb_insert('[1,2,2,3]', '{4,a}', '9', true)
SELECT jsonb_insert('{"a":null}', '{a,b,2,c}', 'null')
SELECT jsonb_path_query_array('[{"a":1,"b":2},{"a":3}]', '$[*]')
SELECT jsonb_set_lax('[[1,2],[3]]', '{}', NULL, true, 'x')
SELECT jsonb_insert('"a"', '{0}', 'null', true)
SELECT jsonb_insert('{"é":"日本\u00e9\n"}', '{-1}', 'null', true)
SELECT jsonb_set('1e3', '{a,b}', 'null', false)
SELECT '{"a": {"b": [1, 2, {"c": null}]}, "d": "x"}'::json #> '{a,x}'
SELECT jsonb_insert('{"":1}', '{1,0}', '{"z":1}', true)
SELECT '{"a":[1,2,3,4,5]}'::jsonb @? '$ > 3'
SELECT jsonb_insert('{"a":1.0}', '{}', '9')
SELECT '.5'::json -> 'b'
SELECT jsonb_path_query_array('5', '$.a[*] > 2', '{"min":2}')
SELECT '5'::jsonb @? '$[*]'
SELECT jsonb_insert('[]', '{0}', '{"z":1}', true)
SELECT '1'::jsonb || '{"a": {"b": [1, 2, {"c": null}]}, "d": "x"}'::jsonb
SELECT '{"a":null}'::jsonb #>> '{0}'
SELECT jsonb_set('{"a":1}', '{new}', '9')
SELECT jsonb_set_lax('{"b":2,"a":1,"aa":3,"b":4}', '{new}', NULL)
SELECT '{"a": {"b": [1, 2, {"c": null}]}, "d": "x"}'::jsonb ? 'x'
SELECT jsonb_insert('null', '{9}', 'null')
SELECT '{"b":2,"a":1,"aa":3,"b":4}'::jsonb @> '{"é":"日本\u00e9\n"}'::jsonb
SELECT jsonb_insert('""', '{new}', '9')
SELECT '-'::jsonb ->> 0
SELECT jsonb_insert('"\u0041\t"', '{4,a}', 'null')
SELECT jsonb_set_lax('[]', '{NULL}', NULL, true, 'use_json_null')
SELECT '-0'::jsonb <> '{"a":null}'::jsonb
SELECT '[1,2,2,3]'::json #>> '{-1}'
SELECT jsonb_insert('[1,2,2,3]', '{4,a}', '{"z":1}', true)
SELECT '{"a":1}}'::json #> '{a,x}'
SELECT jsonb_strip_nulls('1.5e-3')
SELECT '[]'::jsonb = '{"":1}'::jsonb
SELECT jsonb_insert('1.5e-3', '{}', '{"z":1}', true)
SELECT jsonb_set_lax('{}', '{1,0}', NULL, true, 'delete_key')
SELECT jsonb_insert('[1,2,2,3]', '{4,a}', 'null', true)
SELECT '1.50'::json #>> '{a,b,2,c}'
SELECT '"a"'::jsonb #> '{4,a}'
SELECT jsonb_set('{"é":"日本\u00e9\n"}', '{-9}', '{"z":1}')
SELECT jsonb_path_query_array('{"a":{"b":"x","c":null},"d":[{"e":1},{"e":2.5},{"e":"s"}]}', '($.a[*] > 2) is unknown', '{"min":2}')
SELECT jsonb_set('1.50', '{0}', 'null')
SELECT '{}'::jsonb = '[1,2,2,3]'::jsonb
SELECT jsonb_set_lax('[1, "x", null, true, {"a": 2}]', '{a,b,2,c}', NULL, true, 'raise_exception')
SELECT '{"a":null}'::jsonb #- '{a}'
SELECT '-0'::jsonb || '{"a": {"b": [1, 2, {"c": null}]}, "d": "x"}'::jsonb
SELECT '1.50'::jsonb -> 'b'
SELECT '"\ud800"'::jsonb ->> 'b'
SELECT jsonb_insert('null', '{a,-1}', '{"z":1}')
SELECT json_object_agg(x, 1) FROM (VALUES (DATE 'infinity')) AS t(x)
SELECT jsonb_set_lax('{"b":2,"a":1,"aa":3,"b":4}', '{1,0}', NULL)
SELECT '{"a":1.0}'::jsonb::float8
SELECT jsonb_set('{"b":2,"a":1,"aa":3,"b":4}', '{a,-1}', 'null')
SELECT jsonb_insert('{"a":null}', '{NULL}', 'null')
SELECT jsonb_set('[1, "x", null, true, {"a": 2}]', '{9}', '9')
SELECT '1'::jsonb ->> 1
SELECT '[]'::jsonb <@ '"\u0041\t"'::jsonb
SELECT jsonb_extract_path_text('nul', 'a', '1')
SELECT '5'::jsonb @? '$.a.c'
SELECT jsonb_set_lax('{"a": {"b": [1, 2, {"c": null}]}, "d": "x"}', '{9}', NULL, true, 'x')
SELECT jsonb_set_lax('{"b":2,"a":1,"aa":3,"b":4}', '{NULL}', NULL, true, 'delete_key')
SELECT jsonb_path_exists('[{"a":1,"b":2},{"a":3}]', '$.d[*] ? (@.e == "s").e')
SELECT jsonb_insert('-0', '{new}', 'null', true)
SELECT jsonb_path_query_first('5', 'true')
SELECT jsonb_set_lax('[3,1,2]', '{NULL}', NULL, true, 'return_target')
SELECT ' { "x" : [ ] } '::jsonb <@ '{"é":"日本\u00e9\n"}'::jsonb
SELECT jsonb_path_exists('{"x y":1,"$":2}', '$.a == ')
SELECT jsonb_set_lax('"a"', '{a,1}', NULL, true, 'raise_exception')
SELECT '[{"a":1},{"a":2}]'::jsonb <> ' { "x" : [ ] } '::jsonb
SELECT '1.5e-3'::jsonb <@ '{"a":1}'::jsonb
SELECT '[3,1,2]'::json::jsonb
SELECT jsonb_set('[3,1,2]', '{a,b,2,c}', '{"z":1}')
SELECT jsonb_set_lax('{"é":"日本\u00e9\n"}', '{NULL}', NULL, true, 'use_json_null')
SELECT jsonb_insert('1e3', '{new}', 'null', true)
SELECT jsonb_set('1.50', '{a}', '{"z":1}', false)
SELECT jsonb_set(' { "x" : [ ] } ', '{-9}', '{"z":1}', false)
SELECT jsonb_set_lax('1.5e-3', '{a}', NULL, true, 'use_json_null')
SELECT jsonb_set('""', '{9}', '{"z":1}', false)
SELECT jsonb_set(' { "x" : [ ] } ', '{0}', '{"z":1}', false)
SELECT jsonb_set_lax('[[1,2],[3]]', '{new}', NULL)
SELECT jsonb_set('true', '{-1}', '9')
SELECT '{"a":null}'::json #>> '{NULL}'
SELECT '""'::jsonb @> '[1, "x", null, true, {"a": 2}]'::jsonb
SELECT '{''a'':1}'::jsonb #>> '{a,x}'
SELECT '-0'::json -> -2
SELECT '-0'::json -> 5
SELECT jsonb_path_exists('[1,"2",true,null,[5,6]]', '$.a[last - 1 to last]')
SELECT 'true'::jsonb #- '{}'
SELECT 'null'::json -> -2
SELECT '1e3'::jsonb = '[1,2,2,3]'::jsonb
SELECT jsonb_set('{"a":1}', '{-9}', 'null')
SELECT jsonb_insert('{"":1}', '{4,a}', 'null')
SELECT '"\u0000"'::jsonb #> '{-1}'
SELECT jsonb_set_lax('[3,1,2]', '{a,b}', NULL, true, 'delete_key')
SELECT jsonb_path_query_first('[]', '$.a[*] > 2')
SELECT 'true'::jsonb <> '"a"'::jsonb
SELECT '-0'::jsonb <> '[1, "x", null, true, {"a": 2}]'::jsonb
SELECT jsonb_insert('[1,2,2,3]', '{0}', '{"z":1}')
SELECT jsonb_set_lax('""', '{1,0}', NULL, true, 'raise_exception')
SELECT jsonb_set('"a"', '{a,-1}', '9')
SELECT '{"a":[1,2,3],"b":{"a":"x"}}'::jsonb <@ '[[1,2],[3]]'::jsonb
SELECT jsonb_insert('[1, "x", null, true, {"a": 2}]', '{a}', '{"z":1}')
SELECT '{"track":{"segments":[{"HR":73,"loc":[47.7,13.4]},{"HR":135,"loc":[48.1,13.2]}]}}'::jsonb @? '1 / 0'
SELECT jsonb_set('[]', '{a,-1}', '{"z":1}', false)
SELECT '{"a":[1,2,3],"b":{"a":"x"}}'::json #> '{a,1}'
SELECT '[[1,2],[3]]'::jsonb || '[{"a":1},{"a":2}]'::jsonb
SELECT jsonb_insert('{"a":null}', '{-9}', '9')
SELECT jsonb_insert('{"b":2,"a":1,"aa":3,"b":4}', '{a,-1}', '9', true)
SELECT '[{"a":1},{"a":2}]'::jsonb::boolean
SELECT jsonb_path_query_first('{"a":{"b":"x","c":null},"d":[{"e":1},{"e":2.5},{"e":"s"}]}', '10 / 4')
SELECT * FROM jsonb_path_query('{}', '-$.a[*]')
SELECT '[]'::jsonb = '[1, "x", null, true, {"a": 2}]'::jsonb
SELECT jsonb_set_lax('""', '{a,b,2,c}', NULL)
SELECT '"abc"'::jsonb @@ '$.d[*].e'
SELECT '1.50'::json -> 'a'
SELECT jsonb_path_query_first('"abc"', '$.ceiling()')
SELECT json_extract_path_text('[3,1,2]', '0')
SELECT t.i, e.* FROM (VALUES (1, '{"a":1,"b":"x","c":null,"d":[1,2]}'::json)) t(i, j), json_object_keys(j) e
SELECT jsonb_set_lax('1', '{}', NULL, true, 'raise_exception')
SELECT key, value FROM jsonb_each('{"a":1,"b":"x","c":null,"d":[1,2]}') AS e
SELECT '[1 2]'::jsonb ->> 0
SELECT '1'::jsonb #> '{-1}'
SELECT '{"a": {"b": [1, 2, {"c": null}]}, "d": "x"}'::jsonb ->> 'b'
SELECT '1 2'::jsonb #> '{a,x}'
SELECT jsonb_extract_path_text('1.50', '0')
SELECT '1'::json ->> ''
SELECT '"\ud800"'::jsonb::text
SELECT jsonb_array_length('{"a":1}}')
SELECT ''::jsonb::boolean
SELECT jsonb_set_lax('[1, "x", null, true, {"a": 2}]', '{4,a}', NULL, true, 'raise_exception')
SELECT jsonb_set('[1,2,2,3]', '{4,a}', '9')
SELECT '{}'::jsonb @@ '$.d[*].e.double()'
SELECT jsonb_insert('1', '{}', '9')
SELECT '{"a":null}'::jsonb @> '[1,2,2,3]'::jsonb
SELECT '{"a":1}'::jsonb -> 1
SELECT '"\u0041\t"'::jsonb #>> '{a}'
SELECT * FROM jsonb_each('[1,"a",null,{"x":1}]') WITH ORDINALITY
SELECT '01'::json -> 1
SELECT jsonb_typeof('[[1,2],[3]]')
SELECT jsonb_set_lax('"\u0041\t"', '{a,-1}', NULL)
SELECT jsonb_set('{"a":null}', '{4,a}', '9', false)
SELECT * FROM jsonb_path_query('{"a":[1,2,3,4,5]}', '$.track.segments[*].HR ? (@ > 130)')
SELECT '{"a": {"b": [1, 2, {"c": null}]}, "d": "x"}'::jsonb::bigint
SELECT jsonb_set('true', '{a,-1}', '9', false)
SELECT '[]'::jsonb #- '{a,b}'
SELECT '[[1,2],[3]]'::jsonb @> '[1, "x", null, true, {"a": 2}]'::jsonb
SELECT jsonb_insert('1.5e-3', '{1,0}', 'null')
SELECT '{"a":1}}'::json #> '{-1}'
SELECT '[]'::jsonb @@ '$ ? (@ starts with "ab")'
SELECT jsonb_insert('{}', '{9}', '{"z":1}', true)
SELECT '[{"a":1},{"a":2}]'::jsonb @> '{"a":[1,2,3],"b":{"a":"x"}}'::jsonb
SELECT jsonb_set('[{"a":1},{"a":2}]', '{0}', '9', false)
SELECT jsonb_set('1.5e-3', '{-9}', '9')
SELECT jsonb_set('"a"', '{NULL}', 'null')
SELECT jsonb_insert('[1, "x", null, true, {"a": 2}]', '{4,a}', '9', true)
SELECT '[{"a":1,"b":2},{"a":3}]'::jsonb @@ '$.a == $.a'
SELECT jsonb_set_lax('{"a":1}', '{-9}', NULL)
SELECT jsonb_set('[1, "x", null, true, {"a": 2}]', '{0}', 'null')
SELECT '1.50'::jsonb - '{a,b}'::text[]
SELECT '[{"a":1},{"a":2}]'::jsonb <@ '{"a":[1,2,3],"b":{"a":"x"}}'::jsonb
SELECT jsonb_set('1e3', '{4,a}', 'null', false)
SELECT jsonb_set_lax('"a"', '{a,b,2,c}', NULL, true, 'use_json_null')
SELECT jsonb_insert('1', '{a,-1}', '9', true)
SELECT json_object_agg(k, x ORDER BY k) FROM (VALUES ('a', '\x00ff'::bytea), ('b', NULL)) AS t(k, x)
SELECT jsonb_path_query_array('{"x y":1,"$":2}', '$.x')
SELECT '{"a":[1,2,3],"b":{"a":"x"}}'::jsonb <@ '[1,2,2,3]'::jsonb
SELECT jsonb_set_lax('{"b":2,"a":1,"aa":3,"b":4}', '{a,b,2,c}', NULL, true, 'raise_exception')
SELECT jsonb_set('[[1,2],[3]]', '{a}', 'null')
SELECT '{}'::jsonb ?& '{x,0}'::text[]
SELECT jsonb_set('1', '{-1}', '9')
SELECT jsonb_set_lax('1', '{-1}', NULL, true, 'return_target')
SELECT '{}'::jsonb @@ '$[*] ? (@ == "2")'
SELECT '[[1,2],[3]]'::jsonb @> '"a"'::jsonb
SELECT '{"a":1.0}'::jsonb @> '-0'::jsonb
SELECT '{"":1}'::jsonb @> '[]'::jsonb
SELECT '[1,]'::json #> '{NULL}'
SELECT '""'::jsonb - '{a,b}'::text[]
SELECT jsonb_typeof('[1,]')
SELECT jsonb_insert('-0', '{NULL}', '{"z":1}')
SELECT jsonb_set('null', '{a}', 'null', false)
SELECT '{"a":1.0}'::jsonb #> '{a,b}'
SELECT '1.5e-3'::json -> ''
SELECT * FROM jsonb_path_query('{"track":{"segments":[{"HR":73,"loc":[47.7,13.4]},{"HR":135,"loc":[48.1,13.2]}]}}', '$.a[1] / 2')
SELECT jsonb_path_exists('5', 'a')
SELECT jsonb_insert('[3,1,2]', '{a}', 'null')
SELECT '""'::json #> '{a}'
SELECT jsonb_set_lax('1e3', '{a,-1}', NULL, true, 'raise_exception')
SELECT jsonb_set('{}', '{1,0}', '{"z":1}')
SELECT jsonb_path_query_array('[]', '$.a[*] ? (@ > 1 && @ < 4).type()', '{"min":2}')
SELECT jsonb_set('{"é":"日本\u00e9\n"}', '{a,-1}', '9')
SELECT jsonb_set('{"é":"日本\u00e9\n"}', '{new}', '{"z":1}', false)
SELECT jsonb_path_exists('5', '$ ? (@ like_regex "^a")')
SELECT jsonb_path_exists('[{"a":1,"b":2},{"a":3}]', '$.a[0] + $.a[1] * 2')
SELECT jsonb_insert('null', '{a}', '9')
SELECT jsonb_extract_path_text('NaN', '0')
SELECT jsonb_set('[1,2,2,3]', '{new}', 'null', false)
SELECT jsonb_build_array(E'a\nb\x01', 1, E'a\nb\x01')
SELECT * FROM jsonb_path_query('{"a":{"b":"x","c":null},"d":[{"e":1},{"e":2.5},{"e":"s"}]}', '$.foo()')
SELECT '-'::json::text
SELECT jsonb_insert('{"a":1}', '{NULL}', 'null', true)
SELECT '{"a":1.0}'::jsonb @> '[1,2,2,3]'::jsonb
SELECT jsonb_set_lax('"a"', '{-9}', NULL)
SELECT jsonb_set('1.50', '{a,1}', '9', false)
SELECT '[3,1,2]'::jsonb #- '{NULL}'
SELECT '[{"a":1,"b":2},{"a":3}]'::jsonb @@ '2 + 3 * 4 - 5'
SELECT jsonb_set_lax('1.5e-3', '{-9}', NULL, true, 'use_json_null')
SELECT jsonb_set('1', '{4,a}', '9', false)
SELECT jsonb_set('[1,2,2,3]', '{9}', 'null')
SELECT jsonb_set('{"a":null}', '{a,-1}', 'null', false)
SELECT '{"a":1}'::jsonb #- '{NULL}'
SELECT '{"a": {"b": [1, 2, {"c": null}]}, "d": "x"}'::jsonb::float8
SELECT jsonb_set_lax('[]', '{9}', NULL, true, 'delete_key')
SELECT '"\ud800"'::jsonb #>> '{a}'
SELECT '{"a":1,}'::json -> -2
SELECT jsonb_insert('""', '{a,b}', '{"z":1}', true)
SELECT jsonb_insert('1', '{a,-1}', '9')
SELECT '{"é":"日本\u00e9\n"}'::jsonb <@ '[1, "x", null, true, {"a": 2}]'::jsonb
SELECT jsonb_insert('"\u0041\t"', '{-1}', 'null', true)
SELECT jsonb_set('1.5e-3', '{a,-1}', '9', false)
SELECT jsonb_agg(x) FROM (VALUES (E'a\nb\x01'), (NULL)) AS t(x)
SELECT jsonb_set('"a"', '{a}', '9', false)
SELECT '{"a":null}'::json #> '{a}'
SELECT jsonb_set_lax('{"a":1.0}', '{0}', NULL, true, 'x')
SELECT jsonb_insert('"\u0041\t"', '{new}', '{"z":1}', true)
SELECT '{}'::jsonb @@ '$.a[0] + 3'
SELECT jsonb_set('{"é":"日本\u00e9\n"}', '{}', '{"z":1}', false)
SELECT jsonb_set('1.50', '{NULL}', '9', false)
SELECT '{"é":"日本\u00e9\n"}'::json -> 'b'
SELECT jsonb_path_exists('{"x y":1,"$":2}', '$.x')
SELECT jsonb_set_lax('[3,1,2]', '{a,1}', NULL, true, 'use_json_null')
SELECT '1e3'::json #>> '{a,x}'
SELECT '""'::jsonb::bigint
SELECT '[{"a":1},{"a":2}]'::jsonb -> 0
SELECT jsonb_set_lax('[[1,2],[3]]', '{a,b}', NULL)
SELECT jsonb_set('1.5e-3', '{new}', '{"z":1}')
SELECT jsonb_path_query_first('[{"a":1,"b":2},{"a":3}]', '-$.a[*]')
SELECT jsonb_extract_path_text('1 2', '0')
SELECT '[1,2,2,3]'::json #>> '{a,b}'
SELECT jsonb_set('{"":1}', '{NULL}', 'null', false)
SELECT jsonb_set_lax('""', '{a,b,x}', NULL, true, 'delete_key')
SELECT '"\u0041\t"'::jsonb #> '{1,0}'
SELECT jsonb_path_match('{"x y":1,"$":2}', '$.d[*] ? (@.e > 1)')
SELECT '""'::jsonb = '[1, "x", null, true, {"a": 2}]'::jsonb
SELECT jsonb_path_exists('{"a":{"b":"x","c":null},"d":[{"e":1},{"e":2.5},{"e":"s"}]}', '$.**')
SELECT jsonb_set('[{"a":1},{"a":2}]', '{NULL}', '9', false)
SELECT '{"a":{"b":"x","c":null},"d":[{"e":1},{"e":2.5},{"e":"s"}]}'::jsonb @? 'strict $.a[9]'
SELECT jsonb_set('[[1,2],[3]]', '{}', '9')
SELECT 'NaN'::json #> '{a,x}'
SELECT jsonb_set_lax('{"a":null}', '{a,b}', NULL)
SELECT '1.5e-3'::jsonb ?| '{a,NULL}'::text[]
SELECT jsonb_path_query_array('[1,"2",true,null,[5,6]]', '$.a.keyvalue()', '{}', true)
SELECT jsonb_insert('null', '{0}', 'null', true)
SELECT jsonb_insert('[[1,2],[3]]', '{a}', 'null')
SELECT jsonb_insert('[[1,2],[3]]', '{a,1}', '{"z":1}')
SELECT ' { "x" : [ ] } '::json #> '{a}'
SELECT jsonb_set('[[1,2],[3]]', '{a,b}', 'null', false)
SELECT '1e3'::jsonb ?& '{a,b}'::text[]
SELECT jsonb_path_query_array('[]', 'lax $.a')
SELECT * FROM jsonb_path_query('[{"a":1,"b":2},{"a":3}]', '$.d[*].e.double()')
SELECT jsonb_set_lax('[{"a":1},{"a":2}]', '{1,0}', NULL)
SELECT jsonb_set('{"":1}', '{-9}', '{"z":1}')
SELECT jsonb_set('-0', '{-1}', '{"z":1}', false)
SELECT '{"a":1.0}'::jsonb ? '-1'
SELECT '{"a":1.0}'::jsonb ->> -1
SELECT jsonb_set_lax('{"b":2,"a":1,"aa":3,"b":4}', '{a}', NULL, true, 'delete_key')
SELECT jsonb_set_lax('[3,1,2]', '{a,1}', NULL, true, 'raise_exception')
SELECT jsonb_set_lax('[1,2,2,3]', '{1,0}', NULL, true, 'return_target')
SELECT jsonb_build_object('k', DATE 'infinity')
SELECT '\u0000'::json #> '{NULL}'
SELECT jsonb_set_lax('1e3', '{-1}', NULL, true, 'x')
SELECT json_build_array(true, 1, true)
SELECT jsonb_insert('[1,2,2,3]', '{a,-1}', '{"z":1}')
SELECT jsonb_insert('true', '{NULL}', '9')
SELECT jsonb_path_query_first('{"a":{"b":"x","c":null},"d":[{"e":1},{"e":2.5},{"e":"s"}]}', '$.a[-1]')
SELECT '""'::json #>> '{0}'
SELECT '[1,2,2,3]'::json ->> 5
SELECT jsonb_set_lax('""', '{4,a}', NULL, true, 'delete_key')
SELECT '1'::jsonb - '1'
SELECT '1.'::jsonb #> '{a,b}'
SELECT '-0'::json ->> 'b'
SELECT jsonb_set('-0', '{new}', '9', false)
SELECT '1.5e-3'::json #>> '{}'
SELECT jsonb_set_lax('{"a":null}', '{a}', NULL, true, 'raise_exception')
SELECT jsonb_path_query_array('[{"a":1,"b":2},{"a":3}]', '$.a.', '{}', true)
SELECT jsonb_set('{"b":2,"a":1,"aa":3,"b":4}', '{a,b}', '{"z":1}', false)
SELECT jsonb_insert('[[1,2],[3]]', '{a,b,x}', '{"z":1}', true)
SELECT '-0'::jsonb::bigint
SELECT '{"a":1}}'::jsonb #> '{4,a}'
SELECT * FROM json_array_elements_text('[]') WITH ORDINALITY
SELECT jsonb_set('{"a":1.0}', '{4,a}', 'null', false)
SELECT jsonb_set('{"a": {"b": [1, 2, {"c": null}]}, "d": "x"}', '{new}', '9', false)
SELECT jsonb_insert('1e3', '{-9}', '9')
SELECT 'null'::jsonb -> -2
SELECT jsonb_path_match('{"x y":1,"$":2}', '$.track.segments[*].HR')
SELECT jsonb_set('-0', '{-9}', 'null', false)
SELECT '{"a":1}'::jsonb ? '0'
SELECT jsonb_insert('{"é":"日本\u00e9\n"}', '{a,b,x}', '9')
SELECT '{"a":1.0}'::json -> 1
SELECT json_build_object(TIMESTAMP '2024-01-02 03:04:05', 1)
SELECT 'NaN'::json ->> 5
SELECT '+1'::json ->> 0
SELECT '1e3'::jsonb #>> '{NULL}'
SELECT * FROM jsonb_path_query('5', '$.a[*] * 2')
SELECT '1e3'::jsonb #>> '{a,b}'
SELECT jsonb_set('{}', '{-9}', '9')
SELECT '1.50'::jsonb::float8
SELECT jsonb_set('{"a":1}', '{new}', '{"z":1}')
SELECT jsonb_set_lax('"a"', '{a,1}', NULL, true, 'use_json_null')
SELECT '{"é":"日本\u00e9\n"}'::jsonb = '{"a":1}'::jsonb
SELECT jsonb_extract_path_text(' { "x" : [ ] } ', '0')
SELECT '{"a": {"b": [1, 2, {"c": null}]}, "d": "x"}'::jsonb @> '{"":1}'::jsonb
SELECT json_build_array()
SELECT jsonb_insert('{"a":null}', '{-9}', '{"z":1}')
SELECT jsonb_set_lax('[]', '{9}', NULL)
SELECT '[1, "x", null, true, {"a": 2}]'::json ->> 5
SELECT '1e3'::jsonb - 'aa'
SELECT '{''a'':1}'::jsonb #> '{}'
SELECT '1.5e-3'::json ->> 'a'
SELECT jsonb_set_lax('-0', '{9}', NULL, true, 'return_target')
SELECT '{"a":1.0}'::jsonb ?& '{}'::text[]
SELECT jsonb_set_lax('{"a":null}', '{-1}', NULL, true, 'delete_key')
SELECT jsonb_set('"a"', '{a,b,2,c}', '{"z":1}')
SELECT '1e3'::jsonb ->> 5
SELECT jsonb_insert('[1, "x", null, true, {"a": 2}]', '{9}', '{"z":1}')
SELECT jsonb_set_lax('1.5e-3', '{new}', NULL, true, 'delete_key')
SELECT '1e3'::jsonb #>> '{a}'
SELECT 'true'::jsonb ? 'c'
SELECT '1.50'::jsonb <@ '{"a": {"b": [1, 2, {"c": null}]}, "d": "x"}'::jsonb
SELECT jsonb_set('"\u0041\t"', '{4,a}', 'null', false)
SELECT jsonb_insert('{"a": {"b": [1, 2, {"c": null}]}, "d": "x"}', '{1,0}', '9')
SELECT '{{1,2},{3,4}}'::int[], ARRAY[[1,2],[3,4]], (ARRAY[[1,2],[3,4]])[2][1], (ARRAY[[1,2],[3,4]])[1:2][2:2], (ARRAY[[1,2],[3,4]])[2]
SELECT (ARRAY[[1,2],[3,4]])[2:2], (ARRAY[[1,2],[3,4]])[1:1][2], (ARRAY[[1,2],[3,4]])[:][1:1], (ARRAY[1,2,3])[2:], (ARRAY[1,2,3])[:2], (ARRAY[[1,2],[3,4]])[0:1][1:1][1:1]
SELECT array_dims(ARRAY[[1,2],[3,4]]), array_length(ARRAY[[1,2,3],[3,4,5]],2), array_ndims(ARRAY[[1]]), cardinality(ARRAY[[1,2],[3,4]])
SELECT '[0:1]={5,6}'::int[], ('[0:1]={5,6}'::int[])[0], array_lower('[0:1]={5,6}'::int[],1), array_upper('[0:1]={5,6}'::int[],1), ARRAY[1,2]||ARRAY[[3,4]], ARRAY[[1,2]]||ARRAY[[3,4]], ARRAY[[1,2]]||ARRAY[3,4]
SELECT '[0:1]={5,6}'::int[] || 7, 7 || '[0:1]={5,6}'::int[], '[0:1]={5,6}'::int[] || ARRAY[1], ('[0:1]={5,6}'::int[])[0:1]
SELECT array_agg(x) FROM (VALUES (ARRAY[1,2]),(ARRAY[3,4])) v(x)
SELECT array_agg(x) FROM (VALUES (ARRAY[1,2]),(ARRAY[3])) v(x)
SELECT array_agg(x) FROM (VALUES (ARRAY[1,2]),(NULL)) v(x)
SELECT unnest(ARRAY[[1,2],[3,4]])
SELECT to_json(ARRAY[[1,2],[3,4]]), array_to_json(ARRAY[[1,2],[3,4]])
SELECT ARRAY[[1,2],[3,4]] < ARRAY[[1,3]], ARRAY[[1,2]] = ARRAY[1,2], ARRAY[[1,2]] > ARRAY[1,2], ARRAY[[1,2]] < ARRAY[1,2,0], ARRAY[[1],[2]] < ARRAY[[1,2]], ARRAY[[1],[2]] <> ARRAY[[1,2]]
SELECT '{{1},{2}}'::text[]::int[], '{{1},{2}}'::text[]::text
SELECT array_fill(1, ARRAY[2,2]), array_fill(7, ARRAY[3], ARRAY[2]), '{{},{}}'::int[]
SELECT '{{1,2},{3}}'::int[]
SELECT '{{1},2}'::int[]
SELECT '{1,{2}}'::int[]
SELECT '{1,2'::int[]
SELECT '{1,2}}'::int[]
SELECT '{1,2} x'::int[]
SELECT '{,}'::int[]
SELECT '[1:2]={1}'::int[]
SELECT '[2:1]={1}'::int[]
SELECT '[a:1]={1}'::int[]
SELECT '{{{{{{{1}}}}}}}'::int[]
SELECT ARRAY[[1],[2,3]]
SELECT ARRAY[1,ARRAY[2]]
SELECT ARRAY[ARRAY[1],NULL]
SELECT array_position(ARRAY[[1]],1)
SELECT array_positions(ARRAY[[1]],1)
SELECT array_remove(ARRAY[[1]],1)
SELECT array_replace(ARRAY[[1,2],[3,1]],1,9)
SELECT ARRAY[[1]]||1
SELECT ARRAY[[1]]||ARRAY[[1,2]]
SELECT array_append(ARRAY[[1]], 2)
SELECT ARRAY[[1,2],[3,4]] @> ARRAY[4], 3 = ANY (ARRAY[[1,2],[3,4]]), 5 > ALL (ARRAY[[1,2],[3,4]])
SELECT array_to_string(ARRAY[[1,2],[3,NULL]], ',', '-'), trim_array(ARRAY[[1,2],[3,4]], 1)
SELECT * FROM generate_subscripts(ARRAY[[1,2,3],[4,5,6]], 2)
SELECT generate_subscripts('[5:6]={1,2}'::int[], 1)
SELECT array_length(ARRAY[[1]], 3), array_length(ARRAY[1], 0), array_lower('{}'::int[], 1)
SELECT width_bucket(3, ARRAY[[1,2]])
SELECT array_position(ARRAY[1,2,3], 2, NULL)
SELECT array_position('[5:7]={1,2,3}'::int[], 2), array_positions('[5:7]={1,2,1}'::int[], 1)
SELECT (ARRAY[[[1,2],[3,4]],[[5,6],[7,8]]])[2][1][2], ARRAY[[[1,2],[3,4]],[[5,6],[7,8]]]
SELECT array_cat(ARRAY[1,2], NULL), array_cat(NULL, ARRAY[[1]]), ARRAY[]::int[] || ARRAY[[1,2]], '{}'::int[] || 1
SELECT array_fill(1, ARRAY[0]), array_fill(NULL::int, ARRAY[2,1])
SELECT array_fill(1, ARRAY[-1])
SELECT array_fill(1, NULL)
SELECT array_fill(1, ARRAY[1,2], ARRAY[1])
SELECT ARRAY[ARRAY['a','b'],ARRAY['c','d e']], ARRAY[[NULL,'NULL']]
SELECT string_to_array('1,2',',')::int[] || ARRAY[3]
SELECT (string_to_array('1,2',','))[2], (regexp_match('abc','(.)(.)'))[1]
SELECT a[2], a[1][1] FROM (SELECT ARRAY[[1,2],[3,4]] AS a) x
SELECT ('{1,2}'::int[])[NULL], ('{1,2}'::int[])[NULL:2]
SELECT ROW(1,'x y',NULL), (1,2), ROW(), ROW(NULL), ROW('','a"b','c\d','(')
SELECT ROW(1,2) = ROW(1,2), ROW(1,NULL) = ROW(1,NULL), ROW(1,2) < ROW(1,3), ROW(1,NULL) < ROW(2,NULL), ROW(1,NULL) IS NULL, ROW(NULL,NULL) IS NULL, ROW(1,NULL) IS NOT NULL
SELECT (1,2) = 1
SELECT ROW(1,2) IN (ROW(1,2), ROW(3,4)), ROW(1,2) NOT IN (ROW(1,3))
SELECT ROW(1,2) = ROW(1,2,3)
SELECT ROW(1,2)::text, ROW(true,1.5,DATE '2024-01-01')
SELECT to_json(ROW(1,'a')), row_to_json(ROW(1,NULL,ARRAY[1,2])), to_jsonb(ROW(1,'a')), row_to_json(ROW(1,2), true)
SELECT json_agg(x) FROM (VALUES (1,'a'),(2,'b')) x(n,t)
SELECT x FROM (VALUES (1,'a'),(2,NULL)) x(n,t)
SELECT (x).n, (x).t FROM (VALUES (1,'a'),(2,NULL)) x(n,t)
SELECT (x).zz FROM (VALUES (1,'a')) x(n,t)
SELECT (1).f
SELECT count(x), count(DISTINCT x) FROM (VALUES (1,'a'),(2,NULL),(1,'a')) x(n,t)
SELECT DISTINCT x FROM (VALUES (1,'a'),(2,NULL),(1,'a')) x(n,t) ORDER BY x
SELECT x, count(*) FROM (VALUES (1,'a'),(2,NULL),(1,'a')) x(n,t) GROUP BY x ORDER BY x DESC
SELECT x = y FROM (VALUES (1,'a')) x(n,t), (VALUES (1,'a')) y(n,t)
SELECT x IS NULL, x IS NOT NULL FROM (VALUES (1,NULL),(NULL,NULL),(1,'a')) x(n,t)
SELECT a.n, b FROM (VALUES (1),(2)) a(n) LEFT JOIN (VALUES (1,'q')) b(n,t) ON a.n = b.n ORDER BY a.n
SELECT count(b) FROM (VALUES (1),(2)) a(n) LEFT JOIN (VALUES (1,'q')) b(n,t) ON a.n = b.n
SELECT array_agg(x) FROM (VALUES (1,'a'),(2,NULL)) x(n,t)
SELECT ARRAY[ROW(1,2),ROW(3,4)]
SELECT ROW(ROW(1,2),ARRAY['a','b'])
SELECT ROW(1,'a') < ROW(1,2)
SELECT coalesce(NULL, ROW(1,2)), CASE WHEN true THEN ROW(1,2) ELSE ROW(3,4) END
SELECT ROW(1,2) || 'x'
SELECT ROW(1.0,2) = ROW(1,2.0)
SELECT regexp_matches('foobarbequebazilbarfbonk', '(b[^b]+)(b[^b]+)', 'g')
SELECT regexp_matches('abc', 'x')
SELECT regexp_matches('abcabc', 'b')
SELECT regexp_matches('abcABC', 'b', 'gi')
SELECT * FROM regexp_matches('abc', '(a)(z)?')
SELECT * FROM regexp_matches('a1b22', '\d+', 'g') AS m(x)
SELECT s LIKE ANY (p) FROM (VALUES ('abc', ARRAY['x','a%']), ('abc', ARRAY['x',NULL]), (NULL, ARRAY['x'])) v(s,p)
SELECT s NOT LIKE ALL (p) FROM (VALUES ('abc', ARRAY['x','a%']), ('abc', ARRAY['x',NULL]), ('abc', ARRAY['x'])) v(s,p)
SELECT s ~ ALL (p), s ~* ANY (p), s !~ ANY (p) FROM (VALUES ('abc', ARRAY['A','b'])) v(s,p)
SELECT s ILIKE ANY (p) FROM (VALUES ('abc', ARRAY['A%'])) v(s,p)
SELECT ('{"a":[1,{"b":2}]}'::jsonb)['a'], ('{"a":[1,{"b":2}]}'::jsonb)['a'][1]['b'], ('[1,2]'::jsonb)[0], ('[1,2]'::jsonb)[-1], ('{"a":1}'::jsonb)['zz']
SELECT row_to_json(x) FROM (SELECT 1 AS a, ARRAY[[1,2]] AS b, NULL AS c) x
SELECT x.* FROM (SELECT ROW(1,2) AS r) x
SELECT (x.r).f1 FROM (SELECT ROW(1,2) AS r) x
SELECT json_build_object('r', ROW(1,2))
SELECT json_object_agg(k, x) FROM (VALUES ('a', 1)) x(k, n)
SELECT jsonb_agg(x) FROM (VALUES (1,'a')) x(n,t)
SELECT string_to_table('a,b', ',')
SELECT array_to_string(ARRAY[ROW(1,2)], ';')
SELECT unnest(ARRAY[ROW(1,2),ROW(3,4)])
SELECT * FROM unnest(ARRAY[[1,2],[3,4]]) WITH ORDINALITY
SELECT ARRAY[[1,2],[3,4]] = ANY (ARRAY[ARRAY[1,2]])
SELECT concat(ROW(1,2), 'a'), format('%s', ROW(1,2))
SELECT ROW(1,2) IS DISTINCT FROM ROW(1,2), ROW(1,NULL) IS NOT DISTINCT FROM ROW(1,NULL)
SELECT (1,2) > (1,1), (1,2) >= (1,2), (2,1) <> (1,2)
SELECT (ARRAY[ROW(1,'a'),ROW(2,'b')])[2]
SELECT array_position(ARRAY[ROW(1,2)], ROW(1,2)), ARRAY[ROW(1,2)] @> ARRAY[ROW(1,2)]
SELECT array_length(ARRAY[]::int[], 1), array_ndims(ARRAY[]::int[]), '{}'::int[] = ARRAY[]::int[]
SELECT '{{}}'::int[]
SELECT '{ {1} , {2} }'::int[], '{"{1}"}'::text[], '{{"a,b",c},{d,"e f"}}'::text[]
SELECT (ARRAY[1,2,3])[1:NULL], (ARRAY[1,2,3])[NULL:2]
SELECT ('[-1:1]={1,2,3}'::int[])[-1], ('[-1:1]={1,2,3}'::int[])[0:1]
SELECT ARRAY[1,2] || '{3,4}', '{1,2}' || ARRAY[3], ARRAY['a'] || 'b'
SELECT ARRAY[1] || NULL, NULL || ARRAY[1], array_append(NULL, 1), array_cat(NULL, NULL::int[])
SELECT array_agg(ARRAY[n, n + 1]) FROM generate_series(1, 3) n
SELECT array_agg(ARRAY[]::int[]) FROM generate_series(1, 2) n
SELECT array_prepend(1, ARRAY[[1]])
SELECT ARRAY[NULL, ARRAY[1]], ARRAY[NULL::int[], NULL::int[]]
SELECT cardinality(ARRAY[[[1]]]), array_dims('{}'::int[])
SELECT array_fill(0, ARRAY[2], ARRAY[5]) || 1
SELECT INTERVAL '3 hours' + TIME '22:30', pg_typeof(INTERVAL '1 day' + TIME '01:00')::text
SELECT TIMESTAMPTZ '2024-01-01 10:00:00 America/New_York', '2024-07-01 10:00 Europe/Berlin'::timestamptz, '2024-10-27 02:30:00 Europe/Berlin'::timestamptz, '2024-03-31 02:30:00 Europe/Berlin'::timestamptz, TIMESTAMP '2024-07-01 10:00 Europe/Berlin'
-- More of chapter 9 of the manual, table by table.
select nullif(1, 2.0)
select nullif(1.0, 1)
select nullif(1, 1.5)
select (select)
select position('a' in 'banana')
select make_time(-1, 2, 3)
select make_time(24, 0, 0)
select make_time(23, 59, 60)
select jsonb_set('1', '{a}', '2')
select jsonb_set('"s"'::jsonb, '{}', '2')
select jsonb_insert('1'::jsonb, '{a}', '2')
select to_char(5, 'RN')
select to_char(4999, 'RN')
select to_char(0, 'FMRN')
select to_char(485, 'FMRN')
select to_char(485, 'rn')
select to_char(-5, 'RN')
select to_char(3.7, 'FMRN')
select -(-2147483648)
select -(-9223372036854775808)
select - -9223372036854775808
select array_remove('[0:1]={7,8}'::int[], 7)
select array_remove('[0:1]={7,8}'::int[], null)
select array_remove('[0:1]={7,8}'::int[], 9)
select array_position(array[[1,2],[3,4]], 1)
select array_positions(array[[1,2],[3,4]], 1)
select array[array[1,2], array[3]]
select array['{1,2}'::int[], '{3}'::int[]]
select array['{1,2}'::int[], '[0:1]={3,4}'::int[]]
select concat_ws(',', variadic array['a','b'])
select concat(variadic array['a','b',null])
select concat_ws(',', variadic null::text[])
select concat_ws(null, variadic array['a'])
select format('%s %s', variadic array['a','b'])
select format('%2$s %1$s', variadic array[1,2])
select json_build_array(variadic array[1,2])
select jsonb_build_object(variadic array['a','1'])
select json_build_object(variadic array['a','1','b'])
select jsonb_extract_path('{"a":{"b":1}}', variadic array['a','b'])
select json_extract_path_text('{"a":{"b":1}}', variadic array['a','b'])
select date '20240102'
select date 'foo'
select time '25:00'
select time '12:61'
select date '2024-02-30'
select date '2024-13-01'
select timestamp '2024-01-01 24:00:00'
select timestamp '2024-01-01 25:00:00'
select date 'Jan 5, 2024'
select date '5 Jan 2024'
select date '01/02/2024'
select date 'yesterday' < date 'tomorrow'
select timestamp 'epoch'
select date '99-Jan-08'
select date '1999 Jan 08'
select time '04:05:06 PM'
select time '04:05 AM'
select time '040506'
select timestamptz '2024-01-01 00:00:00 America/New_York'
select timestamptz '2024-01-01T00:00:00Z'
select timestamp '20240102T030405'
select timestamp '20240102 030405'
select interval '1-2'
select interval '3 4:05:06'
select interval 'P1Y2M3DT4H5M6S'
select interval 'P0001-02-03T04:05:06'
select interval '1 year 2 months 3 days 4 hours 5 minutes 6 seconds ago'
select interval '@ 1 minute'
select interval '1.5 weeks'
select interval '1 decade'
select interval '1 millennium 2 centuries'
select interval '10 milliseconds'
select interval '1 us'
select interval '1' year
select interval '1-2' year to month
select interval '1 2' day to hour
select interval '1 2:03' day to minute
select interval '1 2:03:04' day to second
select interval '2:03' hour to minute
select interval '2:03:04' hour to second
select interval '2:03' minute to second
select interval '1.2345' second(2)
select interval '1 2:03:04.5678' day to second(1)
select interval(2) '1.2345 seconds'
select '1 day 2 hours 3.4567 sec'::interval(1)
select '1 day 2 hours'::interval day
select '1 day 2 hours 3 min'::interval day to hour
select cast('1 year 3 months 2 days' as interval year)
select cast('1 year 3 months 2 days' as interval month)
select interval '1 day' hour
select interval '100' second
select interval 'infinity'
select interval ''
select interval 'x'
select float4 '1.5', float8 '2.5'
select 1::float(24), 1::float(25)
select 1::float(0)
select 1::float(54)
select 12.345::numeric(4)
select 1::numeric(0)
select 1::numeric(1001)
select 1::numeric(10,2000)
select 'abc'::name
select '1'::nosuch
select 'ab'::char(3) || 'x'
select length('ab'::char(5))
select 'ab'::char(3) = 'ab'
select 'ab'::char(3) = 'ab '::text
select 'abcd'::char(3)
select 'abcd'::varchar(3)
select 'ab   '::char(3)
select 'ab'::char
select 'a'::character(3) || '|'
select cast('ab' as character varying)
select cast('abc' as character varying(2))
select 'ab'::bpchar
select 'ab  '::bpchar
select upper('ab'::char(4)) || '|'
select 'ab'::char(4)::text || '|'
select 'ab'::char(4)::varchar(3) || '|'
select case when true then 'a'::char(3) else 'b'::text end || '|'
select md5('a'::char(3)) = md5('a')
select 'a'::char(3) < 'a'
select 'a'::char(3) in ('a', 'b')
select string_agg(x, ',') from (values ('a'::char(3))) v(x)
select 12345::char(3)
select lpad('a'::char(3), 5, '*')
select substring('abc'::char(5) from 1 for 4) || '|'
select trim('a'::char(3)) || '|'
select position('c' in 'abc'::char(5))
select reverse('ab'::char(4)) || '|'
select null::char(3)
select 'ab'::char(0)
select 'a'::varchar(0)
select 'abc'::varchar(2)::varchar(5)
select array[1,2] && array[2,3]
select array[1,2] @> array[]::int[]
select array[1,2] <@ array[1,2,3]
select array[1,null] @> array[null::int]
select array[1,2] || null
select null || array[1,2]
select array[1] || null::int
select null::int[] || array[1]
select array_append(null::int[], 1)
select array_prepend(1, null::int[])
select array_append(null, 1)
select array_cat(null, array[1])
select array_dims(array[[1,2],[3,4]])
select array_ndims(array[]::int[])
select array_length(array[1,2,3], 2)
select array_upper(array[1,2,3], 1)
select array_lower('[2:3]={1,2}'::int[], 1)
select cardinality(array[[1,2],[3,4]])
select cardinality(array[]::int[])
select array_position(array['a','b','a'], 'a')
select array_position(array['a','b','a'], 'a', 2)
select array_position(array['a','b',null], null)
select array_position(array['a'], 'z')
select array_position(null::int[], 1)
select array_position(array[1,2], 1, null)
select array_position(array[1,2], 1, -5)
select array_positions(array[1,2,1,null], 1)
select array_positions(array[1,2,1,null], null)
select array_positions(array[1], 2)
select array_replace(array[1,2,1], 1, 9)
select array_replace(array[1,null], null, 9)
select array_replace(array[[1,2],[1,3]], 1, 9)
select array_remove(array[[1,2],[3,4]], 1)
select array_to_string(array[1,2,null,3], ',')
select array_to_string(array[1,2,null,3], ',', '*')
select array_to_string(array[[1,2],[3,4]], ',')
select array_to_string(array[]::int[], ',')
select array_to_string(array[1], null)
select string_to_array('a,b,,c', ',')
select string_to_array('abc', null)
select string_to_array('abc', '')
select string_to_array('', ',')
select string_to_array('a,b', ',', 'a')
select trim_array(array[1,2,3], 0)
select trim_array(array[1,2,3], 4)
select trim_array(array[1,2,3], -1)
select array_fill(7, array[3])
select array_fill(7, array[2,2])
select array_fill(7, array[3], array[5])
select array_fill(7, array[]::int[])
select array_fill(null::int, array[2])
select array_fill(7, array[-1])
select array_fill(7, null)
select unnest(array[1,2,3])
select unnest(array[[1,2],[3,4]])
select unnest(array['a','b']), unnest(array[1,2,3])
select * from unnest(array[1,2]) with ordinality
select * from unnest(array[1,2]) with ordinality as t(a, b)
select * from unnest(array[1,2], array['a']) as t(a, b)
select * from unnest(array[1,2], array['a']) with ordinality as t(a, b, n)
select (array[1,2,3])[2]
select (array[1,2,3])[0]
select (array[1,2,3])[-1]
select (array[1,2,3])[null]
select (array[1,2,3])[2:]
select (array[1,2,3])[:2]
select (array[1,2,3])[:]
select (array[1,2,3])[3:2]
select (array[[1,2],[3,4]])[1]
select (array[[1,2],[3,4]])[1][2]
select (array[[1,2],[3,4]])[1:1]
select (array[[1,2],[3,4]])[1:2][2]
select (array[[1,2],[3,4]])[:][2:]
select (array[[1,2],[3,4]])[2:2][1:1]
select '{{1,2},{3,4}}'::int[]
select '{1,{2}}'::int[]
select '{{1,2},{3}}'::int[]
select '{a,"b c",null,"null"}'::text[]
select '{ a , b }'::text[]
select '{1,2'::int[]
select '{1,2}x'::int[]
select '{1,,2}'::int[]
select '{}'::int[]
select '{{}}'::int[]
select '[1:2]={1,2}'::int[]
select '[1:3]={1,2}'::int[]
select '[-1:0][2:3]={{1,2},{3,4}}'::int[]
select '{"a\"b","c\\d"}'::text[]
select array['a b','c"d','e,f','','null',null]
select array[1,'2']
select array[1,null]
select array[]
select array[]::text[]
select array[1,'x']
select array[array[1,2],null]
select array[1,2] = array[1,2]
select array[1,2] < array[1,3]
select array[1,2] < array[1,2,0]
select array[[1,2]] = array[1,2]
select array[[1,2]] < array[1,2]
select array[1,null] = array[1,null]
select array[1,null] < array[1,2]
select 1 = any(array[1,2])
select 3 = all(array[3,3])
select 3 = any(array[]::int[])
select 3 = all(array[]::int[])
select 3 = any(array[1,null])
select 3 = any(null::int[])
select 3 = any('{1,2,3}')
select 1 < some(array[0,2])
select 'a' = any(array['a'::varchar])
select null = any(array[1])
select 1.5 > all(array[1,1.2])
select array[1,2]::text
select array[1,2]::text[]
select array['1','2']::int[]
select array[1.5,2.5]::int[]
select '{1,2}'::int[]::bigint[]
select array_agg(x order by x desc) from (values (1),(3),(2)) v(x)
select array_agg(array[x, x+1] order by x) from (values (1),(3)) v(x)
select array_agg(distinct x) from (values (1),(1),(2)) v(x)
select array_agg(x) from (values (1)) v(x) where false
select generate_subscripts(array[4,5,6], 1)
select generate_subscripts(array[4,5,6], 1, true)
select generate_subscripts('[0:1]={1,2}'::int[], 1)
select array_shuffle(array[1])
select array_sample(array[1], 1)
select array[1,2]::int[2]
select array[1,2]::int[][]
select '{1,2}'::int array
select '{1,2}'::int array[2]
select array_length('{}'::int[], 1)
select array_length(null::int[], 1)
select array_length(array[1,2], 0)
select array[1,2] is null
select array[1,2] || array[[3,4]]
select array[[1,2]] || array[3,4]
select array[[1,2]] || array[[3,4]]
select array[1] || array[[3,4]]
select array[1,2] || 3
select 0 || array[1,2]
select array[1,2] || '{3}'
select array['a'] || 'b'
select array['a'] || 'b'::text
select array['a'] || '{b}'
select array[1,2] @> 1
select array[date '2024-01-01', '2024-01-02']
select array[interval '1 day', '2 hours']
select array[true, null, false]
select array[row(1,'a'::text), row(2,'b')]
select array['{"a":1}'::jsonb]
select array['\x01'::bytea]
select array[timestamp '2024-01-01']
select '{1.5,NaN,Infinity}'::float8[]
select array_position(array[1.0, 2.0], 2)
select array_remove(array['a','b',null], null)
select width_bucket(5, array[1,3,6,9])
select array_to_json(array[[1,2],[3,4]])
select array_to_json(array[1,2], true)
select to_jsonb(array[1,null])
select (array['a','b'])[1] || 'x'
select (string_to_array('a,b', ','))[2]
select array_to_string(array['a','b'], '')
select x from unnest(array[3,1,2]) x order by x
select unnest(null::int[])
select unnest('{}'::int[])
select unnest(array[row(1,2)])
select int4 '1' = any (array[1,2]), 5 in (select unnest(array[5]))
select array_upper(array[[1,2,3]], 2), array_lower(array[[1,2,3]], 3)
select '1.0'::jsonb = '1.00'::jsonb
select '{"a":1.0}'::jsonb = '{"a":1.00}'::jsonb
select '1'::jsonb < '2'::jsonb
select '10'::jsonb < '9'::jsonb
select 'null'::jsonb < '"a"'::jsonb
select '"a"'::jsonb < '1'::jsonb
select '1'::jsonb < 'true'::jsonb
select 'false'::jsonb < 'true'::jsonb
select 'true'::jsonb < '[]'::jsonb
select '[]'::jsonb < '{}'::jsonb
select '[]'::jsonb < 'null'::jsonb
select '[1]'::jsonb < '[]'::jsonb
select '[1,2]'::jsonb < '[3]'::jsonb
select '[1,2]'::jsonb < '[1,3]'::jsonb
select '[[1]]'::jsonb < '[1]'::jsonb
select '{"a":1}'::jsonb < '{"b":0}'::jsonb
select '{"a":1}'::jsonb < '{"a":2}'::jsonb
select '{"aa":1}'::jsonb < '{"b":1}'::jsonb
select '{"a":1,"b":2}'::jsonb < '{"c":1}'::jsonb
select '{"b":1,"aa":2}'::jsonb < '{"b":1,"ab":2}'::jsonb
select '"a"'::jsonb < '"b"'::jsonb
select '"B"'::jsonb < '"a"'::jsonb
select '"a"'::jsonb < '"aa"'::jsonb
select '"é"'::jsonb < '"z"'::jsonb
select '-1'::jsonb < '0'::jsonb
select '-1.5'::jsonb < '-1.4'::jsonb
select '1e2'::jsonb = '100'::jsonb
select '1e400'::jsonb > '1'::jsonb
select '0'::jsonb = '-0'::jsonb
select '0.0'::jsonb = '0'::jsonb
select x from (values ('1'::jsonb),('"a"'),('null'),('true'),('false'),('[]'),('{}'),('[1]'),('{"a":1}'),('10'),('9.5'),('-3'),('"Z"'),('[[]]'),('["a","b"]'),('{"b":1}'),('{"aa":0}')) v(x) order by x
select x from (values ('1'::jsonb),('"a"'),('null'),('true'),('false'),('[]'),('{}'),('[1]'),('{"a":1}'),('10'),('9.5'),('-3')) v(x) order by x desc
select count(distinct x) from (values ('1.0'::jsonb),('1.00'),('1'),('1e0')) v(x)
select x, count(*) from (values ('1.0'::jsonb),('1.00')) v(x) group by x
select '1.0'::jsonb union select '1.00'::jsonb
select greatest('1'::jsonb, '"a"'), least('1'::jsonb, '"a"')
select '1.0'::jsonb in ('1'::jsonb, '2')
select '{"a":[1.0,{"b":2}]}'::jsonb = '{"a":[1,{"b":2.00}]}'::jsonb
select '[1.0]'::jsonb @> '[1]'
select '1.0'::jsonb is distinct from '1'::jsonb
select nullif('1.0'::jsonb, '1')
select min(x), max(x) from (values ('1'::jsonb), ('"a"')) v(x)
select '{"a": 1}'::jsonpath
select '$.a['::jsonpath
select jsonb_path_query('["2024-01-01"]', '$[*].datetime()')
select jsonb_path_query('"2024-01-01"', '$.datetime()')
select jsonb_path_query('"2024-01-01 10:20:30"', '$.datetime()')
select jsonb_path_query('"10:20:30"', '$.datetime()')
select jsonb_path_query('"2024-01-01T10:20:30+02"', '$.datetime()')
select jsonb_path_query_tz('"2024-01-01T10:20:30+02"', '$.datetime()')
select jsonb_path_query('"x"', '$.datetime()')
select jsonb_path_query('"2024-01-01"', '$.datetime().type()')
select jsonb_path_query('["2024-01-01","2023-05-01"]', '$[*] ? (@.datetime() < "2024-01-01".datetime())')
select jsonb_path_exists('{"a":[1,2,3]}', '$.a[*] ? (@ > $x)', '{"x":2}')
select jsonb_path_query('{"a":[1,2,3]}', '$.a[*] ? (@ > $x)', '{"x":2}')
select jsonb_path_query('{"a":[1,2,3]}', '$.a[*] ? (@ > $y)', '{"x":2}')
select jsonb_path_query('{"a":[1,2,3]}', '$.a[*] ? (@ > $y)')
select jsonb_path_query_array('{"a":[1,2,3]}', '$.a[*] ? (@ >= $min && @ <= $max)', '{"min":2,"max":3}')
select jsonb_path_query_first('{"a":[1,2,3]}', '$.a[*] ? (@ > 5)')
select jsonb_path_match('{"a":1}', '$.a == 1')
select jsonb_path_match('{"a":1}', '$.a')
select jsonb_path_match('{"a":1}', '$.a', '{}', true)
select jsonb_path_query('{"a":1}', 'strict $.b')
select jsonb_path_query('[1,2,3]', '$[last]')
select jsonb_path_query('[1,2,3]', '$[0 to 1]')
select jsonb_path_query('[1,2,3]', '$.size()')
select jsonb_path_query('[1,"a",null,true,{}]', '$[*].type()')
select jsonb_path_query('[1.5,-2.5]', '$[*].abs()')
select jsonb_path_query('[1.5,-2.5]', '$[*].ceiling()')
select jsonb_path_query('[1.5,-2.5]', '$[*].floor()')
select jsonb_path_query('"1.5"', '$.double()')
select jsonb_path_query('{"a":1,"b":"x"}', '$.keyvalue()')
select jsonb_path_query('{"a":{"b":{"c":1}}}', '$.**.c')
select jsonb_path_query('{"a":{"b":{"c":1}}}', '$.**{2}')
select jsonb_path_query('{"a":{"b":{"c":1}}}', '$.**{1 to last}')
select jsonb_path_query('["abc","abd","x"]', '$[*] ? (@ like_regex "^ab")')
select jsonb_path_query('["abc","ABD","x"]', '$[*] ? (@ like_regex "^ab" flag "i")')
select jsonb_path_query('["abc","abd","x"]', '$[*] ? (@ starts with "ab")')
select jsonb_path_query('[1,"a"]', '$[*] ? ((@ > 0) is unknown)')
select jsonb_path_query('{"a":[{"b":1},{"b":2}]}', '$.a[*] ? (exists (@.b ? (@ > 1)))')
select jsonb_path_query('{"a b":1}', '$."a b"')
select jsonb_path_query('[2,3]', '$[0] + $[1]')
select jsonb_path_query('[2,3]', '-$[*]')
select jsonb_path_query('[7,2]', '$[0] / $[1]')
select jsonb_path_query('[7,2]', '$[0] % $[1]')
select jsonb_path_query('[7,0]', '$[0] / $[1]')
select jsonb_path_exists_tz('["2024-01-01"]', '$[*] ? (@.datetime() < "2024-02-01".datetime())')
select '{"a":1}'::jsonb @? '$.a'
select '{"a":1}'::jsonb @@ '$.a == 1'
select '{"a":1}'::jsonb @@ '$.a'
select jsonb_pretty('{"a":[1,2]}')
select jsonb_typeof('null'), json_typeof('1.5')
select jsonb_array_length('[1,2]'), jsonb_array_length('{}')
select jsonb_array_length('{}')
select json_array_length('1')
select * from jsonb_each('{"a":1,"b":null}')
select * from jsonb_each_text('{"a":1,"b":null}')
select * from json_each('[1]')
select jsonb_object_keys('{"b":1,"a":2}')
select jsonb_array_elements('[1,"a",null]')
select jsonb_array_elements_text('[1,"a",null]')
select jsonb_array_elements('{}')
select jsonb_object('{a,1,b,2}')
select jsonb_object('{{a,1},{b,2}}')
select json_object('{a,b}', '{1,2}')
select json_object('{a,b,c}')
select jsonb_set('{"a":[1,2]}', '{a,0}', '9')
select jsonb_set('{"a":[1,2]}', '{a,-1}', '9')
select jsonb_set('{"a":[1,2]}', '{a,5}', '9')
select jsonb_set('{"a":[1,2]}', '{b}', '9', false)
select jsonb_set('{"a":[1,2]}', '{a,x}', '9')
select jsonb_set_lax('{"a":1}', '{a}', null)
select jsonb_set_lax('{"a":1}', '{a}', null, true, 'delete_key')
select jsonb_set_lax('{"a":1}', '{a}', null, true, 'return_target')
select jsonb_set_lax('{"a":1}', '{a}', null, true, 'raise_exception')
select jsonb_set_lax('{"a":1}', '{a}', null, true, 'foo')
select jsonb_insert('{"a":[1,2]}', '{a,1}', '9')
select jsonb_insert('{"a":[1,2]}', '{a,1}', '9', true)
select jsonb_insert('{"a":1}', '{a}', '9')
select jsonb_strip_nulls('{"a":null,"b":[null,{"c":null}]}')
select '{"a":1}'::jsonb || '{"a":2,"b":3}'
select '[1]'::jsonb || '2'
select '1'::jsonb || '2'
select '{"a":1}'::jsonb || '[2]'
select '{"a":1}'::jsonb || '1'
select '{"a":1,"b":2}'::jsonb - 'a'
select '["a","b"]'::jsonb - 'a'
select '["a","b"]'::jsonb - 0
select '["a","b"]'::jsonb - -1
select '{"a":1}'::jsonb - 0
select '1'::jsonb - 'a'
select '{"a":{"b":1}}'::jsonb #- '{a,b}'
select '1'::jsonb #- '{a}'
select '{"a":1}'::jsonb ? 'a', '["a"]'::jsonb ? 'a', '"a"'::jsonb ? 'a'
select '{"a":{"b":1}}'::jsonb @> '{"a":{}}'
select '[1,[2]]'::jsonb @> '[[2]]'
select '["a"]'::jsonb @> '"a"'
select '"a"'::jsonb @> '["a"]'
select row_to_json(row(1,'a',null))
select to_json(row(1,'a'))
select to_json('infinity'::float8)
select to_jsonb(timestamptz '2024-01-01 00:00:00+00')
select to_jsonb(interval '1 day')
select json_build_object('a',1,'b')
select json_build_object(null, 1)
select json_build_object()
select json_build_array()
select jsonb_build_object('a', array[1,2], 'b', row(1,2))
select json_agg(x), jsonb_agg(x order by x desc) from (values (1),(2),(null)) v(x)
select json_object_agg(k, v) from (values ('a',1),('b',2)) t(k,v)
select jsonb_object_agg(k, v) from (values ('a',1),('a',2)) t(k,v)
select jsonb_object_agg(k, v) from (values (null,1)) t(k,v)
select '{"a":1}'::json -> 'a', '[1,2]'::json -> -1, '{"a":"x"}'::json ->> 'a'
select '{"a":null}'::jsonb ->> 'a' is null
select '{"a":[1,{"b":2}]}'::jsonb #>> '{a,1,b}'
select '{"a":1}'::jsonb #> '{}'
select ('{"a":[1,2]}'::jsonb)['a'][1]
select ('{"a":1}'::jsonb)['b']
select '"abc"'::jsonb::text, '1.50'::jsonb::numeric, 'true'::jsonb::boolean, '3'::jsonb::int
select '"3"'::jsonb::int
select 'null'::jsonb::int
select '{"a":1,"a":2}'::jsonb, '{"a":1,"a":2}'::json
select '{"bb":1,"a":2}'::jsonb
select '[1, 2'::jsonb
select '{"a":}'::json
select '"\u0041\u00e9"'::jsonb
select '"\u0000"'::jsonb
select '"\ud83d\ude00"'::jsonb
select '"\ud83d"'::jsonb
select ' 1 '::json
select '01'::json
select '1.'::json
select 'nul'::json
select ''::json
select json_strip_nulls('{"a":null}')
select jsonb_populate_record(null::nosuch, '{}')
select json_typeof('{}'), jsonb_typeof('[]')
select '[1,2,3]'::jsonb -> 1, '[1,2,3]'::jsonb ->> 5
select jsonb_path_query_array('[1,2,3]', '$[*] * 2')
select 1 / 0, 5
select 5 / 2, -5 / 2, 5 % -3, 5.0 / 3
select 2 ^ 10, 2.0 ^ 0.5, (-8) ^ (1.0/3)
select 0 ^ -1
select 0.0 ^ -1
select |/ 25.0, ||/ 27.0, @ -5.0
select |/ -1.0
select @ -5, @ -5.5
select 91 & 15, 32 | 3, 17 # 5, ~1, 1 << 4, 8 >> 2
select abs(-17.4), abs(-5::smallint), cbrt(64.0), ceil(42.2), ceil(-42.8), ceiling(-95.3)
select degrees(0.5), div(9, 4), div(-9, 4), div(9.5, 4)
select exp(1.0), exp(0.0), factorial(5), factorial(0), floor(-42.8)
select factorial(-1)
select gcd(1071, 462), gcd(0,0), gcd(-4, 6), lcm(1071, 462), lcm(0, 5)
select gcd(10.5, 4.2), lcm(1.5, 2)
select ln(2.0), log(100.0), log10(1000.0), log(2.0, 64.0)
select ln(0.0)
select ln(-1.0)
select log(0)
select log(-1.0, 2)
select log(1.0, 2.0)
select min_scale(8.4100), scale(8.4100), trim_scale(8.4100)
select min_scale(0), scale(100), trim_scale(100.00)
select mod(9, 4), mod(-9, 4), mod(9.5, 4)
select mod(5, 0)
select pi(), power(9.0, 3.0), power(2, 3), power(2, -1), power(0, 0)
select power(-1, 0.5)
select power(10::float8, 400)
select radians(45.0), round(42.4), round(42.5), round(-42.5), round(42.4382, 2), round(1234.56, -1), round(0.5::float8), round(1.5::float8)
select round(5, -1), round(55, -2), round(2.5::numeric, 0), round(1.0, 5)
select sign(-8.4), sign(0), sign(5::float8), sqrt(2.0), sqrt(16)
select sqrt(-1)
select trunc(42.8), trunc(-42.8), trunc(42.4382, 2), trunc(1234.5, -2)
select width_bucket(5.35, 0.024, 10.06, 5), width_bucket(5.35::float8, 0.024, 10.06, 5), width_bucket(-1, 0, 10, 5), width_bucket(10, 0, 10, 5), width_bucket(5, 10, 0, 5)
select width_bucket(5, 0, 10, 0)
select width_bucket(5, 3, 3, 2)
select acos(1), acosd(0.5), asin(1), asind(0.5), atan(1), atand(1), atan2(1,0), atan2d(1,0), cos(0), cosd(60), cot(0.5), cotd(45), sin(1), sind(30), tan(1), tand(45)
select acos(2)
select asin(-2)
select sinh(1), cosh(0), tanh(1), asinh(1), acosh(1), atanh(0.5)
select acosh(0)
select atanh(1), atanh(-1)
select atanh(2)
select sin('infinity')
select cos('NaN'::float8)
select exp(1000.0::float8)
select exp(-1000.0::float8)
select exp(100.0)
select 1e308::float8 * 10
select 1e-308::float8 / 1e10
select 1.0::float4 / 3, 1e38::float4 * 10
select 1/3.0, 2/3.0, 10.0/4, 1::numeric/7
select 'NaN'::float8 = 'NaN'::float8, 'NaN'::float8 > 'Infinity'::float8
select 32767::smallint + 1::smallint
select 2147483647 + 1
select 9223372036854775807 + 1
select (-2147483648) / -1
select (-9223372036854775808) / -1
select abs((-2147483648)::int)
select 1.5::int, 2.5::int, -1.5::int, 2.5::float8::int, 0.5::float8::int
select 3000000000::int
select 'abc'::int
select '12abc'::int
select ' 12 '::int, '-0'::int, '+5'::int
select ''::int
select '1e2'::int
select '1.5'::int
select '0x1F'::int
select '1e2'::float8, '1.'::float8, '.5'::float8, 'inf'::float8, '-Infinity'::float8, '  3  '::float8
select '1e400'::float8
select 'x'::float8
select 1e2, 1.5e-3, .5, 5.
select true::int, 5::boolean, 0::boolean, 'yes'::boolean, 'off'::boolean, 't'::boolean, ' TRUE '::boolean
select 'maybe'::boolean
select 'o'::boolean
select 1::text, 1.50::text, 1e20::float8::text, 0.1::float4::text, true::text, 1e15::float8, 1e16::float8, 123456789012345678::float8, 1e-5::float8, 0.0001::float8
select num_nonnulls(1, null, 2), num_nulls(1, null, 2)
select bit_count('\x1234'::bytea)
select random_normal()
select 'abc' || 'def', 'abc' || 42, 42 || 'abc', 'a' || null
select U&'d\0061t\+000061', U&'d!0061' uescape '!', E'a\tb\x41\u0042\n'
select bit_length('jose'), char_length('josé'), character_length('x'), lower('TOM'), octet_length('josé'), upper('tom')
select overlay('Txxxxas' placing 'hom' from 2 for 4), overlay('abc' placing 'X' from 0)
select substring('abc' from 0 for 2), substring('abc' from -1 for 3), substring('abc' from 2 for 100)
select substring('abc' from 1 for -1)
select trim(both 'xyz' from 'yxTomxx'), trim(leading from '  a '), trim(trailing 'x' from 'axx'), trim('  a  '), trim(both from 'yxTomxx', 'xyz'), trim('yxTomxx', 'xyz')
select ascii('x'), ascii(''), ascii('é'), btrim('xyxtrimyyx', 'xyz'), chr(65), chr(233)
select chr(0)
select chr(-1)
select chr(1114112)
select concat('abcde', 2, null, 22), concat_ws(',', 'abcde', 2, null, 22), concat_ws(null, 'a'), concat()
select concat(1.50, true, date '2024-01-01', null, array[1,2])
select format('Hello %s, %1$s', 'World'), format('%I %L', 'a b', 'it''s'), format('%10s|%-10s|', 'a', 'b'), format('%%'), format('%*s', 5, 'a'), format('%-*s|', 5, 'a'), format('%1$*2$s', 'a', 5)
select format('%s')
select format('%d', 1)
select format('%0$s', 1)
select format('%L', null), format('%s', null)
select format('%I', null)
select format('%3$s', 1, 2)
select format(null, 1)
select format('%')
select initcap('hi THOMAS o''neil 3rd'), left('abcde', 2), left('abcde', -2), left('abc', 0), left('abc', -5), right('abcde', 2), right('abcde', -2), length('jose')
select length('josé'), lpad('hi', 5, 'xy'), lpad('hello', 3), lpad('hi', 5), lpad('hi', 5, ''), rpad('hi', 5, 'xy'), lpad('hi', -1, 'x'), ltrim('zzzytest', 'xyz'), rtrim('testxxzx', 'xyz')
select md5('abc'), parse_ident('"SomeSchema".someTable'), quote_ident('Foo bar'), quote_ident('foo'), quote_ident('select'), quote_literal('O''Reilly'), quote_literal(42.5), quote_literal(E'a\\b'), quote_nullable(null)
select parse_ident('a.b.')
select parse_ident('1a')
select parse_ident('a.b c')
select parse_ident('a.b c', false)
select regexp_count('123456789012', '\d\d\d', 2), regexp_count('ABCABCaxy', 'A.', 1, 'i'), regexp_instr('ABCDEF', 'c(.)(..)', 1, 1, 0, 'i'), regexp_instr('ABCDEF', 'c(.)(..)', 1, 1, 0, 'i', 2), regexp_instr('abc', 'z'), regexp_instr('number of your street', '[^ ,]+', 1, 3)
select regexp_like('Hello World', 'world$', 'i'), regexp_match('foobarbequebaz', '(bar)(beque)'), regexp_match('abc', 'z'), regexp_match('abc', 'b')
select regexp_matches('foobarbequebaz', 'ba.', 'g')
select regexp_matches('foobarbequebaz', '(b.)(.)', 'g')
select regexp_replace('Thomas', '.[mN]a.', 'M'), regexp_replace('Thomas', '.', 'X', 3, 2), regexp_replace('foobarbaz', 'b(..)', 'X\1Y', 'g'), regexp_replace('abc', '', 'X', 'g'), regexp_replace('a.b', '.', '\\&', 'g'), regexp_replace('abc','(b)','[\&]')
select regexp_replace('A PostgreSQL function', 'a|e|i|o|u', 'X', 1, 0, 'i'), regexp_replace('A PostgreSQL function', 'a|e|i|o|u', 'X', 1, 3, 'i')
select regexp_replace('abc', 'b', 'X', 'z')
select regexp_replace('abc', '(', 'X')
select regexp_split_to_array('hello world', '\s+'), regexp_split_to_array('abc', ''), regexp_split_to_array('a1b2', '\d')
select regexp_split_to_table('hello world', '\s+')
select regexp_substr('ABCDEF', 'c(.)(..)', 1, 1, 'i', 2), regexp_substr('abc', 'z'), regexp_substr('number of your street', '[^ ,]+', 1, 3)
select repeat('Pg', 4), repeat('x', 0), repeat('x', -1), replace('abcdefabcdef', 'cd', 'XX'), replace('abc', '', 'x'), reverse('abcde'), split_part('abc~@~def~@~ghi', '~@~', 2), split_part('abc,def,ghi', ',', -2), split_part('a', ',', 5), split_part('a,b', '', 1)
select split_part('a,b', ',', 0)
select string_to_table('xx~^~yy~^~zz', '~^~', 'yy')
select unistr('\00')
select 'abc' ^@ 'a', 'abc' like 'a_c', 'abc' like '%', 'a%c' like 'a\%c', 'abc' ilike 'A%', 'abc' similar to '(a|b)%', 'abc' not similar to 'a', 'abc' ~ '^a', 'abc' ~* 'B', 'abc' !~ 'z', 'abc' !~* 'B'
select 'abc' like 'a' escape 'xx'
select 'ab' similar to 'a[bc]', 'aab' similar to 'a+b', 'ab' similar to 'a{1,2}b', 'a.b' similar to 'a.b', 'axb' similar to 'a.b'
select 'a' ~ '['
select 'a' ~ 'a**'
select get_byte('\x1234567890'::bytea, 4), set_byte('\x1234567890'::bytea, 4, 64), get_bit('\x1234567890'::bytea, 30), set_bit('\x1234567890'::bytea, 30, 0), length('\x1234'::bytea), sha224('abc'), sha256('abc'), sha384('abc'), sha512('abc'), md5('abc'::bytea)
select get_byte('\x12'::bytea, 5)
select get_bit('\x12'::bytea, 9)
select '\x12'::bytea || '\x34'::bytea, bit_length('\x12'::bytea), octet_length('\x1234'::bytea), overlay('\x1234567890'::bytea placing '\002\003'::bytea from 2 for 3), position('\x56'::bytea in '\x1234567890'::bytea), substring('\x1234567890'::bytea from 3 for 2), trim('\x9012'::bytea from '\x1234567890'::bytea), btrim('\x1234567890'::bytea, '\x9012'::bytea), ltrim('\x1234567890'::bytea, '\x9012'::bytea), rtrim('\x1234567890'::bytea, '\x9012'::bytea), substr('\x1234567890'::bytea, 3, 2)
select convert_from('text_in_utf8', 'UTF8'), convert_to('some_text', 'UTF8'), encode('123\000\001', 'base64'), encode('\x1234', 'hex'), encode('\x00ff', 'escape'), decode('MTIz', 'base64'), decode('12 34', 'hex')
select decode('1', 'hex')
select decode('zz', 'hex')
select decode('a', 'base64')
select decode('a', 'foo')
select convert('text_in_utf8', 'UTF8', 'LATIN1')
select '\xZZ'::bytea
select '\x1'::bytea
select 'a\\b'::bytea, E'\\001'::bytea
select '\'::bytea
select to_char(timestamp '2002-04-20 17:31:12.66', 'HH12:MI:SS'), to_char(interval '15h 2m 12s', 'HH24:MI:SS'), to_char(125, '999'), to_char(125.8::real, '999D9'), to_char(-125.8, '999D99S'), to_char(0.1, '0.9'), to_char(-0.1, '99.99'), to_char(-0.1, 'FM9.99'), to_char(0.1, 'FM0.9'), to_char(12, '9990999.9'), to_char(12, 'FM9990999.9'), to_char(485, '999'), to_char(-485, '999'), to_char(485, '9 9 9'), to_char(1485, '9,999'), to_char(1485, '9G999'), to_char(148.5, '999.999'), to_char(148.5, 'FM999.999'), to_char(148.5, 'FM999.990'), to_char(148.5, '999D999'), to_char(3148.5, '9G999D999'), to_char(-485, '999S'), to_char(-485, '999MI'), to_char(485, '999MI'), to_char(485, 'FM999MI'), to_char(485, 'PL999'), to_char(485, 'SG999'), to_char(-485, 'SG999'), to_char(-485, '9SG99'), to_char(-485, '999PR'), to_char(485, 'L999'), to_char(485, '999th'), to_char(482, '999TH'), to_char(485, '"Good number:"999'), to_char(485.8, '"Pre:"999" Post:" .999'), to_char(12, '99V999'), to_char(12.4, '99V999'), to_char(12.45, '99V9'), to_char(0.0004859, '9.99EEEE'), to_char(12345678, '9.99EEEE')
select to_char(timestamp '2024-02-09 14:05:06.789012', 'YYYY-MM-DD HH24:MI:SS.MS US'), to_char(timestamp '2024-02-09 14:05:06.789012', 'Day, DD Month YYYY'), to_char(timestamp '2024-02-09 14:05:06.789012', 'FMDay, FMDD FMMonth'), to_char(timestamp '2024-02-09 14:05:06.789012', 'DY Dy dy MON Mon mon DAY day MONTH month'), to_char(timestamp '2024-02-09 14:05:06.789012', 'Y YY YYY Y,YYY IYYY IYY IY I'), to_char(timestamp '2024-02-09 14:05:06.789012', 'Q WW IW W D ID DDD IDDD J CC RM rm'), to_char(timestamp '2024-02-09 14:05:06.789012', 'HH HH12 am AM pm P.M. a.m.'), to_char(timestamp '2024-02-09 14:05:06.789012', 'SSSS SSSSS FF1 FF2 FF3 FF4 FF5 FF6'), to_char(timestamp '2024-02-09 14:05:06.789012', 'DDth DDTH FMDDth'), to_char(timestamp '2024-02-09 14:05:06.789012', '"text" YYYY \"q\"'), to_char(timestamp '0044-03-15 BC', 'YYYY BC B.C. ad'), to_char(timestamp '2024-02-09', 'TMMonth TMDay'), to_char(date '2024-02-09', 'YYYYMMDD'), to_char(time '10:20', 'HH24:MI')
select to_char(timestamp 'infinity', 'YYYY'), to_char(null::int, '9'), to_char(1, null)
select to_date('2024-02-30', 'YYYY-MM-DD')
select to_date('2024-13-01', 'YYYY-MM-DD')
select to_date('x', 'YYYY')
select to_date('', 'YYYY')
select to_date('2024', 'YYYY MM')
select to_timestamp('25:00', 'HH24:MI')
select to_timestamp('13:00', 'HH12:MI')
select to_timestamp('2024 x', 'YYYY MM')
select to_timestamp(1284352323), to_timestamp(1284352323.5), to_timestamp('infinity'::float8), to_timestamp(-1)
select to_timestamp('NaN'::float8)
select to_number('', '9')
select to_number('abc', '999')
select to_number('123', 'RN')
select age(timestamp '2001-04-10', timestamp '1957-06-13'), age(timestamp '2001-04-10', '2001-04-10'), age(date '2024-03-31', date '2024-02-29'), age(timestamp '2024-01-01', timestamp '2024-03-31 12:00')
select date_bin('15 minutes', timestamp '2001-02-16 20:38:40', timestamp '2001-02-16 20:05:00'), date_bin('1 day', timestamptz '2001-02-16 20:38:40+00', timestamptz '2001-01-01 00:00+00')
select date_bin('1 month', timestamp '2001-02-16 20:38:40', timestamp '2001-02-16')
select date_bin('0 min', timestamp '2001-02-16 20:38:40', timestamp '2001-02-16')
select date_bin('-5 min', timestamp '2001-02-16 20:38:40', timestamp '2001-02-16')
select date_part('hour', timestamp '2001-02-16 20:38:40'), date_part('month', interval '2 years 3 months'), date_part('epoch', date '1970-01-02'), date_part('day', time '10:00')
select extract(hour from date '2001-02-16')
select extract(century from timestamp '2000-12-16 12:21:13'), extract(century from date '0001-01-01 BC'), extract(day from timestamp '2001-02-16 20:38:40'), extract(decade from timestamp '2001-02-16 20:38:40'), extract(dow from timestamp '2001-02-16 20:38:40'), extract(doy from timestamp '2001-02-16 20:38:40'), extract(epoch from timestamptz '2001-02-16 20:38:40.12-08'), extract(epoch from interval '5 days 3 hours'), extract(isodow from timestamp '2001-02-18 20:38:40'), extract(isoyear from date '2006-01-01'), extract(julian from date '2006-01-01'), extract(julian from timestamp '2006-01-01 12:00'), extract(microseconds from time '17:12:28.5'), extract(millennium from timestamp '2001-02-16 20:38:40'), extract(milliseconds from time '17:12:28.5'), extract(minute from timestamp '2001-02-16 20:38:40'), extract(month from interval '2 years 13 months'), extract(quarter from timestamp '2001-02-16 20:38:40'), extract(second from timestamp '2001-02-16 20:38:40.5'), extract(timezone from timestamptz '2001-02-16 20:38:40-08'), extract(week from timestamp '2001-02-16 20:38:40'), extract(year from timestamp '2001-02-16 20:38:40')
select extract(timezone_hour from timestamptz '2001-02-16 20:38:40-08'), extract(timezone_minute from timestamptz '2001-02-16 20:38:40-08')
select extract(fortnight from timestamp '2001-02-16')
select extract(timezone from timestamp '2001-02-16')
select extract(day from time '10:00')
select extract(dow from interval '1 day')
select extract('year' from date '2024-01-01'), extract(years from date '2024-01-01'), extract(y from date '2024-01-01')
select date_trunc('hour', timestamp '2001-02-16 20:38:40'), date_trunc('day', timestamptz '2001-02-16 20:38:40+00', 'Australia/Sydney'), date_trunc('hour', interval '3 days 02:47:33'), date_trunc('millennium', timestamp '2001-02-16'), date_trunc('milliseconds', timestamp '2001-02-16 20:38:40.123456'), date_trunc('week', date '2024-02-09'), date_trunc('month', date '2024-02-09')
select date_trunc('foo', timestamp '2001-02-16')
select date_trunc('week', interval '1 day')
select date_trunc('quarter', interval '1 year 5 months')
select isfinite(date '2001-02-16'), isfinite(timestamp 'infinity'), isfinite(interval '4 hours')
select justify_days(interval '35 days'), justify_hours(interval '27 hours'), justify_interval(interval '1 mon -1 hour'), justify_days(interval '-35 days')
select make_date(2013, 7, 15), make_date(-44, 3, 15), make_interval(days => 10), make_interval(1,2,3,4,5,6,7.5), make_interval(secs => -1.5), make_time(8, 15, 23.5), make_timestamp(2013, 7, 15, 8, 15, 23.5), make_timestamptz(2013, 7, 15, 8, 15, 23.5), make_timestamptz(2013, 7, 15, 8, 15, 23.5, 'Europe/London')
select make_date(2013, 13, 1)
select make_date(0, 1, 1)
select make_timestamp(2013, 7, 15, 8, 15, 60)
select make_timestamp(2013, 7, 15, 24, 15, 0)
select make_timestamptz(2013, 7, 15, 8, 15, 23.5, 'Nowhere/None')
select date '2001-09-28' + 7, date '2001-09-28' + interval '1 hour', date '2001-09-28' + time '03:00', interval '1 day' + interval '1 hour', timestamp '2001-09-28 01:00' + interval '23 hours', time '01:00' + interval '3 hours', - interval '23 hours', date '2001-10-01' - date '2001-09-28', date '2001-10-01' - 7, date '2001-09-28' - interval '1 hour', time '05:00' - time '03:00', time '05:00' - interval '2 hours', timestamp '2001-09-28 23:00' - interval '23 hours', interval '1 day' - interval '1 hour', timestamp '2001-09-29 03:00' - timestamp '2001-07-27 12:00', interval '1 second' * 900, interval '1 day' * 21, interval '1 hour' * 3.5, interval '1 hour' / 1.5
select interval '1 month' * 1.5, interval '1 day' / 7, interval '1 year' / 5, 21 * interval '1 day'
select interval '1 day' / 0
select date '2024-01-31' + interval '1 month', timestamp '2024-03-31' - interval '1 month', date '2024-02-29' + interval '1 year'
select (date '2001-02-16', date '2001-12-21') overlaps (date '2001-10-30', date '2002-10-30'), (date '2001-02-16', interval '100 days') overlaps (date '2001-10-30', date '2002-10-30'), (date '2001-10-29', date '2001-10-30') overlaps (date '2001-10-30', date '2001-10-31'), (date '2001-10-30', date '2001-10-30') overlaps (date '2001-10-30', date '2001-10-31')
select timestamp '2001-02-16 20:38:40' at time zone 'America/Denver', timestamptz '2001-02-16 20:38:40-05' at time zone 'America/Denver', timestamp '2001-02-16 20:38:40' at time zone interval '-08:00', timestamp '2001-02-16 20:38:40' at time zone 'MST', timestamp '2001-02-16 20:38:40' at time zone '+3', timezone('UTC', timestamptz '2001-02-16 20:38:40-05')
select timestamp '2001-02-16' at time zone 'foo'
select timestamptz '2024-01-01 00:00+00'::date, timestamp '2024-01-01 10:20'::time, '2024-01-01'::date::timestamptz, time '10:20'::interval, interval '25:30'::time, interval '-1 hour'::time
select date 'infinity', date '-infinity', timestamp 'infinity' > now()::timestamp, date 'infinity' - date '2024-01-01' > 0
select timestamp '294277-01-01'
select timestamp '2024-01-01 00:00:00' - interval '300000 years'
select interval '1 mon' = interval '30 days', interval '1 day' = interval '24 hours', interval '1 mon' < interval '31 days'
select extract(epoch from interval '1 year'), extract(epoch from interval '1 mon')
select now()::text = current_timestamp::text
select interval '1 day 1 hour' > interval '1 day', greatest(interval '1 day', interval '25 hours')
select timestamp '2024-01-01' = date '2024-01-01', timestamp '2024-01-01' < timestamptz '2024-01-02 00:00+00', date '2024-01-01' < timestamptz '2024-01-02 00:00+00'
select time '10:00' < time '11:00', time '24:00:00', time '23:59:60'
select date '2024-01-01' - timestamp '2023-12-31 12:00', timestamptz '2024-01-01 00:00+00' - timestamp '2023-12-31'
select '2024-01-01'::timestamp::text, '2024-01-01 00:00:00.500'::timestamp::text, interval '1 year 1 day 00:00:01.5'::text, interval '-1 year +1 day -00:00:01'::text
select generate_series(2, 4)
select generate_series(5, 1, -2)
select generate_series(4, 3)
select generate_series(1.1, 4, 1.3)
select generate_series(1, 5, 0)
select generate_series(timestamp '2008-03-01 00:00', '2008-03-02 12:00', '10 hours')
select generate_series(timestamptz '2008-03-01 00:00+00', '2008-03-02 12:00+00', '10 hours')
select generate_series(date '2024-01-01', date '2024-01-03', interval '1 day')
select generate_series(1, null)
select generate_series(1::bigint, 3)
select * from generate_series(1, 3) with ordinality
select * from generate_series(1, 3) as g(x) where x > 1
select g from generate_series(1, 2) g
select g.* from generate_series(1, 2) g
select obj_description(1, 'pg_class'), col_description(1, 1), shobj_description(1, 'x')
select current_setting('nosuch')
select case when 1 = 1 then 'a' else 'b' end, case 2 when 1 then 'x' when 2 then 'y' end, coalesce(null, null, 5), nullif(1, 1), greatest(1, 2.5, null), least('a', 'b')
select coalesce(1, 'x')
select 1 between 0 and 2, 1 not between 0 and 2, 5 between symmetric 10 and 1, null between 1 and 2, 1 is distinct from null, null is null, null isnull, 1 notnull, true is unknown
select (1, 2) = (1, 2), (1, 2) < (1, 3), (1, null) = (1, 2), (1, 2) is null, row(null, null) is null, row(1, null) is not null, row(1, 2) is distinct from row(1, 3), (1, 2) in ((1, 2), (3, 4))
select row(1,2) = row(1,2,3)
select 1 in (1, 2, null), 3 in (1, 2, null), 3 not in (1, null), null in (1)
select true and null, false and null, true or null, not null, true = null
select gen_random_uuid() is not null, 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'::uuid, 'A0EEBC999C0B4EF8BB6D6BB9BD380A11'::uuid, '{a0eebc99-9c0b4ef8-bb6d6bb9-bd380a11}'::uuid
select 'a0eebc99'::uuid
select sum(x), avg(x), min(x), max(x), count(x), count(*) from (values (1),(2),(null)) v(x)
select avg(x) from (values (1),(2),(2)) v(x)
select avg(x) from (values (1.10),(2.0)) v(x)
select bit_and(x), bit_or(x), bit_xor(x) from (values (5),(3)) v(x)
select bool_and(x), bool_or(x), every(x) from (values (true),(false)) v(x)
select string_agg(x, ',' order by x desc), string_agg(distinct x, '|') from (values ('a'),('b'),('a'),(null)) v(x)
select string_agg(x::bytea, '\x00') from (values ('a'),('b')) v(x)
select json_agg(x), xmlagg(x) from (values (1)) v(x)
select corr(y,x), covar_pop(y,x), covar_samp(y,x), regr_avgx(y,x), regr_avgy(y,x), regr_count(y,x), regr_intercept(y,x), regr_r2(y,x), regr_slope(y,x), regr_sxx(y,x), regr_sxy(y,x), regr_syy(y,x) from (values (1.0::float8,2.0::float8),(2,4.5),(3,5)) v(y,x)
select stddev(x), stddev_pop(x), stddev_samp(x), variance(x), var_pop(x), var_samp(x) from (values (1),(2),(4)) v(x)
select stddev(x), variance(x), stddev_pop(x) from (values (1)) v(x)
select stddev(x), variance(x), stddev_pop(x) from (values (1.5),(2.5)) v(x)
select mode() within group (order by x), percentile_cont(0.5) within group (order by x), percentile_disc(0.5) within group (order by x) from (values (1),(2),(2),(5)) v(x)
select percentile_cont(1.5) within group (order by x) from (values (1)) v(x)
select percentile_disc(0.5) within group (order by x) from (values ('a'),('b')) v(x)
select count(distinct x), sum(distinct x) from (values (1),(1),(2)) v(x)
select count(*) filter (where x > 1) from (values (1),(2)) v(x)
select sum(x) filter (where false), count(x) filter (where false), array_agg(x) filter (where false) from (values (1)) v(x)
select max(x), min(x) from (values ('a'),('b'),(null)) v(x)
select max(x), min(x) from (values (array[1,2]),(array[1,3])) v(x)
select max(x), min(x) from (values (time '10:00'),('11:00')) v(x)
select max(x), min(x) from (values (interval '1 day'),('2 hours')) v(x)
select grouping(a), a, sum(b) from (values (1,2),(1,3)) v(a,b) group by rollup(a) order by 1, 2
select x, row_number() over (order by x), rank() over (order by x), dense_rank() over (order by x), percent_rank() over (order by x), cume_dist() over (order by x), ntile(2) over (order by x), lag(x) over (order by x), lead(x, 1, 0) over (order by x), first_value(x) over (order by x), last_value(x) over (order by x), nth_value(x, 2) over (order by x) from (values (1),(2),(2),(4)) v(x) order by 2
select x, sum(x) over (order by x rows between 1 preceding and current row), avg(x) over (order by x range between 1 preceding and 1 following), count(*) over (order by x groups between 1 preceding and current row exclude current row), sum(x) over (partition by x % 2) from (values (1),(2),(3),(5)) v(x) order by 1
select ntile(0) over () from (values (1)) v
select nth_value(x, 0) over () from (values (1)) v(x)
select lag(x, -1) over (order by x), lag(x, null) over (order by x) from (values (1),(2)) v(x)
select row_number() from (values (1)) v
select sum(sum(x)) over () from (values (1),(2)) v(x) group by x
select xmin from (values (1)) v
select starts_with(null, 'a'), left(null, 1), upper(null), length(null)
select lower(1)
select abs('x')
select sqrt('4'), abs('-5'), length('abc'), upper('x'::varchar), round('2.5'), floor('2.5')
select nosuch(1)
select substring(1, 2)
select date_trunc('day', '2024-01-01 10:20')
select extract(year from '2024-01-01')
select '5' + 3, '5' * '3'
select '5' || 3, 5 || ''
select 1 + '2.5'
select 1 = '1', 1.5 = '1.5', true = 't', date '2024-01-01' = '2024-01-01'
select 1 < 'a'
select 1 = true
select 'a' = 1
select 1 in ('1', '2'), 'a' in ('a')
select date '2024-01-01' > timestamp '2023-01-01'
select - 'a'
select not 1
select 1 and true
select 'true' and true
select case when 'true' then 1 end
select case 1 when '1' then 2 end
select 1 union select 2.5 order by 1
select 1 union select 'a'
select null union select 1
select '1' union select 2
values (1, 'a'), (2.5, null)
select * from (values (1), ('a')) v
select 'a' collate "C" < 'b', 'a' < 'B' collate "C"
select 'a' collate "nosuch"
select 1 as "A b", 2 a, 3 as select
select 'x' "y"
select abs(-1), 1+1, 'a'::text, null::int, case when true then 1 end, coalesce(1), array[1], row(1), cast(1 as bigint), (select 5), exists (select 1), true, current_date is null, extract(year from now()) > 0, 5::text::int, (array[1,2])[1], nullif(1,2), greatest(1,2), trim('a'), substring('a' from 1), position('a' in 'a'), overlay('a' placing 'b' from 1)
select now()::timestamp(0) = date_trunc('second', now()::timestamp) or true
select 'é' ~ '\w'
select 'É' ~* 'é'
select regexp_replace('straße', '\W', 'x', 'g')
select regexp_match('über alles', '\w+')
select 'x1' ~ '\d'
select '٣' ~ '\d'
select regexp_split_to_array('a b', '\s')
select to_char(-125.8, 'SG999')
select to_char(485, 'PL999'), to_char(-485, 'PL999'), to_char(5,'PL999'), to_char(485, 'MI999'), to_char(-485, 'MI999'), to_char(-5,'MI999'), to_char(5, 'SG999')
select to_char(interval '1 year 2 months 3 days 25 hours', 'YYYY MM DD HH24 HH12 MI')
select to_char(interval '-1 hour', 'HH24:MI')
select to_char(interval '100 hours', 'HH24')
select to_char(interval '14 months', 'Y YY Q')
select to_number('.01-', '99.99S')
select to_number('  . 0 1-', ' 9 9 . 9 9 S')
select to_number('42nd', '99th')
select to_number('5 01-', ' 9 9 9S')
select to_number('34,50','999,99')
select to_number('0.00001-', '9.999999S')
SELECT 'abc' IS NORMALIZED, U&'\0061\0308' IS NFC NORMALIZED, 'é' IS NOT NFD NORMALIZED, 'é' IS NFKC NORMALIZED, NULL::text IS NORMALIZED
SELECT DATE 'J2451187', TIME 'allballs', DATE '0044-03-15 BC', TIMESTAMP 'J2451187 12:00'
SELECT TIMESTAMPTZ '2024-01-01 12:00 EST', TIMESTAMPTZ '2024-01-01 12:00 PDT', TIMESTAMPTZ '2024-01-01 12:00 CET'
SELECT TIMESTAMPTZ '2024-01-01 12:00 EDT', TIMESTAMPTZ '2024-01-01 12:00 IST', TIMESTAMPTZ '2024-01-01 12:00 NST', TIMESTAMPTZ '2024-01-01 12:00 acst'
SELECT to_date('2024-W05-3', 'IYYY-"W"IW-ID'), to_date('2024 123','YYYY DDD'), to_date('05 March 2024','DD Month YYYY')
SELECT to_date('2024-05','IYYY-IW'), to_date('monday 05 mar 2024','day DD mon YYYY')
SELECT to_date('2005527', 'IYYYIWID'), to_date('2005 300', 'IYYY IDDD'), to_date('2005-52','IYYY-IW')
SELECT to_date('2024-7','IYYY-IW'), to_date('2024 7 7','IYYY IW ID'), to_date('2024 7 Sunday','IYYY IW Day')
SELECT to_date('2024-05-W2','IYYY-MM')
SELECT to_date('2024 07','YYYY IW')
SELECT to_date('2024 10','YYYY WW'), to_date('2024 05 3','YYYY MM W'), to_date('2024 2','YYYY Q'), to_date('2024 III 07','YYYY RM DD'), to_date('xii 2023','rm YYYY')
SELECT to_date('20','CC'), to_date('21 24','CC YY'), to_date('2024-02-01 3','YYYY-MM-DD D')
SELECT to_timestamp('2024-02-01 10:00:00 +05:30','YYYY-MM-DD HH24:MI:SS TZH:TZM'), to_timestamp('2024-02-01 10 -08','YYYY-MM-DD HH24 TZH')
SELECT to_date('2024 13','YYYY MM')
SELECT to_date('2024 XIII','YYYY RM')
SELECT to_date('2024 ABC','YYYY RM')
SELECT date(TIMESTAMP '2024-01-02 03:04'), date('2024-01-02'), text(12), int4(2.5), float8(3), int8('5'), bool(1), date(NULL)
SELECT int4('12'::text)
SELECT date(1)
SELECT regexp_count('abab','a',1,'g')
SELECT regexp_substr('abab','a',1,1,'g')
SELECT regexp_instr('abab','a',1,1,0,'g')
SELECT localtime(2) IS NULL, localtimestamp(0) IS NULL, current_timestamp(3) IS NULL
SELECT to_date('12 Jan 24','DD Mon YY'), to_date('0097/Feb/16 --> 08:14:30','YYYY/Mon/DD --> HH:MI:SS')
SELECT to_date('4713-01-01 BC','YYYY-MM-DD BC'), to_date('J2451187','"J"J'), to_date('2451187','J')
