-- Local item suggestion: who sells in three states what is of category 10. Auctions join persons without a bound of time.
SELECT p.name, p.city, p.state, a.id
FROM auction AS a JOIN person AS p ON a.seller = p.id
WHERE a.category = 10 AND p.state IN ('OR', 'ID', 'CA');
