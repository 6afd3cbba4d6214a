# shellcheck shell=bash
# etcd, kube-apiserver, kube-controller-manager and kube-scheduler in the lab's network namespace.

COMPONENTS="etcd kube-apiserver kube-controller-manager kube-scheduler"
PKI=$STATE/pki
SERVICES=10.96.0.0/16

# certificate NAME SUBJECT USAGE [SUBJECT-ALTERNATIVE-NAMES]: signed by the lab's authority, unless it is there. All keys are RSA:
# a JVM's first use of an elliptic curve's signature costs an emulated processor half a minute.
certificate() {
  [ ! -f "$PKI/$1.crt" ] || return 0
  openssl req -newkey rsa:2048 -nodes -subj "$2" -keyout "$PKI/$1.key" -out "$PKI/$1.csr" 2>/dev/null
  printf 'extendedKeyUsage=%s\nkeyUsage=critical,digitalSignature\n' "$3" >"$PKI/$1.ext"
  [ -z "${4:-}" ] || printf 'subjectAltName=%s\n' "$4" >>"$PKI/$1.ext"
  openssl x509 -req -in "$PKI/$1.csr" -CA "$PKI/ca.crt" -CAkey "$PKI/ca.key" -CAcreateserial -days 365 -extfile "$PKI/$1.ext" \
    -out "$PKI/$1.new" 2>/dev/null
  mv "$PKI/$1.new" "$PKI/$1.crt"
}

# kubeconfig FILE CERTIFICATE SERVER
kubeconfig() {
  cat >"$1.new" <<YAML
apiVersion: v1
kind: Config
clusters: [{name: lab, cluster: {server: "$3", certificate-authority-data: $(base64 -w0 "$PKI/ca.crt")}}]
users: [{name: $2, user: {client-certificate-data: $(base64 -w0 "$PKI/$2.crt"), client-key-data: $(base64 -w0 "$PKI/$2.key")}}]
contexts: [{name: lab, context: {cluster: lab, user: $2}}]
current-context: lab
YAML
  mv "$1.new" "$1"
}

pki_up() {
  (umask 077 && mkdir -p "$PKI")
  if [ ! -f "$PKI/ca.crt" ]; then
    openssl req -x509 -newkey rsa:2048 -nodes -days 365 -subj /CN=lpar-lab -keyout "$PKI/ca.key" \
      -out "$PKI/ca.new" -addext basicConstraints=critical,CA:TRUE -addext keyUsage=critical,keyCertSign 2>/dev/null
    mv "$PKI/ca.new" "$PKI/ca.crt"
  fi
  certificate apiserver /CN=kube-apiserver serverAuth \
    "IP:$GATEWAY,IP:127.0.0.1,IP:10.96.0.1,DNS:localhost,DNS:kubernetes,DNS:kubernetes.default,DNS:kubernetes.default.svc,DNS:kubernetes.default.svc.cluster.local"
  certificate admin /O=system:masters/CN=admin clientAuth
  certificate kubelet-client /O=system:masters/CN=kube-apiserver-kubelet-client clientAuth
  certificate kube-controller-manager /CN=system:kube-controller-manager clientAuth
  certificate kube-scheduler /CN=system:kube-scheduler clientAuth
  certificate kube-proxy /CN=system:kube-proxy clientAuth
  if [ ! -f "$PKI/sa.pub" ]; then
    openssl genrsa -out "$PKI/sa.key" 2048 2>/dev/null
    openssl rsa -in "$PKI/sa.key" -pubout -out "$PKI/sa.new" 2>/dev/null
    mv "$PKI/sa.new" "$PKI/sa.pub"
  fi
  local component
  for component in kube-controller-manager kube-scheduler kube-proxy; do
    kubeconfig "$STATE/$component.kubeconfig" "$component" "https://$GATEWAY:6443"
  done
}

kubectl() { "$(tools_bin)/kubectl" --kubeconfig "$STATE/kubeconfig" --cache-dir "$STATE/kubectl-cache" --request-timeout=10s "$@"; }

