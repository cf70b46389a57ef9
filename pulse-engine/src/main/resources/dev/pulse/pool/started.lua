-- Says that start has returned. Changes nothing when run twice.
-- KEYS: 1 meta, 2 job, 3 inbox, 4 replies of the client that dispatched it, 5 outcome
-- ARGV: 1 key, 2 token, 3 id of the start entry, or '' when that is gone
-- Returns OK, WISHED when the job is to be stopped, STALE when it is not ours, GONE.
--@include /dev/pulse/pool/numbers.lua
--@include /dev/pulse/pool/replies.lua
--@include /dev/pulse/pool/end_of_job.lua
--@include /dev/pulse/pool/out_of_memory.lua

local key, token, entry = ARGV[1], ARGV[2], ARGV[3]
local job = redis.call('HMGET', KEYS[2], 't', 'st', 'q', 'n', 'w', 'id', 'r', 'dg', 'a')
if job[1] ~= token then
  if not redis.call('HGET', KEYS[1], 'st') then
    return 'GONE'
  end
  if entry ~= '' then
    redis.call('XDEL', KEYS[3], entry)
  end
  return 'STALE'
end
if entry ~= '' then
  redis.call('XDEL', KEYS[3], entry)
else
  in_any_case(KEYS[1])
end
if job[2] ~= 'running' then
  local first = not job[4]
  local retention = first and job[8] and redis.call('HGET', KEYS[1], 'ret')
  if retention then
    expect(KEYS[5], job[8], 0, retention)
  end
  if job[3] == '1' then
    redis.call('HINCRBY', KEYS[1], 'q', -1)
  end
  if retention then
    settle(KEYS[5], job[8], key, 'started', token, '', retention, '1')
  end
  redis.call('HSET', KEYS[2], 'st', 'running', 'q', '0', 'n', (job[4] or 0) + 1, 'a', '0')
  if first and job[7] ~= '' then
    tell(KEYS[4], 'd', job[6], 'started', token, '')
  end
end
return job[5] and 'WISHED' or 'OK'
