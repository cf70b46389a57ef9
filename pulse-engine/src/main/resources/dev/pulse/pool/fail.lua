-- Ends a job whose first start threw. Changes nothing when run twice.
-- KEYS: 1 meta, 2 job, 3 payload, 4 outcome, 5 owned set, 6 inbox, 7 replies of the client that dispatched it
-- ARGV: 1 key, 2 token, 3 error, 4.. ids of its entries
-- Returns OK, STOPPED when it was to be stopped, STALE when it is not ours, GONE.
--@include /dev/pulse/pool/numbers.lua
--@include /dev/pulse/pool/replies.lua
--@include /dev/pulse/pool/end_of_job.lua

local meta = redis.call('HMGET', KEYS[1], 'st', 'ret', 'q')
if not meta[1] then
  return 'GONE'
end
local key, token, text = ARGV[1], ARGV[2], ARGV[3]
local job = redis.call('HMGET', KEYS[2], 't', 'id', 'q', 'w', 'dg', 'r', 'n')
handled(KEYS[6], 4)
if job[1] ~= token then
  return 'STALE'
end
local state = job[4] and 'stopped' or 'failed'
expect(KEYS[4], job[5], meta[3], meta[2])
redis.call('SREM', KEYS[5], key)
settle(KEYS[4], job[5], key, state, token, text, meta[2], job[7])
forget(KEYS[1], KEYS[2], KEYS[3], job[3])
if job[6] and job[6] ~= '' then
  tell(KEYS[7], 'd', job[2], state, token, text)
end
return job[4] and 'STOPPED' or 'OK'
