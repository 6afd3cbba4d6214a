package dev.lpar.agent.vmexit.counter;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.lpar.linux.BpfProgram;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Runs BPF programs as the kernel would (its
 * Documentation/bpf/standardization/instruction-set.rst), for what ours use of it: one CPU, a clock
 * and a thread that the test sets, and maps in memory. An access outside of what a program was
 * given fails.
 */
final class BpfMachine {
  private static final int STACK = 512;
  private static final int MOST_STEPS = 100_000;

  /** What a call leaves in r1 to r5: no address, and no number that would be right. */
  private static final long LOST = 0x8badf00d_8badf00dL;

  /** Memory by where it begins, with gaps between. */
  private final TreeMap<Long, ByteBuffer> memory = new TreeMap<>();

  private final Map<String, Table> tables = new HashMap<>();
  private final List<Table> byDescriptor = new ArrayList<>();
  private long nextAddress = 0x1000;

  /** In ns. */
  long clock = 1;

  /** By which it goes on each time that it is read. */
  long tick;

  /** The number of the process in the upper half, of the thread in the lower. */
  long thread;

  /** The CPU that it runs on. */
  int cpu;

  /** What the only ring has still room for, in records. */
  int room = Integer.MAX_VALUE;

  /** What was submitted to the ring. */
  final List<ByteBuffer> submitted = new ArrayList<>();

  private interface Table {
    int keySize();

    int valueSize();

    /** The address of the value, or 0. */
    long lookup(ByteBuffer key);

    /** As BPF_NOEXIST has it: 0, or a negative error. */
    long add(ByteBuffer key, ByteBuffer value);
  }

  private record Array(long address, int valueSize, int entries) implements Table {
    @Override
    public int keySize() {
      return 4;
    }

    @Override
    public long lookup(ByteBuffer key) {
      int index = key.getInt(0);
      return index < 0 || index >= entries ? 0 : address + (long) index * valueSize;
    }

    @Override
    public long add(ByteBuffer key, ByteBuffer value) {
      throw new AssertionError("an array's entries are always there");
    }
  }

  private final class Hash implements Table {
    private static final long EXISTS = -17;
    private static final long FULL = -7;

    private final Map<ByteBuffer, Long> addresses = new HashMap<>();
    private final int keySize;
    private final int valueSize;
    private final int most;

    Hash(int keySize, int valueSize, int most) {
      this.keySize = keySize;
      this.valueSize = valueSize;
      this.most = most;
    }

    @Override
    public int keySize() {
      return keySize;
    }

    @Override
    public int valueSize() {
      return valueSize;
    }

    @Override
    public long lookup(ByteBuffer key) {
      return addresses.getOrDefault(key, 0L);
    }

    @Override
    public long add(ByteBuffer key, ByteBuffer value) {
      if (addresses.containsKey(key)) {
        return EXISTS;
      }
      if (addresses.size() == most) {
        return FULL;
      }
      long address = allocate(valueSize);
      at(address, valueSize).put(value);
      addresses.put(ByteBuffer.allocate(keySize).put(key).flip(), address);
      return 0;
    }
  }

  void array(String name, int valueSize, int entries) {
    add(name, new Array(allocate(valueSize * entries), valueSize, entries));
  }

  void hash(String name, int keySize, int valueSize, int most) {
    add(name, new Hash(keySize, valueSize, most));
  }

  /** Its name alone: what is written to it is in {@link #submitted}. */
  void ring(String name) {
    add(name, new Array(0, 0, 0));
  }

  private void add(String name, Table table) {
    tables.put(name, table);
    byDescriptor.add(table);
  }

  /** An entry of an array, to read and to write. */
  ByteBuffer entry(String name, int index) {
    var array = (Array) tables.get(name);
    return at(array.address + (long) index * array.valueSize, array.valueSize);
  }

  /** What a hash table has: its keys with their values. */
  Map<ByteBuffer, ByteBuffer> entries(String name) {
    var hash = (Hash) tables.get(name);
    var entries = new HashMap<ByteBuffer, ByteBuffer>();
    hash.addresses.forEach(
        (key, address) ->
            entries.put(
                key.duplicate().order(ByteOrder.nativeOrder()), at(address, hash.valueSize)));
    return entries;
  }

