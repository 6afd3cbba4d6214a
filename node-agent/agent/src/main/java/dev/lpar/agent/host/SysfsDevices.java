package dev.lpar.agent.host;

import dev.lpar.agent.plan.HeldDevice;
import dev.lpar.agent.plan.PciFunction;
import dev.lpar.model.PciAddress;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * PCI functions in sysfs (Documentation/ABI/testing/sysfs-bus-pci,
 * Documentation/driver-api/vfio.rst).
 */
public final class SysfsDevices implements Devices {
  private static final String VFIO = "vfio-pci";

  /** A driver that lets go does so at once, but for one that writes out what it has first. */
  private static final Duration UNBIND_LIMIT = Duration.ofSeconds(10);

  /** Drivers may probe behind the caller's back. */
  private static final Duration PROBE_LIMIT = Duration.ofSeconds(5);

  /** ENOTTY, in the C library's words. */
  private static final String NOT_ALONE = "Inappropriate ioctl for device";

  private static final Duration LOOK_AGAIN = Duration.ofMillis(20);

  private final Path pci;
  private final DeviceLedger ledger;
  private final Looks looks;
  private final SysfsVirtualFunctions virtualFunctions;
  private final PatientWrite unbinding = new PatientWrite(UNBIND_LIMIT);

  /**
   * What is looked at anew in the moment of binding.
   *
   * @param functions the inventory, read now
   * @param holder which process has a node of the function open, in words
   * @param loadModule has the blade load a kernel module
   */
  public record Looks(
      Supplier<List<PciFunction>> functions,
      Function<PciAddress, Optional<String>> holder,
      Loader loadModule) {}

  /** Loads a kernel module of the blade. */
  public interface Loader {
    void load(String module) throws IOException;
  }

  /**
   * @param sys a sysfs that can be written to
   * @param ledger folder that a reboot empties
   */
  public SysfsDevices(Path sys, Path ledger, Looks looks) {
    this.pci = sys.resolve("bus/pci");
    this.ledger = new DeviceLedger(ledger);
    this.looks = looks;
    this.virtualFunctions =
        new SysfsVirtualFunctions(pci.resolve("devices"), this.ledger, looks.holder());
  }

  @Override
  public Map<PciAddress, HeldDevice> held() {
    return ledger.entries();
  }

  @Override
  public PciFunction refresh(PciFunction function) {
    return function.boundTo(driver(function.address()), overrideOf(function.address()));
  }

  @Override
  public Optional<String> holder(PciAddress device) {
    return looks.holder().apply(device);
  }

  // Partitions' lanes and the blade's meet here: to look and to write is one act.
  @Override
  public synchronized void hold(HeldDevice entry) {
    var present = ledger.entries().get(entry.address());
    if (present != null
        && present.partition() != null
        && !present.partition().equals(entry.partition())) {
      throw new HostException(
          entry.address() + " is held for the partition " + present.partition());
    }
    ledger.write(entry);
  }

  @Override
  public synchronized void forget(HeldDevice entry) {
    if (entry.equals(ledger.entries().get(entry.address()))) {
      ledger.remove(entry.address());
    }
  }

  @Override
  public void override(PciAddress device, @Nullable String driver) {
    // An empty line takes the override away.
    write(folder(device).resolve("driver_override"), driver == null ? "\n" : driver);
  }

  @Override
  public void takeFromHost(PciAddress device, String driver) {
    if (!driver.equals(driver(device))) {
      return;
    }
    var use =
        looks.functions().get().stream()
            .filter(function -> function.address().equals(device))
            .map(PciFunction::hostUse)
            .filter(Objects::nonNull)
            .findFirst();
    if (use.isPresent()) {
      throw new HostException("the host needs " + device + ": " + use.get());
    }
    var holder = holder(device);
    if (holder.isPresent()) {
      throw new HostException(device + ": " + holder.get());
    }
    unbind(device, driver);
  }

  @Override
  public void takeFromVfio(PciAddress device) {
    if (VFIO.equals(driver(device))) {
      unbind(device, VFIO);
    }
  }

