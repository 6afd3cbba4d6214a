package dev.lpar.linux;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemoryLayout.PathElement;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;

/**
 * bpf(2) and perf_event_open(2), with their structures (include/uapi/linux/bpf.h, perf_event.h).
 */
final class BpfCall {
  static final int MAP_CREATE = 0;
  static final int MAP_LOOKUP_ELEM = 1;
  static final int MAP_UPDATE_ELEM = 2;
  static final int MAP_DELETE_ELEM = 3;
  static final int PROG_LOAD = 5;
  static final int OBJ_PIN = 6;
  static final int OBJ_GET = 7;
  static final int PROG_GET_FD_BY_ID = 13;
  static final int OBJ_GET_INFO_BY_FD = 15;
  static final int MAP_LOOKUP_BATCH = 24;
  static final int LINK_CREATE = 28;

  /** {@code union bpf_attr} of BPF_MAP_CREATE, as far as it is used. */
  static final StructLayout CREATE =
      MemoryLayout.structLayout(
          JAVA_INT.withName("map_type"),
          JAVA_INT.withName("key_size"),
          JAVA_INT.withName("value_size"),
          JAVA_INT.withName("max_entries"),
          JAVA_INT.withName("map_flags"),
          JAVA_INT.withName("inner_map_fd"),
          JAVA_INT.withName("numa_node"),
          MemoryLayout.sequenceLayout(16, JAVA_BYTE).withName("map_name"),
          JAVA_INT.withName("map_ifindex"));

  /** {@code union bpf_attr} of BPF_MAP_*_ELEM. */
  static final StructLayout ELEMENT =
      MemoryLayout.structLayout(
          JAVA_INT.withName("map_fd"),
          MemoryLayout.paddingLayout(4),
          JAVA_LONG.withName("key"),
          JAVA_LONG.withName("value"),
          JAVA_LONG.withName("flags"));

  /** {@code union bpf_attr} of BPF_MAP_*_BATCH. */
  static final StructLayout BATCH =
      MemoryLayout.structLayout(
          JAVA_LONG.withName("in_batch"),
          JAVA_LONG.withName("out_batch"),
          JAVA_LONG.withName("keys"),
          JAVA_LONG.withName("values"),
          JAVA_INT.withName("count"),
          JAVA_INT.withName("map_fd"),
          JAVA_LONG.withName("elem_flags"),
          JAVA_LONG.withName("flags"));

  /** {@code union bpf_attr} of BPF_PROG_LOAD, as far as it is used. */
  static final StructLayout LOAD =
      MemoryLayout.structLayout(
          JAVA_INT.withName("prog_type"),
          JAVA_INT.withName("insn_cnt"),
          JAVA_LONG.withName("insns"),
          JAVA_LONG.withName("license"),
          JAVA_INT.withName("log_level"),
          JAVA_INT.withName("log_size"),
          JAVA_LONG.withName("log_buf"),
          JAVA_INT.withName("kern_version"),
          JAVA_INT.withName("prog_flags"),
          MemoryLayout.sequenceLayout(16, JAVA_BYTE).withName("prog_name"));

  /** {@code union bpf_attr} of BPF_OBJ_PIN and BPF_OBJ_GET. */
  static final StructLayout PIN =
      MemoryLayout.structLayout(
          JAVA_LONG.withName("pathname"),
          JAVA_INT.withName("bpf_fd"),
          JAVA_INT.withName("file_flags"));

  /** {@code union bpf_attr} of BPF_OBJ_GET_INFO_BY_FD. */
  static final StructLayout INFO =
      MemoryLayout.structLayout(
          JAVA_INT.withName("bpf_fd"), JAVA_INT.withName("info_len"), JAVA_LONG.withName("info"));

  /** {@code union bpf_attr} of BPF_PROG_GET_FD_BY_ID. */
  static final StructLayout BY_ID =
      MemoryLayout.structLayout(
          JAVA_INT.withName("prog_id"),
          JAVA_INT.withName("next_id"),
          JAVA_INT.withName("open_flags"));

  /** {@code union bpf_attr} of BPF_LINK_CREATE for a perf event. */
  static final StructLayout LINK =
      MemoryLayout.structLayout(
          JAVA_INT.withName("prog_fd"),
          JAVA_INT.withName("target_fd"),
          JAVA_INT.withName("attach_type"),
          JAVA_INT.withName("flags"),
          JAVA_LONG.withName("bpf_cookie"));

  /** {@code struct bpf_map_info}, as far as it is used. */
  static final StructLayout MAP_INFO =
      MemoryLayout.structLayout(
          JAVA_INT.withName("type"),
          JAVA_INT.withName("id"),
          JAVA_INT.withName("key_size"),
          JAVA_INT.withName("value_size"),
          JAVA_INT.withName("max_entries"),
          JAVA_INT.withName("map_flags"));

