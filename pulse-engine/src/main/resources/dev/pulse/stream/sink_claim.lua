-- Takes over what nobody extended in time, and tells when to look again.
-- KEYS: 1 stream key
-- ARGV: 1 sink, 2 consumer, 3 ack deadline in ms, 4 how many at most, 5 how many deliveries are allowed
-- Returns {entries, deliveries of each so far, ids that are gone from the stream, ms until the next look}, where -1
-- means that nothing is pending.

local stream, sink, me = KEYS[1], ARGV[1], ARGV[2]
local deadline, count, allowed = tonumber(ARGV[3]), tonumber(ARGV[4]), tonumber(ARGV[5])
local entries, deliveries, gone = {}, {}, {}

local summary = redis.pcall('XPENDING', stream, sink)
if summary.err then
  -- as it is: Redis 6.2 would put its own text before the code of an error that is raised
  return summary
end

if count > 0 then
  for _, row in ipairs(redis.call('XPENDING', stream, sink, 'IDLE', deadline, '-', '+', count)) do
    local claim = {'XCLAIM', stream, sink, me, deadline, row[1]}
    if row[4] >= allowed then
      -- it is tried alone or not at all, and what is not begun does not count
      claim[7], claim[8] = 'RETRYCOUNT', row[4]
    end
    local claimed = redis.call(unpack(claim))
    local entry = claimed[1]
    if entry and entry[2] then
      entries[#entries + 1] = entry
      deliveries[#deliveries + 1] = row[4]
    else
      -- trimmed or deleted meanwhile: Redis 7 has dropped it by itself, 6.2 keeps it pending for ever
      redis.call('XACK', stream, sink, row[1])
      gone[#gone + 1] = row[1]
    end
  end
end

local total = redis.call('XPENDING', stream, sink)[1]
if total == 0 then
  return {entries, deliveries, gone, -1}
end
-- what live consumers hold is extended each third of the deadline; what is idle for longer comes due
local next = math.floor(deadline / 3)
for _, row in ipairs(redis.call('XPENDING', stream, sink, 'IDLE', math.floor(deadline * 2 / 3), '-', '+', 100)) do
  next = math.min(next, math.max(deadline - row[3], 0))
end
return {entries, deliveries, gone, next}
