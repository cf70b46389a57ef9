-- Says what a worker still runs, after Redis lost its state or fell back to an older one. Changes nothing when run twice.
-- KEYS: 1 meta, 2 leases, 3 workers that re-assert, 4 waiting, 5 due, 6 dead, 7 owned set, 8 inbox, then for each job:
--       job, payload, outcome, owned set of the owner seen, outcome of the dispatch seen, inbox of the owner seen, the keys
--       of the jobs of its schedule
-- ARGV: 1 worker, 2 whether these are the last 0/1, then for each job: key, token, dispatch id, payload, whether it is
--       being stopped 0/1, starts that succeeded, attempts allowed, attempts begun of a task or 0, owner seen, dispatch
--       id seen, the schedule that started it or ''
-- Returns {'OK', for each job: {'OK'}, {'WISHED'} when it is to be stopped, {'LOST'} when another has it or it has ended,
-- {'LOOK', owner, dispatch id} when its record has others than seen, {'BROKEN'} when one of its keys is not ours},
-- {'LOST'} when the worker has no lease, {'GONE'}.
--@include /dev/pulse/pool/numbers.lua
--@include /dev/pulse/pool/end_of_job.lua
--@include /dev/pulse/pool/out_of_memory.lua

local meta = redis.call('HMGET', KEYS[1], 'st', 'f', 'ret', 'q')
if not meta[1] then
  return {'GONE'}
end
local worker, last = ARGV[1], number(meta[2])
number(meta[4])
if not redis.call('ZSCORE', KEYS[2], worker) then
  return {'LOST'}
end
-- what is none of our keys fails before anything is changed
for i = 4, 6 do
  redis.call('ZCARD', KEYS[i])
end
redis.call('SCARD', KEYS[3])
redis.call('SCARD', KEYS[7])
redis.call('XLEN', KEYS[8])
in_any_case(KEYS[1])

local ENDED = {done = true, failed = true, stopped = true, dead = true, withdrawn = true}

local function reassert(at, key_at)
  local key, token, id, wish, seen_owner, seen_id =
    ARGV[at], ARGV[at + 1], ARGV[at + 2], ARGV[at + 4] == '1', ARGV[at + 8], ARGV[at + 9]
  local job, payload = KEYS[key_at], KEYS[key_at + 1]
  local record = redis.pcall('HMGET', job, 'id', 'o', 't', 'q', 'w', 'dg', 'n')
  if record.err then
    return {'BROKEN'}
  end
  local same = record[1] == id
  local digest = same and record[6] or ''
  wish = wish or record[5]
  if same and record[2] == worker and record[3] == token then
    return {wish and 'WISHED' or 'OK'}
  end
  local outcome = redis.pcall('HGET', KEYS[key_at + 2], 'st')
  if not record[1] and ENDED[outcome] then
    return {'LOST'}
  end
  if record[1] then
    local owned = record[2] ~= ''
    if owned and not (same and tonumber(record[3]) < tonumber(token)) then
      return {'LOST'}
    end
    if (owned and record[2] ~= seen_owner) or (not same and record[1] ~= seen_id) then
      return {'LOOK', record[2], record[1]}
    end
    -- one that waits gives way to the one that runs, whatever dispatch it is of
    if not same then
      pcall(settle, KEYS[key_at + 4], record[6], key, 'lost', '0', 'the key ran already', meta[3], record[7])
      redis.call('DEL', job)
    end
    if owned then
      redis.call('SREM', KEYS[key_at + 3], key)
      if record[2] ~= worker then
        -- it may have begun the job again meanwhile
        redis.pcall('XADD', KEYS[key_at + 5], 'NOMKSTREAM', '*', 'y', 'x', 'k', key, 't', record[3], 'c', '', 'id', '')
      end
    end
    redis.call('ZREM', KEYS[4], key)
    redis.call('ZREM', KEYS[5], 'k:' .. key)
    redis.call('ZREM', KEYS[6], key)
    if record[4] == '1' then
      redis.call('HINCRBY', KEYS[1], 'q', -1)
    end
  end
  -- also of a dispatch whose digest nobody knows any more: when the job has ended, its caller may still come again. An
  -- outcome that cannot be written changes nothing about that it runs
  if ARGV[at + 7] == '0' then
    pcall(settle, KEYS[key_at + 2], digest, key, 'started', token, '', meta[3], ARGV[at + 5])
  else
    pcall(begun, KEYS[key_at + 2], digest, key, token)
  end
  if tonumber(token) > last then
    last = tonumber(token)
    redis.call('HSET', KEYS[1], 'f', token)
  end
  redis.call('SADD', KEYS[7], key)
  redis.call('SET', payload, ARGV[at + 3])
  redis.call('HSET', job, 'id', id, 'st', 'running', 'o', worker, 't', token, 'q', '0', 'mx', ARGV[at + 6],
    'a', ARGV[at + 7], 'r', '', 'n', ARGV[at + 5], 'dg', digest, 'at', digits(math.floor(micros() / 1000)))
  if ARGV[at + 10] ~= '' then
    redis.call('HSET', job, 'by', ARGV[at + 10])
    redis.pcall('SADD', KEYS[key_at + 6], key)
  end
  if wish then
    redis.call('HSET', job, 'w', 'stop')
  end
  return {wish and 'WISHED' or 'OK'}
end

local replies, settled = {'OK'}, true
for i = 0, (#ARGV - 2) / 11 - 1 do
  local reply = reassert(3 + 11 * i, 9 + 7 * i)
  settled = settled and reply[1] ~= 'LOOK'
  replies[i + 2] = reply
end
if settled and ARGV[2] == '1' then
  redis.call('SREM', KEYS[3], worker)
end
return replies
