#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""bench_tpch.py BUILD_DIR [--scale F] [--only N,N..] [--no-keys] [--rounds N]: the 22 queries of TPC-H, here and in DuckDB.

The data has the shape of TPC-H's (sizes, ranges, which column follows from which, words in texts) but is made here, by the hash of a
number, so parameters select about as much as there.  Both read it from the same CSV files, in memory, on one thread.

Times are CPU times of the process.  Every answer must be the same on both sides, row by row where the query orders them: numbers by
nine digits.  `--no-keys` makes the tables without PRIMARY KEY, as CREATE TABLE AS does."""
import argparse
import csv
import math
import pathlib
import sys
import tempfile

from bench_duckdb import DuckDB, Laminar, fetch_duckdb

TABLES = {
    'region': ('r_regionkey BIGINT, r_name VARCHAR, r_comment VARCHAR', 'r_regionkey'),
    'nation': ('n_nationkey BIGINT, n_name VARCHAR, n_regionkey BIGINT, n_comment VARCHAR', 'n_nationkey'),
    'supplier': ('s_suppkey BIGINT, s_name VARCHAR, s_address VARCHAR, s_nationkey BIGINT, s_phone VARCHAR, s_acctbal DECIMAL(15, 2), '
                 's_comment VARCHAR', 's_suppkey'),
    'customer': ('c_custkey BIGINT, c_name VARCHAR, c_address VARCHAR, c_nationkey BIGINT, c_phone VARCHAR, c_acctbal DECIMAL(15, 2), '
                 'c_mktsegment VARCHAR, c_comment VARCHAR', 'c_custkey'),
    'part': ('p_partkey BIGINT, p_name VARCHAR, p_mfgr VARCHAR, p_brand VARCHAR, p_type VARCHAR, p_size INTEGER, p_container VARCHAR, '
             'p_retailprice DECIMAL(15, 2), p_comment VARCHAR', 'p_partkey'),
    'partsupp': ('ps_partkey BIGINT, ps_suppkey BIGINT, ps_availqty BIGINT, ps_supplycost DECIMAL(15, 2), ps_comment VARCHAR',
                 'ps_partkey, ps_suppkey'),
    'orders': ('o_orderkey BIGINT, o_custkey BIGINT, o_orderstatus VARCHAR, o_totalprice DECIMAL(15, 2), o_orderdate DATE, '
               'o_orderpriority VARCHAR, o_clerk VARCHAR, o_shippriority INTEGER, o_comment VARCHAR', 'o_orderkey'),
    'lineitem': ('l_orderkey BIGINT, l_partkey BIGINT, l_suppkey BIGINT, l_linenumber BIGINT, l_quantity DECIMAL(15, 2), '
                 'l_extendedprice DECIMAL(15, 2), l_discount DECIMAL(15, 2), l_tax DECIMAL(15, 2), l_returnflag VARCHAR, '
                 'l_linestatus VARCHAR, l_shipdate DATE, l_commitdate DATE, l_receiptdate DATE, l_shipinstruct VARCHAR, l_shipmode VARCHAR, '
                 'l_comment VARCHAR', 'l_orderkey, l_linenumber'),
}

COLORS = ('almond antique aquamarine azure beige bisque black blanched blue blush brown burlywood burnished chartreuse chiffon chocolate coral '
          'cornflower cornsilk cream cyan dark deep dim dodger drab firebrick floral forest frosted gainsboro ghost goldenrod green grey '
          'honeydew hot indian ivory khaki lace lavender lawn lemon light lime linen magenta maroon medium metallic midnight mint misty '
          'moccasin navajo navy olive orange orchid pale papaya peach peru pink plum powder puff purple red rose rosy royal saddle salmon '
          'sandy seashell sienna sky slate smoke snow spring steel tan thistle tomato turquoise violet wheat white yellow').split()
WORDS = ('furiously quickly carefully ironic final bold express regular special pending silent even daring unusual requests deposits accounts '
         'packages theodolites instructions foxes pinto beans asymptotes dependencies platelets ideas sleep haggle nag wake cajole detect '
         'integrate boost among across about above after along against the').split()
NATIONS = [('ALGERIA', 0), ('ARGENTINA', 1), ('BRAZIL', 1), ('CANADA', 1), ('EGYPT', 4), ('ETHIOPIA', 0), ('FRANCE', 3), ('GERMANY', 3), ('INDIA', 2),
           ('INDONESIA', 2), ('IRAN', 4), ('IRAQ', 4), ('JAPAN', 2), ('JORDAN', 4), ('KENYA', 0), ('MOROCCO', 0), ('MOZAMBIQUE', 0), ('PERU', 1),
           ('CHINA', 2), ('ROMANIA', 3), ('SAUDI ARABIA', 4), ('VIETNAM', 2), ('RUSSIA', 3), ('UNITED KINGDOM', 3), ('UNITED STATES', 1)]
REGIONS = ['AFRICA', 'AMERICA', 'ASIA', 'EUROPE', 'MIDDLE EAST']
TYPES = (('STANDARD', 'SMALL', 'MEDIUM', 'LARGE', 'ECONOMY', 'PROMO'), ('ANODIZED', 'BURNISHED', 'PLATED', 'POLISHED', 'BRUSHED'),
         ('TIN', 'NICKEL', 'BRASS', 'STEEL', 'COPPER'))
CONTAINERS = ('SM', 'LG', 'MED', 'JUMBO', 'WRAP'), ('CASE', 'BOX', 'BAG', 'JAR', 'PKG', 'PACK', 'CAN', 'DRUM')
SEGMENTS = 'AUTOMOBILE', 'BUILDING', 'FURNITURE', 'MACHINERY', 'HOUSEHOLD'
PRIORITIES = '1-URGENT', '2-HIGH', '3-MEDIUM', '4-NOT SPECIFIED', '5-LOW'
INSTRUCTIONS = 'DELIVER IN PERSON', 'COLLECT COD', 'NONE', 'TAKE BACK RETURN'
MODES = 'REG AIR', 'AIR', 'RAIL', 'SHIP', 'TRUCK', 'MAIL', 'FOB'


def one_of(words, key, salt):
    texts = ', '.join(f"'{w}'" for w in words)
    return f"([{texts}])[r({key}, {salt}, {len(words)}) + 1]"


def some_of(words, n, key, salt):
    return " || ' ' || ".join(one_of(words, key, salt + i) for i in range(n))


def makers(scale):
    """What DuckDB makes the tables of."""
    suppliers, customers, parts, orders = (max(1, int(n * scale)) for n in (10000, 150000, 200000, 1500000))
    retail = '(90000 + {0} // 10 % 20001 + 100 * ({0} % 1000))'
    phone = "({0} + 10) || '-' || (100 + r(i, 5, 900)) || '-' || (100 + r(i, 6, 900)) || '-' || (1000 + r(i, 7, 9000))"
    supplier_of = f'(({{0}} + {{1}} * ({suppliers} // 4 + ({{0}} - 1) // {suppliers})) % {suppliers} + 1)'
    nation = ', '.join(f"({i}, '{name}', {region}, 'comment of {name}')" for i, (name, region) in enumerate(NATIONS))
    region = ', '.join(f"({i}, '{name}', 'comment of {name}')" for i, name in enumerate(REGIONS))
    return {
        'region': f'SELECT * FROM (VALUES {region})',
        'nation': f'SELECT * FROM (VALUES {nation})',
        'supplier': f"SELECT i, printf('Supplier#%09d', i), 'address ' || r(i, 1, 100000000), nation, {phone.format('nation')}, "
                    f"CAST(r(i, 2, 1099999) - 99999 AS DECIMAL(15, 2)) / 100, CASE WHEN r(i, 3, 2000) = 0 THEN 'Customer bold Complaints ' ELSE '' END "
                    f"|| {some_of(WORDS, 6, 'i', 10)} FROM (SELECT i, r(i, 4, 25) AS nation FROM range(1, {suppliers} + 1) AS g(i))",
        'customer': f"SELECT i, printf('Customer#%09d', i), 'address ' || r(i, 21, 100000000), nation, {phone.format('nation')}, "
                    f"CAST(r(i, 22, 1099999) - 99999 AS DECIMAL(15, 2)) / 100, {one_of(SEGMENTS, 'i', 23)}, {some_of(WORDS, 8, 'i', 30)} "
                    f'FROM (SELECT i, r(i, 24, 25) AS nation FROM range(1, {customers} + 1) AS g(i))',
        'part': f"SELECT i, {some_of(COLORS, 5, 'i', 40)}, 'Manufacturer#' || m, 'Brand#' || m || (r(i, 46, 5) + 1), {one_of(TYPES[0], 'i', 47)} || ' ' || "
                f"{one_of(TYPES[1], 'i', 48)} || ' ' || {one_of(TYPES[2], 'i', 49)}, r(i, 50, 50) + 1, {one_of(CONTAINERS[0], 'i', 51)} || ' ' || "
                f"{one_of(CONTAINERS[1], 'i', 52)}, CAST({retail.format('i')} AS DECIMAL(15, 2)) / 100, {some_of(WORDS, 2, 'i', 53)} "
                f'FROM (SELECT i, r(i, 45, 5) + 1 AS m FROM range(1, {parts} + 1) AS g(i))',
        'partsupp': f"SELECT i, {supplier_of.format('i', 'k')}, r(4 * i + k, 61, 9999) + 1, CAST(r(4 * i + k, 62, 99901) + 100 AS DECIMAL(15, 2)) / 100, "
                    f"{some_of(WORDS, 10, '4 * i + k', 63)} FROM range(1, {parts} + 1) AS g(i), range(0, 4) AS h(k)",
        'lineitem': f"SELECT o, p, {supplier_of.format('p', 'r(l, 72, 4)')}, n, q, q * {retail.format('p')} / 100, r(l, 74, 11) / 100, r(l, 75, 9) / 100, "
                    f"CASE WHEN shipped + r(l, 76, 30) + 1 <= DATE '1995-06-17' THEN ([ 'R', 'A' ])[r(l, 77, 2) + 1] ELSE 'N' END, "
                    f"CASE WHEN shipped > DATE '1995-06-17' THEN 'O' ELSE 'F' END, shipped, day + 30 + r(l, 78, 61), "
                    f"shipped + r(l, 76, 30) + 1, {one_of(INSTRUCTIONS, 'l', 79)}, {one_of(MODES, 'l', 80)}, {some_of(WORDS, 4, 'l', 81)} FROM "
                    f'(SELECT o, day, n, l, r(l, 70, {parts}) + 1 AS p, CAST(r(l, 73, 50) + 1 AS DECIMAL(15, 2)) AS q, day + 1 + r(l, 71, 121) AS shipped FROM '
                    f"(SELECT i // 8 * 32 + i % 8 AS o, DATE '1992-01-01' + r(i, 90, 2406) AS day, n, 8 * i + n AS l "
                    f'FROM range(1, {orders} + 1) AS g(i), range(1, 8) AS h(n) WHERE n <= r(i, 91, 7) + 1))',
        'orders': f"SELECT i // 8 * 32 + i % 8, c + (c % 3 = 0)::BIGINT, s.status, s.total, DATE '1992-01-01' + r(i, 90, 2406), "
                  f"{one_of(PRIORITIES, 'i', 92)}, printf('Clerk#%09d', r(i, 93, {max(1, int(1000 * scale))}) + 1), 0, {some_of(WORDS, 6, 'i', 94)} FROM "
                  f'(SELECT i, r(i, 89, {customers} - 1) + 1 AS c FROM range(1, {orders} + 1) AS g(i)) JOIN (SELECT l_orderkey, '
                  f"CASE WHEN max(l_linestatus) = 'F' THEN 'F' WHEN min(l_linestatus) = 'O' THEN 'O' ELSE 'P' END AS status, "
                  f'round(sum(l_extendedprice * (1 - l_discount) * (1 + l_tax)), 2) AS total FROM lineitem GROUP BY l_orderkey) AS s '
                  f'ON s.l_orderkey = i // 8 * 32 + i % 8',
    }


QUERIES = {
    1: """SELECT l_returnflag, l_linestatus, sum(l_quantity) AS sum_qty, sum(l_extendedprice) AS sum_base_price,
  sum(l_extendedprice * (1 - l_discount)) AS sum_disc_price, sum(l_extendedprice * (1 - l_discount) * (1 + l_tax)) AS sum_charge,
  avg(l_quantity) AS avg_qty, avg(l_extendedprice) AS avg_price, avg(l_discount) AS avg_disc, count(*) AS count_order
