# shellcheck shell=bash
# What a blade starts from: its kernel, its root disk (shared by all blades, each writes to an overlay of its own), the guest
# that runs in partitions, and the disk that starts this guest. Nothing is mounted for it.

LAB_D=$REPO/hack/lab.d
BLADE_DISK_SIGNATURE=0b1ade01
BLADE_DISK_MIB=8192
BOOT_DISK_MIB=64
IMAGES_DISK_MIB=6144
# What the guest's kernel has as modules and its disks, network cards, power button and panic report need.
GUEST_MODULES="virtio_blk virtio_scsi sd_mod ahci virtio_net button evdev pvpanic-pci pvpanic-mmio"

emulator_root() {
  make_cached "$(cache_dir)/emulator/$(content_key "$(debian_key "$EMULATOR_PACKAGES")" "$(declare -f mend_emulator)")" make_emulator_root
}
make_emulator_root() {
  debian_root "$1" "$EMULATOR_PACKAGES"
  mkdir "$1/lab" "$1/image"
  mend_emulator "$1/usr/bin/qemu-system-x86_64"
}

# mend_emulator PROGRAM: takes two stores out of QEMU's machine code. docs/development/lab.md, Limits, has what they do.
# Machine code of another build stays as it is.
mend_emulator() {
  # In target/i386/tcg/system: svm_helper.c's helper_vmrun stores error_code, exception_index, exception_is_int = 0 and exception_next_eip = -1,
  # one after the other, for an interrupt alone, and the second is one too many. fpu_helper.c's cpu_clear_ignne ends with an "and" of the
  # first CPU's hflags2, without a lock, in whichever CPU's thread: what the first CPU stores there in that moment is lost.
  # shellcheck disable=SC2016 # Perl expands it
  perl -0777 -i -pe '
    for $mend (
      [qr/\x44\x89\xab.{4}\K\x89\xb3.{3}\xff(?=\xc7\x83.{4}\0{4}\x48\xc7\x83.{4}\xff{4})/s, "\x66\x0f\x1f\x44\0\0"],
      [qr/(?<!\xf0)\x81[\xa0-\xa7].{4}\x7f\xff{3}(?=\x48\x83\xc4\x08)/s, "\x66\x2e\x0f\x1f\x84\0\0\0\0\0"],
    ) {
      ($store, $nothing) = @$mend;
      if ((() = /$store/g) == 1) { s/$store/$nothing/ } else { $odd = 1 }
    }
    END { exit($odd) }' "$1" ||
    log "the emulator is of a build that can't be mended: guests on emulated blades may hang, and blades be lost (docs/development/lab.md, Limits)"
}

blade_root() { make_cached "$(cache_dir)/blade-root/$(debian_key "$BLADE_PACKAGES")" make_blade_root; }
make_blade_root() { debian_root "$1" "$BLADE_PACKAGES"; }

# guest_files: prints the folder of vmlinuz, guest.cpio.gz and boot.img.
guest_files() {
  make_cached "$(cache_dir)/guest/$(content_key "$(debian_key "$EMULATOR_PACKAGES $BLADE_PACKAGES")" "$LAB_D/image.sh" "$LAB_D/guest/init")" make_guest_files
}
make_guest_files() {
  local out=$1 root emulator
  root=$(blade_root)
  emulator=$(emulator_root)
  log "making the guest's kernel, initrd and boot disk"
  need_packages cpio xz-utils mtools fdisk
  install -m 644 "$root"/boot/vmlinuz-* "$out/vmlinuz"
  make_guest_initrd "$root" "$out/guest.cpio.gz"
  make_boot_disk "$emulator" "$out"
}

make_guest_initrd() {
  local root=$1 out=$2 tree module file kernel
  tree=$(mktemp -d)
  kernel=$(ls "$root/usr/lib/modules")
  mkdir -p "$tree"/{bin,dev,proc,sys,lib/modules}
  cp "$root/usr/bin/busybox" "$tree/bin/"
  chroot "$root" /usr/bin/busybox --list | grep -v '^busybox$' | while read -r applet; do ln -s busybox "$tree/bin/$applet"; done
  install -m 755 "$LAB_D/guest/init" "$tree/init"
  for module in $GUEST_MODULES; do
    chroot "$root" modprobe -S "$kernel" --show-depends "$module" | sed -n 's/^insmod \([^ ]*\).*/\1/p'
  done | awk '!seen[$0]++' | while read -r file; do
    module=$(basename "${file%.xz}")
    if [ "$file" = "${file%.xz}" ]; then cp "$root$file" "$tree/lib/modules/$module"; else xz -dc "$root$file" >"$tree/lib/modules/$module"; fi
    echo "$module" >>"$tree/lib/modules/list"
  done
  find "$tree" -exec touch -h -d @0 {} +
  (cd "$tree" && find . | LC_ALL=C sort | cpio --quiet --reproducible -R 0:0 -o -H newc | gzip -9n) >"$out"
  rm -rf "$tree"
}

