-- Winning bids: of each auction the highest bid while it was open, the earliest of equal ones; kept up to date.
SELECT id, item_name, description, initial_bid, reserve, opened, expires, seller, category, extra, auction, bidder, price, bid_time, bid_extra
FROM (SELECT a.id, a.item_name, a.description, a.initial_bid, a.reserve, a.date_time AS opened, a.expires, a.seller, a.category, a.extra,
             b.auction, b.bidder, b.price, b.date_time AS bid_time, b.extra AS bid_extra,
             row_number() OVER (PARTITION BY a.id ORDER BY b.price DESC, b.date_time) AS n
      FROM auction AS a JOIN bid AS b ON a.id = b.auction AND b.date_time BETWEEN a.date_time AND a.expires) AS q
WHERE n <= 1;
