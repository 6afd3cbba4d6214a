package dev.lpar.linux;

import java.lang.foreign.Arena;

/** Huge pages that the kernel uses for memory unasked. */
public final class TransparentHugePages {
  /** linux/prctl.h */
  private static final int PR_SET_THP_DISABLE = 41;

  private TransparentHugePages() {}

  /**
   * From now on this process gets memory by small pages: as much as it uses, where a huge page
   * holds 2 MiB for the first byte of them.
   */
  public static void refuse() throws SyscallException {
    try (var arena = Arena.ofConfined()) {
      var state = arena.allocate(NativeCall.STATE);
      int rc = (int) NativeCall.PRCTL.invokeExact(state, PR_SET_THP_DISABLE, 1L, 0L, 0L, 0L);
      if (rc < 0) {
        throw new SyscallException("prctl(PR_SET_THP_DISABLE)", NativeCall.errno(state));
      }
    } catch (SyscallException e) {
      throw e;
    } catch (Throwable e) {
      throw NativeCall.broken("prctl", e);
    }
  }
}
