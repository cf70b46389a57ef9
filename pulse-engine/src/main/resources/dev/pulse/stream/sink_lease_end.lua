-- Gives the lease of a sink up and wakes one consumer that waits for it.
-- KEYS: 1 lease, 2 list through which it is handed over
-- ARGV: 1 consumer, 2 after how many ms nobody waits any more
-- Returns 1 when it was given up, 0 when another has it.

if redis.call('HGET', KEYS[1], 'owner') ~= ARGV[1] then
  return 0
end
redis.call('HDEL', KEYS[1], 'owner')
redis.call('HSET', KEYS[1], 'until', '0')
redis.call('DEL', KEYS[2])
redis.call('LPUSH', KEYS[2], ARGV[1])
redis.call('PEXPIRE', KEYS[2], ARGV[2])
return 1
