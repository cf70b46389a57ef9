-- Looks how a replicated map stands, at one moment.
-- KEYS: 1 content
-- Returns {revision or nil, number of entries, time to live in ms or less than 0 for none}.

local content = KEYS[1]
local fields = redis.call('HLEN', content)
local reserved = redis.call('HMGET', content, '=rev', '=kind')
for i = 1, 2 do
    if reserved[i] then
        fields = fields - 1
    end
end
return {reserved[1], fields, redis.call('PTTL', content)}
