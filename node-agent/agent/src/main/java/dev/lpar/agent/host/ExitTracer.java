package dev.lpar.agent.host;

import dev.lpar.agent.plan.ObservedTrace;
import dev.lpar.agent.plan.TraceId;
import dev.lpar.agent.plan.TraceOrder;
import dev.lpar.agent.plan.TraceReason;
import java.util.List;

/** Records VM exits of guests one by one, and keeps the records on the blade's disk. */
public interface ExitTracer {
  /** Those begun and not removed. */
  List<ObservedTrace> traces();

  /**
   * Begins a trace, unless it has been begun. What keeps it from being taken is told with the
   * trace, which has ended then.
   *
   * @param pid of the guest's QEMU
   */
  void start(TraceOrder order, long pid);

  /** Ends a trace before its time, unless it has ended; it has when this returns. */
  void end(TraceId trace, TraceReason why);

  /**
   * Ends a trace, and removes all of it; there may be none.
   *
   * @throws HostException when the files can't be removed
   */
  void remove(TraceId trace);
}
