-- The time that the content of a replicated map lives, put in front of every script that writes one.
--
--   map_ttl(content, ttl, sliding)    after a change: ttl in ms, '0' for none; sliding '1' has the time start anew,
--                                     else it starts when there is none

local function map_ttl(content, ttl, sliding)
    if ttl ~= '0' and (sliding == '1' or redis.call('PTTL', content) < 0) then
        redis.call('PEXPIRE', content, ttl)
    end
end
