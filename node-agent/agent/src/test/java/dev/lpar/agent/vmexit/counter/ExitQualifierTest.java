package dev.lpar.agent.vmexit.counter;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import dev.lpar.agent.vmexit.ExitKey;
import dev.lpar.agent.vmexit.Isa;
import dev.lpar.agent.vmexit.Qualifier;
import dev.lpar.agent.vmexit.Qualifier.MsrClass;
import dev.lpar.agent.vmexit.Qualifier.PortClass;
import dev.lpar.agent.vmexit.Qualifier.VectorClass;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** What the programs in the kernel make of an exit's details, on both instruction sets. */
class ExitQualifierTest {
  private static final int CPUID = 0x72;

  private final CountedGuest guest = new CountedGuest(CounterLayout.MOST_TALLIES);

  private ExitKey counted() {
    assertEquals(1, guest.tallies().size(), () -> guest.tallies().toString());
    return guest.tallies().keySet().iterator().next().exit();
  }

  private static int port(PortClass name, int in) {
    return name.ordinal() << 1 | in;
  }

  private static Stream<Arguments> qualified() {
    return Stream.of(
        arguments("CPUID", Isa.VMX, 10, 0x7fffL, 0, 0, 0),
        arguments("#UD", Isa.VMX, 0, 0L, 0x80000306, 0, 6),
        arguments("#PF, of a write by the user", Isa.VMX, 0, 0L, 0x80000b0e, 0x7, 14 | 7 << 8),
        arguments(
            "#PF, bits that don't matter", Isa.VMX, 0, 0L, 0x80000b0e, 0x8015, 14 | 0x15 << 8),
        arguments("timer", Isa.VMX, 1, 0L, 0x800000ec, 0, VectorClass.TIMER.ordinal()),
        arguments("rescheduling", Isa.VMX, 1, 0L, 0x800000fd, 0, VectorClass.RESCHEDULE.ordinal()),
        arguments("a device", Isa.VMX, 1, 0L, 0x80000031, 0, VectorClass.DEVICE.ordinal()),
        arguments("mov to cr3 from rdx", Isa.VMX, 28, 0x203L, 0, 0, 0x03),
        arguments("mov from cr8", Isa.VMX, 28, 0x18L, 0, 0, 0x18),
        arguments("clts", Isa.VMX, 28, 0x20L, 0, 0, 0x20),
        arguments(
            "in from the PM timer",
            Isa.VMX,
            30,
            0x0608_000bL,
            0,
            0,
            port(PortClass.ACPI_PM_TIMER, 1)),
        arguments("out to COM1", Isa.VMX, 30, 0x03f8_0000L, 0, 0, port(PortClass.SERIAL, 0)),
        arguments(
            "a failed entry's flag",
            Isa.VMX,
            0x8000_0000 | 30,
            0x0cf8_0003L,
            0,
            0,
            port(PortClass.PCI_CONFIG, 0)),
        arguments("EOI at the APIC page", Isa.VMX, 44, 0x10b0L, 0, 0, Qualifier.APIC | 0x0b),
        arguments("APIC write", Isa.VMX, 56, 0x300L, 0, 0, Qualifier.APIC | 0x30),
        arguments("EPT violation", Isa.VMX, 48, 0x1a2L, 0, 0, 0x22),
        arguments("in from the RTC", Isa.SVM, 0x7b, 0x0071_0221L, 0, 0, port(PortClass.RTC, 1)),
        arguments("out to port 0x80", Isa.SVM, 0x7b, 0x0080_0210L, 0, 0, port(PortClass.DELAY, 0)),
        arguments("#PF", Isa.SVM, 0x4e, 0xffff_0007L, 0, 0, 0x07),
        arguments("NPF", Isa.SVM, 0x400, 0x1_0000_000fL, 0, 0, 0x0f),
        arguments("AVIC", Isa.SVM, 0x402, 0x1_0000_0380L, 0, 0, Qualifier.APIC | 0x38),
        arguments("mov to cr3", Isa.SVM, 0x13, 0x8000_0001L, 0, 0, 0));
  }

