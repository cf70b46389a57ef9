-- What is known of a dispatch. Included by other scripts; the caller names the keys.

-- Returns it as ask.lua does, or nothing.
local function known(job, outcome, id)
  local record = redis.call('HMGET', job, 'id', 'st', 'o', 't', 'w', 'a', 'n', 'e')
  if record[1] and (id == '' or id == record[1]) then
    return {'JOB', record[1], record[2], record[3], record[4], record[5] and 1 or 0, record[6] or '0', record[7] or '0',
      record[8] or ''}
  end
  local settled = redis.call('HMGET', outcome, 'st', 't', 'e', 'res', 'n')
  if settled[1] then
    return {'OUTCOME', settled[1], settled[2] or '0', settled[1] == 'done' and settled[4] or settled[3] or '',
      (settled[5] or '0') ~= '0' and 1 or 0}
  end
end
