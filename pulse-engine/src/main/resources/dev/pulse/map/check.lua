-- Looks how a replicated map stands, at one moment.
-- KEYS: 1 content
-- ARGV: 1 a key whose value is wanted, or empty, 2 how many bytes that may have
-- Returns {revision or nil, number of entries, time to live in ms or less than 0 for none, the value, or nil if there is
-- none, or 1 if it is too large}.

local content = KEYS[1]
local fields = redis.call('HLEN', content)
local reserved = redis.call('HMGET', content, '=rev', '=kind')
for i = 1, 2 do
    if reserved[i] then
        fields = fields - 1
    end
end
local value = 1
if redis.call('HSTRLEN', content, ARGV[1]) <= tonumber(ARGV[2]) then
    value = redis.call('HGET', content, ARGV[1])
end
return {reserved[1], fields, redis.call('PTTL', content), value}
