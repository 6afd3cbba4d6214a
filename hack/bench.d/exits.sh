# shellcheck shell=bash
# hack/bench exits: the bench runs in a root directory of its own, with the images' Java and QEMU and the peers from Debian; on this machine and on a
# blade the same. Whatever it mounts and pins goes with its namespace, and its processes with it.

# shellcheck source=hack/lab.d/debian.sh
source "$REPO/hack/lab.d/debian.sh"
# shellcheck source=hack/images.d/roots.sh
source "$REPO/hack/images.d/roots.sh"

PEER_PACKAGES=bpftrace,linux-perf,util-linux,dash
BENCH_PORT=7002
BENCH_FOLDER=/var/tmp/bench
# Rounds; each takes three quarters of a minute, and longer on an emulated blade.
NATIVE_ROUNDS=4 BLADE_ROUNDS=3

# peers_root: prints the folder of a root directory with bpftrace and perf, Java and QEMU.
peers_root() { make_cached "$(cache_dir)/bench-peers/$(content_key "$PEER_PACKAGES $DEBIAN_RELEASE" "$REPO/hack/images.d/roots.sh" "$(declare -f fill_peers_root)")" fill_peers_root; }
fill_peers_root() {
  local to=$1 from=$1/.unpacked root
  unpack "$from" "$PEER_PACKAGES"
  copy_with_libraries "$from" "$to" usr/bin/bpftrace usr/bin/perf usr/bin/taskset usr/bin/setpriv usr/bin/dash
  # bpftrace runs commands by the shell where a program names a tracepoint's fields.
  ln -s dash "$to/usr/bin/sh"
  ln -s usr/bin "$to/bin"
  rm -rf "$from"
  for root in "$(java_root)" "$(qemu_root)"; do cp -a "$root/." "$to/"; done
  mkdir -p "$to/app"
}

# bench_app FOLDER: the agent's classes, the bench's, and the agent's JVM flags.
bench_app() {
  mkdir -p "$1/lib"
  (cd "$REPO" && mvn -B -ntp -q -pl crds,node-agent/linux,node-agent/qemu,node-agent/agent -DskipTests package) >&2
  cp "$REPO"/node-agent/agent/target/lpar-agent-*.jar "$REPO"/node-agent/agent/target/lib/*.jar "$1/lib/"
  cp -r "$REPO/node-agent/agent/target/test-classes" "$1/classes"
  cp "$REPO/node-agent/agent/src/main/jvm/agent.jvmargs" "$1/jvm.args"
  printf -- '-cp\n/app/classes:/app/lib/*\n' >>"$1/jvm.args"
}

# In a mount namespace of its own: $1 the root directory, $2 the folder that becomes /app, then the bench's main class and its arguments. A
# BPF file system mounted anew is another one. The last CPU is the guest's.
# shellcheck disable=SC2016 # another shell expands it
IN_BENCH_ROOT='root=$1 app=$2 main=$3; shift 3
[ -e /sys/kernel/tracing/events ] || mount -t tracefs tracefs /sys/kernel/tracing
mount --rbind /dev "$root/dev"
mount -t proc proc "$root/proc"
mount --rbind /sys "$root/sys"
mount -t bpf bpf "$root/sys/fs/bpf"
mount -t tmpfs tmpfs "$root/tmp"
mount --bind "$app" "$root/app"
exec chroot "$root" /usr/bin/taskset -c 0 /opt/java/bin/java @/app/jvm.args "$main" "$@"'

# bench_here ROOT APP MAIN [ARGUMENT…]: on this machine.
bench_here() { unshare --mount --propagation private sh -ec "$IN_BENCH_ROOT" bench "$@"; }

# bench_on_blade MAIN [ARGUMENT…]: what was sent, on the blade.
bench_on_blade() {
  hack/lab blade blade-1 unshare --mount --propagation private sh -ec "$IN_BENCH_ROOT" bench "$BENCH_FOLDER/root" "$BENCH_FOLDER/app" "$@"
}

# send_bench ROOT APP: over plain TCP, since encryption would cost an emulated processor dearly.
send_bench() {
  local receiver
  hack/lab blade blade-1 "rm -rf $BENCH_FOLDER && mkdir $BENCH_FOLDER && busybox nc -l -p $BENCH_PORT | tar -x -C $BENCH_FOLDER" &
  receiver=$!
  tar -c --transform "s,^${1#/},root," --transform "s,^${2#/},app," -C / "${1#/}" "${2#/}" |
    ip netns exec "lpar-$LPAR_LAB" socat -u - "TCP:10.77.0.11:$BENCH_PORT,retry=100,interval=0.2"
  wait "$receiver"
}

bench_exits() {
  local root app
  [ "$(id -u)" = 0 ] || die "hack/bench exits needs root: it attaches BPF programs (run it with sudo)"
  need_packages socat util-linux
  root=$(peers_root)
  app=$REPO/target/bench-exits
  rm -rf "$app"
  bench_app "$app"
  printf 'ON THIS MACHINE, by its own KVM\n\n'
  bench_here "$root" "$app" dev.lpar.agent.host.TallyReadBench
  if [ -e /dev/kvm ]; then
    bench_here "$root" "$app" dev.lpar.agent.host.ExitCostBench "$NATIVE_ROUNDS" "$(($(nproc) - 1))"
  else
    echo "no /dev/kvm"
  fi
  # Without our chart: where an agent is at work, nothing attached can't be measured.
  hack/lab up >/dev/null
  hack/lab blade blade-1 '[ ! -e /sys/fs/bpf/lpar ]' || die "exits are counted on this lab's blade: run this without LPAR_LAB, or on a lab without the chart"
  send_bench "$root" "$app"
  printf '\nON A BLADE (%s)\n\n' "$(<"$(cache_dir)/lab/$LPAR_LAB/accelerator")"
  bench_on_blade dev.lpar.agent.host.TallyReadBench
  # shellcheck disable=SC2016
  bench_on_blade dev.lpar.agent.host.ExitCostBench "$BLADE_ROUNDS" "$(hack/lab blade blade-1 'echo $(($(nproc) - 1))')"
}
