-- Removes tickers or schedules of an incarnation that is being shut down. Changes nothing when run twice.
-- KEYS: 1 meta, 2 tickers or schedules, then all keys of those named
-- ARGV: their names
-- Returns OK, OPEN when the pool is not being shut down, GONE.

local state = redis.call('HGET', KEYS[1], 'st')
if not state then
  return 'GONE'
end
if state == 'open' then
  return 'OPEN'
end
redis.call('DEL', unpack(KEYS, 3))
redis.call('ZREM', KEYS[2], unpack(ARGV))
return 'OK'
