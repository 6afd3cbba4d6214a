package dev.lpar.agent.vmexit;

import static dev.lpar.agent.vmexit.ExitFactors.emulation;
import static dev.lpar.agent.vmexit.ExitFactors.halt;
import static dev.lpar.agent.vmexit.ExitFactors.interrupt;
import static dev.lpar.agent.vmexit.ExitFactors.mmu;
import static dev.lpar.agent.vmexit.ExitFactors.other;
import static dev.lpar.agent.vmexit.QualifiedFactors.isApic;

/**
 * Exits of Intel's VMX: Intel SDM volume 3, appendix C, and VMX_EXIT_REASONS of
 * arch/x86/include/uapi/asm/vmx.h. 35, 38, 42 and 71 are nobody's.
 */
final class VmxExits {
  /** The guest wasn't entered at all. */
  private static final long FAILED_VMENTRY = 1L << 31;

  private VmxExits() {}

  static ExitFactor of(long reason, int qualifier) {
    // Above the basic reason are flags: in an enclave (27), trap pending (28), from root mode (29).
    int basic = (int) (reason & 0xffff);
    if ((reason & FAILED_VMENTRY) != 0) {
      return failedEntry(basic);
    }
    return basic < 40 ? upTo39(basic, qualifier) : from40(basic, qualifier);
  }

  private static ExitFactor failedEntry(int basic) {
    return switch (basic) {
      case 33 -> ExitFactors.INVALID_GUEST_STATE;
      case 34 -> other("Failed entry (MSR loading)");
      case 41 -> other("Failed entry (machine check)");
      default -> ExitFactors.FAILED_ENTRY;
    };
  }

  private static ExitFactor upTo39(int basic, int qualifier) {
    return switch (basic) {
      case 0 -> QualifiedFactors.exception(qualifier);
      case 1 -> QualifiedFactors.externalInterrupt(qualifier);
      case 2 -> other("Triple fault");
      case 3 -> ExitFactors.INIT;
      case 4 -> other("SIPI");
      case 5 -> other("I/O SMI");
      case 6 -> ExitFactors.SMI;
      case 7 -> ExitFactors.INTERRUPT_WINDOW;
      case 8 -> interrupt("NMI window");
      case 9 -> ExitFactors.TASK_SWITCH;
      case 10 -> ExitFactors.CPUID;
      case 11 -> emulation("GETSEC");
      case 12 -> ExitFactors.HLT;
      case 13 -> ExitFactors.INVD;
      case 14 -> ExitFactors.INVLPG;
      case 15 -> ExitFactors.RDPMC;
      case 16 -> ExitFactors.RDTSC;
      case 17 -> ExitFactors.RSM;
      case 18 -> emulation("VMCALL");
      case 19 -> emulation("VMCLEAR");
      case 20 -> emulation("VMLAUNCH");
      case 21 -> emulation("VMPTRLD");
      case 22 -> emulation("VMPTRST");
      case 23 -> emulation("VMREAD");
      case 24 -> emulation("VMRESUME");
      case 25 -> emulation("VMWRITE");
      case 26 -> emulation("VMXOFF");
      case 27 -> emulation("VMXON");
      case 28 -> QualifiedFactors.controlRegister(qualifier);
      case 29 -> ExitFactors.DR_ACCESS;
      case 30 -> QualifiedFactors.port(qualifier);
      case 31 -> QualifiedFactors.msr(qualifier, false);
      case 32 -> QualifiedFactors.msr(qualifier, true);
      case 33, 34 -> failedEntry(basic);
      case 36 -> ExitFactors.MWAIT;
      case 37 -> other("Monitor trap flag");
      case 39 -> ExitFactors.MONITOR;
      default -> unknown(basic);
    };
  }

  private static ExitFactor from40(int basic, int qualifier) {
    return switch (basic) {
      case 40 -> ExitFactors.PAUSE;
      case 41 -> failedEntry(basic);
      case 43 -> ExitFactors.TPR_BELOW_THRESHOLD;
      case 44 -> QualifiedFactors.apicPage(qualifier);
      case 45 -> interrupt("Virtualized EOI");
      case 46, 47 -> ExitFactors.DESCRIPTOR_TABLE;
      case 48 -> QualifiedFactors.eptViolation(qualifier);
      case 49 ->
          isApic(qualifier)
              ? QualifiedFactors.apicPage(qualifier)
              : ExitFactors.EPT_MISCONFIGURATION;
      case 50 -> mmu("INVEPT");
      case 51 -> ExitFactors.RDTSCP;
      case 52 -> ExitFactors.PREEMPTION_TIMER;
      case 53 -> mmu("INVVPID");
      case 54 -> ExitFactors.WBINVD;
      case 55 -> ExitFactors.XSETBV;
      case 56 -> QualifiedFactors.apic(qualifier);
      case 57 -> emulation("RDRAND");
      case 58 -> ExitFactors.INVPCID;
      case 59 -> emulation("VMFUNC");
      case 60 -> emulation("ENCLS");
      case 61 -> emulation("RDSEED");
      case 62 -> ExitFactors.PML_FULL;
      case 63 -> emulation("XSAVES");
      case 64 -> emulation("XRSTORS");
      case 65 -> emulation("PCONFIG");
      case 66 -> mmu("SPP event");
      case 67 -> halt("UMWAIT");
      case 68 -> halt("TPAUSE");
      case 69 -> emulation("LOADIWKEY");
      case 70 -> emulation("ENCLV");
      case 72 -> emulation("ENQCMD");
      case 73 -> emulation("ENQCMDS");
      case 74 -> ExitFactors.BUS_LOCK;
      case 75 -> other("Notify");
      case 76 -> emulation("SEAMCALL");
      case 77 -> emulation("TDCALL");
      case 78 -> emulation("RDMSRLIST");
      case 79 -> emulation("WRMSRLIST");
      case 80 -> emulation("URDMSR");
      case 81 -> emulation("UWRMSR");
      case 84 -> QualifiedFactors.msr(qualifier, false);
      case 85 -> QualifiedFactors.msr(qualifier, true);
      default -> unknown(basic);
    };
  }

  private static ExitFactor unknown(int basic) {
    return other("VMX exit " + basic);
  }
}
