-- Telling who waits. Included by other scripts; the caller names the keys.

-- Adds a reply for a client, if it still listens. A reply is a hint, so one that cannot be added stops nothing.
local function tell(replies, kind, id, state, token, text)
  redis.pcall('XADD', replies, 'NOMKSTREAM', 'MAXLEN', '~', 20000, '*',
    'y', kind, 'id', id, 'st', state, 't', token, 'e', text)
end

-- Has workers look at ring and due times. Their inboxes are KEYS from `first` on; one that is gone is not made again.
local function wake(first, version)
  for i = first, #KEYS do
    redis.pcall('XADD', KEYS[i], 'NOMKSTREAM', '*', 'y', 'r', 'v', version)
  end
end
