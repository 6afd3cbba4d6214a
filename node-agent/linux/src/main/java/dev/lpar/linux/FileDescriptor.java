package dev.lpar.linux;

import java.lang.foreign.Arena;

/** Owner of an open file description. */
final class FileDescriptor implements AutoCloseable {
  /** asm-generic/fcntl.h, with the values of x86-64 and arm64. */
  static final int O_RDONLY = 0;

  static final int O_EXCL = 0200;
  static final int O_NONBLOCK = 04000;
  static final int O_CLOEXEC = 02000000;
  static final int O_PATH = 010000000;

  private final int number;

  FileDescriptor(int number) {
    this.number = number;
  }

  static FileDescriptor open(String path, int flags) throws SyscallException {
    try (var arena = Arena.ofConfined()) {
      var state = arena.allocate(NativeCall.STATE);
      int fd = (int) NativeCall.OPEN.invokeExact(state, arena.allocateFrom(path), flags);
      if (fd < 0) {
        throw new SyscallException("open(" + path + ")", NativeCall.errno(state));
      }
      return new FileDescriptor(fd);
    } catch (SyscallException e) {
      throw e;
    } catch (Throwable e) {
      throw NativeCall.broken("open", e);
    }
  }

  int number() {
    return number;
  }

  @Override
  public void close() throws SyscallException {
    try (var arena = Arena.ofConfined()) {
      var state = arena.allocate(NativeCall.STATE);
      if ((int) NativeCall.CLOSE.invokeExact(state, number) < 0) {
        throw new SyscallException("close", NativeCall.errno(state));
      }
    } catch (SyscallException e) {
      throw e;
    } catch (Throwable e) {
      throw NativeCall.broken("close", e);
    }
  }
}
