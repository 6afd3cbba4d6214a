# shellcheck shell=bash
# A blade's PCI devices that partitions may be given: each behind a root port of its own, in an IOMMU group of its own but for two cards
# that come as a whole.
#
#   data-1, data-2   two NVMe disks of one model, told apart by their serial numbers
#   boot-1           an NVMe disk that starts the guest
#   spare            e1000e, a network card without a driver here; its serial number is in its configuration space
#   dual-0, dual-1   a card of two functions that share a group: a virtio network card, and an e1000e
#   old-0, old-1     behind a conventional PCI bridge, which hides who speaks, so that they share a group: a serial port, and `edu`
#   sriov            an NVMe controller that can have two virtual functions

HARDWARE='data-1 data-2 boot-1 spare dual-0 dual-1 old-0 old-1 sriov'
DATA_DISK_MIB=256
SRIOV_DISK_MIB=16

# blade_slot NAME DEVICE: the number of the root port that it is behind. `hack/lab swap` exchanges the two data disks.
blade_slot() {
  case $2 in
  data-1) if [ -f "$STATE/blades/$1/swapped" ]; then echo 2; else echo 1; fi ;;
  data-2) if [ -f "$STATE/blades/$1/swapped" ]; then echo 1; else echo 2; fi ;;
  boot-1) echo 3 ;;
  spare) echo 4 ;;
  dual-*) echo 5 ;;
  old-*) echo 6 ;;
  sriov) echo 7 ;;
  *) die "no device '$2' (there are: $HARDWARE)" ;;
  esac
}

# blade_device NAME DEVICE: the device as QEMU is told of it, on the command line or while it runs.
blade_device() {
  local number=${1#blade-} device=$2 slot
  slot=$(blade_slot "$1" "$device")
  case $device in
  data-* | boot-*) printf 'nvme,drive=disk-%s,serial=lpar-%s,bus=port%s' "$device" "$device" "$slot" ;;
  spare) printf 'e1000e,netdev=spare,mac=52:54:00:4c:51:0%s,bus=port%s' "$number" "$slot" ;;
  # The functions above 0 first: a card is there when its function 0 is.
  dual-1) printf 'e1000e,mac=52:54:00:4c:53:0%s,bus=port%s,addr=0.1' "$number" "$slot" ;;
  dual-0) printf 'virtio-net-pci,mac=52:54:00:4c:52:0%s,iommu_platform=on,multifunction=on,bus=port%s,addr=0.0' "$number" "$slot" ;;
  old-0) printf 'pci-serial,chardev=old-0,bus=old,addr=1' ;;
  old-1) printf 'edu,bus=old,addr=2' ;;
  sriov) printf 'nvme,serial=lpar-sriov,subsys=sriov-disk,max_ioqpairs=6,msix_qsize=7,sriov_max_vfs=2,sriov_vq_flexible=4,sriov_vi_flexible=2,bus=port%s' "$slot" ;;
  esac
  printf ',id=%s\n' "$device"
}

# blade_hardware NAME: sets HARDWARE_OPTIONS to QEMU's words for it.
blade_hardware() {
  local slot disk device
  HARDWARE_OPTIONS=()
  for slot in 1 2 3 4 5 6 7; do
    HARDWARE_OPTIONS+=(-device "pcie-root-port,id=port$slot,chassis=$slot,slot=$slot,bus=pcie.0,addr=$(printf %x $((4 + slot)))")
  done
  # By -blockdev, since what -drive makes goes with the device that is pulled.
  for disk in data-1 data-2 boot-1 sriov; do
    HARDWARE_OPTIONS+=(-blockdev "driver=raw,node-name=disk-$disk,discard=unmap,cache.no-flush=on,file.driver=file,file.filename=/lab/$disk.img,file.discard=unmap,file.cache.no-flush=on")
  done
  # shellcheck disable=SC2054 # the commas are QEMU's
  HARDWARE_OPTIONS+=(-netdev user,id=spare,restrict=on
    -chardev file,id=old-0,path=/lab/old-0.log
    -device pcie-pci-bridge,id=old,bus=port6
    -device nvme-subsys,id=sriov-disk)
  for device in data-1 data-2 boot-1 spare dual-1 dual-0 old-0 old-1 sriov; do
    HARDWARE_OPTIONS+=(-device "$(blade_device "$1" "$device")")
  done
  HARDWARE_OPTIONS+=(-device "nvme-ns,drive=disk-sriov,bus=sriov,nsid=1")
}

# hardware_disks FOLDER: the files of the disks; what is there stays as it is.
hardware_disks() {
  local folder=$1 disk
  for disk in data-1 data-2; do [ -f "$folder/$disk.img" ] || truncate -s "${DATA_DISK_MIB}M" "$folder/$disk.img"; done
  [ -f "$folder/sriov.img" ] || truncate -s "${SRIOV_DISK_MIB}M" "$folder/sriov.img"
  if [ ! -f "$folder/boot-1.img" ]; then
    cp --sparse=always "$(guest_files)/boot.img" "$folder/boot-1.new"
    mv "$folder/boot-1.new" "$folder/boot-1.img"
  fi
}

# swap NAME: the blade starts again with its two data disks in each other's slot, as after a repair: each now has the address that
# was the other's. A second swap puts them back.
swap() {
  local name=${1:-} folder=$STATE/blades/${1:-} tenths=0
  [ $# = 1 ] || die "usage: hack/lab swap NAME"
  blade_number "$name" >/dev/null
  "$REPO/hack/lab" blade "$name" 'systemctl poweroff' >/dev/null 2>&1 || true
  while process_alive "$name" && [ "$tenths" -lt 900 ]; do
    sleep 0.1
    tenths=$((tenths + 1))
  done
  stop_process "$name" 2
  if [ -f "$folder/swapped" ]; then rm "$folder/swapped"; else touch "$folder/swapped"; fi
  blade_power_on "$name"
  blade_await "$name"
  log "$name: data-1 is in slot $(blade_slot "$name" data-1), data-2 in slot $(blade_slot "$name" data-2)"
}

# device NAME add|remove DEVICE: pushes it into its slot, or pulls it, while the blade runs.
device() {
  local name=${1:-} what=${2:-} device=${3:-} answer tenths=0
  [ $# = 3 ] || die "usage: hack/lab device NAME add|remove DEVICE (there are: $HARDWARE)"
  blade_number "$name" >/dev/null
  blade_slot "$name" "$device" >/dev/null
  case $what in
  add) answer=$(monitor "$name" "device_add $(blade_device "$name" "$device")") ;;
  remove) answer=$(monitor "$name" "device_del $device") ;;
  *) die "usage: hack/lab device NAME add|remove DEVICE" ;;
  esac
  [[ $answer != *Error* ]] || die "$name: $(sed -n 's/.*\(Error[^"\\]*\).*/\1/p' <<<"$answer")"
  # It leaves when the blade's kernel lets go of it.
  while [ "$what" = remove ] && [[ $(monitor "$name" 'info qtree') == *"id \\\"$device\\\""* ]]; do
    [ "$tenths" -lt 60 ] || die "$name: its kernel doesn't let go of $device"
    tenths=$((tenths + 1))
  done
}

# monitor NAME LINE: what the machine's monitor answers to the line.
monitor() {
  {
    printf '{"execute":"qmp_capabilities"}\n{"execute":"human-monitor-command","arguments":{"command-line":"%s"}}\n' "$2"
    # The emulator answers nobody who has hung up.
    sleep 0.5
  } | socat -t 1 - "UNIX-CONNECT:$STATE/blades/$1/qmp"
}