component_ready() {
  case $1 in
  etcd) in_netns socat -u OPEN:/dev/null TCP:127.0.0.1:2379,connect-timeout=2 ;;
  kube-apiserver) kubectl get --raw /readyz ;;
  kube-controller-manager) in_netns socat -u OPEN:/dev/null TCP:127.0.0.1:10257,connect-timeout=2 ;;
  kube-scheduler) in_netns socat -u OPEN:/dev/null TCP:127.0.0.1:10259,connect-timeout=2 ;;
  esac
}

# component_start NAME: starts it unless it runs; does not wait.
component_start() {
  local bin flags
  process_alive "$1" && return
  bin=$(tools_bin)
  case $1 in
  etcd)
    flags=(--data-dir "$STATE/etcd" --unsafe-no-fsync --log-level warn
      --listen-client-urls http://127.0.0.1:2379 --advertise-client-urls http://127.0.0.1:2379 --listen-peer-urls http://127.0.0.1:2380)
    ;;
  kube-apiserver)
    # shellcheck disable=SC2054 # the commas are Kubernetes'
    flags=(--bind-address=0.0.0.0 --secure-port=6443 --advertise-address="$GATEWAY" --etcd-servers=http://127.0.0.1:2379
      --tls-cert-file="$PKI/apiserver.crt" --tls-private-key-file="$PKI/apiserver.key" --client-ca-file="$PKI/ca.crt"
      --kubelet-certificate-authority="$PKI/ca.crt" --kubelet-client-certificate="$PKI/kubelet-client.crt"
      --kubelet-client-key="$PKI/kubelet-client.key" --kubelet-preferred-address-types=InternalIP
      --service-account-issuer=https://kubernetes.default.svc --service-account-key-file="$PKI/sa.pub"
      --service-account-signing-key-file="$PKI/sa.key" --service-cluster-ip-range="$SERVICES"
      --authorization-mode=Node,RBAC --enable-admission-plugins=NodeRestriction --allow-privileged=true)
    ;;
  kube-controller-manager)
    flags=(--kubeconfig="$STATE/$1.kubeconfig" --leader-elect=false --use-service-account-credentials=true --bind-address=127.0.0.1
      --cert-dir="$STATE/$1" --service-account-private-key-file="$PKI/sa.key" --root-ca-file="$PKI/ca.crt"
      --cluster-signing-cert-file="$PKI/ca.crt" --cluster-signing-key-file="$PKI/ca.key")
    ;;
  kube-scheduler)
    flags=(--kubeconfig="$STATE/$1.kubeconfig" --leader-elect=false --bind-address=127.0.0.1 --cert-dir="$STATE/$1")
    ;;
  *) die "'$1' is no part of the control plane: $COMPONENTS" ;;
  esac
  start_process "$1" ip netns exec "$NETNS" "$bin/$1" "${flags[@]}"
}

control_plane_up() {
  local component started=
  pki_up
  forward_up
  kubeconfig "$STATE/kubeconfig" admin "https://127.0.0.1:$(<"$STATE/port")"
  for component in $COMPONENTS; do
    process_alive "$component" && continue
    component_start "$component"
    started+=" $component"
    case $component in
    etcd | kube-apiserver) await 120 "answer of $component" "$component" component_ready "$component" ;;
    esac
  done
  if [ -n "$started" ]; then log "control plane: started$started"; else log "control plane: running"; fi
}

# control_plane stop|start COMPONENT
control_plane() {
  local action=${1:-} component=${2:-}
  [[ " $COMPONENTS " = *" $component "* && -n $component ]] || die "usage: hack/lab control-plane stop|start $(tr ' ' '|' <<<"$COMPONENTS")"
  case $action in
  stop)
    # As by a crash: an API server that ends in order first tells every blade to reach it no more.
    stop_process "$component" 0 KILL
    log "$component is stopped"
    ;;
  start)
    component_start "$component"
    await 120 "answer of $component" "$component" component_ready "$component"
    log "$component runs"
    ;;
  *) die "usage: hack/lab control-plane stop|start COMPONENT" ;;
  esac
}
