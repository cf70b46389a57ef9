-- Gives jobs that wait for a worker, or for a time that has come, to their owners. Changes nothing when run twice.
-- KEYS: 1 meta, 2 waiting, 3 due, then as in hand_out.lua
-- ARGV: 1 ring version, then as in hand_out.lua
-- Returns {'OK', a reply for each job as in hand_out.lua}, {'HOLD'} when nothing is handed out, {'CLOSING'},
-- {'RING', version, slots} when the version given is not the pool's, {'GONE'}.
--@include /dev/pulse/pool/hand_out.lua
--@include /dev/pulse/pool/out_of_memory.lua

local meta = redis.call('HMGET', KEYS[1], 'st', 'v', 'f', 'hold', 'rg', 'ret', 'ring', 'q')
if not meta[1] then
  return {'GONE'}
end
if meta[1] ~= 'open' then
  return {'CLOSING'}
end
if meta[2] ~= ARGV[1] then
  return {'RING', meta[2], meta[7] or ''}
end
local now = micros() / 1000
if meta[5] or tonumber(meta[4]) > now then
  return {'HOLD'}
end
local waiting, due = KEYS[2], KEYS[3]
-- what is none of our keys fails before anything is changed
number(meta[8])
redis.call('ZCARD', waiting)
redis.call('ZCARD', due)
in_any_case(KEYS[1])
local jobs = named_jobs(3, 1)

local function take(job)
  redis.call('ZREM', waiting, job.key)
  redis.call('ZREM', due, 'k:' .. job.key)
end

local function place(job, token)
  if not read(job) then
    return 'BROKEN'
  end
  if job.st ~= 'waiting' and job.st ~= 'due' then
    -- a key of a job that is elsewhere, or nowhere, waits no longer
    take(job)
    return 'STALE'
  end
  if job.id ~= job.given then
    return 'STALE'
  end
  if job.st == 'due' and (tonumber(redis.call('ZSCORE', due, 'k:' .. job.key)) or 0) > now then
    return 'NOTYET'
  end
  if job.w then
    local reply = end_stopped(KEYS[1], meta[6], job)
    if reply == 'STOPPED' then
      take(job)
    end
    return reply
  end
  if not job.target then
    if job.st == 'due' then
      redis.call('ZADD', waiting, job.at, job.key)
      redis.call('ZREM', due, 'k:' .. job.key)
      redis.call('HSET', job.record, 'st', 'waiting')
    end
    return 'WAITING'
  end
  if type(redis.pcall('SADD', job.target.owned, job.key)) == 'table' then
    return 'BROKEN'
  end
  if not announce(job, token) then
    redis.call('SREM', job.target.owned, job.key)
    return 'BROKEN'
  end
  take(job)
  redis.call('HSET', job.record, 'st', 'assigned', 'o', job.target.name, 't', token)
  return token
end

local replies = {'OK'}
local before = reserve_tokens(KEYS[1], meta[3], #jobs)
for i, job in ipairs(jobs) do
  replies[i + 1] = place(job, digits(before + i))
end
return replies
