-- Sends a notification to a job, wherever it is. Run twice it is there twice, under one request id.
-- KEYS: 1 meta, 2 job, 3 inbox of the owner guessed
-- ARGV: 1 key, 2 owner guessed, 3 payload, 4 client that sends it, 5 id of the request
-- Returns {'OK'}, {'LOOK', owner} when it has another than guessed, {'NOTRUNNING'} when it has none, {'UNKNOWN'},
-- {'RECOVERING'} when it may still turn up, {'GONE'}.

local meta = redis.call('HMGET', KEYS[1], 'st', 'rg')
if not meta[1] then
  return {'GONE'}
end
local job = redis.call('HMGET', KEYS[2], 'o', 't')
if not job[1] then
  return {meta[2] and 'RECOVERING' or 'UNKNOWN'}
end
if job[1] == '' then
  return {meta[2] and 'RECOVERING' or 'NOTRUNNING'}
end
if job[1] ~= ARGV[2] then
  return {'LOOK', job[1]}
end
redis.call('XADD', KEYS[3], '*', 'y', 'n', 'k', ARGV[1], 't', job[2], 'p', ARGV[3], 'c', ARGV[4], 'id', ARGV[5])
return {'OK'}
