-- Functions around the lifecycle record of a stream (wire.md: incarnations).
-- Included by other scripts; the caller names the keys.

-- Writes the fields that go with a retention.
local function keep(lifecycle, retention)
  redis.call('HDEL', lifecycle, 'deadline_ms', 'ttl_owned')
  local mode, value = string.match(retention, '|mode=(%a+)|value=(%d+)|')
  if mode == 'ttl' then
    redis.call('HSET', lifecycle, 'ttl_owned', '1')
  elseif mode == 'deadline' then
    redis.call('HSET', lifecycle, 'deadline_ms', value)
  end
end

-- The incarnation a handle belongs to, as it stands now.
-- `expected` is the handle's generation, or 0 for a handle that has none yet: it adopts what is active or makes the
-- next one. `retention` is what a record that has to be written gets.
-- Returns true, generation, physical key, retention, made (1 when the record was written); or false, generation, state.
local function establish(lifecycle, flat, expected, retention)
  local record = redis.call('HMGET', lifecycle, 'generation', 'state', 'physical_key', 'retention_config')
  local generation = tonumber(record[1])
  if not generation then
    if expected > 1 then
      return false, 0, 'lost'
    end
    -- a first use, or a record that vanished under a handle that still holds generation 1
    redis.call('HSET', lifecycle, 'generation', '1', 'state', 'active', 'physical_key', flat,
      'retention_config', retention)
    keep(lifecycle, retention)
    local max = tonumber(string.match(retention, '|max=(%d+)|'))
    if max and max > 0 and redis.call('EXISTS', flat) == 1 then
      redis.call('XTRIM', flat, 'MAXLEN', '=', max)
    end
    return true, 1, flat, retention, 1
  end
  if expected ~= 0 and (expected ~= generation or record[2] ~= 'active') then
    return false, generation, record[2] or 'destroyed'
  end
  if record[2] ~= 'active' then
    generation = generation + 1
    local physical = string.format('%s:generation:%d', flat, generation)
    redis.call('HSET', lifecycle, 'generation', string.format('%d', generation), 'state', 'active',
      'physical_key', physical, 'retention_config', retention)
    keep(lifecycle, retention)
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
    redis.call('HSET', lifecycle, 'retention_config', kept)
  end
  return true, generation, physical, kept, 0
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

-- Whether the deadline of the stream, if it has one, has passed by Redis' clock.
local function is_over(retention)
  local deadline = string.match(retention, '|mode=deadline|value=(%d+)|')
  if not deadline then
    return false
  end
  local now = redis.call('TIME')
  return tonumber(deadline) <= tonumber(now[1]) * 1000 + math.floor(tonumber(now[2]) / 1000)
end
