# shellcheck shell=bash
# The lab's long-running programs. Each has a file pid/NAME with its pid and its start time, by which a pid that now belongs
# to another program is told apart, and a file log/NAME.log.

# start_time PID: when the process started, in clock ticks since boot; empty when there is none (or only a zombie).
start_time() {
  local stat
  { stat=$(<"/proc/$1/stat"); } 2>/dev/null || return 0
  # The program's name, in parentheses, may hold spaces; what follows it are single words: state, then from the second on.
  stat=${stat##*) }
  # shellcheck disable=SC2086
  set -- $stat
  [ "$1" = Z ] || printf '%s\n' "${20}"
}

# start_process NAME COMMAND…
start_process() {
  local name=$1 pid
  shift
  mkdir -p "$STATE/pid" "$STATE/log"
  [ ! -f "$STATE/log/$name.log" ] || mv "$STATE/log/$name.log" "$STATE/log/$name.log.1"
  setsid "$@" >"$STATE/log/$name.log" 2>&1 </dev/null 8>&- &
  pid=$!
  printf '%s %s\n' "$pid" "$(start_time "$pid")" >"$STATE/pid/$name"
  disown "$pid"
}

# process_pid NAME: the pid, if the process that was started under this name is alive.
process_pid() {
  local pid started
  [ -f "$STATE/pid/$1" ] || return 1
  read -r pid started <"$STATE/pid/$1" || return 1
  [ -n "$started" ] && [ "$(start_time "$pid")" = "$started" ] || return 1
  printf '%s\n' "$pid"
}

process_alive() { process_pid "$1" >/dev/null; }

# stop_process NAME [SECONDS [SIGNAL]]: ends it by the signal (TERM), if it still is that process; what has not ended after SECONDS
# (10) is killed.
stop_process() {
  local name=$1 patience=${2:-10} signal=${3:-TERM} pid tenths=0
  if pid=$(process_pid "$name"); then
    kill -"$signal" "$pid" 2>/dev/null || true
    while process_alive "$name"; do
      [ "$tenths" -lt $((patience * 10)) ] || kill -KILL "$pid" 2>/dev/null || true
      [ "$tenths" -lt $((patience * 10 + 50)) ] || die "$name (pid $pid) does not end"
      sleep 0.1
      tenths=$((tenths + 1))
    done
  fi
  rm -f "$STATE/pid/$name"
}

# await SECONDS WHAT PROCESS COMMAND…: runs the command until it succeeds; ends with the tail of the process's log when the
# time is over or the process has died.
await() {
  local limit=$1 what=$2 process=$3 end
  shift 3
  end=$((SECONDS + limit))
  until "$@" >/dev/null 2>&1; do
    process_alive "$process" || fail_with_log "$process" "$process has died while waiting for $what"
    [ "$SECONDS" -lt "$end" ] || fail_with_log "$process" "no $what after $limit s"
    sleep 0.2
  done
}

fail_with_log() {
  tail -n 20 "$STATE/log/$1.log" >&2 || true
  die "$2 (log: $STATE/log/$1.log)"
}
