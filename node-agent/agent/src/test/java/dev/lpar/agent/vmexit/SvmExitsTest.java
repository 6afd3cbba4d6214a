package dev.lpar.agent.vmexit;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SvmExitsTest {
  /** The qualifier as {@link Qualifier} says. */
  @ParameterizedTest(name = "{0} {1}: {2}")
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          0x00       | 0       | CR0 read                           | CR_ACCESS
          0x03       | 0       | CR3 read                           | CR_ACCESS
          0x13       | 0       | CR3 write                          | CR_ACCESS
          0x18       | 0       | CR8 write                          | CR_ACCESS
          0x1f       | 0       | CR write (other)                   | CR_ACCESS
          0x65       | 0       | CR0 write                          | CR_ACCESS
          0x94       | 0       | CR4 write                          | CR_ACCESS
          0x20       | 0       | DR access                          | INSTRUCTION_EMULATION
          0x37       | 0       | DR access                          | INSTRUCTION_EMULATION
          0x46       | 0       | #UD                                | INSTRUCTION_EMULATION
          0x4e       | 0x07    | #PF                                | PAGE_FAULT
          0x4e       | 0x0b    | #PF (MMIO)                         | MMIO
          0x4e       | 0x2000b | APIC EOI (MMIO)                    | MMIO
          0x4e       | 0x1000a | #PF                                | PAGE_FAULT
          0x42       | 0       | Exception (other)                  | OTHER
          0x5f       | 0       | Exception (other)                  | OTHER
          0x60       | 0       | External interrupt                 | INTERRUPT
          0x61       | 0       | NMI                                | INTERRUPT
          0x62       | 0       | SMI                                | OTHER
          0x64       | 0       | Virtual interrupt                  | INTERRUPT
          0x67       | 0       | Descriptor table access            | INSTRUCTION_EMULATION
          0x6e       | 0       | RDTSC                              | INSTRUCTION_EMULATION
          0x72       | 0       | CPUID                              | INSTRUCTION_EMULATION
          0x74       | 0       | IRET                               | INTERRUPT
          0x77       | 0       | PAUSE                              | INSTRUCTION_EMULATION
          0x78       | 0       | HLT                                | HALT
          0x79       | 0       | INVLPG                             | MMU
          0x7b       | 0       | I/O port                           | INSTRUCTION_EMULATION
          0x7b       | 3       | I/O ACPI PM timer                  | ACPI_TIMER
          0x7b       | 14      | I/O serial port                    | INSTRUCTION_EMULATION
          0x7c       | 0       | MSR access                         | INSTRUCTION_EMULATION
          0x7c       | 0x10002 | MSR read (TSC deadline)            | INTERRUPT
          0x7c       | 0x10003 | MSR write (TSC deadline)           | INTERRUPT
          0x7c       | 0x1000a | MSR read (long mode)               | INSTRUCTION_EMULATION
          0x7c       | 0x2000b | APIC EOI                           | INTERRUPT
          0x7f       | 0       | Shutdown                           | OTHER
          0x80       | 0       | VMRUN                              | INSTRUCTION_EMULATION
          0x81       | 0       | VMMCALL                            | INSTRUCTION_EMULATION
          0x87       | 0       | RDTSCP                             | INSTRUCTION_EMULATION
          0x8b       | 0       | MWAIT                              | HALT
          0x8c       | 0       | MWAIT                              | HALT
          0x8f       | 0       | MSR write (long mode)              | INSTRUCTION_EMULATION
          0xa0       | 0       | INVLPGB                            | MMU
          0xa2       | 0       | INVPCID                            | MMU
          0xa5       | 0       | Bus lock                           | OTHER
          0xa6       | 0       | HLT                                | HALT
          0x400      | 0x06    | NPF                                | MMU
          0x400      | 0x07    | NPF (protection)                   | MMU
          0x400      | 0x0d    | NPF (MMIO)                         | MMIO
          0x400      | 0x2000b | APIC EOI (MMIO)                    | MMIO
          0x400      | 0x20038 | APIC timer (MMIO)                  | MMIO
          0x401      | 0       | AVIC incomplete IPI                | INTERRUPT
          0x401      | 0x20030 | AVIC incomplete IPI                | INTERRUPT
          0x402      | 0x2000b | APIC EOI                           | INTERRUPT
          0x402      | 0x20032 | APIC timer                         | INTERRUPT
          0x402      | 0       | AVIC unaccelerated access          | INTERRUPT
          0x403      | 0       | VMGEXIT                            | INSTRUCTION_EMULATION
          0x80000001 | 0       | VMGEXIT MMIO                       | MMIO
          0x80000004 | 0       | VMGEXIT AP HLT loop                | HALT
          0x80000010 | 0       | VMGEXIT page state change          | MMU
          0x80001234 | 0       | VMGEXIT (other)                    | OTHER
          0x8000ffff | 0       | VMGEXIT (other)                    | OTHER
          0xffffffff | 0       | Failed entry (invalid guest state) | OTHER
          0xfffffffe | 0       | Failed entry                       | OTHER
          """)
  void exitsAreNamedByReasonAndQualifier(long reason, int qualifier, String name, ExitGroup group) {
    assertEquals(
        new ExitFactor(name, group), ExitFactors.of(new ExitKey(Isa.SVM, reason, qualifier)));
  }
}
