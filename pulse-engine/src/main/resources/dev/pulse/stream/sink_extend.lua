-- Extends the ack deadline of what is still ours. A blind XCLAIM would steal back what another has by now.
-- KEYS: 1 stream key
-- ARGV: 1 sink, 2 consumer, 3.. ids
-- Returns the ids that are not ours any more.

local lost, ours = {}, {'XCLAIM', KEYS[1], ARGV[1], ARGV[2], 0}
for i = 3, #ARGV do
  local pending = redis.pcall('XPENDING', KEYS[1], ARGV[1], ARGV[i], ARGV[i], 1, ARGV[2])
  if pending.err then
    -- as it is: Redis 6.2 would put its own text before the code of an error that is raised
    return pending
  end
  if #pending == 0 then
    lost[#lost + 1] = ARGV[i]
  else
    ours[#ours + 1] = ARGV[i]
  end
end
if #ours > 5 then
  ours[#ours + 1] = 'JUSTID'
  redis.call(unpack(ours))
end
return lost
