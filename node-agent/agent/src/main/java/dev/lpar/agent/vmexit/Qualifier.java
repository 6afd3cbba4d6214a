package dev.lpar.agent.vmexit;

/**
 * What an exit's details come to, so that a guest can't make more kinds of exits than there is room
 * for: ports, vectors and model-specific registers by class, the rest by the few bits that matter.
 * The counter's programs compute it in the kernel, the classification reads it.
 *
 * <ul>
 *   <li>I/O (VMX 30, SVM 0x7b): {@code port class << 1 | in}
 *   <li>MSR access (VMX 31 and 32, SVM 0x7c), once KVM's handler told the register: {@code MSR |
 *       class << 1 | write}
 *   <li>any exit during which KVM's local APIC was read or written: {@code APIC | register >> 4}
 *   <li>external interrupt (VMX 1): {@link VectorClass}
 *   <li>exception or NMI (VMX 0): vector, and for a page fault {@code 14 | (error code & 0x1f) <<
 *       8}
 *   <li>CR access (VMX 28): bits 5:0 of the exit qualification: register in 3:0, in 5:4 whether it
 *       was mov to (0), mov from (1), clts (2), lmsw (3)
 *   <li>page fault (SVM 0x4e) and nested page fault (SVM 0x400): bits 4:0 of the error code
 *   <li>EPT violation (VMX 48): bits 5:0 of the exit qualification
 *   <li>APIC access and APIC write (VMX 44, 56), unaccelerated AVIC access (SVM 0x402): {@code APIC
 *       | offset >> 4}
 * </ul>
 */
public final class Qualifier {
  /** Set where the lower bits tell an MSR's class and the direction. */
  public static final int MSR = 0x10000;

  /** Set where the lower bits tell an APIC register, its offset divided by 16. */
  public static final int APIC = 0x20000;

  private Qualifier() {}

  /** Classes of I/O ports. */
  public enum PortClass {
    OTHER,
    /** The PM timer of the ACPI block where QEMU's chipsets have it: 0x608 and 0xb008. */
    ACPI_PM_TIMER,
    /** The rest of the ACPI block: 0x600 to 0x67f. */
    ACPI,
    PIC,
    PIT,
    RTC,
    PCI_CONFIG,
    SERIAL,
    KEYBOARD,
    /** Port 0x80, written to for a short wait. */
    DELAY,
    /** QEMU's fw_cfg: 0x510 to 0x51b. */
    FIRMWARE_CONFIG;

    public static PortClass of(int port) {
      if (port >= 0x608 && port <= 0x60b || port >= 0xb008 && port <= 0xb00b) {
        return ACPI_PM_TIMER;
      }
      if (port >= 0x600 && port <= 0x67f) {
        return ACPI;
      }
      if (port == 0x20
          || port == 0x21
          || port == 0xa0
          || port == 0xa1
          || port == 0x4d0
          || port == 0x4d1) {
        return PIC;
      }
      if (port >= 0x40 && port <= 0x43 || port == 0x61) {
        return PIT;
      }
      if (port == 0x70 || port == 0x71) {
        return RTC;
      }
      if (port >= 0xcf8 && port <= 0xcff) {
        return PCI_CONFIG;
      }
      if (port >= 0x3f8 && port <= 0x3ff || port >= 0x2f8 && port <= 0x2ff) {
        return SERIAL;
      }
      if (port == 0x60 || port == 0x64) {
        return KEYBOARD;
      }
      if (port == 0x80) {
        return DELAY;
      }
      if (port >= 0x510 && port <= 0x51b) {
        return FIRMWARE_CONFIG;
      }
      return OTHER;
    }
  }

  /** Classes of model-specific registers. */
  public enum MsrClass {
    OTHER,
    /** 0x6e0. */
    TSC_DEADLINE,
    /** 0x800 to 0x8ff. */
    X2APIC,
    /** 0x4b564d00 to 0x4b564dff, and 0x11 and 0x12: KVM's own, such as kvm-clock. */
    KVM,
    /** 0x48 and 0x49: SPEC_CTRL, PRED_CMD. */
    SPECULATION,
    /** 0xc0000080 to 0xc0000103: EFER, system calls, bases of FS and GS, TSC_AUX. */
    LONG_MODE,
    /** 0x10 and 0x3b: the time stamp counter and its adjustment. */
    TSC
  }

  /** Classes of the host's interrupt vectors on x86 (arch/x86/include/asm/irq_vectors.h). */
  public enum VectorClass {
    /** Devices: under 0xec. */
    DEVICE,
    /** The local APIC's timer: 0xec. */
    TIMER,
    /** 0xed to 0xf3: posted interrupts' and hypervisors'. */
    VIRTUALIZATION,
    /** 0xf4 to 0xff but 0xfd: calls of other CPUs, errors, performance counters. */
    SYSTEM,
    /** 0xfd: another CPU asks for the scheduler. */
    RESCHEDULE;

    public static VectorClass of(int vector) {
      if (vector == 0xfd) {
        return RESCHEDULE;
      }
      if (vector >= 0xf4) {
        return SYSTEM;
      }
      if (vector >= 0xed) {
        return VIRTUALIZATION;
      }
      return vector == 0xec ? TIMER : DEVICE;
    }
  }
}
