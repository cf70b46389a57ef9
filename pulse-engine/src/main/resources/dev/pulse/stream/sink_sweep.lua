-- Removes consumers that are gone: silent for long, without a fresh keep-alive, with nothing pending.
-- KEYS: 1 stream key, 2 keep-alive content, 3 membership content, and for generation 1: 4, 5 the same of v1.6
-- ARGV: 1 sink, 2 the consumer that asks, 3 silence in ms after which one is gone, 4.. the channels of keys 2..
-- Returns the names removed.
--@include /dev/pulse/wire/map.lua
--@include /dev/pulse/wire/map_lists.lua

local sink, asking, silence = ARGV[1], ARGV[2], tonumber(ARGV[3])
local consumers = redis.pcall('XINFO', 'CONSUMERS', KEYS[1], sink)
if consumers.err then
  return {}
end
local now = redis.call('TIME')
local now_ms = tonumber(now[1]) * 1000 + math.floor(tonumber(now[2]) / 1000)
local removed, present = {}, {}

-- Whether one of its keep-alives is younger than the silence; one that is no number is as good as none.
local function is_fresh(name)
  for key = 2, #KEYS, 2 do
    local alive = redis.call('HGET', KEYS[key], name)
    local nanos = alive and tonumber(alive)
    if nanos and now_ms - nanos / 1000000 < silence then
      return true
    end
  end
  return false
end

local function forget(name)
  for key = 2, #KEYS, 2 do
    map_delete(KEYS[key], ARGV[key + 2], name)
    list_remove(KEYS[key + 1], ARGV[key + 3], sink, {name})
  end
  removed[#removed + 1] = name
end

for _, consumer in ipairs(consumers) do
  local info = {}
  for i = 1, #consumer, 2 do
    info[consumer[i]] = consumer[i + 1]
  end
  local name = info.name
  present[name] = true
  if name ~= asking and info.pending == 0 and info.idle >= silence and not is_fresh(name) then
    redis.call('XGROUP', 'DELCONSUMER', KEYS[1], sink, name)
    forget(name)
  end
end
-- those that died before their first read, or whose group was made anew, are in the maps alone
for _, name in ipairs(redis.call('HKEYS', KEYS[2])) do
  if name ~= asking and not present[name] and not string.find(name, '=', 1, true) and not is_fresh(name) then
    forget(name)
  end
end
return removed