FROM lineitem WHERE l_shipdate <= DATE '1998-12-01' - INTERVAL '90' DAY GROUP BY l_returnflag, l_linestatus ORDER BY l_returnflag, l_linestatus""",
    2: """SELECT s_acctbal, s_name, n_name, p_partkey, p_mfgr, s_address, s_phone, s_comment FROM part, supplier, partsupp, nation, region
WHERE p_partkey = ps_partkey AND s_suppkey = ps_suppkey AND p_size = 15 AND p_type LIKE '%BRASS' AND s_nationkey = n_nationkey
  AND n_regionkey = r_regionkey AND r_name = 'EUROPE' AND ps_supplycost = (SELECT min(ps_supplycost) FROM partsupp, supplier, nation, region
    WHERE p_partkey = ps_partkey AND s_suppkey = ps_suppkey AND s_nationkey = n_nationkey AND n_regionkey = r_regionkey AND r_name = 'EUROPE')
ORDER BY s_acctbal DESC, n_name, s_name, p_partkey LIMIT 100""",
    3: """SELECT l_orderkey, sum(l_extendedprice * (1 - l_discount)) AS revenue, o_orderdate, o_shippriority FROM customer, orders, lineitem
WHERE c_mktsegment = 'BUILDING' AND c_custkey = o_custkey AND l_orderkey = o_orderkey AND o_orderdate < DATE '1995-03-15' AND l_shipdate > DATE '1995-03-15'
GROUP BY l_orderkey, o_orderdate, o_shippriority ORDER BY revenue DESC, o_orderdate LIMIT 10""",
    4: """SELECT o_orderpriority, count(*) AS order_count FROM orders WHERE o_orderdate >= DATE '1993-07-01'
  AND o_orderdate < DATE '1993-07-01' + INTERVAL '3' MONTH
  AND EXISTS (SELECT * FROM lineitem WHERE l_orderkey = o_orderkey AND l_commitdate < l_receiptdate) GROUP BY o_orderpriority ORDER BY o_orderpriority""",
    5: """SELECT n_name, sum(l_extendedprice * (1 - l_discount)) AS revenue FROM customer, orders, lineitem, supplier, nation, region
