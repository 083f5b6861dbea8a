-- Processing time windows: how many bids each user made in 10 seconds of the clock. Needs TIME = date_time AS PROCTIME(): the time of
-- a bid is that of its arrival then.
SELECT bidder, count(*) AS bid_count, TUMBLE_START(date_time, INTERVAL '10' SECOND) AS starttime
FROM bid GROUP BY bidder, TUMBLE(date_time, INTERVAL '10' SECOND);
