-- Says that a message was handled, or given up. Changes nothing when run twice.
-- KEYS: 1 meta, 2 inbox, 3 replies of who sent it
-- ARGV: 1 id of its entry, 2 id of the request, 3 done or failed, 4 answer or error
-- Returns OK, STALE when the entry is gone, GONE.
--@include /dev/pulse/pool/numbers.lua
--@include /dev/pulse/pool/replies.lua

local meta = redis.call('HMGET', KEYS[1], 'st', 'mq')
if not meta[1] then
  return 'GONE'
end
number(meta[2])
if redis.call('XDEL', KEYS[2], ARGV[1]) == 0 then
  return 'STALE'
end
redis.call('HINCRBY', KEYS[1], 'mq', -1)
tell(KEYS[3], 'm', ARGV[2], ARGV[3], '0', ARGV[4])
return 'OK'
