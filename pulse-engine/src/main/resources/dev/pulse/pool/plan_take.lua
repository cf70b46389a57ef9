-- Lets one planner do what is left of the present plan, and go on as long as it runs this again. Can be run again.
-- KEYS: 1 meta, 2 the schedule, 3 its plan
-- ARGV: 1 planner, 2 for how long in ms, 0 to leave it to others, 3 token of the plan whose items it knows, or ''
-- Returns {'OURS', token, due, {items...}} with names and values of what is to be done, none when they are known;
-- {'NONE'} when there is nothing to do, or another does it, {'GONE'}.
--@include /dev/pulse/pool/numbers.lua

if not redis.call('HGET', KEYS[1], 'st') then
  return {'GONE'}
end
local schedule = redis.call('HMGET', KEYS[2], 'io', 'il', 'pt', 'd')
local now = math.floor(micros() / 1000)
if not schedule[1] or (schedule[1] ~= ARGV[1] and (tonumber(schedule[2]) or 0) > now) then
  return {'NONE'}
end
redis.call('HSET', KEYS[2], 'io', ARGV[1], 'il', digits(now + tonumber(ARGV[2])))
local items = schedule[3] == ARGV[3] and {} or redis.call('HGETALL', KEYS[3])
return {'OURS', schedule[3], schedule[4], items}
