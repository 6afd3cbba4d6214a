# shellcheck shell=bash
# Container images by hand: layers are sorted tars with one time and owner, an image is JSON that names them by digest
# (OCI image format specification 1.1). Layers stay uncompressed: an image goes over a local network once, and a
# blade unpacks it faster so.

# layer FOLDER FILE [PREFIX]: packs a folder as a layer; with PREFIX, below that path of the image.
layer() {
  local folder=$1 file=$2 prefix=${3:-}
  tar --create --file "$file" --directory "$folder" --sort=name --mtime="@$IMAGE_TIME" \
    --owner=0 --group=0 --numeric-owner --format=gnu ${prefix:+--transform="flags=rSH;s,^\.,./$prefix,"} .
}

digest() { sha256sum "$1" | cut -d' ' -f1; }

# image NAME USER COMMAND-JSON ARCHIVE LAYER…
image() {
  local name=$1 user=$2 command=$3 archive=$4 work sum sums=() config manifest layers='' paths=''
  shift 4
  work=$(mktemp -d)
  mkdir -p "$work/blobs/sha256"
  for file in "$@"; do
    sum=$(digest "$file")
    sums+=("$sum")
    ln -f "$file" "$work/blobs/sha256/$sum" 2>/dev/null || cp "$file" "$work/blobs/sha256/$sum"
    layers+=$(printf ',{"mediaType":"application/vnd.oci.image.layer.v1.tar","digest":"sha256:%s","size":%d}' "$sum" "$(stat -c %s "$file")")
    paths+=",\"blobs/sha256/$sum\""
  done
  printf '{"architecture":"amd64","os":"linux","created":"%s","config":{"User":"%s","Env":["MALLOC_ARENA_MAX=1"],"Entrypoint":%s,"WorkingDir":"/"},"rootfs":{"type":"layers","diff_ids":[%s]}}' \
    "$(date -u -d "@$IMAGE_TIME" +%Y-%m-%dT%H:%M:%SZ)" "$user" "$command" "$(printf ',"sha256:%s"' "${sums[@]}" | cut -c2-)" >"$work/config"
  config=$(digest "$work/config")
  printf '{"schemaVersion":2,"mediaType":"application/vnd.oci.image.manifest.v1+json","config":{"mediaType":"application/vnd.oci.image.config.v1+json","digest":"sha256:%s","size":%d},"layers":[%s]}' \
    "$config" "$(stat -c %s "$work/config")" "${layers#,}" >"$work/manifest"
  manifest=$(digest "$work/manifest")
  printf '{"schemaVersion":2,"mediaType":"application/vnd.oci.image.index.v1+json","manifests":[{"mediaType":"application/vnd.oci.image.manifest.v1+json","digest":"sha256:%s","size":%d,"annotations":{"io.containerd.image.name":"%s","org.opencontainers.image.ref.name":"%s"}}]}' \
    "$manifest" "$(stat -c %s "$work/manifest")" "$name" "${name##*:}" >"$work/index.json"
  printf '[{"Config":"blobs/sha256/%s","RepoTags":["%s"],"Layers":[%s]}]' "$config" "$name" "${paths#,}" >"$work/manifest.json"
  printf '{"imageLayoutVersion":"1.0.0"}' >"$work/oci-layout"
  mv "$work/config" "$work/blobs/sha256/$config"
  mv "$work/manifest" "$work/blobs/sha256/$manifest"
  layer "$work" "$archive"
  rm -rf "$work"
  log "image $name: $(du -m "$archive" | cut -f1) MB, sha256:$manifest"
}
