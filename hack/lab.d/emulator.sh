# shellcheck shell=bash
# The emulator: QEMU out of its own root file system, so that its version does not depend on this machine's release.

# emulator_command WORK-FOLDER IMAGE-FOLDER: sets EMULATOR to the words before a program of that root file system; the program sees
# the two folders as /lab and /image. The mounts are in a mount namespace of its own and go with it.
emulator_command() {
  local root
  root=$(emulator_root)
  EMULATOR=(unshare --mount --propagation private sh -ec '
    root=$1
    mount --bind "$2" "$root/lab"
    mount --bind "$3" "$root/image"
    mount --rbind /dev "$root/dev"
    mount -t proc proc "$root/proc"
    shift 3
    exec chroot "$root" "$@"' emulator "$root" "$1" "$2")
}

# accelerator WORK-FOLDER: prints `kvm` if a guest of this machine's KVM has virtualization of its own, else `tcg`. Found by
# starting one: the flags of this machine's processor promise more than a nested hypervisor keeps. LPAR_ACCEL overrides.
accelerator() {
  local work=$1
  case ${LPAR_ACCEL:-} in
  kvm | tcg) printf '%s\n' "$LPAR_ACCEL" && return ;;
  '') ;;
  *) die "LPAR_ACCEL is '$LPAR_ACCEL': use kvm or tcg" ;;
  esac
  if [ -e /dev/kvm ]; then
    emulator_command "$work" "$(guest_files)"
    # In a shell of its own, which keeps the message of an abort from the terminal.
    bash -c '"$@"; true' probe "${EMULATOR[@]}" timeout 10 qemu-system-x86_64 -accel kvm -cpu host -machine q35 -m 256 \
      -nodefaults -no-user-config -display none -no-reboot -serial stdio -kernel /image/vmlinuz -initrd /image/guest.cpio.gz \
      -append 'console=ttyS0 quiet panic=-1 lpar.poweroff=0' >"$work/accelerator.log" 2>&1 </dev/null
    if grep -qE '^LPAR-GUEST virtualization (svm|vmx)' "$work/accelerator.log"; then
      echo kvm
      return
    fi
  fi
  echo tcg
}
