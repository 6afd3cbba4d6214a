package dev.lpar.linux;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.StructLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * The blade's root directory as the agent's container sees it, and what paths under it lead to. The
 * kernel resolves them as it would for a process of the blade: an absolute symbolic link stays
 * within the root (openat2(2), RESOLVE_IN_ROOT).
 *
 * @param directory where the blade's root is mounted, such as {@code /host}
 */
public record HostRoot(Path directory) {
  /** The same on every architecture (asm-generic/unistd.h). */
  private static final long OPENAT2 = 437;

  /** linux/openat2.h */
  private static final long RESOLVE_IN_ROOT = 0x10;

  /** {@code struct open_how}, linux/openat2.h. */
  static final StructLayout OPEN_HOW =
      MemoryLayout.structLayout(
          JAVA_LONG.withName("flags"), JAVA_LONG.withName("mode"), JAVA_LONG.withName("resolve"));

  /**
   * What a path leads to.
   *
   * @param hostPath its path on the blade, without symbolic links
   * @param seenAt its path in this process's mount namespace
   */
  public record Target(Path hostPath, Path seenAt) {}

  /**
   * Follows an absolute path of the blade to what it leads to.
   *
   * @return empty when there is nothing, or a link on the way leads nowhere
   * @throws SyscallException for any other refusal, such as a loop of links
   */
  public Optional<Target> follow(String hostPath) throws IOException {
    try (var root =
            FileDescriptor.open(
                directory.toString(), FileDescriptor.O_PATH | FileDescriptor.O_CLOEXEC);
        var target = openBelow(root, hostPath)) {
      var seenAt = Files.readSymbolicLink(Path.of("/proc/self/fd/" + target.number()));
      var absolute = directory.toRealPath();
      return Optional.of(new Target(Path.of("/").resolve(absolute.relativize(seenAt)), seenAt));
    } catch (SyscallException e) {
      if (e.errno() == Errno.ENOENT || e.errno() == Errno.ENOTDIR) {
        return Optional.empty();
      }
      throw e;
    }
  }

  private static FileDescriptor openBelow(FileDescriptor root, String path)
      throws SyscallException {
    try (var arena = Arena.ofConfined()) {
      var state = arena.allocate(NativeCall.STATE);
      var how = arena.allocate(OPEN_HOW);
      how.set(JAVA_LONG, 0, FileDescriptor.O_PATH | FileDescriptor.O_CLOEXEC);
      how.set(JAVA_LONG, 16, RESOLVE_IN_ROOT);
      long fd =
          (long)
              NativeCall.SYSCALL_4.invokeExact(
                  state,
                  OPENAT2,
                  (long) root.number(),
                  arena.allocateFrom(path),
                  how,
                  OPEN_HOW.byteSize());
      if (fd < 0) {
        throw new SyscallException("openat2(" + path + ")", NativeCall.errno(state));
      }
      return new FileDescriptor((int) fd);
    } catch (SyscallException e) {
      throw e;
    } catch (Throwable e) {
      throw NativeCall.broken("openat2", e);
    }
  }
}
