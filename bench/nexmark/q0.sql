-- Pass through: what it costs to take events in and give them out.
SELECT auction, bidder, price, date_time, extra FROM bid;