WHERE c_custkey = o_custkey AND l_orderkey = o_orderkey AND l_suppkey = s_suppkey AND c_nationkey = s_nationkey AND s_nationkey = n_nationkey
  AND n_regionkey = r_regionkey AND r_name = 'ASIA' AND o_orderdate >= DATE '1994-01-01' AND o_orderdate < DATE '1994-01-01' + INTERVAL '1' YEAR
GROUP BY n_name ORDER BY revenue DESC""",
    6: """SELECT sum(l_extendedprice * l_discount) AS revenue FROM lineitem WHERE l_shipdate >= DATE '1994-01-01'
  AND l_shipdate < DATE '1994-01-01' + INTERVAL '1' YEAR AND l_discount BETWEEN 0.06 - 0.01 AND 0.06 + 0.01 AND l_quantity < 24""",
    7: """SELECT supp_nation, cust_nation, l_year, sum(volume) AS revenue FROM (SELECT n1.n_name AS supp_nation, n2.n_name AS cust_nation,
  extract(year FROM l_shipdate) AS l_year, l_extendedprice * (1 - l_discount) AS volume FROM supplier, lineitem, orders, customer, nation n1, nation n2
  WHERE s_suppkey = l_suppkey AND o_orderkey = l_orderkey AND c_custkey = o_custkey AND s_nationkey = n1.n_nationkey AND c_nationkey = n2.n_nationkey
    AND ((n1.n_name = 'FRANCE' AND n2.n_name = 'GERMANY') OR (n1.n_name = 'GERMANY' AND n2.n_name = 'FRANCE'))
    AND l_shipdate BETWEEN DATE '1995-01-01' AND DATE '1996-12-31') AS shipping
