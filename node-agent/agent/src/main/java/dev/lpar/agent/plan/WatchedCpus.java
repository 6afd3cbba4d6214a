package dev.lpar.agent.plan;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A guest's CPUs as watched over time.
 *
 * @param now as found at this look
 * @param use over the last whole interval; null before there was one
 * @param disturbances what was out of place lately, put right by now or not
 */
public record WatchedCpus(GuestCpus now, @Nullable CpuUse use, List<String> disturbances) {
  public WatchedCpus {
    disturbances = List.copyOf(disturbances);
  }
}
