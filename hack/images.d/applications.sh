# shellcheck shell=bash
# Our part of the images: jars, the JVM's flags, and an archive of classes (class data sharing) that more than halves the time to start. It
# is made with the image's own JVM. (An AOT cache, JEP 483, starts no faster here and differs from build to build.) Which classes
# it holds is written in a list beside the JVM's flags: a run at each build would meet a few others each time.

OPERATOR_JVM=$REPO/operator/src/main/jvm/operator
OPERATOR_MAIN=io.quarkus.runner.GeneratedMain
AGENT_JVM=$REPO/node-agent/agent/src/main/jvm/agent
AGENT_MAIN=dev.lpar.agent.Main

build_jars() {
  need_packages maven
  java_home
  log "building the jars"
  (cd "$REPO" && mvn -B -ntp -q package -DskipTests -pl operator,node-agent/agent -am) >&2
}

# jvm_args FOLDER JVM-FLAGS: completes the folder that becomes /app by the JVM's flags and the class path.
jvm_args() {
  local folder=$1
  {
    cat "$2"
    printf -- '-cp\n'
    (cd "$folder" && find lib -name '*.jar' | LC_ALL=C sort | sed 's|^|/app/|') | paste -sd: -
  } >"$folder/jvm.args"
  find "$folder" -exec touch -h -d "@$IMAGE_TIME" {} +
}

# trial_root JAVA-ROOT FOLDER: prints a new root that is as the image's will be.
trial_root() {
  local root
  root=$(mktemp -d)
  cp -al "$1/." "$root/"
  mkdir -p "$root/app" "$root/run/lpar" "$root/trial"
  cp -a "$2/." "$root/app/"
  printf '%s\n' "$root"
}

# archive_classes JAVA-ROOT FOLDER LIST: archives the listed classes, those that there are.
archive_classes() {
  local java=$1 folder=$2 root
  root=$(trial_root "$java" "$folder")
  cp "$3" "$root/trial/list"
  log "archiving the classes of $(basename "$3")"
  in_image "$root" 'chroot "$1" "/$2/bin/java" -Xshare:dump -XX:SharedClassListFile=/trial/list \
      -XX:SharedArchiveFile=/app/classes.jsa @/app/jvm.args &&
    chroot "$1" "/$2/bin/java" -Xshare:on -XX:SharedArchiveFile=/app/classes.jsa @/app/jvm.args -version' >"$root/trial/log" 2>&1 || {
    tail -n 30 "$root/trial/log" >&2
    die "the JVM makes no archive of the classes in $3"
  }
  cp "$root/app/classes.jsa" "$folder/classes.jsa"
  rm -rf "$root"
  # A JVM that can't take the archive goes on without it, and says nothing about it on every start.
  printf -- '-XX:SharedArchiveFile=/app/classes.jsa\n-Xlog:cds=off\n-Xlog:aot=off\n' >>"$folder/jvm.args"
  find "$folder" -exec touch -h -d "@$IMAGE_TIME" {} +
}

# list_classes JAVA-ROOT FOLDER MAIN LIST: writes the list anew, of the classes that a trial run in a small cluster meets; sorted, so that
# the order in which threads met them doesn't show, and without class ids and constant pools, which depend on the order.
list_classes() {
  local java=$1 folder=$2 main=$3 list=$4 root
  root=$(trial_root "$java" "$folder")
  need_packages dbus-daemon iproute2 openssl
  log "a trial run of $main"
  in_image "$root" '"$REPO/hack/images.d/trial" "$1" "/$2/bin/java" "$3" "$4" "$REPO"' "$main" "$(tools_bin)" >"$root/trial/log" 2>&1 || true
  [ -s "$root/trial/met" ] || {
    tail -n 30 "$root"/trial/*log >&2
    die "a trial run of $main met no classes"
  }
  sed -e '/^#/d; /^@cp /d; / source: /d; s/ id: .*//' "$root/trial/met" | LC_ALL=C sort -u >"$list"
  log "$(wc -l <"$list") lines in $list"
  rm -rf "$root"
}

# in_image ROOT SCRIPT ARGUMENT…: runs the script ($1: the root, $2: the JVM's folder, from $3 on: the arguments) in namespaces of
# its own, without a network.
in_image() {
  local root=$1 script=$2
  shift 2
  unshare --mount --pid --net --fork --kill-child bash -c '
    mount --make-rprivate / && mount -t proc proc "$1/proc" && mount -t tmpfs tmpfs "$1/tmp"
    '"$script" in_image "$root" "$JVM" "$@"
}

command_json() { printf '["/%s/bin/java","@/app/jvm.args","%s"]' "$JVM" "$1"; }

# operator_application FOLDER, agent_application FOLDER: what becomes /app, but for the archive of classes.
operator_application() {
  mkdir -p "$1/lib"
  cp "$REPO"/operator/target/*-runner.jar "$REPO"/operator/target/lib/*.jar "$1/lib/"
  jvm_args "$1" "$OPERATOR_JVM.jvmargs"
}
agent_application() {
  mkdir -p "$1/lib"
  cp "$REPO"/node-agent/agent/target/lpar-agent-*.jar "$REPO"/node-agent/agent/target/lib/*.jar "$1/lib/"
  jvm_args "$1" "$AGENT_JVM.jvmargs"
}

pack_operator() {
  local java=$1 out=$2 work
  work=$(mktemp -d)
  operator_application "$work/app"
  archive_classes "$java" "$work/app" "$OPERATOR_JVM.classes"
  layer "$java" "$work/java.tar"
  layer "$work/app" "$work/app.tar" app
  image "lpar.dev/operator:$VERSION" 65532:65532 "$(command_json "$OPERATOR_MAIN")" "$out/operator.tar" "$work/java.tar" "$work/app.tar"
  rm -rf "$work"
}

pack_agent() {
  local java=$1 qemu=$2 out=$3 work
  work=$(mktemp -d)
  agent_application "$work/app"
  archive_classes "$java" "$work/app" "$AGENT_JVM.classes"
  layer "$java" "$work/java.tar"
  layer "$qemu" "$work/qemu.tar" opt/qemu
  layer "$work/app" "$work/app.tar" app
  image "lpar.dev/agent:$VERSION" 0:0 "$(command_json "$AGENT_MAIN")" "$out/agent.tar" "$work/java.tar" "$work/qemu.tar" "$work/app.tar"
  rm -rf "$work"
}

# list_all_classes: writes both lists of classes anew.
list_all_classes() {
  local java work
  java=$(java_root)
  build_jars
  work=$(mktemp -d)
  operator_application "$work/operator"
  list_classes "$java" "$work/operator" "$OPERATOR_MAIN" "$OPERATOR_JVM.classes"
  agent_application "$work/agent"
  list_classes "$java" "$work/agent" "$AGENT_MAIN" "$AGENT_JVM.classes"
  rm -rf "$work"
}