GROUP BY supp_nation, cust_nation, l_year ORDER BY supp_nation, cust_nation, l_year""",
    8: """SELECT o_year, sum(CASE WHEN nation = 'BRAZIL' THEN volume ELSE 0 END) / sum(volume) AS mkt_share FROM (SELECT extract(year FROM o_orderdate) AS o_year,
  l_extendedprice * (1 - l_discount) AS volume, n2.n_name AS nation FROM part, supplier, lineitem, orders, customer, nation n1, nation n2, region
  WHERE p_partkey = l_partkey AND s_suppkey = l_suppkey AND l_orderkey = o_orderkey AND o_custkey = c_custkey AND c_nationkey = n1.n_nationkey
    AND n1.n_regionkey = r_regionkey AND r_name = 'AMERICA' AND s_nationkey = n2.n_nationkey
    AND o_orderdate BETWEEN DATE '1995-01-01' AND DATE '1996-12-31' AND p_type = 'ECONOMY ANODIZED STEEL') AS all_nations GROUP BY o_year ORDER BY o_year""",
    9: """SELECT nation, o_year, sum(amount) AS sum_profit FROM (SELECT n_name AS nation, extract(year FROM o_orderdate) AS o_year,
  l_extendedprice * (1 - l_discount) - ps_supplycost * l_quantity AS amount FROM part, supplier, lineitem, partsupp, orders, nation
  WHERE s_suppkey = l_suppkey AND ps_suppkey = l_suppkey AND ps_partkey = l_partkey AND p_partkey = l_partkey AND o_orderkey = l_orderkey
    AND s_nationkey = n_nationkey AND p_name LIKE '%green%') AS profit GROUP BY nation, o_year ORDER BY nation, o_year DESC""",
    10: """SELECT c_custkey, c_name, sum(l_extendedprice * (1 - l_discount)) AS revenue, c_acctbal, n_name, c_address, c_phone, c_comment
