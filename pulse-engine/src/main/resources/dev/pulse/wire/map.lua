-- The write protocol of replicated maps, put in front of every script that changes one. Uses neither KEYS nor ARGV:
-- content is the map's hash, a key the including script has declared, and channel the map's pub/sub channel.
--
-- One committed change is one step of the field =rev, its kind in =kind, and one message on the channel:
--   set:  then packed key, value, revision        del:  then packed key, revision
-- where packed means each string after its length in 4 bytes, little-endian, and a revision is decimal text.
-- A list is a JSON array of strings. Any other value is taken as comma-separated text without its empty items, save
-- a JSON object or an array that holds something else than strings: those are refused.
--
--   map_set(content, channel, key, value)               sets the key; returns the revision as text
--   map_delete(content, channel, key)                   deletes the key; returns whether it was there, and then the
--                                                       revision as text; if not, nothing changes
--   list_append_unique(content, channel, key, item)     adds the item unless it is in the list; returns whether it was
--                                                       added, and the list as a table
--   list_remove(content, channel, key, item)            removes every occurrence and, with the last item, the key;
--                                                       returns whether any went, and what is left as a table
--   list_decode(value)                                  the items of a value, or of false for an absent key, as a table
--   list_encode(items)                                  the value for a table of strings
--
-- Errors are raised, so that a script cannot overlook them; the reply holds one of these words:
--   PULSE_MAP_KEY    the key is empty or holds '=', which is kept for the reserved fields
--   PULSE_MAP_LIST   the value is refused as a list
-- A function that raises one has changed nothing; what the including script did before it stays done.

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

local function list_decode(value)
    if not value then
        return {}
    end
    -- the first character tells arrays from objects: cjson makes the same empty table of [] and of {}
    local opening = string.match(value, '^[ \t\r\n]*([%[{])')
    if opening then
        local valid, decoded = pcall(cjson.decode, value)
        if valid and opening == '{' then
            error('PULSE_MAP_LIST the value is a JSON object, not a list', 0)
        end
        if valid then
            for _, item in ipairs(decoded) do
                -- others would not survive being written again: 17-digit numbers are rounded, [] becomes {}
                if type(item) ~= 'string' then
                    error('PULSE_MAP_LIST the value is a JSON array that holds something else than strings', 0)
                end
            end
            return decoded
        end
    end
    local items = {}
    for item in string.gmatch(value, '[^,]+') do
        items[#items + 1] = item
    end
    return items
end

local function list_encode(items)
    -- cjson writes a table without items as an object
    if #items == 0 then
        return '[]'
    end
    return cjson.encode(items)
end

local function list_append_unique(content, channel, key, item)
    map_check_key(key)
    local items = list_decode(redis.call('HGET', content, key))
    for _, present in ipairs(items) do
        if present == item then
            return false, items
        end
    end
    items[#items + 1] = item
    map_set(content, channel, key, list_encode(items))
    return true, items
end

local function list_remove(content, channel, key, item)
    map_check_key(key)
    local items = list_decode(redis.call('HGET', content, key))
    local left = {}
    for _, present in ipairs(items) do
        if present ~= item then
            left[#left + 1] = present
        end
    end
    if #left == #items then
        return false, items
    end
    if #left == 0 then
        map_delete(content, channel, key)
    else
        map_set(content, channel, key, list_encode(left))
    end
    return true, left
end
