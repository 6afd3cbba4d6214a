package dev.lpar.agent.vmexit;

/** What a {@link Finding} is about. */
public enum FindingReason {
  SHADOW_PAGING,
  APIC_NOT_VIRTUALIZED,
  ACPI_TIMER_CLOCK,
  TSC_READS_EXIT,
  HALTS_EXIT,
  DEVICES_EMULATED,
  SERIAL_CONSOLE_BUSY,
  VCPUS_SPIN,
  TIMER_SET_OFTEN,
  CPUID_FREQUENT,
  NESTED_PAGE_FAULTS
}
