package dev.lpar.agent.vmexit;

/**
 * Instruction set for virtualization, by its number in KVM's tracepoints (KVM_ISA_*, kvm_host.h).
 */
public enum Isa {
  UNKNOWN(0),
  VMX(1),
  SVM(2);

  private final int number;

  Isa(int number) {
    this.number = number;
  }

  public int number() {
    return number;
  }

  public static Isa of(int number) {
    return switch (number) {
      case 1 -> VMX;
      case 2 -> SVM;
      default -> UNKNOWN;
    };
  }
}
