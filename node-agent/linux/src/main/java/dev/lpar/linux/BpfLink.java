package dev.lpar.linux;

import dev.lpar.linux.BpfCall.Fields;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/**
 * A BPF program that runs at each hit of a tracepoint, on any CPU, until nothing holds the link.
 */
public final class BpfLink implements AutoCloseable {
  private static final int PROGRAM_TYPE_TRACEPOINT = 5;
  private static final int ATTACH_PERF_EVENT = 41;
  private static final int LOG_BYTES = 1 << 20;
  private static final int LOG_SHOWN = 600;

  private final FileDescriptor descriptor;

  private BpfLink(FileDescriptor descriptor) {
    this.descriptor = descriptor;
  }

  /**
   * What running costs.
   *
   * @param runs how often it ran; 0 unless the kernel keeps count (sysctl kernel.bpf_stats_enabled)
   * @param nanos that those runs took
   * @param misses how often it didn't run since another program of the same CPU was at work
   */
  public record Cost(long runs, long nanos, long misses) {}

  /**
   * Loads a program and attaches it.
   *
   * @param tracepoint its number, from its file {@code id} in tracefs
   * @param maps by their names in the program
   * @throws SyscallException when the kernel refuses; where its verifier does, with its last words
   */
  public static BpfLink attach(int tracepoint, BpfProgram program, Map<String, BpfMap> maps)
      throws SyscallException {
    try (var arena = Arena.ofConfined();
        var loaded = load(program, maps, arena);
        var event = BpfCall.tracepoint(tracepoint)) {
      return new BpfLink(
          new FileDescriptor(
              BpfCall.bpf(
                  "BPF_LINK_CREATE, tracepoint " + tracepoint,
                  BpfCall.LINK_CREATE,
                  Fields.of(BpfCall.LINK, arena)
                      .with("prog_fd", loaded.number())
                      .with("target_fd", event.number())
                      .with("attach_type", ATTACH_PERF_EVENT))));
    }
  }

  private static FileDescriptor load(BpfProgram program, Map<String, BpfMap> maps, Arena arena)
      throws SyscallException {
    byte[] bytes =
        program.bytes(
            name -> {
              var map = maps.get(name);
              if (map == null) {
                throw new IllegalArgumentException("the program wants a map " + name);
              }
              return map.number();
            });
    var instructions = arena.allocate(bytes.length, 8);
    instructions.copyFrom(MemorySegment.ofArray(bytes));
    var attributes =
        Fields.of(BpfCall.LOAD, arena)
            .with("prog_type", PROGRAM_TYPE_TRACEPOINT)
            .with("insn_cnt", bytes.length / 8)
            .with("insns", instructions)
            .with("license", arena.allocateFrom("GPL"));
    try {
      return new FileDescriptor(BpfCall.bpf("BPF_PROG_LOAD", BpfCall.PROG_LOAD, attributes));
    } catch (SyscallException refused) {
      throw explained(refused, attributes, arena);
    }
  }

  /** Asks again for the verifier's reasons, which cost memory. */
  private static SyscallException explained(
      SyscallException refused, Fields attributes, Arena arena) {
    var log = arena.allocate(LOG_BYTES);
    attributes.with("log_level", 1).with("log_size", LOG_BYTES).with("log_buf", log);
    try {
      new FileDescriptor(BpfCall.bpf("BPF_PROG_LOAD", BpfCall.PROG_LOAD, attributes)).close();
      return refused;
    } catch (SyscallException again) {
      var words = log.getString(0).strip();
      var end = words.substring(Math.max(0, words.length() - LOG_SHOWN)).replace('\n', ' ');
      return new SyscallException("bpf(BPF_PROG_LOAD), whose verifier says: " + end, again.errno());
    }
  }

  /** The link of that name in a BPF file system, if there is one. */
  public static Optional<BpfLink> pinned(Path path) throws SyscallException {
    return BpfPin.open(path).map(BpfLink::new);
  }

  public void pin(Path path) throws SyscallException {
    BpfPin.pin(descriptor, path);
  }

  public Cost cost() throws SyscallException {
    try (var arena = Arena.ofConfined();
        var program = program(arena)) {
      var info = BpfCall.info(program, BpfCall.PROGRAM_INFO, arena);
      return new Cost(
          info.longNumber("run_cnt"),
          info.longNumber("run_time_ns"),
          info.longNumber("recursion_misses"));
    }
  }

  private FileDescriptor program(Arena arena) throws SyscallException {
    int id = BpfCall.info(descriptor, BpfCall.LINK_INFO, arena).number("prog_id");
    return new FileDescriptor(
        BpfCall.bpf(
            "BPF_PROG_GET_FD_BY_ID, " + id,
            BpfCall.PROG_GET_FD_BY_ID,
            Fields.of(BpfCall.BY_ID, arena).with("prog_id", id)));
  }

  @Override
  public void close() throws SyscallException {
    descriptor.close();
  }
}
