package dev.lpar.agent.observe;

import dev.lpar.model.PciAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/**
 * The PCI functions that a path of sysfs goes through, from the root bus down.
 *
 * @param functions the outermost bridge first; empty for what isn't below PCI
 * @param overBridges root bus, then device and function of each, such as pci0000:00/1c.0/00.0. Bus
 *     numbers of bridges are left out: they change when a card is added elsewhere.
 */
record PciPath(List<PciAddress> functions, String overBridges) {
  private static final Pattern ROOT_BUS = Pattern.compile("pci[0-9a-f]{4,8}:[0-9a-f]{2}");

  PciPath {
    functions = List.copyOf(functions);
  }

  /** Of a path, absolute or as a link has it. */
  static PciPath of(String path) {
    var functions = new ArrayList<PciAddress>();
    var steps = new ArrayList<String>();
    for (var name : path.split("/")) {
      if (PciAddress.isOne(name)) {
        functions.add(new PciAddress(name));
        steps.add(name.substring(name.lastIndexOf(':') + 1));
      } else if (ROOT_BUS.matcher(name).matches()) {
        steps.add(name);
      }
    }
    return new PciPath(functions, String.join("/", steps));
  }
}