  /**
   * @param context what r1 shows it, such as a tracepoint's record
   */
  void run(BpfProgram program, byte[] context) {
    var code =
        ByteBuffer.wrap(program.bytes(name -> byDescriptor.indexOf(tables.get(name))))
            .order(ByteOrder.nativeOrder());
    long given = allocate(context.length);
    at(given, context.length).put(context);
    long stack = allocate(STACK);
    var registers = new long[11];
    registers[1] = given;
    registers[10] = stack + STACK;
    int next = 0;
    for (int step = 0; step < MOST_STEPS; step++) {
      int at = 8 * next++;
      int operation = code.get(at) & 0xff;
      if (operation == 0x95) {
        memory.remove(given);
        memory.remove(stack);
        return;
      }
      int to = code.get(at + 1) & 0xf;
      int from = code.get(at + 1) >> 4 & 0xf;
      int offset = code.getShort(at + 2);
      int immediate = code.getInt(at + 4);
      boolean byRegister = (operation & 0x08) != 0;
      long right = byRegister ? registers[from] : immediate;
      switch (operation & 0x07) {
        case 0x07 -> registers[to] = calculate(operation & 0xf0, registers[to], right);
        case 0x05 -> {
          if (operation == 0x85) {
            registers[0] = call(immediate, registers);
            Arrays.fill(registers, 1, 6, LOST);
          } else if (holds(operation & 0xf0, registers[to], right)) {
            next += offset;
          }
        }
        case 0x00 -> {
          var table = byDescriptor.get(immediate);
          registers[to] = from == 2 ? ((Array) table).address : immediate;
          next++;
        }
        case 0x01 -> registers[to] = read(operation, registers[from] + offset);
        case 0x02 -> write(operation, registers[to] + offset, immediate);
        case 0x03 -> {
          if (operation == 0xdb) {
            atomically(immediate, registers[to] + offset, from, registers);
          } else {
            write(operation, registers[to] + offset, registers[from]);
          }
        }
        default -> throw new AssertionError("no instruction " + operation);
      }
    }
    throw new AssertionError("doesn't end");
  }

  private static long calculate(int operation, long left, long right) {
    return switch (operation) {
      case 0x00 -> left + right;
      case 0x10 -> left - right;
      case 0x40 -> left | right;
      case 0x50 -> left & right;
      case 0x60 -> left << right;
      case 0x70 -> left >>> right;
      case 0xb0 -> right;
      default -> throw new AssertionError("no operation " + operation);
    };
  }

  private static boolean holds(int test, long left, long right) {
    int order = Long.compareUnsigned(left, right);
    return switch (test) {
      case 0x00 -> true;
      case 0x10 -> order == 0;
      case 0x20 -> order > 0;
      case 0x30 -> order >= 0;
      case 0x50 -> order != 0;
      case 0xa0 -> order < 0;
      case 0xb0 -> order <= 0;
      default -> throw new AssertionError("no test " + test);
    };
  }

  private void atomically(int how, long address, int from, long[] registers) {
    long was = read(0x18, address);
    if (how == 0) {
      write(0x18, address, was + registers[from]);
      return;
    }
    if (was == registers[0]) {
      write(0x18, address, registers[from]);
    }
    registers[0] = was;
  }

  /** By the numbers of include/uapi/linux/bpf.h. */
  private long call(int function, long[] registers) {
    return switch (function) {
      case 1 -> {
        var table = byDescriptor.get((int) registers[1]);
        yield table.lookup(at(registers[2], table.keySize()));
      }
      case 2 -> {
        var table = byDescriptor.get((int) registers[1]);
        assertEquals(1, registers[4], "BPF_NOEXIST");
        yield table.add(at(registers[2], table.keySize()), at(registers[3], table.valueSize()));
      }
      case 5 -> {
        long now = clock;
        clock += tick;
        yield now;
      }
      case 8 -> cpu;
      case 14 -> thread;
      case 131 -> room-- > 0 ? allocate((int) registers[2]) : 0;
      case 132 -> {
        submitted.add(memory.remove(registers[1]));
        yield 0;
      }
      default -> throw new AssertionError("no function " + function);
    };
  }

  private long read(int operation, long address) {
    var bytes = at(address, size(operation));
    return switch (bytes.remaining()) {
      case 1 -> bytes.get() & 0xffL;
      case 2 -> bytes.getShort() & 0xffffL;
      case 4 -> bytes.getInt() & 0xffff_ffffL;
      default -> bytes.getLong();
    };
  }

  private void write(int operation, long address, long value) {
    var bytes = at(address, size(operation));
    switch (bytes.remaining()) {
      case 1 -> bytes.put((byte) value);
      case 2 -> bytes.putShort((short) value);
      case 4 -> bytes.putInt((int) value);
      default -> bytes.putLong(value);
    }
  }

  private static int size(int operation) {
    return switch (operation & 0x18) {
      case 0x10 -> 1;
      case 0x08 -> 2;
      case 0x00 -> 4;
      default -> 8;
    };
  }

  private long allocate(int size) {
    long address = nextAddress;
    memory.put(address, ByteBuffer.allocate(size).order(ByteOrder.nativeOrder()));
    nextAddress += (size + 0xfffL & ~0xfffL) + 0x1000;
    return address;
  }

  private ByteBuffer at(long address, int size) {
    var area = memory.floorEntry(address);
    if (area == null || address + size > area.getKey() + area.getValue().capacity()) {
      throw new AssertionError(
          "no memory of the program's: %#x, %d bytes".formatted(address, size));
    }
    return area.getValue()
        .slice((int) (address - area.getKey()), size)
        .order(ByteOrder.nativeOrder());
  }
}
