-- wrk: prepared requests, in turn. Argument after --: a file with one request a line, `METHOD target [token [body]]`.
-- The requests are put together beforehand, so that the driver costs as little as it can.
-- Prints RESULT requests microseconds errors p50 p99 (latencies in microseconds).
local requests, number = {}, 0

function init(args)
    local host = wrk.headers['Host']
    for line in io.lines(args[1]) do
        local method, target, token, body = line:match('^(%S+) (%S+) ?(%S*) ?(.*)$')
        local headers = { Host = host }
        if token ~= '' then headers['Authorization'] = 'Bearer ' .. token end
        if body ~= '' then headers['Content-Type'] = 'application/json' end
        wrk.method, wrk.path, wrk.headers, wrk.body = method, target, headers, body ~= '' and body or nil
        requests[#requests + 1] = wrk.format()
    end
    -- One request alone is sent by wrk itself, without a call into this script for each.
    if #requests > 1 then
        function request()
            number = number % #requests + 1
            return requests[number]
        end
    end
end

function done(summary, latency)
    local errors = summary.errors
    io.write(string.format('RESULT %d %d %d %.0f %.0f\n', summary.requests, summary.duration,
        errors.status + errors.connect + errors.read + errors.write + errors.timeout,
        latency:percentile(50), latency:percentile(99)))
end
