package dev.lpar.agent.vmexit;

import static dev.lpar.agent.vmexit.ExitFactors.ACPI_PM_TIMER;
import static dev.lpar.agent.vmexit.ExitFactors.CPUID;
import static dev.lpar.agent.vmexit.ExitFactors.CR3_READ;
import static dev.lpar.agent.vmexit.ExitFactors.CR3_WRITE;
import static dev.lpar.agent.vmexit.ExitFactors.DEVICE_INTERRUPT;
import static dev.lpar.agent.vmexit.ExitFactors.EPT_MISCONFIGURATION;
import static dev.lpar.agent.vmexit.ExitFactors.EPT_PROTECTION;
import static dev.lpar.agent.vmexit.ExitFactors.EPT_VIOLATION;
import static dev.lpar.agent.vmexit.ExitFactors.EXTERNAL_INTERRUPT;
import static dev.lpar.agent.vmexit.ExitFactors.GUEST_PAGE_FAULT;
import static dev.lpar.agent.vmexit.ExitFactors.GUEST_PAGE_FAULT_MMIO;
import static dev.lpar.agent.vmexit.ExitFactors.HLT;
import static dev.lpar.agent.vmexit.ExitFactors.INTERRUPT_WINDOW;
import static dev.lpar.agent.vmexit.ExitFactors.INVLPG;
import static dev.lpar.agent.vmexit.ExitFactors.INVPCID;
import static dev.lpar.agent.vmexit.ExitFactors.MONITOR;
import static dev.lpar.agent.vmexit.ExitFactors.MWAIT;
import static dev.lpar.agent.vmexit.ExitFactors.NPF;
import static dev.lpar.agent.vmexit.ExitFactors.NPF_MMIO;
import static dev.lpar.agent.vmexit.ExitFactors.NPF_PROTECTION;
import static dev.lpar.agent.vmexit.ExitFactors.PAUSE;
import static dev.lpar.agent.vmexit.ExitFactors.POSTED_INTERRUPT;
import static dev.lpar.agent.vmexit.ExitFactors.PREEMPTION_TIMER;
import static dev.lpar.agent.vmexit.ExitFactors.RDTSC;
import static dev.lpar.agent.vmexit.ExitFactors.RDTSCP;
import static dev.lpar.agent.vmexit.ExitFactors.SERIAL_PORT;
import static dev.lpar.agent.vmexit.ExitFactors.TPR_BELOW_THRESHOLD;
import static dev.lpar.agent.vmexit.ExitFactors.VIRTUAL_INTERRUPT;
import static dev.lpar.agent.vmexit.ExitFactors.VMGEXIT_MMIO;
import static dev.lpar.agent.vmexit.QualifiedFactors.msr;

import dev.lpar.agent.vmexit.Facts.Setup;
import dev.lpar.agent.vmexit.Qualifier.MsrClass;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/** The causes that the {@link Advisor} knows, and what to do about each. */
final class AdvisorRules {
  /**
   * @param subject what exits, as the message begins
   * @param factors the exits it is told by, and what it costs
   * @param when it can be the cause at all
   * @param advice the cause and the change
   */
  record Rule(
      FindingReason reason,
      String subject,
      Set<ExitFactor> factors,
      Predicate<Facts> when,
      Function<Setup, String> advice) {
    Rule(
        FindingReason reason,
        String subject,
        Set<ExitFactor> factors,
        Predicate<Facts> when,
        String advice) {
      this(reason, subject, factors, when, setup -> advice);
    }
  }

  private static final Predicate<Facts> ALWAYS = facts -> true;

  private static final Set<ExitFactor> NESTED_PAGE_FAULTS =
      Set.of(NPF, NPF_PROTECTION, EPT_VIOLATION, EPT_PROTECTION);

  /** What doesn't exit, or seldom, where the APIC is virtualized. */
  private static final Set<ExitFactor> APIC =
      union(
          Set.of(
              TPR_BELOW_THRESHOLD, INTERRUPT_WINDOW, VIRTUAL_INTERRUPT, msr(MsrClass.X2APIC, true)),
          apic(0x08),
          apic(0x0b),
          apic(0x30),
          apic(0x3f));

  private static final Set<ExitFactor> INTERRUPTS =
      Set.of(EXTERNAL_INTERRUPT, DEVICE_INTERRUPT, POSTED_INTERRUPT);

