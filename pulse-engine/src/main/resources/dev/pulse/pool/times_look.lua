-- Tells a node of the tickers and schedules it listens to, and keeps it known as their listener. Can be run again.
-- KEYS: 1 meta, 2 tickers, 3 schedules, then for each ticker or schedule: the one, its listeners
-- ARGV: 1 for how long a listener counts in ms, then for each 'tick' or 'sched', its name, and who listens to it
-- Returns {'OK', micros}, then for each {version, next, timetable, policy, listeners, ms until somebody may take over
-- what is planned or -1}, {} when there is none, or {why} when its keys are not as ours are; {'CLOSING'}, {'GONE'}.
--@include /dev/pulse/pool/numbers.lua
--@include /dev/pulse/pool/out_of_memory.lua

local state = redis.call('HGET', KEYS[1], 'st')
if not state then
  return {'GONE'}
end
if state ~= 'open' then
  return {'CLOSING'}
end
in_any_case(KEYS[1])
local time = micros()
local now = math.floor(time / 1000)

local function look(name, listener, one, listeners, all)
  local known, due = redis.call('HMGET', one, 'v', 'tt', 'mp', 'il'), redis.call('ZSCORE', all, name)
  if not known[1] or not due then
    return {}
  end
  due = moment(due)
  if not whole(known[1]) or not known[2] or not known[3] or not due then
    error('it has no version, no timetable, no policy or no due time', 0)
  end
  redis.call('ZREMRANGEBYSCORE', listeners, '-inf', digits(now))
  redis.call('ZADD', listeners, digits(now + tonumber(ARGV[1])), listener)
  local free = known[4] and math.max(0, (tonumber(known[4]) or 0) - now) or -1
  return {known[1], due, known[2], known[3], redis.call('ZRANGE', listeners, 0, -1), free}
end

local found = {'OK', digits(time)}
for i = 1, (#ARGV - 1) / 3 do
  local kind, name, listener = ARGV[3 * i - 1], ARGV[3 * i], ARGV[3 * i + 1]
  local one, listeners, all = KEYS[2 * i + 2], KEYS[2 * i + 3], kind == 'tick' and KEYS[2] or KEYS[3]
  -- one that somebody else has written to is no reason not to look at the others
  local fine, seen = pcall(look, name, listener, one, listeners, all)
  found[i + 2] = fine and seen or {type(seen) == 'table' and seen.err or tostring(seen)}
end
return found
