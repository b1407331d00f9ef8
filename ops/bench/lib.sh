# What the benchmarks share; to be sourced from the repository's root. Everything that is started here is stopped when the
# script ends, however it ends. Load goes to 127.0.0.1 only.

work=$(mktemp -d)
pids=()
stop() { for pid in "${pids[@]}"; do kill "$pid" 2>/dev/null || true; done; wait "${pids[@]}" 2>/dev/null || true; pids=(); }
trap 'stop; rm -rf "$work"' EXIT

connections=64 users=1000
board='lb:{main}'
update_keys=("$board:scores" "$board:audit" "$board:suspended" "$board:seq" "$board:epoch" "$board:chain")
# A limit as a deployment has it, but 100 times as high, so that nobody meets it: each user's bucket is written. (Of 1,000,000 a second none
# would be: a bucket that is full again before the call is over has no key.)
export JWT_SECRET=benchmark-secret-of-32-bytes-or-more RATE_LIMIT_UPDATES=6000 RATE_LIMIT_INTERVAL_SECONDS=60
export LOG_LEVEL=${LOG_LEVEL:-info}

free_port() {
    local port
    while port=$((20000 + RANDOM % 12000)); (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; do :; done
    echo "$port"
}
await() { for _ in $(seq 200); do "$@" >/dev/null 2>&1 && return; sleep 0.05; done; echo "not up: $*" >&2; exit 1; }
median() { sort -n | awk '{ v[NR] = $1 } END { print NR % 2 ? v[(NR + 1) / 2] : (v[NR / 2] + v[NR / 2 + 1]) / 2 }'; }
# User and system time of a process so far, in clock ticks.
cpu_ticks() { awk '{ print $14 + $15 }' "/proc/$1/stat"; }

# start_redis NAME [OPTION…]: a fresh server, without persistence unless the options say so; its port in `redis_port`, its
# process in `redis_pid`.
start_redis() {
    local name=$1; shift
    redis_port=$(free_port)
    mkdir -p "$work/$name"
    redis-server --port "$redis_port" --bind 127.0.0.1 --save '' --appendonly no --dir "$work/$name" "$@" >"$work/$name.redis.log" &
    redis_pid=$! pids+=($!)
    await redis-cli -p "$redis_port" ping
}

# start_service NAME: on the Redis at `redis_port`, with the settings that are exported; its port in `service_port`, its
# process in `service_pid`.
start_service() {
    service_port=$(free_port)
    PORT=$service_port REDIS_URL=redis://127.0.0.1:$redis_port "$leaderboard" serve 2>"$work/$1.service.log" &
    service_pid=$! pids+=($!)
    await curl -sf "http://127.0.0.1:$service_port/readyz"
}

# update_requests: one update of each user with its token, as requests.lua reads them.
update_requests() {
    local ids
    mapfile -t ids < <(seq -f 'bench-%g' "$users")
    "$leaderboard" token --ttl 86400 "${ids[@]/#/--user=}" | paste -d' ' <(printf '%s\n' "${ids[@]}") - \
        | awk '{ print "POST /api/v1/score/update " $2 " {\"user_id\":\"" $1 "\",\"score_increase\":1}" }'
}

# drive REQUESTS PORT SECONDS PID REDIS_PID: closed loop on 64 keep-alive connections. Fails when any answer was no success.
# Prints: requests/s, CPU µs of the server per request, CPU µs of Redis per request, p50 µs, p99 µs, successes.
drive() {
    local server redis
    server=$(cpu_ticks "$4") redis=$(cpu_ticks "$5")
    wrk -t1 -c$connections -d"$3"s -s ops/bench/requests.lua "http://127.0.0.1:$2" -- "$1" >"$work/wrk"
    awk -v server=$(($(cpu_ticks "$4") - server)) -v redis=$(($(cpu_ticks "$5") - redis)) -v hz="$(getconf CLK_TCK)" '
        /^RESULT/ { if ($4 > 0) { print $4 " requests failed" > "/dev/stderr"; exit 1 }
                    printf "%.0f %.2f %.2f %d %d %d\n", $2 / $3 * 1e6, server / hz / $2 * 1e6, redis / hz / $2 * 1e6,
                        $5, $6, $2 }' "$work/wrk"
}

# counted BEFORE REQUESTS [SLACK]: fails unless the board counted them, but for so many. wrk leaves at most one request a
# connection unanswered when its time is up.
counted() {
    local all=$(($(redis-cli -p "$redis_port" get "$board:seq") - $1))
    ((all >= $2 - ${3:-0} && all <= $2 + connections)) || { echo "$2 updates were answered, the board counted $all" >&2; exit 1; }
}
seq_now() { local seq; seq=$(redis-cli -p "$redis_port" get "$board:seq"); echo "${seq:-0}"; }

# direct [WORD…]: redis-benchmark with the same call, unpipelined on 64 connections; prints calls/s. The words begin the call, up
# to its keys; without them they are FCALL and the function.
direct_calls=100000
direct() {
    [[ $# -gt 0 ]] || set -- FCALL leaderboard_update
    redis-benchmark -p "$redis_port" -c $connections -n $direct_calls -r $users --csv "$@" 7 "${update_keys[@]}" \
        "$board:limit:__rand_int__" 'bench-__rand_int__' 1 1000000 1 1000000 86400000 0 "$board:events" 127.0.0.1 \
        benchmark-request | awk -F'"' 'END { print $4 }'
}

machine() {
    echo "$(nproc) × $(awk -F': ' '/model name/ { print $2; exit }' /proc/cpuinfo), $(uname -sr), $(swift --version 2>/dev/null \
        | head -1), Redis $(redis-server --version | grep -o 'v=[0-9.]*' | cut -c3-), $(date -u +%F)"
}
