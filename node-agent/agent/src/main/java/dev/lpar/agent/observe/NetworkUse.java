package dev.lpar.agent.observe;

import dev.lpar.agent.observe.HostUse.Reason;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/** What the host does with network interfaces, as its first process sees them. */
final class NetworkUse {
  private static final String NET = "sys/class/net/";
  private static final String ROUTES = "proc/1/net/route";

  /** IFF_UP of linux/if.h. */
  private static final int UP = 1;

  /** RTF_REJECT of linux/route.h: leads nowhere. */
  private static final int REJECT = 0x200;

  /** IPV6_ADDR_LINKLOCAL of net/ipv6.h: every interface gives itself such an address. */
  private static final String LINK_LOCAL = "20";

  private final HostFiles files;
  private final boolean known;
  private final Set<String> byDefault = new HashSet<>();
  private final Set<String> routed = new HashSet<>();
  private final Set<String> addressed = new HashSet<>();

  private NetworkUse(HostFiles files) {
    this.files = files;
    var routes = files.text(ROUTES);
    this.known = routes.isPresent();
    lines(routes).skip(1).forEach(this::route);
    lines(files.text("proc/1/net/ipv6_route")).forEach(this::route6);
    lines(files.text("proc/1/net/if_inet6")).forEach(this::address6);
  }

  static List<Reason> read(HostFiles files) {
    var network = new NetworkUse(files);
    return files.list(NET).stream().flatMap(name -> network.reason(name).stream()).toList();
  }

  private Optional<Reason> reason(String name) {
    var functions = PciPath.of(files.link(NET + name).orElse("")).functions();
    return functions.isEmpty()
        ? Optional.empty()
        : words(name).map(words -> new Reason(functions, words));
  }

  private Optional<String> words(String name) {
    if (byDefault.contains(name)) {
      return Optional.of(defaultRoute(name));
    }
    var upper = files.list(NET + name).stream().filter(n -> n.startsWith("upper_")).findFirst();
    if (upper.isPresent()) {
      var above = upper.get().substring("upper_".length());
      var words = membership(name, above);
      return Optional.of(
          overDefault(above, new HashSet<>())
              .map(way -> words + ", and " + defaultRoute(way))
              .orElse(words));
    }
    if (!up(name)) {
      return Optional.empty();
    }
    if (routed.contains(name)) {
      return Optional.of(name + " is up and has routes");
    }
    if (addressed.contains(name)) {
      return Optional.of(name + " is up and has an IPv6 address");
    }
    return known
        ? Optional.empty()
        : Optional.of(name + " is up, and /" + ROUTES + " can't be read");
  }

  private static String defaultRoute(String name) {
    return "the default route goes over " + name;
  }

  /** What an interface above says it is, in its uevent file. */
  private String membership(String name, String above) {
    var type =
        lines(files.text(NET + above + "/uevent"))
            .filter(line -> line.startsWith("DEVTYPE="))
            .findFirst()
            .orElse("");
    return switch (type) {
      case "DEVTYPE=bridge" -> name + " is a port of the bridge " + above;
      case "DEVTYPE=bond" -> name + " is part of the bond " + above;
      case "DEVTYPE=vlan" -> "the VLAN " + above + " is on " + name;
      default -> above + " is on " + name;
    };
  }

  /** The interface, of this one and those above it, that has the default route. */
  private Optional<String> overDefault(String name, Set<String> seen) {
    if (!seen.add(name)) {
      return Optional.empty();
    }
    return byDefault.contains(name)
        ? Optional.of(name)
        : files.list(NET + name).stream()
            .filter(n -> n.startsWith("upper_"))
            .flatMap(n -> overDefault(n.substring("upper_".length()), seen).stream())
            .findFirst();
  }

  private boolean up(String name) {
    return files
        .text(NET + name + "/flags")
        .filter(flags -> flags.matches("0x[0-9a-f]{1,8}"))
        .map(flags -> (Integer.parseUnsignedInt(flags.substring(2), 16) & UP) != 0)
        .orElse(false);
  }

  /** Interface, destination, gateway, flags, three counts, mask. */
  private void route(String line) {
    var fields = line.split("\\s+");
    if (fields.length >= 8 && !rejects(fields[3])) {
      routed.add(fields[0]);
      if (fields[1].equals("00000000") && fields[7].equals("00000000")) {
        byDefault.add(fields[0]);
      }
    }
  }

  /** Destination, its prefix length, …, flags, interface. */
  private void route6(String line) {
    var fields = line.strip().split("\\s+");
    if (fields.length == 10
        && fields[1].equals("00")
        && fields[0].chars().allMatch(digit -> digit == '0')
        && !rejects(fields[8])) {
      byDefault.add(fields[9]);
    }
  }

  /** Address, index, prefix length, scope, flags, interface. */
  private void address6(String line) {
    var fields = line.strip().split("\\s+");
    if (fields.length == 6 && !fields[3].equals(LINK_LOCAL)) {
      addressed.add(fields[5]);
    }
  }

  private static boolean rejects(String flags) {
    return !flags.matches("[0-9A-Fa-f]{1,8}")
        || (Integer.parseUnsignedInt(flags, 16) & REJECT) != 0;
  }

  private static Stream<String> lines(Optional<String> text) {
    return text.stream().flatMap(String::lines);
  }
}
