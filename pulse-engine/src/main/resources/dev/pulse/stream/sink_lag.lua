-- How far a sink is behind, and what was trimmed before any of its consumers read it: told once, and to one of them.
-- KEYS: 1 stream key
-- ARGV: 1 sink
-- Returns {lag, lost, last id read, first id kept}, or {} when there is no group: the lag is -1 when Redis does not know
-- it; lost are 0, -1 when nobody knows how many, or so many; the first id is 0-0 when nothing is kept.
--@include /dev/pulse/stream/group_info.lua
--@include /dev/pulse/stream/group_losses.lua

local stream = KEYS[1]
if redis.call('EXISTS', stream) == 0 then
  return {}
end
local group = group_info(stream, ARGV[1])
if not group then
  return {}
end
local info = fields(redis.call('XINFO', 'STREAM', stream))
local lost, lag = take_losses(stream, info, group)
local first = info['first-entry']
return {lag, lost, group['last-delivered-id'], first and first[1] or '0-0'}
