-- Counts an attempt of a task, before its handler is called: one that kills its process is counted too. Counts once for
-- a token, however often it is run.
-- KEYS: 1 meta, 2 job, 3 inbox, 4 replies of the client that dispatched it, 5 outcome, 6 payload
-- ARGV: 1 key, 2 token, 3 id of the start entry, or '' when that is gone, 4 how many attempts there are when the job does
--       not say, 5 whether the payload is wanted 0/1
-- Returns {'OK', attempt, payload or ''}, {'WISHED'} when it is to be stopped, {'HOLD'} when nothing is handed out,
-- {'SPENT'} when it has no attempt left, {'STALE'} when it is not ours, {'GONE'}.
--@include /dev/pulse/pool/numbers.lua
--@include /dev/pulse/pool/replies.lua
--@include /dev/pulse/pool/end_of_job.lua
--@include /dev/pulse/pool/out_of_memory.lua

local meta = redis.call('HMGET', KEYS[1], 'st', 'hold', 'rg', 'q')
if not meta[1] then
  return {'GONE'}
end
local key, token, entry = ARGV[1], ARGV[2], ARGV[3]
local job = redis.call('HMGET', KEYS[2], 't', 'st', 'q', 'n', 'w', 'id', 'r', 'dg', 'a', 'mx', 'u')
if job[1] ~= token then
  if entry ~= '' then
    redis.call('XDEL', KEYS[3], entry)
  end
  return {'STALE'}
end
if job[5] or meta[1] ~= 'open' then
  return {'WISHED'}
end
local attempts, allowed = tonumber(job[9]) or 0, tonumber(job[10]) or 0
if job[2] ~= 'running' then
  if meta[3] or number(meta[2]) > micros() / 1000 then
    return {'HOLD'}
  end
  if attempts >= (allowed > 0 and allowed or tonumber(ARGV[4])) then
    return {'SPENT'}
  end
end
local payload = ARGV[5] == '1' and redis.call('GET', KEYS[6]) or ''
expect(KEYS[5], job[8], meta[4], 0)
if entry ~= '' then
  redis.call('XDEL', KEYS[3], entry)
else
  in_any_case(KEYS[1])
end
if job[2] ~= 'running' then
  attempts = attempts + 1
  if job[3] == '1' then
    redis.call('HINCRBY', KEYS[1], 'q', -1)
  end
  begun(KEYS[5], job[8], key, token)
  redis.call('HSET', KEYS[2], 'st', 'running', 'q', '0', 'n', (job[4] or 0) + 1, 'a', attempts)
  if not job[4] and job[7] ~= '' and not job[11] then
    tell(KEYS[4], 'd', job[6], 'started', token, '')
  end
end
return {'OK', attempts, payload}
