# shellcheck shell=bash
# The product in the lab: images built here, the chart installed as users install it.

build_and_install() {
  local archives
  [ $# -eq 0 ] || die "usage: hack/lab install"
  archives=$("$REPO/hack/images")
  mapfile -t archives <<<"$archives"
  load "${archives[@]}"
  apply_chart "${archives[@]}"
  await_product
}

# apply_chart ARCHIVE…: installs or upgrades; waits for nothing.
apply_chart() {
  local archive digest changed=()
  # The images' names stay the same while one works on them: pods of another image are told apart by its digest.
  for archive in "$@"; do
    digest=$(image_digest "$archive")
    changed+=(--set-string "$(basename "$archive" .tar).podAnnotations.lpar\.dev/image=${digest#sha256:}")
  done
  "$REPO/hack/lab" helm upgrade --install lpar "$REPO/helm/lpar-operator" --namespace lpar-system --create-namespace \
    --values "$REPO/hack/lab.d/values.yaml" "${changed[@]}"
}

await_product() {
  local workload name
  for workload in deployment/lpar-operator daemonset/lpar-agent; do
    kubectl --request-timeout=0 -n lpar-system rollout status "$workload" --timeout=300s
  done
  for name in $(blade_names); do
    kubectl --request-timeout=0 wait --for=create "blade/$name" --timeout=60s
    kubectl --request-timeout=0 wait --for=condition=Ready "blade/$name" --timeout=120s
  done
  log "the chart is installed, and its blades are Ready"
}

# What one wants to know when something went wrong, the likeliest first.
diagnose() {
  local name
  status || true
  kubectl get nodes,pods,lpars,blades,passthroughdevices,exittraces -A -o wide || true
  for name in $(blade_names); do
    if blade_trouble "$name"; then
      echo "--- the end of the console of $name"
      tail -n 80 "$STATE/blades/$name/console.log" | tr -d '\r'
      continue
    fi
    # shellcheck disable=SC2016 # the blade's shell expands it
    timeout 90 "$REPO/hack/lab" blade "$name" 'date -u; uptime; free -m
      for cpu in $(seq 0 $(($(nproc) - 1))); do timeout 10 taskset -c "$cpu" true || echo "CPU $cpu does not answer"; done
      systemctl --no-pager --failed; ps axo pid,ppid,psr,stat,etimes,rss,args | grep -E "[q]emu-system|[j]ava|[k]ubelet"
      for f in /sys/bus/pci/devices/*; do
        echo "${f##*/} $(basename "$(readlink "$f/driver")") $(cat "$f/driver_override") group $(basename "$(readlink "$f/iommu_group")")"
      done
      journalctl --no-pager -q -n 40 -u "lpar-*"
      journalctl --no-pager -q -n 15 -u kubelet -u containerd | cut -c1-300; dmesg | tail -n 10
      tail -n 20 /run/lpar/*/qemu.log /var/lib/lpar/partitions/*/*.log; true' || echo "$name does not answer in 90 s"
  done
  kubectl -n lpar-system logs -l app.kubernetes.io/name=lpar-operator --tail=40 || true
  kubectl -n lpar-system logs -l app.kubernetes.io/name=lpar-agent --tail=40 || true
  kubectl get events -A --sort-by=.lastTimestamp 2>/dev/null | tail -n 30 || true
  kubectl get lpars -A -o yaml || true
}
