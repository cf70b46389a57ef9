-- Finds what was trimmed before a group read it. Included by other scripts, after group_info.lua.
--
-- From Redis 7.0 on a stream counts what was ever added, and a group which of these it has read last. What is found to be
-- lost is put down as read (the group stays at its id, so nothing is handed out again): whoever looks first finds it, and
-- nobody else; and the group's lag is right again, which 7.0 spoils when a group passes over what was trimmed.

-- Compares decimal numbers of 64 bits; those of Lua are exact to 53.
local function is_less(digits, others)
  if #digits ~= #others then
    return #digits < #others
  end
  return digits < others
end

local function is_before(id, other)
  local ms, seq = string.match(id, '^(%d+)-(%d+)$')
  local other_ms, other_seq = string.match(other, '^(%d+)-(%d+)$')
  if ms == other_ms then
    return is_less(seq, other_seq)
  end
  return is_less(ms, other_ms)
end

-- Of the fields that XINFO tells of a stream and of one of its groups. Returns how many entries were lost since this was
-- asked last, -1 when some were, or may have been, and nobody knows how many; and the group's lag, -1 when unknown.
local function take_losses(stream, info, group)
  local first = info['first-entry'] and info['first-entry'][1]
  local at, last, added = group['last-delivered-id'], info['last-generated-id'], info['entries-added']
  -- nothing that is kept was read, and what is gone before it may not have been either
  local passed_by = is_before(at, first or last)
  if not added then
    -- before 7.0; of a group that never read anything it is not known whether there was anything to read
    return (passed_by and at ~= '0-0') and -1 or 0, -1
  end
  local deleted = info['max-deleted-entry-id']
  local read, known = nil, group['entries-read']
  if passed_by then
    if first and not is_before(deleted, first) then
      return -1, -1
    end
    read = added - info['length']
  elseif not is_before(at, last) then
    read = added
  else
    return 0, group['lag'] or -1
  end
  local lost = 0
  if known then
    lost = math.max(0, read - known)
    if lost > 0 and is_before(at, deleted) then
      -- some of these were deleted by name
      lost = -1
    end
  elseif passed_by and at ~= '0-0' and read > 0 then
    lost = -1
  end
  if known ~= read then
    redis.call('XGROUP', 'SETID', stream, group.name, at, 'ENTRIESREAD', read)
  end
  return lost, added - read
end
