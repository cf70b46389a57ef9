-- Has a dead job tried anew, as if it had never been tried. Counts as queued again. Changes nothing when run twice.
-- KEYS: 1 meta, 2 job, 3 dead, 4 due, 5 outcome of the dispatch id guessed, 6 inbox of the worker in the first slot, if
--       there is one
-- ARGV: 1 key, 2 dispatch id guessed, 3 id of the request
-- Returns {'OK'}, {'UNKNOWN'} when there is no such dead job, {'LOOK', dispatch id} when it has another than guessed,
-- {'FULL'}, {'CLOSING'}, {'GONE'}.
--@include /dev/pulse/pool/numbers.lua
--@include /dev/pulse/pool/replies.lua

local meta = redis.call('HMGET', KEYS[1], 'st', 'q', 'max', 'v')
if not meta[1] then
  return {'GONE'}
end
if meta[1] ~= 'open' then
  return {'CLOSING'}
end
local key, request = ARGV[1], ARGV[3]
local job = redis.call('HMGET', KEYS[2], 'id', 'st', 'dg', 'rt')
if job[4] == request then
  return {'OK'}
end
if job[2] ~= 'dead' then
  return {'UNKNOWN'}
end
if job[3] and job[1] ~= ARGV[2] then
  return {'LOOK', job[1]}
end
if number(meta[2]) >= number(meta[3]) then
  return {'FULL'}
end
-- what is none of our keys fails before anything is changed
redis.call('ZCARD', KEYS[3])
if job[3] then
  redis.call('HGET', KEYS[5], 'st')
end
redis.call('ZADD', KEYS[4], digits(math.floor(micros() / 1000)), 'k:' .. key)
redis.call('ZREM', KEYS[3], key)
if job[3] then
  redis.call('HSET', KEYS[5], 'k', key, 'dg', job[3], 'st', 'pending', 't', '0', 'e', '', 'n', '0')
  redis.call('PERSIST', KEYS[5])
end
-- who dispatched it heard of its end, and waits no more
redis.call('HSET', KEYS[2], 'st', 'due', 'q', '1', 'a', '0', 'r', '', 'rt', request)
redis.call('HDEL', KEYS[2], 'n')
redis.call('HINCRBY', KEYS[1], 'q', 1)
wake(6, meta[4])
return {'OK'}