  @Override
  public void setVirtualFunctions(PciAddress device, int count) {
    virtualFunctions.set(device, count);
  }

  private void unbind(PciAddress device, String driver) {
    var file = pci.resolve("drivers").resolve(driver).resolve("unbind");
    try {
      if (!unbinding.write(file, device.text())) {
        throw new HostException(
            "the driver %s hasn't let go of %s for %d s; %s"
                .formatted(
                    driver,
                    device,
                    UNBIND_LIMIT.toSeconds(),
                    holder(device).orElse("no process is seen to have it open")));
      }
    } catch (IOException e) {
      if (driver.equals(driver(device))) {
        throw failed("take " + device + " from " + driver, e);
      }
    }
  }

  @Override
  public void probe(PciAddress device) {
    boolean forVfio = VFIO.equals(overrideOf(device));
    if (forVfio && !Files.isDirectory(pci.resolve("drivers").resolve(VFIO))) {
      load(VFIO);
    }
    if (driver(device) == null) {
      write(pci.resolve("drivers_probe"), device.text());
    }
    if (forVfio && !awaitDriver(device, VFIO)) {
      throw new HostException(
          "vfio-pci doesn't take %s: its driver is %s; the blade's kernel log may say why"
              .formatted(device, Objects.requireNonNullElse(driver(device), "none")));
    }
  }

  private void load(String module) {
    try {
      looks.loadModule().load(module);
    } catch (IOException e) {
      throw failed("load the module " + module + " (on the blade: modprobe " + module + ")", e);
    }
  }

  @Override
  public void reset(PciAddress device) {
    var file = folder(device).resolve("reset");
    String problem = null;
    try {
      Files.writeString(file, "1");
    } catch (IOException e) {
      // One that shares its bus with others can't be reset alone: VFIO does it with them all.
      boolean alone = String.valueOf(e.getMessage()).endsWith(NOT_ALONE);
      problem = alone ? null : "it can't be reset: " + e.getMessage();
    }
    var entry = ledger.entries().get(device);
    if (entry != null && !Objects.equals(entry.problem(), problem)) {
      ledger.write(entry.withProblem(problem));
    }
  }

  @Override
  public void giveBack(PciAddress device) {
    var entry = ledger.entries().get(device);
    if (entry != null) {
      var driver = entry.nativeDriver();
      ledger.write(
          entry.givenBack(
              awaitDriver(device, driver)
                  ? null
                  : "its driver %s hasn't taken it back (it has %s): the blade's kernel log says why; to try again there: echo %s >/sys/bus/pci/drivers_probe"
                      .formatted(
                          Objects.requireNonNullElse(driver, "none"),
                          Objects.requireNonNullElse(driver(device), "none"),
                          device)));
    }
  }

  private boolean awaitDriver(PciAddress device, @Nullable String driver) {
    long end = System.nanoTime() + PROBE_LIMIT.toNanos();
    while (!Objects.equals(driver, driver(device))) {
      if (System.nanoTime() - end > 0) {
        return false;
      }
      try {
        Thread.sleep(LOOK_AGAIN);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return false;
      }
    }
    return true;
  }

  private @Nullable String driver(PciAddress device) {
    try {
      return Files.readSymbolicLink(folder(device).resolve("driver")).getFileName().toString();
    } catch (IOException e) {
      return null;
    }
  }

  private @Nullable String overrideOf(PciAddress device) {
    try {
      var text = Files.readString(folder(device).resolve("driver_override")).strip();
      return text.isEmpty() || text.equals("(null)") ? null : text;
    } catch (IOException e) {
      return null;
    }
  }

  private Path folder(PciAddress device) {
    return pci.resolve("devices").resolve(device.text());
  }

  private static void write(Path file, String text) {
    try {
      Files.writeString(file, text);
    } catch (IOException e) {
      throw failed("write " + text.strip() + " to " + file, e);
    }
  }

  private static HostException failed(String what, IOException e) {
    return new HostException("can't " + what + ": " + e.getMessage(), e);
  }
}
