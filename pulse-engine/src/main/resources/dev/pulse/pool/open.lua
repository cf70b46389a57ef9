-- Opens a pool: adopts its incarnation, or makes the next one. Changes nothing when run twice.
-- KEYS: 1 pool, 2 meta of the incarnation named
-- ARGV: 1 the incarnation: the one that may be there, or the one to make; 2 the one before the one to make, '' to make
--       none; 3 the incarnation the caller was part of, 0 for none; then names and values of the settings of a new one
-- Returns {'OPEN', incarnation} or {'CLOSING', incarnation} as it is, now or already; {'LOOK', incarnation} when another
-- is there; {'NEXT', last, next} when none is: which one to make; {'FORMAT', version} when that is not ours.
--@include /dev/pulse/pool/numbers.lua

local FORMAT = '1'

local pool = redis.call('HMGET', KEYS[1], 'fmt', 'g', 'st')
local state = redis.call('HGET', KEYS[2], 'st')
if pool[1] and pool[1] ~= FORMAT then
  return {'FORMAT', pool[1]}
end
local last, named = pool[2] or '0', ARGV[1]
if named == last and state then
  return {state == 'open' and 'OPEN' or 'CLOSING', named}
end
local now = math.floor(micros() / 1000)
if ARGV[2] ~= last or tonumber(named) <= tonumber(last) then
  if pool[2] and pool[3] ~= 'ended' and named ~= last then
    return {'LOOK', last}
  end
  -- after a loss of everything, time and what callers know keep a number from being used twice
  return {'NEXT', last, digits(math.max(tonumber(last) + 1, tonumber(ARGV[3]) + 1, now))}
end
redis.call('HSET', KEYS[2], 'st', 'open', 'v', '0', 'ring', '', 'q', '0', 'f', '0', 'mq', '0', 'hold', '0', 'cv', '1',
  unpack(ARGV, 4))
if tonumber(ARGV[3]) > tonumber(last) or (pool[2] and pool[3] ~= 'ended') then
  -- state was lost: workers may come that still run jobs of it
  local lease = tonumber(redis.call('HGET', KEYS[2], 'T'))
  redis.call('HSET', KEYS[2], 'rg', digits(now + math.min(lease / 6, 2000) + 1000))
end
redis.call('HSET', KEYS[1], 'fmt', FORMAT, 'g', named, 'st', 'open')
return {'OPEN', named}
