-- A worker's jobs given to others. Included by other scripts, with hand_out.lua.
--@include /dev/pulse/pool/out_of_memory.lua

-- Gives away jobs that `from` has with the tokens given. `owned` and `inbox` are its keys, `waiting` is where jobs without
-- a target go; meta has the values of st, f, hold, rg, ret and q. Returns what is to be replied.
local function hand_over(jobs, meta, from, owned, inbox, waiting)
  -- what is none of our keys fails before anything is changed
  number(meta.q)
  redis.call('SCARD', owned)
  redis.call('ZCARD', waiting)
  redis.call('XLEN', inbox)
  local held = meta.rg or number(meta.hold) > micros() / 1000
  in_any_case(KEYS[1])
  local before = reserve_tokens(KEYS[1], meta.f, #jobs)

  local function give(job, token)
    local moved = redis.pcall('SMOVE', owned, job.target.owned, job.key)
    if moved == 0 then
      moved = redis.pcall('SADD', job.target.owned, job.key)
    end
    if type(moved) == 'table' then
      return 'BROKEN'
    end
    if not announce(job, token) then
      redis.call('SMOVE', job.target.owned, owned, job.key)
      return 'BROKEN'
    end
    redis.call('HSET', job.record, 'st', 'assigned', 'o', job.target.name, 't', token)
    return token
  end

  local function decide(job, token)
    if not read(job) then
      return 'BROKEN'
    end
    if job.o ~= from then
      -- a key of a job that is elsewhere, or nowhere, is no longer one of this worker's
      redis.call('SREM', owned, job.key)
      return 'STALE'
    end
    if job.t ~= job.given then
      return 'STALE'
    end
    local reply
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
      reply = give(job, token)
    end
    if reply ~= 'BROKEN' and job.entry ~= '' then
      redis.call('XDEL', inbox, job.entry)
    end
    return reply
  end

  local replies = {'OK'}
  for i, job in ipairs(jobs) do
    replies[i + 1] = decide(job, digits(before + i))
  end
  return replies
end
