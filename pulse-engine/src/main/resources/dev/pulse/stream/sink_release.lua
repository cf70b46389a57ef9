-- Gives events that are still ours back to the group: they can be claimed by anybody at once.
-- KEYS: 1 stream key
-- ARGV: 1 sink, 2 consumer, 3 ack deadline in ms, then pairs of id and how many deliveries were begun
-- Returns how many were given back.

local released = 0
for i = 4, #ARGV, 2 do
  local pending = redis.pcall('XPENDING', KEYS[1], ARGV[1], ARGV[i], ARGV[i], 1, ARGV[2])
  if not pending.err and #pending > 0 then
    redis.call('XCLAIM', KEYS[1], ARGV[1], ARGV[2], 0, ARGV[i], 'IDLE', ARGV[3], 'RETRYCOUNT', ARGV[i + 1], 'JUSTID')
    released = released + 1
  end
end
return released