  /** {@code struct bpf_link_info}, as far as it is used. */
  static final StructLayout LINK_INFO =
      MemoryLayout.structLayout(
          JAVA_INT.withName("type"), JAVA_INT.withName("id"), JAVA_INT.withName("prog_id"));

  /** {@code struct bpf_prog_info}, as far as it is used. */
  static final StructLayout PROGRAM_INFO =
      MemoryLayout.structLayout(
          JAVA_INT.withName("type"),
          JAVA_INT.withName("id"),
          MemoryLayout.paddingLayout(184),
          JAVA_LONG.withName("run_time_ns"),
          JAVA_LONG.withName("run_cnt"),
          JAVA_LONG.withName("recursion_misses"));

  /** {@code struct perf_event_attr}, the first version (PERF_ATTR_SIZE_VER0). */
  static final StructLayout PERF_EVENT =
      MemoryLayout.structLayout(
          JAVA_INT.withName("type"),
          JAVA_INT.withName("size"),
          JAVA_LONG.withName("config"),
          JAVA_LONG.withName("sample_period"),
          JAVA_LONG.withName("sample_type"),
          JAVA_LONG.withName("read_format"),
          JAVA_LONG.withName("flags"),
          JAVA_INT.withName("wakeup_events"),
          JAVA_INT.withName("bp_type"),
          JAVA_LONG.withName("config1"));

  private static final int PERF_TYPE_TRACEPOINT = 2;
  private static final long PERF_FLAG_FD_CLOEXEC = 8;

  private BpfCall() {}

  /** Writes a structure, field by field. */
  record Fields(StructLayout layout, MemorySegment segment) {
    static Fields of(StructLayout layout, Arena arena) {
      return new Fields(layout, arena.allocate(layout.byteSize(), 8));
    }

    Fields with(String field, int value) {
      segment.set(JAVA_INT, offset(field), value);
      return this;
    }

    Fields with(String field, long value) {
      segment.set(JAVA_LONG, offset(field), value);
      return this;
    }

    Fields with(String field, MemorySegment pointer) {
      return with(field, pointer.address());
    }

    int number(String field) {
      return segment.get(JAVA_INT, offset(field));
    }

    long longNumber(String field) {
      return segment.get(JAVA_LONG, offset(field));
    }

    private long offset(String field) {
      return layout.byteOffset(PathElement.groupElement(field));
    }
  }

  /**
   * @param what the call for messages
   * @return what the kernel returns, often a file descriptor
   */
  static int bpf(String what, int command, Fields attributes) throws SyscallException {
    try (var arena = Arena.ofConfined()) {
      var state = arena.allocate(NativeCall.STATE);
      var segment = attributes.segment();
      long result =
          (long)
              NativeCall.SYSCALL_3.invokeExact(
                  state, number(321, 280), (long) command, segment, segment.byteSize());
      if (result < 0) {
        throw new SyscallException("bpf(" + what + ")", NativeCall.errno(state));
      }
      return (int) result;
    } catch (SyscallException e) {
      throw e;
    } catch (Throwable e) {
      throw NativeCall.broken("bpf", e);
    }
  }

  /** Fills in what the kernel knows of a map, link or program. */
  static Fields info(FileDescriptor of, StructLayout layout, Arena arena) throws SyscallException {
    var info = Fields.of(layout, arena);
    bpf(
        "BPF_OBJ_GET_INFO_BY_FD",
        OBJ_GET_INFO_BY_FD,
        Fields.of(INFO, arena)
            .with("bpf_fd", of.number())
            .with("info_len", (int) layout.byteSize())
            .with("info", info.segment()));
    return info;
  }

  /** An event of a tracepoint, on all CPUs for a BPF program that is attached to it. */
  static FileDescriptor tracepoint(int id) throws SyscallException {
    try (var arena = Arena.ofConfined()) {
      var state = arena.allocate(NativeCall.STATE);
      var event =
          Fields.of(PERF_EVENT, arena)
              .with("type", PERF_TYPE_TRACEPOINT)
              .with("size", (int) PERF_EVENT.byteSize())
              .with("config", (long) id)
              .with("sample_period", 1L)
              .with("wakeup_events", 1);
      long result =
          (long)
              NativeCall.SYSCALL_5.invokeExact(
                  state, number(298, 241), event.segment(), -1L, 0L, -1L, PERF_FLAG_FD_CLOEXEC);
      if (result < 0) {
        throw new SyscallException(
            "perf_event_open(tracepoint " + id + ")", NativeCall.errno(state));
      }
      return new FileDescriptor((int) result);
    } catch (SyscallException e) {
      throw e;
    } catch (Throwable e) {
      throw NativeCall.broken("perf_event_open", e);
    }
  }

  /** A call's number on x86-64, or by the table that all newer architectures share. */
  private static long number(long x86, long generic) {
    return System.getProperty("os.arch").equals("amd64") ? x86 : generic;
  }
}
