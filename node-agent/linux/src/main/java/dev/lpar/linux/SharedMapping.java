package dev.lpar.linux;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** Memory of the kernel's, or of a file, in this process's address space. */
record SharedMapping(MemorySegment memory) implements AutoCloseable {
  /** asm-generic/mman-common.h */
  static final int PROT_READ = 1;

  static final int PROT_WRITE = 2;
  private static final int MAP_SHARED = 1;

  /**
   * @param offset in the file, in bytes; a multiple of the page size
   * @param length in bytes
   */
  static SharedMapping of(FileDescriptor file, long offset, long length, int protection)
      throws SyscallException {
    try (var arena = Arena.ofConfined()) {
      var state = arena.allocate(NativeCall.STATE);
      var address =
          (MemorySegment)
              NativeCall.MMAP.invokeExact(
                  state, MemorySegment.NULL, length, protection, MAP_SHARED, file.number(), offset);
      if (address.address() == -1) {
        throw new SyscallException("mmap(" + length + " bytes)", NativeCall.errno(state));
      }
      return new SharedMapping(address.reinterpret(length));
    } catch (SyscallException e) {
      throw e;
    } catch (Throwable e) {
      throw NativeCall.broken("mmap", e);
    }
  }

  /** In bytes. */
  static int pageSize() {
    try (var arena = Arena.ofConfined()) {
      return (int) NativeCall.GETPAGESIZE.invokeExact(arena.allocate(NativeCall.STATE));
    } catch (Throwable e) {
      throw NativeCall.broken("getpagesize", e);
    }
  }

  /** The memory must not be touched any more. */
  @Override
  public void close() throws SyscallException {
    try (var arena = Arena.ofConfined()) {
      var state = arena.allocate(NativeCall.STATE);
      if ((int) NativeCall.MUNMAP.invokeExact(state, memory, memory.byteSize()) < 0) {
        throw new SyscallException("munmap", NativeCall.errno(state));
      }
    } catch (SyscallException e) {
      throw e;
    } catch (Throwable e) {
      throw NativeCall.broken("munmap", e);
    }
  }
}
