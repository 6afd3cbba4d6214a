package dev.lpar.agent.vmexit;

import static dev.lpar.agent.vmexit.ExitGroup.ACPI_TIMER;
import static dev.lpar.agent.vmexit.ExitGroup.HALT;
import static dev.lpar.agent.vmexit.ExitGroup.INSTRUCTION_EMULATION;
import static dev.lpar.agent.vmexit.ExitGroup.INTERRUPT;
import static dev.lpar.agent.vmexit.ExitGroup.MMIO;
import static dev.lpar.agent.vmexit.ExitGroup.MMU;
import static dev.lpar.agent.vmexit.ExitGroup.OTHER;
import static dev.lpar.agent.vmexit.ExitGroup.PAGE_FAULT;

/**
 * Names exits, in the vendors' terms. The names are labels of metrics and entries of the status:
 * they stay as they are, belong to one group each, and a guest can't add to them.
 * docs/reference/vm-exits.md explains each.
 */
public final class ExitFactors {
  // What both instruction sets have, and what the advisor looks for.
  static final ExitFactor ACPI_PM_TIMER = new ExitFactor("I/O ACPI PM timer", ACPI_TIMER);
  static final ExitFactor BUS_LOCK = other("Bus lock");
  static final ExitFactor CPUID = emulation("CPUID");
  static final ExitFactor CR3_READ = new ExitFactor("CR3 read", ExitGroup.CR_ACCESS);
  static final ExitFactor CR3_WRITE = new ExitFactor("CR3 write", ExitGroup.CR_ACCESS);
  static final ExitFactor DESCRIPTOR_TABLE = emulation("Descriptor table access");
  static final ExitFactor DR_ACCESS = emulation("DR access");
  static final ExitFactor EPT_MISCONFIGURATION = new ExitFactor("EPT misconfiguration", MMIO);
  static final ExitFactor EPT_VIOLATION = mmu("EPT violation");
  static final ExitFactor EPT_PROTECTION = mmu("EPT violation (protection)");
  static final ExitFactor EXTERNAL_INTERRUPT = interrupt("External interrupt");
  static final ExitFactor DEVICE_INTERRUPT = interrupt("External interrupt (device)");
  static final ExitFactor POSTED_INTERRUPT = interrupt("External interrupt (virtualization)");
  static final ExitFactor FAILED_ENTRY = other("Failed entry");
  static final ExitFactor INVALID_GUEST_STATE = other("Failed entry (invalid guest state)");
  static final ExitFactor HLT = halt("HLT");
  static final ExitFactor INIT = other("INIT signal");
  static final ExitFactor INTERRUPT_WINDOW = interrupt("Interrupt window");
  static final ExitFactor INVD = emulation("INVD");
  static final ExitFactor INVLPG = mmu("INVLPG");
  static final ExitFactor INVPCID = mmu("INVPCID");
  static final ExitFactor MONITOR = halt("MONITOR");
  static final ExitFactor MWAIT = halt("MWAIT");
  static final ExitFactor NMI = interrupt("NMI");
  static final ExitFactor NPF = mmu("NPF");
  static final ExitFactor NPF_PROTECTION = mmu("NPF (protection)");
  static final ExitFactor NPF_MMIO = new ExitFactor("NPF (MMIO)", MMIO);
  static final ExitFactor GUEST_PAGE_FAULT = new ExitFactor("#PF", PAGE_FAULT);
  static final ExitFactor GUEST_PAGE_FAULT_MMIO = new ExitFactor("#PF (MMIO)", MMIO);
  static final ExitFactor PAUSE = emulation("PAUSE");
  static final ExitFactor PML_FULL = mmu("PML full");
  static final ExitFactor PREEMPTION_TIMER = interrupt("Preemption timer");
  static final ExitFactor RDPMC = emulation("RDPMC");
  static final ExitFactor RDTSC = emulation("RDTSC");
  static final ExitFactor RDTSCP = emulation("RDTSCP");
  static final ExitFactor RSM = emulation("RSM");
  static final ExitFactor SERIAL_PORT = emulation("I/O serial port");
  static final ExitFactor SMI = other("SMI");
  static final ExitFactor TASK_SWITCH = emulation("Task switch");
  static final ExitFactor TPR_BELOW_THRESHOLD = interrupt("TPR below threshold");
  static final ExitFactor VIRTUAL_INTERRUPT = interrupt("Virtual interrupt");
  static final ExitFactor VMGEXIT_MMIO = new ExitFactor("VMGEXIT MMIO", MMIO);
  static final ExitFactor WBINVD = emulation("WBINVD");
  static final ExitFactor XSETBV = emulation("XSETBV");

  private ExitFactors() {}

  /** Never fails: an exit that isn't known is named by its number, in the group Other. */
  public static ExitFactor of(ExitKey key) {
    return switch (key.isa()) {
      case VMX -> VmxExits.of(key.reason(), key.qualifier());
      case SVM -> SvmExits.of(key.reason(), key.qualifier());
      case UNKNOWN ->
          other("exit " + Integer.toUnsignedString((int) key.reason()) + " of an unknown ISA");
    };
  }

  static ExitFactor emulation(String name) {
    return new ExitFactor(name, INSTRUCTION_EMULATION);
  }

  static ExitFactor halt(String name) {
    return new ExitFactor(name, HALT);
  }

  static ExitFactor interrupt(String name) {
    return new ExitFactor(name, INTERRUPT);
  }

  static ExitFactor mmu(String name) {
    return new ExitFactor(name, MMU);
  }

  static ExitFactor other(String name) {
    return new ExitFactor(name, OTHER);
  }
}
