-- Giving jobs to workers, many at once. Included by other scripts, whose KEYS and ARGV end alike:
-- KEYS: …, then owned set and inbox of each target, then job, payload, outcome and replies of
--       the client that dispatched it of each job
-- ARGV: …, the number of targets, the targets, then for each job key, token (of a job without owner: its dispatch id),
--       id of its start entry or '', and the number of its target, 0 for none
-- For each job the reply has its new token, WAITING, STOPPED when it was to be stopped and is gone now, STALE when it
-- is not as given, NOTYET when its time has not come, BROKEN when one of its keys is not ours.
--@include /dev/pulse/pool/carried.lua
--@include /dev/pulse/pool/numbers.lua
--@include /dev/pulse/pool/end_of_job.lua
--@include /dev/pulse/pool/replies.lua

local FIELDS = {'id', 't', 'o', 'w', 'q', 'mx', 'r', 'n', 'a', 'dg', 'at', 'st'}

-- The jobs named in KEYS and ARGV; `keys` and `arguments` come before. One may be named twice.
local function named_jobs(keys, arguments)
  local targets, jobs = {}, {}
  local count = tonumber(ARGV[arguments + 1])
  for i = 1, count do
    targets[i] = {name = ARGV[arguments + 1 + i], owned = KEYS[keys + 2 * i - 1], inbox = KEYS[keys + 2 * i]}
  end
  local at, key = arguments + 1 + count, keys + 2 * count
  for i = 1, (#ARGV - at) / 4 do
    jobs[i] = {key = ARGV[at + 1], given = ARGV[at + 2], entry = ARGV[at + 3], target = targets[tonumber(ARGV[at + 4])],
      record = KEYS[key + 1], payload = KEYS[key + 2], outcome = KEYS[key + 3], replies = KEYS[key + 4]}
    at, key = at + 4, key + 4
  end
  return jobs
end

-- Adds to a job what stands in its record. Returns false when that is no record of ours.
local function read(job)
  local values = redis.pcall('HMGET', job.record, unpack(FIELDS))
  for n, name in ipairs(FIELDS) do
    job[name] = values[n]
  end
  return not values.err
end

-- Tokens for that many jobs: returns the one before the first. Noted down before they are given: a script that fails
-- half-way must not have them given twice.
local function reserve_tokens(meta, last, count)
  local before = math.max(number(last), micros() - 1)
  redis.call('HSET', meta, 'f', digits(before + count))
  return before
end

-- Ends a job that has a wish. Its place is the caller's. One whose outcome is no key of ours stays.
local function end_stopped(meta, retention, job)
  if not pcall(expect, job.outcome, job.dg, 0, retention) then
    return 'BROKEN'
  end
  settle(job.outcome, job.dg, job.key, 'stopped', job.t, '', retention, job.n)
  forget(meta, job.record, job.payload, job.q)
  if job.r and job.r ~= '' then
    tell(job.replies, 'd', job.id, 'stopped', job.t, '')
  end
  return 'STOPPED'
end

-- Tells the target of a job. A start is taken at its word, so nothing that can fail comes after this. Returns false when
-- the target's inbox, or the payload, is no key of ours.
local function announce(job, token)
  local payload = redis.pcall('GET', job.payload)
  if type(payload) == 'table' then
    return false
  end
  local field, value = carried(payload or '')
  local entry = redis.pcall('XADD', job.target.inbox, '*', 'y', 's', 'k', job.key, 't', token, field, value,
    'id', job.id, 'c', job.r, 'mx', job.mx, 'n', job.n or '0', 'a', job.a or '0')
  return type(entry) ~= 'table'
end
