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
