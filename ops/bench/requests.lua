-- wrk: prepared requests, in turn. Argument after --: a file with one request a line, `METHOD target [token [body]]`.
-- The requests are put together beforehand, so that the driver costs as little as it can.
-- Prints RESULT requests microseconds errors p50 p99 (latencies in microseconds).
local requests, number = {}, 0

function init(args)
    for line in io.lines(args[1]) do
        local method, target, token, body = line:match('^(%S+) (%S+) ?(%S*) ?(.*)$')
        local headers = {}
        if token ~= '' then headers['Authorization'] = 'Bearer ' .. token end
        if body ~= '' then headers['Content-Type'] = 'application/json' end
        requests[#requests + 1] = wrk.format(method, target, headers, body ~= '' and body or nil)
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
