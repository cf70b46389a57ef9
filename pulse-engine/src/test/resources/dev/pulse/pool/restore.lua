-- Makes a database what it was: nothing but the keys given.
-- ARGV: 1 what their names begin with, then for each key name, type, whether it expires some time 0/1, number of parts,
--       parts: what the command that makes it takes; of a stream, one part for each entry, its words after NULs

redis.call('FLUSHDB')
local commands = {hash = 'HSET', set = 'SADD', zset = 'ZADD', string = 'SET'}
local at = 2
while at <= #ARGV do
  local key, type, parts = ARGV[1] .. ARGV[at], ARGV[at + 1], tonumber(ARGV[at + 3])
  if type == 'stream' then
    for i = 1, parts do
      local words = {}
      for word in string.gmatch(ARGV[at + 3 + i], '%z([^%z]*)') do
        words[#words + 1] = word
      end
      redis.call('XADD', key, i .. '-1', unpack(words))
    end
  else
    redis.call(commands[type], key, unpack(ARGV, at + 4, at + 3 + parts))
  end
  if ARGV[at + 2] == '1' then
    redis.call('PEXPIRE', key, 3600000)
  end
  at = at + 4 + parts
end
