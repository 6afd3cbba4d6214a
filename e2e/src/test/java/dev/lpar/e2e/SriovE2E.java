package dev.lpar.e2e;

import static dev.lpar.e2e.Lab.await;
import static dev.lpar.e2e.Lab.onBlade;
import static dev.lpar.e2e.Partition.smallGuest;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lpar.api.v1alpha1.AttachmentReason;
import dev.lpar.api.v1alpha1.PassthroughDevice;
import dev.lpar.api.v1alpha1.Phase;
import org.junit.jupiter.api.Test;

/** A virtual function is a device like others; the physical one stays with the host. */
class SriovE2E {
  private static final String SERIAL_NUMBER = "lpar-sriov";

  /**
   * Gives the first virtual function of an NVMe controller two queues and an interrupt and switches
   * it on, as {@code nvme virt-mgmt} does (NVM Express Base Specification, 8.2.6). Prints where it
   * sits.
   */
  private static final String SWITCH_ON =
      """
      cd /sys/bus/pci/devices/%s
      manage() {
        perl -e '
          my ($device, $action) = @ARGV;
          open my $controller, "+<", $device or die "$device: $!\\n";
          # struct nvme_passthru_cmd: opcode 1ch, words 10 and 11
          my $command = pack "C2 S L3 Q2 L10", 0x1c, (0) x 9, hex $action, $ARGV[2], (0) x 6;
          ioctl $controller, 0xc0484e41, $command or die "virtualization management $action: $!\\n"' \\
          /dev/$(ls nvme) "$@"
      }
      manage 10008 2
      manage 10108 1
      echo 1 >virtfn0/reset
      manage 10009 0
      basename $(readlink virtfn0)""";

  private final Device physical = Device.nvme(SERIAL_NUMBER);

  /** An attribute of the physical function, as its driver has it. */
  private String read(String attribute) {
    return onBlade("cat /sys/bus/pci/devices/%s/%s".formatted(physical.address(), attribute));
  }

  /** Whether a driver of the host takes virtual functions as they are made. */
  private void probe(boolean automatically) {
    onBlade(
        "echo %d >/sys/bus/pci/devices/%s/sriov_drivers_autoprobe"
            .formatted(automatically ? 1 : 0, physical.address()));
  }

  private void divideInto(String number) {
    physical.patch("{\"spec\":{\"virtualFunctions\":" + number + "}}");
  }

  @Test
  void aGuestHasAVirtualFunctionWhoseControllerTheHostKeeps() {
    onBlade("echo 'one namespace for all' >" + physical.blockDevice(SERIAL_NUMBER));
    probe(false);
    divideInto("1");
    physical.awaitCondition("VirtualFunctions", "True", "AsAsked");
    var virtual = new Device(onBlade(SWITCH_ON.formatted(physical.address())));
    physical.offer();
    var kept = physical.awaitCondition("Assignable", "False", "HostCritical");
    assertTrue(kept.getMessage().contains("virtual function"), kept.getMessage());

    virtual.offer();
    var name = virtual.name();
    var partition = Partition.apply(smallGuest("virtual", "", virtual.claim()));
    partition.awaitPhase(Phase.RUNNING);
    var attached = partition.awaitDevices(AttachmentReason.ATTACHED, 1).getFirst();
    assertEquals(virtual.address(), attached.address());
    assertEquals("nvme", physical.driver());
    partition.awaitConsole("LPAR-GUEST ready");
    assertEquals("one namespace for all", partition.inGuest("head -n 1 /dev/nvme0n1"));
    assertEquals("1", partition.inGuest("cat /sys/class/nvme/nvme0/cntlid"));

    divideInto("2");
    var refused = physical.awaitCondition("VirtualFunctions", "False", "VirtualFunctionsClaimed");
    assertEquals(
        "%s is claimed by %s/virtual: the number changes when no partition has one"
            .formatted(name, Lab.NAMESPACE),
        refused.getMessage());
    assertEquals("1", read("sriov_numvfs"));
    assertEquals("one namespace for all", partition.inGuest("head -n 1 /dev/nvme0n1"));
    divideInto("1");
    physical.awaitCondition("VirtualFunctions", "True", "AsAsked");

    partition.delete();
    virtual.awaitNative("");
    virtual.withdraw();
    divideInto("0");
    await("no virtual function is left", () -> read("sriov_numvfs"), "0"::equals);
    await(
        "no object for a device that nobody declared and that is gone",
        () -> Lab.CLIENT.resources(PassthroughDevice.class).withName(name).get() == null,
        gone -> gone);
    divideInto("null");
    probe(true);
    physical.awaitCondition("Assignable", "True", "Offered");
    physical.withdraw();
  }
}
