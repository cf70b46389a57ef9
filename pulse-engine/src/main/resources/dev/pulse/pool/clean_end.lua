-- Ends an incarnation of which nothing is left. Changes nothing when run twice.
-- KEYS: 1 pool, 2 meta, 3 workers that re-assert, 4 leases, 5 workers being swept, 6 waiting, 7 due, 8 dead, 9 tickers,
--       10 schedules
-- ARGV: 1 incarnation
-- Returns OK, NOTEMPTY when something is left, OPEN when it is not being shut down, GONE when it has ended.

local incarnation = redis.call('HGET', KEYS[1], 'g')
local state = redis.call('HGET', KEYS[2], 'st')
if not state then
  return 'GONE'
end
if state == 'open' then
  return 'OPEN'
end
for i = 4, 10 do
  if redis.call('ZCARD', KEYS[i]) > 0 then
    return 'NOTEMPTY'
  end
end
-- what replies and outcomes are left ends by itself
redis.call('DEL', KEYS[2], KEYS[3])
if incarnation == ARGV[1] then
  redis.call('HSET', KEYS[1], 'st', 'ended', 'end', incarnation)
end
return 'OK'
