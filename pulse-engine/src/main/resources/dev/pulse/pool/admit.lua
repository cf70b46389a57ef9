-- Accepts a job. A dispatch id with a digest (dispatchOnce) starts at most one job, so that can be run again.
-- KEYS: 1 meta, 2 job, 3 payload, 4 outcome, 5 owned set of the owner, 6 its inbox, 7 waiting, 8 due; with a delay:
--       9 inbox of the worker in the first slot, if there is one; for a plan, which has no delay: 9 its schedule, 10 the
--       keys of the jobs that has started
-- ARGV: 1 ring version, 2 owner or '' when the ring is empty, 3 key, 4 dispatch id, 5 digest of key and payload or '',
--       6 payload, 7 client to tell or '', 8 attempts allowed, 9 delay in ms, 10 whether a worker is needed now 0/1,
--       11 whether the client waits for the end of a task, and is not told that it begins 0/1; for a plan also: 12 its
--       schedule, 13 its token or '' for one that was started before
-- Returns {'OK', token}, {'WAITING'} or {'DUE'} when accepted; {'JOINED', state, token, error or result, whether
-- it has begun 0/1} when the id is known; {'CONFLICT'} when it is known with another digest; {'EXISTS', id} when the key is another's, {'FULL'},
-- {'NOWORKER'}, {'SUPERSEDED'} when the schedule has another plan, {'RING', version, slots} when the version given is not
-- the pool's, {'CLOSING'}, {'GONE'}.
--@include /dev/pulse/pool/carried.lua
--@include /dev/pulse/pool/numbers.lua
--@include /dev/pulse/pool/replies.lua

local meta = redis.call('HMGET', KEYS[1], 'st', 'v', 'q', 'max', 'f', 'hold', 'rg')
if not meta[1] then
  return {'GONE'}
end
if meta[1] ~= 'open' then
  return {'CLOSING'}
end
local key, id, digest, schedule = ARGV[3], ARGV[4], ARGV[5], ARGV[12]
if schedule and ARGV[13] ~= '' and redis.call('HGET', KEYS[9], 'pt') ~= ARGV[13] then
  return {'SUPERSEDED'}
end

-- mostly neither is there: one command for both
if redis.call('EXISTS', KEYS[2], KEYS[4]) > 0 then
  -- whether a digest that is known is of something else; after a loss of state it may be '': only the id is known
  local function contradicts(known)
    return digest ~= '' and known and known ~= '' and known ~= digest
  end
  local outcome = redis.call('HMGET', KEYS[4], 'st', 't', 'e', 'dg', 'res', 'n')
  if outcome[1] then
    if contradicts(outcome[4]) then
      return {'CONFLICT'}
    end
    return {'JOINED', outcome[1], outcome[2] or '0', outcome[1] == 'done' and outcome[5] or outcome[3] or '',
      (outcome[6] or '0') ~= '0' and 1 or 0}
  end
  local job = redis.call('HMGET', KEYS[2], 'id', 'st', 't', 'dg', 'e', 'n')
  if job[1] ~= id then
    return {'EXISTS', job[1] or ''}
  end
  if digest ~= '' then
    if contradicts(job[4]) then
      return {'CONFLICT'}
    end
    -- the outcome was kept long enough, or was lost with its Redis: the end of the job will write it anew
    redis.call('HSET', KEYS[2], 'dg', digest)
  end
  -- one that has begun may be on its way to another worker
  local state = job[2] == 'dead' and 'dead' or job[6] and 'started' or 'pending'
  return {'JOINED', state, job[3], job[5] or '', job[6] and 1 or 0}
end

local queued = tonumber(meta[3])
if queued >= tonumber(meta[4]) then
  return {'FULL'}
end
if meta[2] ~= ARGV[1] then
  return {'RING', meta[2], redis.call('HGET', KEYS[1], 'ring') or ''}
end
local now = micros()
local owner = ARGV[2]
if meta[7] or tonumber(meta[6]) > now / 1000 then
  owner = ''
end
if owner == '' and ARGV[10] == '1' then
  return {'NOWORKER'}
end

if schedule then
  redis.call('SADD', KEYS[10], key)
end
local accepted = digits(math.floor(now / 1000))
local state, token = 'assigned', math.max(tonumber(meta[5]) + 1, now)
if ARGV[9] ~= '0' then
  state = 'due'
  redis.call('ZADD', KEYS[8], digits(math.floor(now / 1000) + tonumber(ARGV[9])), 'k:' .. key)
  if redis.call('ZRANGE', KEYS[8], 0, 0)[1] == 'k:' .. key then
    -- the first to come due: who hands it out has to know before the next beat
    wake(9, meta[2])
  end
elseif owner == '' then
  state = 'waiting'
  redis.call('ZADD', KEYS[7], string.format('%.3f', now / 1000), key)
end
if state == 'assigned' then
  token = digits(token)
  redis.call('SADD', KEYS[5], key)
  -- a start is taken at its word, so nothing that can fail comes after its entry
  local field, value = carried(ARGV[6])
  local entry = redis.pcall('XADD', KEYS[6], '*', 'y', 's', 'k', key, 't', token, field, value, 'id', id, 'c', ARGV[7],
    'mx', ARGV[8])
  if type(entry) == 'table' then
    redis.call('SREM', KEYS[5], key)
    return entry
  end
else
  owner, token = '', '0'
end
local record = {'id', id, 'st', state, 'o', owner, 't', token, 'q', '1', 'mx', ARGV[8], 'r', ARGV[7], 'at', accepted}
if digest ~= '' then
  redis.call('HSET', KEYS[4], 'k', key, 'dg', digest, 'st', 'pending')
  record[#record + 1], record[#record + 2] = 'dg', digest
end
if ARGV[11] == '1' then
  record[#record + 1], record[#record + 2] = 'u', '1'
end
if schedule then
  record[#record + 1], record[#record + 2] = 'by', schedule
end
redis.call('HSET', KEYS[2], unpack(record))
redis.call('SET', KEYS[3], ARGV[6])
if state ~= 'assigned' then
  redis.call('HSET', KEYS[1], 'q', digits(queued + 1))
  return {string.upper(state)}
end
redis.call('HSET', KEYS[1], 'q', digits(queued + 1), 'f', token)
return {'OK', token}
