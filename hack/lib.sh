# shellcheck shell=bash
# What the scripts under hack/ share. Source it after `set -euo pipefail`.

# A failure inside $(…) ends the script too.
shopt -s inherit_errexit

REPO=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
export REPO

# Bash counts SECONDS from the start of the process; `log` shows them, so that every script tells where its time goes.
log() { printf '[%4ds] %s\n' "$SECONDS" "$*" >&2; }

die() {
  printf 'error: %s\n' "$*" >&2
  exit 1
}

# Everything the scripts make outside the work tree lies below this folder; LPAR_CACHE names another one.
cache_dir() { printf '%s\n' "${LPAR_CACHE:-${XDG_CACHE_HOME:-${HOME:?}/.cache}/lpar}"; }

# content_key FILE-OR-TEXT…: a short key of the contents of the files; an argument that is no file counts as text itself.
content_key() {
  local item
  for item in "$@"; do
    if [ -f "$item" ]; then sha256sum <"$item"; else printf '%s' "$item" | sha256sum; fi
  done | sha256sum | cut -c1-16
}

# need_packages PKG…: makes sure that the Debian packages are installed; as root it installs what is missing.
need_packages() {
  local package missing=()
  command -v dpkg-query >/dev/null || die "these Debian packages, or what they hold, are needed here: $*"
  for package in "$@"; do
    [ "$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null)" = installed ] || missing+=("$package")
  done
  [ ${#missing[@]} -gt 0 ] || return 0
  [ "$(id -u)" = 0 ] || die "missing Debian packages: ${missing[*]} (run: sudo apt-get install ${missing[*]})"
  log "installing Debian packages: ${missing[*]}"
  local apt=(apt-get -q -o DPkg::Lock::Timeout=300 -o Dpkg::Use-Pty=0) out
  out=$(mktemp)
  if ! DEBIAN_FRONTEND=noninteractive "${apt[@]}" install -y --no-install-recommends "${missing[@]}" >"$out" 2>&1; then
    # The lists may be stale or absent: read them anew, once.
    if ! { "${apt[@]}" update && DEBIAN_FRONTEND=noninteractive "${apt[@]}" install -y --no-install-recommends "${missing[@]}"; } >"$out" 2>&1; then
      tail -n 20 "$out" >&2
      rm -f "$out"
      die "apt-get could not install: ${missing[*]}"
    fi
  fi
  rm -f "$out"
}

# Finds a JDK 25, exports JAVA_HOME and puts its bin folder first on the PATH.
java_home() {
  local home
  [ -n "${JAVA_HOME:-}" ] || compgen -G '/usr/lib/jvm/*25*/bin/javac' >/dev/null || need_packages openjdk-25-jdk-headless
  for home in "${JAVA_HOME:-}" /usr/lib/jvm/*25* /opt/*jdk*25*; do
    [ -x "$home/bin/javac" ] || continue
    [ "$("$home/bin/javac" -version 2>&1 | sed 's/^javac \([0-9]*\).*/\1/')" = 25 ] || continue
    export JAVA_HOME=$home PATH=$home/bin:$PATH
    return 0
  done
  die "no JDK 25 found: set JAVA_HOME to one (looked at JAVA_HOME and under /usr/lib/jvm)"
}

# make_cached FOLDER FUNCTION [ARGUMENT…]: prints FOLDER; if it is not there, FUNCTION TEMP-FOLDER ARGUMENT… fills a temporary one
# beside it, which then takes the name in one step. An interrupted run leaves nothing that a later one could take for the
# whole; two runs at the same time wait for each other. Of its neighbours the CACHE_KEEPS last used stay.
CACHE_KEEPS=6
make_cached() {
  local folder=$1 fill=$2 temp
  shift 2
  if [ ! -d "$folder" ]; then
    mkdir -p "$(dirname "$folder")"
    exec 9>"$folder.lock"
    flock 9
    if [ ! -d "$folder" ]; then
      rm -rf "$folder".tmp.*
      temp=$(mktemp -d "$folder.tmp.XXXXXX")
      chmod 755 "$temp"
      (
        exec 9>&-
        set -e
        "$fill" "$temp" "$@"
      ) >&2
      mv -T "$temp" "$folder"
    fi
    exec 9>&-
    rm -f "$folder.lock"
    find "$(dirname "$folder")" -mindepth 1 -maxdepth 1 -type d -not -name '*.tmp.*' -printf '%T@ %p\n' | sort -rn |
      sed "1,${CACHE_KEEPS}d; s/^[^ ]* //" | xargs -r rm -rf
    # What was broken off long ago.
    find "$(dirname "$folder")" -mindepth 1 -maxdepth 1 \( -name '*.tmp.*' -o -name '*.lock' \) -mmin +1440 -exec rm -rf {} +
  fi
  touch "$folder"
  printf '%s\n' "$folder"
}

# Prints the folder of the pinned Kubernetes programs, building them the first time.
tools_bin() { "$REPO/hack/tools/install"; }

# Prints the folder that Fabric8's kube-api-test takes as KUBE_API_TEST_DIR: links to the same programs.
kube_api_test_dir() { "$REPO/hack/tools/install" kube-api-test; }
