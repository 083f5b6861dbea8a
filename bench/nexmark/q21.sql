-- Add channel id: a regular expression finds it in the URL, four channels have one of their own.
SELECT auction, bidder, price, channel,
  CASE lower(channel) WHEN 'apple' THEN '0' WHEN 'google' THEN '1' WHEN 'facebook' THEN '2' WHEN 'baidu' THEN '3'
       ELSE regexp_substr(url, '(&|^)channel_id=([^&]*)', 1, 1, '', 2) END AS channel_id
FROM bid
WHERE regexp_substr(url, '(&|^)channel_id=([^&]*)', 1, 1, '', 2) IS NOT NULL OR lower(channel) IN ('apple', 'google', 'facebook', 'baidu');
