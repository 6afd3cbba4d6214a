package dev.lpar.agent.vmexit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lpar.agent.vmexit.Facts.Setup;
import dev.lpar.agent.vmexit.GuestExits.Interval;
import java.time.Duration;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AdvisorTest {
  private static final Map<String, ExitFactor> FACTORS = NamedExits.byName();

  /** Of ten seconds on two busy vCPUs: exits as "factor=count/milliseconds". */
  private static Facts facts(@Nullable String exits, String setup) {
    return facts(exits, setup, 2, Duration.ofSeconds(20));
  }

  private static Facts facts(
      @Nullable String exits, String setup, int vcpus, @Nullable Duration ran) {
    var tallies = new HashMap<ExitFactor, ExitTally>();
    for (var exit : exits == null ? new String[0] : exits.split(" *; *")) {
      var parts = exit.split("[=/](?=\\d)");
      tallies.put(
          Objects.requireNonNull(FACTORS.get(parts[0]), exit),
          new ExitTally(
              Long.parseLong(parts[1]),
              Long.parseLong(parts[2]) * 1_000_000,
              0,
              0,
              new long[ExitTally.BUCKETS]));
    }
    return new Facts(
        new Interval(Duration.ofSeconds(10), tallies, ran, Duration.ZERO), vcpus, setup(setup));
  }

  private static Setup setup(String words) {
    var set = List.of(words.split(" "));
    return new Setup(
        set.contains("dedicated"),
        set.contains("cpu-pm"),
        Isa.valueOf(set.getFirst()),
        known(set, "apic"),
        known(set, "np"));
  }

  private static @Nullable Boolean known(List<String> words, String what) {
    return words.contains("+" + what) ? Boolean.TRUE : words.contains("-" + what) ? false : null;
  }

  private static String reasons(Facts facts) {
    return Advisor.findings(facts).stream()
        .map(finding -> finding.reason().name())
        .collect(Collectors.joining(" "));
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          no exits at all                    |                     | SVM shared
          idle                               | HLT=3000/9          | SVM shared +np
          halts all the time, and shares     | HLT=900000/3000     | SVM shared +np
          halts stay in the guest            | HLT=900000/3000     | VMX dedicated cpu-pm +np
          few and cheap                      | CPUID=9000/10       | VMX shared +np
          just below both                    | CPUID=19999/199     | VMX shared +np
          halts don't lift others            | CPUID=19999/199; HLT=90000/900 | VMX shared +np
          many, none of them a known cause   | #UD=90000/900       | VMX shared +np
          many small causes                  | CPUID=9000/90; RDTSC=9000/90; PAUSE=9000/90 | VMX shared +np
          spins with nobody in its way       | PAUSE=90000/900     | VMX dedicated cpu-pm +np
          timer of the host, APIC virtual    | External interrupt (timer)=90000/400 | VMX dedicated cpu-pm +apic +np
          EOIs of levels, APIC virtual       | APIC EOI=90000/400  | VMX shared +apic +np
          interrupts of the host             | External interrupt=90000/400 | SVM shared -apic +np
          page faults beside nested paging   | #PF=90000/400       | VMX shared +np
          the same, nobody knows of paging   | #PF=90000/400; EPT violation=10/1 | VMX shared
          """)
  void nothingIsSaidWhereNothingIsToBeMended(String what, @Nullable String exits, String setup) {
    assertEquals(List.of(), Advisor.findings(facts(exits, setup)));
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          one per cent of the run time   | CPUID=10/200            | VMX shared +np | CPUID_FREQUENT
          a thousand a second and vCPU   | CPUID=20000/1           | VMX shared +np | CPUID_FREQUENT
          a half is enough for a cause   | CPUID=10000/1; #UD=10000/1 | VMX shared +np | CPUID_FREQUENT
          a boot on shadow pages         | #PF=91184/400; CR3 write=22229/60; INVLPG=6367/20; I/O port=5359/50; CPUID=9311/20 | SVM shared -np | SHADOW_PAGING
          shadow pages, nobody knows     | #PF=91184/400; CR3 write=22229/60 | SVM shared | SHADOW_PAGING
          shadow pages of a small guest  | #PF (MMIO)=10/1; CR3 write=22229/60 | VMX shared -np | SHADOW_PAGING
          no AVIC                        | APIC EOI=20000/60; APIC ICR=4000/20; External interrupt=23000/50 | SVM shared -apic +np | APIC_NOT_VIRTUALIZED
          no AVIC, memory-mapped         | APIC EOI (MMIO)=20000/100; External interrupt=19000/50 | SVM shared -apic +np | APIC_NOT_VIRTUALIZED
          nobody knows of the APIC       | APIC EOI=20000/60       | VMX shared +np | APIC_NOT_VIRTUALIZED
          x2APIC, no APICv               | MSR write (x2APIC)=40000/60 | VMX dedicated cpu-pm -apic +np | APIC_NOT_VIRTUALIZED
          windows                        | Virtual interrupt=30000/60 | SVM shared -apic +np | APIC_NOT_VIRTUALIZED
          the ACPI timer as clock        | I/O ACPI PM timer=40000/700 | VMX shared +np | ACPI_TIMER_CLOCK
          TSC                            | RDTSC=20000/20; RDTSCP=10000/10; MSR read (TSC)=9000/9 | VMX shared +np | TSC_READS_EXIT
          halts exit                     | HLT=30000/90            | VMX dedicated +np | HALTS_EXIT
          halts exit, for MWAIT          | MWAIT=30000/90          | VMX dedicated +np | HALTS_EXIT
          emulated disk on AMD           | NPF (MMIO)=30000/300    | SVM shared +np | DEVICES_EMULATED
          emulated disk on Intel         | EPT misconfiguration=30000/300 | VMX shared +np | DEVICES_EMULATED
          talkative guest                | I/O serial port=30000/600 | SVM shared +np | SERIAL_CONSOLE_BUSY
          others in its way              | PAUSE=50000/300         | SVM shared +np | VCPUS_SPIN
          a thousand ticks a second      | MSR write (TSC deadline)=20000/20; Preemption timer=20000/20 | VMX shared +np | TIMER_SET_OFTEN
          ticks by memory                | APIC timer (MMIO)=30000/90 | SVM shared +apic +np | TIMER_SET_OFTEN
          CPUID                          | CPUID=30000/40          | SVM dedicated cpu-pm +np | CPUID_FREQUENT
          small pages on AMD             | NPF=30000/90            | SVM shared +np | NESTED_PAGE_FAULTS
          small pages on Intel           | EPT violation=20000/60; EPT violation (protection)=10000/30 | VMX shared +np | NESTED_PAGE_FAULTS
          two, the costlier first        | CPUID=30000/40; I/O serial port=20000/900 | VMX shared +np | SERIAL_CONSOLE_BUSY CPUID_FREQUENT
          switches cost too              | CPUID=90000/100; RDTSC=30000/130 | VMX shared +np | CPUID_FREQUENT TSC_READS_EXIT
          three of four                  | CPUID=30000/40; NPF=30000/90; PAUSE=30000/95; I/O serial port=30000/600 | SVM shared +np | SERIAL_CONSOLE_BUSY VCPUS_SPIN NESTED_PAGE_FAULTS
          """)
  void aCauseIsToldOf(String what, String exits, String setup, String expected) {
    assertEquals(expected, reasons(facts(exits, setup)));
  }

  @Test
  void theMessageHasTheFiguresTheCauseAndTheChange() {
    var findings =
        Advisor.findings(
            facts("#PF=90000/600; CR3 write=30000/200; CPUID=30000/200", "SVM shared -np"));
    assertEquals(
        "Page faults and changes of page tables: 80% of the exits and 80% of their time, 12000/s,"
            + " 4.0% of the vCPUs' run time. Without nested paging KVM follows every change that the"
            + " guest makes to its page tables. On the blade, load kvm_amd with npt=1.",
        findings.getFirst().message());
    assertTrue(findings.get(1).message().startsWith("CPUID: 20% of the exits and 20% of their"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          VMX shared -apic     | APIC EOI=30000/90 | kvm_intel with enable_apicv=1
          SVM shared -apic     | APIC EOI=30000/90 | kvm_amd with avic=1
          UNKNOWN shared -apic | APIC EOI=30000/90 | kvm_intel with enable_apicv=1, or kvm_amd with avic=1
          VMX shared -np       | #PF=30000/90      | kvm_intel with ept=1
          SVM shared +np       | NPF=30000/90      | memory.pageSize: 2Mi or 1Gi
          SVM shared +np       | NPF (MMIO)=30000/90 | spec.devices
          """)
  void theChangeFitsTheProcessor(String setup, String exits, String words) {
    var message = Advisor.findings(facts(exits, setup)).getFirst().message();
    assertTrue(message.contains(words), message);
  }

  @Test
  void anIntervalOfNothingSaysNothing() {
    var busy = facts("CPUID=90000/900", "VMX shared");
    assertEquals(List.of(), Advisor.findings(new Facts(busy.last(), 0, busy.setup())));
    assertEquals(List.of(), Advisor.findings(lasting(busy, Duration.ZERO, busy.last().delayed())));
  }

  private static Facts lasting(Facts facts, Duration length, Duration delayed) {
    var last = facts.last();
    return new Facts(
        new Interval(length, last.exits(), last.ran(), delayed), facts.vcpus(), facts.setup());
  }

  /** While an exit was handled, others had the CPU: that is no cost of the exit. */
  @Test
  void waitingForACpuIsNotHandling() {
    var facts = facts("CPUID=10/300; HLT=10/9000", "VMX shared");
    assertEquals("CPUID_FREQUENT", reasons(facts));
    var length = facts.last().length();
    assertEquals("CPUID_FREQUENT", reasons(lasting(facts, length, Duration.ofMillis(100))));
    assertEquals("", reasons(lasting(facts, length, Duration.ofMillis(101))));
    assertEquals("", reasons(lasting(facts, length, Duration.ofSeconds(9))));
  }

  /** A run time that isn't known leaves the rate to judge by. */
  @Test
  void noRunTimeIsNoShare() {
    for (var ran : new Duration[] {null, Duration.ZERO}) {
      assertEquals("", reasons(facts("CPUID=10/900", "VMX shared", 2, ran)));
      assertEquals("CPUID_FREQUENT", reasons(facts("CPUID=90000/900", "VMX shared", 2, ran)));
    }
  }

  @Test
  void everyReasonHasARule() {
    var ruled = EnumSet.noneOf(FindingReason.class);
    AdvisorRules.ALL.forEach(rule -> ruled.add(rule.reason()));
    assertEquals(EnumSet.allOf(FindingReason.class), ruled);
  }

  @Test
  void everyFactorOfARuleIsOneThatExitsHave() {
    for (var rule : AdvisorRules.ALL) {
      assertTrue(FACTORS.values().containsAll(rule.factors()), rule.subject());
    }
  }
}
