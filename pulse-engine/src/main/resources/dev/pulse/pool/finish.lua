-- Says that a task is done, with its result. Changes nothing when run twice.
-- KEYS: 1 meta, 2 job, 3 payload, 4 outcome, 5 owned set, 6 inbox, 7 replies of the client that dispatched it
-- ARGV: 1 key, 2 token, 3 result, 4.. ids of its entries
-- Returns OK, also when it was to be stopped; STALE when it is not ours, GONE.
--@include /dev/pulse/pool/numbers.lua
--@include /dev/pulse/pool/replies.lua
--@include /dev/pulse/pool/end_of_job.lua

local meta = redis.call('HMGET', KEYS[1], 'st', 'ret', 'q')
if not meta[1] then
  return 'GONE'
end
local key, token, result = ARGV[1], ARGV[2], ARGV[3]
local job = redis.call('HMGET', KEYS[2], 't', 'id', 'q', 'dg', 'r')
if ARGV[4] then
  handled(KEYS[6], 4)
end
if job[1] ~= token then
  return 'STALE'
end
expect(KEYS[4], job[4], meta[3], meta[2])
redis.call('SREM', KEYS[5], key)
settle(KEYS[4], job[4], key, 'done', token, '', meta[2], '1')
if job[4] then
  redis.call('HSET', KEYS[4], 'res', result)
end
forget(KEYS[1], KEYS[2], KEYS[3], job[3])
if job[5] and job[5] ~= '' then
  tell(KEYS[7], 'd', job[2], 'done', token, result)
end
return 'OK'
