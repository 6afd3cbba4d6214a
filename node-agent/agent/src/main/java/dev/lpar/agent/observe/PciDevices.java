package dev.lpar.agent.observe;

import dev.lpar.agent.plan.PciFunction;
import dev.lpar.model.PciAddress;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.StringJoiner;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The PCI functions of the blade, bridges among them, from sysfs
 * (Documentation/ABI/testing/sysfs-bus-pci).
 */
public final class PciDevices {
  private static final String DEVICES = "sys/bus/pci/devices/";

  /** Of links to virtual functions: virtfn0, virtfn1, … */
  private static final String LINK = "virtfn";

  private final HostFiles files;
  private final @Nullable PciIds names;
  private final HostUse use;
  private final SlotNames slots;
  private final PciIdentities identities;
  private final Map<PciAddress, Found> found = new TreeMap<>();

  /** How many functions of its own a card has, by domain, bus and device. */
  private final Map<String, Integer> functions = new HashMap<>();

  /** Of virtual functions, among those of their physical one. */
  private final Map<PciAddress, String> virtualNumbers = new HashMap<>();

  private record Found(
      String dir,
      String pciClass,
      String pciId,
      String pathOverBridges,
      @Nullable PciAddress physicalFunction) {}

  private PciDevices(HostFiles files, @Nullable PciIds names) {
    this.files = files;
    this.names = names;
    this.use = HostUse.read(files);
    this.slots = SlotNames.read(files);
    this.identities = new PciIdentities(files);
  }

  /**
   * Looks now, as is to be done before a function is taken from the host. No names are read for it.
   */
  public static List<PciFunction> read(HostFiles files) {
    return new PciDevices(files, null).all();
  }

  /**
   * @param names those already read, in which others are put
   */
  static List<PciFunction> read(HostFiles files, PciIds names) {
    return new PciDevices(files, names).all();
  }

  private List<PciFunction> all() {
    files.list(DEVICES).stream().filter(PciAddress::isOne).forEach(this::find);
    found.values().stream()
        .flatMap(known -> Optional.ofNullable(known.physicalFunction()).stream())
        .distinct()
        .filter(found::containsKey)
        .forEach(this::numberVirtualFunctions);
    if (names != null) {
      names.lookUp(found.values().stream().map(Found::pciId).collect(Collectors.toSet()));
    }
    return found.keySet().stream().map(this::function).toList();
  }

  private void find(String name) {
    var dir = DEVICES + name + "/";
    var pciClass = hex(dir + "class");
    var vendor = hex(dir + "vendor");
    var device = hex(dir + "device");
    if (pciClass == null || pciClass.length() != 6 || vendor == null || device == null) {
      return;
    }
    var address = new PciAddress(name);
    var path = PciPath.of(files.link(DEVICES + name).orElse("")).overBridges();
    var physical = address(files.linkedName(dir + "physfn"));
    found.put(address, new Found(dir, pciClass, vendor + ":" + device, path, physical));
    if (physical == null) {
      functions.merge(address.device(), 1, Integer::sum);
    }
  }

  private PciFunction function(PciAddress address) {
    var known = known(address);
    var dir = known.dir();
    int virtualFunctions = virtualFunctions(dir);
    return new PciFunction(
        address,
        known.pciClass(),
        PciClass.kind(known.pciClass()),
        names == null ? null : names.name(known.pciId()),
        identities.of(dir, known.pciClass(), slot(address), known.pciId()),
        number(files.linkedName(dir + "iommu_group")),
        number(files.text(dir + "numa_node")),
        resetMethods(dir),
        files.linkedName(dir + "driver").orElse(null),
        driverOverride(dir),
        hostUse(address, known, virtualFunctions),
        known.physicalFunction(),
        count(dir + "sriov_totalvfs"),
        virtualFunctions,
        false);
  }

  /**
   * By the links to them: sriov_numvfs can't be read while it is being written, which may take as
   * long as somebody has one of them open (drivers/pci/iov.c).
   */
  private int virtualFunctions(String dir) {
    return files.exists(dir + "sriov_totalvfs")
        ? (int) files.list(dir).stream().filter(name -> name.startsWith(LINK)).count()
        : 0;
  }

  private Found known(PciAddress address) {
    var known = found.get(address);
    if (known == null) {
      throw new IllegalStateException("no PCI function " + address);
    }
    return known;
  }

  /**
   * A virtual function sits where its physical one does, whatever number both have: with virtual
   * functions a card doesn't become one with several.
   */
  private @Nullable String slot(PciAddress address) {
    var known = known(address);
    var physical = known.physicalFunction();
    if (physical != null && found.containsKey(physical)) {
      var slot = slot(physical);
      var number = virtualNumbers.get(address);
      return slot == null || number == null ? null : slot + "/vf" + number;
    }
    var name = slots.of(address.device());
    if (name == null) {
      return known.pathOverBridges().isEmpty() ? null : known.pathOverBridges();
    }
    boolean several = functions.getOrDefault(address.device(), 1) > 1;
    return several ? name + address.text().substring(address.device().length()) : name;
  }

  /** By the links virtfn0, virtfn1, … of the physical function. */
  private void numberVirtualFunctions(PciAddress physical) {
    var dir = known(physical).dir();
    files.list(dir).stream()
        .filter(name -> name.startsWith(LINK))
        .forEach(
            name -> {
              var virtual = address(files.linkedName(dir + name));
              if (virtual != null) {
                virtualNumbers.put(virtual, name.substring(LINK.length()));
              }
            });
  }

  private @Nullable String hostUse(PciAddress address, Found known, int virtualFunctions) {
    var bridge = PciClass.bridge(known.pciClass());
    if (bridge != null) {
      return bridge;
    }
    var words = new StringJoiner("; ");
    if (use.consoleOnDisplay()
        && PciClass.kind(known.pciClass()).equals("display")
        && count(known.dir() + "boot_vga") == 1) {
      words.add("the host's console is on it");
    }
    use.of(address).ifPresent(words::add);
    if (virtualFunctions > 0) {
      words.add(
          "it has " + virtualFunctions + " virtual function" + (virtualFunctions == 1 ? "" : "s"));
    }
    return words.length() == 0 ? null : words.toString();
  }

  /** Kernels before 5.15 don't say how they reset, only that they can. */
  private List<String> resetMethods(String dir) {
    return files
        .text(dir + "reset_method")
        .map(methods -> methods.isEmpty() ? List.<String>of() : List.of(methods.split("\\s+")))
        .orElseGet(() -> files.exists(dir + "reset") ? List.of("reset") : List.of());
  }

  private @Nullable String driverOverride(String dir) {
    return files
        .text(dir + "driver_override")
        .filter(driver -> !driver.isEmpty() && !driver.equals("(null)"))
        .orElse(null);
  }

  private @Nullable String hex(String path) {
    return files.text(path).map(text -> text.replaceFirst("^0x", "")).orElse(null);
  }

  private int count(String path) {
    var number = number(files.text(path));
    return number == null ? 0 : number;
  }

  private static @Nullable Integer number(Optional<String> text) {
    return text.filter(digits -> digits.matches("[0-9]{1,9}")).map(Integer::valueOf).orElse(null);
  }

  private static @Nullable PciAddress address(Optional<String> text) {
    return text.filter(PciAddress::isOne).map(PciAddress::new).orElse(null);
  }
}
