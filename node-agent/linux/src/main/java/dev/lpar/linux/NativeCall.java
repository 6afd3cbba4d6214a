package dev.lpar.linux;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout.PathElement;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;

/** The C library's functions that this module calls. errno is captured with the call itself. */
final class NativeCall {
  private static final Linker LINKER = Linker.nativeLinker();
  static final StructLayout STATE = Linker.Option.captureStateLayout();
  private static final VarHandle ERRNO = STATE.varHandle(PathElement.groupElement("errno"));

  /** {@code int open(const char *path, int flags, ...)} */
  static final MethodHandle OPEN =
      variadic("open", 2, FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_INT));

  /** {@code int close(int fd)} */
  static final MethodHandle CLOSE = fixed("close", FunctionDescriptor.of(JAVA_INT, JAVA_INT));

  /** {@code ssize_t write(int fd, const void *buf, size_t count)} */
  static final MethodHandle WRITE =
      fixed("write", FunctionDescriptor.of(JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG));

  /** {@code int poll(struct pollfd *fds, nfds_t nfds, int timeout)} */
  static final MethodHandle POLL =
      fixed("poll", FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_LONG, JAVA_INT));

  /** {@code int eventfd(unsigned int initval, int flags)} */
  static final MethodHandle EVENTFD =
      fixed("eventfd", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT));

  /** {@code int socket(int domain, int type, int protocol)} */
  static final MethodHandle SOCKET =
      fixed("socket", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT));

  /** {@code int bind(int fd, const struct sockaddr *address, socklen_t length)} */
  static final MethodHandle BIND =
      fixed("bind", FunctionDescriptor.of(JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT));

  /**
   * {@code ssize_t recvfrom(int fd, void *buf, size_t len, int flags, struct sockaddr *sender,
   * socklen_t *length)}
   */
  static final MethodHandle RECVFROM =
      fixed(
          "recvfrom",
          FunctionDescriptor.of(
              JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG, JAVA_INT, ADDRESS, ADDRESS));

  /** {@code int sched_setaffinity(pid_t thread, size_t size, const cpu_set_t *mask)} */
  static final MethodHandle SCHED_SETAFFINITY =
      fixed("sched_setaffinity", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_LONG, ADDRESS));

  /** {@code int sched_getaffinity(pid_t thread, size_t size, cpu_set_t *mask)} */
  static final MethodHandle SCHED_GETAFFINITY =
      fixed("sched_getaffinity", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_LONG, ADDRESS));

  /** {@code int prctl(int operation, ...)}, with four arguments. */
  static final MethodHandle PRCTL =
      variadic(
          "prctl",
          1,
          FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG));

  /** {@code long syscall(long number, ...)}, with the three arguments of bpf(2). */
  static final MethodHandle SYSCALL_3 =
      variadic(
          "syscall", 1, FunctionDescriptor.of(JAVA_LONG, JAVA_LONG, JAVA_LONG, ADDRESS, JAVA_LONG));

  /** {@code long syscall(long number, ...)}, with the five arguments of perf_event_open(2). */
  static final MethodHandle SYSCALL_5 =
      variadic(
          "syscall",
          1,
          FunctionDescriptor.of(
              JAVA_LONG, JAVA_LONG, ADDRESS, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG));

  /** {@code long syscall(long number, ...)}, with the four arguments of openat2(2). */
  static final MethodHandle SYSCALL_4 =
      variadic(
          "syscall",
          1,
          FunctionDescriptor.of(JAVA_LONG, JAVA_LONG, JAVA_LONG, ADDRESS, ADDRESS, JAVA_LONG));

  /** {@code void *mmap(void *addr, size_t length, int prot, int flags, int fd, off_t offset)} */
  static final MethodHandle MMAP =
      fixed(
          "mmap",
          FunctionDescriptor.of(
              ADDRESS, ADDRESS, JAVA_LONG, JAVA_INT, JAVA_INT, JAVA_INT, JAVA_LONG));

  /** {@code int munmap(void *addr, size_t length)} */
  static final MethodHandle MUNMAP =
      fixed("munmap", FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_LONG));

  /** {@code int getpagesize(void)} */
  static final MethodHandle GETPAGESIZE = fixed("getpagesize", FunctionDescriptor.of(JAVA_INT));

  private NativeCall() {}

  private static MethodHandle fixed(String name, FunctionDescriptor descriptor) {
    return LINKER.downcallHandle(
        LINKER.defaultLookup().findOrThrow(name),
        descriptor,
        Linker.Option.captureCallState("errno"));
  }

  private static MethodHandle variadic(
      String name, int firstVariadic, FunctionDescriptor descriptor) {
    return LINKER.downcallHandle(
        LINKER.defaultLookup().findOrThrow(name),
        descriptor,
        Linker.Option.captureCallState("errno"),
        Linker.Option.firstVariadicArg(firstVariadic));
  }

  /** The error number of a call that failed; meaningless after one that didn't. */
  static int errno(MemorySegment state) {
    return (int) ERRNO.get(state, 0L);
  }

  /** A handle threw what its C function can't: a mistake in this module. */
  static AssertionError broken(String call, Throwable thrown) {
    return new AssertionError("native call " + call, thrown);
  }
}
