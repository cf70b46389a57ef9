-- What goes on when Redis is out of memory. Included by other scripts; the caller names the key.

-- Has the writes that follow be done all the same: Redis refuses what could take memory only while a script has not
-- written anything. What is running must stay under its lease, and be stopped, moved and settled, or nothing would ever
-- get better. Called when all has been checked.
local function in_any_case(meta)
  redis.call('PERSIST', meta)
end