# make_boot_disk EMULATOR-ROOT FOLDER: an MBR disk with GRUB for the BIOS in the gap before its one FAT partition, and GRUB
# for UEFI in that partition.
make_boot_disk() {
  local emulator=$1 out=$2 work
  work=$(mktemp -d)
  cat >"$work/grub.cfg" <<'GRUB'
serial --unit=0 --speed=115200
terminal_output serial
terminal_input serial
set timeout=0
linux /vmlinuz console=ttyS0 quiet panic=0
initrd /guest.cpio.gz
boot
GRUB
  # The early configuration finds the partition by a file of its own, whichever disk the firmware calls the first.
  local early='search --file --set=root /lpar-guest
set prefix=($root)/grub
configfile ($root)/grub/grub.cfg'
  grub_image() { # FORMAT OUT MODULE…
    local format=$1 file=$2
    shift 2
    printf '%s\n' "$early" | chroot "$emulator" sh -c 'cat >/tmp/early.cfg && grub-mkimage -O "$0" -c /tmp/early.cfg -p /grub -o /tmp/grub.img "$@"' \
      "$format" part_msdos fat search search_fs_file configfile normal linux serial terminal boot "$@"
    mv "$emulator/tmp/grub.img" "$file"
    rm "$emulator/tmp/early.cfg"
  }
  grub_image i386-pc "$work/core.img" biosdisk
  grub_image x86_64-efi "$work/BOOTX64.EFI"

  local fat_mib=$((BOOT_DISK_MIB - 1)) disk=$out/boot.img
  truncate -s "${fat_mib}M" "$work/fat.img"
  : >"$work/lpar-guest"
  mformat -i "$work/fat.img" -v LPARGUEST -N 4C504152 -T $((fat_mib * 2048)) -h 64 -s 32 -H 2048 ::
  mmd -i "$work/fat.img" ::/EFI ::/EFI/BOOT ::/grub
  mcopy -i "$work/fat.img" "$out/vmlinuz" "$out/guest.cpio.gz" "$work/lpar-guest" ::/
  mcopy -i "$work/fat.img" "$work/BOOTX64.EFI" ::/EFI/BOOT/
  mcopy -i "$work/fat.img" "$work/grub.cfg" ::/grub/
  truncate -s "${BOOT_DISK_MIB}M" "$disk"
  # GRUB's first sector ends where the partition table's signature begins; its second stage follows in the next sectors.
  dd if="$emulator/usr/lib/grub/i386-pc/boot.img" of="$disk" bs=440 count=1 conv=notrunc status=none
  printf 'label: dos\nlabel-id: 0x4c504152\nstart=2048, type=ef, bootable\n' | sfdisk -q "$disk"
  dd if="$work/core.img" of="$disk" bs=512 seek=1 conv=notrunc status=none
  dd if="$work/fat.img" of="$disk" bs=1M seek=1 conv=notrunc,sparse status=none
  rm -rf "$work"
}

# blade_image: prints the folder of vmlinuz and root.img.
blade_image() {
  local tools key
  tools=$(tools_bin)
  key=$(find "$LAB_D/blade" -type f | LC_ALL=C sort | xargs sha256sum | sed "s#$LAB_D##")
  make_cached "$(cache_dir)/blade/$(content_key "$(guest_files)" "$LAB_D/image.sh" "$key" "$tools")" make_blade_image
}
make_blade_image() {
  local out=$1 root guest tools tree unit
  root=$(blade_root)
  guest=$(guest_files)
  tools=$(tools_bin)
  log "making the blades' root disk"
  need_packages e2fsprogs fdisk
  tree=$out/tree
  cp -a --reflink=auto "$root" "$tree"
  cp -a --no-preserve=ownership "$LAB_D"/blade/{etc,usr} "$tree/"
  install -m 755 "$tools"/{kubelet,kube-proxy} "$tree/usr/local/bin/"
  install -D -m 644 -t "$tree/boot/lpar" "$guest/vmlinuz" "$guest/guest.cpio.gz"
  # Under full emulation every program that starts costs: what no blade needs stays out of the boot.
  while read -r unit; do ln -sf /dev/null "$tree/etc/systemd/system/$unit"; done <"$LAB_D/blade/masked"
  mkdir -p "$tree/etc/systemd/system-generators" "$tree/var/lib/containerd"
  while read -r unit; do ln -sf /dev/null "$tree/etc/systemd/system-generators/$unit"; done <"$LAB_D/blade/no-generators"
  # Neither is there time to unpack modules at each boot.
  find "$tree/usr/lib/modules" -name '*.ko.xz' -print0 | xargs -0 -r xz -d -q -T 0
  chroot "$tree" depmod "$(ls "$tree/usr/lib/modules")"
  # Started when somebody asks for it over D-Bus, as `reboot` does.
  rm "$tree/usr/lib/systemd/system/multi-user.target.wants/systemd-logind.service"
  chroot "$tree" sh -ec '
    systemctl -q set-default multi-user.target
    systemctl -q disable ssh.service remote-fs.target getty@.service
    systemctl -q enable lab-setup.service lab-kvm.service containerd.service kubelet.service kube-proxy.service ssh.socket lab-load.socket
  ' 2>"$out/enable.log" || die "$(<"$out/enable.log")"
  # The identity comes from the emulator, at each boot.
  rm -f "$tree"/etc/ssh/ssh_host_* "$tree"/boot/{System.map,config,vmlinuz}-*
  : >"$tree/etc/resolv.conf"
  echo 00000000000000000000000000001ab0 >"$tree/etc/machine-id"
  make_root_disk "$tree" "$out/root.img"
  install -m 644 "$guest/vmlinuz" "$out/vmlinuz"
  rm -rf "$tree" "$out/enable.log"
}

