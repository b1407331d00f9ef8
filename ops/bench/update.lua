-- wrk: updates of many users, in turn. Arguments after --: a file with one "user token" a line.
-- The requests are made beforehand, so that the driver costs as little as it can.
local requests, number = {}, 0

function init(args)
    for line in io.lines(args[1]) do
        local user, token = line:match('^(%S+) (%S+)$')
        local body = '{"user_id":"' .. user .. '","score_increase":1}'
        requests[#requests + 1] = wrk.format('POST', '/api/v1/score/update', {
            ['Authorization'] = 'Bearer ' .. token,
            ['Content-Type'] = 'application/json',
        }, body)
    end
end

function request()
    number = number % #requests + 1
    return requests[number]
end

function done(summary, latency)
    local errors = summary.errors
    io.write(string.format('RESULT %d %d %d %.0f %.0f\n', summary.requests, summary.duration,
        errors.status + errors.connect + errors.read + errors.write + errors.timeout,
        latency:percentile(50), latency:percentile(99)))
end
