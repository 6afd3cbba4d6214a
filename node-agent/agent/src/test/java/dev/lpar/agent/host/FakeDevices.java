package dev.lpar.agent.host;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lpar.agent.plan.HeldDevice;
import dev.lpar.agent.plan.PciFunction;
import dev.lpar.model.DeviceIdentity;
import dev.lpar.model.LparId;
import dev.lpar.model.PciAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * PCI functions of a blade. It fails the test when a function is taken from a guest that has it, or
 * given to two.
 */
public final class FakeDevices implements Devices {
  private static final String VFIO = "vfio-pci";

  /** One function, as the kernel has it. */
  public static final class Slot {
    final String address;
    public String serial;
    final int group;
    public String driver;
    public String override;
    public String hostUse;
    public String pciClass = "010802";
    String slot;
    PciAddress physical;
    int totalVirtualFunctions;

    Slot(String address, String serial, int group, String driver) {
      this.address = address;
      this.serial = serial;
      this.group = group;
      this.driver = driver;
      this.slot = "slot " + address;
    }
  }

  private final Map<PciAddress, Slot> slots = new TreeMap<>();
  private final Map<PciAddress, HeldDevice> ledger = new TreeMap<>();
  private final Map<LparId, Map<String, PciAddress>> plugged = new HashMap<>();
  private final Map<LparId, List<Integer>> granted = new HashMap<>();

  /** Processes that have a function open. */
  public final Map<PciAddress, String> holders = new HashMap<>();

  /** Guests that don't let go. */
  public final Set<LparId> clinging = new HashSet<>();

  /** Guests whose QEMU refuses every device. */
  public final Set<LparId> refusing = new HashSet<>();

  /** Functions that their driver doesn't let go of. */
  public final Set<PciAddress> stuck = new HashSet<>();

  /** Drivers that don't take a function back. */
  public final Set<String> reluctant = new HashSet<>();

  /** How often each function was bound to vfio-pci. */
  public final List<PciAddress> bindings = new ArrayList<>();

  /** Functions whose driver has them and can't yet tell their serial number. */
  public final Set<PciAddress> waking = new HashSet<>();

  /** Functions whose driver changes no number of virtual ones. */
  public final Set<PciAddress> indivisible = new HashSet<>();

  /** What numbers of virtual functions were set. */
  public final List<String> divisions = new ArrayList<>();

  public final List<PciAddress> resets = new ArrayList<>();

  public Slot add(String address, String serial, int group, String driver) {
    var slot = new Slot(address, serial, group, driver);
    slots.put(new PciAddress(address), slot);
    return slot;
  }

  public void removeAll() {
    slots.clear();
  }

  public Slot at(String address) {
    return Objects.requireNonNull(slots.get(new PciAddress(address)), address);
  }

  /** The inventory, as sysfs shows it: what vfio-pci has doesn't tell its serial number. */
  public List<PciFunction> functions() {
    return slots.values().stream().map(this::function).toList();
  }

  private PciFunction function(Slot slot) {
    boolean tells =
        slot.driver != null
            && !slot.driver.equals(VFIO)
            && !waking.contains(new PciAddress(slot.address));
    return new PciFunction(
        new PciAddress(slot.address),
        slot.pciClass,
        "storage",
        null,
        new DeviceIdentity(tells ? slot.serial : null, null, null, slot.slot, "1b36:0010"),
        slot.group,
        0,
        List.of("flr"),
        slot.driver,
        slot.override,
        slot.hostUse,
        slot.physical,
        slot.totalVirtualFunctions,
        virtualFunctions(new PciAddress(slot.address)).size(),
        false);
  }

  /** A function that can have virtual ones, which tell its serial number as theirs. */
  public Slot addPhysical(String address, String serial, int group, int total) {
    var slot = add(address, serial, group, "nvme");
    slot.totalVirtualFunctions = total;
    return slot;
  }

  public List<PciAddress> virtualFunctions(PciAddress physical) {
    return slots.entrySet().stream()
        .filter(entry -> physical.equals(entry.getValue().physical))
        .map(Map.Entry::getKey)
        .toList();
  }

  @Override
  public void setVirtualFunctions(PciAddress device, int count) {
    if (indivisible.contains(device)) {
      throw new HostException(device + " is busy");
    }
    divisions.add(device + ": " + count);
    for (var virtual : virtualFunctions(device)) {
      assertTrue(
          ledger.get(virtual) == null || ledger.get(virtual).partition() == null,
          virtual + " was taken from under a partition");
      slots.remove(virtual);
    }
    var physical = at(device.text());
    assertTrue(count <= physical.totalVirtualFunctions, "more than it can have");
    for (int i = 0; i < count; i++) {
      var address = "%s.%d".formatted(device.device(), i + 1);
      var slot = add(address, physical.serial, 100 * physical.group + i, "nvme");
      slot.physical = device;
      slot.slot = physical.slot + "/vf" + i;
    }
  }

