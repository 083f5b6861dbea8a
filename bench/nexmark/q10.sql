-- Log to files: bids by day and minute, in the directory DIR.
CREATE SINK q10 FROM (
  SELECT auction, bidder, price, date_time, extra, to_char(date_time, 'YYYY-MM-DD') AS day, to_char(date_time, 'HH24-MI') AS minute FROM bid)
INTO file (path = '${DIR}/{day}/{minute}.csv') FORMAT csv;
