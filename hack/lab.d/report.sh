# shellcheck shell=bash
# What the lab's user sees of it: its state and its logs.

status() {
  local component pid name trouble node ready
  if [ ! -d "$STATE" ]; then
    echo "lab '$LAB' is down"
    return
  fi
  for component in $COMPONENTS forward forward-inside service-address $MANAGER; do
    if pid=$(process_pid "$component"); then
      printf '%-26s running, pid %s\n' "$component" "$pid"
    else
      printf '%-26s NOT RUNNING\n' "$component"
    fi
  done
  for name in $(blade_names); do
    if trouble=$(blade_trouble "$name"); then
      printf '%-26s DEAD: %s; `hack/lab up` switches it on again\n' "$name" "$trouble"
      continue
    fi
    node=$(kubectl get node "$name" -o 'jsonpath={.status.conditions[?(@.type=="Ready")].status}' 2>/dev/null || echo unknown)
    case $node in True) ready='Ready' ;; False) ready='not Ready' ;; *) ready='Ready unknown' ;; esac
    printf '%-26s running, pid %s, %s, node %s, ssh %s\n' "$name" "$(process_pid "$name")" "$(<"$STATE/accelerator")" "$ready" \
      "$(if ssh_answers "$name"; then echo answers; else echo 'does not answer'; fi)"
  done
  [ ! -f "$STATE/kubeconfig" ] || printf '%-26s %s\n' KUBECONFIG "$STATE/kubeconfig"
}

# check: succeeds if every blade's machine lives and each of its CPUs does something; otherwise says what is wrong.
check() {
  local name trouble lost=0
  for name in $(blade_names); do
    if ! trouble=$(blade_trouble "$name"); then
      # shellcheck disable=SC2016 # the blade's shell expands it
      timeout 90 "$REPO/hack/lab" blade "$name" \
        'for cpu in $(seq 0 $(($(nproc) - 1))); do timeout 30 taskset -c "$cpu" true || exit 1; done' >/dev/null 2>&1 && continue
      trouble="it does not answer in 90 s"
    fi
    printf '%s (%s): %s\n' "$name" "$(<"$STATE/accelerator")" "$trouble"
    lost=1
  done
  return $lost
}

# logs [operator|BLADE|COMPONENT] [ARGUMENT…]: further arguments go to `kubectl logs` or to `tail`.
logs() {
  local name=${1:-} namespace=lpar-system
  [ $# = 0 ] || shift
  case $name in
  '')
    echo "--- operator"
    kubectl -n $namespace logs -l app.kubernetes.io/name=lpar-operator --tail=100 || true
    for name in $(blade_names); do
      echo "--- $name"
      agent_logs "$name" --tail=100 || true
    done
    ;;
  operator) kubectl -n $namespace --request-timeout=0 logs -l app.kubernetes.io/name=lpar-operator --tail=-1 "$@" ;;
  blade-*)
    blade_number "$name" >/dev/null
    if [ "${1:-}" = console ]; then tr -d '\r' <"$STATE/blades/$name/console.log"; else agent_logs "$name" "$@"; fi
    ;;
  *)
    [ -f "$STATE/log/$name.log" ] || die "no log of '$name'; there are: operator $(blade_names | tr '\n' ' ')$MANAGER $COMPONENTS"
    tail -n +1 "$@" "$STATE/log/$name.log"
    ;;
  esac
}

agent_logs() {
  local pod
  pod=$(kubectl -n lpar-system get pods -l app.kubernetes.io/name=lpar-agent --field-selector "spec.nodeName=$1" -o name | head -n 1)
  [ -n "$pod" ] || die "no agent on $1 (the machine's own console: hack/lab logs $1 console)"
  shift
  kubectl -n lpar-system --request-timeout=0 logs "$pod" "$@"
}
