-- Functions about what XINFO tells of a stream and its groups. Included by other scripts.

-- Names and values of a flat reply.
local function fields(reply)
  local found = {}
  for i = 1, #reply, 2 do
    found[reply[i]] = reply[i + 1]
  end
  return found
end

-- What is known of one group of a stream that is there, or nothing.
local function group_info(stream, name)
  for _, reply in ipairs(redis.call('XINFO', 'GROUPS', stream)) do
    local info = fields(reply)
    if info.name == name then
      return info
    end
  end
end
