-- Removes a consumer, if nothing is pending on it: from the group, from the membership, its keep-alive.
-- KEYS: 1 stream key, 2 keep-alive content, 3 membership content, and for generation 1: 4, 5 the same of v1.6
-- ARGV: 1 sink, 2 consumer, 3.. the channels of keys 2..
-- Returns how many entries are pending on it (at most 1 is counted): 0 when it was removed.
--@include /dev/pulse/wire/map.lua
--@include /dev/pulse/wire/map_lists.lua

local sink, consumer = ARGV[1], ARGV[2]
local pending = redis.pcall('XPENDING', KEYS[1], sink, '-', '+', 1, consumer)
if pending.err and string.sub(pending.err, 1, 7) ~= 'NOGROUP' then
  return pending
end
if not pending.err then
  if #pending > 0 then
    return 1
  end
  redis.call('XGROUP', 'DELCONSUMER', KEYS[1], sink, consumer)
end
for key = 2, #KEYS, 2 do
  map_delete(KEYS[key], ARGV[key + 1], consumer)
  list_remove(KEYS[key + 1], ARGV[key + 2], sink, {consumer})
end
return 0
