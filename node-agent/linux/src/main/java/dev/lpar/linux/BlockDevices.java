package dev.lpar.linux;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Questions about device nodes. */
public final class BlockDevices {
  /** linux/stat.h: the kind of a file in its mode. */
  private static final int S_IFMT = 0170000;

  private static final int S_IFBLK = 0060000;

  private BlockDevices() {}

  /** Whether the path is a block device's node, links not followed beyond the path itself. */
  public static boolean isBlockDevice(Path node) throws IOException {
    return ((int) Files.getAttribute(node, "unix:mode") & S_IFMT) == S_IFBLK;
  }

  /** The device's number, which tells two names of one device (st_rdev of stat(2)). */
  public static long number(Path node) throws IOException {
    return (long) Files.getAttribute(node, "unix:rdev");
  }

  /**
   * Whether the host uses the device or a part of it: mounted, as swap, in RAID, LVM or multipath.
   * The kernel refuses an exclusive open then (open(2), O_EXCL on block devices). A guest's QEMU
   * doesn't count: it opens without O_EXCL.
   */
  public static boolean inUseByHost(Path node) throws SyscallException {
    int flags =
        FileDescriptor.O_RDONLY
            | FileDescriptor.O_EXCL
            | FileDescriptor.O_NONBLOCK
            | FileDescriptor.O_CLOEXEC;
    try (var _ = FileDescriptor.open(node.toString(), flags)) {
      return false;
    } catch (SyscallException e) {
      if (e.errno() == Errno.EBUSY) {
        return true;
      }
      throw e;
    }
  }
}
