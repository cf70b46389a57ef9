-- Empties an inbox whose worker leaves or is gone: messages and notifications go where they belong now, and what is about
-- jobs that are elsewhere is removed. Changes nothing when run twice.
-- KEYS: 1 meta, 2 the inbox, then the inbox of each target, then for each entry the job of its key
-- ARGV: 1 ring version, 2 the worker, 3 the number of targets, the targets, then for each entry its id and the number of
--       its target, 0 for none
-- Returns {'OK', for each entry two of: 'OK' and '' when it is done with; 'DROPPED' and '' for a notification whose job
-- runs nowhere; 'LOOK' and the owner, for one whose job has another than the target; 'OURS' and '' for what is this
-- worker's; 'NOWORKER' and '' for a message without target; 'STALE' and '' when it is gone},
-- {'RING', version, slots} when the version given is not the pool's, {'GONE'}.
--@include /dev/pulse/pool/out_of_memory.lua

local meta = redis.call('HMGET', KEYS[1], 'st', 'v', 'ring')
if not meta[1] then
  return {'GONE'}
end
if meta[2] ~= ARGV[1] then
  return {'RING', meta[2], meta[3] or ''}
end
local inbox, worker, targets = KEYS[2], ARGV[2], tonumber(ARGV[3])

-- What becomes of an entry, and the fields it goes on with if it goes on.
local function decide(content, job, target)
  local fields = {}
  for i = 1, #content, 2 do
    fields[content[i]] = i + 1
  end
  local kind = content[fields.y or 0]
  if kind == 'g' then
    return target == '' and 'NOWORKER' or target == worker and 'OURS' or 'ON', ''
  end
  if kind ~= 's' and kind ~= 'x' and kind ~= 'n' then
    return 'OK', ''
  end
  local record = redis.pcall('HMGET', job, 'o', 't')
  local owner, token = record[1] or '', record[2]
  if kind ~= 'n' then
    return owner == worker and token == content[fields.t or 0] and 'OURS' or 'OK', ''
  end
  if owner == '' then
    return 'DROPPED', ''
  end
  if owner == worker then
    return 'OURS', ''
  end
  if owner ~= target then
    return 'LOOK', owner
  end
  content[fields.t] = token
  return 'ON', ''
end

in_any_case(KEYS[1])
local replies = {'OK'}
for i = 1, (#ARGV - 3 - targets) / 2 do
  local id, number = ARGV[2 + targets + 2 * i], tonumber(ARGV[3 + targets + 2 * i])
  local entry = redis.call('XRANGE', inbox, id, id)[1]
  local reply, owner = 'STALE', ''
  if entry then
    reply, owner = decide(entry[2], KEYS[2 + targets + i], number > 0 and ARGV[3 + number] or '')
    if reply == 'ON' then
      redis.call('XADD', KEYS[2 + number], '*', unpack(entry[2]))
      reply = 'OK'
    end
    if reply == 'OK' or reply == 'DROPPED' then
      redis.call('XDEL', inbox, id)
    end
  end
  replies[2 * i], replies[2 * i + 1] = reply, owner
end
return replies
