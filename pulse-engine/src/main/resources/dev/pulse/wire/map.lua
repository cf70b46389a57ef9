-- The write protocol of replicated maps, put in front of every script that changes one. Uses neither KEYS nor ARGV:
-- content is the map's hash, a key the including script has declared, and channel the map's pub/sub channel.
--
-- One committed change is one step of the field =rev, its kind in =kind, and one message on the channel:
--   set:  then packed key, value, revision        del:  then packed key, revision
-- where packed means each string after its length in 4 bytes, little-endian, and a revision is decimal text.
--
--   map_set(content, channel, key, value)               sets the key; returns the revision as text
--   map_delete(content, channel, key)                   deletes the key; returns whether it was there, and then the
--                                                       revision as text; if not, nothing changes
--
-- Errors are raised, so that a script cannot overlook them; the reply holds this word:
--   PULSE_MAP_KEY    the key is empty or holds '=', which is kept for the reserved fields
-- A function that raises it has changed nothing; what the including script did before it stays done.

local function map_check_key(key)
    if key == '' or string.find(key, '=', 1, true) then
        error("PULSE_MAP_KEY a map key is not empty and holds no '='", 0)
    end
end

local function map_next_revision(content)
    -- not tostring: it writes numbers from 10^14 on with an exponent
    return string.format('%.0f', redis.call('HINCRBY', content, '=rev', 1))
end

-- The order within both functions: what can fail (a key of another type, a counter that is no number, a channel that
-- access rules forbid) comes before the change, since Redis undoes nothing when a script fails. Whatever fails later
-- leaves a gap in the revisions, which replicas notice, and never a change without its message.

local function map_set(content, channel, key, value)
    map_check_key(key)
    local revision = map_next_revision(content)
    redis.call('PUBLISH', channel,
        'set:' .. struct.pack('<I4c0I4c0I4c0', #key, key, #value, value, #revision, revision))
    redis.call('HSET', content, key, value, '=kind', 'set')
    return revision
end

local function map_delete(content, channel, key)
    map_check_key(key)
    if redis.call('HEXISTS', content, key) == 0 then
        return false
    end
    local revision = map_next_revision(content)
    redis.call('PUBLISH', channel, 'del:' .. struct.pack('<I4c0I4c0', #key, key, #revision, revision))
    redis.call('HDEL', content, key)
    redis.call('HSET', content, '=kind', 'del')
    return true, revision
end
