package dev.lpar.agent.plan;

import dev.lpar.agent.vmexit.ExitFactor;
import dev.lpar.agent.vmexit.TraceDigest;
import dev.lpar.model.LparId;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A trace that the blade has begun.
 *
 * @param pid of the guest's QEMU
 * @param sizeBytes what it takes of the disk, or may come to take
 * @param ended null while it records
 */
public record ObservedTrace(
    TraceId id,
    LparId partition,
    long pid,
    long sizeBytes,
    Instant startedAt,
    @Nullable Ended ended) {

  /**
   * How it ended.
   *
   * @param message null where the reason says it all
   */
  public record Ended(TraceReason reason, @Nullable String message, Instant at, Result result) {}

  /**
   * What was recorded.
   *
   * @param lost exits that came too fast
   * @param factors the costliest first
   * @param instructions the costliest first
   */
  public record Result(
      long records,
      long lost,
      List<TraceDigest.Line<ExitFactor>> factors,
      List<TraceDigest.Line<TraceDigest.Instruction>> instructions) {
    public static final Result NONE = new Result(0, 0, List.of(), List.of());

    public Result {
      factors = List.copyOf(factors);
      instructions = List.copyOf(instructions);
    }
  }
}
