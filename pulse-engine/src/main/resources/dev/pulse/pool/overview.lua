-- Tells how the pool stands as a whole. Changes nothing; its work grows with the number of workers only.
-- KEYS: 1 meta, 2 leases, 3 workers being swept, 4 waiting, 5 due, 6 dead
-- Returns {'OK', now in ms, slots, jobs queued, messages under way, on hold 0/1, jobs waiting, due, dead, {worker, end of
-- lease, …}, {worker being swept, since when, …}, how much was dropped}, {'GONE'}.
--@include /dev/pulse/pool/numbers.lua

local meta = redis.call('HMGET', KEYS[1], 'st', 'ring', 'q', 'mq', 'hold', 'ma', 'dd')
if not meta[1] then
  return {'GONE'}
end
local now = math.floor(micros() / 1000)
return {'OK', now, meta[2] or '', meta[3], meta[4], tonumber(meta[5]) > now and 1 or 0, redis.call('ZCARD', KEYS[4]),
  redis.call('ZCARD', KEYS[5]) - number(meta[6] or '0'), redis.call('ZCARD', KEYS[6]),
  redis.call('ZRANGE', KEYS[2], 0, -1, 'WITHSCORES'), redis.call('ZRANGE', KEYS[3], 0, -1, 'WITHSCORES'), meta[7] or '0'}
