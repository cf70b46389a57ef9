-- The heartbeat of a node: renews its workers' leases and its replies, and tells it what there is to do. Can be run again.
-- KEYS: 1 meta, 2 leases, 3 workers being swept, 4 workers that re-assert, 5 waiting, 6 due, 7 dead, 8 replies, then
--       for each worker: the worker, its owned set
-- ARGV: for each worker: its name, number of this beat, number of the last one whose reply came
-- Returns {'OK', state, ring version, settings version, lease in ms, ms until the first lease ends or -1, ms until the
-- first due time or -1, jobs waiting, on hold 0/1, recovering 0/1, replies made anew 0/1, whether dead jobs are to
-- be dropped 0/1, workers being swept, and for each worker OK, LOST or ROLLBACK and the size of its owned set}, {'GONE'}.
--@include /dev/pulse/pool/numbers.lua
--@include /dev/pulse/pool/out_of_memory.lua

local meta = redis.call('HMGET', KEYS[1], 'st', 'v', 'cv', 'T', 'hold', 'rg', 'bt', 'dret', 'dmax')
if not meta[1] then
  return {'GONE'}
end
local now = math.floor(micros() / 1000)
number(meta[2])
number(meta[3])
local lease, held = number(meta[4]), number(meta[5]) > now and 1 or 0
local quiet = now - (tonumber(meta[7] or now)) > lease / 2
local swept, recovering = redis.call('ZRANGE', KEYS[3], 0, -1), meta[6] and 1 or 0
local recovered = meta[6] and tonumber(meta[6]) <= now

-- Reads what is only told: for that a lease is not lost when it is no key of ours.
local function look(...)
  local found = redis.pcall(...)
  return type(found) == 'table' and found.err and 0 or found
end

in_any_case(KEYS[1])
local workers = {}
for i = 1, #ARGV / 3 do
  local worker, seq, known = ARGV[3 * i - 2], tonumber(ARGV[3 * i - 1]), tonumber(ARGV[3 * i])
  local record, owned = KEYS[7 + 2 * i], KEYS[8 + 2 * i]
  local state = 'LOST'
  if redis.call('ZSCORE', KEYS[2], worker) then
    local last = tonumber(redis.call('HGET', record, 'seq')) or 0
    state = last < known and 'ROLLBACK' or 'OK'
    if seq > last then
      redis.call('HSET', record, 'seq', digits(seq))
    end
    redis.call('ZADD', KEYS[2], digits(now + lease), worker)
  end
  workers[2 * i - 1], workers[2 * i] = state, look('SCARD', owned)
end

local made = 0
if redis.call('PEXPIRE', KEYS[8], 2 * lease) == 0 then
  redis.call('XDEL', KEYS[8], redis.call('XADD', KEYS[8], '*', 'y', 'b'))
  redis.call('PEXPIRE', KEYS[8], 2 * lease)
  made = 1
end

if recovered then
  local living = false
  for _, worker in ipairs(redis.call('SMEMBERS', KEYS[4])) do
    living = living or redis.call('ZSCORE', KEYS[2], worker)
  end
  if not living then
    redis.call('HDEL', KEYS[1], 'rg')
    redis.call('DEL', KEYS[4])
    recovering = 0
  end
end

redis.call('HSET', KEYS[1], 'bt', digits(now))
if quiet then
  -- nobody could renew for long: the living get time to do so before anybody is swept
  redis.call('HSET', KEYS[1], 'sb', digits(now + 3 * math.min(lease / 6, 2000)))
end

-- The ms from `time` to what comes first; negative when that was before.
local function from(time, key)
  local first = look('ZRANGE', key, 0, 0, 'WITHSCORES')
  return first ~= 0 and first[2] and math.ceil(tonumber(first[2]) - time)
end

local function until_first(key)
  local left = from(now, key)
  return left and math.max(0, left) or -1
end

local kept, most = tonumber(meta[8]), tonumber(meta[9])
local drops = kept and most and (look('ZCARD', KEYS[7]) > most or (from(now - kept, KEYS[7]) or 1) <= 0) and 1 or 0

return {'OK', meta[1], meta[2], meta[3], meta[4], until_first(KEYS[2]), until_first(KEYS[6]), look('ZCARD', KEYS[5]), held,
  recovering, made, drops, swept, workers}
