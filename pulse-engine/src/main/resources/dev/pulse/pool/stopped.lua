-- Says that a job's handler has returned, or never ran, and that the job is over. Changes nothing when run twice, but
-- who waits is told each time.
-- KEYS: 1 meta, 2 job, 3 payload, 4 outcome, 5 owned set, 6 inbox, 7 replies of the client that dispatched it, which may
--       wait for its end, 8.. replies of who is to be told
-- ARGV: 1 key, 2 token, then for each of keys 8.. kind and id of the reply, then ids of the job's entries
-- Returns OK, STALE when it is not ours, GONE.
--@include /dev/pulse/pool/numbers.lua
--@include /dev/pulse/pool/replies.lua
--@include /dev/pulse/pool/end_of_job.lua

local meta = redis.call('HMGET', KEYS[1], 'st', 'ret', 'q')
if not meta[1] then
  return 'GONE'
end
local key, token = ARGV[1], ARGV[2]
local job = redis.call('HMGET', KEYS[2], 't', 'q', 'dg', 'id', 'u', 'n')
handled(KEYS[6], 3 + 2 * (#KEYS - 7))
local ours = job[1] == token
if ours then
  expect(KEYS[4], job[3], meta[3], meta[2])
  redis.call('SREM', KEYS[5], key)
  settle(KEYS[4], job[3], key, 'stopped', token, '', meta[2], job[6])
  forget(KEYS[1], KEYS[2], KEYS[3], job[2])
  if job[5] then
    tell(KEYS[7], 'd', job[4], 'stopped', token, '')
  end
end
for i = 8, #KEYS do
  local at = 3 + 2 * (i - 8)
  tell(KEYS[i], ARGV[at], ARGV[at + 1], 'stopped', token, '')
end
return ours and 'OK' or 'STALE'
