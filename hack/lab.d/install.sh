# shellcheck shell=bash
# The product in the lab: images built here, the chart installed as users install it.

build_and_install() {
  local archives
  [ $# -eq 0 ] || die "usage: hack/lab install"
  archives=$("$REPO/hack/images")
  mapfile -t archives <<<"$archives"
  install_product "${archives[@]}"
}

# install_product ARCHIVE…
install_product() {
  local archive digest changed=()
  load "$@"
  # The images' names stay the same while one works on them: pods of another image are told apart by its digest.
  for archive in "$@"; do
    digest=$(image_digest "$archive")
    changed+=(--set-string "$(basename "$archive" .tar).podAnnotations.lpar\.dev/image=${digest#sha256:}")
  done
  log "installing the chart"
  "$REPO/hack/lab" helm upgrade --install lpar "$REPO/helm/lpar-operator" --namespace lpar-system --create-namespace --wait --timeout 5m "${changed[@]}"
  kubectl --request-timeout=0 -n lpar-system rollout status daemonset/lpar-agent --timeout=180s
  kubectl --request-timeout=0 wait --for=condition=Ready blades --all --timeout=120s
}

# What one wants to know when something went wrong.
diagnose() {
  local name
  status || true
  kubectl get nodes,pods,lpars,blades -A -o wide || true
  kubectl get events -A --sort-by=.lastTimestamp 2>/dev/null | tail -n 30 || true
  kubectl get lpars -A -o yaml || true
  kubectl -n lpar-system logs -l app.kubernetes.io/name=lpar-operator --tail=60 || true
  kubectl -n lpar-system logs -l app.kubernetes.io/name=lpar-agent --tail=60 || true
  for name in $(blade_names); do
    timeout 60 "$REPO/hack/lab" blade "$name" 'uptime; free -m; systemctl --no-pager --failed; ps axo pid,ppid,stat,etimes,rss,args | grep -E "[q]emu-system|[j]ava"; tail -n 20 /run/lpar/*/qemu.log /var/lib/lpar/partitions/*/*.log' || true
  done
}
