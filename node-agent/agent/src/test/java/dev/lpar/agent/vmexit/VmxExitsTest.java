package dev.lpar.agent.vmexit;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class VmxExitsTest {
  /** The qualifier as {@link Qualifier} says. */
  @ParameterizedTest(name = "{0} {1}: {2}")
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          0          | 14      | #PF                               | PAGE_FAULT
          0          | 0x070e  | #PF                               | PAGE_FAULT
          0          | 0x090e  | #PF (MMIO)                        | MMIO
          0          | 0x2000b | APIC EOI (MMIO)                   | MMIO
          0          | 0x10002 | Exception (other)                 | OTHER
          0          | 2       | NMI                               | INTERRUPT
          0          | 0       | #DE                               | OTHER
          0          | 1       | #DB                               | OTHER
          0          | 6       | #UD                               | INSTRUCTION_EMULATION
          0          | 13      | #GP                               | INSTRUCTION_EMULATION
          0          | 18      | #MC                               | OTHER
          0          | 9       | Exception (other)                 | OTHER
          1          | 0       | External interrupt (device)       | INTERRUPT
          1          | 1       | External interrupt (timer)        | INTERRUPT
          1          | 2       | External interrupt (virtualization) | INTERRUPT
          1          | 3       | External interrupt (system)       | INTERRUPT
          1          | 4       | External interrupt (reschedule)   | INTERRUPT
          1          | 5       | External interrupt                | INTERRUPT
          2          | 0       | Triple fault                      | OTHER
          3          | 0       | INIT signal                       | OTHER
          6          | 0       | SMI                               | OTHER
          7          | 0       | Interrupt window                  | INTERRUPT
          8          | 0       | NMI window                        | INTERRUPT
          10         | 0       | CPUID                             | INSTRUCTION_EMULATION
          12         | 0       | HLT                               | HALT
          14         | 0       | INVLPG                            | MMU
          15         | 0       | RDPMC                             | INSTRUCTION_EMULATION
          16         | 0       | RDTSC                             | INSTRUCTION_EMULATION
          18         | 0       | VMCALL                            | INSTRUCTION_EMULATION
          24         | 0       | VMRESUME                          | INSTRUCTION_EMULATION
          28         | 0x00    | CR0 write                         | CR_ACCESS
          28         | 0x03    | CR3 write                         | CR_ACCESS
          28         | 0x13    | CR3 read                          | CR_ACCESS
          28         | 0x04    | CR4 write                         | CR_ACCESS
          28         | 0x08    | CR8 write                         | CR_ACCESS
          28         | 0x18    | CR8 read                          | CR_ACCESS
          28         | 0x20    | CLTS                              | CR_ACCESS
          28         | 0x30    | LMSW                              | CR_ACCESS
          28         | 0x05    | CR write (other)                  | CR_ACCESS
          29         | 0       | DR access                         | INSTRUCTION_EMULATION
          30         | 0       | I/O port                          | INSTRUCTION_EMULATION
          30         | 3       | I/O ACPI PM timer                 | ACPI_TIMER
          30         | 4       | I/O ACPI                          | INSTRUCTION_EMULATION
          30         | 6       | I/O PIC                           | INSTRUCTION_EMULATION
          30         | 8       | I/O PIT                           | INSTRUCTION_EMULATION
          30         | 10      | I/O RTC                           | INSTRUCTION_EMULATION
          30         | 12      | I/O PCI configuration             | INSTRUCTION_EMULATION
          30         | 14      | I/O serial port                   | INSTRUCTION_EMULATION
          30         | 15      | I/O serial port                   | INSTRUCTION_EMULATION
          30         | 16      | I/O keyboard                      | INSTRUCTION_EMULATION
          30         | 18      | I/O delay                         | INSTRUCTION_EMULATION
          30         | 20      | I/O fw_cfg                        | INSTRUCTION_EMULATION
          30         | 22      | I/O port                          | INSTRUCTION_EMULATION
          30         | 0x2000b | I/O port                          | INSTRUCTION_EMULATION
          31         | 0       | MSR read                          | INSTRUCTION_EMULATION
          31         | 0x1000c | MSR read (TSC)                    | INSTRUCTION_EMULATION
          31         | 0x1000d | MSR read (TSC)                    | INSTRUCTION_EMULATION
          32         | 0       | MSR write                         | INSTRUCTION_EMULATION
          32         | 0x10001 | MSR write (other)                 | INSTRUCTION_EMULATION
          32         | 0x10003 | MSR write (TSC deadline)          | INTERRUPT
          32         | 0x10005 | MSR write (x2APIC)                | INTERRUPT
          32         | 0x10007 | MSR write (KVM)                   | INSTRUCTION_EMULATION
          32         | 0x10009 | MSR write (speculation control)   | INSTRUCTION_EMULATION
          32         | 0x1000b | MSR write (long mode)             | INSTRUCTION_EMULATION
          32         | 0x1000f | MSR write                         | INSTRUCTION_EMULATION
          32         | 0x2000b | APIC EOI                          | INTERRUPT
          32         | 0x20030 | APIC ICR                          | INTERRUPT
          32         | 0x3000b | APIC EOI                          | INTERRUPT
          33         | 0       | Failed entry (invalid guest state) | OTHER
          0x80000021 | 0       | Failed entry (invalid guest state) | OTHER
          0x80000022 | 0       | Failed entry (MSR loading)        | OTHER
          0x80000029 | 0       | Failed entry (machine check)      | OTHER
          0x8000000a | 0       | Failed entry                      | OTHER
          0x0800000a | 0       | CPUID                             | INSTRUCTION_EMULATION
          0x3000000c | 0       | HLT                               | HALT
          36         | 0       | MWAIT                             | HALT
          39         | 0       | MONITOR                           | HALT
          40         | 0       | PAUSE                             | INSTRUCTION_EMULATION
          43         | 0       | TPR below threshold               | INTERRUPT
          44         | 0x2000b | APIC EOI (MMIO)                   | MMIO
          44         | 0x20008 | APIC TPR (MMIO)                   | MMIO
          44         | 0x20038 | APIC timer (MMIO)                 | MMIO
          45         | 0       | Virtualized EOI                   | INTERRUPT
          46         | 0       | Descriptor table access           | INSTRUCTION_EMULATION
          48         | 0x02    | EPT violation                     | MMU
          48         | 0x0a    | EPT violation (protection)        | MMU
          48         | 0x20030 | APIC ICR (MMIO)                   | MMIO
          49         | 0       | EPT misconfiguration              | MMIO
          49         | 0x2000b | APIC EOI (MMIO)                   | MMIO
          50         | 0       | INVEPT                            | MMU
          52         | 0       | Preemption timer                  | INTERRUPT
          55         | 0       | XSETBV                            | INSTRUCTION_EMULATION
          56         | 0x20030 | APIC ICR                          | INTERRUPT
          56         | 0x2003f | APIC SELF IPI                     | INTERRUPT
          56         | 0x20036 | APIC LVT                          | INTERRUPT
          56         | 0x2000f | APIC register                     | INTERRUPT
          58         | 0       | INVPCID                           | MMU
          62         | 0       | PML full                          | MMU
          67         | 0       | UMWAIT                            | HALT
          68         | 0       | TPAUSE                            | HALT
          74         | 0       | Bus lock                          | OTHER
          77         | 0       | TDCALL                            | INSTRUCTION_EMULATION
          85         | 0x10003 | MSR write (TSC deadline)          | INTERRUPT
          """)
  void exitsAreNamedByReasonAndQualifier(long reason, int qualifier, String name, ExitGroup group) {
    assertEquals(
        new ExitFactor(name, group), ExitFactors.of(new ExitKey(Isa.VMX, reason, qualifier)));
  }
}
