-- Puts a job aside whose attempt failed: until a time, or for good. Changes nothing when run twice.
-- KEYS: 1 meta, 2 job, 3 payload, 4 outcome, 5 owned set, 6 inbox, 7 due, 8 dead, 9 replies of the client that dispatched
--       it, 10 inbox of the worker in the first slot, if there is one
-- ARGV: 1 key, 2 token, 3 delay in ms, 4 error, '' to keep the last one, 5 how many attempts are counted: 1, 0 when
--       begin.lua counted it, -1 to take that back, 6 how many may fail, 0 to give it up at once, 7.. ids of its entries
-- Returns DUE, DEAD when no attempt is left, STOPPED when it was to be stopped, STALE when it is not ours, GONE.
--@include /dev/pulse/pool/numbers.lua
--@include /dev/pulse/pool/replies.lua
--@include /dev/pulse/pool/end_of_job.lua

local meta = redis.call('HMGET', KEYS[1], 'st', 'ret', 'v', 'q')
if not meta[1] then
  return 'GONE'
end
local key, token, text = ARGV[1], ARGV[2], ARGV[4]
local job = redis.call('HMGET', KEYS[2], 't', 'q', 'w', 'dg', 'a', 'id', 'r', 'n')
handled(KEYS[6], 7)
if job[1] ~= token then
  return 'STALE'
end
expect(KEYS[4], job[4], meta[4], meta[2])
redis.call('SCARD', KEYS[5])

local function tell_dispatcher(state)
  if job[7] and job[7] ~= '' then
    tell(KEYS[9], 'd', job[6], state, token, text)
  end
end

if job[3] or meta[1] ~= 'open' then
  redis.call('SREM', KEYS[5], key)
  settle(KEYS[4], job[4], key, 'stopped', token, text, meta[2], job[8])
  forget(KEYS[1], KEYS[2], KEYS[3], job[2])
  tell_dispatcher('stopped')
  return 'STOPPED'
end
local now = math.floor(micros() / 1000)
local attempts = math.max(0, (tonumber(job[5]) or 0) + tonumber(ARGV[5]))
if attempts >= tonumber(ARGV[6]) then
  redis.call('ZADD', KEYS[8], digits(now), key)
  redis.call('SREM', KEYS[5], key)
  settle(KEYS[4], job[4], key, 'dead', token, text, meta[2], job[8])
  redis.call('HSET', KEYS[2], 'st', 'dead', 'o', '', 't', '0', 'q', '0', 'a', attempts, 'e', text)
  if job[2] == '1' then
    redis.call('HINCRBY', KEYS[1], 'q', -1)
  end
  tell_dispatcher('dead')
  return 'DEAD'
end
redis.call('ZADD', KEYS[7], digits(now + tonumber(ARGV[3])), 'k:' .. key)
redis.call('SREM', KEYS[5], key)
redis.call('HSET', KEYS[2], 'st', 'due', 'o', '', 't', '0', 'a', attempts)
if text ~= '' then
  redis.call('HSET', KEYS[2], 'e', text)
end
if redis.call('ZRANGE', KEYS[7], 0, 0)[1] == 'k:' .. key then
  wake(10, meta[3])
end
return 'DUE'
