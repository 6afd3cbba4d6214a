package dev.lpar.agent.host;

import dev.lpar.agent.vmexit.counter.TracepointFormat;
import dev.lpar.agent.vmexit.counter.TracepointFormat.Field;
import dev.lpar.agent.vmexit.counter.UnusableFormatException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/**
 * Two tracepoints of KVM that are hit in turn, once for each exit, and a guest that makes it so.
 *
 * @param tracing tracefs, or a folder in which kvm_exit and kvm_entry stand for others
 * @param exit name of the first
 * @param entry name of the second
 * @param reason field of the first that says what it is about
 * @param code of the guest
 * @param statistic of KVM that grows with the exits
 * @param perExit by how much
 */
record ExitPoints(
    Path tracing,
    String exit,
    String entry,
    String reason,
    String code,
    String statistic,
    int perExit) {
  static final Path TRACEFS = Path.of("/sys/kernel/tracing");

  static final ExitPoints REAL =
      new ExitPoints(
          TRACEFS, "kvm_exit", "kvm_entry", "exit_reason", ExitBoundGuest.CPUID, "exits", 1);

  /** Instructions of {@link ExitBoundGuest#CPUID_AND_MSR} with its jump: KVM emulates each. */
  private static final int EMULATED = 5;

  /**
   * Where a field of kvm:kvm_exit has one of the same size in kvm:kvm_cpuid. The guest's CPUID has
   * leaf 10 and subleaf 1: to the counter, an exit for CPUID on VMX.
   */
  private static final Map<String, String> STANDS_FOR =
      Map.of(
          "exit_reason", "function",
          "isa", "index",
          "info1", "rax",
          "guest_rip", "rbx");

  /**
   * For a machine whose KVM hits neither kvm_exit nor kvm_entry: the same programs, byte for byte
   * but for the fields' places, run at kvm_cpuid and kvm_msr.
   *
   * @param folder that is to have the descriptions
   */
  static ExitPoints standIn(Path folder) throws IOException, UnusableFormatException {
    var cpuid = format("kvm_cpuid");
    var fields = new StringBuilder();
    for (var entry : STANDS_FOR.entrySet()) {
      fields.append(field(entry.getKey(), cpuid.fields().get(entry.getValue())));
    }
    var rcx = cpuid.fields().get("rcx");
    fields.append(field("intr_info", new Field(rcx.offset(), 4)));
    fields.append(field("error_code", new Field(rcx.offset() + 4, 4)));
    describe(folder, "kvm_exit", cpuid.id(), fields.toString());
    describe(folder, "kvm_entry", format("kvm_msr").id(), "");
    return new ExitPoints(
        folder,
        "kvm_cpuid",
        "kvm_msr",
        "function",
        ExitBoundGuest.CPUID_AND_MSR,
        "insn_emulation",
        EMULATED);
  }

  private static TracepointFormat format(String name) throws IOException, UnusableFormatException {
    return TracepointFormat.parse(
        name, Files.readString(TRACEFS.resolve("events/kvm/" + name + "/format")));
  }

  private static String field(String name, Field field) {
    return "\tfield:u64 %s;\toffset:%d;\tsize:%d;\tsigned:0;%n"
        .formatted(name, field.offset(), field.size());
  }

  private static void describe(Path folder, String name, int id, String fields) throws IOException {
    var file = folder.resolve("events/kvm/" + name + "/format");
    Files.createDirectories(file.getParent());
    Files.writeString(file, "name: %s%nID: %d%nformat:%n%s".formatted(name, id, fields));
  }

  boolean real() {
    return tracing.equals(TRACEFS);
  }
}
