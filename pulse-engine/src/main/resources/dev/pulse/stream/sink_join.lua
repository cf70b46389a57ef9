-- Makes a consumer known, then its group. It is also the consumer's heartbeat and heals what is missing, so it can be
-- run at any time. The keep-alive comes before the group: v1.6 deletes a consumer that it finds without one, with what
-- is pending on it.
-- KEYS: 1 lifecycle record, 2 flat stream key, 3 stream key, 4 recovery cursors, 5 sink config, 6 resources,
--       7 keep-alive content, 8 membership content, and for generation 1: 9, 10 the same of v1.6
-- ARGV: 1 generation, 2 retention, 3 sink, 4 consumer, 5 id to start after, 6 filter kind, 7 filter value, 8 no ack 0/1,
--       9.. the channels of keys 7..
-- Returns {1, group made 0/1, grace in ms or '', id resumed after}, {0, generation, state} when the incarnation is not
-- the active one, {-1, filter kind, filter value, no ack} when the sink's config contradicts, {-2, deadline} when the
-- stream is over.
--@include /dev/pulse/wire/map.lua
--@include /dev/pulse/wire/map_lists.lua
--@include /dev/pulse/stream/lifecycle.lua
--@include /dev/pulse/stream/group_info.lua
--@include /dev/pulse/stream/group_losses.lua

local ok, generation, physical, retention = establish(KEYS[1], KEYS[2], tonumber(ARGV[1]), ARGV[2])
if not ok then
  return {0, generation, physical}
end
if is_over(retention) then
  -- a group made now would expire at once, and be found missing and made again without end
  return {-2, string.match(retention, '|value=(%d+)|')}
end
local stream, sink, consumer = KEYS[3], ARGV[3], ARGV[4]
local config = redis.call('HMGET', KEYS[5], 'filter_kind', 'filter_value', 'no_ack', 'ack_grace_ms')
if (config[1] and (config[1] ~= ARGV[6] or (config[2] or '') ~= ARGV[7])) or (config[3] and config[3] ~= ARGV[8]) then
  return {-1, config[1] or 'all', config[2] or '', config[3] or '0'}
end

local now = redis.call('TIME')
local nanos = string.format('%d%06d000', tonumber(now[1]), tonumber(now[2]))
redis.call('SADD', KEYS[6], KEYS[7])
for key = 7, #KEYS, 2 do
  map_set(KEYS[key], ARGV[key + 2], consumer, nanos)
  list_append_unique(KEYS[key + 1], ARGV[key + 3], sink, {consumer})
end

local cursor = redis.call('HGET', KEYS[4], sink)
local after = cursor or ARGV[5]
local absent = redis.call('EXISTS', stream) == 0
local made = redis.pcall('XGROUP', 'CREATE', stream, sink, after, 'MKSTREAM')
if type(made) == 'table' and made.err then
  if string.sub(made.err, 1, 9) ~= 'BUSYGROUP' then
    return made
  end
  return {1, 0, config[4] or '', ''}
end
if absent then
  expire(stream, retention)
end
if not cursor then
  -- what is gone by now is no loss to a sink that begins here
  take_losses(stream, fields(redis.call('XINFO', 'STREAM', stream)), group_info(stream, sink))
end
return {1, 1, config[4] or '', after}
