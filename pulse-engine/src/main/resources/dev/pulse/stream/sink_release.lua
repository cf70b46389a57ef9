-- Gives events that are still ours back to the group: they can be claimed by anybody at once.
-- KEYS: 1 stream key
-- ARGV: 1 sink, 2 consumer, 3 ack deadline in ms, then pairs of id and how many deliveries were begun
-- Returns the ids that are gone from the stream, as far as this Redis drops such from what is pending: 6.2 keeps them
-- until they are claimed.

local gone = {}
for i = 4, #ARGV, 2 do
  local pending = redis.pcall('XPENDING', KEYS[1], ARGV[1], ARGV[i], ARGV[i], 1, ARGV[2])
  if not pending.err and #pending > 0 then
    local kept = redis.call(
      'XCLAIM', KEYS[1], ARGV[1], ARGV[2], 0, ARGV[i], 'IDLE', ARGV[3], 'RETRYCOUNT', ARGV[i + 1], 'JUSTID')
    if #kept == 0 then
      gone[#gone + 1] = ARGV[i]
    end
  end
end
return gone