  @ParameterizedTest(name = "{1}: {0}")
  @MethodSource
  void qualified(
      String what, Isa isa, int reason, long info, int interrupt, int error, int qualifier) {
    guest.exit(0, isa, reason, info, interrupt, error);
    guest.enter();
    assertEquals(new ExitKey(isa, Integer.toUnsignedLong(reason), qualifier), counted(), what);
  }

  @Test
  void eachPortAndEachVectorHasItsClass() {
    for (int port = 0; port < 0x10000; port += 7) {
      guest.exit(0, Isa.SVM, 0x7b, (long) port << 16 | 1, 0, 0);
      var entry = guest.machine.entry(CounterLayout.VCPUS, CountedGuest.place(4712, 0));
      assertEquals(
          port(PortClass.of(port), 1),
          entry.getInt(CounterLayout.KEY_QUALIFIER) & 0xffffff,
          Integer.toHexString(port));
    }
    for (int vector = 0; vector < 256; vector++) {
      guest.exit(0, Isa.VMX, 1, 0, 0x80000000 | vector, 0);
      var entry = guest.machine.entry(CounterLayout.VCPUS, CountedGuest.place(4712, 0));
      assertEquals(
          VectorClass.of(vector).ordinal(), entry.getInt(CounterLayout.KEY_QUALIFIER) & 0xffffff);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "0x6e0, TSC_DEADLINE",
    "0x7ff, OTHER",
    "0x800, X2APIC",
    "0x8ff, X2APIC",
    "0x900, OTHER",
    "0x4b564cff, OTHER",
    "0x4b564d00, KVM",
    "0x4b564dff, KVM",
    "0x4b564e00, OTHER",
    "0x10, TSC",
    "0x11, KVM",
    "0x12, KVM",
    "0x13, OTHER",
    "0x3b, TSC",
    "0x47, OTHER",
    "0x48, SPECULATION",
    "0x49, SPECULATION",
    "0x4a, OTHER",
    "0xc000007f, OTHER",
    "0xc0000080, LONG_MODE",
    "0xc0000103, LONG_MODE",
    "0xc0000104, OTHER",
    "0xffffffff, OTHER"
  })
  void anMsrHasItsClass(String number, MsrClass name) {
    for (int write = 0; write < 2; write++) {
      guest.exit(0, Isa.SVM, 0x7c, write, 0, 0);
      guest.hit(
          "kvm_msr",
          guest
              .record()
              .putInt(8, write)
              .putInt(12, Integer.parseUnsignedInt(number.substring(2), 16)));
      var entry = guest.machine.entry(CounterLayout.VCPUS, CountedGuest.place(4712, 0));
      assertEquals(
          Isa.SVM.number() << CounterLayout.ISA_SHIFT | Qualifier.MSR | name.ordinal() << 1 | write,
          entry.getInt(CounterLayout.KEY_QUALIFIER));
    }
  }

  @Test
  void theApicsRegisterSaysMoreThanTheMsrItWasReachedBy() {
    guest.exit(0, Isa.SVM, 0x7c, 1, 0, 0);
    guest.hit("kvm_apic", guest.record().putInt(8, 1).putInt(12, 0xb0));
    guest.hit("kvm_msr", guest.record().putInt(8, 1).putInt(12, 0x80b));
    guest.enter();
    assertEquals(new ExitKey(Isa.SVM, 0x7c, Qualifier.APIC | 0x0b), counted());
  }

  @Test
  void whatIsToldAfterTheEntryIsOfNoExit() {
    guest.exit(CPUID);
    guest.enter();
    guest.hit("kvm_apic", guest.record().putInt(12, 0xb0));
    guest.hit("kvm_msr", guest.record().putInt(12, 0x10));
    guest.exit(CPUID);
    guest.enter();
    assertEquals(new ExitKey(Isa.SVM, CPUID, 0), counted());
  }

  @Test
  void anUnknownReasonIsCountedAsItIs() {
    guest.exit(0, Isa.VMX, 0x1234, 0, 0, 0);
    guest.enter();
    assertEquals(new ExitKey(Isa.VMX, 0x1234, 0), counted());
  }
}
