-- Moves an event that a sink gives up to the dead letters of its stream: appended there and acknowledged here, in one
-- step, so that it is never in neither place.
-- KEYS: 1 stream key; of the dead-letter stream: 2 lifecycle record, 3 flat key, 4 key of the generation that is expected
-- ARGV: 1 sink, 2 consumer, 3 id, 4 retention of a dead-letter stream that has to be made, 5 how many of the next are
--       headers; then headers, field and value; then the entry's fields and values in case it was trimmed, or none
-- Returns {1, length of the dead-letter stream}, {0} when the event is not ours, {2, generation} when another one is
-- active: to be asked again with its key, {3} when the entry was trimmed and no fields came along, {-1, deadline} when
-- the dead-letter stream takes nothing any more, {-2} when its lifecycle record is malformed. Only the first changes the
-- event.
--@include /dev/pulse/stream/lifecycle.lua

-- How many fields a dead letter takes over: a script cannot say a command of more than some 8,000 words. Other than in
-- entries that are not of Pulse there are not half as many.
local MOST_FIELDS = 3000

local function is_of_event(field)
  return field == 'n' or field == 'p' or field == 't' or string.sub(field, 1, 2) == 'h:'
end

local stream, sink, id = KEYS[1], ARGV[1], ARGV[3]
local pending = redis.pcall('XPENDING', stream, sink, id, id, 1, ARGV[2])
if pending.err or #pending == 0 then
  return {0}
end
local ok, generation, dead, retention = establish(KEYS[2], KEYS[3], 0, ARGV[4])
if not ok then
  return {-2}
end
if dead ~= KEYS[4] then
  return {2, generation}
end
if is_over(retention) then
  return {-1, string.match(retention, '|value=(%d+)|')}
end

local headers = tonumber(ARGV[5])
local fields = {}
local entry = redis.call('XRANGE', stream, id, id)[1]
if entry then
  fields = entry[2]
else
  for i = 6 + headers, #ARGV do
    fields[#fields + 1] = ARGV[i]
  end
  if #fields == 0 then
    return {3}
  end
end
local letter, left_out = {}, 0
-- those of the event first, so that none of them is left out
for _, of_event in ipairs({true, false}) do
  for i = 1, #fields, 2 do
    local field = fields[i]
    -- not what tells of an earlier death: this one counts
    if is_of_event(field) == of_event and string.sub(field, 1, 14) ~= 'h:dead-letter-' then
      if #letter < 2 * MOST_FIELDS then
        letter[#letter + 1] = field
        letter[#letter + 1] = fields[i + 1]
      else
        left_out = left_out + 1
      end
    end
  end
end
for i = 6, 5 + headers, 2 do
  letter[#letter + 1] = ARGV[i]
  letter[#letter + 1] = ARGV[i + 1]
  if left_out > 0 and ARGV[i] == 'h:dead-letter-cause' then
    letter[#letter] = string.format('%s; of its fields %d are left out here, the first %d are kept', ARGV[i + 1], left_out,
      MOST_FIELDS)
  end
end
append(dead, retention, letter, 1)
redis.call('XACK', stream, sink, id)
return {1, redis.call('XLEN', dead)}
