-- Writes down how far a sink has come: the last id before which nothing is pending.
-- KEYS: 1 stream key, 2 recovery cursors, 3 lifecycle record
-- ARGV: 1 sink, 2 generation
-- Returns the cursor, or '' when there is no group or the incarnation is over.
--@include /dev/pulse/stream/group_info.lua

-- The decimal number before a positive one, digit by digit: ids have 64 bits, and Lua's numbers are exact to 53.
local function less_one(digits)
  local head, last, zeros = string.match(digits, '^(%d*)([1-9])(0*)$')
  local less = head .. (tonumber(last) - 1) .. string.rep('9', #zeros)
  return #less > 1 and string.gsub(less, '^0', '') or less
end

local record = redis.call('HMGET', KEYS[3], 'generation', 'state')
if record[1] ~= ARGV[2] or record[2] ~= 'active' then
  return ''
end
local pending = redis.pcall('XPENDING', KEYS[1], ARGV[1])
if pending.err then
  return ''
end
local cursor
if pending[1] > 0 then
  local ms, seq = string.match(pending[2], '^(%d+)-(%d+)$')
  if seq ~= '0' then
    cursor = ms .. '-' .. less_one(seq)
  else
    cursor = less_one(ms) .. '-18446744073709551615'
  end
else
  cursor = group_info(KEYS[1], ARGV[1])['last-delivered-id']
end
if redis.call('HGET', KEYS[2], ARGV[1]) ~= cursor then
  redis.call('HSET', KEYS[2], ARGV[1], cursor)
end
return cursor
