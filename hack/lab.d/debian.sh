# shellcheck shell=bash
# Root file systems from Debian packages: the blade's own, and the one that holds the emulator and the boot loaders.
# The mirrors are those this machine's apt is set to; LPAR_DEBIAN_MIRROR and LPAR_DEBIAN_SECURITY_MIRROR override them.

DEBIAN_RELEASE=trixie
DEBIAN_KEYRING=/usr/share/keyrings/debian-archive-keyring.gpg

# Which kernel and systemd a blade runs, and what makes it a node. The cloud kernel has NVMe, ext4 and the IOMMU built in, so a
# blade boots without an initrd.
BLADE_PACKAGES=linux-image-cloud-amd64,systemd,systemd-sysv,udev,dbus,kmod,iproute2,pciutils,util-linux,procps,busybox-static
BLADE_PACKAGES+=,containerd,runc,containernetworking-plugins,nftables,openssh-server,ca-certificates
# shellcheck disable=SC2034 # used by image.sh
EMULATOR_PACKAGES=$(printf "%s/$DEBIAN_RELEASE-backports," qemu-system-x86 qemu-system-common qemu-system-data qemu-utils seabios)
EMULATOR_PACKAGES+=ovmf,grub-pc-bin,grub-efi-amd64-bin,grub-common,mtools,dosfstools

# debian_mirror LABEL: the base address of the mirror of the archive with that label, as apt knows it.
debian_mirror() {
  apt-get indextargets --format "\$(LABEL)	\$(REPO_URI)" 'Created-By: Packages' 2>/dev/null |
    awk -F'\t' -v label="$1" '$1 == label { print $2; exit }'
}

# debian_sources PACKAGES: where they come from; PACKAGE/RELEASE-backports asks for a newer version than the release's own.
debian_sources() {
  local packages=$1 main=${LPAR_DEBIAN_MIRROR:-} security=${LPAR_DEBIAN_SECURITY_MIRROR:-}
  [ -n "$main" ] || main=$(debian_mirror Debian)
  [ -n "$main" ] || { apt-get -q update >/dev/null 2>&1 && main=$(debian_mirror Debian); } || true
  [ -n "$main" ] || die "no Debian mirror in this machine's apt sources: set LPAR_DEBIAN_MIRROR (and LPAR_DEBIAN_SECURITY_MIRROR) to the addresses of one"
  [ -n "$security" ] || security=$(debian_mirror Debian-Security)
  printf 'deb [signed-by=%s] %s %s main\n' "$DEBIAN_KEYRING" "$main" "$DEBIAN_RELEASE"
  [[ $packages != */"$DEBIAN_RELEASE"-backports* ]] || printf 'deb [signed-by=%s] %s %s-backports main\n' "$DEBIAN_KEYRING" "$main" "$DEBIAN_RELEASE"
  [ -z "$security" ] || printf 'deb [signed-by=%s] %s %s-security main\n' "$DEBIAN_KEYRING" "$security" "$DEBIAN_RELEASE"
}

# debian_key PACKAGES: what a root file system of these packages is cached by.
debian_key() { content_key "$DEBIAN_RELEASE $1" "$(declare -f debian_root)"; }

# debian_root FOLDER PACKAGES
debian_root() {
  local folder=$1 packages=$2 sources
  need_packages mmdebstrap debian-archive-keyring
  sources=$(debian_sources "$packages")
  log "installing Debian $DEBIAN_RELEASE packages into a folder: $packages"
  # INITRD=No: no initrd is made for the kernel, no blade needs one.
  if ! INITRD=No mmdebstrap --quiet --mode=root --variant=minbase --skip=check/qemu \
    --aptopt='APT::Install-Recommends "false"' --aptopt='Acquire::Languages "none"' \
    --dpkgopt='path-exclude=/usr/share/doc/*' --dpkgopt='path-exclude=/usr/share/man/*' \
    --dpkgopt='path-exclude=/usr/share/locale/*' --dpkgopt='path-exclude=/usr/share/info/*' \
    --include="$packages" "$DEBIAN_RELEASE" "$folder" - <<<"$sources" >"$folder.log" 2>&1; then
    tail -n 20 "$folder.log" >&2
    die "mmdebstrap failed (its log: $folder.log)"
  fi
  rm -rf "$folder.log" "$folder"/var/cache/apt/archives/*.deb "$folder"/var/cache/apt/*.bin "$folder"/var/lib/apt/lists/*
}
