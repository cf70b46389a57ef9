-- Appends an entry once per key and window, and tells the first id to whoever comes again with the same content.
-- Changes nothing when run twice, so a lost reply is no loss.
-- KEYS: 1 lifecycle record, 2 flat stream key, 3 stream key, 4 resources, 5 keys added once, 6 their due times, 7 the
--       same of Go's AddOnce
-- ARGV: 1 generation; 2 retention; 3 key; 4 window in ms; 5 SHA-256 of the content, in hex; 6 name of the call; then
--       fields and values of the entry
-- Returns {1, id, first 0/1}, {0, generation, state} when the incarnation is not the active one, {-1, deadline} when it is
-- over, {-2, first id} when the content differs, {-3, record} when the record is of no known form, {-4, bound, bytes} when
-- the content is too large for a stream with a deadline.
--
-- With a deadline the record is Go's: id, NUL, then name, topic and payload, each after its length in 8 bytes,
-- big-endian; it holds until the deadline. Else it is v=1|id=…|call=…|sha256=…, and holds for the window. A retention
-- that changed can have left records of the other kind, so both are looked up.
--@include /dev/pulse/stream/lifecycle.lua

-- Go's bound on the content, without the lengths
local MOST = 1048576
-- each call removes more than it can add
local PRUNED = 8

local ok, generation, physical, retention = establish(KEYS[1], KEYS[2], tonumber(ARGV[1]), ARGV[2])
if not ok then
  return {0, generation, physical}
end
if is_over(retention) then
  return {-1, string.match(retention, '|value=(%d+)|')}
end
local key, digest, call = ARGV[3], ARGV[5], ARGV[6]

local function content()
  local parts = {n = '', t = '', p = ''}
  for i = 7, #ARGV, 2 do
    if parts[ARGV[i]] then
      parts[ARGV[i]] = ARGV[i + 1]
    end
  end
  return struct.pack('>I8', #parts.n) .. parts.n
    .. struct.pack('>I8', #parts.t) .. parts.t
    .. struct.pack('>I8', #parts.p) .. parts.p
end

local theirs = redis.call('HGET', KEYS[7], key)
if theirs then
  local nul = string.find(theirs, '\0', 1, true)
  if not nul then
    return {-3, theirs}
  end
  local id = string.sub(theirs, 1, nul - 1)
  if string.sub(theirs, nul + 1) ~= content() then
    return {-2, id}
  end
  return {1, id, 0}
end

local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
local ours = redis.call('HGET', KEYS[5], key)
local due = tonumber(redis.call('ZSCORE', KEYS[6], key) or now + tonumber(ARGV[4]))
if ours and due > now then
  local id, caller, known = string.match(ours, '^v=1|id=(%d+%-%d+)|call=(%w+)|sha256=(%x+)$')
  if not id then
    return {-3, ours}
  end
  if known ~= digest then
    return {-2, id}
  end
  return {1, id, caller == call and 1 or 0}
end

local deadline = string.match(retention, '|mode=deadline|value=(%d+)|')
if deadline then
  local identity = content()
  if #identity - 24 > MOST then
    return {-4, MOST, #identity - 24}
  end
  redis.call('SADD', KEYS[4], KEYS[7])
  local id = append(KEYS[3], retention, ARGV, 7)
  redis.call('HSET', KEYS[7], key, id .. '\0' .. identity)
  redis.call('PEXPIREAT', KEYS[7], deadline)
  return {1, id, 1}
end

redis.call('SADD', KEYS[4], KEYS[5], KEYS[6])
local id = append(KEYS[3], retention, ARGV, 7)
redis.call('HSET', KEYS[5], key, string.format('v=1|id=%s|call=%s|sha256=%s', id, call, digest))
redis.call('ZADD', KEYS[6], string.format('%.0f', now + tonumber(ARGV[4])), key)
local past = redis.call('ZRANGEBYSCORE', KEYS[6], '-inf', string.format('%.0f', now), 'LIMIT', 0, PRUNED)
if #past > 0 then
  redis.call('HDEL', KEYS[5], unpack(past))
  redis.call('ZREM', KEYS[6], unpack(past))
end
return {1, id, 1}
