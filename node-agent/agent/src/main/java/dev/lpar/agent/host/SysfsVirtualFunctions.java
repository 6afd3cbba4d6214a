package dev.lpar.agent.host;

import dev.lpar.model.PciAddress;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/** Virtual functions in sysfs (Documentation/PCI/pci-iov-howto.rst). */
final class SysfsVirtualFunctions {
  /** A driver makes them, and others may probe each, before the write ends. */
  private static final Duration LIMIT = Duration.ofSeconds(10);

  private final Path devices;
  private final DeviceLedger ledger;
  private final Function<PciAddress, Optional<String>> holder;
  private final PatientWrite changing = new PatientWrite(LIMIT);

  private record Change(PciAddress device) {
    @Override
    public String toString() {
      return "sriov_numvfs of " + device;
    }
  }

  /**
   * @param holder which process has a node of a function open, in words
   */
  SysfsVirtualFunctions(
      Path devices, DeviceLedger ledger, Function<PciAddress, Optional<String>> holder) {
    this.devices = devices;
    this.ledger = ledger;
    this.holder = holder;
  }

  /** Of one function one change at a time: a further one waits for that which is on its way. */
  void set(PciAddress device, int count) {
    try {
      if (!changing.finish(new Change(device), () -> change(device, count))) {
        throw new HostException(
            "the number of virtual functions of %s is being changed for %d s; the blade's kernel log may say why"
                .formatted(device, LIMIT.toSeconds()));
      }
    } catch (IOException e) {
      throw new HostException(
          "can't have %s have %d virtual functions: %s".formatted(device, count, e.getMessage()),
          e);
    }
  }

  private void change(PciAddress device, int count) throws IOException {
    var present = present(device);
    if (present.size() == count) {
      return;
    }
    refuseIfHeld(device);
    if (!Files.exists(devices.resolve(device.text()).resolve("driver"))) {
      throw new HostException(
          "no driver has " + device + ", and it is its driver that makes virtual functions");
    }
    for (var virtual : present) {
      refuseIfHeld(virtual);
      holder
          .apply(virtual)
          .ifPresent(
              who -> {
                throw new HostException("the virtual function " + virtual + ": " + who);
              });
    }
    var file = devices.resolve(device.text()).resolve("sriov_numvfs");
    if (!present.isEmpty()) {
      // From one number to another the kernel goes by way of none.
      Files.writeString(file, "0");
    }
    if (count > 0) {
      Files.writeString(file, Integer.toString(count));
    }
  }

  private void refuseIfHeld(PciAddress function) {
    var entry = ledger.entries().get(function);
    if (entry != null && entry.partition() != null) {
      throw new HostException(function + " is held for the partition " + entry.partition());
    }
  }

  /** By the links to them: sriov_numvfs can't be read while it is being written. */
  private List<PciAddress> present(PciAddress device) throws IOException {
    var present = new ArrayList<PciAddress>();
    try (var links = Files.newDirectoryStream(devices.resolve(device.text()), "virtfn*")) {
      for (var link : links) {
        present.add(new PciAddress(Files.readSymbolicLink(link).getFileName().toString()));
      }
    }
    return present;
  }
}