  /** The blade boots: every function is with its own driver, nothing under /run is left. */
  public void reboot() {
    ledger.clear();
    plugged.clear();
    granted.clear();
    slots.values().removeIf(slot -> slot.physical != null);
    slots.values().forEach(slot -> slot.driver = "nvme");
    slots.values().forEach(slot -> slot.override = null);
  }

  @Override
  public Map<PciAddress, HeldDevice> held() {
    return new TreeMap<>(ledger);
  }

  @Override
  public PciFunction refresh(PciFunction function) {
    var slot = at(function.address().text());
    return function.boundTo(slot.driver, slot.override);
  }

  @Override
  public Optional<String> holder(PciAddress device) {
    return Optional.ofNullable(holders.get(device));
  }

  @Override
  public void hold(HeldDevice entry) {
    var present = ledger.get(entry.address());
    if (present != null
        && present.partition() != null
        && !present.partition().equals(entry.partition())) {
      throw new HostException(entry.address() + " is held for another partition");
    }
    ledger.put(entry.address(), entry);
  }

  @Override
  public void forget(HeldDevice entry) {
    ledger.remove(entry.address(), entry);
  }

  @Override
  public void override(PciAddress device, String driver) {
    assertTrue(ledger.containsKey(device), "overridden without having been written down");
    at(device.text()).override = driver;
  }

  @Override
  public void takeFromHost(PciAddress device, String driver) {
    holder(device)
        .ifPresent(
            who -> {
              throw new HostException(device + ": " + who);
            });
    if (stuck.contains(device)) {
      throw new HostException(driver + " doesn't let go of " + device);
    }
    unbind(device, driver);
  }

  @Override
  public void takeFromVfio(PciAddress device) {
    unbind(device, VFIO);
  }

  private void unbind(PciAddress device, String driver) {
    assertTrue(
        plugged.values().stream().noneMatch(guest -> guest.containsValue(device)),
        device + " was taken from under a guest");
    var slot = at(device.text());
    assertTrue(ledger.containsKey(device), "unbound without having been written down");
    if (driver.equals(slot.driver)) {
      slot.driver = null;
    }
  }

  @Override
  public void probe(PciAddress device) {
    var slot = at(device.text());
    if (slot.driver != null) {
      return;
    }
    if (VFIO.equals(slot.override)) {
      slot.driver = VFIO;
      bindings.add(device);
    } else if (!reluctant.contains("nvme")) {
      slot.driver = "nvme";
    }
  }

  @Override
  public void reset(PciAddress device) {
    resets.add(device);
  }

  @Override
  public void giveBack(PciAddress device) {
    var entry = ledger.get(device);
    if (entry != null) {
      boolean back = Objects.equals(entry.nativeDriver(), at(device.text()).driver);
      ledger.put(device, entry.givenBack(back ? null : "its driver hasn't taken it back"));
    }
  }

  /** A group has a node only while vfio-pci has a function of it. */
  void grant(LparId id, List<Integer> groups) {
    for (var group : groups) {
      if (slots.values().stream().noneMatch(s -> s.group == group && VFIO.equals(s.driver))) {
        throw new HostException("no /dev/vfio/" + group);
      }
    }
    granted.put(id, groups);
  }

  Map<String, PciAddress> inGuest(LparId id) {
    return plugged.getOrDefault(id, Map.of());
  }

  /** What the guest of a partition has, by name. */
  public Map<String, String> guest(LparId id) {
    var devices = new TreeMap<String, String>();
    inGuest(id).forEach((name, address) -> devices.put(name, address.text()));
    return devices;
  }

  void plug(LparId id, String name, PciAddress device) {
    if (refusing.contains(id)) {
      throw new HostException("QEMU refused device_add");
    }
    var slot = at(device.text());
    assertEquals(VFIO, slot.driver, "only what vfio-pci has can be given to a guest");
    assertTrue(
        granted.getOrDefault(id, List.of()).contains(slot.group), "the group's node is closed");
    slots.values().stream()
        .filter(member -> member.group == slot.group)
        .forEach(member -> assertEquals(VFIO, member.driver, "VFIO wants the whole group"));
    plugged.forEach(
        (other, guest) ->
            assertTrue(other.equals(id) || !guest.containsValue(device), "one device, two guests"));
    plugged.computeIfAbsent(id, _ -> new TreeMap<>()).put(name, device);
  }

  void unplug(LparId id, String name) {
    if (!clinging.contains(id)) {
      plugged.getOrDefault(id, new TreeMap<>()).remove(name);
    }
  }

  /** The guest is gone, and with it what it had open. */
  void guestEnded(LparId id) {
    plugged.remove(id);
    granted.remove(id);
  }
}
