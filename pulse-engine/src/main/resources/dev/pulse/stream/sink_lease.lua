-- Takes or renews the lease of a sink that has one active consumer, by Redis' clock.
-- KEYS: 1 lease, 2 list through which it is handed over, 3 resources, 4 lifecycle record
-- ARGV: 1 consumer, 2 how long it lasts in ms, 3 generation
-- Returns {1, fencing token, 0} when the consumer has it, else {0, fencing token, ms for which another has it}.

local now = redis.call('TIME')
local now_ms = tonumber(now[1]) * 1000 + math.floor(tonumber(now[2]) / 1000)
local lasts = tonumber(ARGV[2])
local record = redis.call('HMGET', KEYS[4], 'generation', 'state')
if record[1] and (record[1] ~= ARGV[3] or record[2] ~= 'active') then
  -- nothing of an incarnation that is over is made again
  return {0, 0, lasts}
end
local lease = redis.call('HMGET', KEYS[1], 'owner', 'fence', 'until')
local till = tonumber(lease[3]) or 0
if till > now_ms and lease[1] ~= ARGV[1] then
  return {0, tonumber(lease[2]), till - now_ms}
end
local fence = tonumber(lease[2])
if till <= now_ms then
  -- also for who had it before: others may have had it in between, or seen that nobody has it
  fence = redis.call('HINCRBY', KEYS[1], 'fence', 1)
  redis.call('DEL', KEYS[2])
  redis.call('SADD', KEYS[3], KEYS[1], KEYS[2])
end
redis.call('HSET', KEYS[1], 'owner', ARGV[1], 'until', string.format('%d', now_ms + lasts))
return {1, fence, 0}
