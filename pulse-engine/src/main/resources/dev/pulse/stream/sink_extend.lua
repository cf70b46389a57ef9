-- Extends the ack deadline of what is still ours, and writes down how often each was delivered, so that whoever takes it
-- over goes on counting. A blind XCLAIM would steal back what another has by now.
-- KEYS: 1 stream key
-- ARGV: 1 sink, 2 consumer, then pairs of id and deliveries
-- Returns the ids that are not ours any more.

local stream, sink, me = KEYS[1], ARGV[1], ARGV[2]
local lost, ours = {}, {}
for i = 3, #ARGV, 2 do
  local id, deliveries = ARGV[i], ARGV[i + 1]
  local pending = redis.pcall('XPENDING', stream, sink, id, id, 1, me)
  if pending.err then
    -- as it is: Redis 6.2 would put its own text before the code of an error that is raised
    return pending
  end
  if #pending == 0 then
    lost[#lost + 1] = id
  else
    -- one command for all that were delivered equally often: mostly that is all of them
    ours[deliveries] = ours[deliveries] or {'XCLAIM', stream, sink, me, 0}
    table.insert(ours[deliveries], id)
  end
end
for deliveries, command in pairs(ours) do
  command[#command + 1] = 'RETRYCOUNT'
  command[#command + 1] = deliveries
  command[#command + 1] = 'JUSTID'
  redis.call(unpack(command))
end
return lost
