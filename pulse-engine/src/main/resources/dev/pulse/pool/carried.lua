-- What an entry about a job carries of its payload. Included by other scripts.

-- A small payload itself, of a larger one the length: a worker reads many entries at once, and fetches what is large when
-- it begins the job. Returns the name of the field, and its value.
local function carried(payload)
  if #payload <= 4096 then
    return 'p', payload
  end
  return 'l', #payload
end
