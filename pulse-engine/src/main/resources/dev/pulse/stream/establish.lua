-- Adopts the active incarnation of a stream, or makes one.
-- KEYS: 1 lifecycle record, 2 flat stream key
-- ARGV: 1 generation of the handle, 0 for none yet; 2 retention for a record that has to be written
-- Returns {1, generation, physical key, retention, made 0/1} or {0, generation, state}.
--@include /dev/pulse/stream/lifecycle.lua

local ok, generation, physical, retention, made = establish(KEYS[1], KEYS[2], tonumber(ARGV[1]), ARGV[2])
if not ok then
  return {0, generation, physical}
end
return {1, generation, physical, retention, made}
