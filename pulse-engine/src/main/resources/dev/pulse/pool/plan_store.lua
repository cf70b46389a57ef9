-- Takes the plan for a due time, and lets its planner do it. Changes nothing when run twice.
-- KEYS: 1 meta, 2 schedules, 3 the schedule, 4 its plan, 5 the keys of its jobs
-- ARGV: 1 name, 2 planner, 3 token, 4 version of the schedule, 5 when it is due then, 6 for how long the planner does the
--       plan in ms, then names and values of what is to be done
-- Returns {'STORED', micros, next}, {'LOST'} when another plans or has, {'CLOSING'}, {'GONE'}.
--@include /dev/pulse/pool/numbers.lua

local state = redis.call('HGET', KEYS[1], 'st')
if not state then
  return {'GONE'}
end
if state ~= 'open' then
  return {'CLOSING'}
end
local schedule = redis.call('HMGET', KEYS[3], 'v', 'po', 't', 'pd', 'pt')
local due = redis.call('ZSCORE', KEYS[2], ARGV[1])
if not schedule[1] or not due then
  return {'LOST'}
end
local now = micros()
if schedule[5] == ARGV[3] then
  return {'STORED', digits(now), digits(tonumber(due))}
end
if schedule[2] ~= ARGV[2] or schedule[3] ~= ARGV[3] then
  return {'LOST'}
end
-- a plan that could not be done is not taken
redis.call('SCARD', KEYS[5])
redis.call('DEL', KEYS[4])
for i = 7, #ARGV, 2 do
  redis.call('HSET', KEYS[4], ARGV[i], ARGV[i + 1])
end
if schedule[1] == ARGV[4] then
  due = ARGV[5]
  redis.call('ZADD', KEYS[2], due, ARGV[1])
end
redis.call('HDEL', KEYS[3], 'po', 'pl', 'pd')
redis.call('HSET', KEYS[3], 'pt', ARGV[3], 'd', schedule[4], 'io', ARGV[2],
  'il', digits(math.floor(now / 1000) + tonumber(ARGV[6])))
if #ARGV == 6 then
  redis.call('HDEL', KEYS[3], 'io', 'il')
end
return {'STORED', digits(now), digits(tonumber(due))}