make_root_disk() {
  local tree=$1 disk=$2
  truncate -s "${BLADE_DISK_MIB}M" "$disk"
  printf 'label: dos\nlabel-id: 0x%s\nstart=2048, type=83\n' "$BLADE_DISK_SIGNATURE" | sfdisk -q "$disk"
  mke2fs -q -F -t ext4 -L lpar-blade -J size=16 -O ^metadata_csum -m 0 \
    -E offset=1048576,lazy_itable_init=1,lazy_journal_init=1,root_owner=0:0 -d "$tree" "$disk" $(((BLADE_DISK_MIB - 1) * 1024))k
}

# container_images ARCHIVE…: prints the folder of containerd.img: the disk of containerd's state, with the images of these archives
# and of pods' sandboxes imported. An emulated blade would take most of a minute for each.
container_images() {
  make_cached "$(cache_dir)/containers/$(content_key "$(blade_root)" "$LAB_D/image.sh" "$(tools_bin)/pause" "$@")" make_container_images "$@"
}
make_container_images() {
  local out=$1 root
  shift
  root=$(blade_root)
  need_packages e2fsprogs
  log "making the blades' disk of container images"
  mkdir -p "$out/in" "$out/state" "$root/var/lib/containerd"
  make_pause_archive "$(tools_bin)/pause" "$out/in/0-pause.tar"
  [ $# = 0 ] || cp --reflink=auto -t "$out/in" "$@"
  unshare --mount --pid --net --fork --kill-child bash -ec '
    mount --make-rprivate /
    mount -t proc proc "$1/proc"
    mount -t tmpfs tmpfs "$1/run"
    mount -t tmpfs tmpfs "$1/tmp"
    mount --rbind /dev "$1/dev"
    mkdir "$1/run/in"
    mount --bind "$2/in" "$1/run/in"
    mount --bind "$2/state" "$1/var/lib/containerd"
    chroot "$1" sh -ec "
      containerd --config /dev/null >/run/log 2>&1 &
      for try in \$(seq 100); do ctr version >/dev/null 2>&1 && break; sleep 0.1; done
      for archive in /run/in/*; do ctr -n k8s.io images import \$archive || { cat /run/log; exit 1; }; done
      kill \$!
      wait \$! || true"' import "$root" "$out" >"$out/import.log" 2>&1 || die "containerd could not import $*: $(tail -n 20 "$out/import.log")"
  truncate -s "${IMAGES_DISK_MIB}M" "$out/containerd.img"
  mke2fs -q -F -t ext4 -L lpar-images -J size=16 -O ^metadata_csum -m 0 -E lazy_itable_init=1,lazy_journal_init=1,root_owner=0:0 -d "$out/state" "$out/containerd.img"
  rm -rf "$out/in" "$out/state" "$out/import.log"
}

# make_pause_archive PROGRAM OUT: an image of one static program.
make_pause_archive() {
  local program=$1 out=$2 work config
  [ -x "$program" ] || die "$program is missing: an image for pods' sandboxes can't be made"
  work=$(mktemp -d)
  mkdir "$work/layer"
  install -m 755 "$program" "$work/layer/pause"
  tar -C "$work/layer" --sort=name --owner=0 --group=0 --numeric-owner --mtime=@0 -cf "$work/layer.tar" pause
  config='{"architecture":"amd64","os":"linux","config":{"Entrypoint":["/pause"],"User":"65535:65535"},"rootfs":{"type":"layers","diff_ids":["sha256:'
  config+="$(sha256sum <"$work/layer.tar" | cut -d' ' -f1)\"]}}"
  printf '%s' "$config" >"$work/config.json"
  printf '[{"Config":"config.json","RepoTags":["lpar.dev/lab-pause:1"],"Layers":["layer.tar"]}]' >"$work/manifest.json"
  tar -C "$work" -cf "$out" manifest.json config.json layer.tar
  rm -rf "$work"
}
