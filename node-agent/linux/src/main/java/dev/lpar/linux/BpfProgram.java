package dev.lpar.linux;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.function.ToIntFunction;

/**
 * Instructions of a BPF program (the kernel's
 * Documentation/bpf/standardization/instruction-set.rst), written by {@link Assembler}. Maps are
 * named, and become numbers when it is loaded: the same program is the same value in every process.
 */
public record BpfProgram(List<Instruction> instructions) {
  private static final byte LOAD_IMMEDIATE_64 = 0x18;

  /** The immediate is a map's file descriptor (BPF_PSEUDO_MAP_FD). */
  private static final int MAP_DESCRIPTOR = 1;

  /** The immediate is one too, and what is wanted is its only value's address. */
  private static final int MAP_VALUE = 2;

  /**
   * @param map that the immediate stands for; empty for none
   */
  record Instruction(
      int code, int destination, int source, int offset, int immediate, String map) {}

  /**
   * A register. r0 has results, r1 to r5 have arguments and are lost by a call, r10 is the frame.
   */
  public enum Register {
    R0,
    R1,
    R2,
    R3,
    R4,
    R5,
    R6,
    R7,
    R8,
    R9,
    FRAME
  }

  /** Bytes of a memory access. */
  public enum Size {
    BYTE(0x10),
    HALF(0x08),
    WORD(0x00),
    DOUBLE(0x18);

    private final int bits;

    Size(int bits) {
      this.bits = bits;
    }

    /**
     * @param bytes 1, 2, 4 or 8
     */
    public static Size of(int bytes) {
      return switch (bytes) {
        case 1 -> BYTE;
        case 2 -> HALF;
        case 4 -> WORD;
        case 8 -> DOUBLE;
        default -> throw new IllegalArgumentException("no access of " + bytes + " bytes");
      };
    }
  }

  /** Comparisons, unsigned where it matters. */
  public enum Test {
    EQUAL(0x10),
    GREATER(0x20),
    AT_LEAST(0x30),
    NOT_EQUAL(0x50),
    LESS(0xa0),
    AT_MOST(0xb0);

    private final int bits;

    Test(int bits) {
      this.bits = bits;
    }
  }

  /** Arithmetic in 64 bits. */
  public enum Operation {
    ADD(0x00),
    SUBTRACT(0x10),
    OR(0x40),
    AND(0x50),
    SHIFT_LEFT(0x60),
    SHIFT_RIGHT(0x70),
    MOVE(0xb0);

    private final int bits;

    Operation(int bits) {
      this.bits = bits;
    }
  }

  /** The kernel's functions, by number (include/uapi/linux/bpf.h). */
  public enum Function {
    MAP_LOOKUP(1),
    MAP_UPDATE(2),
    MONOTONIC_NANOS(5),
    CPU_NUMBER(8),
    PROCESS_AND_THREAD(14),
    /** Room in a ring, or 0; what has got some must submit it. */
    RING_RESERVE(131),
    RING_SUBMIT(132);

    private final int number;

    Function(int number) {
      this.number = number;
    }
  }

  public BpfProgram {
    instructions = List.copyOf(instructions);
  }

  /**
   * As the kernel takes them, 8 bytes each.
   *
   * @param descriptors of the maps, by name
   */
  public byte[] bytes(ToIntFunction<String> descriptors) {
    var bytes = ByteBuffer.allocate(8 * instructions.size()).order(ByteOrder.nativeOrder());
    for (var each : instructions) {
      int immediate = each.map.isEmpty() ? each.immediate : descriptors.applyAsInt(each.map);
      bytes.put((byte) each.code);
      bytes.put((byte) (each.destination | each.source << 4));
      bytes.putShort((short) each.offset);
      bytes.putInt(immediate);
    }
    return bytes.array();
  }

  /** A short text that is the same for the same program. */
  public String fingerprint() {
    long hash = 0xcbf29ce484222325L;
    for (char each : instructions.toString().toCharArray()) {
      hash = (hash ^ each) * 0x100000001b3L;
    }
    return HexFormat.of().toHexDigits(hash);
  }

