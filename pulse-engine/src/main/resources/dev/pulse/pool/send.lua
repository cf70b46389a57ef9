-- Sends a message to the worker that the ring has for a key. Run twice it is there twice, under one request id.
-- KEYS: 1 meta, 2 inbox of the owner
-- ARGV: 1 ring version, 2 owner or '' when the ring is empty, 3 key, 4 payload, 5 client that waits for the answer,
--       6 id of the request
-- Returns {'OK'}, {'FULL'}, {'NOWORKER'}, {'RING', version, slots} when the version given is not the pool's, {'CLOSING'},
-- {'GONE'}.

local meta = redis.call('HMGET', KEYS[1], 'st', 'v', 'mq', 'mmax')
if not meta[1] then
  return {'GONE'}
end
if meta[1] ~= 'open' then
  return {'CLOSING'}
end
if tonumber(meta[3]) >= tonumber(meta[4]) then
  return {'FULL'}
end
if meta[2] ~= ARGV[1] then
  return {'RING', meta[2], redis.call('HGET', KEYS[1], 'ring') or ''}
end
if ARGV[2] == '' then
  return {'NOWORKER'}
end
redis.call('XADD', KEYS[2], '*', 'y', 'g', 'k', ARGV[3], 'p', ARGV[4], 'c', ARGV[5], 'id', ARGV[6], 'a', '0')
redis.call('HINCRBY', KEYS[1], 'mq', 1)
return {'OK'}
