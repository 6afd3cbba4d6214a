package dev.lpar.agent.host;

import static dev.lpar.agent.host.CgroupBlade.HOST;
import static dev.lpar.agent.host.CgroupBlade.ONLINE;
import static dev.lpar.agent.host.CgroupBlade.write;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lpar.agent.systemd.FakeTransientUnits;
import dev.lpar.model.CpuSet;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The host's own work is kept to its CPUs, and set free. */
class CgroupHostTest {
  private FakeCgroups kernel;
  private FakeTransientUnits units;
  private CgroupCpus cpus;

  @BeforeEach
  void aBladeWithOneGuest(@TempDir Path folder) {
    var blade = new CgroupBlade(folder);
    kernel = blade.kernel;
    units = blade.units;
    cpus = blade.cpus;
  }

  @Test
  void theHostsSlicesAreConfinedAndSetFree() throws IOException {
    assertEquals(CpuSet.EMPTY, cpus.look().host());
    cpus.confineHost(HOST);
    assertEquals(new TreeMap<>(Map.of("init.scope", HOST, "system.slice", HOST)), units.confined);
    confined();
    assertEquals(HOST, cpus.look().host());
    units.confined.clear();
    cpus.confineHost(HOST);
    assertEquals(Map.of(), units.confined);

    kernel.group(kernel.slice().resolveSibling("kubepods.slice"));
    assertEquals(ONLINE, cpus.look().host(), "one slice may run anywhere");
    cpus.confineHost(HOST);
    assertEquals(Map.of("kubepods.slice", HOST), units.confined);
    confined();

    cpus.confineHost(CpuSet.EMPTY);
    confined();
    assertEquals(CpuSet.EMPTY, cpus.look().host());
    assertEquals(ONLINE, units.confined.get("system.slice"), "the kernel takes no empty set");
  }

  @Test
  void podsOfAKubeletThatDoesWithoutSystemdAreConfinedInTheirOwnGroup() {
    var pods = kernel.slice().resolveSibling("kubepods");
    cpus.confineHost(HOST);
    confined();
    kernel.group(pods);
    assertEquals(ONLINE, cpus.look().host());
    units.confined.clear();
    cpus.confineHost(HOST);
    assertEquals(Map.of(), units.confined, "systemd doesn't know the group");
    assertEquals(HOST, kernel.effective("kubepods"));
    assertEquals(HOST, cpus.look().host());
    cpus.confineHost(CpuSet.EMPTY);
    assertEquals(ONLINE, kernel.effective("kubepods"));
    kernel.refuse("cpuset.cpus", "Device or resource busy");
    var refusal = assertThrows(HostException.class, () -> cpus.confineHost(HOST));
    assertTrue(
        refusal.getMessage().startsWith("can't keep kubepods to the CPUs 0: can't write \"0\" to "),
        refusal.getMessage());
  }

  private void confined() {
    units.confined.forEach(
        (name, set) ->
            write(kernel.slice().resolveSibling(name).resolve("cpuset.cpus"), set.toString()));
  }
}
