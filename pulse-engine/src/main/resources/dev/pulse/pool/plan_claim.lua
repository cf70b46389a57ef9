-- Lets one planner make the plan for a due time, and go on as long as it runs this again. Can be run again.
-- KEYS: 1 meta, 2 schedules, 3 the schedule
-- ARGV: 1 name, 2 planner, 3 version of the schedule, 4 when it was due next, 5 the due time to be planned, 6 for how long
--       in ms, 0 to give it up, 7 token of the claim that goes on or is given up, or '' for a new one
-- Returns {'PLAN', micros, next, token}; {'BUSY', micros, next, ms} when another plans; {'OTHER', micros, next, version}
-- when it is another version, or was planned; {'EARLY', micros, next}; {'LOST'} when it is not, or no longer, the claim of
-- that token; {'UNKNOWN'}, {'CLOSING'}, {'GONE'}.
--@include /dev/pulse/pool/numbers.lua

local meta = redis.call('HMGET', KEYS[1], 'st', 'f')
if not meta[1] then
  return {'GONE'}
end
if meta[1] ~= 'open' then
  return {'CLOSING'}
end
local schedule = redis.call('HMGET', KEYS[3], 'v', 'po', 'pl', 'pd', 't')
local due = redis.call('ZSCORE', KEYS[2], ARGV[1])
if not schedule[1] or not due then
  return {'UNKNOWN'}
end
due = digits(tonumber(due))
local now = micros()
local time, ms = digits(now), math.floor(now / 1000)
if schedule[1] ~= ARGV[3] or due ~= ARGV[4] then
  return {'OTHER', time, due, schedule[1]}
end
if ms < tonumber(ARGV[5]) then
  return {'EARLY', time, due}
end
local planner, token = schedule[2], schedule[5]
if ARGV[7] ~= '' then
  -- what was given up stays so, and a later claim is another, however late this comes
  if planner ~= ARGV[2] or token ~= ARGV[7] then
    return {'LOST'}
  end
  if ARGV[6] == '0' then
    redis.call('HDEL', KEYS[3], 'po', 'pl', 'pd')
    return {'PLAN', time, due, token}
  end
end
if planner and planner ~= ARGV[2] and (tonumber(schedule[3]) or 0) > ms then
  return {'BUSY', time, due, tonumber(schedule[3]) - ms}
end
if planner ~= ARGV[2] or schedule[4] ~= ARGV[5] or not whole(token) then
  token = digits(math.max(number(meta[2]) + 1, now))
  redis.call('HSET', KEYS[1], 'f', token)
end
redis.call('HSET', KEYS[3], 'po', ARGV[2], 'pl', digits(ms + tonumber(ARGV[6])), 'pd', ARGV[5], 't', token)
return {'PLAN', time, due, token}
