# shellcheck shell=bash
# A network of the lab's own: a network namespace with a bridge that the blades join by tap. Nothing of it is seen from
# outside but one port on 127.0.0.1 for the API server, forwarded by two socats that meet at a socket file.

NETNS=lpar-$LAB
GATEWAY=10.77.0.1
blade_address() { printf '10.77.0.%d\n' $((10 + $1)); }

in_netns() { ip netns exec "$NETNS" "$@"; }
netns_exists() { [ -e "/run/netns/$NETNS" ] && ip -n "$NETNS" link show lo >/dev/null 2>&1; }

network_up() {
  local number
  if ! netns_exists; then
    # `ip netns` makes a mount of /run/netns at its first use; the last `down` takes it away if nobody else had it.
    mountpoint -q /run/netns || touch "$(cache_dir)/lab/.netns-mount"
    ip netns add "$NETNS" 2>/dev/null || { ip netns del "$NETNS" && ip netns add "$NETNS"; }
  fi
  ip -n "$NETNS" link set lo up
  ip -n "$NETNS" link show br0 >/dev/null 2>&1 || ip -n "$NETNS" link add br0 type bridge
  ip -n "$NETNS" addr replace "$GATEWAY/24" dev br0
  ip -n "$NETNS" link set br0 up
  # The API server wants a default route for its defaults; nothing is there.
  ip -n "$NETNS" route replace default via 10.77.0.254 dev br0
  for number in 1 2 3 4 5 6 7 8 9; do
    ip -n "$NETNS" route replace "10.244.$number.0/24" via "$(blade_address "$number")"
  done
}

network_down() {
  local pid
  if netns_exists; then
    # Whoever is in the namespace belongs to the lab: a connection that `blade` keeps open, or what an interrupted `up` left.
    for pid in $(ip netns pids "$NETNS"); do kill -KILL "$pid" 2>/dev/null || true; done
  fi
  [ ! -e "/run/netns/$NETNS" ] || ip netns del "$NETNS"
  if [ -e "$(cache_dir)/lab/.netns-mount" ] && [ -z "$(ls -A /run/netns 2>/dev/null)" ]; then
    umount /run/netns 2>/dev/null || true
    rmdir /run/netns 2>/dev/null || true
    rm -f "$(cache_dir)/lab/.netns-mount"
  fi
}

tap_up() {
  ip -n "$NETNS" link show "tap$1" >/dev/null 2>&1 || ip -n "$NETNS" tuntap add "tap$1" mode tap
  ip -n "$NETNS" link set "tap$1" master br0 up
}

port_free() { ! (: <"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

# forward_up: chooses the port at first, and another one when somebody has taken it meanwhile.
forward_up() {
  local port=
  process_alive forward-inside ||
    start_process forward-inside ip netns exec "$NETNS" socat "UNIX-LISTEN:$STATE/api.sock,fork,unlink-early,backlog=128" TCP:127.0.0.1:6443
  process_alive forward && return
  [ ! -f "$STATE/port" ] || port=$(<"$STATE/port")
  until [ -n "$port" ] && port_free "$port"; do port=$((20000 + RANDOM % 12000)); done
  echo "$port" >"$STATE/port"
  start_process forward socat "TCP-LISTEN:$port,bind=127.0.0.1,fork,reuseaddr,backlog=128" "UNIX-CONNECT:$STATE/api.sock"
}

# cni_network NUMBER: the network of the pods of node NUMBER. Nothing lies outside that would not know the way back to a pod, so addresses
# need no translation.
cni_network() {
  cat <<JSON
{"cniVersion":"1.0.0","name":"lab","plugins":[{"type":"bridge","bridge":"cni0","isGateway":true,
 "ipam":{"type":"host-local","ranges":[[{"subnet":"10.244.$1.0/24"}]],"routes":[{"dst":"0.0.0.0/0"}]}}]}
JSON
}
