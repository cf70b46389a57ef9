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

-- A time in ms that stands in a sorted set, as text; nil when it is none of ours.
local function moment(score)
  local ms = tonumber(score)
  return ms and ms >= 0 and ms < 2 ^ 53 and digits(ms) or nil
end

-- The same of a version or a token that stands in a hash.
local function whole(text)
  return text and string.match(text, '^%d+$') and moment(text)
end

-- A number that has to be one: raised here, before anything is changed, and not by the command that adds to it.
local function number(text)
  return tonumber(text) or error('a pool has no number where it should: ' .. tostring(text), 0)
end
