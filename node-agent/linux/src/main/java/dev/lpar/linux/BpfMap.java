package dev.lpar.linux;

import dev.lpar.linux.BpfCall.Fields;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.BiConsumer;

/** A table in the kernel that BPF programs and processes share. */
public final class BpfMap implements AutoCloseable {
  private static final int FIRST_BATCH = 1024;

  /** {@code enum bpf_map_type} */
  public enum Kind {
    HASH(1),
    ARRAY(2),
    /** An array that {@link BpfArray} has in this process's memory as well. */
    MAPPED_ARRAY(2),
    /** What programs put in, {@link BpfRing} takes out; its entries are bytes. */
    RING(27);

    private final int number;

    Kind(int number) {
      this.number = number;
    }
  }

  /**
   * @param keySize in bytes
   * @param valueSize in bytes
   */
  public record Shape(Kind kind, int keySize, int valueSize, int maxEntries) {
    /** A hash table takes memory for what it has, not for all that it may have. */
    private static final int NO_PREALLOC = 1;

    private static final int MMAPABLE = 1 << 10;

    int flags() {
      return switch (kind) {
        case HASH -> NO_PREALLOC;
        case MAPPED_ARRAY -> MMAPABLE;
        case ARRAY, RING -> 0;
      };
    }
  }

  private final FileDescriptor descriptor;
  private final Shape shape;
  private int batch = FIRST_BATCH;

  private BpfMap(FileDescriptor descriptor, Shape shape) {
    this.descriptor = descriptor;
    this.shape = shape;
  }

  public static BpfMap create(Shape shape) throws SyscallException {
    try (var arena = Arena.ofConfined()) {
      return new BpfMap(
          new FileDescriptor(
              BpfCall.bpf(
                  "BPF_MAP_CREATE, " + shape,
                  BpfCall.MAP_CREATE,
                  Fields.of(BpfCall.CREATE, arena)
                      .with("map_type", shape.kind.number)
                      .with("key_size", shape.keySize)
                      .with("value_size", shape.valueSize)
                      .with("max_entries", shape.maxEntries)
                      .with("map_flags", shape.flags()))),
          shape);
    }
  }

  /**
   * The map of that name in a BPF file system.
   *
   * @return empty when there is none, or one of another shape
   */
  public static Optional<BpfMap> pinned(Path path, Shape shape) throws SyscallException {
    var opened = BpfPin.open(path);
    if (opened.isEmpty()) {
      return Optional.empty();
    }
    var map = new BpfMap(opened.get(), shape);
    if (map.isAsShaped()) {
      return Optional.of(map);
    }
    map.close();
    return Optional.empty();
  }

  private boolean isAsShaped() throws SyscallException {
    try (var arena = Arena.ofConfined()) {
      var info = BpfCall.info(descriptor, BpfCall.MAP_INFO, arena);
      return info.number("type") == shape.kind.number
          && info.number("key_size") == shape.keySize
          && info.number("value_size") == shape.valueSize
          && info.number("max_entries") == shape.maxEntries
          && info.number("map_flags") == shape.flags();
    }
  }

  public void pin(Path path) throws SyscallException {
    BpfPin.pin(descriptor, path);
  }

  int number() {
    return descriptor.number();
  }

  FileDescriptor descriptor() {
    return descriptor;
  }

  Shape shape() {
    return shape;
  }

  /** Adds or replaces an entry. */
  public void put(byte[] key, byte[] value) throws SyscallException {
    try (var arena = Arena.ofConfined()) {
      BpfCall.bpf(
          "BPF_MAP_UPDATE_ELEM", BpfCall.MAP_UPDATE_ELEM, element(arena, key, bytes(arena, value)));
    }
  }

  /**
   * @return the value in the machine's byte order; empty when there is none
   */
  public Optional<ByteBuffer> get(byte[] key) throws SyscallException {
    try (var arena = Arena.ofConfined()) {
      var value = arena.allocate(shape.valueSize, 8);
      BpfCall.bpf("BPF_MAP_LOOKUP_ELEM", BpfCall.MAP_LOOKUP_ELEM, element(arena, key, value));
      return Optional.of(
          ByteBuffer.wrap(value.toArray(ValueLayout.JAVA_BYTE)).order(ByteOrder.nativeOrder()));
    } catch (SyscallException e) {
      if (e.errno() == Errno.ENOENT) {
        return Optional.empty();
      }
      throw e;
    }
  }

  /** Removes an entry; there may be none. */
  public void remove(byte[] key) throws SyscallException {
    try (var arena = Arena.ofConfined()) {
      BpfCall.bpf(
          "BPF_MAP_DELETE_ELEM", BpfCall.MAP_DELETE_ELEM, element(arena, key, MemorySegment.NULL));
    } catch (SyscallException e) {
      if (e.errno() != Errno.ENOENT) {
        throw e;
      }
    }
  }

  private Fields element(Arena arena, byte[] key, MemorySegment value) {
    return Fields.of(BpfCall.ELEMENT, arena)
        .with("map_fd", descriptor.number())
        .with("key", bytes(arena, key))
        .with("value", value);
  }

  private static MemorySegment bytes(Arena arena, byte[] bytes) {
    var segment = arena.allocate(bytes.length, 8);
    segment.copyFrom(MemorySegment.ofArray(bytes));
    return segment;
  }

  /**
   * Shows every entry of a hash table, many by one call. One that comes or goes meanwhile may be
   * missed; none is shown twice.
   *
   * @param entry takes key and value, in the machine's byte order; they are valid during the call
   */
  public void forEach(BiConsumer<ByteBuffer, ByteBuffer> entry) throws SyscallException {
    try (var arena = Arena.ofConfined()) {
      // Where the kernel goes on; a hash table's is a number of 4 bytes.
      var place = arena.allocate(Math.max(4, shape.keySize), 8);
      var keys = arena.allocate((long) batch * shape.keySize, 8);
      var values = arena.allocate((long) batch * shape.valueSize, 8);
      boolean first = true;
      boolean last = false;
      while (!last) {
        var attributes =
            Fields.of(BpfCall.BATCH, arena)
                .with("in_batch", first ? MemorySegment.NULL : place)
                .with("out_batch", place)
                .with("keys", keys)
                .with("values", values)
                .with("count", batch)
                .with("map_fd", descriptor.number());
        try {
          BpfCall.bpf("BPF_MAP_LOOKUP_BATCH", BpfCall.MAP_LOOKUP_BATCH, attributes);
        } catch (SyscallException e) {
          if (e.errno() == Errno.ENOSPC) {
            // One bucket has more than that.
            batch *= 2;
            keys = arena.allocate((long) batch * shape.keySize, 8);
            values = arena.allocate((long) batch * shape.valueSize, 8);
            continue;
          }
          if (e.errno() != Errno.ENOENT) {
            throw e;
          }
          last = true;
        }
        first = false;
        for (int i = 0; i < attributes.number("count"); i++) {
          entry.accept(slice(keys, i, shape.keySize), slice(values, i, shape.valueSize));
        }
      }
    }
  }

  private static ByteBuffer slice(MemorySegment all, int index, int size) {
    return all.asSlice((long) index * size, size).asByteBuffer().order(ByteOrder.nativeOrder());
  }

  @Override
  public void close() throws SyscallException {
    descriptor.close();
  }
}
