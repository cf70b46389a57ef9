-- Takes over what is pending on others, in order and however fresh: for the one active consumer of a sink, whose
-- predecessor has lost its lease.
-- KEYS: 1 stream key
-- ARGV: 1 sink, 2 consumer, 3 id to begin after or '-', 4 how many to look at, 5 how many deliveries are allowed
-- Returns {entries, deliveries of each so far, ids that are gone from the stream, id to go on after or ''}.

local stream, sink, me, allowed = KEYS[1], ARGV[1], ARGV[2], tonumber(ARGV[5])
local entries, deliveries, gone, last = {}, {}, {}, ''
local from = ARGV[3] == '-' and '-' or '(' .. ARGV[3]
local rows = redis.pcall('XPENDING', stream, sink, from, '+', ARGV[4])
if rows.err then
  -- as it is: Redis 6.2 would put its own text before the code of an error that is raised
  return rows
end
for _, row in ipairs(rows) do
  last = row[1]
  if row[2] ~= me then
    local claim = {'XCLAIM', stream, sink, me, 0, row[1]}
    if row[4] >= allowed then
      -- it is tried alone or not at all, and what is not begun does not count
      claim[7], claim[8] = 'RETRYCOUNT', row[4]
    end
    local entry = redis.call(unpack(claim))[1]
    if entry and entry[2] then
      entries[#entries + 1] = entry
      deliveries[#deliveries + 1] = row[4]
    else
      redis.call('XACK', stream, sink, row[1])
      gone[#gone + 1] = row[1]
    end
  end
end
return {entries, deliveries, gone, last}
