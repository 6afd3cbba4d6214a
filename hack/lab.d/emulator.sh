# shellcheck shell=bash
# The emulator: QEMU out of its own root file system, so that its version does not depend on this machine's release.

# The releases whose emulation of shadow paging loses the intercept of CR3 reads can't run a guest with npt=0: LPAR_EMULATOR=7.2 asks
# for one that can, of an older Debian.
SHADOW_EMULATOR_RELEASE=bookworm
SHADOW_EMULATOR_PACKAGES=qemu-system-x86,qemu-utils,seabios

shadow_emulator_root() {
  # shellcheck disable=SC2034 # used by debian_root, debian_sources and debian_key
  local DEBIAN_RELEASE=$SHADOW_EMULATOR_RELEASE
  make_cached "$(cache_dir)/emulator/$(debian_key "$SHADOW_EMULATOR_PACKAGES")" make_shadow_emulator_root
}
make_shadow_emulator_root() {
  debian_root "$1" "$SHADOW_EMULATOR_PACKAGES"
  mkdir "$1/lab" "$1/image"
}

# emulator_command WORK-FOLDER IMAGE-FOLDER: sets EMULATOR to the words before a program of that root file system; the program sees
# the two folders as /lab and /image. The mounts are in a mount namespace of its own and go with it.
emulator_command() {
  local root
  case ${LPAR_EMULATOR:-} in
  '') root=$(emulator_root) ;;
  7.2) root=$(shadow_emulator_root) ;;
  *) die "LPAR_EMULATOR is '$LPAR_EMULATOR': leave it unset, or use 7.2" ;;
  esac
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
