-- Functions around the lifecycle record of a stream (wire.md: incarnations).
-- Included by other scripts; the caller names the keys.
--
-- A retention travels as Go's text, v=2|max=…|mode=…|value=…|sliding=…, and behind it |trim=approximate where trimming
-- may leave some more than the maximum. Go knows no such thing and compares its text byte by byte, so in the record
-- that stands in a field of its own: `approximate` holds the generation it is said of. Thus it ends with its
-- generation, also when Go, which leaves foreign fields alone, makes the next one.

local function is_approximate(retention)
  return string.find(retention, '|trim=approximate', 1, true) ~= nil
end

-- Writes a retention, with the fields that go with it, into the record.
local function keep(lifecycle, generation, retention)
  redis.call('HDEL', lifecycle, 'deadline_ms', 'ttl_owned', 'approximate')
  redis.call('HSET', lifecycle, 'retention_config', (string.gsub(retention, '|trim=approximate', '', 1)))
  local mode, value = string.match(retention, '|mode=(%a+)|value=(%d+)|')
  if mode == 'ttl' then
    redis.call('HSET', lifecycle, 'ttl_owned', '1')
  elseif mode == 'deadline' then
    redis.call('HSET', lifecycle, 'deadline_ms', value)
  end
  if is_approximate(retention) then
    redis.call('HSET', lifecycle, 'approximate', string.format('%d', generation))
  end
end

-- The bound on a stream's length as a command says it, or nothing.
local function bound(retention)
  local max = string.match(retention, '|max=(%d+)|')
  if max == '0' then
    return
  end
  return 'MAXLEN', is_approximate(retention) and '~' or '=', max
end

-- Trims a stream that is there to its bound.
local function trim(physical, retention)
  if bound(retention) and redis.call('EXISTS', physical) == 1 then
    redis.call('XTRIM', physical, bound(retention))
  end
end

-- Gives a stream that was just made the end of life that its retention asks for.
local function expire(physical, retention)
  local mode, value = string.match(retention, '|mode=(%a+)|value=(%d+)|')
  if mode == 'ttl' then
    redis.call('PEXPIRE', physical, value)
  elseif mode == 'deadline' then
    redis.call('PEXPIREAT', physical, value)
  end
end

-- The same for one that somebody else made, unless it has an end already.
local function expire_if_endless(physical, retention)
  if not string.find(retention, '|mode=none|', 1, true) and redis.call('PTTL', physical) == -1 then
    expire(physical, retention)
  end
end

-- Whether the deadline of the stream, if it has one, has passed by Redis' clock.
local function is_over(retention)
  local deadline = string.match(retention, '|mode=deadline|value=(%d+)|')
  if not deadline then
    return false
  end
  local now = redis.call('TIME')
  return tonumber(deadline) <= tonumber(now[1]) * 1000 + math.floor(tonumber(now[2]) / 1000)
end

-- The incarnation a handle belongs to, as it stands now.
-- `expected` is the handle's generation, or 0 for a handle that has none yet: it adopts what is active or makes the
-- next one. `retention` is what a record that has to be written gets.
-- Returns true, generation, physical key, retention, made (1 when the record was written); or false, generation, state,
-- where the state is 'over' when a record was to be written for a deadline that has passed, and 'malformed' when the
-- record has a generation that is no number.
local function establish(lifecycle, flat, expected, retention)
  local record = redis.call('HMGET', lifecycle, 'generation', 'state', 'physical_key', 'retention_config', 'approximate')
  if record[1] and (#record[1] > 15 or not string.match(record[1], '^[1-9]%d*$')) then
    return false, 0, 'malformed'
  end
  local generation = tonumber(record[1])
  if not generation then
    if expected > 1 then
      return false, 0, 'lost'
    end
    if is_over(retention) then
      return false, 0, 'over'
    end
    -- a first use, or a record that vanished under a handle that still holds generation 1
    redis.call('HSET', lifecycle, 'generation', '1', 'state', 'active', 'physical_key', flat)
    keep(lifecycle, 1, retention)
    trim(flat, retention)
    expire_if_endless(flat, retention)
    return true, 1, flat, retention, 1
  end
  if expected ~= 0 and (expected ~= generation or record[2] ~= 'active') then
    return false, generation, record[2] or 'destroyed'
  end
  if record[2] ~= 'active' then
    if is_over(retention) then
      return false, generation, 'over'
    end
    generation = generation + 1
    local physical = string.format('%s:generation:%d', flat, generation)
    redis.call('HSET', lifecycle, 'generation', string.format('%d', generation), 'state', 'active',
      'physical_key', physical)
    keep(lifecycle, generation, retention)
    return true, generation, physical, retention, 1
  end
  local physical = record[3]
  if not physical then
    physical = generation == 1 and flat or string.format('%s:generation:%d', flat, generation)
    redis.call('HSET', lifecycle, 'physical_key', physical)
  end
  local kept = record[4]
  if not kept then
    kept = retention
    keep(lifecycle, generation, kept)
    if generation == 1 then
      trim(flat, kept)
      expire_if_endless(flat, kept)
    end
  elseif record[5] == record[1] then
    kept = kept .. '|trim=approximate'
  end
  return true, generation, physical, kept, 0
end

-- Adds an entry, whose fields and values are those of `fields` from `from` on, and ends the stream's life when its
-- retention says so. Returns its id.
local function append(physical, retention, fields, from)
  local absent = redis.call('EXISTS', physical) == 0
  local command = {'XADD', physical}
  for _, word in ipairs({bound(retention)}) do
    command[#command + 1] = word
  end
  command[#command + 1] = '*'
  for i = from, #fields do
    command[#command + 1] = fields[i]
  end
  local id = redis.call(unpack(command))
  if absent or string.find(retention, '|sliding=true', 1, true) then
    expire(physical, retention)
  end
  return id
end
