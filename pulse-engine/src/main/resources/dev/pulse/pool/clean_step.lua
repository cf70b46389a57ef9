-- Removes what no worker has from an incarnation that is being shut down. Changes nothing when run twice.
-- KEYS: 1 meta, 2 waiting, 3 due, 4 dead, then for each job: job, payload, outcome; then each message put aside
-- ARGV: 1 number of jobs, for each its key and dispatch id, then the name of each message
-- Returns OK, OPEN when the pool is not being shut down, GONE.
--@include /dev/pulse/pool/numbers.lua
--@include /dev/pulse/pool/end_of_job.lua

local meta = redis.call('HMGET', KEYS[1], 'st', 'ret', 'q', 'mq', 'ma')
if not meta[1] then
  return 'GONE'
end
if meta[1] == 'open' then
  return 'OPEN'
end
number(meta[3])
number(meta[4])
number(meta[5] or '0')
local jobs = tonumber(ARGV[1])
for i = 1, jobs do
  local key, id, record = ARGV[2 * i], ARGV[2 * i + 1], KEYS[2 + 3 * i]
  local job = redis.pcall('HMGET', record, 'id', 'o', 'q', 'dg', 'n')
  if job.err or not job[1] or job[2] ~= '' or job[1] == id then
    -- also a key whose job is elsewhere, or nowhere, or is none of ours
    redis.call('ZREM', KEYS[2], key)
    redis.call('ZREM', KEYS[3], 'k:' .. key)
    redis.call('ZREM', KEYS[4], key)
  end
  if job[1] == id and job[2] == '' then
    -- an outcome that cannot be written is no reason to go on
    pcall(settle, KEYS[4 + 3 * i], job[4], key, 'stopped', '0', 'the pool was shut down', meta[2], job[5])
    forget(KEYS[1], record, KEYS[3 + 3 * i], job[3])
  end
end
for i = 1, #ARGV - 1 - 2 * jobs do
  if redis.call('ZREM', KEYS[3], 'm:' .. ARGV[1 + 2 * jobs + i]) == 1 then
    redis.call('DEL', KEYS[4 + 3 * jobs + i])
    redis.call('HINCRBY', KEYS[1], 'mq', -1)
    redis.call('HINCRBY', KEYS[1], 'ma', -1)
  end
end
return 'OK'
