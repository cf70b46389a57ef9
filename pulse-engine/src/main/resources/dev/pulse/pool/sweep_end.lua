-- Ends a worker that was swept. Changes nothing when run twice.
-- KEYS: 1 meta, 2 workers being swept, 3 workers that re-assert, 4 the worker, 5 owned set, 6 inbox
-- ARGV: 1 worker
-- Returns OK, NOTEMPTY when it still has jobs or entries, GONE.

if not redis.call('HGET', KEYS[1], 'st') then
  return 'GONE'
end
if not redis.call('ZSCORE', KEYS[2], ARGV[1]) then
  return 'OK'
end
if redis.call('SCARD', KEYS[5]) + redis.call('XLEN', KEYS[6]) > 0 then
  return 'NOTEMPTY'
end
redis.call('SREM', KEYS[3], ARGV[1])
redis.call('DEL', KEYS[4], KEYS[5], KEYS[6])
redis.call('ZREM', KEYS[2], ARGV[1])
return 'OK'
