-- Tells a node of the tickers and schedules it listens to, and keeps it known as their listener. Can be run again.
-- KEYS: 1 meta, 2 tickers, 3 schedules, then for each ticker or schedule: the one, its listeners
-- ARGV: 1 for how long a listener counts in ms, then for each 'tick' or 'sched', its name, and who listens to it
-- Returns {'OK', micros}, then for each {version, next, timetable, policy, listeners, ms until somebody may take over
-- what is planned or -1}, or {} when there is none; {'CLOSING'}, {'GONE'}.
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
local found = {'OK', digits(time)}
for i = 1, (#ARGV - 1) / 3 do
  local kind, name, listener = ARGV[3 * i - 1], ARGV[3 * i], ARGV[3 * i + 1]
  local one, listeners = KEYS[2 * i + 2], KEYS[2 * i + 3]
  local known = redis.call('HMGET', one, 'v', 'tt', 'mp', 'il')
  local due = redis.call('ZSCORE', kind == 'tick' and KEYS[2] or KEYS[3], name)
  if known[1] and due then
    redis.call('ZREMRANGEBYSCORE', listeners, '-inf', digits(now))
    redis.call('ZADD', listeners, digits(now + tonumber(ARGV[1])), listener)
    local free = known[4] and math.max(0, tonumber(known[4]) - now) or -1
    found[i + 2] = {known[1], digits(tonumber(due)), known[2], known[3], redis.call('ZRANGE', listeners, 0, -1), free}
  else
    found[i + 2] = {}
  end
end
return found
