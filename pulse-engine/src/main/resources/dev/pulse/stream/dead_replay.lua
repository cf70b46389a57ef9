-- Gives a dead letter back to the sink that gave the event up, as if it had never been delivered.
-- KEYS: 1 stream key, 2 key of the dead-letter stream
-- ARGV: 1 id of the dead letter, 2 id of the event, 3 sink, 4 idle time in ms that makes it claimable at once
-- Returns 1 when it was given back, 0 when there is no such dead letter, -1 when the event is not retained any more, -2
-- when the sink has no group. Only the first changes anything.

if #redis.call('XRANGE', KEYS[2], ARGV[1], ARGV[1]) == 0 then
  return 0
end
if #redis.call('XRANGE', KEYS[1], ARGV[2], ARGV[2]) == 0 then
  return -1
end
local consumers = redis.pcall('XINFO', 'CONSUMERS', KEYS[1], ARGV[3])
if consumers.err then
  return -2
end
-- under the name of a consumer that others know: v1.6 deletes one without a keep-alive, with what is pending on it.
-- Whoever looks first claims it from there
local holder = 'replay'
if consumers[1] then
  holder = consumers[1][2]
end
redis.call('XCLAIM', KEYS[1], ARGV[3], holder, 0, ARGV[2], 'IDLE', ARGV[4], 'RETRYCOUNT', 0, 'FORCE', 'JUSTID')
redis.call('XDEL', KEYS[2], ARGV[1])
return 1
