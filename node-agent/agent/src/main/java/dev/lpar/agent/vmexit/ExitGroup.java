package dev.lpar.agent.vmexit;

/** The groups of the Virtage paper's Table 2, and one for what belongs to none of them. */
public enum ExitGroup {
  MMIO("MMIO"),
  INTERRUPT("Interrupt"),
  INSTRUCTION_EMULATION("Instruction emulation"),
  ACPI_TIMER("ACPI timer"),
  HALT("Halt"),
  PAGE_FAULT("Page fault"),
  CR_ACCESS("CR access"),
  MMU("MMU"),
  OTHER("Other");

  private final String text;

  ExitGroup(String text) {
    this.text = text;
  }

  public String text() {
    return text;
  }
}