FROM customer, orders, lineitem, nation WHERE c_custkey = o_custkey AND l_orderkey = o_orderkey AND o_orderdate >= DATE '1993-10-01'
  AND o_orderdate < DATE '1993-10-01' + INTERVAL '3' MONTH AND l_returnflag = 'R' AND c_nationkey = n_nationkey
GROUP BY c_custkey, c_name, c_acctbal, c_phone, n_name, c_address, c_comment ORDER BY revenue DESC LIMIT 20""",
    11: """SELECT ps_partkey, sum(ps_supplycost * ps_availqty) AS value FROM partsupp, supplier, nation WHERE ps_suppkey = s_suppkey
  AND s_nationkey = n_nationkey AND n_name = 'GERMANY' GROUP BY ps_partkey HAVING sum(ps_supplycost * ps_availqty) > (
    SELECT sum(ps_supplycost * ps_availqty) * {fraction} FROM partsupp, supplier, nation
    WHERE ps_suppkey = s_suppkey AND s_nationkey = n_nationkey AND n_name = 'GERMANY') ORDER BY value DESC, ps_partkey""",
    12: """SELECT l_shipmode, sum(CASE WHEN o_orderpriority = '1-URGENT' OR o_orderpriority = '2-HIGH' THEN 1 ELSE 0 END) AS high_line_count,
  sum(CASE WHEN o_orderpriority <> '1-URGENT' AND o_orderpriority <> '2-HIGH' THEN 1 ELSE 0 END) AS low_line_count FROM orders, lineitem
WHERE o_orderkey = l_orderkey AND l_shipmode IN ('MAIL', 'SHIP') AND l_commitdate < l_receiptdate AND l_shipdate < l_commitdate
  AND l_receiptdate >= DATE '1994-01-01' AND l_receiptdate < DATE '1994-01-01' + INTERVAL '1' YEAR GROUP BY l_shipmode ORDER BY l_shipmode""",
    13: """SELECT c_count, count(*) AS custdist FROM (SELECT c_custkey, count(o_orderkey) AS c_count FROM customer LEFT OUTER JOIN orders
  ON c_custkey = o_custkey AND o_comment NOT LIKE '%special%requests%' GROUP BY c_custkey) AS c_orders GROUP BY c_count ORDER BY custdist DESC, c_count DESC""",
    14: """SELECT 100.00 * sum(CASE WHEN p_type LIKE 'PROMO%' THEN l_extendedprice * (1 - l_discount) ELSE 0 END) / sum(l_extendedprice * (1 - l_discount)) AS promo_revenue
FROM lineitem, part WHERE l_partkey = p_partkey AND l_shipdate >= DATE '1995-09-01' AND l_shipdate < DATE '1995-09-01' + INTERVAL '1' MONTH""",
    15: """WITH revenue AS (SELECT l_suppkey AS supplier_no, sum(l_extendedprice * (1 - l_discount)) AS total_revenue FROM lineitem
  WHERE l_shipdate >= DATE '1996-01-01' AND l_shipdate < DATE '1996-01-01' + INTERVAL '3' MONTH GROUP BY l_suppkey)
