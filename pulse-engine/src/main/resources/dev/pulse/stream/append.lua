-- Appends an entry to a stream whose key is absent, or may be: the first one, or after a loss of state.
-- KEYS: 1 lifecycle record, 2 flat stream key, 3 stream key of the handle's generation
-- ARGV: 1 generation; 2 retention; then fields and values of the entry
-- Returns {1, id}, {0, generation, state} when the incarnation is not the active one, {-1, deadline} when it is over.
--@include /dev/pulse/stream/lifecycle.lua

local ok, generation, physical, retention = establish(KEYS[1], KEYS[2], tonumber(ARGV[1]), ARGV[2])
if not ok then
  return {0, generation, physical}
end
if is_over(retention) then
  return {-1, string.match(retention, '|value=(%d+)|')}
end
return {1, append(KEYS[3], retention, ARGV, 3)}
