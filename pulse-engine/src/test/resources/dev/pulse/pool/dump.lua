-- All keys like a pattern and what is in them, as they are at one moment.
-- ARGV: 1 pattern
-- Returns for each key {name, type, time to live in ms or -1, content}; the content is a list of texts, of a stream one of
-- entries {id, fields and values}.

local found = {}
for _, key in ipairs(redis.call('KEYS', ARGV[1])) do
  local type, content = redis.call('TYPE', key).ok
  if type == 'string' then
    content = {redis.call('GET', key)}
  elseif type == 'hash' then
    content = redis.call('HGETALL', key)
  elseif type == 'set' then
    content = redis.call('SMEMBERS', key)
  elseif type == 'zset' then
    content = redis.call('ZRANGE', key, 0, -1, 'WITHSCORES')
  elseif type == 'stream' then
    content = redis.call('XRANGE', key, '-', '+')
  else
    content = redis.call('LRANGE', key, 0, -1)
  end
  found[#found + 1] = {key, type, redis.call('PTTL', key), content}
end
return found