SELECT s_suppkey, s_name, s_address, s_phone, total_revenue FROM supplier, revenue WHERE s_suppkey = supplier_no
  AND total_revenue = (SELECT max(total_revenue) FROM revenue) ORDER BY s_suppkey""",
    16: """SELECT p_brand, p_type, p_size, count(DISTINCT ps_suppkey) AS supplier_cnt FROM partsupp, part WHERE p_partkey = ps_partkey AND p_brand <> 'Brand#45'
  AND p_type NOT LIKE 'MEDIUM POLISHED%' AND p_size IN (49, 14, 23, 45, 19, 3, 36, 9) AND ps_suppkey NOT IN (
    SELECT s_suppkey FROM supplier WHERE s_comment LIKE '%Customer%Complaints%')
GROUP BY p_brand, p_type, p_size ORDER BY supplier_cnt DESC, p_brand, p_type, p_size""",
    17: """SELECT sum(l_extendedprice) / 7.0 AS avg_yearly FROM lineitem, part WHERE p_partkey = l_partkey AND p_brand = 'Brand#23'
  AND p_container = 'MED BOX' AND l_quantity < (SELECT 0.2 * avg(l_quantity) FROM lineitem WHERE l_partkey = p_partkey)""",
    18: """SELECT c_name, c_custkey, o_orderkey, o_orderdate, o_totalprice, sum(l_quantity) FROM customer, orders, lineitem