  static final List<Rule> ALL =
      List.of(
          new Rule(
              FindingReason.SHADOW_PAGING,
              "Page faults and changes of page tables",
              Set.of(GUEST_PAGE_FAULT, CR3_READ, CR3_WRITE, INVLPG, INVPCID),
              AdvisorRules::pagesAreShadowed,
              AdvisorRules::turnOnNestedPaging),
          new Rule(
              FindingReason.APIC_NOT_VIRTUALIZED,
              "Interrupts and the APIC",
              union(APIC, INTERRUPTS),
              AdvisorRules::interruptsAreTheGuests,
              AdvisorRules::virtualizeTheApic),
          new Rule(
              FindingReason.APIC_NOT_VIRTUALIZED,
              "The APIC",
              APIC,
              facts -> apicMayBeEmulated(facts) && !interruptsAreTheGuests(facts),
              AdvisorRules::virtualizeTheApic),
          new Rule(
              FindingReason.ACPI_TIMER_CLOCK,
              "The ACPI PM timer",
              Set.of(ACPI_PM_TIMER),
              ALWAYS,
              "The guest reads the time from it, and each reading goes to QEMU. In the guest, use"
                  + " tsc or kvm-clock: on Linux, clocksource=tsc."),
          new Rule(
              FindingReason.TSC_READS_EXIT,
              "The time stamp counter",
              Set.of(RDTSC, RDTSCP, msr(MsrClass.TSC, false)),
              ALWAYS,
              "It is read as MSR 0x10, or a hypervisor in the guest intercepts RDTSC. In the guest,"
                  + " read it by RDTSC or use kvm-clock, and let its hypervisor offset the counter"
                  + " in place of intercepting it."),
          new Rule(
              FindingReason.HALTS_EXIT,
              "Halts",
              Set.of(HLT, MWAIT, MONITOR),
              facts -> facts.setup().haltsExitInVain(),
              "The CPUs are dedicated, so nobody else can use them meanwhile, yet every halt exits:"
                  + " the guest was started without cpu-pm. Activate the partition anew with"
                  + " cpu.mode: Dedicated."),
          new Rule(
              FindingReason.DEVICES_EMULATED,
              "Emulated devices",
              Set.of(NPF_MMIO, EPT_MISCONFIGURATION, GUEST_PAGE_FAULT_MMIO, VMGEXIT_MMIO),
              ALWAYS,
              "Each access to their registers is decoded and emulated. Give the partition a device"
                  + " of the blade in spec.devices, in place of what is emulated."),
          new Rule(
              FindingReason.SERIAL_CONSOLE_BUSY,
              "The serial console",
              Set.of(SERIAL_PORT),
              ALWAYS,
              "Every character is at least one exit to QEMU. In the guest, write less to the"
                  + " console: on Linux, quiet or a lower loglevel, and logs to a disk."),
          new Rule(
              FindingReason.VCPUS_SPIN,
              "PAUSE loops",
              Set.of(PAUSE),
              facts -> !facts.setup().dedicated(),
              "vCPUs spin for a lock or an answer of one that waits for a CPU. Use cpu.mode:"
                  + " Dedicated, fewer cpu.vcpus, or a higher cpu.serviceRatio."),
          new Rule(
              FindingReason.TIMER_SET_OFTEN,
              "The APIC timer",
              union(Set.of(PREEMPTION_TIMER, msr(MsrClass.TSC_DEADLINE, true)), apic(0x32)),
              ALWAYS,
              "The guest sets its timer for each tick and each short sleep. In the guest, use a lower"
                  + " tick rate (on Linux, CONFIG_HZ=100; nohz_full for CPUs that compute), and"
                  + " longer sleeps."),
          new Rule(
              FindingReason.CPUID_FREQUENT,
              "CPUID",
              Set.of(CPUID),
              ALWAYS,
              "It always exits, and something in the guest uses it over and over: to order"
                  + " instructions, or to ask for features or the CPU's number. Find the program,"
                  + " and use LFENCE, SERIALIZE or RDPID in its place."),
          new Rule(
              FindingReason.NESTED_PAGE_FAULTS,
              "Nested page faults",
              NESTED_PAGE_FAULTS,
              ALWAYS,
              "Memory is mapped page by page as the guest gets to it. If this goes on after the"
                  + " start, use larger pages: memory.pageSize: 2Mi or 1Gi."));

  private AdvisorRules() {}

  /** Where nobody knows: the guest's page faults exit, and there are no nested ones. */
  private static boolean pagesAreShadowed(Facts facts) {
    var nestedPaging = facts.setup().nestedPaging();
    if (nestedPaging != null) {
      return !nestedPaging;
    }
    return facts.count(Set.of(GUEST_PAGE_FAULT)) > 0
        && facts.count(union(NESTED_PAGE_FAULTS, Set.of(NPF_MMIO, EPT_MISCONFIGURATION))) == 0;
  }

  private static boolean apicMayBeEmulated(Facts facts) {
    return !Boolean.TRUE.equals(facts.setup().apicVirtualized());
  }

  /**
   * Whether external interrupts are part of what an emulated APIC costs. One for the guest is
   * injected and answered, which exits too; where there is less of that, most are the host's own.
   */
  private static boolean interruptsAreTheGuests(Facts facts) {
    return Boolean.FALSE.equals(facts.setup().apicVirtualized())
        && facts.count(APIC) >= facts.count(INTERRUPTS);
  }

  private static String turnOnNestedPaging(Setup setup) {
    return "Without nested paging KVM follows every change that the guest makes to its page tables."
        + " On the blade, load "
        + module(setup.isa(), "kvm_intel with ept=1", "kvm_amd with npt=1")
        + ".";
  }

  private static String virtualizeTheApic(Setup setup) {
    return "Without APIC virtualization KVM delivers each interrupt, and emulates the guest's answer"
        + " to it. On the blade, load "
        + module(setup.isa(), "kvm_intel with enable_apicv=1", "kvm_amd with avic=1")
        + ", if the processor has it.";
  }

  private static String module(Isa isa, String intel, String amd) {
    return switch (isa) {
      case VMX -> intel;
      case SVM -> amd;
      case UNKNOWN -> intel + ", or " + amd;
    };
  }

  /** A register of the APIC, whichever way it is reached. */
  private static Set<ExitFactor> apic(int register) {
    int qualifier = Qualifier.APIC | register;
    return Set.of(QualifiedFactors.apic(qualifier), QualifiedFactors.apicPage(qualifier));
  }

  @SafeVarargs
  private static Set<ExitFactor> union(Set<ExitFactor>... sets) {
    return Arrays.stream(sets).flatMap(Set::stream).collect(Collectors.toUnmodifiableSet());
  }
}
