-- Tells what is known of a dispatch. Changes nothing.
-- KEYS: 1 meta, 2 job, 3 outcome
-- ARGV: 1 dispatch id, or '' for whatever job has the key
-- Returns {'JOB', id, state, owner, token, stop wished 0/1, attempts, starts, error}, {'OUTCOME', state, token, error or
-- result, whether it had begun 0/1}, {'UNKNOWN'}, {'RECOVERING'} when it may still turn up, {'GONE'}.
--@include /dev/pulse/pool/known.lua

local meta = redis.call('HMGET', KEYS[1], 'st', 'rg')
if not meta[1] then
  return {'GONE'}
end
return known(KEYS[2], KEYS[3], ARGV[1]) or {meta[2] and 'RECOVERING' or 'UNKNOWN'}
