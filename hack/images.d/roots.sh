# shellcheck shell=bash
# What the images take from Debian: a Java runtime, and QEMU as a root directory of its own. Packages are unpacked, not
# installed, and of what they hold only the files that are needed stay: no shell, no package manager.

JAVA_PACKAGES=openjdk-25-jdk-headless
# What the jars of operator and agent refer to: jdk.security.auth and jdk.net are for D-Bus, jdk.httpserver for the agent's metrics.
JAVA_MODULES=java.base,java.logging,java.management,java.naming,java.net.http,java.sql,java.transaction.xa,java.xml
JAVA_MODULES+=,jdk.httpserver,jdk.management,jdk.naming.dns,jdk.net,jdk.security.auth,jdk.unsupported,jdk.zipfs
QEMU_PACKAGES=qemu-system-x86,seabios,ovmf
JVM=opt/java

java_root() { make_cached "$(cache_dir)/image-java/$(content_key "$REPO/hack/images.d/roots.sh" "$DEBIAN_RELEASE")" fill_java_root; }

qemu_root() { make_cached "$(cache_dir)/image-qemu/$(content_key "$REPO/hack/images.d/roots.sh" "$DEBIAN_RELEASE")" fill_qemu_root; }

# unpack FOLDER PACKAGES: the packages and all they depend on, unpacked, no script of theirs run.
unpack() {
  local folder=$1 packages=$2 sources link
  need_packages mmdebstrap debian-archive-keyring
  sources=$(debian_sources "$packages")
  log "unpacking Debian $DEBIAN_RELEASE packages: $packages"
  mmdebstrap --quiet --mode=root --variant=extract \
    --aptopt='APT::Install-Recommends "false"' --aptopt='Acquire::Languages "none"' \
    --dpkgopt='path-exclude=/usr/share/doc/*' --dpkgopt='path-exclude=/usr/share/man/*' --dpkgopt='path-exclude=/usr/share/locale/*' \
    --include="$packages" "$DEBIAN_RELEASE" "$folder" - <<<"$sources" >"$folder.log" 2>&1 || {
    tail -n 20 "$folder.log" >&2
    die "mmdebstrap failed (its log: $folder.log)"
  }
  rm -f "$folder.log"
  for link in lib lib64 bin sbin; do [ -e "$folder/$link" ] || ln -s "usr/$link" "$folder/$link"; done
}

# copy_with_libraries FROM TO FILE…: programs or libraries of a root, and every library they load, to the same paths of another.
copy_with_libraries() {
  local from=$1 to=$2 file library
  shift 2
  for file in "$@"; do
    mkdir -p "$to/$(dirname "$file")"
    cp -a "$from/$file" "$to/$file"
    chroot "$from" /lib64/ld-linux-x86-64.so.2 --library-path "/$JVM/lib:/$JVM/lib/server" --list "/$file" | sed -n 's|.*=> \(/[^ ]*\) (.*|\1|p' | while read -r library; do
      case $library in /"$JVM"/*) continue ;; esac
      library=$(chroot_path "$from" "$library")
      [ -e "$to/$library" ] || { mkdir -p "$to/$(dirname "$library")" && cp -L "$from/$library" "$to/$library"; }
    done
  done
  # The loader itself, where the programs look for it.
  mkdir -p "$to/lib64"
  cp -L "$from/lib64/ld-linux-x86-64.so.2" "$to/lib64/"
}

# /lib/x86_64-linux-gnu/… is usr/lib/… in a root whose /usr is merged.
chroot_path() {
  local path=${2#/}
  case $path in lib/* | lib64/*) path=usr/$path ;; esac
  [ -e "$1/$path" ] || die "library $2 isn't in the unpacked packages"
  printf '%s\n' "$path"
}

# The folders that container runtimes and systemd mount on.
mount_points() { (cd "$1" && mkdir -p dev proc sys run tmp var/lib etc && chmod 1777 tmp); }

fill_java_root() {
  local to=$1 from=$1/.unpacked file
  unpack "$from" "$JAVA_PACKAGES"
  log "linking a Java runtime of the modules in use"
  mkdir -p "$from/proc" "$from/opt" "$to/opt"
  unshare --mount bash -c 'mount -t proc proc "$1/proc" && exec chroot "$1" "$2" --add-modules "$3" --no-header-files --no-man-pages --strip-java-debug-attributes --output "/$4"' \
    jlink "$from" /usr/lib/jvm/java-25-openjdk-amd64/bin/jlink "$JAVA_MODULES" "$JVM"
  cp -a "$from/$JVM" "$to/$JVM"
  # No public authorities: the cluster's own is all that operator and agent trust.
  rm -rf "$to/$JVM/legal" "$to/$JVM/lib/classlist" "$to/$JVM/lib/jrt-fs.jar" "$to/$JVM/lib/security/cacerts"
  (cd "$to" && find "$JVM" -type f \( -name '*.so' -o -path '*/bin/*' \)) | while read -r file; do copy_with_libraries "$from" "$to" "$file"; done
  mount_points "$to"
  mkdir -p "$to/etc/ssl/certs"
  printf 'root:x:0:0:root:/:/none\nlpar:x:65532:65532:lpar:/:/none\n' >"$to/etc/passwd"
  printf 'root:x:0:\nlpar:x:65532:\n' >"$to/etc/group"
  printf 'hosts: files dns\n' >"$to/etc/nsswitch.conf"
  rm -rf "$from"
}

fill_qemu_root() {
  local to=$1 from=$1/.unpacked version
  unpack "$from" "$QEMU_PACKAGES"
  copy_with_libraries "$from" "$to" usr/bin/qemu-system-x86_64
  mkdir -p "$to"/usr/share/{qemu,seabios,OVMF}
  cp -L "$from"/usr/share/qemu/{kvmvapic.bin,linuxboot.bin,linuxboot_dma.bin,multiboot_dma.bin,pvh.bin} "$to/usr/share/qemu/"
  cp -L "$from"/usr/share/seabios/bios-256k.bin "$to/usr/share/seabios/"
  cp -L "$from"/usr/share/OVMF/{OVMF_CODE_4M.fd,OVMF_VARS_4M.fd} "$to/usr/share/OVMF/"
  mount_points "$to"
  printf 'root:x:0:0:root:/:/none\n' >"$to/etc/passwd"
  printf 'root:x:0:\n' >"$to/etc/group"
  version=$(chroot "$from" /usr/bin/qemu-system-x86_64 --version | sed -n '1s/.*version \([0-9.]*\).*/\1/p')
  rm -rf "$from"
  # A blade keeps several of these side by side: the same version always means the same files.
  printf '%s-%s\n' "$version" "$(cd "$to" && find . -type f -print0 | LC_ALL=C sort -z | xargs -0 sha256sum | sha256sum | cut -c1-8)" >"$to/VERSION"
}
