-- Drops dead jobs that are kept no longer: they died too long ago, or are the oldest of too many. Changes nothing when run
-- twice.
-- KEYS: 1 meta, 2 dead, then for each job: job, payload
-- ARGV: for each job, the oldest first: key, dispatch id
-- Returns {'OK', how many went out of the dead, how many of them were jobs}, {'GONE'}.
--@include /dev/pulse/pool/numbers.lua
--@include /dev/pulse/pool/out_of_memory.lua

local meta = redis.call('HMGET', KEYS[1], 'st', 'dret', 'dmax', 'dd')
if not meta[1] then
  return {'GONE'}
end
local dead, before = KEYS[2], micros() / 1000 - number(meta[2])
local left, most = redis.call('ZCARD', dead), number(meta[3])
number(meta[4] or '0')
in_any_case(KEYS[1])

local gone, dropped = 0, 0
for i = 1, #ARGV / 2 do
  local key, id, record = ARGV[2 * i - 1], ARGV[2 * i], KEYS[1 + 2 * i]
  local died = redis.call('ZSCORE', dead, key)
  if died and (left > most or tonumber(died) <= before) then
    local job = redis.pcall('HMGET', record, 'id', 'st')
    local isDead = not job.err and job[2] == 'dead'
    -- a key of a job that is elsewhere, or nowhere, or is none of ours, is not one of the dead
    if not isDead or job[1] == id then
      redis.call('ZREM', dead, key)
      left, gone = left - 1, gone + 1
    end
    if isDead and job[1] == id then
      redis.call('DEL', record, KEYS[2 + 2 * i])
      dropped = dropped + 1
    end
  end
end
redis.call('HINCRBY', KEYS[1], 'dd', dropped)
return {'OK', gone, dropped}
