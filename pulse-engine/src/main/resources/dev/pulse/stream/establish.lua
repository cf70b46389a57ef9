-- Adopts the active incarnation of a stream, or makes one.
-- KEYS: 1 lifecycle record, 2 flat stream key, 3 stream key of the handle's generation, if it has one
-- ARGV: 1 generation of the handle, 0 for none yet; 2 retention for a record that has to be written
-- Returns {1, generation, physical key, retention, made 0/1} or {0, generation, state}.
--@include /dev/pulse/stream/lifecycle.lua

local ok, generation, physical, retention, made = establish(KEYS[1], KEYS[2], tonumber(ARGV[1]), ARGV[2])
if not ok then
  return {0, generation, physical}
end
if KEYS[3] then
  -- a v1.6 program can have made the key again, without an end
  expire_if_endless(KEYS[3], retention)
end
return {1, generation, physical, retention, made}
