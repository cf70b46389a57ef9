-- Says that messages were handled, or given up. Changes nothing when run twice.
-- KEYS: 1 meta, 2 inbox, then for each message the replies of who sent it
-- ARGV: for each message: id of its entry, id of the request, done or failed, answer or error
-- Returns for each message 'OK', or 'STALE' when its entry is gone; GONE.
--@include /dev/pulse/pool/numbers.lua
--@include /dev/pulse/pool/replies.lua

local meta = redis.call('HMGET', KEYS[1], 'st', 'mq')
if not meta[1] then
  return 'GONE'
end
number(meta[2])
local became, settled = {}, 0
for i = 3, #KEYS do
  local first = 4 * (i - 3) + 1
  if redis.call('XDEL', KEYS[2], ARGV[first]) == 0 then
    became[#became + 1] = 'STALE'
  else
    tell(KEYS[i], 'm', ARGV[first + 1], ARGV[first + 2], '0', ARGV[first + 3])
    became[#became + 1] = 'OK'
    settled = settled + 1
  end
end
if settled > 0 then
  redis.call('HINCRBY', KEYS[1], 'mq', -settled)
end
return became
