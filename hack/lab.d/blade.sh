# shellcheck shell=bash
# Blades: virtual machines with an IOMMU, NVMe disks and KVM, that join the cluster as nodes.

BLADE_CPUS=${LPAR_BLADE_CPUS:-2}
BLADE_MEMORY_MIB=${LPAR_BLADE_MEMORY_MIB:-3072}
BOOT_TIMEOUT=${LPAR_BOOT_TIMEOUT:-400}
# A machine whose ssh hasn't answered by then has hung while it booted: half a minute is usual.
SILENCE_TIMEOUT=$((BOOT_TIMEOUT * 2 / 5))

blade_names() { for folder in "$STATE"/blades/*/; do [ ! -d "$folder" ] || basename "$folder"; done; }
blade_number() {
  if ! [[ $1 =~ ^blade-[1-9]$ && -d $STATE/blades/$1 ]]; then die "no blade '$1' here (there are: $(blade_names | tr '\n' ' '))"; fi
  printf '%s\n' "${1#blade-}"
}

# The lab's key for root on the blades, and the key by which the blades are known.
ssh_keys_up() {
  mkdir -p "$STATE/ssh"
  local key
  for key in user host; do
    [ -f "$STATE/ssh/$key" ] || ssh-keygen -q -t ed25519 -N '' -C "lpar-lab-$key" -f "$STATE/ssh/$key"
  done
  printf '10.77.0.* %s\n' "$(<"$STATE/ssh/host.pub")" >"$STATE/ssh/known_hosts"
}

# blade_config NAME: the archive with the blade's identity, which it reads at each boot.
blade_config() {
  local name=$1 number=${1#blade-} address other tree=$STATE/blades/$1/config
  address=$(blade_address "$number")
  certificate "$name" "/O=system:nodes/CN=system:node:$name" clientAuth
  certificate "$name-kubelet" "/O=system:nodes/CN=system:node:$name" serverAuth "DNS:$name,IP:$address"
  rm -rf "$tree"
  mkdir -p "$tree/etc/lab" "$tree/etc/cni/net.d"
  cp "$PKI/ca.crt" "$STATE/kube-proxy.kubeconfig" "$tree/etc/lab/"
  cp "$PKI/$name-kubelet.crt" "$tree/etc/lab/kubelet.crt"
  cp "$PKI/$name-kubelet.key" "$tree/etc/lab/kubelet.key"
  cp "$STATE/ssh/host" "$tree/etc/lab/ssh_host_ed25519_key"
  cp "$STATE/ssh/user.pub" "$tree/etc/lab/authorized_keys"
  kubeconfig "$tree/etc/lab/kubelet.kubeconfig" "$name" "https://$GATEWAY:6443"
  printf 'BLADE_NAME=%s\nBLADE_ADDRESS=%s\n' "$name" "$address" >"$tree/etc/lab/blade.env"
  chmod 600 "$tree"/etc/lab/*
  {
    printf 'link set lo up\naddr replace %s/24 dev eth0\nlink set eth0 up\nroute replace default via %s\n' "$address" "$GATEWAY"
    # The pods of the other blades.
    for other in 1 2 3 4 5 6 7 8 9; do
      [ "$other" = "$number" ] || printf 'route replace 10.244.%s.0/24 via %s\n' "$other" "$(blade_address "$other")"
    done
  } >"$tree/etc/lab/network"
  printf '%s\n' "$name" >"$tree/etc/hostname"
  printf '127.0.0.1 localhost\n%s %s\n' "$address" "$name" >"$tree/etc/hosts"
  cni_network "$number" >"$tree/etc/cni/net.d/10-lab.conflist"
  tar -C "$tree" --owner=0 --group=0 --numeric-owner -cf "$STATE/blades/$name/config.tar" etc/lab etc/cni/net.d/10-lab.conflist etc/hostname etc/hosts
  rm -rf "$tree"
}

# blade_disks NAME: an overlay over the shared root disk, and the other disks; what is there stays as it is, and an overlay stays
# with the root disk it was made over. $STATE/images names the disk of container images.
blade_disks() {
  local folder=$STATE/blades/$1
  if [ ! -f "$folder/root.qcow2" ]; then
    blade_image >"$folder/image"
    emulator_command "$folder" "$(<"$folder/image")"
    "${EMULATOR[@]}" qemu-img create -q -f qcow2 -b /image/root.img -F raw /lab/root.new
    mv "$folder/root.new" "$folder/root.qcow2"
  fi
  if [ ! -f "$folder/images.img" ]; then
    cp --sparse=always "$(<"$STATE/images")/containerd.img" "$folder/images.new"
    mv "$folder/images.new" "$folder/images.img"
  fi
  hardware_disks "$folder"
}

# blade_power_on NAME: starts the machine; does not wait.
blade_power_on() {
  local name=$1 number=${1#blade-} folder=$STATE/blades/$1 accel machine
  mkdir -p "$folder"
  blade_config "$name"
  blade_disks "$name"
  tap_up "$number"
  accel=$(<"$STATE/accelerator")
  case $accel in
  kvm) machine=(-accel kvm -cpu host) ;;
  *) machine=(-accel 'tcg,thread=multi,tb-size=512' -cpu 'max,la57=off') ;;
  esac
  # shellcheck disable=SC2054 # the commas are QEMU's
  machine+=(-name "$name" -machine q35,kernel-irqchip=split -smp "$BLADE_CPUS" -m "$BLADE_MEMORY_MIB"
    -global ICH9-LPC.acpi-pci-hotplug-with-bridge-support=off
    -uuid "6c706172-0000-4000-8000-00000000000$number" -nodefaults -no-user-config -display none
    -device intel-iommu,intremap=on,caching-mode=on,device-iotlb=on -device virtio-rng-pci
    -device pvpanic-pci -action panic=pause
    -chardev file,id=console,path=/lab/console.log -serial chardev:console
    -qmp unix:/lab/qmp,server=on,wait=off
    -fw_cfg name=opt/lpar/blade,file=/lab/config.tar
    -kernel /image/vmlinuz
    -append "root=PARTUUID=$BLADE_DISK_SIGNATURE-01 rootwait rw console=ttyS0 quiet systemd.show_status=0 panic=0 oops=panic intel_iommu=on iommu=pt mitigations=off nokaslr cryptomgr.notests audit=0 tsc=reliable ipv6.disable=1 net.ifnames=0 rcupdate.rcu_cpu_stall_suppress=1 systemd.machine_id=6c70617200004000800000000000000$number"
    -drive if=none,id=root,file=/lab/root.qcow2,format=qcow2,cache=unsafe,discard=unmap -device nvme,drive=root,serial=lpar-root,bus=pcie.0,addr=3
    -drive if=none,id=images,file=/lab/images.img,format=raw,cache=unsafe,discard=unmap -device nvme,drive=images,serial=lpar-images,bus=pcie.0,addr=10
    -netdev tap,id=cluster,ifname="tap$number",script=no,downscript=no -device virtio-net-pci,netdev=cluster,mac="52:54:00:4c:50:0$number",bus=pcie.0,addr=4
  )
  blade_hardware "$name"
  machine+=("${HARDWARE_OPTIONS[@]}")
  # A connection to the machine's former life would only be found dead after a while.
  ssh_options
  "${SSH[@]}" -O exit "$(blade_address "$number")" 2>/dev/null || true
  [ -d "$(<"$folder/image")" ] || die "$name: its root disk is gone from the cache: run hack/lab down, then up"
  emulator_command "$folder" "$(<"$folder/image")"
  [ ! -f "$folder/console.log" ] || mv "$folder/console.log" "$folder/console.log.1"
  date -u +%Y-%m-%dT%H:%M:%SZ >"$folder/powered-on"
  start_process "$name" ip netns exec "$NETNS" "${EMULATOR[@]}" qemu-system-x86_64 "${machine[@]}"
}

# blade_trouble NAME: says what is wrong with the machine, if anything is; succeeds if something is.
blade_trouble() {
  local folder=$STATE/blades/$1 line
  if line=$(grep -a -m1 -E 'Kernel panic - not syncing|Oops: |BUG: unable|---\[ end Kernel panic' "$folder/console.log" 2>/dev/null); then
    printf "its kernel died (%s)\n" "$(tr -d '\r' <<<"$line")"
  elif ! process_alive "$1"; then
    printf 'the machine is off (the emulator does not run)\n'
  else
    return 1
  fi
}

# node_ready NAME: the Node is Ready by a heartbeat since the machine was switched on.
node_ready() {
  local ready heartbeat
  read -r ready heartbeat < <(kubectl get node "$1" \
    -o 'jsonpath={range .status.conditions[?(@.type=="Ready")]}{.status} {.lastHeartbeatTime}{"\n"}{end}' 2>/dev/null) || return 1
  [ "$ready" = True ] && [[ ! $heartbeat < $(<"$STATE/blades/$1/powered-on") ]]
}

blade_log_tail() {
  tail -n 20 "$STATE/blades/$1/console.log" 2>/dev/null | tr -d '\r' >&2
  tail -n 5 "$STATE/log/$1.log" >&2
}

ssh_answers() { in_netns socat -u OPEN:/dev/null "TCP:$(blade_address "${1#blade-}"):22,connect-timeout=3" 2>/dev/null; }

# blade_await NAME: waits until the node is Ready; a machine that dies or hangs meanwhile is switched on again, twice at most.
blade_await() {
  local name=$1 end=$((SECONDS + BOOT_TIMEOUT)) deaths=0 trouble spoke=
  until node_ready "$name"; do
    trouble=
    if [ -z "$spoke" ] && [ "$SECONDS" -gt $((end - BOOT_TIMEOUT + SILENCE_TIMEOUT)) ]; then
      if ssh_answers "$name"; then spoke=1; else trouble="it is silent after $SILENCE_TIMEOUT s"; fi
    fi
    if [ -n "$trouble" ] || trouble=$(blade_trouble "$name"); then
      deaths=$((deaths + 1))
      blade_log_tail "$name"
      [ "$deaths" -le 2 ] || die "$name died $deaths times while starting: $trouble (console: $STATE/blades/$name/console.log)"
      log "$name: $trouble; switching it on again"
      stop_process "$name" 2
      blade_power_on "$name"
      end=$((SECONDS + BOOT_TIMEOUT)) spoke=
    elif [ "$SECONDS" -ge "$end" ]; then
      blade_log_tail "$name"
      die "$name is not Ready after $BOOT_TIMEOUT s (console: $STATE/blades/$name/console.log; more time: LPAR_BOOT_TIMEOUT)"
    fi
    sleep 1
  done
}

# blades_power_on COUNT: switches on the blades that are off; does not wait.
blades_power_on() {
  local number name trouble accel
  ssh_keys_up
  if [ ! -f "$STATE/accelerator" ]; then
    accelerator "$STATE" >"$STATE/accelerator.new"
    mv "$STATE/accelerator.new" "$STATE/accelerator"
  fi
  accel=$(<"$STATE/accelerator")
  case $accel in
  kvm) log "blades run on KVM: this machine nests virtualization" ;;
  *) log "blades run under full emulation: no KVM here that nests virtualization" ;;
  esac
  for number in $(seq "$1"); do
    name=blade-$number
    if [ ! -d "$STATE/blades/$name" ]; then
      log "$name: switching on ($BLADE_CPUS CPUs, $BLADE_MEMORY_MIB MiB)"
    elif trouble=$(blade_trouble "$name"); then
      log "$name: $trouble; switching it on again"
      stop_process "$name" 2
    else
      continue
    fi
    blade_power_on "$name"
  done
}

blades_await() {
  local name
  for name in $(blade_names); do
    blade_await "$name"
    log "$name: node Ready"
  done
}

ssh_options() {
  SSH=(ssh -F none -i "$STATE/ssh/user" -o IdentitiesOnly=yes -o UserKnownHostsFile="$STATE/ssh/known_hosts" -o StrictHostKeyChecking=yes
    -o BatchMode=yes -o LogLevel=ERROR -o ConnectTimeout=20 -o ServerAliveInterval=10 -o ServerAliveCountMax=6
    -o ControlMaster=auto -o ControlPersist=600 -o "ControlPath=$STATE/ssh/%h")
}

# blade NAME [COMMAND…]: one word is a shell command; several are a program and its arguments, exactly.
blade() {
  local name=${1:-} number trouble command=()
  if [ "$name" = "$MANAGER" ]; then
    shift
    manager_run "$@"
    return
  fi
  number=$(blade_number "$name")
  shift
  if trouble=$(blade_trouble "$name"); then die "$name: $trouble"; fi
  ssh_options
  if [ $# = 1 ]; then
    command=("$1")
  elif [ $# -gt 1 ]; then
    command=("$(printf '%q ' "$@")")
  elif [ -t 0 ]; then
    SSH+=(-t)
  fi
  exec ip netns exec "$NETNS" "${SSH[@]}" "root@$(blade_address "$number")" "${command[@]}"
}

# load ARCHIVE…: imports on every node those of the image archives that it doesn't have; on a blade over plain TCP: encryption would
# cost an emulated processor dearly.
load() {
  local archive name pids=() failed=0 pid
  [ $# -gt 0 ] || die "usage: hack/lab load ARCHIVE…"
  [ -n "$(blade_names)" ] || die "no blades: run hack/lab up"
  for archive in "$@"; do [ -r "$archive" ] || die "no such archive: $archive"; done
  for name in $MANAGER $(blade_names); do
    (for archive in "$@"; do load_one "$name" "$archive"; done) &
    pids+=($!)
  done
  for pid in "${pids[@]}"; do wait "$pid" || failed=1; done
  [ "$failed" = 0 ] || die "not every image was loaded"
}
image_digest() { tar -xOf "$1" ./index.json | sed 's/.*"digest":"\([^"]*\)".*/\1/'; }
load_one() {
  local name=$1 archive=$2 answer digest
  digest=$(image_digest "$archive")
  if ("$REPO/hack/lab" blade "$name" "ctr -n k8s.io images ls target.digest==$digest" | grep -q "$digest"); then return; fi
  if [ "$name" = "$MANAGER" ]; then
    answer=$(manager_load "$archive")
  else
    answer=$(in_netns timeout 600 socat -t 600 - "TCP:$(blade_address "${name#blade-}"):7001,connect-timeout=20" <"$archive") || true
  fi
  if [ "$(tail -n 1 <<<"$answer")" != ok ]; then
    printf '%s\n' "$answer" >&2
    die "$name: could not load $archive"
  fi
  log "$name: loaded $(basename "$archive") ($(($(stat -L -c %s "$archive") / 1048576)) MiB)"
}
