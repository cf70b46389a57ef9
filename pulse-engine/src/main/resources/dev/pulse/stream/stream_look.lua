-- What stands in a stream, without the entries themselves, and the time.
-- KEYS: 1 stream key
-- ARGV: none
-- Returns {length, first id, last id ever, entries ever added, largest id ever deleted, time in ms}: ids are 0-0 where
-- there is none, the number of entries ever added is -1 before Redis 7.0, and of an absent stream all is 0.
--@include /dev/pulse/stream/group_info.lua

local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
if redis.call('EXISTS', KEYS[1]) == 0 then
  return {0, '0-0', '0-0', 0, '0-0', now}
end
local found = fields(redis.call('XINFO', 'STREAM', KEYS[1]))
local first = found['first-entry']
return {found['length'], first and first[1] or '0-0', found['last-generated-id'], found['entries-added'] or -1,
  found['max-deleted-entry-id'] or '0-0', now}
