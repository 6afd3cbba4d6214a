package dev.lpar.linux;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The kernel's messages about devices (netlink(7), NETLINK_KOBJECT_UEVENT). To listen takes no
 * privilege.
 *
 * <p>They reach a container with a network namespace of its own: what belongs to no network
 * namespace, PCI functions and block devices among them, is broadcast to every one that the initial
 * user namespace owns (lib/kobject_uevent.c, uevent_net_broadcast_untagged). A network interface is
 * told of in its own namespace alone (uevent_net_broadcast_tagged); the host's are known by the
 * {@code bind} of their PCI function.
 */
public final class UeventSocket implements AutoCloseable {
  /** What came of waiting. */
  public sealed interface Received {
    record Message(Uevent event) implements Received {}

    /** The time is up, or what came was no message of the kernel. */
    record Nothing() implements Received {}

    /** The kernel had more than the socket could hold: anything may have happened. */
    record Lost() implements Received {}

    record Closed() implements Received {}
  }

  /** linux/socket.h, linux/net.h */
  private static final int AF_NETLINK = 16;

  private static final int SOCK_RAW = 3;
  private static final int SOCK_CLOEXEC = FileDescriptor.O_CLOEXEC;
  private static final int MSG_DONTWAIT = 0x40;

  /** linux/netlink.h */
  private static final int NETLINK_KOBJECT_UEVENT = 15;

  /** The kernel's own messages; udev's are in group 2. */
  private static final int KERNEL = 1;

  /** asm-generic/poll.h */
  private static final short POLLIN = 1;

  /** More than a message has: 2 KiB of properties and the path (linux/kobject.h). */
  private static final int BUFFER = 8192;

  /** {@code struct sockaddr_nl}, linux/netlink.h. */
  static final StructLayout SOCKADDR_NL =
      MemoryLayout.structLayout(
          JAVA_SHORT.withName("nl_family"),
          JAVA_SHORT.withName("nl_pad"),
          JAVA_INT.withName("nl_pid"),
          JAVA_INT.withName("nl_groups"));

  /** {@code struct pollfd}, asm-generic/poll.h. */
  static final StructLayout POLLFD =
      MemoryLayout.structLayout(
          JAVA_INT.withName("fd"), JAVA_SHORT.withName("events"), JAVA_SHORT.withName("revents"));

  private final FileDescriptor socket;

  /** Readable once the socket is to be closed: close(2) alone wakes no one. */
  private final FileDescriptor closing;

  private final AtomicBoolean closed = new AtomicBoolean();
  private final ReentrantLock reading = new ReentrantLock();

  private UeventSocket(FileDescriptor socket, FileDescriptor closing) {
    this.socket = socket;
    this.closing = closing;
  }

  /** Listens from now on. */
  public static UeventSocket open() throws SyscallException {
    var socket = socket();
    try {
      bind(socket);
      return new UeventSocket(socket, eventfd());
    } catch (SyscallException e) {
      socket.close();
      throw e;
    }
  }

  /** Waits for the next message. */
  public Received receive(Duration longest) throws SyscallException {
    reading.lock();
    try (var arena = Arena.ofConfined()) {
      if (closed.get() || !readable(arena, longest)) {
        return closed.get() ? new Received.Closed() : new Received.Nothing();
      }
      return closed.get() ? new Received.Closed() : read(arena);
    } finally {
      reading.unlock();
    }
  }

  /** Ends the wait of whoever receives, and returns when the socket is closed. */
  @Override
  public void close() throws SyscallException {
    if (closed.getAndSet(true)) {
      return;
    }
    wake();
    reading.lock();
    try (socket;
        closing) {
      return;
    } finally {
      reading.unlock();
    }
  }

  private boolean readable(Arena arena, Duration longest) throws SyscallException {
    try {
      var state = arena.allocate(NativeCall.STATE);
      var fds = arena.allocate(POLLFD, 2);
      long second = POLLFD.byteSize();
      fds.set(JAVA_INT, 0, socket.number());
      fds.set(JAVA_SHORT, 4, POLLIN);
      fds.set(JAVA_INT, second, closing.number());
      fds.set(JAVA_SHORT, second + 4, POLLIN);
      int millis = (int) Math.clamp(longest.toMillis(), 0, Integer.MAX_VALUE);
      int ready = (int) NativeCall.POLL.invokeExact(state, fds, 2L, millis);
      if (ready < 0 && NativeCall.errno(state) != Errno.EINTR) {
        throw new SyscallException("poll(uevents)", NativeCall.errno(state));
      }
      return ready > 0;
    } catch (SyscallException e) {
      throw e;
    } catch (Throwable e) {
      throw NativeCall.broken("poll", e);
    }
  }

