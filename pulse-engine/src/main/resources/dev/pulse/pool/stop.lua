-- Asks for a job to be stopped, and ends it at once when nobody can be running it. Can be run again: a second wish is
-- the same wish.
-- KEYS: 1 meta, 2 job, 3 payload, 4 outcome of the dispatch id guessed, 5 inbox of the owner guessed, 6 waiting, 7 due,
--       8 dead, 9 replies of the client guessed that dispatched it; for a plan also: 10 its schedule, 11 the keys of the
--       jobs that has started
-- ARGV: 1 key, 2 owner guessed, 3 dispatch id guessed, 4 client to tell, 5 id of the request, 6 dispatch id that it
--       must have or '', 7 token that it must have or '', 8 client guessed that dispatched it; for a plan also: 9 its
--       schedule, 10 its token
-- Returns {'STOPPED'}, {'WISHED', dispatch id, token}, {'LOOK', owner, dispatch id, client that dispatched it} when it has
-- others than guessed, {'NOTYOURS'}, {'SUPERSEDED'} when the schedule has another plan, {'UNKNOWN'}, {'RECOVERING'} when
-- it may still turn up, {'GONE'}.
--@include /dev/pulse/pool/numbers.lua
--@include /dev/pulse/pool/end_of_job.lua
--@include /dev/pulse/pool/replies.lua
--@include /dev/pulse/pool/out_of_memory.lua

local meta = redis.call('HMGET', KEYS[1], 'st', 'rg', 'ret', 'q')
if not meta[1] then
  return {'GONE'}
end
local key = ARGV[1]
local job = redis.call('HMGET', KEYS[2], 'id', 'o', 't', 'q', 'dg', 'st', 'by', 'n', 'r')
local id, owner, token = job[1], job[2], job[3]
if KEYS[10] and redis.call('HGET', KEYS[10], 'pt') ~= ARGV[10] then
  return {'SUPERSEDED'}
end
if not id then
  return {meta[2] and 'RECOVERING' or 'UNKNOWN'}
end
if (ARGV[6] ~= '' and ARGV[6] ~= id) or (ARGV[7] ~= '' and ARGV[7] ~= token) or
  (ARGV[9] and ARGV[9] ~= job[7]) then
  return {'NOTYOURS'}
end
in_any_case(KEYS[1])
if owner ~= '' then
  if owner ~= ARGV[2] then
    return {'LOOK', owner, id, ''}
  end
  redis.call('XADD', KEYS[5], '*', 'y', 'x', 'k', key, 't', token, 'c', ARGV[4], 'id', ARGV[5])
  redis.call('HSET', KEYS[2], 'w', 'stop')
  return {'WISHED', id, token}
end
if meta[2] then
  -- a worker may run it without our knowing, and come to say so
  redis.call('HSET', KEYS[2], 'w', 'stop')
  return {'WISHED', id, token}
end
local dispatcher = job[9] or ''
if (job[5] and id ~= ARGV[3]) or dispatcher ~= ARGV[8] then
  return {'LOOK', '', id, dispatcher}
end
expect(KEYS[4], job[5], meta[4], meta[3])
if job[6] == 'due' then
  redis.call('ZREM', KEYS[7], 'k:' .. key)
else
  redis.call('ZREM', job[6] == 'dead' and KEYS[8] or KEYS[6], key)
end
settle(KEYS[4], job[5], key, 'stopped', token, '', meta[3], job[8])
forget(KEYS[1], KEYS[2], KEYS[3], job[4])
if dispatcher ~= '' then
  tell(KEYS[9], 'd', id, 'stopped', token, '')
end
return {'STOPPED'}
