-- The end of a job, and what leads there. Included by other scripts; the caller names the keys.

-- Sees to it that what comes later cannot fail half-way: `digest` and `outcome` are those of the job, `queued` and
-- `retention` stand in the meta.
local function expect(outcome, digest, queued, retention)
  number(queued)
  if digest then
    number(retention)
    redis.call('HGET', outcome, 'st')
  end
end

-- Removes handled entries, ARGV from `first` on, from an inbox. Runs a command also when there are none: an inbox that
-- is none fails before anything else is changed, and after a removal Redis does all writes also when out of memory.
local function handled(inbox, first)
  redis.call('XDEL', inbox, '0-0', unpack(ARGV, first))
end

-- Writes down how a dispatch ended, or got on, if it was one with an outcome. `starts` is the field n of its record: who
-- dispatches it again is to know whether it had begun.
local function settle(outcome, digest, key, state, token, text, retention, starts)
  if digest then
    redis.call('HSET', outcome, 'k', key, 'dg', digest, 'st', state, 't', token, 'e', text, 'n', starts or '0')
    redis.call('PEXPIRE', outcome, retention)
  end
end

-- Writes down that a task is being worked on: unlike the start of a service that is not yet how its dispatch ends, so it
-- is kept as long as the job is there.
local function begun(outcome, digest, key, token)
  if digest then
    redis.call('HSET', outcome, 'k', key, 'dg', digest, 'st', 'started', 't', token, 'e', '', 'n', '1')
    redis.call('PERSIST', outcome)
  end
end

-- Removes the record; its place is the caller's. `counted` is its field q.
local function forget(meta, job, payload, counted)
  redis.call('DEL', job, payload)
  if counted == '1' then
    redis.call('HINCRBY', meta, 'q', -1)
  end
end
