-- Takes a due time of a ticker off, for one listener to fire it. Changes nothing when run twice with the same request.
-- KEYS: 1 meta, 2 tickers, 3 the ticker
-- ARGV: 1 name, 2 id of the request, 3 version of the ticker, 4 when it was due next, 5 the due time to be fired, or '' to
--       skip it, 6 when it is due then, 7 how many due times before that are missed
-- Returns {'FIRED', micros, next, token, missed, due} or {'SKIPPED', micros, next}; {'OTHER', micros, next, version} when it
-- is another version, or somebody else has fired it; {'EARLY', micros, next}; {'UNKNOWN'}, {'CLOSING'}, {'GONE'}.
--@include /dev/pulse/pool/numbers.lua
--@include /dev/pulse/pool/out_of_memory.lua

local meta = redis.call('HMGET', KEYS[1], 'st', 'f')
if not meta[1] then
  return {'GONE'}
end
if meta[1] ~= 'open' then
  return {'CLOSING'}
end
local ticker = redis.call('HMGET', KEYS[3], 'v', 'm', 'r', 't', 'n', 'd')
local due = redis.call('ZSCORE', KEYS[2], ARGV[1])
if not ticker[1] or not due then
  return {'UNKNOWN'}
end
due = digits(tonumber(due))
local now = micros()
local time = digits(now)
if ticker[3] == ARGV[2] then
  return ticker[6] == '' and {'SKIPPED', time, due} or {'FIRED', time, due, ticker[4], ticker[5], ticker[6]}
end
if ticker[1] ~= ARGV[3] or due ~= ARGV[4] then
  return {'OTHER', time, due, ticker[1]}
end
if now / 1000 < tonumber(ARGV[5] == '' and due or ARGV[5]) then
  return {'EARLY', time, due}
end
local missed, token = digits((tonumber(ticker[2]) or 0) + tonumber(ARGV[7])), digits(math.max(number(meta[2]) + 1, now))
in_any_case(KEYS[1])
redis.call('ZADD', KEYS[2], ARGV[6], ARGV[1])
if ARGV[5] == '' then
  redis.call('HSET', KEYS[3], 'm', missed, 'r', ARGV[2], 'd', '')
  return {'SKIPPED', time, ARGV[6]}
end
redis.call('HSET', KEYS[1], 'f', token)
redis.call('HSET', KEYS[3], 'm', '0', 'r', ARGV[2], 't', token, 'n', missed, 'd', ARGV[5])
return {'FIRED', time, ARGV[6], token, missed, ARGV[5]}
