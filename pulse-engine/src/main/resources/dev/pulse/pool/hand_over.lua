-- A worker's jobs given to others. Included by other scripts, with hand_out.lua.

-- Gives away the jobs named in KEYS and ARGV that `from` has, with the tokens given. `owned` and `inbox` are its keys,
-- `waiting` is where jobs without a target go; meta has the values of st, f, hold, rg and ret.
local function hand_over(jobs, meta, from, owned, inbox, waiting)
  -- what is none of our keys fails before anything is changed
  redis.call('SCARD', owned)
  redis.call('ZCARD', waiting)
  local ours, entries = 0, {'0-0'}
  for _, job in ipairs(jobs) do
    if job.o == from and job.t == job.given then
      ours = ours + 1
      if job.entry ~= '' then
        entries[#entries + 1] = job.entry
      end
    end
  end
  local replies = {'OK'}
  if ours > 0 then
    redis.call('XDEL', inbox, unpack(entries))
  end
  local token = ours > 0 and reserve_tokens(KEYS[1], meta.f, ours) or 0
  local held = meta.rg or tonumber(meta.hold) > micros() / 1000
  for i, job in ipairs(jobs) do
    local reply = 'STALE'
    if job.broken then
      reply = 'BROKEN'
    elseif job.o ~= from then
      -- a key of a job that is elsewhere, or nowhere, is no longer one of this worker's
      redis.call('SREM', owned, job.key)
    elseif job.t == job.given then
      if job.w or meta.st ~= 'open' then
        reply = end_stopped(KEYS[1], meta.ret, job)
        if reply == 'STOPPED' then
          redis.call('SREM', owned, job.key)
        end
      elseif held or not job.target then
        redis.call('ZADD', waiting, job.at, job.key)
        redis.call('SREM', owned, job.key)
        redis.call('HSET', job.record, 'st', 'waiting', 'o', '', 't', '0')
        reply = 'WAITING'
      else
        token = token + 1
        reply = digits(token)
        if not announce(job, reply) then
          reply = 'BROKEN'
        else
          local moved = redis.pcall('SMOVE', owned, job.target.owned, job.key)
          if moved == 0 then
            moved = redis.pcall('SADD', job.target.owned, job.key)
          end
          if type(moved) == 'table' then
            reply = 'BROKEN'
          else
            redis.call('HSET', job.record, 'st', 'assigned', 'o', job.target.name, 't', reply)
          end
        end
      end
    end
    replies[i + 1] = reply
  end
  return replies
end
