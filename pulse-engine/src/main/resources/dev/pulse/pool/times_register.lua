-- Registers a listener of a ticker, or a planner of a schedule, and makes or changes that. Changes nothing when run twice.
-- KEYS: 1 meta, 2 tickers or schedules, 3 the one, 4 its listeners
-- ARGV: 1 name, 2 listener, 3 for how long it counts in ms, 4 timetable, 5 policy, 6 when it is due first, if it is new,
--       7 whether another timetable or policy is changed 0/1
-- Returns {'OK', micros, version, next, timetable, policy, listeners, -1}, {'CLOSING'}, {'GONE'}.
--@include /dev/pulse/pool/numbers.lua

local state = redis.call('HGET', KEYS[1], 'st')
if not state then
  return {'GONE'}
end
if state ~= 'open' then
  return {'CLOSING'}
end
local now = micros()
local known = redis.call('HMGET', KEYS[3], 'v', 'tt', 'mp')
local version, timetable, policy, due = known[1], known[2], known[3], moment(redis.call('ZSCORE', KEYS[2], ARGV[1]))
-- one in which somebody else has written is made anew
local isNew = not whole(version) or not timetable or not policy or not due
-- what is none of our keys fails before anything is changed
redis.call('ZCARD', KEYS[4])
local changes = ARGV[7] == '1' and (timetable ~= ARGV[4] or policy ~= ARGV[5])
if isNew or changes then
  if isNew or timetable ~= ARGV[4] then
    due = ARGV[6]
    redis.call('ZADD', KEYS[2], due, ARGV[1])
    redis.call('HDEL', KEYS[3], 'm')
  end
  -- greater than every one before, also after a loss of state
  version, timetable, policy = digits(math.max(now, (tonumber(version) or 0) + 1)), ARGV[4], ARGV[5]
  redis.call('HSET', KEYS[3], 'v', version, 'tt', timetable, 'mp', policy)
end
redis.call('ZADD', KEYS[4], digits(math.floor(now / 1000) + tonumber(ARGV[3])), ARGV[2])
return {'OK', digits(now), version, due, timetable, policy, redis.call('ZRANGE', KEYS[4], 0, -1), -1}