  /** Writes a program. Jumps go forward to labels that are set later. */
  public static final class Assembler {
    private final List<Instruction> instructions = new ArrayList<>();
    private final Map<String, Integer> labels = new HashMap<>();
    private final Map<Integer, String> jumps = new HashMap<>();

    public Assembler set(Register to, Operation operation, Register from) {
      return add(0x0f | operation.bits, to.ordinal(), from.ordinal(), 0, 0);
    }

    /**
     * @param immediate becomes 64 bits wide by its sign
     */
    public Assembler set(Register to, Operation operation, int immediate) {
      return add(0x07 | operation.bits, to.ordinal(), 0, 0, immediate);
    }

    public Assembler load(Register to, Size size, Register base, int offset) {
      return add(0x61 | size.bits, to.ordinal(), base.ordinal(), offset, 0);
    }

    public Assembler store(Register base, int offset, Size size, Register from) {
      return add(0x63 | size.bits, base.ordinal(), from.ordinal(), offset, 0);
    }

    public Assembler store(Register base, int offset, Size size, int immediate) {
      return add(0x62 | size.bits, base.ordinal(), 0, offset, immediate);
    }

    /** Adds to a doubleword in memory in one step that no other CPU can come between. */
    public Assembler addAtomically(Register base, int offset, Register from) {
      return add(0xdb, base.ordinal(), from.ordinal(), offset, 0);
    }

    /**
     * Puts {@code from} into a doubleword in memory if that equals r0, in one step that no other
     * CPU can come between. What was there is in r0 then.
     */
    public Assembler exchangeIfEqual(Register base, int offset, Register from) {
      return add(0xdb, base.ordinal(), from.ordinal(), offset, 0xf1);
    }

    /** The map itself, as its functions want it. */
    public Assembler map(Register to, String name) {
      return wide(to, name, MAP_DESCRIPTOR);
    }

    /** The address of the only value of an array map. */
    public Assembler mapValue(Register to, String name) {
      return wide(to, name, MAP_VALUE);
    }

    private Assembler wide(Register to, String name, int kind) {
      instructions.add(new Instruction(LOAD_IMMEDIATE_64, to.ordinal(), kind, 0, 0, name));
      return add(0, 0, 0, 0, 0);
    }

    public Assembler call(Function function) {
      return add(0x85, 0, 0, 0, function.number);
    }

    public Assembler jump(String label) {
      jumps.put(instructions.size(), label);
      return add(0x05, 0, 0, 0, 0);
    }

    public Assembler jumpIf(Register left, Test test, int right, String label) {
      jumps.put(instructions.size(), label);
      return add(0x05 | test.bits, left.ordinal(), 0, 0, right);
    }

    public Assembler jumpIf(Register left, Test test, Register right, String label) {
      jumps.put(instructions.size(), label);
      return add(0x0d | test.bits, left.ordinal(), right.ordinal(), 0, 0);
    }

    public Assembler label(String name) {
      if (labels.putIfAbsent(name, instructions.size()) != null) {
        throw new IllegalStateException("label " + name + " is set twice");
      }
      return this;
    }

    /** Ends the program with result 0. */
    public Assembler end() {
      return set(Register.R0, Operation.MOVE, 0).add(0x95, 0, 0, 0, 0);
    }

    private Assembler add(int code, int destination, int source, int offset, int immediate) {
      instructions.add(new Instruction(code, destination, source, offset, immediate, ""));
      return this;
    }

    public BpfProgram assemble() {
      jumps.forEach(
          (at, label) -> {
            var target = labels.get(label);
            if (target == null) {
              throw new IllegalStateException("label " + label + " is set nowhere");
            }
            var from = instructions.get(at);
            instructions.set(
                at,
                new Instruction(
                    from.code,
                    from.destination,
                    from.source,
                    target - at - 1,
                    from.immediate,
                    from.map));
          });
      jumps.clear();
      return new BpfProgram(instructions);
    }
  }
}
