-- How much stands in a stream, and how far its groups are.
-- KEYS: 1 stream key
-- ARGV: none
-- Returns {length, first id, last id, {{group, pending, lag}, …}}: ids are 0-0 where there is no entry, the lag is -1
-- where Redis does not know it: before 7.0, or when entries between were deleted.
--@include /dev/pulse/stream/group_info.lua

if redis.call('EXISTS', KEYS[1]) == 0 then
  return {0, '0-0', '0-0', {}}
end
local stream = fields(redis.call('XINFO', 'STREAM', KEYS[1]))
local first, last = stream['first-entry'], stream['last-entry']
local groups = {}
for _, reply in ipairs(redis.call('XINFO', 'GROUPS', KEYS[1])) do
  local group = fields(reply)
  groups[#groups + 1] = {group['name'], group['pending'], group['lag'] or -1}
end
return {stream['length'], first and first[1] or '0-0', last and last[1] or '0-0', groups}
