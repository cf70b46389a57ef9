-- Adds to a number. KEYS: the number. ARGV: how much. Returns: the sum.
return redis.call('INCRBY', KEYS[1], ARGV[1])
