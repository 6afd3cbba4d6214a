# shellcheck shell=bash
# Our part of the images: jars, the JVM's flags, and an archive of loaded classes (class data sharing) that about halves the time
# to start. It is made with the image's own JVM. (An AOT cache, JEP 483, starts no faster here and differs from build to build.)

OPERATOR_MAIN=io.quarkus.runner.GeneratedMain
AGENT_MAIN=dev.lpar.agent.Main

build_jars() {
  need_packages maven
  java_home
  log "building the jars"
  (cd "$REPO" && mvn -B -ntp -q package -DskipTests -pl operator,node-agent/agent -am) >&2
}

# application JAVA-ROOT FOLDER JVM-FLAGS MAIN: completes the folder that becomes /app: flags, class path, class archive.
application() {
  local java=$1 folder=$2 flags=$3 main=$4
  {
    cat "$flags"
    printf -- '-cp\n'
    (cd "$folder" && find lib -name '*.jar' | LC_ALL=C sort | sed 's|^|/app/|') | paste -sd: -
  } >"$folder/jvm.args"
  find "$folder" -exec touch -h -d "@$IMAGE_TIME" {} +
  archive_classes "$java" "$folder" "$main"
  # A JVM that can't take the archive goes on without it, and says nothing about it on every start.
  printf -- '-XX:SharedArchiveFile=/app/classes.jsa\n-Xlog:cds=off\n-Xlog:aot=off\n' >>"$folder/jvm.args"
  find "$folder" -exec touch -h -d "@$IMAGE_TIME" {} +
}

# archive_classes JAVA-ROOT FOLDER MAIN: runs the program as the image will, with no cluster to be found, until it meets no new
# classes, and archives those it met. The list is sorted, so that the order in which threads met them doesn't show.
archive_classes() {
  local java=$1 folder=$2 main=$3 root
  root=$(mktemp -d)
  log "archiving the classes of $main"
  cp -al "$java/." "$root/"
  mkdir -p "$root/app" "$root/run/lpar"
  cp -a "$folder/." "$root/app/"
  mkdir "$root/trial"
  in_image "$root" '
    KUBERNETES_REQUEST_RETRY_BACKOFFLIMIT=0 chroot "$1" "/$2/bin/java" -XX:DumpLoadedClassList=/trial/met \
      -Xlog:class+load:file=/trial/loaded @/app/jvm.args "$3" &
    quiet=0 size=0
    for ((second = 0; second < 150 && quiet < 12; second++)); do
      sleep 1
      kill -0 $! 2>/dev/null || break
      if [ "$(stat -c %s "$1/trial/loaded")" = "$size" ]; then quiet=$((quiet + 1)); else quiet=0; fi
      size=$(stat -c %s "$1/trial/loaded")
    done
    kill $! 2>/dev/null || true
    wait $! || true' "$main" >"$root/trial/log" 2>&1 || true
  [ -s "$root/trial/met" ] || archive_failed "$root" "$main"
  # Without class ids and constant pools, which depend on the order.
  sed -e '/^#/d; /^@cp /d; / source: /d; s/ id: .*//' "$root/trial/met" | LC_ALL=C sort -u >"$root/trial/list"
  in_image "$root" 'chroot "$1" "/$2/bin/java" -Xshare:dump -XX:SharedClassListFile=/trial/list \
      -XX:SharedArchiveFile=/app/classes.jsa @/app/jvm.args &&
    chroot "$1" "/$2/bin/java" -Xshare:on -XX:SharedArchiveFile=/app/classes.jsa @/app/jvm.args -version' "$main" >"$root/trial/log" 2>&1 ||
    archive_failed "$root" "$main"
  cp "$root/app/classes.jsa" "$folder/classes.jsa"
  rm -rf "$root"
}

archive_failed() {
  tail -n 30 "$1/trial/log" >&2
  die "no class archive came of a trial run of $2"
}

# in_image ROOT SCRIPT MAIN: runs the script ($1: the root, $2: the JVM's folder, $3: the main class) in namespaces of its own, without a network.
in_image() {
  local root=$1 script=$2 main=$3
  unshare --mount --pid --net --fork --kill-child bash -c '
    mount --make-rprivate / && mount -t proc proc "$1/proc" && mount -t tmpfs tmpfs "$1/tmp"
    '"$script" in_image "$root" "$JVM" "$main"
}

command_json() { printf '["/%s/bin/java","@/app/jvm.args","%s"]' "$JVM" "$1"; }

pack_operator() {
  local java=$1 out=$2 work
  work=$(mktemp -d)
  mkdir -p "$work/app/lib"
  cp "$REPO"/operator/target/*-runner.jar "$REPO"/operator/target/lib/*.jar "$work/app/lib/"
  application "$java" "$work/app" "$REPO/operator/src/main/jvm/operator.jvmargs" "$OPERATOR_MAIN"
  layer "$java" "$work/java.tar"
  layer "$work/app" "$work/app.tar" app
  image "lpar.dev/operator:$VERSION" 65532:65532 "$(command_json "$OPERATOR_MAIN")" "$out/operator.tar" "$work/java.tar" "$work/app.tar"
  rm -rf "$work"
}

pack_agent() {
  local java=$1 qemu=$2 out=$3 work
  work=$(mktemp -d)
  mkdir -p "$work/app/lib"
  cp "$REPO"/node-agent/agent/target/lpar-agent-*.jar "$REPO"/node-agent/agent/target/lib/*.jar "$work/app/lib/"
  application "$java" "$work/app" "$REPO/node-agent/agent/src/main/jvm/agent.jvmargs" "$AGENT_MAIN"
  layer "$java" "$work/java.tar"
  layer "$qemu" "$work/qemu.tar" opt/qemu
  layer "$work/app" "$work/app.tar" app
  image "lpar.dev/agent:$VERSION" 0:0 "$(command_json "$AGENT_MAIN")" "$out/agent.tar" "$work/java.tar" "$work/qemu.tar" "$work/app.tar"
  rm -rf "$work"
}
