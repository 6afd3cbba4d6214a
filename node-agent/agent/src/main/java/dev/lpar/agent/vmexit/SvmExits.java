package dev.lpar.agent.vmexit;

import static dev.lpar.agent.vmexit.ExitFactors.emulation;
import static dev.lpar.agent.vmexit.ExitFactors.halt;
import static dev.lpar.agent.vmexit.ExitFactors.interrupt;
import static dev.lpar.agent.vmexit.ExitFactors.mmu;
import static dev.lpar.agent.vmexit.ExitFactors.other;
import static dev.lpar.agent.vmexit.QualifiedFactors.isApic;

/**
 * Exits of AMD's SVM: AMD APM volume 2, appendix C, and SVM_EXIT_REASONS of
 * arch/x86/include/uapi/asm/svm.h. The codes of 0x8000xxxx are software's: AMD's GHCB specification
 * (56421), section 4.
 */
final class SvmExits {
  private SvmExits() {}

  static ExitFactor of(long reason, int qualifier) {
    int code = (int) reason;
    if (code >>> 16 == 0x8000) {
      return vmgexit(code & 0xffff);
    }
    return switch (code >>> 4) {
      case 0x0 -> QualifiedFactors.controlRegister(code & 0xf, 1);
      // Before the write (0x10) and after it (0x90).
      case 0x1, 0x9 -> QualifiedFactors.controlRegister(code & 0xf, 0);
      case 0x2, 0x3 -> ExitFactors.DR_ACCESS;
      case 0x4, 0x5 -> QualifiedFactors.exception(code - 0x40, qualifier);
      case 0x6 -> eventOrTable(code, qualifier);
      case 0x7 -> instruction(code, qualifier);
      default -> others(code, qualifier);
    };
  }

  private static ExitFactor eventOrTable(int code, int qualifier) {
    return switch (code) {
      case 0x60 -> ExitFactors.EXTERNAL_INTERRUPT;
      case 0x61 -> ExitFactors.NMI;
      case 0x62 -> ExitFactors.SMI;
      case 0x63 -> ExitFactors.INIT;
      case 0x64 -> ExitFactors.VIRTUAL_INTERRUPT;
      case 0x65 -> QualifiedFactors.controlRegister(0, 0);
      case 0x66, 0x67, 0x68, 0x69, 0x6a, 0x6b, 0x6c, 0x6d -> ExitFactors.DESCRIPTOR_TABLE;
      case 0x6e -> ExitFactors.RDTSC;
      case 0x6f -> ExitFactors.RDPMC;
      default -> unknown(code);
    };
  }

  private static ExitFactor instruction(int code, int qualifier) {
    return switch (code) {
      case 0x70 -> emulation("PUSHF");
      case 0x71 -> emulation("POPF");
      case 0x72 -> ExitFactors.CPUID;
      case 0x73 -> ExitFactors.RSM;
      // KVM intercepts it to learn that the guest is through with an NMI.
      case 0x74 -> interrupt("IRET");
      case 0x75 -> emulation("INT n");
      case 0x76 -> ExitFactors.INVD;
      case 0x77 -> ExitFactors.PAUSE;
      case 0x78 -> ExitFactors.HLT;
      case 0x79 -> ExitFactors.INVLPG;
      case 0x7a -> mmu("INVLPGA");
      case 0x7b -> QualifiedFactors.port(qualifier);
      case 0x7c -> QualifiedFactors.msr(qualifier);
      case 0x7d -> ExitFactors.TASK_SWITCH;
      case 0x7e -> other("FERR freeze");
      case 0x7f -> other("Shutdown");
      default -> unknown(code);
    };
  }

  private static ExitFactor others(int code, int qualifier) {
    return switch (code) {
      case 0x80 -> emulation("VMRUN");
      case 0x81 -> emulation("VMMCALL");
      case 0x82 -> emulation("VMLOAD");
      case 0x83 -> emulation("VMSAVE");
      case 0x84 -> emulation("STGI");
      case 0x85 -> emulation("CLGI");
      case 0x86 -> emulation("SKINIT");
      case 0x87 -> ExitFactors.RDTSCP;
      case 0x88 -> emulation("ICEBP");
      case 0x89 -> ExitFactors.WBINVD;
      case 0x8a -> ExitFactors.MONITOR;
      case 0x8b, 0x8c -> ExitFactors.MWAIT;
      case 0x8d -> ExitFactors.XSETBV;
      case 0x8e -> emulation("RDPRU");
      case 0x8f -> emulation("MSR write (long mode)");
      case 0xa0, 0xa1 -> mmu("INVLPGB");
      case 0xa2 -> ExitFactors.INVPCID;
      case 0xa3 -> emulation("MCOMMIT");
      case 0xa4 -> mmu("TLBSYNC");
      case 0xa5 -> ExitFactors.BUS_LOCK;
      // Of HLT too, but only when no virtual interrupt is pending.
      case 0xa6 -> ExitFactors.HLT;
      case 0x400 -> QualifiedFactors.nestedPageFault(qualifier);
      case 0x401 -> interrupt("AVIC incomplete IPI");
      case 0x402 ->
          isApic(qualifier)
              ? QualifiedFactors.apic(qualifier)
              : interrupt("AVIC unaccelerated access");
      case 0x403 -> emulation("VMGEXIT");
      case 0x407 -> ExitFactors.PML_FULL;
      // Of a hypervisor in the guest (SVM_EXIT_SW): Hyper-V, after a TLB flush.
      case 0xf000_0000 -> other("Hypervisor event");
      case -1 -> ExitFactors.INVALID_GUEST_STATE;
      // VMSA busy, sibling thread not idle, invalid performance counter state.
      case -2, -3, -4 -> ExitFactors.FAILED_ENTRY;
      default -> unknown(code);
    };
  }

  /** The guest chooses these codes: what isn't known has one name for all. */
  private static ExitFactor vmgexit(int code) {
    return switch (code) {
      case 0x01, 0x02 -> ExitFactors.VMGEXIT_MMIO;
      case 0x03 -> interrupt("VMGEXIT NMI complete");
      case 0x04 -> halt("VMGEXIT AP HLT loop");
      case 0x05 -> emulation("VMGEXIT AP jump table");
      case 0x10 -> mmu("VMGEXIT page state change");
      case 0x11, 0x12 -> emulation("VMGEXIT guest request");
      case 0x13 -> emulation("VMGEXIT AP creation");
      case 0x14 -> interrupt("VMGEXIT doorbell page");
      case 0x18 -> emulation("VMGEXIT run VMPL");
      case 0x1a -> interrupt("VMGEXIT secure AVIC");
      case 0xfffd -> emulation("VMGEXIT hypervisor features");
      case 0xfffe -> other("VMGEXIT termination");
      default -> other("VMGEXIT (other)");
    };
  }

  private static ExitFactor unknown(int code) {
    return other("SVM exit 0x" + Integer.toHexString(code));
  }
}
