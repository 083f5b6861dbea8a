-- The three tables of Nexmark, made by the connector. EVENTS events of all three together (0 = without end), SEED, RATE events per
-- second (0 = as fast as they are taken), EVENT_RATE events per second of event time and TIME are variables: laminar -v EVENTS=1000000 -f sources.sql -f q5.sql
CREATE SOURCE person (WATERMARK FOR date_time)
  FROM nexmark (table = 'person', events = ${EVENTS:-100000}, seed = ${SEED:-1}, event_rate = ${EVENT_RATE:-10000},
    events_per_second = ${RATE:-0});
CREATE SOURCE auction (WATERMARK FOR date_time)
  FROM nexmark (table = 'auction', events = ${EVENTS:-100000}, seed = ${SEED:-1}, event_rate = ${EVENT_RATE:-10000},
    events_per_second = ${RATE:-0});
CREATE SOURCE bid (WATERMARK FOR ${TIME:-date_time})
  FROM nexmark (table = 'bid', events = ${EVENTS:-100000}, seed = ${SEED:-1}, event_rate = ${EVENT_RATE:-10000},
    events_per_second = ${RATE:-0});
