-- Lists as values of replicated maps; goes after map.lua, whose functions it uses and whose words it shares.
-- A list is a JSON array of strings. Any other value is taken as comma-separated text without its empty items, save
-- a JSON object or an array that holds something else than strings: those are refused.
--
--   list_decode(value)                                  the items of a value, or of false for an absent key, as a table
--   list_encode(items)                                  the value for a table of strings
--   list_append_unique(content, channel, key, items)    adds those items that are not in the list; returns whether any
--                                                       was added, and the list as a table
--   list_remove(content, channel, key, items)           removes every occurrence of them and, with the last item, the
--                                                       key; returns whether any went, and what is left as a table
--
-- One more error:
--   PULSE_MAP_LIST   the value is refused as a list

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

local function list_append_unique(content, channel, key, items)
    map_check_key(key)
    local list = list_decode(redis.call('HGET', content, key))
    local present = {}
    for _, item in ipairs(list) do
        present[item] = true
    end
    local before = #list
    for _, item in ipairs(items) do
        if not present[item] then
            present[item] = true
            list[#list + 1] = item
        end
    end
    if #list == before then
        return false, list
    end
    map_set(content, channel, key, list_encode(list))
    return true, list
end

local function list_remove(content, channel, key, items)
    map_check_key(key)
    local list = list_decode(redis.call('HGET', content, key))
    local unwanted = {}
    for _, item in ipairs(items) do
        unwanted[item] = true
    end
    local left = {}
    for _, item in ipairs(list) do
        if not unwanted[item] then
            left[#left + 1] = item
        end
    end
    if #left == #list then
        return false, list
    end
    if #left == 0 then
        map_delete(content, channel, key)
    else
        map_set(content, channel, key, list_encode(left))
    end
    return true, left
end
