# shellcheck shell=bash
# Our part of the images: jars, the JVM's flags, and an archive of loaded classes (an AOT cache, JEP 483 and 514) that more than
# halves the time to start. The archive is made by a short run of the program with the image's own JVM.

OPERATOR_MAIN=io.quarkus.runner.GeneratedMain
AGENT_MAIN=dev.lpar.agent.Main

build_jars() {
  need_packages maven
  java_home
  log "building the jars"
  (cd "$REPO" && mvn -B -ntp -q package -DskipTests -pl operator,node-agent/agent -am) >&2
}

# application TARGET FOLDER JVM-FLAGS MAIN: lays out /app and trains it.
application() {
  local java=$1 folder=$2 flags=$3 main=$4
  printf '%s\n' "$main" >"$folder/main"
  {
    cat "$flags"
    printf -- '-XX:AOTCache=/app/classes.aot\n-Xlog:aot=off -Xlog:cds=off\n-cp\n'
    (cd "$folder" && find lib -name '*.jar' | LC_ALL=C sort | sed 's|^|/app/|') | paste -sd: -
  } >"$folder/jvm.args"
  find "$folder" -exec touch -h -d "@$IMAGE_TIME" {} +
  train "$java" "$folder" "$main"
}

# train JAVA-ROOT FOLDER MAIN: runs the program as the image will, with no cluster to be found, until it is up and looks for one;
# then ends it, and the JVM writes the archive.
train() {
  local java=$1 folder=$2 main=$3 root code=0
  root=$(mktemp -d)
  log "archiving the classes of $main"
  cp -al "$java/." "$root/"
  mkdir -p "$root/app"
  cp -a "$folder/." "$root/app/"
  sed -i 's|^-XX:AOTCache=.*|-XX:AOTCacheOutput=/app/classes.aot|' "$root/app/jvm.args"
  unshare --mount --pid --net --fork --kill-child bash -c '
    mount --make-rprivate / && mount -t proc proc "$1/proc" && mount -t tmpfs tmpfs "$1/tmp" && mount -t tmpfs tmpfs "$1/run"
    mkdir -p "$1/run/lpar"
    exec timeout -s KILL 180 timeout -s TERM 12 chroot "$1" "/$2/bin/java" @/app/jvm.args "$3"' train "$root" "$JVM" "$main" \
    >"$root/training.log" 2>&1 || code=$?
  [ -s "$root/app/classes.aot" ] || {
    tail -n 30 "$root/training.log" >&2
    die "no class archive came of the training run of $main (exit code $code)"
  }
  cp "$root/app/classes.aot" "$folder/classes.aot"
  touch -d "@$IMAGE_TIME" "$folder/classes.aot"
  rm -rf "$root"
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
