package dev.lpar.agent.host;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import dev.lpar.agent.plan.ObservedCpus.Interrupt;
import dev.lpar.model.CpuSet;
import dev.lpar.model.PciAddress;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class InterruptsTest {
  private static final CpuSet ALL = CpuSet.parse("0-3");

  @TempDir Path folder;

  private final List<String> writes = new ArrayList<>();
  private String refusal;
  private long now;
  private Interrupts interrupts;

  @BeforeEach
  void aBladeWithADisk() throws IOException {
    var kernel =
        new KernelFiles() {
          @Override
          public void write(Path file, String text) throws IOException {
            if (refusal != null) {
              throw new IOException(refusal);
            }
            writes.add(file.getParent().getFileName() + " " + text);
            Files.writeString(file, text);
          }

          @Override
          public void makeFolder(Path made) {
            throw new AssertionError(made);
          }
        };
    interrupts = new Interrupts(folder.resolve("sys"), folder.resolve("proc"), kernel, () -> now);
    interrupt(24, "nvme0q0", "rw-r--r--");
  }

  private void interrupt(int number, String action, String permissions) throws IOException {
    var affinity = folder.resolve("proc/irq/" + number + "/smp_affinity_list");
    Files.createDirectories(affinity.getParent());
    Files.writeString(affinity, ALL + "\n");
    Files.setPosixFilePermissions(affinity, PosixFilePermissions.fromString(permissions));
    var actions = folder.resolve("sys/kernel/irq/" + number + "/actions");
    Files.createDirectories(actions.getParent());
    Files.writeString(actions, action + "\n");
  }

  private void later() {
    now += Duration.ofSeconds(11).toNanos();
  }

  private static Interrupt nvme(CpuSet cpus) {
    return new Interrupt(24, "nvme0q0", cpus, null);
  }

  @Test
  void thoseWithAHandlerThatCanBeSteeredAreTold() throws IOException {
    interrupt(9, "acpi", "rw-r--r--");
    interrupt(10, "", "rw-r--r--");
    interrupt(0, "timer", "r--r--r--");
    Files.writeString(folder.resolve("proc/irq/default_smp_affinity"), "f\n");
    assertEquals(List.of(new Interrupt(9, "acpi", ALL, null), nvme(ALL)), interrupts.all());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          vfio-intx(0000:3b:00.0)      | 0000:3b:00.0
          vfio-msi[0](0000:3b:00.1)    | 0000:3b:00.1
          vfio-msix[12](0001:3b:00.0)  | 0001:3b:00.0
          """)
  void ofAPassThroughDeviceTheAddressIsTold(String name, String address) throws IOException {
    interrupt(40, name, "rw-r--r--");
    assertEquals(new PciAddress(address), interrupts.all().getLast().device());
  }

  @ParameterizedTest
  @CsvSource({"vfio-ccw", "eth0-vfio-msi[0](0000:3b:00.1)", "vfio-msi[0](pci)"})
  void whatOnlyLooksLikeOneIsTheHosts(String name) throws IOException {
    interrupt(40, name, "rw-r--r--");
    assertNull(interrupts.all().getLast().device());
  }

  @Test
  void oneIsSteeredAndSeenSoAtOnce() {
    assertEquals(List.of(nvme(ALL)), interrupts.all());
    interrupts.steer(Map.of(24, CpuSet.of(0)));
    assertEquals(List.of("24 0"), writes);
    assertEquals(List.of(nvme(CpuSet.of(0))), interrupts.all());
  }

  @Test
  void oneThatTheKernelRefusedToSteerIsLeftAndNotToldOfAgain() throws IOException {
    refusal = "Input/output error";
    interrupts.steer(Map.of(24, CpuSet.of(0)));
    assertEquals(List.of(), interrupts.all());
    interrupt(24, "eth0", "rw-r--r--");
    later();
    assertEquals(
        List.of(new Interrupt(24, "eth0", ALL, null)),
        interrupts.all(),
        "another one under its number is another");
  }

  @Test
  void oneThatIsGoneIsNoError() {
    refusal = "there is no such file";
    interrupts.steer(Map.of(99, CpuSet.of(0)));
    assertEquals(List.of(nvme(ALL)), interrupts.all());
  }

  @Test
  void theyAreReadAnewOnceTheyAreOld() throws IOException {
    assertEquals(1, interrupts.all().size());
    interrupt(25, "nvme0q1", "rw-r--r--");
    assertEquals(1, interrupts.all().size());
    later();
    assertEquals(2, interrupts.all().size());
  }
}
