package dev.lpar.agent.execute;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lpar.agent.host.FakeDevices;
import dev.lpar.agent.plan.Attachment;
import dev.lpar.agent.plan.HostPlan;
import dev.lpar.model.LparId;
import dev.lpar.model.PciAddress;

/** A card and a card of two functions, which have one IOMMU group, in a blade. */
final class Cards {
  static final String ONE = "0000:01:00.0";
  static final String TWO = "0000:02:00.0";
  static final String TWIN = "0000:02:00.1";

  private final FakeDevices devices;

  Cards(FakeDevices devices) {
    this.devices = devices;
    devices.add(ONE, "S1", 1, "nvme");
    devices.add(TWO, "S2", 2, "nvme");
    devices.add(TWIN, "S3", 2, "nvme");
  }

  static Attachment attachment(HostPlan plan, LparId id) {
    return Rig.report(plan, id).devices().getFirst();
  }

  void assertWithHost(String address) {
    assertEquals("nvme", devices.at(address).driver, address);
    assertNull(devices.at(address).override, address);
    assertTrue(!devices.held().containsKey(new PciAddress(address)), address + " is forgotten");
  }
}
