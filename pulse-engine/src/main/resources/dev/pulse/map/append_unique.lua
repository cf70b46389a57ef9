-- Adds those items to a list in a replicated map that are not in it yet.
-- KEYS: 1 content
-- ARGV: 1 channel, 2 ttl in ms or 0, 3 sliding 0/1, 4 key, 5.. items
-- Returns {1 when any was added, else 0, the list}; nothing changes in the second case.
--@include /dev/pulse/wire/map.lua
--@include /dev/pulse/wire/map_lists.lua
--@include /dev/pulse/map/ttl.lua

local items = {}
for i = 5, #ARGV do
    items[#items + 1] = ARGV[i]
end
local changed, list = list_append_unique(KEYS[1], ARGV[1], ARGV[4], items)
if changed then
    map_ttl(KEYS[1], ARGV[2], ARGV[3])
end
return {changed and 1 or 0, list}
