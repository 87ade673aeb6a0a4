#!/usr/bin/env bash
# compose-check.sh [<docker-up.sh>]: builds and starts docker-compose.yml on a Docker engine, checks it from outside, and
# takes it down again. The script named starts an engine and prints the line `. <env.sh>` that leads to it, and there is a
# docker-stop.sh beside it; without one the engine that is running is used.
# Ends with one line `N passed, M failed`.
set -euo pipefail
engine=${1:+$(realpath "$1")}
cd "$(dirname "${BASH_SOURCE[0]}")/.."

# Separate images and volumes: those of `docker compose up` stay as they are.
export COMPOSE_PROJECT_NAME=tetracast-check BUILD_NETWORK=${BUILD_NETWORK:-host}
# Separate settings, too, instead of .env: none to begin with.
COMPOSE_ENV_FILES=$(mktemp)
export COMPOSE_ENV_FILES

give_up() {
  echo "not ok $1"
  echo '0 passed, 1 failed'
  exit 1
}

take_down() {
  timeout 120 docker compose down -v --remove-orphans --timeout 10 >/dev/null 2>&1 || true
  if [ -n "$engine" ]; then timeout 120 bash "$(dirname "$engine")/docker-stop.sh" >&2 || true; fi
  rm -f "$COMPOSE_ENV_FILES"
}
trap take_down EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

if [ -n "$engine" ]; then
  said=$(timeout 600 bash "$engine" 2>&1 | tee /dev/stderr) || {
    # Where no table was ever made, iptables-save prints nothing, which some scripts take for a failure.
    iptables -N tetracast-check && iptables -X tetracast-check
    said=$(timeout 600 bash "$engine" 2>&1 | tee /dev/stderr) || give_up 'the Docker engine starts'
  }
  # shellcheck source=/dev/null
  . "$(sed -n 's/^ *\. \(.*env\.sh\)$/\1/p' <<<"$said" | head -n 1)"
fi

timeout 1200 docker compose up -d --build --wait --wait-timeout 180 >&2 || {
  docker compose ps -a >&2 || true
  docker compose logs --tail 40 >&2 || true
  give_up 'docker compose up'
}
echo 'ok docker compose up'
timeout 900 node tools/compose-check.mjs 1
