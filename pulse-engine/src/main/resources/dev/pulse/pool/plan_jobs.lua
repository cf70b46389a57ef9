-- Goes through jobs that a schedule has started: forgets those that ended, and has the others stopped that its plan does not
-- start, if it is to stop them. Changes nothing when run twice.
-- KEYS: 1 meta, 2 the schedule, 3 its plan, 4 the keys of its jobs, then the record of each job
-- ARGV: 1 name of the schedule, 2 token of the plan, then the key of each job
-- Returns OK, STALE when there is another plan, GONE.

if not redis.call('HGET', KEYS[1], 'st') then
  return 'GONE'
end
if redis.call('HGET', KEYS[2], 'pt') ~= ARGV[2] then
  return 'STALE'
end
local stops = redis.call('HEXISTS', KEYS[3], 'others') == 1
for i = 3, #ARGV do
  -- what is no record of ours is no job of the schedule either
  local by = redis.pcall('HGET', KEYS[i + 2], 'by')
  if by ~= ARGV[1] then
    redis.call('SREM', KEYS[4], ARGV[i])
  elseif stops and redis.call('HEXISTS', KEYS[3], 'start:' .. ARGV[i]) == 0 then
    redis.call('HSET', KEYS[3], 'stop:' .. ARGV[i], '')
  end
end
return 'OK'