  private Received read(Arena arena) throws SyscallException {
    try {
      var state = arena.allocate(NativeCall.STATE);
      var buffer = arena.allocate(BUFFER);
      var sender = arena.allocate(SOCKADDR_NL);
      var length = arena.allocateFrom(JAVA_INT, (int) SOCKADDR_NL.byteSize());
      long count =
          (long)
              NativeCall.RECVFROM.invokeExact(
                  state, socket.number(), buffer, (long) BUFFER, MSG_DONTWAIT, sender, length);
      if (count < 0) {
        int errno = NativeCall.errno(state);
        return switch (errno) {
          case Errno.ENOBUFS -> new Received.Lost();
          case Errno.EAGAIN, Errno.EINTR -> new Received.Nothing();
          default -> throw new SyscallException("recvfrom(uevents)", errno);
        };
      }
      boolean kernel = sender.get(JAVA_INT, 4) == 0;
      return kernel ? message(buffer.asSlice(0, count)) : new Received.Nothing();
    } catch (SyscallException e) {
      throw e;
    } catch (Throwable e) {
      throw NativeCall.broken("recvfrom", e);
    }
  }

  private static Received message(MemorySegment bytes) {
    return Uevent.parse(new String(bytes.toArray(JAVA_BYTE), StandardCharsets.UTF_8))
        .<Received>map(Received.Message::new)
        .orElseGet(Received.Nothing::new);
  }

  private void wake() throws SyscallException {
    try (var arena = Arena.ofConfined()) {
      var state = arena.allocate(NativeCall.STATE);
      var one = arena.allocateFrom(JAVA_LONG, 1L);
      if ((long) NativeCall.WRITE.invokeExact(state, closing.number(), one, 8L) < 0) {
        throw new SyscallException("write(eventfd)", NativeCall.errno(state));
      }
    } catch (SyscallException e) {
      throw e;
    } catch (Throwable e) {
      throw NativeCall.broken("write", e);
    }
  }

  private static FileDescriptor socket() throws SyscallException {
    try (var arena = Arena.ofConfined()) {
      var state = arena.allocate(NativeCall.STATE);
      int fd =
          (int)
              NativeCall.SOCKET.invokeExact(
                  state, AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_KOBJECT_UEVENT);
      if (fd < 0) {
        throw new SyscallException(
            "socket(AF_NETLINK, NETLINK_KOBJECT_UEVENT)", NativeCall.errno(state));
      }
      return new FileDescriptor(fd);
    } catch (SyscallException e) {
      throw e;
    } catch (Throwable e) {
      throw NativeCall.broken("socket", e);
    }
  }

  private static void bind(FileDescriptor socket) throws SyscallException {
    try (var arena = Arena.ofConfined()) {
      var state = arena.allocate(NativeCall.STATE);
      var address = arena.allocate(SOCKADDR_NL);
      address.set(JAVA_SHORT, 0, (short) AF_NETLINK);
      address.set(JAVA_INT, 8, KERNEL);
      int size = (int) SOCKADDR_NL.byteSize();
      if ((int) NativeCall.BIND.invokeExact(state, socket.number(), address, size) < 0) {
        throw new SyscallException("bind(NETLINK_KOBJECT_UEVENT)", NativeCall.errno(state));
      }
    } catch (SyscallException e) {
      throw e;
    } catch (Throwable e) {
      throw NativeCall.broken("bind", e);
    }
  }

  private static FileDescriptor eventfd() throws SyscallException {
    try (var arena = Arena.ofConfined()) {
      var state = arena.allocate(NativeCall.STATE);
      int fd = (int) NativeCall.EVENTFD.invokeExact(state, 0, SOCK_CLOEXEC);
      if (fd < 0) {
        throw new SyscallException("eventfd", NativeCall.errno(state));
      }
      return new FileDescriptor(fd);
    } catch (SyscallException e) {
      throw e;
    } catch (Throwable e) {
      throw NativeCall.broken("eventfd", e);
    }
  }
}
