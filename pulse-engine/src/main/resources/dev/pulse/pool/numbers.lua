-- Numbers, and Redis' clock. Included by other scripts.

-- Microseconds since 1970: whole numbers, exact until 2255.
local function micros()
  local time = redis.call('TIME')
  return tonumber(time[1]) * 1000000 + tonumber(time[2])
end

-- A whole number as text: tostring writes large ones with an exponent.
local function digits(number)
  return string.format('%.0f', number)
end

-- A number that has to be one: raised here, before anything is changed, and not by the command that adds to it.
local function number(text)
  return tonumber(text) or error('a pool has no number where it should: ' .. tostring(text), 0)
end
