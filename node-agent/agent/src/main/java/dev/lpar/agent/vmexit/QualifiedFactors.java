package dev.lpar.agent.vmexit;

import static dev.lpar.agent.vmexit.ExitFactors.emulation;
import static dev.lpar.agent.vmexit.ExitFactors.interrupt;
import static dev.lpar.agent.vmexit.ExitFactors.other;

import dev.lpar.agent.vmexit.Qualifier.MsrClass;
import dev.lpar.agent.vmexit.Qualifier.PortClass;
import dev.lpar.agent.vmexit.Qualifier.VectorClass;
import org.jspecify.annotations.Nullable;

/**
 * Names exits by their {@link Qualifier}, where the reason alone says too little. A qualifier that
 * makes no sense for the exit is left out of account.
 */
final class QualifiedFactors {
  /**
   * Of a page fault's error code: a reserved bit was set, which is how KVM marks emulated memory.
   */
  private static final int RESERVED = 1 << 3;

  /** Of a page fault's error code: the page was there, the access wasn't allowed. */
  private static final int PRESENT = 1;

  /** Of an EPT violation's qualification: what the entry allowed; nothing, if it wasn't there. */
  private static final int EPT_ALLOWED = 0x38;

  private static final ExitFactor OTHER_EXCEPTION = other("Exception (other)");

  private QualifiedFactors() {}

  static boolean isApic(int qualifier) {
    return (qualifier & Qualifier.APIC) != 0;
  }

  /** A register of the guest's APIC, reached by MSR or through APICv and AVIC. */
  static ExitFactor apic(int qualifier) {
    return interrupt(apicRegister(qualifier));
  }

  /** The same reached by memory that is emulated: the instruction has to be decoded for it. */
  static ExitFactor apicPage(int qualifier) {
    return new ExitFactor(apicRegister(qualifier) + " (MMIO)", ExitGroup.MMIO);
  }

  /** By the offset divided by 16: Intel SDM volume 3, local APIC register address map. */
  private static String apicRegister(int qualifier) {
    return switch (qualifier & 0xff) {
      case 0x08 -> "APIC TPR";
      case 0x0b -> "APIC EOI";
      case 0x30, 0x31 -> "APIC ICR";
      case 0x3f -> "APIC SELF IPI";
      case 0x32, 0x38, 0x39, 0x3e -> "APIC timer";
      case 0x33, 0x34, 0x35, 0x36, 0x37 -> "APIC LVT";
      default -> "APIC register";
    };
  }

  /** Where the reason tells the direction. */
  static ExitFactor msr(int qualifier, boolean write) {
    if (isApic(qualifier)) {
      return apic(qualifier);
    }
    var registers = registers(qualifier);
    return registers == null ? emulation(write ? "MSR write" : "MSR read") : msr(registers, write);
  }

  /** Where the qualifier alone tells the direction. */
  static ExitFactor msr(int qualifier) {
    if (isApic(qualifier)) {
      return apic(qualifier);
    }
    var registers = registers(qualifier);
    return registers == null ? emulation("MSR access") : msr(registers, (qualifier & 1) != 0);
  }

  private static @Nullable MsrClass registers(int qualifier) {
    int number = (qualifier & 0xffff) >> 1;
    return (qualifier & Qualifier.MSR) != 0 && number < MsrClass.values().length
        ? MsrClass.values()[number]
        : null;
  }

  static ExitFactor msr(MsrClass registers, boolean write) {
    var access = write ? "MSR write" : "MSR read";
    return switch (registers) {
      case OTHER -> emulation(access + " (other)");
      case TSC_DEADLINE -> interrupt(access + " (TSC deadline)");
      case X2APIC -> interrupt(access + " (x2APIC)");
      case KVM -> emulation(access + " (KVM)");
      case SPECULATION -> emulation(access + " (speculation control)");
      case LONG_MODE -> emulation(access + " (long mode)");
      case TSC -> emulation(access + " (TSC)");
    };
  }

  static ExitFactor port(int qualifier) {
    int number = details(qualifier) >> 1;
    var known = number < PortClass.values().length;
    return switch (known ? PortClass.values()[number] : PortClass.OTHER) {
      case OTHER -> emulation("I/O port");
      case ACPI_PM_TIMER -> ExitFactors.ACPI_PM_TIMER;
      case ACPI -> emulation("I/O ACPI");
      case PIC -> emulation("I/O PIC");
      case PIT -> emulation("I/O PIT");
      case RTC -> emulation("I/O RTC");
      case PCI_CONFIG -> emulation("I/O PCI configuration");
      case SERIAL -> ExitFactors.SERIAL_PORT;
      case KEYBOARD -> emulation("I/O keyboard");
      case DELAY -> emulation("I/O delay");
      case FIRMWARE_CONFIG -> emulation("I/O fw_cfg");
    };
  }

