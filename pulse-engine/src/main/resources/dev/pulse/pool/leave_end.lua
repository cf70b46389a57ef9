-- Ends a worker that left the ring and has given away all it had. Changes nothing when run twice.
-- KEYS: 1 meta, 2 leases, 3 workers that re-assert, 4 the worker, 5 owned set, 6 inbox
-- ARGV: 1 worker
-- Returns OK, NOTEMPTY when it still has jobs or entries or is in the ring, LOST when it has no lease but is being swept
-- or was, GONE.

if not redis.call('HGET', KEYS[1], 'st') then
  return 'GONE'
end
if redis.call('EXISTS', KEYS[4]) == 0 then
  return 'OK'
end
if not redis.call('ZSCORE', KEYS[2], ARGV[1]) then
  return 'LOST'
end
if not redis.call('HGET', KEYS[4], 'leaving') or redis.call('SCARD', KEYS[5]) + redis.call('XLEN', KEYS[6]) > 0 then
  return 'NOTEMPTY'
end
redis.call('SREM', KEYS[3], ARGV[1])
redis.call('ZREM', KEYS[2], ARGV[1])
redis.call('DEL', KEYS[4], KEYS[5], KEYS[6])
return 'OK'
