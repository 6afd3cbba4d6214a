# shellcheck shell=bash
# The manager: a node that is no blade, for what the blades' processors are too dear for, first of all the operator. It is the blades' own
# containerd and kubelet, run by this machine itself in namespaces of mounts and processes of their own, in the lab's network. With the
# one process of its pid file ends all that runs on it.

MANAGER=manager
MANAGER_CGROUP=lpar-lab-$LAB

manager_up() {
  local tree=$STATE/manager/root blades root
  if process_alive $MANAGER; then
    log "$MANAGER: running"
    return
  fi
  manager_cgroup_down
  certificate $MANAGER "/O=system:nodes/CN=system:node:$MANAGER" clientAuth
  certificate $MANAGER-kubelet "/O=system:nodes/CN=system:node:$MANAGER" serverAuth "DNS:$MANAGER,IP:$GATEWAY"
  blades=$REPO/hack/lab.d/blade
  root=$(blade_root)
  mkdir -p "$tree"/{dev,proc,sys,run,tmp,usr,var/lib,var/log,etc/lab,etc/containerd,etc/cni/net.d,opt/lab}
  ln -sfnr "$tree"/usr/{bin,sbin,lib,lib64} "$tree/"
  cp -r "$root"/etc/{passwd,group,nsswitch.conf,ssl} "$tree/etc/"
  : >"$tree/etc/resolv.conf"
  echo 6c706172000040008000000000000000 >"$tree/etc/machine-id"
  printf '127.0.0.1 localhost\n%s %s\n' "$GATEWAY" $MANAGER >"$tree/etc/hosts"
  cp "$PKI/ca.crt" "$tree/etc/lab/"
  install -m 600 "$PKI/$MANAGER-kubelet.crt" "$tree/etc/lab/kubelet.crt"
  install -m 600 "$PKI/$MANAGER-kubelet.key" "$tree/etc/lab/kubelet.key"
  kubeconfig "$tree/etc/lab/kubelet.kubeconfig" $MANAGER "https://$GATEWAY:6443"
  cni_network 0 >"$tree/etc/cni/net.d/10-lab.conflist"
  # As on the blades, but for the groups of processes, which here aren't systemd's, and copied layers: whether one file system can be
  # laid over another depends on this machine.
  sed 's/SystemdCgroup = true/SystemdCgroup = false/
    s/^\( *\)sandbox_image = .*/&\n\1restrict_oom_score_adj = true\n\1disable_apparmor = true/
    s/^\( *\)\[plugins."io.containerd.grpc.v1.cri".cni\]/\1[plugins."io.containerd.grpc.v1.cri".containerd]\n\1  snapshotter = "native"\n&/' \
    "$blades/etc/containerd/config.toml" >"$tree/etc/containerd/config.toml"
  {
    sed 's/^cgroupDriver: .*/cgroupDriver: cgroupfs/' "$blades/etc/lab/kubelet.yaml"
    printf 'cgroupRoot: /%s\nfailCgroupV1: false\nvolumePluginDir: /var/lib/kubelet/plugins\n' "$MANAGER_CGROUP"
  } >"$tree/etc/lab/kubelet.yaml"
  manager_cgroup_up
  service_address_up
  # Not by `ip netns exec`, which hides /sys/fs/cgroup.
  start_process $MANAGER nsenter --net="/run/netns/$NETNS" unshare --mount --pid --fork --kill-child --propagation private \
    bash "$LAB_D/manager/boot" "$tree" "$root/usr" "$(tools_bin)" "--hostname-override=$MANAGER --node-ip=$GATEWAY"
  await 60 "answer of containerd" $MANAGER in_manager ctr version
  make_pause_archive "$(tools_bin)/pause" "$STATE/manager/pause.tar"
  manager_load "$STATE/manager/pause.tar" >/dev/null || die "$MANAGER: no image for pods' sandboxes"
}

# manager_await: waits until the node is Ready.
manager_await() {
  await 120 "node $MANAGER" $MANAGER kubectl get node $MANAGER
  await 120 "node $MANAGER being Ready" $MANAGER kubectl wait --for=condition=Ready "node/$MANAGER" --timeout=1s
  log "$MANAGER: node Ready"
}

# manager_inside: the first process inside its namespaces, which is the only child of the one that made them.
manager_inside() {
  local outside inside
  outside=$(process_pid $MANAGER) || die "$MANAGER does not run: run hack/lab up"
  read -r inside <<<"$(<"/proc/$outside/task/$outside/children")"
  printf '%s\n' "$inside"
}

# in_manager COMMAND…: runs it where the manager's containerd is.
in_manager() { nsenter --target "$(manager_inside)" --mount --pid --net "$@"; }

# manager_run [COMMAND…]: as `blade`.
manager_run() {
  case $# in
  0) in_manager bash -l ;;
  1) in_manager bash -c "$1" ;;
  *) in_manager "$@" ;;
  esac
}

# manager_load ARCHIVE: imports it, and says `ok` last.
manager_load() {
  in_manager ctr -n k8s.io images import --snapshotter native --digests=false - <"$1" 2>&1 && echo ok
}

# The address of the API server's service, which on blades is kube-proxy's work.
service_address_up() {
  ip -n "$NETNS" addr replace 10.96.0.1/32 dev lo
  process_alive service-address ||
    start_process service-address ip netns exec "$NETNS" socat "TCP-LISTEN:443,bind=10.96.0.1,fork,reuseaddr,backlog=128" TCP:127.0.0.1:6443
}

# A group for all processes of its pods, in every hierarchy there is.
manager_cgroup_up() {
  local hierarchy
  if [ -f /sys/fs/cgroup/cgroup.controllers ]; then
    for hierarchy in $(</sys/fs/cgroup/cgroup.controllers); do echo "+$hierarchy" >/sys/fs/cgroup/cgroup.subtree_control 2>/dev/null || true; done
    mkdir -p "/sys/fs/cgroup/$MANAGER_CGROUP"
  else
    for hierarchy in /sys/fs/cgroup/*/; do mkdir -p "$hierarchy$MANAGER_CGROUP"; done
  fi
}

manager_cgroup_down() {
  local try
  for try in $(seq 50); do
    find /sys/fs/cgroup -depth -type d \( -path "*/$MANAGER_CGROUP" -o -path "*/$MANAGER_CGROUP/*" \) -exec rmdir {} + 2>/dev/null || true
    [ -n "$(find /sys/fs/cgroup -maxdepth 2 -type d -name "$MANAGER_CGROUP" -print -quit)" ] || return 0
    # What was killed takes a moment to be gone.
    [ "$try" = 50 ] || sleep 0.1
  done
  log "control groups $MANAGER_CGROUP can't be removed"
}