  static ExitFactor externalInterrupt(int qualifier) {
    int number = details(qualifier);
    if (number >= VectorClass.values().length) {
      return ExitFactors.EXTERNAL_INTERRUPT;
    }
    return switch (VectorClass.values()[number]) {
      case DEVICE -> ExitFactors.DEVICE_INTERRUPT;
      case TIMER -> interrupt("External interrupt (timer)");
      case VIRTUALIZATION -> ExitFactors.POSTED_INTERRUPT;
      case SYSTEM -> interrupt("External interrupt (system)");
      case RESCHEDULE -> interrupt("External interrupt (reschedule)");
    };
  }

  /**
   * @param access 0 for a move to the register, 1 for a move from it
   */
  static ExitFactor controlRegister(int register, int access) {
    var verb = access == 0 ? " write" : " read";
    return new ExitFactor(
        switch (register) {
          case 0, 2, 3, 4, 8 -> "CR" + register + verb;
          default -> "CR" + verb + " (other)";
        },
        ExitGroup.CR_ACCESS);
  }

  /** By VMX's exit qualification for control-register accesses: Intel SDM volume 3. */
  static ExitFactor controlRegister(int qualifier) {
    int details = details(qualifier);
    return switch (details >> 4 & 3) {
      case 2 -> new ExitFactor("CLTS", ExitGroup.CR_ACCESS);
      case 3 -> new ExitFactor("LMSW", ExitGroup.CR_ACCESS);
      default -> controlRegister(details & 0xf, details >> 4 & 1);
    };
  }

  static ExitFactor nestedPageFault(int qualifier) {
    if (isApic(qualifier)) {
      return apicPage(qualifier);
    }
    int errorCode = details(qualifier);
    if ((errorCode & RESERVED) != 0) {
      return ExitFactors.NPF_MMIO;
    }
    return (errorCode & PRESENT) == 0 ? ExitFactors.NPF : ExitFactors.NPF_PROTECTION;
  }

  static ExitFactor eptViolation(int qualifier) {
    if (isApic(qualifier)) {
      return apicPage(qualifier);
    }
    return (details(qualifier) & EPT_ALLOWED) == 0
        ? ExitFactors.EPT_VIOLATION
        : ExitFactors.EPT_PROTECTION;
  }

  /** By VMX's qualifier: of an exit that reached the APIC only a page fault can be the cause. */
  static ExitFactor exception(int qualifier) {
    if (isApic(qualifier)) {
      return apicPage(qualifier);
    }
    if ((qualifier & Qualifier.MSR) != 0) {
      return OTHER_EXCEPTION;
    }
    int details = details(qualifier);
    return (details & 0xff) == 2 ? ExitFactors.NMI : exception(details & 0xff, details >> 8);
  }

  /**
   * @param errorCode of a page fault, or the qualifier of an APIC register that was reached by one
   */
  static ExitFactor exception(int vector, int errorCode) {
    return switch (vector) {
      case 0 -> other("#DE");
      case 1 -> other("#DB");
      case 3 -> other("#BP");
      case 4 -> other("#OF");
      case 5 -> other("#BR");
      case 6 -> emulation("#UD");
      case 7 -> other("#NM");
      case 8 -> other("#DF");
      case 10 -> other("#TS");
      case 11 -> other("#NP");
      case 12 -> other("#SS");
      case 13 -> emulation("#GP");
      case 14 -> pageFault(errorCode);
      case 16 -> other("#MF");
      case 17 -> other("#AC");
      case 18 -> other("#MC");
      case 19 -> other("#XM");
      case 20 -> other("#VE");
      case 21 -> other("#CP");
      case 28 -> other("#HV");
      case 29 -> other("#VC");
      case 30 -> other("#SX");
      default -> OTHER_EXCEPTION;
    };
  }

  private static ExitFactor pageFault(int qualifier) {
    if (isApic(qualifier)) {
      return apicPage(qualifier);
    }
    return (details(qualifier) & RESERVED) == 0
        ? ExitFactors.GUEST_PAGE_FAULT
        : ExitFactors.GUEST_PAGE_FAULT_MMIO;
  }

  /** What the reason itself tells; nothing, where something else came in its place. */
  private static int details(int qualifier) {
    return qualifier >>> 16 == 0 ? qualifier : 0;
  }
}
