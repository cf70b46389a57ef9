-- Says that something of a plan is done, or how it is to be tried again. Changes nothing when run twice.
-- KEYS: 1 meta, 2 the schedule, 3 its plan
-- ARGV: 1 token of the plan, 2 name of the item, 3 what is to be done now, or '' when it is done
-- Returns OK, STALE when there is another plan, GONE.
--@include /dev/pulse/pool/out_of_memory.lua

if not redis.call('HGET', KEYS[1], 'st') then
  return 'GONE'
end
if redis.call('HGET', KEYS[2], 'pt') ~= ARGV[1] then
  return 'STALE'
end
in_any_case(KEYS[1])
if ARGV[3] ~= '' then
  redis.call('HSET', KEYS[3], ARGV[2], ARGV[3])
else
  redis.call('HDEL', KEYS[3], ARGV[2])
  if redis.call('EXISTS', KEYS[3]) == 0 then
    redis.call('HDEL', KEYS[2], 'io', 'il')
  end
end
return 'OK'