WHERE o_orderkey IN (SELECT l_orderkey FROM lineitem GROUP BY l_orderkey HAVING sum(l_quantity) > 300) AND c_custkey = o_custkey AND o_orderkey = l_orderkey
GROUP BY c_name, c_custkey, o_orderkey, o_orderdate, o_totalprice ORDER BY o_totalprice DESC, o_orderdate LIMIT 100""",
    19: """SELECT sum(l_extendedprice * (1 - l_discount)) AS revenue FROM lineitem, part WHERE (p_partkey = l_partkey AND p_brand = 'Brand#12'
  AND p_container IN ('SM CASE', 'SM BOX', 'SM PACK', 'SM PKG') AND l_quantity >= 1 AND l_quantity <= 1 + 10 AND p_size BETWEEN 1 AND 5
  AND l_shipmode IN ('AIR', 'AIR REG') AND l_shipinstruct = 'DELIVER IN PERSON') OR (p_partkey = l_partkey AND p_brand = 'Brand#23'
  AND p_container IN ('MED BAG', 'MED BOX', 'MED PKG', 'MED PACK') AND l_quantity >= 10 AND l_quantity <= 10 + 10 AND p_size BETWEEN 1 AND 10
  AND l_shipmode IN ('AIR', 'AIR REG') AND l_shipinstruct = 'DELIVER IN PERSON') OR (p_partkey = l_partkey AND p_brand = 'Brand#34'
  AND p_container IN ('LG CASE', 'LG BOX', 'LG PACK', 'LG PKG') AND l_quantity >= 20 AND l_quantity <= 20 + 10 AND p_size BETWEEN 1 AND 15
  AND l_shipmode IN ('AIR', 'AIR REG') AND l_shipinstruct = 'DELIVER IN PERSON')""",
    20: """SELECT s_name, s_address FROM supplier, nation WHERE s_suppkey IN (SELECT ps_suppkey FROM partsupp
  WHERE ps_partkey IN (SELECT p_partkey FROM part WHERE p_name LIKE 'forest%') AND ps_availqty > (SELECT 0.5 * sum(l_quantity) FROM lineitem
    WHERE l_partkey = ps_partkey AND l_suppkey = ps_suppkey AND l_shipdate >= DATE '1994-01-01' AND l_shipdate < DATE '1994-01-01' + INTERVAL '1' YEAR))
  AND s_nationkey = n_nationkey AND n_name = 'CANADA' ORDER BY s_name""",
    21: """SELECT s_name, count(*) AS numwait FROM supplier, lineitem l1, orders, nation WHERE s_suppkey = l1.l_suppkey AND o_orderkey = l1.l_orderkey
  AND o_orderstatus = 'F' AND l1.l_receiptdate > l1.l_commitdate
  AND EXISTS (SELECT * FROM lineitem l2 WHERE l2.l_orderkey = l1.l_orderkey AND l2.l_suppkey <> l1.l_suppkey)
  AND NOT EXISTS (SELECT * FROM lineitem l3 WHERE l3.l_orderkey = l1.l_orderkey AND l3.l_suppkey <> l1.l_suppkey AND l3.l_receiptdate > l3.l_commitdate)
  AND s_nationkey = n_nationkey AND n_name = 'SAUDI ARABIA' GROUP BY s_name ORDER BY numwait DESC, s_name LIMIT 100""",
    22: """SELECT cntrycode, count(*) AS numcust, sum(c_acctbal) AS totacctbal FROM (SELECT substring(c_phone FROM 1 FOR 2) AS cntrycode, c_acctbal FROM customer
  WHERE substring(c_phone FROM 1 FOR 2) IN ('13', '31', '23', '29', '30', '18', '17') AND c_acctbal > (SELECT avg(c_acctbal) FROM customer
    WHERE c_acctbal > 0.00 AND substring(c_phone FROM 1 FOR 2) IN ('13', '31', '23', '29', '30', '18', '17'))
    AND NOT EXISTS (SELECT * FROM orders WHERE o_custkey = c_custkey)) AS custsale GROUP BY cntrycode ORDER BY cntrycode""",
}


def load(ours, theirs, scale, keys, folder):
    theirs.run('CREATE MACRO r(k, salt, n) AS CAST(hash(k * 128 + salt) % CAST(n AS UBIGINT) AS INTEGER)')
    for name, made_of in makers(scale).items():
        columns, key = TABLES[name]
        path = pathlib.Path(folder, f'{name}.csv')
        for engine in (theirs, ours):
            engine.run(f"CREATE TABLE {name} ({columns}{f', PRIMARY KEY ({key})' if keys else ''})")
        theirs.run(f'INSERT INTO {name} {made_of}')
        theirs.run(f"COPY {name} TO '{path}' (FORMAT csv, HEADER)")
        ours.run(f"COPY {name} FROM '{path}' (FORMAT csv, HEADER)")
        path.unlink()


def answer(engine, sql, path):
    engine.run(f"COPY ({sql}) TO '{path}' (FORMAT csv, HEADER)")
    with open(path, newline='', encoding='utf-8') as file:
        return list(csv.reader(file))[1:]


def alike(a, b):
    if a == b:
        return True
    try:
        return math.isclose(float(a), float(b), rel_tol=1e-9, abs_tol=1e-9)
    except ValueError:
        return False


def same(mine, theirs):
    return len(mine) == len(theirs) and all(len(a) == len(b) and all(map(alike, a, b)) for a, b in zip(mine, theirs))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('build', type=pathlib.Path)
    parser.add_argument('--scale', type=float, default=0.1)
    parser.add_argument('--only', default='')
    parser.add_argument('--no-keys', action='store_true')
    parser.add_argument('--rounds', type=int, default=3)
    options = parser.parse_args()
    build = options.build.resolve()
    chosen = [int(n) for n in options.only.split(',') if n] or sorted(QUERIES)
    ours, theirs = Laminar(build), DuckDB(fetch_duckdb(build / 'duckdb'))
    wrong = 0
    print(f"{'query':>5} {'rows':>6} {'laminar_s':>10} {'duckdb_s':>9} {'ratio':>6}")
    with tempfile.TemporaryDirectory() as folder:
        load(ours, theirs, options.scale, not options.no_keys, folder)
        for number in chosen:
            sql = QUERIES[number].replace('{fraction}', f'{0.0001 / options.scale:.10f}')
            try:
                mine, other = (answer(e, sql, pathlib.Path(folder, 'answer.csv')) for e in (ours, theirs))
            except RuntimeError as error:
                print(f'{number:>5} {error}')
                wrong += 1
                continue
            (our_s, _), (their_s, _) = (min(e.run(sql) for _ in range(options.rounds)) for e in (ours, theirs))
            ok = same(mine, other)
            wrong += not ok
            print(f"{number:>5} {len(mine):>6} {our_s:>10.4f} {their_s:>9.4f} {our_s / their_s:>6.2f}{'' if ok else '  other rows'}", flush=True)
    sys.exit(1 if wrong else 0)


if __name__ == '__main__':
    main()
