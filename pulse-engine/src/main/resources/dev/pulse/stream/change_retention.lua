-- Changes what an incarnation keeps, and makes what is there fit it at once.
-- KEYS: 1 lifecycle record, 2 flat stream key, 3 stream key, 4 resources, 5 recovery cursors, 6 Go's idempotency,
--       7 add-once hash, 8 add-once due times
-- ARGV: 1 generation; 2 retention for a record that vanished; 3 the new retention
-- Returns {1, the old retention}, {0, generation, state} when the incarnation is not the active one, {-1, deadline} when
-- it is over, {-2, deadline} when the new deadline has passed.
--@include /dev/pulse/stream/lifecycle.lua

local ok, generation, physical, retention = establish(KEYS[1], KEYS[2], tonumber(ARGV[1]), ARGV[2])
if not ok then
  return {0, generation, physical}
end
if is_over(retention) then
  -- what was added once is forgotten by now: a stream that came back to life could have it twice
  return {-1, string.match(retention, '|value=(%d+)|')}
end
local wanted = ARGV[3]
if is_over(wanted) then
  return {-2, string.match(wanted, '|value=(%d+)|')}
end
if wanted == retention then
  return {1, retention}
end
keep(KEYS[1], generation, wanted)
trim(KEYS[3], wanted)
redis.call('PERSIST', KEYS[3])
expire(KEYS[3], wanted)

-- Go lets all keys of a generation end at its deadline; without one those of sinks stay
redis.call('PERSIST', KEYS[4])
redis.call('PERSIST', KEYS[5])
redis.call('HDEL', KEYS[5], '=deadline')
-- what was added once is known until the deadline; without one nothing prunes what Go's AddOnce wrote, so that ends
-- after the longest window there is
local deadline = string.match(wanted, '|mode=deadline|value=(%d+)|')
if deadline then
  redis.call('PEXPIREAT', KEYS[6], deadline)
  redis.call('PEXPIREAT', KEYS[7], deadline)
  redis.call('PEXPIREAT', KEYS[8], deadline)
else
  redis.call('PEXPIRE', KEYS[6], 7 * 24 * 3600 * 1000)
  redis.call('PERSIST', KEYS[7])
  redis.call('PERSIST', KEYS[8])
end
return {1, retention}
